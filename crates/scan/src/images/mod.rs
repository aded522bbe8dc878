//! Names of container images, wherever a repository runs, builds on or copies from one.
//!
//! To add a kind of file: a file here with a reader, and an entry in [`KINDS`].

mod commands;
mod compose;
mod devcontainer;
mod dockerfile;
mod kubernetes;
mod list;
mod modelfile;
mod pipelines;
#[cfg(test)]
mod tests;
mod text;

use weighbridge_core::{Source, SourcePath, Span};

use crate::embed;

/// A name of an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference {
    /// Where it stands, without quotes.
    pub span: Span,
    /// The name, with the defaults of variables filled in.
    pub name: String,
    /// Whether the whole name is known: nothing in it is decided elsewhere.
    pub is_resolved: bool,
    /// Whose names these are.
    pub system: ImageSystem,
}

/// Whose names they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageSystem {
    /// Those of container registries.
    Containers,
    /// Those of Ollama's library: models that are kept like images.
    Ollama,
}

/// A kind of file that names images.
struct Kind {
    is_one: fn(&SourcePath) -> bool,
    read: fn(&str, &mut Vec<ImageReference>),
}

/// Every kind; the first that fits is taken.
const KINDS: &[Kind] = &[
    Kind {
        is_one: |path| embed::is_dockerfile(path),
        read: dockerfile::read,
    },
    Kind {
        is_one: list::is_one,
        read: list::read,
    },
    Kind {
        is_one: modelfile::is_one,
        read: modelfile::read,
    },
    Kind {
        is_one: devcontainer::is_one,
        read: devcontainer::read,
    },
    Kind {
        is_one: pipelines::is_gitlab,
        read: pipelines::gitlab,
    },
    Kind {
        is_one: pipelines::is_github,
        read: pipelines::github,
    },
    Kind {
        is_one: compose::is_one,
        read: compose::read,
    },
    Kind {
        is_one: kubernetes::is_values,
        read: kubernetes::values,
    },
    Kind {
        is_one: is_yaml,
        read: kubernetes::read,
    },
    Kind {
        is_one: commands::is_script,
        read: commands::read,
    },
];

fn is_yaml(path: &SourcePath) -> bool {
    path.extension()
        .is_some_and(|own| own.eq_ignore_ascii_case(b"yaml") || own.eq_ignore_ascii_case(b"yml"))
}

/// The images that the text itself names, without those in code inside of it.
pub(crate) fn own_references(source: &Source<'_>) -> Vec<ImageReference> {
    let Some(kind) = KINDS.iter().find(|kind| (kind.is_one)(source.path())) else {
        return Vec::new();
    };
    let text = text::same_length(source.bytes());
    let mut found = Vec::new();
    (kind.read)(&text, &mut found);
    found.retain(|one| !one.name.is_empty());
    found.sort();
    found.dedup();
    found
}

/// The images that a source names, also in commands inside of it: sorted, each place once.
pub fn image_references(source: &Source<'_>) -> Vec<ImageReference> {
    let mut found = own_references(source);
    for piece in embed::split(source, false).iter().flat_map(|split| &split.pieces) {
        let inner = Source::new(piece.name(), piece.language, piece.text.text());
        found.extend(own_references(&inner).into_iter().map(|one| ImageReference {
            span: piece.span_in_file(one.span),
            ..one
        }));
    }
    found.sort();
    found.dedup_by(|a, b| a.span == b.span);
    found
}
