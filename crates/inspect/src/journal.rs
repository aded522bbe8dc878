//! What was seen in a file, in order, and what could not be looked at.

use crate::sign::Sign;

/// Lines that are kept; a file with more is not read by anybody, and is said to be cut.
const MAX_ENTRIES: usize = 4000;
/// Lines with a sign that are kept beyond that.
const MAX_SIGNS: usize = 2000;
/// Bytes of all texts.
const MAX_BYTES: usize = 3 << 20;

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The members of archives that lead to it, with `!` between them; empty in the file itself.
    pub(crate) member: String,
    /// Where it begins in that member.
    pub(crate) offset: u64,
    /// How many bytes it has there; 0 if that says nothing.
    pub(crate) length: u64,
    /// What it is, in a word: `import`, `call`, `format`.
    pub(crate) kind: &'static str,
    /// What it is, in full.
    pub(crate) text: String,
    /// What is wrong with it.
    pub(crate) sign: Option<Sign>,
    /// What a stricter rule would say of it besides.
    pub(crate) also: Option<Sign>,
    /// What `{name}` of a page stands for.
    pub(crate) name: String,
}

impl Entry {
    /// Everything that is wrong with it.
    pub(crate) fn signs(&self) -> impl Iterator<Item = Sign> + use<> {
        self.sign.into_iter().chain(self.also)
    }
}

/// Everything that was seen in a file.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: Vec<Entry>,
    members: Vec<String>,
    troubles: Vec<String>,
    signs: usize,
    bytes: usize,
    is_cut: bool,
}

/// A place in a journal to which it can be taken back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint {
    entries: usize,
    troubles: usize,
}

impl Journal {
    /// Notes something ordinary.
    pub(crate) fn note(&mut self, kind: &'static str, offset: u64, text: impl Into<String>) {
        self.push(kind, (offset, 0), &text.into(), (None, None), String::new());
    }

    /// Notes an import, with what is wrong with it and what a stricter rule would say.
    pub(crate) fn import(&mut self, signs: (Option<Sign>, Option<Sign>), offset: u64, name: String, text: &str) {
        self.push("import", (offset, 0), text, signs, name);
    }

    /// Notes something wrong. `name` is what `{name}` of a page stands for.
    pub(crate) fn sign(
        &mut self,
        sign: Sign,
        kind: &'static str,
        offset: u64,
        name: impl Into<String>,
        text: impl Into<String>,
    ) {
        self.sign_at(sign, kind, (offset, 0), name, text);
    }

    /// The same, of a stretch of bytes: offset and length.
    pub(crate) fn sign_at(
        &mut self,
        sign: Sign,
        kind: &'static str,
        place: (u64, u64),
        name: impl Into<String>,
        text: impl Into<String>,
    ) {
        self.push(kind, place, &text.into(), (Some(sign), None), name.into());
    }

    fn push(
        &mut self,
        kind: &'static str,
        place: (u64, u64),
        text: &str,
        (sign, also): (Option<Sign>, Option<Sign>),
        name: String,
    ) {
        let text = one_line(text);
        let limit = MAX_ENTRIES + if sign.is_some() { MAX_SIGNS } else { 0 };
        if self.entries.len() >= limit || self.bytes + text.len() > MAX_BYTES {
            self.is_cut |= sign.is_some();
            return;
        }
        self.bytes += text.len();
        self.signs += usize::from(sign.is_some());
        let entry = Entry {
            member: self.members.join("!"),
            offset: place.0,
            length: place.1,
            kind,
            text,
            sign,
            also,
            name,
        };
        // Two ways of reading a file see much of the same.
        let recent = self.entries.iter().rev().take(64);
        if !recent.clone().any(|other| *other == entry) {
            self.entries.push(entry);
        }
    }

    /// Something was not looked at: the run is not complete. Lower case, no full stop, no text of the file.
    pub(crate) fn trouble(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.troubles.contains(&what) && self.troubles.len() < 20 {
            self.troubles.push(what);
        }
    }

    /// Whether anything wrong was noted.
    pub(crate) fn has_signs(&self) -> bool {
        self.signs > 0
    }

    /// What follows is inside of a member of an archive, until [`Journal::leave`].
    pub(crate) fn enter(&mut self, member: &str) {
        let shown = member.chars().filter(|character| !character.is_control()).take(200);
        self.members.push(shown.collect());
    }

    /// Ends what the last [`Journal::enter`] began.
    pub(crate) fn leave(&mut self) {
        self.members.pop();
    }

    /// How many archives deep this is.
    pub(crate) fn depth(&self) -> usize {
        self.members.len()
    }

    /// Where the journal stands.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            entries: self.entries.len(),
            troubles: self.troubles.len(),
        }
    }

    /// What was noted since.
    pub(crate) fn since(&self, checkpoint: Checkpoint) -> &[Entry] {
        &self.entries[checkpoint.entries..]
    }

    /// Forgets what was noted since: it was no such file after all.
    pub(crate) fn take_back(&mut self, checkpoint: Checkpoint) {
        self.entries.truncate(checkpoint.entries);
        self.troubles.truncate(checkpoint.troubles);
        self.signs = self.entries.iter().filter(|entry| entry.sign.is_some()).count();
    }

    /// What was seen, and what was not.
    pub(crate) fn finish(mut self) -> (Vec<Entry>, Vec<String>) {
        if self.is_cut {
            self.trouble("more is wrong with it than is listed");
        }
        (self.entries, self.troubles)
    }
}

/// The text without anything that would end its line.
fn one_line(text: &str) -> String {
    if text.contains(|character: char| character.is_control()) {
        text.chars()
            .flat_map(|character| {
                let escaped = character.is_control().then(|| character.escape_default());
                let plain = (!character.is_control()).then_some(character);
                escaped.into_iter().flatten().chain(plain)
            })
            .collect()
    } else {
        text.to_owned()
    }
}
