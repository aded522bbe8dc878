//! What is asked of a pull request, and whether it is given.

use std::fmt::{self, Write as _};

use crate::approval::{Approvals, approvals};
use crate::pull_request::{PullRequest, Status, StatusState};

/// The longest description of a status that every forge takes.
///
/// Source: [GitHub, commit statuses](https://docs.github.com/en/rest/commits/statuses#create-a-commit-status): 140 characters.
const MAX_DESCRIPTION: usize = 140;

/// What the organisation wants of the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Logins of those who may approve, and teams as `owner/team`.
    pub approvers: Vec<String>,
    /// Who is in those teams. Without it nobody may approve for a team.
    pub members: Vec<String>,
    /// Logins, and teams as `owner/team`, that are asked to review.
    pub reviewers: Vec<String>,
    /// The label of what needs a person.
    pub label: String,
    /// The context of the status.
    pub context: String,
    /// Whether the comment opens a thread that holds the merge request until it is resolved, where there are such threads.
    pub blocking_thread: bool,
    /// Whether auto-merge is switched off as long as the gate waits.
    pub disables_auto_merge: bool,
}

impl Gate {
    /// The teams among the approvers.
    pub fn teams(&self) -> impl Iterator<Item = &str> {
        self.approvers.iter().map(String::as_str).filter(|name| is_team(name))
    }

    /// Whether the approval of `login` counts, whoever else that is.
    pub(crate) fn may_approve(&self, login: &str) -> bool {
        let people = self.approvers.iter().filter(|name| !is_team(name));
        let mut all = people.chain(&self.members);
        all.any(|name| name.to_lowercase() == login.to_lowercase())
    }
}

/// Whether this names a team and no person; a login holds no slash.
pub(crate) fn is_team(name: &str) -> bool {
    name.contains('/')
}

/// What is known about a change besides what the forge says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Whether the report says that a person must look.
    pub review_required: bool,
    /// The commit that the report is about; `None` if it names none.
    pub report_head: Option<String>,
    /// The commit that the run was started for, as the forge told the run; `None` if nobody said.
    pub run_head: Option<String>,
    /// Whether the change could not lower its own bar.
    pub is_guarded: bool,
}

/// Why a person must look, besides what the report says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The report says so.
    Report,
    /// It comes from a fork, whose owner may have written the report.
    Fork,
    /// Settings, rules or baseline were the change's own.
    Unguarded,
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Report => "the report asks for it",
            Self::Fork => "the commits come from a fork, whose owner may have written the report",
            Self::Unguarded => {
                "settings, rules and baseline may be the change's own, so it could have lowered its own bar"
            }
        })
    }
}

/// What a pull request comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Why a person must look; empty if none must.
    pub due: Vec<Due>,
    /// Whether the report is about the last commit. If not, it says nothing about the pull request as it is.
    pub is_about_head: bool,
    /// The status that the last commit should have.
    pub status: Status,
}

impl Judgement {
    /// Whether a person must look, or must have looked.
    pub fn is_due(&self) -> bool {
        !self.due.is_empty()
    }
}

/// Judges a pull request.
pub fn judge(demand: &Demand, gate: &Gate, pull_request: &PullRequest) -> Judgement {
    let mut due = Vec::new();
    if demand.review_required {
        due.push(Due::Report);
    }
    if pull_request.is_from_fork {
        due.push(Due::Fork);
    }
    if !demand.is_guarded {
        due.push(Due::Unguarded);
    }
    let other = other_commit(demand, &pull_request.head);
    let approvals = approvals(pull_request, gate);
    let (state, description) = match (&other, &approvals.by) {
        (Some(what), _) => (StatusState::Pending, what.clone()),
        (None, _) if due.is_empty() => (StatusState::Success, "no review is due".to_owned()),
        (None, Some(login)) => {
            let head = short(&pull_request.head);
            (StatusState::Success, format!("{login} has approved {head}"))
        }
        (None, None) => (StatusState::Pending, waiting(gate, pull_request, &approvals)),
    };
    Judgement {
        due,
        is_about_head: other.is_none(),
        status: Status {
            state,
            description: at_most(MAX_DESCRIPTION, &description),
        },
    }
}

/// How the report, or the run that made it, is about another commit than the last one.
fn other_commit(demand: &Demand, head: &str) -> Option<String> {
    let is_head = |commit: &str| !head.is_empty() && commit.eq_ignore_ascii_case(head);
    match (&demand.report_head, &demand.run_head) {
        (None, _) => Some("the report does not say which commit it is about".to_owned()),
        (Some(report), _) if !is_head(report) => Some(format!("the report is about another commit: {}", short(report))),
        // The owner of a fork may let a run for one commit report about another.
        (_, Some(run)) if !is_head(run) => Some(format!("the run was about another commit: {}", short(run))),
        _ => None,
    }
}

fn waiting(gate: &Gate, pull_request: &PullRequest, approvals: &Approvals) -> String {
    if gate.approvers.is_empty() {
        return "a person must approve, but nobody is on the list of approvers".to_owned();
    }
    if pull_request.contributors.is_none() {
        return "a person must approve, but there are too many commits to see who wrote them".to_owned();
    }
    let head = short(&pull_request.head);
    let mut text = format!("{head} waits for {}", any_of(&gate.approvers));
    for (login, refusal) in &approvals.refused {
        write!(text, "; {login} {refusal}").expect("writing to a string does not fail");
    }
    text
}

/// `a, b or c`.
fn any_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A commit as people write it. It may come from a report, so what is no commit is not repeated.
fn short(commit: &str) -> &str {
    let is_hexadecimal = commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hexadecimal || commit.is_empty() {
        return "(no commit)";
    }
    &commit[..commit.len().min(7)]
}

fn at_most(limit: usize, text: &str) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::pull_request::{Person, Review, Stance};

    pub(crate) const HEAD: &str = "1111111111111111111111111111111111111111";
    const OLD: &str = "2222222222222222222222222222222222222222";

    pub(crate) fn gate() -> Gate {
        Gate {
            approvers: vec!["alice".to_owned(), "bob".to_owned()],
            members: Vec::new(),
            reviewers: vec!["alice".to_owned(), "corp/seniors".to_owned()],
            label: "human-review-required".to_owned(),
            context: "weighbridge/human-review".to_owned(),
            blocking_thread: false,
            disables_auto_merge: false,
        }
    }

    pub(crate) fn demand(review_required: bool) -> Demand {
        Demand {
            review_required,
            report_head: Some(HEAD.to_owned()),
            run_head: Some(HEAD.to_owned()),
            is_guarded: true,
        }
    }

    pub(crate) fn pull_request() -> PullRequest {
        PullRequest {
            number: 7,
            is_open: true,
            head: HEAD.to_owned(),
            author: "mallory".to_owned(),
            contributors: Some(Vec::new()),
            takes_teams: true,
            ..PullRequest::default()
        }
    }

    pub(crate) fn approved_by(login: &str, commit: &str) -> Review {
        Review {
            by: Person {
                login: login.to_owned(),
                ..Person::default()
            },
            stance: Stance::Approved,
            commit: Some(commit.to_owned()),
        }
    }

    fn status(demand: &Demand, pull_request: &PullRequest) -> (StatusState, String) {
        let status = judge(demand, &gate(), pull_request).status;
        (status.state, status.description)
    }

    #[test]
    fn nothing_due_passes() {
        let (state, description) = status(&demand(false), &pull_request());

        assert_eq!(
            (state, description.as_str()),
            (StatusState::Success, "no review is due")
        );
    }

    #[test]
    fn a_due_review_waits_for_the_approvers() {
        let (state, description) = status(&demand(true), &pull_request());

        assert_eq!(state, StatusState::Pending);
        assert_eq!(description, "1111111 waits for alice or bob");
    }

    #[test]
    fn an_approval_of_the_head_passes_and_a_new_push_waits_again() {
        let mut request = pull_request();
        request.reviews.push(approved_by("Bob", HEAD));
        assert_eq!(
            status(&demand(true), &request),
            (StatusState::Success, "Bob has approved 1111111".to_owned())
        );

        request.head = OLD.to_owned();
        let mut demand = demand(true);
        demand.report_head = Some(OLD.to_owned());
        demand.run_head = None;
        let (state, description) = status(&demand, &request);
        assert_eq!(state, StatusState::Pending);
        assert_eq!(
            description,
            "2222222 waits for alice or bob; Bob approved an older commit"
        );
    }

    #[test]
    fn a_fork_always_needs_a_person() {
        let mut request = pull_request();
        request.is_from_fork = true;

        let judgement = judge(&demand(false), &gate(), &request);

        assert_eq!(judgement.due, [Due::Fork]);
        assert_eq!(judgement.status.state, StatusState::Pending);
    }

    #[test]
    fn a_change_that_could_lower_its_own_bar_needs_a_person() {
        let mut demand = demand(false);
        demand.is_guarded = false;

        assert_eq!(judge(&demand, &gate(), &pull_request()).due, [Due::Unguarded]);
    }

    #[test]
    fn a_report_about_another_commit_never_passes() {
        let mut request = pull_request();
        request.reviews.push(approved_by("bob", HEAD));
        for (report, run) in [
            (Some(OLD), Some(HEAD)),
            (Some(HEAD), Some(OLD)),
            (None, Some(HEAD)),
            (Some(""), None),
            (Some("1111111"), None),
        ] {
            for due in [true, false] {
                let demand = Demand {
                    report_head: report.map(ToOwned::to_owned),
                    run_head: run.map(ToOwned::to_owned),
                    ..demand(due)
                };

                let judgement = judge(&demand, &gate(), &request);

                assert_eq!(judgement.status.state, StatusState::Pending, "{demand:?}");
                assert!(!judgement.is_about_head);
            }
        }
    }

    #[test]
    fn without_approvers_nothing_due_passes() {
        let mut gate = gate();
        gate.approvers.clear();
        let mut request = pull_request();
        request.reviews.push(approved_by("bob", HEAD));

        let judgement = judge(&demand(true), &gate, &request);

        assert_eq!(judgement.status.state, StatusState::Pending);
    }

    #[test]
    fn who_is_in_a_team_may_approve_and_a_team_nobody_could_read_lets_nobody_pass() {
        let mut gate = gate();
        gate.approvers = vec!["corp/seniors".to_owned()];
        let mut request = pull_request();
        request.reviews.push(approved_by("Carol", HEAD));
        request.reviews.push(approved_by("corp/seniors", HEAD));
        let state = |gate: &Gate| judge(&demand(true), gate, &request).status;
        assert_eq!(state(&gate).state, StatusState::Pending);
        assert!(state(&gate).description.starts_with("1111111 waits for corp/seniors"));

        gate.members = vec!["carol".to_owned()];
        assert_eq!(state(&gate).description, "Carol has approved 1111111");

        request.author = "carol".to_owned();
        assert_eq!(judge(&demand(true), &gate, &request).status.state, StatusState::Pending);
    }

    #[test]
    fn a_description_is_short_and_holds_no_text_of_a_report() {
        let mut gate = gate();
        gate.approvers = (0..100).map(|number| format!("person-{number}")).collect();
        let judgement = judge(&demand(true), &gate, &pull_request());
        assert_eq!(judgement.status.description.chars().count(), 140);

        let mut demand = demand(true);
        demand.report_head = Some("@everyone".to_owned());
        let judgement = judge(&demand, &gate, &pull_request());
        assert!(!judgement.status.description.contains('@'));
    }
}
