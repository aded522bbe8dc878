//! `weighbridge verify image`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueHint};
use weighbridge_core::{Report, Severity, SourcePath, Summary};
use weighbridge_emit::{Context, Format, Times};
use weighbridge_rules::built_in_rules;
use weighbridge_scan::{Options, RuleUse, Scanner};
use weighbridge_verify::fetch::{DockerArchive, Limits, collect};
use weighbridge_verify::{Reference, Signature, Verdict, judge};

use super::exit_code;
use crate::clock::seconds_since_1970;
use crate::console::Console;
use crate::failure::{failure, failure_because};
use crate::files::Files;
use crate::git::Lines;
use crate::images::{
    self, SignerArguments, SourceArguments, TrustArguments, authority, policy_of, policy_of_authority, read_bounded,
    table, warn_of_weak_policy,
};
use crate::output::{Outputs, Target, print};
use crate::paths::Paths;
use crate::settings::Size;
use crate::walk::{Entry, Input};

/// The file that the arguments are taken for in a report.
const ARGUMENTS: &str = "arguments.images";

/// `verify image`.
#[derive(Debug, Args)]
pub(crate) struct VerifyImageArguments {
    /// The images, by name
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<String>,
    /// Print a report in this format instead of the table
    #[arg(long, value_name = "FORMAT", value_parser = format_of)]
    format: Option<Format>,
    /// Write a report to a file as well. May be repeated
    #[arg(short, long, value_name = "FORMAT[=PATH]", value_parser = OsStringValueParser::new().try_map(|text| Target::parse(&text)))]
    output: Vec<Target>,
    /// An archive of `docker save` to verify instead of what a registry has; needs `--manifest` and `--bundle`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "manifest", requires = "bundle")]
    archive: Option<PathBuf>,
    /// The manifest that was signed, which the archive has lost
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "archive")]
    manifest: Option<PathBuf>,
    /// A bundle with a signature of that manifest. May be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "archive")]
    bundle: Vec<PathBuf>,
    /// Who must have signed.
    #[command(flatten)]
    signer: SignerArguments,
    /// Whom to trust.
    #[command(flatten)]
    trust: TrustArguments,
    /// Where signatures are.
    #[command(flatten)]
    source: SourceArguments,
}

fn format_of(text: &str) -> Result<Format, String> {
    crate::output::format_of(text)
}

pub(super) fn verify(arguments: &VerifyImageArguments, console: &Console) -> Result<ExitCode> {
    let started = seconds_since_1970();
    let paths = Paths::of_process()?;
    let files = Files::on_disk(&paths);
    let outputs = Outputs::new(arguments.format, &arguments.output, &paths)?;
    let policy = if arguments.signer.is_given() {
        policy_of_authority(authority(&arguments.signer, &arguments.trust, &files)?)
    } else {
        policy_of(&arguments.trust, &files)?
    };
    warn_of_weak_policy(&policy, console);
    if let Some(name) = arguments.images.iter().find(|name| Reference::parse(name).is_err()) {
        return Err(failure(
            format!("`{name}` is no name of an image"),
            "write `registry/repository:tag`, or `@sha256:…` for the tag",
        ));
    }
    let verified = if arguments.archive.is_some() {
        let now = i64::try_from(started).unwrap_or(i64::MAX);
        let verdict = archive(arguments, &files, |reference, evidence| {
            judge(reference, Some(evidence), &policy, now)
        })?;
        let path = SourcePath::new(ARGUMENTS.as_bytes());
        images::Verified::of(vec![(arguments.images[0].clone(), verdict, path)])
    } else {
        images::verify(&arguments.source, &policy, &[entry(&arguments.images)], Size(1 << 20))?
    };
    if arguments.format.is_none() {
        print(table(&verified.rows).as_bytes())?;
    }
    let report = report(&arguments.images, &verified);
    let rules: Vec<_> = built_in_rules()
        .iter()
        .filter(|rule| images::verdict_rules().contains(rule.id.as_str()))
        .collect();
    let context = Context::of_scan(
        &rules,
        env!("CARGO_PKG_VERSION"),
        Some(Severity::Medium),
        console.stdout_style(),
    );
    let ended = seconds_since_1970();
    let times = Times { started, ended };
    if arguments.format.is_some() {
        outputs.write(&report, &context, times)?;
    } else {
        outputs.write_files(&report, &context, times)?;
    }
    Ok(exit_code(
        verified
            .rows
            .iter()
            .map(|(_, verdict)| (verdict.outcome, verdict.is_warning)),
    ))
}

/// The names as a file, so that findings have a place. The first line is what makes the rules look at it.
fn text(images: &[String]) -> String {
    let mut text = format!("# images\n{}", images.join("\n"));
    text.push('\n');
    text
}

fn entry(images: &[String]) -> Entry {
    Entry {
        name: SourcePath::new(ARGUMENTS.as_bytes()),
        input: Input::Held(PathBuf::from(ARGUMENTS), Arc::from(text(images).into_bytes())),
        lines: Lines::All,
        new_lines: None,
        is_prompt: false,
    }
}

fn report(images: &[String], verified: &images::Verified) -> Report {
    let uses = built_in_rules()
        .iter()
        .filter(|rule| images::verdict_rules().contains(rule.id.as_str()));
    let uses = uses.map(|rule| RuleUse {
        rule,
        reported: true,
        severity: rule.severity,
    });
    let options = Options {
        image_verdicts: Arc::clone(&verified.verdicts),
        ..Options::default()
    };
    let scanner = Scanner::new(uses.collect(), options, false);
    let text = text(images);
    let path = SourcePath::new(ARGUMENTS.as_bytes());
    let language = weighbridge_scan::language_of(&path, text.as_bytes());
    let source = weighbridge_core::Source::new(path, language, text.as_bytes());
    let findings = scanner.worker().scan(&source).findings;
    let summary = Summary {
        files: 1,
        bytes: text.len() as u64,
        ..Summary::default()
    };
    Report::new(findings, verified.notifications.clone(), summary)
}

/// The verdict about an archive of `docker save`.
fn archive(
    arguments: &VerifyImageArguments,
    files: &Files<'_>,
    judge: impl Fn(&Reference, &weighbridge_verify::Evidence) -> Verdict,
) -> Result<Verdict> {
    let [name] = arguments.images.as_slice() else {
        return Err(failure("an archive holds one image", "name one image with `--archive`"));
    };
    let (Some(path), Some(manifest)) = (&arguments.archive, &arguments.manifest) else {
        return Err(failure("an archive needs `--manifest`", "add it"));
    };
    let manifest = read_bounded(manifest, files)?;
    let bundles = arguments
        .bundle
        .iter()
        .map(|path| Ok(String::from_utf8(read_bounded(path, files)?)?));
    let bundles: Vec<String> = bundles.collect::<Result<_>>()?;
    let unusable = |error: anyhow::Error| {
        let hint = "fetch the manifest from the registry by digest: `crane manifest NAME@DIGEST`";
        failure_because(
            format!("`{}` is not the image of the manifest", path.display()),
            error,
            hint,
        )
    };
    let opened = images::files_at(path).map_err(|error| unusable(error.into()))?;
    let archive = DockerArchive::new(opened.as_ref(), manifest).map_err(|error| unusable(error.into()))?;
    let reference = Reference::parse(name)?;
    let mut evidence = collect(&archive, &reference, Limits::default())?;
    evidence.signatures.extend(bundles.into_iter().map(Signature::Bundle));
    Ok(judge(&reference, &evidence))
}
