//! Detectors that read the structure of a prompt. Each is one idea; the pages say what it means.

pub(super) mod credential;
pub(super) mod homoglyph;
pub(super) mod import;
pub(super) mod payload;
pub(super) mod places;
pub(super) mod structure;
pub(super) mod variable;
