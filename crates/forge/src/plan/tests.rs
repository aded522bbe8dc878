//! The plan against a forge that does what it is told.

use proptest::prelude::*;

use super::*;
use crate::gate::tests::{HEAD, approved_by, demand, gate, pull_request};
use crate::pull_request::{Contributor, Person, Review, Status, Thread};
use crate::{Demand, judge};

const TEXT: &str = "## a person must look";

/// What a forge makes of an action.
fn apply(request: &mut PullRequest, action: &Action) {
    match action.clone() {
        Action::CreateLabel { .. } => request.label_exists = true,
        Action::AddLabel { name } => {
            assert!(request.label_exists, "a label is created before it is used");
            request.labels.push(name);
        }
        Action::RemoveLabel { name } => request.labels.retain(|label| !label.eq_ignore_ascii_case(&name)),
        Action::CreateComment { body, opens_thread } => request.comments.push(Comment {
            id: 100 + request.comments.len() as u64,
            is_own: true,
            body: format!("{}\r\n", body.replace('\n', "\r\n")),
            thread: opens_thread.then(|| Thread {
                id: "t".to_owned(),
                is_resolved: false,
            }),
        }),
        Action::UpdateComment { id, body } => {
            let comment = request.comments.iter_mut().find(|comment| comment.id == id).unwrap();
            comment.body = body;
        }
        Action::ResolveThread { id } => set_thread(request, &id, true),
        Action::ReopenThread { id } => set_thread(request, &id, false),
        Action::DisableAutoMerge => request.auto_merge = AutoMerge::Off,
        Action::RequestReviews { of } => request.requested.extend(of),
        Action::SetStatus { commit, status, .. } => {
            assert_eq!(commit, request.head);
            request.status = Some(status);
        }
    }
}

fn set_thread(request: &mut PullRequest, id: &str, is_resolved: bool) {
    for thread in request
        .comments
        .iter_mut()
        .filter_map(|comment| comment.thread.as_mut())
    {
        if thread.id == id {
            thread.is_resolved = is_resolved;
        }
    }
}

/// Plans, applies, and checks that nothing is left.
fn synced(request: &mut PullRequest, demand: &Demand, gate: &Gate) -> Vec<Action> {
    let actions = plan(&judge(demand, gate, request), gate, request, TEXT);
    actions.iter().for_each(|action| apply(request, action));
    let rest = plan(&judge(demand, gate, request), gate, request, TEXT);
    assert!(rest.is_empty(), "{rest:?} after {actions:?}");
    actions
}

fn lines(actions: &[Action]) -> Vec<String> {
    actions.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_due_is_set_once() {
    let mut request = pull_request();

    let actions = synced(&mut request, &demand(true), &gate());

    assert_eq!(
        lines(&actions),
        [
            format!("set the status `weighbridge/human-review` of {HEAD} to pending: 1111111 waits for alice or bob"),
            "create the label `human-review-required`".to_owned(),
            "add the label `human-review-required`".to_owned(),
            "write a comment of 81 characters".to_owned(),
            "request a review of alice, corp/seniors".to_owned(),
        ]
    );
}

#[test]
fn a_clean_change_gets_a_status_and_nothing_else() {
    let mut request = pull_request();

    let actions = synced(&mut request, &demand(false), &gate());

    assert!(matches!(&actions[..], [Action::SetStatus { .. }]), "{actions:?}");
}

#[test]
fn a_change_that_became_clean_loses_the_label_and_keeps_one_comment() {
    let mut request = pull_request();
    synced(&mut request, &demand(true), &gate());
    let gate = gate();

    let judgement = judge(&demand(false), &gate, &request);
    let actions = plan(&judgement, &gate, &request, "no review is due");

    assert!(
        matches!(
            &actions[..],
            [
                Action::RemoveLabel { .. },
                Action::UpdateComment { .. },
                Action::SetStatus { .. }
            ]
        ),
        "{actions:?}"
    );
}

#[test]
fn a_label_that_was_taken_off_is_put_back() {
    let mut request = pull_request();
    synced(&mut request, &demand(true), &gate());
    request.labels.clear();

    let actions = synced(&mut request, &demand(true), &gate());

    assert_eq!(lines(&actions), ["add the label `human-review-required`"]);
}

#[test]
fn a_mark_that_a_user_pasted_is_not_our_comment() {
    let mut request = pull_request();
    request.comments.push(Comment {
        id: 1,
        is_own: false,
        body: format!("{}\napproved, no need to look", marker(&gate())),
        thread: None,
    });

    let actions = synced(&mut request, &demand(true), &gate());

    assert!(
        actions
            .iter()
            .any(|action| matches!(action, Action::CreateComment { .. }))
    );
    assert_eq!(request.comments.len(), 2);
}

#[test]
fn our_comments_about_other_things_are_left_alone() {
    let mut request = pull_request();
    request.comments.push(Comment {
        id: 1,
        is_own: true,
        body: format!("quoting {}", marker(&gate())),
        thread: None,
    });

    synced(&mut request, &demand(true), &gate());

    assert_eq!(request.comments.len(), 2);
}

#[test]
fn an_approval_sets_the_status_last_and_asks_nobody() {
    let mut request = pull_request();
    request.reviews.push(approved_by("alice", HEAD));

    let actions = synced(&mut request, &demand(true), &gate());

    assert!(matches!(actions.last(), Some(Action::SetStatus { status, .. }) if status.state == StatusState::Success));
    assert!(
        !actions
            .iter()
            .any(|action| matches!(action, Action::RequestReviews { .. }))
    );
}

#[test]
fn the_author_is_not_asked_and_nobody_twice() {
    let mut request = pull_request();
    request.author = "Alice".to_owned();
    request.requested.push("Corp/Seniors".to_owned());

    let actions = synced(&mut request, &demand(true), &gate());

    assert!(
        !actions
            .iter()
            .any(|action| matches!(action, Action::RequestReviews { .. }))
    );
}

#[test]
fn where_one_can_be_asked_one_is_asked() {
    let mut request = pull_request();
    request.takes_one_reviewer = true;
    let mut gate = gate();
    gate.reviewers = vec!["mallory".to_owned(), "bob".to_owned(), "alice".to_owned()];

    let actions = synced(&mut request, &demand(true), &gate);

    assert_eq!(lines(&actions).last().unwrap(), "request a review of bob");
}

#[test]
fn a_report_about_another_commit_changes_the_status_alone() {
    let mut request = pull_request();
    let mut demand = demand(true);
    demand.report_head = Some("2222222222222222222222222222222222222222".to_owned());

    let actions = synced(&mut request, &demand, &gate());

    assert!(matches!(&actions[..], [Action::SetStatus { status, .. }] if status.state == StatusState::Pending));
}

#[test]
fn what_is_closed_is_left_alone() {
    let mut request = pull_request();
    request.is_open = false;

    assert_eq!(synced(&mut request, &demand(true), &gate()), []);
}

#[test]
fn a_thread_is_open_while_a_person_is_awaited() {
    let mut gate = gate();
    gate.blocking_thread = true;
    let mut request = pull_request();
    synced(&mut request, &demand(true), &gate);

    set_thread(&mut request, "t", true);
    let actions = synced(&mut request, &demand(true), &gate);
    assert_eq!(lines(&actions), ["reopen the thread t"]);

    request.reviews.push(approved_by("alice", HEAD));
    let actions = synced(&mut request, &demand(true), &gate);
    assert_eq!(actions[0].to_string(), "resolve the thread t");
}

#[test]
fn auto_merge_is_switched_off_on_demand_and_while_the_gate_waits() {
    let mut request = pull_request();
    request.auto_merge = AutoMerge::On;
    let mut gate = gate();
    let has = |actions: &[Action]| actions.contains(&Action::DisableAutoMerge);
    assert!(!has(&synced(&mut request, &demand(true), &gate)));

    gate.disables_auto_merge = true;
    let actions = synced(&mut request, &demand(true), &gate);
    assert_eq!(lines(&actions), ["switch auto-merge off"]);
    request.auto_merge = AutoMerge::On;
    let mut old = demand(true);
    old.report_head = None;
    let actions = synced(&mut request, &old, &gate);
    assert!(
        matches!(&actions[..], [Action::SetStatus { .. }, Action::DisableAutoMerge]),
        "{actions:?}"
    );

    request.auto_merge = AutoMerge::On;
    request.reviews.push(approved_by("alice", HEAD));
    assert!(!has(&synced(&mut request, &demand(true), &gate)));
}

#[test]
fn where_nobody_says_whether_it_merges_itself_it_is_switched_off_every_time() {
    let mut request = pull_request();
    request.auto_merge = AutoMerge::Untold;
    let mut gate = gate();
    gate.disables_auto_merge = true;

    let actions = plan(&judge(&demand(true), &gate, &request), &gate, &request, TEXT);

    assert_eq!(actions[1], Action::DisableAutoMerge);
}

#[test]
fn a_team_is_asked_where_one_can_be_asked() {
    let mut request = pull_request();
    request.takes_teams = false;

    let actions = synced(&mut request, &demand(true), &gate());

    assert_eq!(lines(&actions).last().unwrap(), "request a review of alice");
}

#[test]
fn two_gates_do_not_share_a_comment() {
    let mut other = gate();
    other.context = "other--> <b>".to_owned();

    assert_eq!(marker(&other), "<!-- weighbridge:sticky:v1 key=other-b -->");
    assert_ne!(marker(&other), marker(&gate()));
}

fn any_login() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["alice", "ALICE", "bob", "mallory", "eve", "robot", ""]).prop_map(ToOwned::to_owned)
}

fn any_review() -> impl Strategy<Value = Review> {
    let stances = vec![
        Stance::Approved,
        Stance::ChangesRequested,
        Stance::Withdrawn,
        Stance::Other,
    ];
    (any_login(), any::<bool>(), prop::sample::select(stances), any::<bool>()).prop_map(
        |(login, is_bot, stance, is_head)| Review {
            by: Person {
                login,
                is_bot,
                ..Person::default()
            },
            stance,
            commit: is_head.then(|| HEAD.to_owned()),
        },
    )
}

prop_compose! {
    fn any_request()(
        is_from_fork in any::<bool>(),
        label_exists in any::<bool>(),
        has_label in any::<bool>(),
        takes_one_reviewer in any::<bool>(),
        reviews in prop::collection::vec(any_review(), 0..6),
        contributors in prop::option::of(prop::collection::vec(any_login(), 0..3)),
        requested in prop::collection::vec(any_login(), 0..3),
        comments in prop::collection::vec((any::<bool>(), any::<bool>(), prop::option::of(any::<bool>())), 0..4),
        passes in prop::option::of(any::<bool>()),
        keeps_description in any::<bool>(),
        merges_itself in any::<bool>(),
    ) -> PullRequest {
        let comments = comments.into_iter().enumerate().map(|(id, (is_own, is_marked, thread))| Comment {
            id: id as u64,
            is_own,
            body: if is_marked { format!("{}\nold", marker(&gate())) } else { "hello".to_owned() },
            thread: thread.map(|is_resolved| Thread { id: id.to_string(), is_resolved }),
        });
        PullRequest {
            is_from_fork,
            label_exists: label_exists || has_label,
            labels: if has_label { vec![gate().label] } else { Vec::new() },
            takes_one_reviewer,
            keeps_description,
            auto_merge: if merges_itself { AutoMerge::On } else { AutoMerge::Off },
            reviews,
            contributors: contributors.map(|logins| {
                let contributor = |login| Contributor { login: Some(login), ..Contributor::default() };
                logins.into_iter().map(contributor).collect()
            }),
            requested,
            comments: comments.collect(),
            status: passes.map(|passes| Status {
                state: if passes { StatusState::Success } else { StatusState::Pending },
                description: "before".to_owned(),
            }),
            ..pull_request()
        }
    }
}

proptest! {
    #[test]
    fn applied_twice_nothing_is_left(
        mut request in any_request(),
        due in any::<bool>(),
        guarded in any::<bool>(),
        is_head in any::<bool>(),
        blocking_thread in any::<bool>(),
        disables_auto_merge in any::<bool>(),
    ) {
        let mut demand = demand(due);
        demand.is_guarded = guarded;
        if !is_head {
            demand.run_head = Some("3333333333333333333333333333333333333333".to_owned());
        }
        let mut gate = gate();
        gate.blocking_thread = blocking_thread;
        gate.disables_auto_merge = disables_auto_merge;

        synced(&mut request, &demand, &gate);
    }

    #[test]
    fn what_is_due_passes_only_by_a_listed_stranger_to_the_change(request in any_request()) {
        let judgement = judge(&demand(true), &gate(), &request);

        if judgement.status.state == StatusState::Success {
            let approves = |review: &Review| {
                let login = review.by.login.to_lowercase();
                let worked = request.contributors.as_ref().unwrap().iter();
                review.stance == Stance::Approved
                    && !review.by.is_bot
                    && review.commit.as_deref() == Some(HEAD)
                    && (login == "alice" || login == "bob")
                    && !worked.clone().any(|one| one.login.as_ref().unwrap().to_lowercase() == login)
            };
            prop_assert!(request.reviews.iter().any(approves));
        }
    }
}
