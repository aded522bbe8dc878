//! One pass over a file for the rarest words of all rules.
//!
//! What the pass does not see cannot be found by any rule, so a file without a hit costs this pass and nothing else. A case-sensitive
//! automaton over all words, with the checks of word boundaries behind it: see `benches/`.

use aho_corasick::nfa::contiguous;
use aho_corasick::{PatternID, dfa};
use memchr::memmem;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::commonness::commonness;
use crate::lanes::for_each_match;
use crate::word::{is_boundary, is_word};

/// Something that wants to know whether its words occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Seeker {
    /// A need of the call table.
    Need(usize),
    /// A query rule.
    Query(usize),
    /// A pattern rule; it also wants the offsets.
    Pattern(usize),
    /// A rule with a detector in Rust.
    Code(usize),
    /// Dynamic access to names: wants the offsets of words such as `getattr`.
    Dynamic,
    /// Whoever looks for prompts in files of another language.
    Prompts,
}

/// A set of words that must all occur.
#[derive(Debug)]
struct Want {
    seeker: Seeker,
    /// Indices of the other words, the rarest first.
    partners: Vec<usize>,
}

#[derive(Debug, Default)]
struct Literal {
    /// Wanted as a whole word, and wherever it stands.
    whole: Vec<Want>,
    anywhere: Vec<Want>,
    keeps_offsets: bool,
    length: usize,
    /// Whether it is one character again and again.
    is_run: bool,
}

/// Collects words and makes the automaton.
#[derive(Debug, Default)]
pub(crate) struct Builder<'r> {
    literals: FxHashMap<String, Literal>,
    /// Words that others want beside them, each once, with their indices.
    partners: FxHashMap<&'r str, usize>,
    /// First parts of names that dynamic access can reach.
    heads: FxHashSet<&'r str>,
    reaches: Option<Reaches>,
}

/// Whether a name of interest could be reached dynamically by the word that stands at this range of the text.
type Reaches = fn(&[u8], std::ops::Range<usize>, &FxHashSet<&str>) -> bool;

/// How the automaton is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Quick to make: for a few files.
    Quick,
    /// Quick to run: for many files.
    Thorough,
}

/// Words that reach a name dynamically.
const DYNAMIC_WORDS: [&str; 11] = [
    "getattr",
    "vars",
    "__import__",
    "import_module",
    "__dict__",
    "__builtins__",
    "modules",
    "globals",
    "locals",
    "__getattribute__",
    "attrgetter",
];

impl<'r> Builder<'r> {
    /// Wants `anchor` as a whole word and `partners` anywhere.
    pub(crate) fn want_word(&mut self, seeker: Seeker, anchor: &str, partners: &[&'r str]) {
        let partners = self.partners(partners);
        self.literal(anchor).whole.push(Want { seeker, partners });
    }

    /// Wants `anchor` and `partners` anywhere, parts of words included.
    pub(crate) fn want_text(&mut self, seeker: Seeker, anchor: &str, partners: &[&'r str]) {
        let partners = self.partners(partners);
        let literal = self.literal(anchor);
        literal.keeps_offsets |= matches!(seeker, Seeker::Pattern(_));
        literal.anywhere.push(Want { seeker, partners });
    }

    /// Wants dynamic access to names that begin with one of `heads`.
    pub(crate) fn want_dynamic(&mut self, heads: impl Iterator<Item = &'r str>) {
        self.heads.extend(heads);
        self.want_reaching(DYNAMIC_WORDS.into_iter(), reaches_in_python);
    }

    /// Wants members of these modules and objects that are named by a text: `cp["exec"]`.
    pub(crate) fn want_indexed<'w>(&mut self, words: impl Iterator<Item = &'w str>) {
        self.want_reaching(words, reaches_by_index);
    }

    fn want_reaching<'w>(&mut self, words: impl Iterator<Item = &'w str>, reaches: Reaches) {
        self.reaches = Some(reaches);
        for word in words {
            let literal = self.literal(word);
            literal.keeps_offsets = true;
            literal.whole.push(Want {
                seeker: Seeker::Dynamic,
                partners: Vec::new(),
            });
        }
    }

    /// The indices of these words, the rarest first: most files are ruled out by it.
    fn partners(&mut self, words: &[&'r str]) -> Vec<usize> {
        let mut words = words.to_vec();
        words.sort_by_key(|word| commonness(word));
        let indices = words.into_iter().map(|word| {
            let next = self.partners.len();
            *self.partners.entry(word).or_insert(next)
        });
        indices.collect()
    }

    fn literal(&mut self, text: &str) -> &mut Literal {
        let literal = self.literals.entry(text.to_owned()).or_default();
        literal.length = text.len();
        literal.is_run = text.len() > 1 && text.bytes().all(|byte| Some(byte) == text.bytes().next());
        literal
    }

    /// Makes the automaton.
    pub(crate) fn build(self, effort: Effort) -> Prefilter<'r> {
        let mut sorted: Vec<_> = self.literals.into_iter().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let (texts, literals): (Vec<_>, Vec<_>) = sorted.into_iter().unzip();
        let automaton = match effort {
            Effort::Quick => contiguous::NFA::new(texts).map(Machine::Quick),
            Effort::Thorough => dfa::DFA::new(texts).map(Machine::Thorough),
        };
        let mut partners: Vec<_> = self.partners.into_iter().collect();
        partners.sort_unstable_by_key(|(_, index)| *index);
        Prefilter {
            automaton: automaton.expect("the words of all rules fit an automaton"),
            literals,
            partners: partners
                .into_iter()
                .map(|(word, _)| memmem::Finder::new(word))
                .collect(),
            heads: self.heads,
            reaches: self.reaches,
        }
    }
}

/// The automaton. Left to itself, the crate takes the slower one above about a hundred words: 2.3 times slower in all.
#[derive(Debug)]
enum Machine {
    Quick(contiguous::NFA),
    Thorough(dfa::DFA),
}

/// The automaton over the words of all rules of a language.
#[derive(Debug)]
pub(crate) struct Prefilter<'r> {
    automaton: Machine,
    literals: Vec<Literal>,
    partners: Vec<memmem::Finder<'r>>,
    heads: FxHashSet<&'r str>,
    reaches: Option<Reaches>,
}

/// What the prefilter saw in a file; reused from file to file.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Bit 0: somewhere; bit 1: as a whole word.
    literals: Vec<u8>,
    touched: Vec<usize>,
    offsets: Vec<(usize, usize)>,
    /// Whether a partner occurs, where it was asked.
    partners: Vec<Option<bool>>,
    /// Seekers whose words are all there, sorted, each once.
    pub(crate) seekers: Vec<Seeker>,
    /// Offsets for pattern rules: (rule, offset), sorted.
    pub(crate) pattern_hits: Vec<(usize, usize)>,
    /// Offsets of dynamic access.
    pub(crate) dynamic: Vec<usize>,
}

const ANYWHERE: u8 = 1;
const WHOLE: u8 = 2;

impl Seen {
    fn clear(&mut self, literals: usize, partners: usize) {
        self.partners.clear();
        self.partners.resize(partners, None);
        if self.literals.len() == literals {
            self.touched.iter().for_each(|&id| self.literals[id] = 0);
        } else {
            self.literals.clear();
            self.literals.resize(literals, 0);
        }
        self.touched.clear();
        self.offsets.clear();
        self.seekers.clear();
        self.pattern_hits.clear();
        self.dynamic.clear();
    }
}

impl Prefilter<'_> {
    /// Searches `text`.
    pub(crate) fn search(&self, text: &[u8], seen: &mut Seen) {
        seen.clear(self.literals.len(), self.partners.len());
        let note = |word, end| self.note(text, word, end, seen);
        match &self.automaton {
            Machine::Quick(automaton) => for_each_match(automaton, text, note),
            Machine::Thorough(automaton) => for_each_match(automaton, text, note),
        }
        if !seen.touched.is_empty() {
            self.settle(text, seen);
        }
    }

    /// Notes a word that ends at `end`.
    fn note(&self, text: &[u8], word: PatternID, end: usize, seen: &mut Seen) {
        let id = word.as_usize();
        let literal = &self.literals[id];
        let known = seen.literals[id];
        if known == ANYWHERE | WHOLE && !literal.keeps_offsets {
            return;
        }
        let start = end - literal.length;
        if literal.is_run && is_amid_run(text, start, end) {
            return;
        }
        let is_whole = is_boundary(text, start) && is_boundary(text, end);
        if !is_whole && literal.anywhere.is_empty() {
            return;
        }
        if known == 0 {
            seen.touched.push(id);
        }
        seen.literals[id] |= if is_whole { ANYWHERE | WHOLE } else { ANYWHERE };
        if literal.keeps_offsets {
            seen.offsets.push((id, start));
        }
    }

    /// From words that were seen to seekers that have all their words.
    fn settle(&self, text: &[u8], seen: &mut Seen) {
        let mut patterns = Vec::new();
        let mut known = std::mem::take(&mut seen.partners);
        let mut has_all = |want: &Want| {
            let mut has =
                |&index: &usize| *known[index].get_or_insert_with(|| self.partners[index].find(text).is_some());
            want.partners.iter().all(&mut has)
        };
        for &id in &seen.touched {
            let literal = &self.literals[id];
            let whole = literal.whole.iter().filter(|_| seen.literals[id] & WHOLE != 0);
            for want in literal.anywhere.iter().chain(whole).filter(|want| has_all(want)) {
                match want.seeker {
                    Seeker::Dynamic => {}
                    Seeker::Pattern(index) => {
                        patterns.push((id, index));
                        seen.seekers.push(want.seeker);
                    }
                    seeker => seen.seekers.push(seeker),
                }
            }
        }
        seen.partners = known;
        patterns.sort_unstable();
        seen.offsets.sort_unstable_by_key(|(_, offset)| *offset);
        for &(id, offset) in &seen.offsets {
            let first = patterns.partition_point(|(known, _)| *known < id);
            let wanting = patterns[first..].iter().take_while(|(known, _)| *known == id);
            seen.pattern_hits.extend(wanting.map(|(_, index)| (*index, offset)));
            let is_dynamic = self.literals[id]
                .whole
                .iter()
                .any(|want| want.seeker == Seeker::Dynamic);
            let word = offset..offset + self.literals[id].length;
            if is_dynamic
                && is_boundary(text, offset)
                && self.reaches.is_some_and(|reaches| reaches(text, word, &self.heads))
            {
                seen.dynamic.push(offset);
            }
        }
        if !seen.dynamic.is_empty() {
            seen.seekers.push(Seeker::Dynamic);
        }
        seen.seekers.sort_unstable();
        seen.seekers.dedup();
        seen.pattern_hits.sort_unstable();
    }
}

/// Whether a run of one character goes on to both sides, at an offset that may be left out: a long run is hit at each of its bytes,
/// and hits this far apart still make one window.
fn is_amid_run(text: &[u8], start: usize, end: usize) -> bool {
    let goes_on = start > 0 && text[start - 1] == text[start] && text.get(end) == Some(&text[start]);
    goes_on && !start.is_multiple_of(64)
}

/// Whether a text goes on behind one of [`DYNAMIC_WORDS`] so that a name of interest could come of it.
fn reaches_in_python(text: &[u8], word: std::ops::Range<usize>, heads: &FxHashSet<&str>) -> bool {
    let before = text[..word.start].trim_ascii_end();
    let text = &text[word.start..];
    let length = text.iter().take_while(|byte| is_word(**byte)).count();
    if matches!(&text[..length], b"getattr" | b"vars" | b"__import__" | b"import_module")
        && before.ends_with(b"=")
        && text.get(length).is_none_or(|byte| matches!(byte, b'\n' | b'\r' | b';'))
    {
        // `get = getattr`
        return true;
    }
    let behind = text[length..].trim_ascii_start();
    match &text[..length] {
        b"getattr" | b"vars" => {
            let Some(inside) = behind.strip_prefix(b"(") else {
                return false;
            };
            let inside = inside.trim_ascii_start();
            let length = inside.iter().take_while(|byte| is_word(**byte)).count();
            std::str::from_utf8(&inside[..length])
                .is_ok_and(|head| heads.contains(head) || DYNAMIC_WORDS.contains(&head))
        }
        b"__dict__" | b"modules" | b"__builtins__" => behind.starts_with(b"[") || behind.starts_with(b"."),
        b"globals" | b"locals" => behind.starts_with(b"()["),
        _ => behind.starts_with(b"("),
    }
}

/// Whether a word is indexed, or stands in quotes as the name of a module does.
fn reaches_by_index(text: &[u8], word: std::ops::Range<usize>, _: &FxHashSet<&str>) -> bool {
    let behind = &text[word.end..];
    let is_quoted = matches!(text[..word.start].last(), Some(b'"' | b'\'' | b':' | b'`'))
        && matches!(behind.first(), Some(b'"' | b'\'' | b'`'));
    is_quoted || behind.starts_with(b"[") || behind.starts_with(b"?.[")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Seen {
        let mut builder = Builder::default();
        builder.want_word(Seeker::Need(0), "system", &["os"]);
        builder.want_text(Seeker::Pattern(1), "ghp_", &[]);
        builder.want_dynamic(["os"].into_iter());
        let mut seen = Seen::default();
        let prefilter = builder.build(Effort::Quick);
        // Twice, because what one file left behind must not show in the next.
        prefilter.search(b"os.system ghp_ getattr(os, 'x')", &mut seen);
        prefilter.search(text.as_bytes(), &mut seen);
        seen
    }

    #[test]
    fn a_need_wants_all_its_words_and_whole_ones() {
        assert_eq!(seen("os.system(x)").seekers, [Seeker::Need(0)]);
        assert!(seen("my_system, os").seekers.is_empty());
        assert!(seen("system").seekers.is_empty());
    }

    #[test]
    fn a_pattern_gets_every_offset() {
        assert_eq!(seen("xghp_ ghp_").pattern_hits, [(1, 1), (1, 6)]);
    }

    #[test]
    fn a_long_run_of_blanks_is_hit_at_its_ends_and_now_and_then() {
        let mut builder = Builder::default();
        builder.want_text(Seeker::Pattern(1), "    ", &[]);
        let mut seen = Seen::default();
        let text = format!("x{}y", " ".repeat(200));
        builder.build(Effort::Quick).search(text.as_bytes(), &mut seen);

        assert_eq!(seen.pattern_hits, [(1, 1), (1, 64), (1, 128), (1, 192), (1, 197)]);
    }

    #[test]
    fn dynamic_access_counts_only_on_names_of_interest() {
        assert_eq!(seen("a; getattr( os, 'sys' + 'tem')").dynamic, [3]);
        assert!(seen("getattr(self, name)").dynamic.is_empty());
        assert_eq!(seen("__import__('os')").dynamic, [0]);
    }
}
