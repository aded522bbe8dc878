//! Readers of the formats of models, each from its structure alone.

pub(crate) mod configuration;
mod gguf;
mod hdf5;
mod json;
mod keras;
pub(crate) mod numpy;
mod onnx;
mod protobuf;
mod safetensors;
mod safetensors_header;
mod saved_model;
mod skops;
mod template;
mod tflite;
mod yaml;

use crate::explore::Explorer;
use crate::input::{Input, read_some};
use crate::kind::Kind;

/// Hands a file to its reader. Returns whether there is one that knows it.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, name: &str, kind: Kind, head: &[u8], input: &dyn Input) -> bool {
    match kind {
        Kind::Hdf5 => hdf5::inspect(explorer, input),
        Kind::Safetensors => safetensors::inspect(explorer, input),
        Kind::Gguf => gguf::inspect(explorer, input),
        Kind::Tflite => tflite::inspect(explorer, input),
        _ if is_graph_name(name) || is_graph(head) => {
            return onnx::inspect(explorer, input) || saved_model::inspect(explorer, input);
        }
        // At the top a text is looked at where it lies, see `Inspector::configuration`.
        _ if explorer.journal.depth() > 0 && configuration::text_of(name).is_some() => {
            if input.len() > configuration::MAX_TEXT as u64 {
                explorer
                    .journal
                    .trouble("a description of the model is longer than what is looked at");
            }
            let text = read_some(input, 0, configuration::MAX_TEXT).unwrap_or_default();
            match std::str::from_utf8(&text) {
                Ok(text) => configuration::inspect(explorer.journal, name, text, true),
                Err(_) => explorer.journal.trouble("a description of the model is not UTF-8"),
            }
        }
        _ => return false,
    }
    true
}

/// Names of graphs, which have no signature.
fn is_graph_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".onnx", ".pb", ".ort", ".meta"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Whether some bytes begin as an ONNX model does: a version, and the name of a producer; or as a saved model: a version and a graph.
fn is_graph(head: &[u8]) -> bool {
    match *head {
        [0x08, version, 0x12, length, first, ..] => {
            version < 64 && (length == 0 || first.is_ascii_graphic() || first == 0x0a)
        }
        _ => false,
    }
}

/// Whether a member without a signature is read for its name or its first bytes.
pub(crate) fn wants(name: &str, head: &[u8]) -> bool {
    configuration::text_of(name).is_some() || is_graph_name(name) || is_graph(head)
}

/// Whether a file of this name is a text that is looked at as one.
pub(crate) fn is_text(name: &str) -> bool {
    configuration::text_of(name).is_some()
}
