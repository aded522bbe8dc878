//! Takes credentials, private keys and intranet hosts out of a stream of text.
//!
//! The text is judged line by line, in sight of the lines before. What is judged does not depend on how the stream comes in
//! pieces, so the same text gives the same output whatever its pieces are, and a line is handed on when all of it was seen.

use std::collections::BTreeMap;

use memchr::memmem;
use weighbridge_core::{Detection, Language, RuleId, Source, SourcePath, Span};
use weighbridge_rules::{Detector, Rule};

use crate::detect::INTRANET_HOST;
use crate::{RuleUse, Scanner, Worker};

/// Bytes before a line that are looked at again: a name may stand a line above its value.
const CONTEXT: usize = 512;
/// Where a line is longer than this, its beginning is handed on before its end is seen, …
const MAX_LINE: usize = 64 << 10;
/// … but for this much.
const HELD_BACK: usize = 4 << 10;
/// A line without a word of this length holds no credential.
const LEAST_WORD: usize = 4;

/// The rules that decide what is taken out: those of credentials, and those of hosts that only an intranet knows.
pub fn redaction_uses<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Vec<RuleUse<'r>> {
    let is_host_rule = |rule: &Rule| match &rule.detector {
        Detector::Code { name, options } => {
            let is_loopback = options.iter().any(|(key, value)| key == "kind" && value == "loopback");
            name == INTRANET_HOST && !is_loopback
        }
        _ => false,
    };
    let wanted = rules.into_iter().filter(|rule| rule.sensitive || is_host_rule(rule));
    let uses = wanted.map(|rule| RuleUse {
        rule,
        reported: true,
        severity: rule.severity,
    });
    uses.collect()
}

impl Worker<'_, '_> {
    /// What must not be shown of a source, by the rules of the scanner: secrets, also encoded ones, and what the other rules find.
    /// Sorted; the rule that knows most comes first where several say the same.
    fn hidden(&mut self, source: &Source<'_>) -> Vec<(Span, RuleId)> {
        let (mut found, _) = self.detect(source, None);
        self.search_encoded(source, 1, &mut found);
        found.sort_by_key(|detection| (detection.span.start, !detection.reported, detection.span.end));
        let span = |detection: &Detection| detection.secret.map_or(detection.span, |secret| secret.span);
        found
            .into_iter()
            .map(|detection| (span(&detection), detection.rule))
            .collect()
    }
}

/// A filter for one stream. It keeps what it has to remember between pieces.
pub struct Redactor<'s, 'r> {
    worker: Worker<'s, 'r>,
    /// The last bytes that were judged, as they came.
    context: Vec<u8>,
    /// What was not judged yet.
    pending: Vec<u8>,
    /// Whether the stream is inside of a private key.
    is_in_key: bool,
    counts: BTreeMap<RuleId, usize>,
}

impl<'s, 'r> Redactor<'s, 'r> {
    /// A filter with the rules of `scanner`; see [`redaction_uses`].
    pub fn new(scanner: &'s Scanner<'r>) -> Self {
        Self {
            worker: scanner.worker(),
            context: Vec::new(),
            pending: Vec::new(),
            is_in_key: false,
            counts: BTreeMap::new(),
        }
    }

    /// Takes the next piece of the stream and appends to `out` what may be handed on.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let pending = std::mem::take(&mut self.pending);
        let mut searched = pending.len();
        let mut text = pending;
        text.extend_from_slice(piece);
        let mut start = 0;
        loop {
            let end = memchr::memchr(b'\n', &text[searched.max(start)..]).map(|at| searched.max(start) + at + 1);
            match end {
                Some(end) if end - start <= MAX_LINE => {
                    self.line(&text[start..end], out);
                    start = end;
                }
                _ if text.len() - start >= MAX_LINE => start += self.beginning(&text[start..start + MAX_LINE], out),
                _ => break,
            }
            searched = start;
        }
        text.drain(..start);
        self.pending = text;
    }

    /// Appends what is left at the end of the stream.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let rest = std::mem::take(&mut self.pending);
        if !rest.is_empty() {
            self.line(&rest, out);
        }
    }

    /// How often each rule took something out so far.
    pub fn counts(&self) -> &BTreeMap<RuleId, usize> {
        &self.counts
    }

    /// Judges a whole line, its line end included.
    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        if self.is_in_key {
            if let Some(behind) = behind_key_end(line) {
                self.is_in_key = false;
                return self.line(&line[behind..], out);
            }
            if is_key_line(line) {
                return;
            }
            // The key was cut short: what follows is text again.
            self.is_in_key = false;
        }
        let key = key_start(line);
        let visible = &line[..key.unwrap_or(line.len())];
        let hidden = self.hidden(visible);
        replace(visible, &hidden, out);
        self.count(&hidden);
        if key.is_some() {
            let rule = RuleId::from_static("secret/private-key");
            out.extend_from_slice(&stand_in(&rule));
            *self.counts.entry(rule).or_default() += 1;
            self.is_in_key = true;
        }
        self.remember(visible);
    }

    /// Judges the beginning of a line that is too long, and says how much of it was handed on.
    fn beginning(&mut self, text: &[u8], out: &mut Vec<u8>) -> usize {
        let mut hidden = self.hidden(text);
        let mut end = text.len() - HELD_BACK;
        if let Some((span, _)) = hidden.iter().find(|(span, _)| span.start < end && end < span.end) {
            end = if span.start > 0 { span.start } else { span.end };
        }
        hidden.retain(|(span, _)| span.start < end);
        replace(&text[..end], &hidden, out);
        self.count(&hidden);
        self.remember(&text[..end]);
        end
    }

    /// What is to be taken out of `text`, which follows the context: sorted, disjoint.
    fn hidden(&mut self, text: &[u8]) -> Vec<(Span, RuleId)> {
        let has_word = text.split(u8::is_ascii_whitespace).any(|word| word.len() >= LEAST_WORD);
        if !has_word {
            return Vec::new();
        }
        let context = self.context.len();
        let mut window = std::mem::take(&mut self.context);
        window.extend_from_slice(text);
        let source = Source::new(SourcePath::new(b"output.prompt"), Language::named("prompt"), &window);
        let mut spans = self.worker.hidden(&source);
        spans.retain(|(span, _)| span.end > context);
        window.truncate(context);
        self.context = window;
        let moved = |offset: usize| offset.saturating_sub(context);
        let mut disjoint: Vec<(Span, RuleId)> = Vec::new();
        for (span, rule) in spans {
            let span = Span::new(moved(span.start), moved(span.end));
            match disjoint.last_mut() {
                Some((last, _)) if span.start < last.end => *last = Span::new(last.start, last.end.max(span.end)),
                _ => disjoint.push((span, rule)),
            }
        }
        disjoint
    }

    fn count(&mut self, hidden: &[(Span, RuleId)]) {
        for (_, rule) in hidden {
            *self.counts.entry(rule.clone()).or_default() += 1;
        }
    }

    fn remember(&mut self, text: &[u8]) {
        self.context.extend_from_slice(text);
        let surplus = self.context.len().saturating_sub(CONTEXT);
        self.context.drain(..surplus);
    }
}

/// Appends `text` with a stand-in for each of the spans.
fn replace(text: &[u8], hidden: &[(Span, RuleId)], out: &mut Vec<u8>) {
    let mut at = 0;
    for (span, rule) in hidden {
        out.extend_from_slice(&text[at..span.start]);
        out.extend_from_slice(&stand_in(rule));
        at = span.end.min(text.len());
    }
    out.extend_from_slice(&text[at..]);
}

fn stand_in(rule: &RuleId) -> Vec<u8> {
    format!("[redacted:{rule}]").into_bytes()
}

/// Where a private key in PEM begins that does not end on this line.
///
/// Source: [RFC 7468 §2](https://www.rfc-editor.org/rfc/rfc7468#section-2); PGP blocks are made alike.
fn key_start(line: &[u8]) -> Option<usize> {
    let start = memmem::rfind(line, b"-----BEGIN ")?;
    let behind = &line[start + b"-----BEGIN ".len()..];
    let label = &behind[..memmem::find(behind, b"-----")?];
    let is_private = memmem::find(label, b"PRIVATE KEY").is_some();
    (is_private && memmem::find(behind, b"-----END ").is_none()).then_some(start)
}

/// Where the text goes on behind the last line of a private key.
fn behind_key_end(line: &[u8]) -> Option<usize> {
    let label = memmem::find(line, b"-----END ")? + b"-----END ".len();
    memmem::find(&line[label..], b"-----").map(|dashes| label + dashes + b"-----".len())
}

/// Whether a line can stand in a private key: base64, a header such as `DEK-Info: …`, or nothing, behind whatever quotes it.
fn is_key_line(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_mark = |byte: &u8| {
        matches!(
            byte,
            b'"' | b'\'' | b'>' | b'+' | b'*' | b'#' | b'|' | b',' | b'\\' | b' '
        )
    };
    let inside = &line[line.iter().take_while(|byte| is_mark(byte)).count()..];
    let is_base64 = inside
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'=') || is_mark(byte));
    let has_space = inside.trim_ascii().contains(&b' ');
    let is_header = inside.iter().position(|byte| *byte == b':').is_some_and(|colon| {
        inside[..colon]
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
    });
    (is_base64 && !has_space) || is_header
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use weighbridge_rules::{built_in_rules, fill};

    use super::*;
    use crate::Options;

    static SCANNER: LazyLock<Scanner<'static>> = LazyLock::new(|| {
        let options = Options {
            intranet_suffixes: vec!["harbour-line.com".to_owned()],
            ..Options::default()
        };
        Scanner::new(redaction_uses(built_in_rules()), options, false)
    });

    fn redacted(pieces: &[&[u8]]) -> String {
        let mut redactor = Redactor::new(&SCANNER);
        let mut out = Vec::new();
        pieces.iter().for_each(|piece| redactor.push(piece, &mut out));
        redactor.finish(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// A text with a secret of each kind, and the parts that must not come out.
    fn text_with_secrets() -> (String, Vec<String>) {
        let token = fill("{{fake:github-crc32:ghp_}}").unwrap();
        let password = fill("{{fake:password:14}}").unwrap();
        let key = fill("{{fake:pem:EC PRIVATE KEY}}").unwrap();
        let jwt = fill("{{fake:jwt}}").unwrap();
        let url = fill("{{fake:base62:20}}").unwrap();
        let text = format!(
            "Sure. Use {token} for it,\nor the password:\n\n    password: \"{password}\"\n\nThe key:\n\n{key}\n\nand\nBearer {jwt}\n\
             from postgres://app:{url}@db.harbour-line.com/x at http://10.1.2.3:8080/.\nThat is all.\n"
        );
        let mut parts = vec![
            token[4..].to_owned(),
            password,
            jwt[jwt.len() - 20..].to_owned(),
            url,
            "10.1.2.3".to_owned(),
        ];
        parts.extend(key.lines().filter(|line| !line.starts_with('-')).map(str::to_owned));
        parts.push("harbour-line".to_owned());
        (text, parts)
    }

    /// No stretch of eight bytes of a secret is in the output.
    fn holds_none_of(output: &str, parts: &[String]) -> bool {
        let stretches = parts.iter().flat_map(|part| part.as_bytes().windows(part.len().min(8)));
        stretches
            .into_iter()
            .all(|stretch| memmem::find(output.as_bytes(), stretch).is_none())
    }

    #[test]
    fn credentials_keys_and_hosts_are_taken_out_and_nothing_else() {
        let (text, parts) = text_with_secrets();

        let output = redacted(&[text.as_bytes()]);

        assert!(holds_none_of(&output, &parts), "{output}");
        for kept in [
            "Sure. Use [redacted:secret/github-token] for it,",
            "The key:\n\n[redacted:secret/private-key]\n\nand\n",
            "That is all.\n",
        ] {
            assert!(output.contains(kept), "{output}");
        }
    }

    #[test]
    fn the_output_is_the_same_at_every_split_point() {
        let (text, parts) = text_with_secrets();
        let whole = redacted(&[text.as_bytes()]);

        for at in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(at);
            let mut redactor = Redactor::new(&SCANNER);
            let mut out = Vec::new();
            redactor.push(first, &mut out);
            assert!(holds_none_of(&String::from_utf8_lossy(&out), &parts), "before {at}");
            redactor.push(second, &mut out);
            redactor.finish(&mut out);

            assert_eq!(String::from_utf8_lossy(&out), whole, "split at {at}");
        }
    }

    #[test]
    fn text_without_secrets_passes_byte_by_byte() {
        let text = "Plain text, \u{fffd} and \r\n code: `let x = 1;`\n\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\nlast";

        let pieces: Vec<&[u8]> = text.as_bytes().chunks(1).collect();

        assert_eq!(redacted(&pieces), text);
    }

    #[test]
    fn a_key_that_is_cut_short_takes_nothing_of_the_text_behind_it() {
        let key = fill("{{fake:pem:RSA PRIVATE KEY}}").unwrap();
        let lines: Vec<_> = key.lines().take(5).map(|line| format!("> {line}\n")).collect();
        let cut = lines.concat();

        let output = redacted(&[format!("{cut}This is where it stops.\nMore.\n").as_bytes()]);

        assert_eq!(
            output,
            "> [redacted:secret/private-key]This is where it stops.\nMore.\n"
        );
    }

    #[test]
    fn a_line_without_an_end_is_handed_on_in_parts() {
        let token = fill("{{fake:github-crc32:ghp_}}").unwrap();
        for place in [MAX_LINE - HELD_BACK - 20, MAX_LINE - 20, MAX_LINE + 5] {
            let text = format!("{} {token} {}", "word ".repeat(place / 5), "more ".repeat(20_000));
            let whole = redacted(&[text.as_bytes()]);
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(777).collect();

            assert_eq!(whole.matches("[redacted:secret/github-token]").count(), 1);
            assert!(!whole.contains(&token[4..12]));
            assert_eq!(redacted(&pieces), whole);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_output_does_not_depend_on_the_pieces(
            words in proptest::collection::vec("[ -~]{0,12}|\n|-----BEGIN PRIVATE KEY-----\n|-----END PRIVATE KEY-----|TOKEN", 0..40),
            sizes in proptest::collection::vec(1_usize..40, 1..60),
        ) {
            let token = fill("{{fake:github-crc32:ghp_}}").unwrap();
            let text = words.concat().replace("TOKEN", &format!(" {token} "));
            let mut pieces = Vec::new();
            let mut rest = text.as_bytes();
            for size in sizes {
                let (piece, behind) = rest.split_at(size.min(rest.len()));
                pieces.push(piece);
                rest = behind;
            }
            pieces.push(rest);

            let output = redacted(&pieces);

            prop_assert_eq!(&output, &redacted(&[text.as_bytes()]));
            prop_assert!(!output.contains(&token[4..12]));
        }
    }
}
