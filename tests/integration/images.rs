//! Verifying images and files with the binary, without a network.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Folder, Ran};

const IDENTITY: &str = "https://github.com/lab/model/.github/workflows/release.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// A file of `fixtures/images`.
pub(crate) fn fixture(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/images");
    folder.join(name).to_str().unwrap().to_owned()
}

/// A policy that asks for the release workflow, for images that match.
pub(crate) fn policy(glob: &str) -> String {
    format!(
        "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {{name: lab}}\nspec:\n  images: [{{glob: \"{glob}\"}}]\n  \
         authorities:\n  - name: release\n    keyless:\n      trustRootRef: lab\n      identities: [{{issuer: \"{ISSUER}\", subject: \"{IDENTITY}\"}}]\n"
    )
}

/// The flags that name the policy, the root and the layout, and forbid everything else.
fn flags() -> Vec<String> {
    let root = format!("lab={}", fixture("lab.trusted_root.json"));
    let layout = fixture("layout");
    let flags = [
        "--image-policy",
        "policy.yaml",
        "--trusted-root",
        &root,
        "--layout",
        &layout,
        "--offline",
    ];
    flags.map(str::to_owned).to_vec()
}

/// Runs `verify` with the flags of the fixtures.
pub(crate) fn verify(folder: &Folder, words: &[&str]) -> Ran {
    let words = words.iter().map(|word| (*word).to_owned());
    folder.run(["verify".to_owned()].into_iter().chain(words).chain(flags()))
}

fn with_policy() -> Folder {
    let folder = Folder::new();
    folder.write("policy.yaml", policy("registry.test/**"));
    folder
}

#[test]
fn a_signed_image_passes_and_the_table_says_who_signed_it() {
    let folder = with_policy();

    let ran = verify(&folder, &["image", "registry.test/lab/bundle:1"]).exits_with(0);

    for part in [
        "trusted",
        "sha256:",
        IDENTITY,
        ISSUER,
        "2026-03-01T12:03:00Z",
        "lab/release",
    ] {
        assert!(ran.stdout.contains(part), "no {part} in {}", ran.stdout);
    }
}

#[test]
fn the_answers_are_never_confused() {
    let folder = with_policy();
    for (image, word, code) in [
        ("registry.test/lab/old-unsigned:1", "unsigned", 1),
        ("registry.test/lab/bundle-changed-proof:1", "invalid-signature", 1),
        ("registry.test/lab/bundle-other-identity:1", "wrong-signer", 1),
        ("docker.io/library/nginx:1", "not-covered", 1),
        ("registry.test/lab/nowhere:1", "could-not-verify", 3),
        ("registry.test/lab/two-documents-in-one:1", "could-not-verify", 3),
    ] {
        let ran = verify(&folder, &["image", image]).exits_with(code);

        assert!(
            ran.stdout.lines().nth(1).unwrap().starts_with(word),
            "{image}: {}",
            ran.stdout
        );
    }
}

#[test]
fn what_is_not_known_wins_over_what_is_wrong() {
    let folder = with_policy();
    let images = [
        "image",
        "registry.test/lab/old-unsigned:1",
        "registry.test/lab/nowhere:1",
    ];

    verify(&folder, &images).exits_with(3);
}

#[test]
fn findings_come_in_every_format() {
    let folder = with_policy();
    for format in ["sarif", "junit", "markdown", "gitlab-codequality", "concise", "html"] {
        let words = ["image", "--format", format, "registry.test/lab/old-unsigned:1"];
        verify(&folder, &words)
            .exits_with(1)
            .prints("image/unsigned")
            .prints("is not signed");
    }
    let words = ["image", "--format", "json", "registry.test/lab/old-unsigned:1"];
    let report = verify(&folder, &words).exits_with(1).json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{report:#}");
    let words = ["image", "--format", "json", "registry.test/lab/nowhere:1"];
    let report = verify(&folder, &words).exits_with(3).json();
    assert_eq!(report["notifications"][0]["id"], "image/could-not-verify");
}

#[test]
fn a_finding_points_at_the_token_and_can_be_suppressed() {
    let folder = with_policy();
    folder.write(
        "Dockerfile",
        "FROM registry.test/lab/bundle:1 AS base\n# weighbridge: ignore[image/unsigned] reason: imported in March\n\
         COPY --from=registry.test/lab/old-unsigned:1 /a /b\n",
    );
    folder.write("run.sh", "docker run --rm registry.test/lab/bundle-changed-proof:1\n");

    let words = ["repo", "--isolated", "--format", "json", "."];
    let report = verify(&folder, &words).exits_with(1).json();

    let findings = report["findings"].as_array().unwrap();
    let of = |rule: &str| {
        findings
            .iter()
            .find(|one| one["rule"]["id"] == rule || one["rule"] == rule)
            .unwrap_or(&Value::Null)
    };
    assert!(!of("image/invalid-signature").is_null(), "{report:#}");
    assert!(!of("image/unsigned")["suppression"].is_null(), "{report:#}");
}

#[test]
fn a_repository_without_a_policy_is_wrong_use_and_verifies_nothing() {
    let folder = Folder::new();
    folder.write("Dockerfile", "FROM registry.test/lab/bundle:1\n");
    // What lies in the repository is no policy.
    folder.write("policy.yaml", policy("**"));

    folder
        .run(["verify", "repo", "--offline", "."])
        .exits_with(2)
        .says("--image-policy");
    folder
        .run(["scan", "--isolated", "--image-policy", "policy.yaml", "."])
        .exits_with(2)
        .says("--verify");
}

#[test]
fn a_repository_without_images_has_not_been_verified() {
    let folder = with_policy();
    folder.write("a.txt", "nothing\n");

    verify(&folder, &["repo", "--isolated", "."])
        .exits_with(3)
        .prints("image/none-found");
    folder
        .run(
            ["scan".to_owned(), "--isolated".to_owned(), "--verify".to_owned()]
                .into_iter()
                .chain(flags()),
        )
        .exits_with(0);
}

#[test]
fn a_name_with_unknown_parts_could_not_be_verified() {
    let folder = with_policy();
    folder.write(
        "compose.yaml",
        "services:\n  a:\n    image: registry.test/lab/${NAME}:1\n",
    );

    verify(&folder, &["repo", "--isolated", "."])
        .exits_with(3)
        .prints("image/could-not-verify");
}

#[test]
fn a_layout_may_be_a_tar_archive() {
    let folder = with_policy();
    let status = std::process::Command::new("tar")
        .args(["-C", &fixture("layout"), "-cf", "layout.tar", "."])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(status.success());
    let root = format!("lab={}", fixture("lab.trusted_root.json"));
    let run = |image: &str| {
        folder.run([
            "verify",
            "image",
            "--offline",
            "--image-policy",
            "policy.yaml",
            "--trusted-root",
            &root,
            "--layout",
            "layout.tar",
            image,
        ])
    };

    run("registry.test/lab/bundle-by-tag:1").exits_with(0);
    run("registry.test/lab/old-unsigned:1").exits_with(1).prints("unsigned");
}

#[test]
fn an_archive_of_docker_is_bound_to_its_manifest() {
    use sha2_of as digest;

    let folder = Folder::new();
    let layer = b"a layer".to_vec();
    let config = format!(
        r#"{{"rootfs":{{"type":"layers","diff_ids":["sha256:{}"]}}}}"#,
        digest(&layer)
    );
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"digest":"sha256:{}","size":1}},"layers":[{{"digest":"sha256:{}","size":1}}]}}"#,
        digest(config.as_bytes()),
        "0".repeat(64),
    );
    folder.write("image/config.json", &config);
    folder.write("image/layer.tar", &layer);
    folder.write(
        "image/manifest.json",
        r#"[{"Config":"config.json","RepoTags":["a:1"],"Layers":["layer.tar"]}]"#,
    );
    folder.write(
        "other.json",
        manifest
            .replace("\"size\":1", "\"size\":2")
            .replace("config\":{\"digest\":\"sha256:", "config\":{\"digest\":\"sha256:f"),
    );
    folder.write("manifest.json", &manifest);
    let bundle = serde_json::json!({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"});
    folder.write("bundle.json", bundle.to_string());
    let key = fixture("p256.pub");
    let run = |manifest: &str| {
        folder.run([
            "verify",
            "image",
            "--key",
            &key,
            "--archive",
            "image",
            "--manifest",
            manifest,
            "--bundle",
            "bundle.json",
            "registry.test/a:1",
        ])
    };

    run("manifest.json").exits_with(1).prints("invalid-signature");
    folder.write("image/layer.tar", b"another layer");
    run("manifest.json").exits_with(2).says("not what the manifest says");
    run("other.json").exits_with(2);
}

/// SHA-256 by the system's own program.
fn sha2_of(bytes: &[u8]) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

#[test]
fn files_are_verified_with_the_bundle_beside_them() {
    let folder = Folder::new();
    let (file, root) = (
        fixture("release.txt"),
        format!("lab={}", fixture("lab.trusted_root.json")),
    );
    let run = |file: &str, identity: &str| {
        let bundle = fixture("release.txt.sigstore.json");
        folder.run([
            "verify",
            "blob",
            "--bundle",
            &bundle,
            "--trusted-root",
            &root,
            "--root",
            "lab",
            "--certificate-oidc-issuer",
            ISSUER,
            "--certificate-identity",
            identity,
            file,
        ])
    };
    folder.write("other.txt", "another file");

    run(&file, IDENTITY).exits_with(0).prints("trusted");
    run(&file, "somebody@lab.test").exits_with(1).prints("wrong-signer");
    run("other.txt", IDENTITY).exits_with(1).prints("invalid-signature");
}

#[test]
fn the_conformance_protocol_is_spoken() {
    let folder = Folder::new();
    let (bundle, root, file) = (
        fixture("release.txt.sigstore.json"),
        fixture("lab.trusted_root.json"),
        fixture("release.txt"),
    );
    let run = |identity: &str, subject: &str| {
        folder.run([
            "verify-bundle",
            "--bundle",
            &bundle,
            "--certificate-identity",
            identity,
            "--certificate-oidc-issuer",
            ISSUER,
            "--trusted-root",
            &root,
            subject,
        ])
    };
    let digest = format!("sha256:{}", sha2_of(&std::fs::read(&file).unwrap()));

    run(IDENTITY, &file).exits_with(0);
    run(IDENTITY, &digest).exits_with(0);
    run(IDENTITY, &format!("sha256:{}", "0".repeat(64))).exits_with(1);
    run("other", &file).exits_with(1);
}

/// Where `strace` is at hand, the claim "no socket" is checked with it.
#[cfg(target_os = "linux")]
#[test]
fn offline_opens_no_socket() {
    let folder = with_policy();
    let mut command = std::process::Command::new("strace");
    command.args([
        "-f",
        "-qq",
        "-e",
        "trace=%network",
        "-o",
        "trace.txt",
        env!("CARGO_BIN_EXE_weighbridge"),
        "verify",
        "image",
    ]);
    command.args(["registry.test/lab/bundle:1", "nginx"]).args(flags());

    match command.current_dir(folder.path()).output() {
        Ok(_) => assert_eq!(String::from_utf8_lossy(&folder.read("trace.txt")), ""),
        Err(error) => eprintln!("not checked: strace is not at hand ({error})"),
    }
}
