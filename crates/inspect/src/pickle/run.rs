//! Runs the pickles of a stream, one behind the other, and writes down what they do.

use super::judge::Judge;
use super::machine::{End, Machine, Ran};
use super::value::Store;
use super::{Likeness, likeness};
use crate::budget::Budget;
use crate::journal::Journal;
use crate::sign::Sign;
use crate::stream::Stream;

/// Pickles of one stream that are run.
const MAX_PICKLES: usize = 10_000;
/// Opcodes after which bytes that break off were a pickle.
const ENOUGH_STEPS: u64 = 4;

/// Who would load the pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loader {
    /// `pickle.load` and its relatives, joblib with them: arrays are passed over where joblib would.
    Usual,
    /// Nobody says that it is a pickle, or that arrays are none: the bytes are tried.
    Perhaps,
}

/// Runs the pickles at the beginning of the stream. Returns whether there was one.
///
/// `has_arrays` becomes true if one of them holds arrays as joblib writes them: then it must be run once more, the other way.
pub(crate) fn inspect(
    stream: &mut Stream<'_>,
    loader: Loader,
    budget: &Budget,
    journal: &mut Journal,
    has_arrays: &mut bool,
) -> bool {
    for number in 0..MAX_PICKLES {
        if number > 0 {
            // Raw data may follow, as in the older files of PyTorch; more pickles may too.
            let head = stream.peek(64).unwrap_or_default();
            if likeness(head) != Likeness::Announced {
                return true;
            }
        }
        match one(stream, loader, budget, journal, number == 0, has_arrays) {
            Next::More => {}
            Next::Done => return true,
            Next::None => return number > 0,
        }
    }
    journal.trouble("it holds more pickles than are run of one file");
    true
}

enum Next {
    More,
    Done,
    None,
}

fn one(
    stream: &mut Stream<'_>,
    loader: Loader,
    budget: &Budget,
    journal: &mut Journal,
    is_first: bool,
    has_arrays: &mut bool,
) -> Next {
    let checkpoint = journal.checkpoint();
    let mut store = Store::default();
    let mut judge = Judge::default();
    let start = stream.position();
    let mut machine = Machine::new(stream, &mut store, &mut judge, budget);
    if loader == Loader::Usual {
        machine = machine.with_arrays();
    }
    let ran = machine.run();
    *has_arrays |= ran.has_arrays;
    if loader == Loader::Perhaps || !is_first {
        let is_whole = matches!(ran.end, End::Stopped);
        // Any text is a few opcodes long. What counts is an import of something that could be Python.
        if !(judge.is_plausible(&store) && (is_whole || judge_is_sure(&judge, &store, journal))) {
            journal.take_back(checkpoint);
            return match (is_whole, is_first) {
                (true, true) if ran.steps >= ENOUGH_STEPS => Next::Done,
                (true, false) => Next::More,
                _ => Next::None,
            };
        }
    }
    if is_first && ran.steps < ENOUGH_STEPS && !judge.has_imports() && !matches!(ran.end, End::Stopped) {
        return Next::None;
    }
    if is_first && loader == Loader::Usual {
        journal.note("format", start, "pickle");
    }
    judge.report(&store, loader, journal);
    finish(ran, start, loader, &judge, journal)
}

/// Whether a pickle that breaks off did something before that no text does by chance.
fn judge_is_sure(judge: &Judge, store: &Store, journal: &mut Journal) -> bool {
    let checkpoint = journal.checkpoint();
    judge.report(store, Loader::Perhaps, journal);
    let is_sure = journal
        .since(checkpoint)
        .iter()
        .any(|entry| entry.kind == "call" && entry.sign == Some(Sign::PickleGadget));
    journal.take_back(checkpoint);
    is_sure
}

fn finish(ran: Ran, start: u64, loader: Loader, judge: &Judge, journal: &mut Journal) -> Next {
    match ran.end {
        End::Stopped => Next::More,
        End::Broken(_) if loader == Loader::Perhaps => Next::Done,
        End::Broken(why) => {
            let before = if judge.has_imports() {
                "what stands before has run by then"
            } else {
                "nothing was imported before"
            };
            let text = format!("the loader stops here: {why}; {before}");
            journal.sign(Sign::PickleBroken, "broken", ran.at, why, text);
            Next::Done
        }
        End::TooMuch(what) => {
            journal.trouble(format!("was not run to its end: {what}"));
            Next::Done
        }
        End::Stop(stop) => {
            journal.trouble(format!("the pickle at byte {start} was not run to its end: {stop}"));
            Next::Done
        }
    }
}
