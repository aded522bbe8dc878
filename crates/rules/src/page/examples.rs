//! The examples of a page.

use super::sections::Fence;

/// A fenced example under `## Flagged` or `## Clean`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The line of its first line in the page, from 1.
    pub line: usize,
    /// The name of the file it stands for: `example.py`, or the name in quotes behind the fence.
    pub file_name: String,
    /// The text with its annotations; recipes not filled in.
    pub text: String,
    /// Whether it stands under `## Flagged`.
    pub flagged: bool,
}

impl Example {
    pub(super) fn new(fence: &Fence, flagged: bool) -> Self {
        let quoted = fence.info.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let file_name = quoted.map_or_else(|| format!("example.{}", extension(&fence.info)), str::to_owned);
        Self {
            line: fence.line,
            file_name,
            text: fence.code.clone(),
            flagged,
        }
    }
}

/// The file extension for the word behind a fence; most words are extensions already.
fn extension(info: &str) -> &str {
    match info.split_whitespace().next().unwrap_or("") {
        "" | "text" | "plain" => "txt",
        "python" => "py",
        "javascript" => "js",
        "typescript" => "ts",
        "bash" | "shell" | "console" => "sh",
        "markdown" => "md",
        word => word,
    }
}
