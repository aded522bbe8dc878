//! What there is to say about a text that was filtered.
//!
//! Everything is counted over the text as it was handed on, so that no digest is made of a secret.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use weighbridge_core::{Digest, RuleId, Severity, Source};
use weighbridge_scan::{CodeBlock, Scanner, code_blocks};

const VERSION: u32 = 1;

/// The text as it was handed on.
pub(super) struct Gathered {
    bytes: u64,
    hasher: Sha256,
    text: Vec<u8>,
    /// How much of the text is kept.
    limit: u64,
}

impl Gathered {
    /// Nothing yet; of the text at most `limit` bytes are kept.
    pub(super) fn new(limit: u64) -> Self {
        Self {
            bytes: 0,
            hasher: Sha256::new(),
            text: Vec::new(),
            limit,
        }
    }

    /// Takes the next piece.
    pub(super) fn add(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        self.hasher.update(piece);
        if self.is_whole() {
            self.text.extend_from_slice(piece);
        } else {
            self.text = Vec::new();
        }
    }

    /// Whether all of the text was kept.
    pub(super) fn is_whole(&self) -> bool {
        self.bytes <= self.limit
    }

    /// The text; nothing if it was too large.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The report as JSON, with what each rule took out and what the code came to.
    pub(super) fn report(self, counts: &BTreeMap<RuleId, usize>, code: Option<Code>) -> Result<String> {
        let rules: BTreeMap<_, _> = counts.iter().map(|(rule, count)| (rule.as_str(), *count)).collect();
        let report = Report {
            schema_version: VERSION,
            sha256: hexadecimal(&self.hasher.finalize()),
            bytes: self.bytes,
            redacted: Counted {
                total: rules.values().sum(),
                rules: rules
                    .into_iter()
                    .map(|(rule, count)| (rule.to_owned(), count))
                    .collect(),
            },
            code,
        };
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

/// The report.
#[derive(Serialize)]
struct Report {
    schema_version: u32,
    /// Of the text as it was handed on.
    sha256: String,
    bytes: u64,
    redacted: Counted,
    /// Null unless code was asked about.
    code: Option<Code>,
}

/// How often, by rule.
#[derive(Serialize)]
struct Counted {
    total: usize,
    rules: BTreeMap<String, usize>,
}

/// The fenced blocks in a language that is known.
#[derive(Serialize)]
pub(super) struct Code {
    blocks: Vec<Block>,
    /// Lines of all blocks that are not blank.
    lines: usize,
    has_shell: bool,
    risky_calls: Risky,
}

#[derive(Serialize)]
struct Block {
    language: &'static str,
    lines: usize,
    sha256: String,
    risky_calls: usize,
}

#[derive(Default, Serialize)]
struct Risky {
    total: usize,
    severities: BTreeMap<&'static str, usize>,
    rules: BTreeMap<String, usize>,
}

impl Code {
    /// Searches the blocks of `text` with the rules of `scanner`.
    pub(super) fn of(text: &[u8], scanner: &Scanner<'_>) -> Self {
        let blocks = code_blocks(text);
        let mut worker = scanner.worker();
        let mut risky = Risky::default();
        for level in Severity::ALL {
            risky.severities.insert(level.name(), 0);
        }
        let mut searched = Vec::new();
        for block in &blocks {
            let source = Source::new(block.name.clone(), block.language, &block.text);
            let findings = worker.scan(&source).findings;
            for finding in &findings {
                *risky.severities.entry(finding.severity.name()).or_default() += 1;
                *risky.rules.entry(finding.rule.to_string()).or_default() += 1;
            }
            risky.total += findings.len();
            searched.push(Block {
                language: block.language.name(),
                lines: lines(block),
                sha256: Digest::of(&block.text).to_string(),
                risky_calls: findings.len(),
            });
        }
        Self {
            lines: searched.iter().map(|block| block.lines).sum(),
            has_shell: searched.iter().any(|block| block.language == "shell"),
            blocks: searched,
            risky_calls: risky,
        }
    }
}

/// The lines of a block that are not blank.
fn lines(block: &CodeBlock) -> usize {
    let lines = block.text.split(|byte| *byte == b'\n');
    lines.filter(|line| !line.trim_ascii().is_empty()).count()
}
