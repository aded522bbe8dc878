//! The baseline: findings that were there before and were accepted.
//!
//! A JSON file for git: sorted, one finding a line, no line numbers and no text of a scanned file. An entry is for one rule, one
//! file and one fingerprint, so it does not cover another secret on the same line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};
use weighbridge_core::{Finding, Notification, NotificationLevel, SourcePath, Suppression, SuppressionKind};

use crate::failure::failure_because;
use crate::files::Files;
use crate::output::write_file;
use crate::paths::Paths;
use crate::run::Scanned;
use crate::selection::Selection;
use crate::settings::{Item, Settings};
use crate::walk::Walked;

/// The name that is used if none is given.
pub(crate) const DEFAULT_NAME: &str = "weighbridge-baseline.json";
const VERSION: u32 = 1;
const MAX_BYTES: u64 = 64 << 20;

/// Findings that were accepted.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    /// Its name in messages; empty if it was not read from a file.
    name: String,
    /// Sorted, each once.
    entries: BTreeMap<Key, Remark>,
}

/// What an entry is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    path: String,
    rule: String,
    fingerprint: String,
}

/// What people say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remark {
    reason: String,
    author: Option<String>,
    /// The last day on which the entry counts: `2027-03-01`.
    expires: Option<String>,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Line>,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    path: String,
    rule: String,
    fingerprint: String,
    #[serde(default)]
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

impl Key {
    fn of(finding: &Finding) -> Self {
        Self {
            path: finding.path.to_string(),
            rule: finding.rule.to_string(),
            fingerprint: finding.fingerprint.to_string(),
        }
    }
}

impl Baseline {
    /// The baseline that the settings name, if they name one.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is no baseline.
    pub(crate) fn of_settings(settings: &Settings, files: &Files<'_>) -> Result<Option<Self>> {
        let named = settings.baseline.value.as_ref();
        let path = named.map(Item::path).filter(|path| !files.is_new(path));
        path.map(|path| Self::read(&path, files)).transpose()
    }

    /// The baseline in a file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is no baseline.
    pub(crate) fn read(path: &Path, files: &Files<'_>) -> Result<Self> {
        let name = files.paths().shown_from_below(path);
        let fail = |cause: anyhow::Error, hint: &str| {
            failure_because(format!("cannot use the baseline `{name}`"), cause, hint)
        };
        let unreadable = |cause| fail(cause, "`weighbridge baseline create` makes one");
        let bytes = files.read(path, MAX_BYTES).map_err(|error| unreadable(error.into()))?;
        let entries = entries(&bytes).map_err(|cause| {
            fail(
                cause,
                "mend the line, as after a merge, or make the file anew with `weighbridge baseline create --force`",
            )
        })?;
        Ok(Self { name, entries })
    }

    /// The baseline that accepts these findings. What `former` says about one of them stays.
    pub(crate) fn accepting<'f>(
        findings: impl Iterator<Item = &'f Finding>,
        reason: &str,
        former: Option<&Self>,
    ) -> Self {
        let remark = |key: &Key| {
            let kept = former.and_then(|former| former.entries.get(key)).cloned();
            kept.unwrap_or_else(|| Remark {
                reason: reason.to_owned(),
                ..Remark::default()
            })
        };
        let entries = findings.map(|finding| {
            let key = Key::of(finding);
            let remark = remark(&key);
            (key, remark)
        });
        Self {
            name: String::new(),
            entries: entries.collect(),
        }
    }

    /// The number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The files that entries are for, sorted.
    pub(crate) fn files(&self) -> BTreeSet<&str> {
        self.entries.keys().map(|key| key.path.as_str()).collect()
    }

    /// The number of entries whose last day is over.
    pub(crate) fn expired(&self) -> usize {
        let today = today();
        let dates = self.entries.values().filter_map(|remark| remark.expires.as_ref());
        dates.filter(|last| **last < today).count()
    }

    /// Whether the finding is accepted.
    pub(crate) fn accepts(&self, finding: &Finding) -> bool {
        let remark = self.entries.get(&Key::of(finding));
        remark.is_some_and(|remark| remark.expires.as_ref().is_none_or(|last| *last >= today()))
    }

    /// Marks the findings that are accepted, and says what the entries did not achieve.
    pub(crate) fn apply(
        &self,
        scanned: &mut Scanned,
        walked: &Walked,
        selection: &Selection<'_>,
        paths: &Paths,
        is_whole: bool,
    ) -> Vec<Notification> {
        let today = today();
        let mut expired = BTreeSet::new();
        // Those that are left out of the report count too: an entry for them is in use.
        for finding in scanned.findings.iter_mut().chain(&mut scanned.outside) {
            let key = Key::of(finding);
            let Some(remark) = self.entries.get(&key) else { continue };
            if remark.expires.as_ref().is_some_and(|last| *last < today) {
                expired.insert(key);
            } else if finding.suppression.is_none() {
                finding.suppression = Some(Suppression {
                    kind: SuppressionKind::Baseline,
                    line: finding.location.start.line,
                    reason: remark.reason.clone(),
                });
            }
        }
        let mut notes = Vec::new();
        let mut note = |id, message: String, hint: &str| {
            let path = SourcePath::new(self.name.as_bytes());
            notes.push(Notification::note(id, Some(path), message).with_hint(hint));
        };
        let stale = self.stale(scanned, walked, selection, paths, is_whole).len();
        if stale > 0 {
            let message = format!("entries that match nothing any more: {stale}");
            note("baseline/stale", message, "`weighbridge baseline prune` takes them out");
        }
        if !expired.is_empty() {
            let message = format!(
                "entries that have expired, so that their findings count again: {}",
                expired.len()
            );
            note(
                "baseline/expired",
                message,
                "mend the findings, or set a later `expires`",
            );
        }
        notes
    }

    /// The entries whose finding was looked for and is not there.
    ///
    /// Nothing is said about a rule that is off, nor about a file that was not searched to its end. In a run on all files
    /// (`is_whole`) an entry whose file is gone is stale too.
    fn stale(
        &self,
        scanned: &Scanned,
        walked: &Walked,
        selection: &Selection<'_>,
        paths: &Paths,
        is_whole: bool,
    ) -> BTreeSet<Key> {
        let found: BTreeSet<_> = scanned.findings.iter().chain(&scanned.outside).map(Key::of).collect();
        let rules: BTreeSet<_> = selection.reported().into_iter().map(|rule| rule.id.as_str()).collect();
        let stopped = walked.notifications.iter().chain(&scanned.notifications);
        let unsearched: BTreeSet<_> = stopped
            .filter(|one| one.level == NotificationLevel::Incomplete)
            .filter_map(|one| one.path.as_ref().map(ToString::to_string))
            .collect();
        let searched: BTreeSet<_> = walked.entries.iter().map(|entry| entry.name.to_string()).collect();
        let is_gone = |path: &str| is_whole && paths.absolute(Path::new(path)).symlink_metadata().is_err();
        let stale = self.entries.keys().filter(|key| {
            rules.contains(key.rule.as_str())
                && !found.contains(key)
                && !unsearched.contains(&key.path)
                && (searched.contains(&key.path) || is_gone(&key.path))
        });
        stale.cloned().collect()
    }

    /// Takes out the entries that match nothing any more; gives their number.
    pub(crate) fn prune(
        &mut self,
        scanned: &Scanned,
        walked: &Walked,
        selection: &Selection<'_>,
        paths: &Paths,
    ) -> usize {
        let stale = self.stale(scanned, walked, selection, paths, true);
        self.entries.retain(|key, _| !stale.contains(key));
        stale.len()
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    ///
    /// A place that cannot be written to.
    pub(crate) fn write(&self, path: &Path, paths: &Paths) -> Result<()> {
        let text = self.text()?;
        write_file(path, |out| out.write_all(text.as_bytes())).map_err(|error| {
            failure_because(
                format!("cannot write the baseline `{}`", paths.shown_from_below(path)),
                error,
                "name a file in a folder that exists and that you may write to",
            )
        })
    }

    fn text(&self) -> Result<String> {
        let lines: Vec<_> = self
            .entries
            .iter()
            .map(|(key, remark)| {
                serde_json::to_string(&Line {
                    path: key.path.clone(),
                    rule: key.rule.clone(),
                    fingerprint: key.fingerprint.clone(),
                    reason: remark.reason.clone(),
                    author: remark.author.clone(),
                    expires: remark.expires.clone(),
                })
            })
            .collect::<Result<_, _>>()?;
        let end = if lines.is_empty() { "" } else { "\n" };
        // `##` can only stand inside of a string, and begins commands to log runners.
        let lines = lines.join(",\n").replace("##", "#\\u0023");
        Ok(format!("{{\"version\": {VERSION}, \"findings\": [\n{lines}{end}]}}\n"))
    }
}

fn entries(bytes: &[u8]) -> Result<BTreeMap<Key, Remark>> {
    let document: Document = serde_json::from_slice(bytes)?;
    if document.version != VERSION {
        return Err(anyhow!(
            "its version is {}; this weighbridge reads version {VERSION}",
            document.version
        ));
    }
    let entries = document.findings.into_iter().map(|line| {
        if let Some(date) = line.expires.as_ref().filter(|date| !is_date(date)) {
            return Err(anyhow!("`{date}` is not a date such as `2027-03-01`"));
        }
        let key = Key {
            path: line.path,
            rule: line.rule,
            fingerprint: line.fingerprint,
        };
        let remark = Remark {
            reason: line.reason,
            author: line.author,
            expires: line.expires,
        };
        Ok((key, remark))
    });
    entries.collect()
}

fn is_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let is_number = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let between = |part: &str, last: u32| part.parse().is_ok_and(|number: u32| (1..=last).contains(&number));
    matches!(parts[..], [year, month, day]
        if is_number(year, 4) && is_number(month, 2) && is_number(day, 2) && between(month, 12) && between(day, 31))
}

/// Today in UTC.
fn today() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date_of(now.as_secs() / (24 * 60 * 60))
}

/// The date that many days after 1970-01-01.
///
/// Source: [`civil_from_days`](https://howardhinnant.github.io/date_algorithms.html#civil_from_days), for days that are not negative.
fn date_of(days: u64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_over_leap_years() {
        assert_eq!(date_of(0), "1970-01-01");
        assert_eq!(date_of(11_016), "2000-02-29");
        assert_eq!(date_of(20_513), "2026-03-01");
        assert!(is_date("2027-03-01") && !is_date("2027-3-1") && !is_date("2027-13-01") && !is_date("soon"));
    }

    #[test]
    fn what_is_written_can_be_read_and_stands_in_lines() {
        let line = r#"{"path":"b \"x","rule":"a/b","fingerprint":"00","reason":"ours","expires":"2027-03-01"}"#;
        let other = r#"{"path":"a","rule":"a/b","fingerprint":"01","reason":""}"#;
        let text = format!("{{\"version\": 1, \"findings\": [{line}, {other}]}}");
        let baseline = Baseline {
            name: String::new(),
            entries: entries(text.as_bytes()).unwrap(),
        };

        let written = baseline.text().unwrap();

        assert_eq!(
            written,
            format!("{{\"version\": 1, \"findings\": [\n{other},\n{line}\n]}}\n")
        );
        assert_eq!(entries(written.as_bytes()).unwrap(), baseline.entries);
        assert_eq!(
            Baseline::default().text().unwrap(),
            "{\"version\": 1, \"findings\": [\n]}\n"
        );
    }

    #[test]
    fn a_mistake_in_the_file_is_not_passed_over() {
        let cause = |text: &str| entries(text.as_bytes()).unwrap_err().to_string();

        assert!(cause(r#"{"version": 2, "findings": []}"#).contains("its version is 2"));
        assert!(cause("{\"version\": 1, \"findings\": [\n{\"pth\": \"a\"}]}").contains("line 2"));
        let expires = r#"{"path":"a","rule":"a/b","fingerprint":"01","expires":"next week"}"#;
        assert!(cause(&format!("{{\"version\": 1, \"findings\": [{expires}]}}")).contains("is not a date"));
    }
}
