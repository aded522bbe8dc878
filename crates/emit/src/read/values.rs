//! The values of a report, each of them checked where it is read, so that an error names its line.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use weighbridge_core::{
    Confidence, Digest, Fingerprint, MAX_FLOW_STEPS, NotificationLevel, Origin, Outcome, Provenance, ReviewCause,
    RuleId, Severity, SourcePath, SuppressionKind,
};

use crate::shown::spelled_out;

/// The longest text: as long as the longest page of a rule.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// Elements of the longest list.
const MAX_ITEMS: usize = 1_000_000;
/// The largest number that all readers of JSON agree on.
///
/// Source: [RFC 8259 §6](https://www.rfc-editor.org/rfc/rfc8259#section-6). It also leaves room for the sums that emitters make.
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// A text of at most [`MAX_TEXT_BYTES`], with hidden characters spelled out as they are when it is written.
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw_text(deserializer).map(|text| Self(spelled_out(&text)))
    }
}

/// A text as it stands, for those who look at its characters.
pub(super) struct RawText(pub(super) String);

impl<'de> Deserialize<'de> for RawText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw_text(deserializer).map(Self)
    }
}

fn raw_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.len() > MAX_TEXT_BYTES {
        return Err(D::Error::custom("a text is longer than 1 MiB"));
    }
    Ok(text)
}

/// A number that counts something, from 0 to [`MAX_NUMBER`].
#[derive(Clone, Copy)]
pub(super) struct Count(pub(super) usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = number(deserializer)?;
        usize::try_from(number)
            .map(Self)
            .map_err(|_| D::Error::custom(format_args!("the number {number} is too large")))
    }
}

/// A number of bytes, from 0 to [`MAX_NUMBER`].
#[derive(Clone, Copy)]
pub(super) struct Bytes(pub(super) u64);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        number(deserializer).map(Self)
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    if number > MAX_NUMBER {
        return Err(D::Error::custom(format_args!("the number {number} is too large")));
    }
    Ok(number)
}

/// The number of a line or column, which counts from 1.
#[derive(Clone, Copy)]
pub(super) struct Ordinal(pub(super) usize);

impl<'de> Deserialize<'de> for Ordinal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Count::deserialize(deserializer)? {
            Count(0) => Err(D::Error::custom("lines and columns count from 1, this is 0")),
            Count(number) => Ok(Self(number)),
        }
    }
}

/// A list of at most [`MAX_ITEMS`] elements.
pub(super) struct List<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = elements.next_element()? {
                    if list.len() == MAX_ITEMS {
                        return Err(A::Error::custom(format_args!(
                            "a list has more than {MAX_ITEMS} elements"
                        )));
                    }
                    list.push(element);
                }
                Ok(List(list))
            }
        }

        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

/// An object. What `serde` derives for a struct would take a list of its values as well.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Object)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// A value that may be `null` but must be there. To be named in `deserialize_with`: `serde` lets a plain `Option` be absent.
pub(super) fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// A noun that is written in a form of its own.
pub(super) trait Written: Sized {
    /// What is expected, for messages.
    const EXPECTED: &'static str;

    /// What is written so, if anything is.
    fn parse(text: &str) -> Option<Self>;
}

/// A noun, read from its form.
pub(super) struct Noun<T>(pub(super) T);

impl<'de, T: Written> Deserialize<'de> for Noun<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = raw_text(deserializer)?;
        T::parse(&text).map(Self).ok_or_else(|| unexpected(&text, &T::EXPECTED))
    }
}

fn unexpected<E: Error>(given: &str, expected: &impl Display) -> E {
    E::custom(format_args!("unexpected `{given}`, expected {expected}"))
}

impl Written for RuleId {
    const EXPECTED: &'static str = "the id of a rule";

    fn parse(text: &str) -> Option<Self> {
        Self::is_well_formed(text).then(|| Self::new(text.to_owned()))
    }
}

impl Written for Digest {
    const EXPECTED: &'static str = "64 lower-case hexadecimal digits";

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Written for Fingerprint {
    const EXPECTED: &'static str = "32 lower-case hexadecimal digits";

    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

/// The id of a notification.
pub(super) struct NotificationId(pub(super) String);

impl Written for NotificationId {
    const EXPECTED: &'static str = "the id of a notification";

    fn parse(text: &str) -> Option<Self> {
        RuleId::is_well_formed(text).then(|| Self(text.to_owned()))
    }
}

/// GitHub's fingerprint of a line.
pub(super) struct LineHash(pub(super) String);

impl Written for LineHash {
    const EXPECTED: &'static str = "a hash and a count, `3c4599cb7c4dcacb:1`";

    fn parse(text: &str) -> Option<Self> {
        let is_hash = text.is_empty()
            || text.split_once(':').is_some_and(|(hash, count)| {
                let is_count = count.bytes().all(|byte| byte.is_ascii_digit());
                is_hex(hash, 16) && !hash.is_empty() && is_count && (1..=20).contains(&count.len())
            });
        is_hash.then(|| Self(text.to_owned()))
    }
}

/// The name of a commit; empty where there is none yet.
pub(super) struct Commit(pub(super) String);

impl Written for Commit {
    const EXPECTED: &'static str = "a commit in lower-case hexadecimal";

    fn parse(text: &str) -> Option<Self> {
        is_hex(text, 64).then(|| Self(text.to_owned()))
    }
}

/// The version of a program: `0.1.0-rc.1+abc`.
pub(super) struct Version(pub(super) String);

impl Written for Version {
    const EXPECTED: &'static str = "a version";

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = text.bytes();
        let is_version = bytes.all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte));
        (is_version && (1..=100).contains(&text.len())).then(|| Self(text.to_owned()))
    }
}

fn is_hex(text: &str, longest: usize) -> bool {
    text.len() <= longest && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A word of a short list.
pub(super) trait Word: Copy + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// How it is written.
    fn word(self) -> &'static str;
}

/// One of the words, read.
pub(super) struct OneOf<T>(pub(super) T);

impl<'de, T: Word> Deserialize<'de> for OneOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = raw_text(deserializer)?;
        let found = T::ALL.iter().find(|known| known.word() == text);
        found.copied().map(Self).ok_or_else(|| {
            let words: Vec<_> = T::ALL.iter().map(|known| format!("`{}`", known.word())).collect();
            unexpected(&text, &words.join(", "))
        })
    }
}

macro_rules! words {
    ($($type:ty: $all:expr, $word:expr;)+) => {
        $(impl Word for $type {
            const ALL: &'static [Self] = $all;

            fn word(self) -> &'static str {
                $word(self)
            }
        })+
    };
}

words! {
    Severity: Self::ALL, Self::name;
    Confidence: Self::ALL, Self::name;
    Provenance: &Self::ALL, Self::name;
    Origin: &Self::ALL, Self::name;
    ReviewCause: &Self::ALL, Self::name;
    SuppressionKind: &[Self::Inline, Self::Baseline], Self::name;
    NotificationLevel: &[Self::Note, Self::Incomplete], crate::json::level_name;
    Outcome: &[Self::Clean, Self::Findings, Self::Incomplete], crate::json::outcome_name;
}

/// The name of the tool, which is always the same.
#[derive(Clone, Copy)]
pub(super) struct OurName;

impl Word for OurName {
    const ALL: &'static [Self] = &[Self];

    fn word(self) -> &'static str {
        "weighbridge"
    }
}

/// What is wrong with an object although each of its values may be right.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("`uri` is no relative URI reference as weighbridge writes it, or `path` shows another file")]
    Path,
    #[error("one of `path` and `uri` is null, the other is not")]
    HalfPath,
    #[error("the location ends before it begins")]
    Location,
    #[error("the lines of the excerpt do not follow one another, or a mark lies outside of its text")]
    Excerpt,
    #[error("the flow has more than {MAX_FLOW_STEPS} steps")]
    Flow,
    #[error("the ids are not sorted, or one of them is there twice")]
    Ids,
    #[error("the kinds of added lines do not add up to their total")]
    AddedLines,
    #[error("`required` does not agree with `reasons`")]
    Review,
}

/// The path that is written twice.
pub(super) fn path(uri: &RawText, shown: &RawText) -> Result<SourcePath, Fault> {
    SourcePath::written_as(&uri.0, &shown.0).ok_or(Fault::Path)
}

/// The path that is written twice or not at all.
pub(super) fn path_or_none(uri: Option<&RawText>, shown: Option<&RawText>) -> Result<Option<SourcePath>, Fault> {
    match (uri, shown) {
        (Some(uri), Some(shown)) => path(uri, shown).map(Some),
        (None, None) => Ok(None),
        _ => Err(Fault::HalfPath),
    }
}
