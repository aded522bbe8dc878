//! Compose files: `services.*.image`, and Dockerfiles written into them.
//!
//! Source: [Compose specification](https://github.com/compose-spec/compose-spec/blob/main/spec.md).

use weighbridge_core::SourcePath;
use weighbridge_yaml::{Node, read as read_yaml};

use super::ImageReference;
use super::text::{expanded, of_scalar};

pub(super) fn is_one(path: &SourcePath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let is_yaml = name.ends_with(b".yml") || name.ends_with(b".yaml");
    let starts: [&[u8]; 3] = [b"compose.", b"docker-compose", b"podman-compose"];
    is_yaml
        && (starts.iter().any(|start| name.starts_with(start)) || memchr::memmem::find(&name, b".compose.").is_some())
}

pub(super) fn read(text: &str, found: &mut Vec<ImageReference>) {
    for document in &read_yaml(text).documents {
        services(text, document, found);
    }
}

/// The images of the services of a document.
pub(super) fn services(text: &str, document: &Node, found: &mut Vec<ImageReference>) {
    for service in document.get("services").map(Node::entries).unwrap_or_default() {
        let Some(scalar) = service.value.get("image").and_then(Node::scalar) else {
            continue;
        };
        // With `build`, the name is what the result is called.
        if service.value.get("build").is_some() {
            continue;
        }
        let mut one = of_scalar(text, scalar);
        let name = expanded(&one.name, &|_| None);
        one = super::text::reference(one.span, &name);
        found.push(one);
    }
}
