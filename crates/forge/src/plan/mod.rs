//! What would have to change on a pull request.

use crate::gate::is_team;
use crate::pull_request::{AutoMerge, Comment, PullRequest, Stance, StatusState};
use crate::{Action, Gate, Judgement};

/// What would have to change. Applied, and read anew, there is nothing left to change.
///
/// A status that holds is set before anything else, and one that lets pass after everything else: whatever fails in
/// between fails on the safe side. A report about another commit sets the status and leaves the rest alone.
///
/// `text` is the comment as people read it; the mark by which it is found again is added here.
pub fn plan(judgement: &Judgement, gate: &Gate, pull_request: &PullRequest, text: &str) -> Vec<Action> {
    if !pull_request.is_open {
        return Vec::new();
    }
    let mut actions = Vec::new();
    let passes = judgement.status.state == StatusState::Success;
    if gate.disables_auto_merge && !passes && pull_request.auto_merge != AutoMerge::Off {
        actions.push(Action::DisableAutoMerge);
    }
    if judgement.is_about_head {
        actions.extend(label(judgement, gate, pull_request));
        actions.extend(comment(judgement, gate, pull_request, text));
        actions.extend(reviews(judgement, gate, pull_request));
    }
    let is_set = pull_request.status.as_ref().is_some_and(|status| {
        *status == judgement.status || (pull_request.keeps_description && status.state == judgement.status.state)
    });
    if !is_set {
        let status = Action::SetStatus {
            commit: pull_request.head.clone(),
            context: gate.context.clone(),
            status: judgement.status.clone(),
        };
        if passes {
            actions.push(status);
        } else {
            actions.insert(0, status);
        }
    }
    actions
}

fn label(judgement: &Judgement, gate: &Gate, pull_request: &PullRequest) -> Vec<Action> {
    let name = gate.label.clone();
    // Labels that differ in case only are one label on every forge but GitLab, where the difference does no harm.
    let has_label = pull_request
        .labels
        .iter()
        .any(|label| label.to_lowercase() == name.to_lowercase());
    match (judgement.is_due(), has_label) {
        (true, false) if pull_request.label_exists => vec![Action::AddLabel { name }],
        (true, false) => vec![Action::CreateLabel { name: name.clone() }, Action::AddLabel { name }],
        (false, true) => vec![Action::RemoveLabel { name }],
        _ => Vec::new(),
    }
}

fn comment(judgement: &Judgement, gate: &Gate, pull_request: &PullRequest, text: &str) -> Vec<Action> {
    let marker = marker(gate);
    let body = format!("{marker}\n{text}");
    // A user can paste the mark, so the author counts as well.
    let is_ours = |comment: &&Comment| comment.is_own && comment.body.trim_start().starts_with(&marker);
    let passes = judgement.status.state == StatusState::Success;
    let mut ours = pull_request.comments.iter().filter(is_ours);
    let first = ours.clone().next();
    // A comment that cannot hold the merge request does where nothing has to be held.
    let comment = if gate.blocking_thread {
        ours.find(|comment| comment.thread.is_some())
            .or(first.filter(|_| passes))
    } else {
        first
    };
    let Some(comment) = comment else {
        let opens_thread = gate.blocking_thread && !passes;
        return if judgement.is_due() {
            vec![Action::CreateComment { body, opens_thread }]
        } else {
            Vec::new()
        };
    };
    let mut actions = Vec::new();
    if as_compared(&comment.body) != as_compared(&body) {
        actions.push(Action::UpdateComment { id: comment.id, body });
    }
    if let Some(thread) = comment.thread.as_ref().filter(|_| gate.blocking_thread) {
        let id = thread.id.clone();
        match (passes, thread.is_resolved) {
            (true, false) => actions.push(Action::ResolveThread { id }),
            (false, true) => actions.push(Action::ReopenThread { id }),
            _ => {}
        }
    }
    actions
}

/// What the comment begins with. Nobody sees it; the key keeps two gates on one pull request apart.
fn marker(gate: &Gate) -> String {
    let is_key = |character: &char| character.is_ascii_alphanumeric() || "-._/".contains(*character);
    // `--` would end the comment of HTML.
    let key: String = gate.context.chars().filter(is_key).collect();
    format!("<!-- weighbridge:sticky:v1 key={} -->", key.replace("--", "-"))
}

/// Forges keep line ends and blanks at the end as they like.
fn as_compared(body: &str) -> String {
    body.replace("\r\n", "\n").trim_end().to_owned()
}

fn reviews(judgement: &Judgement, gate: &Gate, pull_request: &PullRequest) -> Option<Action> {
    if !judgement.is_due() || judgement.status.state == StatusState::Success {
        return None;
    }
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let has_reviewed = |login: &str| pull_request.reviews.iter().any(|review| same(&review.by.login, login));
    let is_asked = |name: &str| pull_request.requested.iter().any(|asked| same(asked, name)) || has_reviewed(name);
    // A team is no longer asked once a member has reviewed, and nobody says who the members are.
    let has_verdict = pull_request
        .reviews
        .iter()
        .any(|review| review.stance != Stance::Other && gate.may_approve(&review.by.login));
    let is_wanted = |name: &&String| {
        !same(name, &pull_request.author) && (!is_team(name) || (pull_request.takes_teams && !has_verdict))
    };
    let wanted: Vec<&String> = gate.reviewers.iter().filter(is_wanted).collect();
    if pull_request.takes_one_reviewer && wanted.iter().any(|name| is_asked(name)) {
        return None;
    }
    let mut missing: Vec<String> = wanted.into_iter().filter(|name| !is_asked(name)).cloned().collect();
    missing.dedup();
    if pull_request.takes_one_reviewer {
        missing.truncate(1);
    }
    (!missing.is_empty()).then_some(Action::RequestReviews { of: missing })
}

#[cfg(test)]
mod tests;
