//! A commit that a merge queue puts together, and what the gate says about it.
//!
//! Nobody reviews such a commit. Its pull requests were reviewed, so their own statuses decide.

use crate::pull_request::{Status, StatusState};

/// A commit that a merge queue made of pull requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeGroup {
    /// The commit, in hexadecimal.
    pub head: String,
    /// The pull requests in it, in the order of the queue.
    pub pull_requests: Vec<Queued>,
    /// The status that the commit has now in the context of the gate.
    pub status: Option<Status>,
}

/// A pull request in a merge queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its number.
    pub number: u64,
    /// The state of its own last commit in the context of the gate; `None` if the gate never looked at it.
    pub state: Option<StatusState>,
}

/// The status that the commit of the group should have.
///
/// It passes if the gate lets each pull request of it pass. A group of nothing does not.
pub fn group_status(group: &MergeGroup) -> Status {
    let waits = |one: &&Queued| one.state != Some(StatusState::Success);
    let numbers: Vec<_> = group
        .pull_requests
        .iter()
        .map(|one| format!("#{}", one.number))
        .collect();
    let (state, description) = match group.pull_requests.iter().find(waits) {
        Some(waiting) => (
            StatusState::Pending,
            format!("pull request #{} waits for its own gate", waiting.number),
        ),
        None if numbers.is_empty() => (StatusState::Pending, "no pull request is in this group".to_owned()),
        None if numbers.len() <= MAX_NAMED => (
            StatusState::Success,
            format!("the gate let {} pass", numbers.join(", ")),
        ),
        None => (
            StatusState::Success,
            format!("the gate let all {} pull requests pass", numbers.len()),
        ),
    };
    Status { state, description }
}

/// So many are named, so that the description stays below what forges take.
const MAX_NAMED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn status_of(states: &[Option<StatusState>]) -> Status {
        let queued = states.iter().zip(7..).map(|(&state, number)| Queued { number, state });
        group_status(&MergeGroup {
            pull_requests: queued.collect(),
            ..MergeGroup::default()
        })
    }

    #[test]
    fn a_group_passes_if_every_pull_request_of_it_has_passed() {
        let passed = Some(StatusState::Success);

        assert_eq!(status_of(&[passed, passed]).description, "the gate let #7, #8 pass");
        for missing in [None, Some(StatusState::Pending), Some(StatusState::Other)] {
            let status = status_of(&[passed, missing]);
            assert_eq!(status.state, StatusState::Pending);
            assert_eq!(status.description, "pull request #8 waits for its own gate");
        }
    }

    #[test]
    fn a_group_of_nothing_does_not_pass() {
        assert_eq!(status_of(&[]).state, StatusState::Pending);
    }

    #[test]
    fn a_large_group_has_a_short_description() {
        let status = status_of(&[Some(StatusState::Success); 100]);

        assert_eq!(status.description, "the gate let all 100 pull requests pass");
    }
}
