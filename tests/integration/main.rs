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
mod determinism;
mod exit_codes;
mod fixtures;
mod flow;
mod git_since;
mod git_staged;
mod git_support;
mod guard;
mod hostile_inputs;
mod policy;
mod rules_command;
mod scan;
mod secrets;
mod settings;
