//! Verifies the images that files name: finds the names, fetches the evidence, and asks for verdicts.

mod arguments;
#[cfg(feature = "registry")]
mod credentials;
mod stores;
mod table;
mod trust;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;
use weighbridge_core::{Notification, SourcePath};
use weighbridge_scan::{ImageReference, ImageSystem, ImageVerdict, image_references};
use weighbridge_verify::policy::Policy;
use weighbridge_verify::{Outcome, Reference, Verdict, judge, needs_evidence};

use crate::clock::seconds_since_1970;
use crate::interrupt;
use crate::read::{Reader, Reading};
use crate::settings::Size;
use crate::walk::Entry;

pub(crate) use arguments::{ImageArguments, SignerArguments, SourceArguments, TrustArguments};
use stores::Stores;
pub(crate) use stores::files_at;
pub(crate) use table::table;
pub(crate) use trust::{authority, policy_of, policy_of_authority, read_bounded, warn_of_weak_policy};

/// Waiting for registries costs no processor, and more connections than these are no kindness to them.
const MAX_THREADS: usize = 16;

/// What the images of some files come to.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// Each name with its verdict, sorted.
    pub(crate) rows: Vec<(String, Verdict)>,
    /// What the scanner needs to know.
    pub(crate) verdicts: Arc<BTreeMap<String, ImageVerdict>>,
    /// What could not be found out.
    pub(crate) notifications: Vec<Notification>,
}

impl Verified {
    /// What the verdicts mean for a report; each with the file that is named if the image could not be verified.
    pub(crate) fn of(rows: Vec<(String, Verdict, SourcePath)>) -> Self {
        let mut verified = Self::default();
        let mut known = BTreeMap::new();
        for (name, verdict, path) in rows {
            if verdict.outcome == Outcome::CouldNotVerify {
                let message = format!("`{name}` could not be verified: {}", verdict.reason);
                let note = Notification::incomplete("image/could-not-verify", Some(path), message);
                let hint = "make the registry reachable, log in, or give the image with `--layout`";
                verified.notifications.push(note.with_hint(hint));
            }
            if !verdict.is_trusted() {
                let known_verdict = ImageVerdict {
                    rule: verdict.outcome.name(),
                    reason: verdict.reason.clone(),
                    is_warning: verdict.is_warning,
                };
                known.insert(name.clone(), known_verdict);
            }
            verified.rows.push((name, verdict));
        }
        verified.verdicts = Arc::new(known);
        verified
    }
}

/// Verifies every image that the files name, each name once.
///
/// # Errors
///
/// A layout that is none.
pub(crate) fn verify(source: &SourceArguments, policy: &Policy, entries: &[Entry], limit: Size) -> Result<Verified> {
    let stores = Stores::new(source)?;
    let names = names_in(entries, limit);
    let now = i64::try_from(seconds_since_1970()).unwrap_or(i64::MAX);
    let all: Vec<_> = names.into_iter().collect();
    let verdicts = in_parallel(&all, |(name, (image, _))| {
        let Some(reference) = reference_of(image) else {
            let reason = if image.is_resolved {
                "it is no name of an image"
            } else {
                "parts of its name are decided elsewhere"
            };
            return Verdict::new(Outcome::CouldNotVerify, reason);
        };
        tracing::debug!(%name, "verifying");
        verdict(&reference, policy, &stores, now)
    });
    let rows = all.into_iter().zip(verdicts);
    Ok(Verified::of(
        rows.map(|((name, (_, path)), verdict)| (name, verdict, path)).collect(),
    ))
}

/// What an image comes to: nothing is fetched unless the policy asks for it.
fn verdict(reference: &Reference, policy: &Policy, stores: &Stores, now: i64) -> Verdict {
    if !needs_evidence(reference, policy) {
        return judge(reference, None, policy, now);
    }
    match stores.evidence(reference) {
        Ok(evidence) => judge(reference, Some(&evidence), policy, now),
        Err(error) => Verdict::new(Outcome::CouldNotVerify, error.to_string()),
    }
}

/// The names in the files: each with how it was found, and the first file that has it.
fn names_in(entries: &[Entry], limit: Size) -> BTreeMap<String, (ImageReference, SourcePath)> {
    let mut names = BTreeMap::new();
    let mut reader = Reader::new(limit);
    for entry in entries {
        // What cannot be read is said when it is scanned.
        let (Reading::Text(source) | Reading::Decoded(source)) = reader.read(entry) else {
            continue;
        };
        for image in image_references(&source) {
            names
                .entry(image.name.clone())
                .or_insert_with(|| (image, entry.name.clone()));
        }
    }
    names
}

/// The whole name; Ollama's names are of its own library unless they say otherwise.
fn reference_of(image: &ImageReference) -> Option<Reference> {
    if !image.is_resolved {
        return None;
    }
    let name = match image.system {
        ImageSystem::Containers => image.name.clone(),
        ImageSystem::Ollama
            if image
                .name
                .split('/')
                .next()
                .is_some_and(|first| first.contains('.') && image.name.contains('/')) =>
        {
            image.name.clone()
        }
        ImageSystem::Ollama if image.name.contains('/') => format!("registry.ollama.ai/{}", image.name),
        ImageSystem::Ollama => format!("registry.ollama.ai/library/{}", image.name),
    };
    Reference::parse(&name).ok()
}

/// The answers in the order of the questions, however many threads there are.
fn in_parallel<T: Sync, R: Send>(questions: &[T], answer: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let threads = MAX_THREADS.min(questions.len());
    let mut answers: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut own = Vec::new();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        match questions.get(index) {
                            Some(question) if !interrupt::is_requested() => own.push((index, answer(question))),
                            _ => return own,
                        }
                    }
                })
            })
            .collect();
        let joined = workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker does not panic"));
        joined.collect()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The ids of the rules whose findings come from verifying.
pub(crate) fn verdict_rules() -> BTreeSet<String> {
    let bad = Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Trusted);
    bad.map(|outcome| format!("image/{}", outcome.name())).collect()
}
