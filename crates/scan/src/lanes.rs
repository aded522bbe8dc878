//! Finds words in a text with an automaton that walks through several parts of it at once.
//!
//! Written by hand because the crate walks one byte after the other, and each step waits for the one before it: the table of transitions
//! of a thousand words does not fit the nearest cache. Four walks that do not depend on each other wait together; see `benches/`.

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::{Anchored, PatternID};

/// Parts that are walked through together.
const LANES: usize = 4;
/// Shorter texts are walked through in one go: the parts overlap by the length of the longest word.
const MIN_BYTES: usize = 2048;

/// Calls `found` with the word and the offset behind it for every occurrence in `text`, those that overlap others too, in no order.
pub(crate) fn for_each_match<A: Automaton>(automaton: &A, text: &[u8], mut found: impl FnMut(PatternID, usize)) {
    let Ok(start) = automaton.start_state(Anchored::No) else {
        return;
    };
    let overlap = automaton.max_pattern_len().saturating_sub(1);
    let lane = text.len() / LANES;
    if text.len() < MIN_BYTES || lane <= overlap {
        let mut state = start;
        for (at, &byte) in text.iter().enumerate() {
            step(automaton, &mut state, byte, at, &mut found);
        }
        return;
    }
    // Words that end in the first bytes of a part begin in the part before.
    let mut states = [start; LANES];
    for (index, state) in states.iter_mut().enumerate().skip(1) {
        let begin = index * lane;
        for &byte in &text[begin - overlap..begin] {
            *state = automaton.next_state(Anchored::No, *state, byte);
        }
    }
    let [first, second, third, fourth] = std::array::from_fn(|index| &text[index * lane..(index + 1) * lane]);
    let steps = first.iter().zip(second).zip(third).zip(fourth);
    for (at, (((first, second), third), fourth)) in steps.enumerate() {
        for (index, byte) in [first, second, third, fourth].into_iter().enumerate() {
            step(automaton, &mut states[index], *byte, index * lane + at, &mut found);
        }
    }
    let mut state = states[LANES - 1];
    for (at, &byte) in text.iter().enumerate().skip(LANES * lane) {
        step(automaton, &mut state, byte, at, &mut found);
    }
}

/// Goes on by the byte at this offset.
#[inline]
fn step<A: Automaton>(
    automaton: &A,
    state: &mut StateID,
    byte: u8,
    at: usize,
    found: &mut impl FnMut(PatternID, usize),
) {
    *state = automaton.next_state(Anchored::No, *state, byte);
    if automaton.is_special(*state) && automaton.is_match(*state) {
        for index in 0..automaton.match_len(*state) {
            found(automaton.match_pattern(*state, index), at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use aho_corasick::{AhoCorasick, dfa};
    use proptest::prelude::*;

    use super::*;

    const WORDS: [&str; 6] = ["a", "aa", "aba", "babb", "bbbbbbbb", "ab"];

    proptest! {
        #[test]
        fn every_occurrence_is_found_wherever_the_parts_meet(text in "[ab]{0,40}", times in 1_usize..400) {
            let text = text.repeat(times);
            let whole = AhoCorasick::new(WORDS).expect("few words");
            let mut expected: Vec<_> = whole
                .find_overlapping_iter(&text)
                .map(|hit| (hit.pattern(), hit.end()))
                .collect();
            expected.sort_unstable();

            let automaton = dfa::DFA::new(WORDS).expect("few words");
            let mut found = Vec::new();
            for_each_match(&automaton, text.as_bytes(), |word, end| found.push((word, end)));
            found.sort_unstable();

            prop_assert_eq!(found, expected);
        }
    }
}
