//! Runs the binary as users do, and checks the house rules of the repository.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests make files and start processes, tell what they could not check, and stop at the first surprise"
)]

mod support;

mod architecture;
mod baseline;
mod commit_msg;
mod convert;
mod determinism;
mod diff;
mod doctor;
#[cfg(unix)]
mod doctor_hooks;
mod exit_codes;
mod fix;
mod fixtures;
mod flow;
#[cfg(feature = "forge")]
mod foreign_rules;
mod forge_auto_merge;
#[cfg(feature = "forge")]
mod forge_errors;
#[cfg(feature = "forge")]
mod forge_fake_github;
#[cfg(feature = "forge")]
mod forge_gitea;
#[cfg(feature = "forge")]
mod forge_github;
#[cfg(feature = "forge")]
mod forge_gitlab;
#[cfg(feature = "forge")]
mod forge_queue;
#[cfg(feature = "forge")]
mod forge_support;
#[cfg(feature = "forge")]
mod forge_teams;
mod git_history;
mod git_since;
mod git_staged;
mod git_support;
mod guard;
mod hostile_code;
mod hostile_inputs;
#[cfg(unix)]
mod hostile_sinks;
mod images;
mod images_policy;
mod init;
mod inventory;
mod models;
mod packaging;
mod policy;
mod prompts;
mod provenance;
mod provenance_history;
mod redact;
mod registry;
mod reports;
mod rules_command;
mod scan;
mod secrets;
mod settings;
mod weights;
