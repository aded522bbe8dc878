//! Whose approval counts.

use std::fmt;

use crate::Gate;
use crate::pull_request::{Person, PullRequest, Stance};

/// Why an approval does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is the author's own.
    Author,
    /// It is by somebody who wrote, committed or helped with a commit.
    Contributor,
    /// It is by a program.
    Bot,
    /// It is by somebody who is not on the list.
    NotListed,
    /// It is about an older commit.
    OlderCommit,
    /// The same person asked for changes later, or it was dismissed.
    Withdrawn,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Author => "opened it",
            Self::Contributor => "worked on it",
            Self::Bot => "is a program",
            Self::NotListed => "is not on the list",
            Self::OlderCommit => "approved an older commit",
            Self::Withdrawn => "no longer approves",
        })
    }
}

/// What the approvals of a pull request come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Approvals {
    /// The first whose approval counts.
    pub(crate) by: Option<String>,
    /// Those whose approval does not count, and why.
    pub(crate) refused: Vec<(String, Refusal)>,
}

/// What the approvals come to.
///
/// Of each person the last word counts that is more than a comment.
pub(crate) fn approvals(pull_request: &PullRequest, gate: &Gate) -> Approvals {
    let mut words: Vec<(String, usize, bool)> = Vec::new();
    for (index, review) in pull_request.reviews.iter().enumerate() {
        if review.stance == Stance::Other {
            continue;
        }
        let login = review.by.login.to_lowercase();
        let approved = review.stance == Stance::Approved;
        match words.iter_mut().find(|(known, ..)| *known == login) {
            Some((_, last, ever)) => {
                *last = index;
                *ever |= approved;
            }
            None => words.push((login, index, approved)),
        }
    }
    let mut result = Approvals::default();
    for (_, index, ever_approved) in words {
        let review = &pull_request.reviews[index];
        let refusal = if review.stance == Stance::Approved {
            refusal(pull_request, &review.by, review.commit.as_deref(), gate)
        } else if ever_approved {
            Some(Refusal::Withdrawn)
        } else {
            continue;
        };
        match refusal {
            None if result.by.is_none() => result.by = Some(review.by.login.clone()),
            None => {}
            Some(refusal) => result.refused.push((review.by.login.clone(), refusal)),
        }
    }
    result
}

fn refusal(pull_request: &PullRequest, by: &Person, commit: Option<&str>, gate: &Gate) -> Option<Refusal> {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    if by.login.is_empty() || by.is_bot {
        return Some(Refusal::Bot);
    }
    if same(&by.login, &pull_request.author) {
        return Some(Refusal::Author);
    }
    // Nobody is sure not to have worked on it while not all commits are known.
    let worked_on_it = pull_request
        .contributors
        .as_ref()
        .is_none_or(|all| all.iter().any(|contributor| contributor.may_be(by)));
    if worked_on_it {
        return Some(Refusal::Contributor);
    }
    if !gate.may_approve(&by.login) {
        return Some(Refusal::NotListed);
    }
    let is_of_head = commit.is_some_and(|commit| !commit.is_empty() && same(commit, &pull_request.head));
    (!is_of_head).then_some(Refusal::OlderCommit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull_request::{Contributor, Review};

    const HEAD: &str = "1111111111111111111111111111111111111111";
    const OLD: &str = "2222222222222222222222222222222222222222";

    fn review(login: &str, stance: Stance, commit: &str) -> Review {
        Review {
            by: Person {
                login: login.to_owned(),
                ..Person::default()
            },
            stance,
            commit: Some(commit.to_owned()),
        }
    }

    fn pull_request(reviews: Vec<Review>) -> PullRequest {
        PullRequest {
            head: HEAD.to_owned(),
            author: "mallory".to_owned(),
            reviews,
            contributors: Some(vec![Contributor {
                login: Some("mallory".to_owned()),
                ..Contributor::default()
            }]),
            ..PullRequest::default()
        }
    }

    fn result(pull_request: &PullRequest) -> Result<String, Vec<Refusal>> {
        let gate = Gate {
            approvers: ["Alice", "mallory", "bob", "robot"].map(ToOwned::to_owned).into(),
            ..crate::gate::tests::gate()
        };
        let approvals = approvals(pull_request, &gate);
        approvals
            .by
            .ok_or_else(|| approvals.refused.into_iter().map(|(_, refusal)| refusal).collect())
    }

    #[test]
    fn a_listed_person_approves_whatever_the_case_of_the_name() {
        let request = pull_request(vec![review("aLiCe", Stance::Approved, HEAD)]);

        assert_eq!(result(&request), Ok("aLiCe".to_owned()));
    }

    #[test]
    fn the_author_does_not_approve_under_another_case() {
        let request = pull_request(vec![review("MALLORY", Stance::Approved, HEAD)]);

        assert_eq!(result(&request), Err(vec![Refusal::Author]));
    }

    #[test]
    fn a_bot_does_not_approve() {
        let mut request = pull_request(vec![review("robot", Stance::Approved, HEAD)]);
        request.reviews[0].by.is_bot = true;

        assert_eq!(result(&request), Err(vec![Refusal::Bot]));
    }

    #[test]
    fn an_account_that_is_gone_does_not_approve() {
        let request = pull_request(vec![review("", Stance::Approved, HEAD)]);

        assert_eq!(result(&request), Err(vec![Refusal::Bot]));
    }

    #[test]
    fn a_stranger_does_not_approve() {
        let request = pull_request(vec![review("eve", Stance::Approved, HEAD)]);

        assert_eq!(result(&request), Err(vec![Refusal::NotListed]));
    }

    #[test]
    fn nobody_approves_what_they_worked_on() {
        let by_login = Contributor {
            login: Some("ALICE".to_owned()),
            ..Contributor::default()
        };
        let by_address = Contributor {
            email: Some("7+alice@users.noreply.github.com".to_owned()),
            ..Contributor::default()
        };
        for contributor in [by_login, by_address] {
            let mut request = pull_request(vec![review("alice", Stance::Approved, HEAD)]);
            request.contributors.as_mut().unwrap().push(contributor);

            assert_eq!(result(&request), Err(vec![Refusal::Contributor]));
        }
    }

    #[test]
    fn nobody_approves_while_not_all_commits_are_known() {
        let mut request = pull_request(vec![review("alice", Stance::Approved, HEAD)]);
        request.contributors = None;

        assert_eq!(result(&request), Err(vec![Refusal::Contributor]));
    }

    #[test]
    fn the_approval_of_an_older_commit_does_not_count() {
        let request = pull_request(vec![review("alice", Stance::Approved, OLD)]);
        assert_eq!(result(&request), Err(vec![Refusal::OlderCommit]));

        let mut request = pull_request(vec![review("alice", Stance::Approved, HEAD)]);
        request.reviews[0].commit = None;
        assert_eq!(result(&request), Err(vec![Refusal::OlderCommit]));

        let mut request = pull_request(vec![review("alice", Stance::Approved, "")]);
        request.head.clear();
        assert_eq!(result(&request), Err(vec![Refusal::OlderCommit]));
    }

    #[test]
    fn the_last_word_counts() {
        for later in [Stance::ChangesRequested, Stance::Withdrawn] {
            let request = pull_request(vec![
                review("alice", Stance::Approved, HEAD),
                review("Alice", later, HEAD),
            ]);
            assert_eq!(result(&request), Err(vec![Refusal::Withdrawn]), "{later:?}");
        }

        let request = pull_request(vec![
            review("alice", Stance::ChangesRequested, OLD),
            review("alice", Stance::Approved, HEAD),
            review("alice", Stance::Other, HEAD),
        ]);
        assert_eq!(result(&request), Ok("alice".to_owned()));
    }

    #[test]
    fn an_approval_of_the_head_is_not_kept_by_a_later_one_of_an_older_commit() {
        let request = pull_request(vec![
            review("alice", Stance::Approved, HEAD),
            review("alice", Stance::Approved, OLD),
        ]);

        assert_eq!(result(&request), Err(vec![Refusal::OlderCommit]));
    }

    #[test]
    fn one_counts_even_if_others_do_not() {
        let request = pull_request(vec![
            review("mallory", Stance::Approved, HEAD),
            review("bob", Stance::Approved, HEAD),
            review("eve", Stance::ChangesRequested, HEAD),
        ]);

        assert_eq!(result(&request), Ok("bob".to_owned()));
    }
}
