//! `weighbridge forge sync`: read the report and the pull request, judge, and change what differs.

use std::process::ExitCode;

use anyhow::Result;
use weighbridge_emit::{Comment, comment};
use weighbridge_forge::{
    Action, Demand, Forge, ForgeError, ForgeKind, Gate, Judgement, PullRequest, Status, StatusState, judge, plan,
};

use super::arguments::SyncArguments;
use super::place::{Subject, Surroundings};
use super::report::{GateReport, read};
use super::{client, no_token, print_line, queue, unreachable};
use crate::console::Console;
use crate::failure::{failure, incomplete};
use crate::files::Files;
use crate::paths::Paths;
use crate::policy::Policy;

const PENDING: u8 = 1;
const INCOMPLETE: u8 = 3;

/// Brings a pull request in line with a report.
pub(super) fn sync(arguments: &SyncArguments, console: &Console) -> Result<ExitCode> {
    let kind = arguments.place.forge.kind();
    let surroundings = Surroundings::of_process();
    if let Some(queued) = queue::queued_commit(arguments, &surroundings)? {
        return queue::sync(arguments, &queued, &surroundings, console);
    }
    let report = arguments.report.as_deref().ok_or_else(|| {
        failure(
            "there is no report to go by",
            "give `--report FILE`, a report that `weighbridge scan --output json=FILE` wrote",
        )
    })?;
    let report = read(report)?;
    let mut gate = gate(arguments)?;
    let subject = subject(arguments, surroundings.subject(kind));
    if gate.approvers.is_empty() {
        console.warning(
            "nobody may approve: the list of approvers is empty",
            "give `--approvers alice,bob`, or a policy that names `approvers`",
        );
    }
    let demand = Demand {
        review_required: report.review_required,
        report_head: report.head.clone(),
        run_head: subject.head.clone(),
        is_guarded: report.is_guarded,
    };
    let Some(client) = client(&arguments.place, &surroundings)? else {
        return without_token(arguments, &gate, &demand, &report, &subject, console);
    };
    let number = number(client.as_ref(), &subject)?;
    gate.members = members(client.as_ref(), &gate)
        .map_err(|error| unreachable("nobody can approve for a team that cannot be read", error))?;
    let pull_request = client
        .read(number, &gate)
        .map_err(|error| unreachable("cannot read the pull request", error))?;
    let judgement = judge(&demand, &gate, &pull_request);
    let text = text(&report, &gate, &judgement, &pull_request, kind);
    let actions = plan(&judgement, &gate, &pull_request, &text);
    if arguments.dry_run {
        announce(&actions)?;
    } else {
        apply(client.as_ref(), &pull_request, &actions)?;
    }
    let status = &judgement.status;
    let state = if status.state == StatusState::Success {
        "passes"
    } else {
        "waits"
    };
    console.summary(&crate::console::harmless(&format!(
        "pull request {number} {state}: {}",
        status.description
    )));
    Ok(exit_code(arguments, status))
}

/// What the exit code says about a gate that was set.
pub(super) fn exit_code(arguments: &SyncArguments, status: &Status) -> ExitCode {
    if arguments.fail_while_pending && status.state != StatusState::Success {
        ExitCode::from(PENDING)
    } else {
        ExitCode::SUCCESS
    }
}

/// Who is in the teams that may approve.
fn members(client: &dyn Forge, gate: &Gate) -> Result<Vec<String>, ForgeError> {
    let mut members = Vec::new();
    for team in gate.teams() {
        let of_team = client.members(team).map_err(|source| ForgeError::Team {
            team: team.to_owned(),
            source: Box::new(source),
        })?;
        members.extend(of_team);
    }
    Ok(members)
}

fn gate(arguments: &SyncArguments) -> Result<Gate> {
    let paths = Paths::of_process()?;
    let policy = Policy::load(arguments.policy.as_deref(), &Files::on_disk(&paths))?;
    let given = |flag: &[String], of_policy: &[String]| {
        let flag = names(flag);
        if flag.is_empty() { names(of_policy) } else { flag }
    };
    let approvers = given(&arguments.approvers, policy.approvers());
    let reviewers = given(&arguments.reviewers, policy.reviewers());
    Ok(Gate {
        reviewers: if reviewers.is_empty() {
            approvers.clone()
        } else {
            reviewers
        },
        approvers,
        members: Vec::new(),
        label: arguments.label.clone(),
        context: arguments.status.clone(),
        blocking_thread: arguments.blocking_thread,
        disables_auto_merge: arguments.disable_auto_merge,
    })
}

/// Names without the `@` that people write before them.
fn names(given: &[String]) -> Vec<String> {
    let names = given.iter().map(|name| name.trim().trim_start_matches('@').to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

/// What the flags say goes before what the job says. The commit of a job stays unless the job is about another pull request.
fn subject(arguments: &SyncArguments, of_job: Subject) -> Subject {
    let number = arguments.pull_request.or(of_job.number);
    let is_of_job = of_job.number.is_none() || of_job.number == number;
    Subject {
        number,
        branch: of_job.branch.filter(|_| arguments.head.is_none()),
        head: arguments.head.clone().or(of_job.head.filter(|_| is_of_job)),
    }
}

/// The number of the pull request, looked up by its last commit if nobody says it.
fn number(client: &dyn Forge, subject: &Subject) -> Result<u64> {
    if let Some(number) = subject.number {
        return Ok(number);
    }
    let Some(head) = &subject.head else {
        return Err(failure(
            "it is not known which pull request is meant",
            "give `--pull-request NUMBER`; in a job for a pull request it is not needed",
        ));
    };
    let found = client
        .find(head, subject.branch.as_deref())
        .map_err(|error| unreachable("cannot look for the pull request", error))?;
    match found[..] {
        [number] => Ok(number),
        [] => Err(incomplete(
            format!("no open pull request has the last commit `{head}`"),
            None,
            "it may have been closed, or something newer was pushed, which has a run of its own",
        )),
        _ => Err(incomplete(
            format!("several open pull requests have the last commit `{head}`"),
            None,
            "name one with `--pull-request NUMBER`",
        )),
    }
}

fn text(
    report: &GateReport,
    gate: &Gate,
    judgement: &Judgement,
    pull_request: &PullRequest,
    kind: ForgeKind,
) -> String {
    let number = pull_request.number;
    let fetch = match kind {
        ForgeKind::GitHub | ForgeKind::Gitea => format!("refs/pull/{number}/head"),
        ForgeKind::GitLab => format!("refs/merge-requests/{number}/head"),
    };
    let due = judgement.due.iter();
    let due = due.filter(|due| report.reasons.is_empty() || **due != weighbridge_forge::Due::Report);
    comment(&Comment {
        outcome: report.outcome,
        findings: report.findings.clone(),
        suppressed: report.suppressed,
        files: report.files,
        due: due.map(ToString::to_string).collect(),
        reasons: report.reasons.clone(),
        is_due: judgement.is_due(),
        approvers: &gate.approvers,
        status: &gate.context,
        head: &pull_request.head,
        base: report.base.as_deref(),
        fetch: &fetch,
        files_address: pull_request.web.as_ref().map(|web| web.files.as_str()),
        version: &report.version,
    })
}

pub(super) fn announce(actions: &[Action]) -> Result<()> {
    if actions.is_empty() {
        print_line("nothing to do")?;
    }
    actions
        .iter()
        .try_for_each(|action| print_line(&format!("would {action}")))
}

/// Applies all actions. After one that failed nothing lets the change pass any more.
pub(super) fn apply(client: &dyn Forge, pull_request: &PullRequest, actions: &[Action]) -> Result<()> {
    if actions.is_empty() {
        print_line("nothing to do")?;
    }
    let mut failed = None;
    for action in actions {
        let lets_pass = matches!(action, Action::SetStatus { status, .. } if status.state == StatusState::Success);
        if failed.is_some() && lets_pass {
            continue;
        }
        match client.apply(pull_request, action) {
            Ok(()) => print_line(&format!("done: {action}"))?,
            Err(error) => {
                print_line(&format!("failed: {action}"))?;
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(()), |error| Err(unreachable("the gate could not be set", error)))
}

/// Without a token nothing can be read or written; what can be said is what a fresh pull request would get.
fn without_token(
    arguments: &SyncArguments,
    gate: &Gate,
    demand: &Demand,
    report: &GateReport,
    subject: &Subject,
    console: &Console,
) -> Result<ExitCode> {
    let kind = arguments.place.forge.kind();
    let fresh = PullRequest {
        number: subject.number.unwrap_or_default(),
        is_open: true,
        head: subject.head.clone().or_else(|| report.head.clone()).unwrap_or_default(),
        contributors: Some(Vec::new()),
        takes_one_reviewer: kind == ForgeKind::GitLab,
        takes_teams: kind != ForgeKind::GitLab,
        ..PullRequest::default()
    };
    let judgement = judge(demand, gate, &fresh);
    let text = text(report, gate, &judgement, &fresh, kind);
    announce(&plan(&judgement, gate, &fresh, &text))?;
    console.warning(
        "there is no token, so nothing was read or written; this is what a fresh pull request would get",
        &no_token(kind),
    );
    Ok(if arguments.dry_run {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    })
}
