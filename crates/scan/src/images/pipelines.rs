//! Pipelines: `image` and `services` of GitLab; containers, services and `docker://` of GitHub.
//!
//! Source: [GitLab](https://docs.gitlab.com/ci/yaml/#image), [GitHub](https://docs.github.com/actions/reference/workflow-syntax-for-github-actions).

use std::collections::HashMap;

use weighbridge_core::{SourcePath, Span};
use weighbridge_yaml::{Node, Scalar, Value, read as read_yaml};

use super::ImageReference;
use super::text::{expanded, of_scalar, reference, unquoted};

pub(super) fn is_gitlab(path: &SourcePath) -> bool {
    let name = path.file_name();
    name.ends_with(b".gitlab-ci.yml")
        || name.ends_with(b".gitlab-ci.yaml")
        || memchr::memmem::find(path.as_bytes(), b".gitlab/").is_some() && super::is_yaml(path)
}

pub(super) fn is_github(path: &SourcePath) -> bool {
    let is_action = matches!(path.file_name(), b"action.yml" | b"action.yaml");
    let folders: [&[u8]; 2] = [b".github/workflows/", b".gitea/workflows/"];
    is_action
        || (super::is_yaml(path)
            && folders
                .iter()
                .any(|folder| memchr::memmem::find(path.as_bytes(), folder).is_some()))
}

pub(super) fn gitlab(text: &str, found: &mut Vec<ImageReference>) {
    for document in &read_yaml(text).documents {
        let variables = variables(document);
        image_and_services(text, document, &variables, found);
        for entry in document.entries() {
            let own = self::variables(&entry.value);
            let all: HashMap<_, _> = variables.clone().into_iter().chain(own).collect();
            image_and_services(text, &entry.value, &all, found);
        }
    }
}

fn variables(node: &Node) -> HashMap<String, String> {
    let entries = node.get("variables").map(Node::entries).unwrap_or_default();
    let value = |node: &Node| {
        node.scalar()
            .map(|scalar| scalar.text.clone())
            .or_else(|| node.text("value").map(str::to_owned))
    };
    entries
        .iter()
        .filter_map(|entry| Some((entry.key.text.clone(), value(&entry.value)?)))
        .collect()
}

fn image_and_services(text: &str, node: &Node, variables: &HashMap<String, String>, found: &mut Vec<ImageReference>) {
    let mut add = |node: &Node| {
        let scalar = node.scalar().or_else(|| node.get("name").and_then(Node::scalar));
        if let Some(scalar) = scalar.filter(|scalar| !scalar.text.is_empty()) {
            let name = expanded(&scalar.text, &|name| variables.get(name).cloned());
            found.push(reference(unquoted(text, scalar), &name));
        }
    };
    node.get("image").into_iter().for_each(&mut add);
    node.get("services")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .for_each(&mut add);
}

pub(super) fn github(text: &str, found: &mut Vec<ImageReference>) {
    for document in &read_yaml(text).documents {
        if let Some(scalar) = document
            .get("runs")
            .and_then(|runs| runs.get("image"))
            .and_then(Node::scalar)
        {
            found.extend(docker_url(text, scalar));
        }
        for job in document.get("jobs").map(Node::entries).unwrap_or_default() {
            let container = job.value.get("container").into_iter();
            let services = job.value.get("services").map(Node::entries).unwrap_or_default();
            for place in container.chain(services.iter().map(|entry| &entry.value)) {
                let scalar = match &place.value {
                    Value::Scalar(scalar) => Some(scalar),
                    _ => place.get("image").and_then(Node::scalar),
                };
                found.extend(
                    scalar
                        .filter(|scalar| !scalar.text.is_empty())
                        .map(|scalar| of_scalar(text, scalar)),
                );
            }
        }
        document.walk(&mut Vec::new(), &mut |path, node| {
            if let ([.., "uses"], Some(scalar)) = (path, node.scalar()) {
                found.extend(docker_url(text, scalar));
            }
        });
    }
}

/// The name behind `docker://`.
fn docker_url(text: &str, scalar: &Scalar) -> Option<ImageReference> {
    const SCHEME: &str = "docker://";
    let name = scalar.text.strip_prefix(SCHEME)?;
    let span = unquoted(text, scalar);
    Some(reference(Span::new(span.start + SCHEME.len(), span.end), name))
}
