//! Ollama's Modelfile: `FROM name`, `ADAPTER name`.
//!
//! Source: [Modelfile reference](https://docs.ollama.com/modelfile).

use weighbridge_core::{SourcePath, Span};

use super::{ImageReference, ImageSystem};

pub(super) fn is_one(path: &SourcePath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    name == b"modelfile" || name.ends_with(b".modelfile") || name.starts_with(b"modelfile.")
}

pub(super) fn read(text: &str, found: &mut Vec<ImageReference>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let mut words = line.split_whitespace();
        let (Some(name), Some(value)) = (words.next(), words.next()) else {
            continue;
        };
        let is_from = name.eq_ignore_ascii_case("FROM") || name.eq_ignore_ascii_case("ADAPTER");
        // A path to weights is no name.
        let is_path = value.starts_with(['.', '/', '~']) || is_weights(value);
        if is_from && !is_path {
            let behind = start + line.find(name).unwrap_or(0) + name.len();
            let place = text[behind..].find(value).map_or(behind, |offset| behind + offset);
            found.push(model(Span::new(place, place + value.len()), value));
        }
    }
}

fn is_weights(value: &str) -> bool {
    let extension = value
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| ["gguf", "safetensors"].contains(&extension.as_str()))
}

/// A model of Ollama's library, or of a host that it names.
pub(super) fn model(span: Span, name: &str) -> ImageReference {
    ImageReference {
        span,
        name: name.to_owned(),
        is_resolved: !name.contains(['$', '{', '<']),
        system: ImageSystem::Ollama,
    }
}
