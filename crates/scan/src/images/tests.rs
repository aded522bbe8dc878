//! What each kind of file names, and where.

use proptest::prelude::*;
use weighbridge_core::{Language, Source, SourcePath};

use super::{ImageSystem, image_references};
use crate::language_of;

/// The names with `?` behind those that are not whole, and the text at their places.
fn found(path: &str, text: &str) -> Vec<(String, String)> {
    let path = SourcePath::new(path.as_bytes());
    let language = language_of(&path, text.as_bytes());
    let source = Source::new(path, language, text.as_bytes());
    let all = image_references(&source).into_iter().map(|one| {
        let mark = if one.is_resolved { "" } else { "?" };
        (format!("{}{mark}", one.name), text[one.span.range()].to_owned())
    });
    all.collect()
}

fn names(path: &str, text: &str) -> Vec<String> {
    found(path, text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn dockerfiles() {
    let text = "\u{feff}# syntax=docker/dockerfile:1.7\r\nARG BASE=ubuntu TAG=\"24.04\"\nARG CUDA=nvidia/cuda:${TAG}\n\
                FROM --platform=linux/amd64 $BASE:${TAG} AS build\nfrom ${CUDA} \\\n  # a comment\n  as Run\nFROM build\n\
                COPY --from=BUILD /a /b\nCOPY --from=0 /a /b\nCOPY --chown=1 --from=ghcr.io/a/tool:2 /x /y\n\
                RUN --mount=type=bind,from=busybox:1.36,target=/x true\nRUN <<EOF\nFROM nowhere\nEOF\n\
                FROM scratch\nFROM ${UNKNOWN}\nONBUILD COPY --from=\"x.example/y:1\" a b\n";

    assert_eq!(
        names("Dockerfile", text),
        [
            "docker/dockerfile:1.7",
            "ubuntu:24.04",
            "nvidia/cuda:24.04",
            "ghcr.io/a/tool:2",
            "busybox:1.36",
            "${UNKNOWN}?",
            "x.example/y:1",
        ]
    );
    assert_eq!(
        found("Dockerfile", "FROM a:1\n"),
        [("a:1".to_owned(), "a:1".to_owned())]
    );
    assert_eq!(names("a.dockerfile", "# escape=`\nFROM `\n  a:1\n"), ["a:1"]);
}

#[test]
fn compose_files() {
    let text = "x-base: &base\n  image: \"redis:7\"\nservices:\n  a: {image: 'nginx:1'}\n  b:\n    <<: *base\n  c:\n    image: own\n    build: .\n  \
                d:\n    image: ${REGISTRY:-ghcr.io/x}/y:${TAG:-2}\n  e:\n    image: $X/y\n";

    assert_eq!(
        names("compose.yaml", text),
        ["redis:7", "nginx:1", "ghcr.io/x/y:2", "$X/y?"]
    );
    assert_eq!(found("docker-compose.dev.yml", text)[1].1, "nginx:1");
}

#[test]
fn kubernetes() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers: [{image: a:1}]\n  containers:\n  - name: x\n    image: b:1\n  \
                ephemeralContainers:\n  - image: c:1\n  volumes:\n  - name: w\n    image:\n      reference: ghcr.io/m/weights:1\n---\n\
                apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: d:1}]}}}}}\n---\n\
                apiVersion: x.example/v1\nkind: Model\nspec:\n  server:\n    image: e:1\n---\nimage: not-a-resource\n";

    assert_eq!(
        names("x.yaml", text),
        ["a:1", "b:1", "c:1", "ghcr.io/m/weights:1", "d:1", "e:1"]
    );
    let template = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  {{- range .x }}\n  - image: \"f:1\" # x\n  - image: {{ .y }}\n  {{- end }}\n";
    assert_eq!(names("templates/x.yaml", template), ["f:1"]);
}

#[test]
fn kustomize_and_helm() {
    let text = "kind: Kustomization\nresources: [a]\nimages:\n- name: nginx\n  newName: mirror.example/nginx\n  newTag: \"1\"\n- name: same\n";
    assert_eq!(names("kustomization.yaml", text), ["mirror.example/nginx:1"]);

    let text = "image:\n  registry: ghcr.io\n  repository: a/b\n  tag: v1\nsidecarImage: c/d:2\nworker:\n  image: {repository: e/f, tag: \"\", digest: \"\"}\n\
                showImage: true\n";
    assert_eq!(
        names("charts/x/values-prod.yaml", text),
        ["ghcr.io/a/b:v1", "c/d:2", "e/f"]
    );
}

#[test]
fn pipelines() {
    let text = "variables: {IMAGE: python, V: {value: \"3.12\"}}\nimage: $IMAGE:$V\nservices: [redis:7, {name: pg:16}]\n\
                job:\n  variables: {V: \"3.13\"}\n  image: {name: \"python:${V}\", entrypoint: [\"\"]}\n  script:\n  - docker run --rm a:1\n\
                other:\n  image: $CI_REGISTRY_IMAGE:x\n";
    assert_eq!(
        names(".gitlab-ci.yml", text),
        [
            "python:3.12",
            "redis:7",
            "pg:16",
            "python:3.13",
            "a:1",
            "$CI_REGISTRY_IMAGE:x?"
        ]
    );

    let text = "jobs:\n  a:\n    container: node:20\n    services: {db: {image: pg:16}}\n    steps:\n    - uses: docker://alpine:3\n    - uses: actions/checkout@v4\n    \
                - run: |\n        docker pull b:1\n  b:\n    container: {image: \"${{ matrix.x }}\"}\n";
    assert_eq!(
        names(".github/workflows/x.yml", text),
        ["node:20", "pg:16", "alpine:3", "b:1", "${{ matrix.x }}?"]
    );
}

#[test]
fn devcontainers() {
    let text = "{\n\t// the image\n\t\"image\": \"mcr.example/dev:1\", /* x */\n\t\"features\": {\n\t\t\"ghcr.io/devcontainers/features/go:1\": {},\n\t\t\"./local\": {},\n\t},\n}\n";

    assert_eq!(
        names(".devcontainer/devcontainer.json", text),
        ["mcr.example/dev:1", "ghcr.io/devcontainers/features/go:1"]
    );
}

#[test]
fn commands() {
    let text = "#!/bin/bash\nTAG=1.2\nexport REPO=\"ghcr.io/x/y\"\nsudo docker run -d --name web -p 80:80 \\\n  -e A=b --gpus all -it --rm -v\"$PWD:/x\" \"$REPO:$TAG\" serve --image z\n\
                podman --log-level debug pull quay.io/a/b && nerdctl container run --rm=true c:1\nX=1 /usr/bin/docker create --network=host -m 1g d:1\n\
                docker run $(cat x) y\ndocker build -t own .\necho docker run nothing\nollama run qwen2.5:7b\nskopeo copy docker://e.example/f:1 dir:x\n# docker run g:1\n\
                if docker pull ${IMG:-h:1}; then :; fi\ndocker compose run web\n";

    assert_eq!(
        names("run.sh", text),
        [
            "ghcr.io/x/y:1.2",
            "quay.io/a/b",
            "c:1",
            "d:1",
            "qwen2.5:7b",
            "e.example/f:1",
            "h:1"
        ]
    );
    assert_eq!(
        names(
            "README.md",
            "Run it:\n\n```sh\ndocker run --rm -it a/b:1\n```\n\ndocker run prose\n"
        ),
        ["a/b:1"]
    );
    assert_eq!(names("Makefile", "x:\n\t@docker run --rm a:1\n"), ["a:1"]);
    assert_eq!(names("Dockerfile", "FROM a:1\nRUN docker pull b:1\n"), ["a:1", "b:1"]);
}

#[test]
fn modelfiles() {
    let text = "# x\nFROM hf.co/Qwen/Qwen2.5-7B:Q4\nADAPTER ./lora.gguf\nPARAMETER temperature 1\n";
    assert_eq!(names("Modelfile", text), ["hf.co/Qwen/Qwen2.5-7B:Q4"]);

    let source = Source::new(SourcePath::new(b"Modelfile"), Language::TEXT, text.as_bytes());
    assert_eq!(image_references(&source)[0].system, ImageSystem::Ollama);
}

const NAMES: [&str; 9] = [
    "Dockerfile",
    "compose.yml",
    "x.yaml",
    "values.yaml",
    ".gitlab-ci.yml",
    ".github/workflows/x.yml",
    "devcontainer.json",
    "x.sh",
    "Modelfile",
];

proptest! {
    #[test]
    fn any_bytes_are_read(
        name in 0..NAMES.len(),
        words in prop::collection::vec("FROM |ARG |A=b|\\$\\{A:-|\\}|image: |- |docker run |\\\\\n|\n|<<E|\"|'|\t|,|/\\*|//|\u{e9}|\u{feff}|x:1|\\{|services:|--from=", 0..30),
        odd in any::<Option<u8>>(),
    ) {
        let text = [words.concat().as_bytes(), odd.as_slice()].concat();
        let source = Source::new(SourcePath::new(NAMES[name].as_bytes()), Language::TEXT, &text);

        for one in image_references(&source) {
            prop_assert!(one.span.end <= text.len() && one.span.start <= one.span.end);
        }
    }
}
