//! The format `jsonl`, read back: findings, then notifications, then the head of the report.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::StreamDeserializer;
use serde_json::de::Read;
use weighbridge_core::{Finding, Notification};

use super::document::{Document, ReadNotification};
use super::finding::ReadFinding;
use super::values::{MAX_ITEMS, Text};
use super::{ReadError, ReadReport};

/// How a line begins; a report in the format `json` does not.
const START: &[u8] = b"{\"type\":";

/// Whether this is the start of a report in lines.
pub(super) fn begin_with(start: &[u8]) -> bool {
    start.trim_ascii_start().starts_with(START)
}

/// A line, by its `type`, which stands first.
enum Line {
    Finding(Box<Finding>),
    Notification(Notification),
    Summary(Box<Document<Elsewhere>>),
}

/// What stands on lines of its own and therefore not in the head.
struct Elsewhere;

/// A field that is not there is asked for as a `null`; one that is there is refused.
impl<'de> Deserialize<'de> for Elsewhere {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Nothing;

        impl Visitor<'_> for Nothing {
            type Value = Elsewhere;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("nothing, since findings and notifications have lines of their own")
            }

            fn visit_none<E: Error>(self) -> Result<Elsewhere, E> {
                Ok(Elsewhere)
            }
        }

        deserializer.deserialize_option(Nothing)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Line;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Line, A::Error> {
                let first: Option<Text> = members.next_key()?;
                if first.is_none_or(|key| key.0 != "type") {
                    return Err(A::Error::custom("`type` is not the first member of the line"));
                }
                let kind: Text = members.next_value()?;
                let rest = MapAccessDeserializer::new(members);
                match kind.0.as_str() {
                    "finding" => ReadFinding::deserialize(rest).map(|one| Line::Finding(Box::new(one.0))),
                    "notification" => ReadNotification::deserialize(rest).map(|one| Line::Notification(one.0)),
                    "summary" => Document::deserialize(rest).map(|head| Line::Summary(Box::new(head))),
                    other => Err(A::Error::custom(format_args!("unknown type of line `{other}`"))),
                }
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// Reads all lines. What is wrong with one of them is the outer error.
pub(super) fn read<'de, R: Read<'de>>(
    input: serde_json::Deserializer<R>,
) -> Result<Result<ReadReport, ReadError>, serde_json::Error> {
    let mut lines: StreamDeserializer<'de, R, Line> = input.into_iter();
    let (mut findings, mut notifications) = (Vec::new(), Vec::new());
    while let Some(line) = lines.next() {
        match line? {
            Line::Finding(finding) if notifications.is_empty() => findings.push(*finding),
            Line::Finding(_) => return Err(serde_json::Error::custom("a finding stands behind a notification")),
            Line::Notification(notification) => notifications.push(notification),
            Line::Summary(head) => {
                return match lines.next() {
                    None => Ok(head.into_report(findings, notifications)),
                    Some(Err(error)) => Err(error),
                    Some(Ok(_)) => Err(serde_json::Error::custom("a line stands behind the summary")),
                };
            }
        }
        if findings.len() > MAX_ITEMS || notifications.len() > MAX_ITEMS {
            return Err(serde_json::Error::custom(format_args!(
                "there are more than {MAX_ITEMS} lines"
            )));
        }
    }
    Ok(Err(ReadError::Cut))
}
