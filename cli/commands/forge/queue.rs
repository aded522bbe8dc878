//! `forge sync` for the commit of a merge queue: its pull requests were judged, so what is left to set is a status.

use std::process::ExitCode;

use anyhow::Result;
use weighbridge_forge::{Action, PullRequest, StatusState, group_status};

use super::arguments::SyncArguments;
use super::place::{QueuedCommit, Surroundings};
use super::sync::{announce, apply, exit_code};
use super::{client, no_token, unreachable};
use crate::console::{Console, harmless};
use crate::failure::{failure, incomplete};

/// The commit that the flags name, else the one of the job; `None` if the run is about no merge queue.
pub(super) fn queued_commit(arguments: &SyncArguments, surroundings: &Surroundings) -> Result<Option<QueuedCommit>> {
    let of_job = surroundings.queued_commit();
    let Some(branch) = &arguments.merge_queue else {
        let is_named = arguments.pull_request.is_some() || arguments.head.is_some();
        return Ok(of_job.filter(|_| !is_named));
    };
    let head = arguments.head.clone().or_else(|| of_job.map(|queued| queued.head));
    let head = head.ok_or_else(|| {
        failure(
            "it is not known which commit of the merge queue is meant",
            "give `--head SHA`; in a job for `merge_group` it is not needed",
        )
    })?;
    Ok(Some(QueuedCommit {
        head,
        branch: branch.clone(),
    }))
}

/// Sets the status of the commit by those of its pull requests.
pub(super) fn sync(
    arguments: &SyncArguments,
    queued: &QueuedCommit,
    surroundings: &Surroundings,
    console: &Console,
) -> Result<ExitCode> {
    let Some(client) = client(&arguments.place, surroundings)? else {
        let hint = no_token(arguments.place.forge.kind());
        return Err(incomplete(
            "there is no token, so the merge queue cannot be read",
            None,
            hint,
        ));
    };
    let group = client
        .merge_group(&queued.branch, &queued.head, &arguments.status)
        .map_err(|error| unreachable("cannot read the merge queue", error))?;
    let status = group_status(&group);
    let mut actions = Vec::new();
    if group.status.as_ref() != Some(&status) {
        actions.push(Action::SetStatus {
            commit: group.head,
            context: arguments.status.clone(),
            status: status.clone(),
        });
    }
    if arguments.dry_run {
        announce(&actions)?;
    } else {
        apply(client.as_ref(), &PullRequest::default(), &actions)?;
    }
    let state = if status.state == StatusState::Success {
        "passes"
    } else {
        "waits"
    };
    console.summary(&harmless(&format!(
        "merge group {} {state}: {}",
        queued.head, status.description
    )));
    Ok(exit_code(arguments, &status))
}
