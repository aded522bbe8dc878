//! Kubernetes: containers of any kind of resource, image volumes, Kustomize, and values of Helm.
//!
//! Any key `image` of a resource counts, so that custom resources need no list. What Helm has yet to fill in is read line by line.

use weighbridge_core::{SourcePath, Span};
use weighbridge_yaml::{Node, Value, read as read_yaml};

use super::text::{of_scalar, reference, unquoted};
use super::{ImageReference, compose};

pub(super) fn is_values(path: &SourcePath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    (name.starts_with(b"values") || name.ends_with(b"-values.yaml") || name.ends_with(b"-values.yml"))
        && (name.ends_with(b".yaml") || name.ends_with(b".yml"))
}

pub(super) fn read(text: &str, found: &mut Vec<ImageReference>) {
    let stream = read_yaml(text);
    for document in &stream.documents {
        let (version, kind) = (document.text("apiVersion"), document.text("kind"));
        if kind == Some("Kustomization") || (kind.is_none() && document.get("resources").is_some()) {
            kustomize(text, document, found);
        } else if version.is_some() && kind.is_some() {
            resource(text, document, found);
        } else if document.get("services").is_some() {
            compose::services(text, document, found);
        }
    }
    if stream.fault.is_some() && text.contains("apiVersion:") {
        template(text, found);
    }
}

fn resource(text: &str, document: &Node, found: &mut Vec<ImageReference>) {
    document.walk(&mut Vec::new(), &mut |path, node| {
        let Some(scalar) = node.scalar() else { return };
        // The last is a volume that is an image: weights are shipped so.
        let is_image = matches!(path, [.., "image"] | [.., "volumes", "image", "reference"]);
        // What people write about images is no image.
        let is_text =
            path.contains(&"annotations") || path.contains(&"labels") || scalar.text.contains(char::is_whitespace);
        if is_image && !is_text {
            found.push(of_scalar(text, scalar));
        }
    });
}

/// Source: [kustomization, `images`](https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/).
fn kustomize(text: &str, document: &Node, found: &mut Vec<ImageReference>) {
    for image in document.get("images").map(Node::items).unwrap_or_default() {
        let of = |key: &str| image.get(key).and_then(Node::scalar);
        let Some(name) = of("newName").or_else(|| of("name")) else {
            continue;
        };
        let is_changed = ["newName", "newTag", "digest"].iter().any(|key| of(key).is_some());
        if is_changed {
            let whole = whole_name(
                None,
                &name.text,
                of("newTag").map(|tag| tag.text.as_str()),
                of("digest").map(|one| one.text.as_str()),
            );
            found.push(reference(unquoted(text, name), &whole));
        }
    }
}

fn whole_name(registry: Option<&str>, name: &str, tag: Option<&str>, digest: Option<&str>) -> String {
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let mut whole = given(registry).map_or_else(String::new, |registry| format!("{}/", registry.trim_end_matches('/')));
    whole.push_str(name);
    if let Some(tag) = given(tag) {
        whole.push(':');
        whole.push_str(&tag);
    }
    if let Some(digest) = given(digest) {
        whole.push('@');
        whole.push_str(&digest);
    }
    whole
}

/// Values of a chart: `image: name` and `image: {registry, repository, tag, digest}`, also under names such as `sidecarImage`.
pub(super) fn values(text: &str, found: &mut Vec<ImageReference>) {
    for document in &read_yaml(text).documents {
        let mut global = document.get("global").and_then(|global| global.text("imageRegistry"));
        global = global.filter(|registry| !registry.is_empty());
        document.walk(&mut Vec::new(), &mut |path, node| {
            let is_image = path.last().is_some_and(|key| *key == "image" || key.ends_with("Image"));
            if !is_image {
                return;
            }
            match &node.value {
                Value::Scalar(scalar) if scalar.text.contains([':', '/', '@']) => found.push(of_scalar(text, scalar)),
                Value::Mapping(_) => {
                    let of = |key: &str| node.get(key).and_then(Node::scalar);
                    let Some(name) = of("repository")
                        .or_else(|| of("name"))
                        .filter(|name| !name.text.is_empty())
                    else {
                        return;
                    };
                    let tag = of("tag").or_else(|| of("version")).map(|tag| tag.text.as_str());
                    let registry = node.text("registry").filter(|text| !text.is_empty()).or(global);
                    let whole = whole_name(registry, &name.text, tag, node.text("digest"));
                    found.push(reference(unquoted(text, name), &whole));
                }
                _ => {}
            }
        });
    }
}

/// Lines `image: …` of a template, as far as nothing is to be filled in there.
fn template(text: &str, found: &mut Vec<ImageReference>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_start().trim_start_matches("- ").trim_start();
        let Some(value) = content.strip_prefix("image:").map(str::trim) else {
            continue;
        };
        let value = value
            .split(" #")
            .next()
            .unwrap_or(value)
            .trim()
            .trim_matches(['"', '\'']);
        if value.is_empty() || value.contains("{{") {
            continue;
        }
        let offset = line.find(value).unwrap_or(0);
        found.push(reference(
            Span::new(start + offset, start + offset + value.len()),
            value,
        ));
    }
}
