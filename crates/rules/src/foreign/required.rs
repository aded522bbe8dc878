//! Words that every match of an expression must contain, for the prefilter.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than this are no help.
const MOST: usize = 64;
/// A shorter word occurs everywhere.
const LEAST: usize = 3;

/// Words of which every match contains one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// In lower case if the case does not matter.
    pub(super) words: Vec<String>,
    pub(super) ignores_case: bool,
}

/// The best words that every match of `regex` contains one of; `None` if there are none.
///
/// # Errors
///
/// An expression that our engine cannot read, with the reason.
pub(super) fn required(regex: &str) -> Result<Option<Words>, String> {
    let unicode = !regex.is_ascii();
    let parsed = ParserBuilder::new().unicode(unicode).utf8(false).build().parse(regex);
    let parsed = parsed.map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default();
        format!(
            "its expression cannot be read: {}",
            reason.trim_start_matches("error: ")
        )
    })?;
    Ok(find(&parsed).filter(|words| words.shortest() >= LEAST))
}

impl Words {
    fn one(word: &Word) -> Self {
        let ignores_case = word.ignores_case;
        let text = if ignores_case {
            word.text.to_ascii_lowercase()
        } else {
            word.text.clone()
        };
        Self {
            words: vec![text],
            ignores_case,
        }
    }

    fn shortest(&self) -> usize {
        self.words.iter().map(String::len).min().unwrap_or(0)
    }

    /// The longer the shortest word, the better; of equals, the fewer.
    fn rank(&self) -> (usize, std::cmp::Reverse<usize>) {
        (self.shortest().min(12), std::cmp::Reverse(self.words.len()))
    }
}

/// A word that an expression spells out.
#[derive(Clone, Debug, Default)]
struct Word {
    text: String,
    ignores_case: bool,
}

fn find(hir: &Hir) -> Option<Words> {
    if let Some(word) = spelled(hir) {
        return (!word.text.is_empty()).then(|| Words::one(&word));
    }
    match hir.kind() {
        HirKind::Capture(capture) => find(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => find(&repetition.sub),
        HirKind::Concat(parts) => {
            let mut best: Option<Words> = None;
            let mut consider = |words: Words| {
                if best.as_ref().is_none_or(|best| words.rank() > best.rank()) {
                    best = Some(words);
                }
            };
            let mut run = Word::default();
            for part in parts {
                if let Some(word) = spelled(part) {
                    run.text.push_str(&word.text);
                    run.ignores_case |= word.ignores_case;
                    continue;
                }
                let run = std::mem::take(&mut run);
                if !run.text.is_empty() {
                    consider(Words::one(&run));
                }
                if let Some(words) = find(part) {
                    consider(words);
                }
            }
            if !run.text.is_empty() {
                consider(Words::one(&run));
            }
            best
        }
        HirKind::Alternation(parts) => {
            let mut words = Words {
                words: Vec::new(),
                ignores_case: false,
            };
            for part in parts {
                let more = find(part)?;
                words.ignores_case |= more.ignores_case;
                words.words.extend(more.words);
            }
            if words.ignores_case {
                words.words.iter_mut().for_each(|word| word.make_ascii_lowercase());
            }
            words.words.sort_unstable();
            words.words.dedup();
            (words.words.len() <= MOST).then_some(words)
        }
        _ => None,
    }
}

/// The one text that an expression matches, if it is one but for its case; printable ASCII only.
fn spelled(hir: &Hir) -> Option<Word> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Word::default()),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
            is_plain.then(|| Word {
                text: text.to_owned(),
                ignores_case: false,
            })
        }
        HirKind::Class(class) => letter(class),
        HirKind::Capture(capture) => spelled(&capture.sub),
        HirKind::Repetition(repetition) if repetition.max == Some(repetition.min) && repetition.min <= 16 => {
            let word = spelled(&repetition.sub)?;
            Some(Word {
                text: word.text.repeat(usize::try_from(repetition.min).ok()?),
                ..word
            })
        }
        HirKind::Concat(parts) => parts.iter().try_fold(Word::default(), |mut all, part| {
            let word = spelled(part)?;
            all.text.push_str(&word.text);
            all.ignores_case |= word.ignores_case;
            Some(all)
        }),
        _ => None,
    }
}

/// The letter that a class such as `[Aa]` stands for.
fn letter(class: &Class) -> Option<Word> {
    let characters: Vec<char> = match class {
        Class::Bytes(class) => {
            let range = |range: &regex_syntax::hir::ClassBytesRange| range.start()..=range.end();
            class.ranges().iter().flat_map(range).map(char::from).take(3).collect()
        }
        Class::Unicode(class) => {
            let range = |range: &regex_syntax::hir::ClassUnicodeRange| range.start()..=range.end();
            class
                .ranges()
                .iter()
                .flat_map(range)
                .filter(char::is_ascii)
                .take(3)
                .collect()
        }
    };
    match characters[..] {
        [upper, lower] if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower => Some(Word {
            text: lower.to_string(),
            ignores_case: true,
        }),
        _ => None,
    }
}
