//! Settings as `config show` prints them: a settings file in which each value tells where it comes from.

use std::fmt::Write as _;

use super::layer::{Origin, quoted};
use super::valid::{Item, Settings};

/// The settings as TOML, with the origin of each value behind it.
pub(crate) fn shown(settings: &Settings) -> String {
    let mut lines = Vec::new();
    let mut add =
        |key: &str, value: String, origin: &Origin| lines.push((format!("{key} = {value}"), origin.to_string()));
    let s = settings;
    add(
        "fail-on",
        quoted(s.fail_on.value.severity().map_or("never", |severity| severity.name())),
        &s.fail_on.origin,
    );
    add(
        "min-severity",
        quoted(s.min_severity.value.severity().name()),
        &s.min_severity.origin,
    );
    add("profile", quoted(s.profile.value.name()), &s.profile.origin);
    add("select", list(&s.select.value), &s.select.origin);
    add("ignore", list(&s.ignore.value), &s.ignore.origin);
    add("exclude", list(&s.exclude.value), &s.exclude.origin);
    add(
        "force-exclude",
        s.force_exclude.value.to_string(),
        &s.force_exclude.origin,
    );
    add(
        "include-hidden",
        s.include_hidden.value.to_string(),
        &s.include_hidden.origin,
    );
    add(
        "respect-gitignore",
        s.respect_gitignore.value.to_string(),
        &s.respect_gitignore.origin,
    );
    add(
        "max-file-size",
        quoted(&s.max_file_size.value.to_string()),
        &s.max_file_size.origin,
    );
    add("max-findings", s.max_findings.value.to_string(), &s.max_findings.origin);
    add(
        "foreign-suppressions",
        s.foreign_suppressions.value.to_string(),
        &s.foreign_suppressions.origin,
    );
    add("rules", list(&s.rules.value), &s.rules.origin);
    add(
        "intranet-suffixes",
        list(&s.intranet_suffixes.value),
        &s.intranet_suffixes.origin,
    );
    add(
        "intranet-ranges",
        list(&s.intranet_ranges.value),
        &s.intranet_ranges.origin,
    );
    add("prompt-files", list(&s.prompt_files.value), &s.prompt_files.origin);
    let text_of = |item: &Option<Item>| quoted(item.as_ref().map_or("", |item| item.text.as_str()));
    add("baseline", text_of(&s.baseline.value), &s.baseline.origin);
    add("assisted-by", text_of(&s.assisted_by.value), &s.assisted_by.origin);
    match s.jobs.value {
        Some(jobs) => add("jobs", jobs.to_string(), &s.jobs.origin),
        None => lines.push((
            "# jobs = as many as there are processors".to_owned(),
            s.jobs.origin.to_string(),
        )),
    }
    let mut text = aligned(&lines);
    let severities = s.severity.iter().map(|entry| {
        let line = format!(
            "{} = {}",
            quoted(&entry.rule.text),
            quoted(entry.level.severity().name())
        );
        (line, entry.rule.origin.to_string())
    });
    push_table(&mut text, "severity", &severities.collect::<Vec<_>>());
    let ignores = s.per_file_ignores.iter().map(|entry| {
        let line = format!("{} = {}", quoted(&entry.files.text), list(&entry.rules));
        (line, entry.files.origin.to_string())
    });
    push_table(&mut text, "per-file-ignores", &ignores.collect::<Vec<_>>());
    text
}

fn push_table(text: &mut String, name: &str, lines: &[(String, String)]) {
    if !lines.is_empty() {
        write!(text, "\n[{name}]\n{}", aligned(lines)).expect("writing to a string does not fail");
    }
}

fn aligned(lines: &[(String, String)]) -> String {
    /// Longer values push their own comment only.
    const MAX_WIDTH: usize = 44;
    let width = lines
        .iter()
        .map(|(line, _)| line.chars().count())
        .filter(|width| *width <= MAX_WIDTH)
        .max();
    let width = width.unwrap_or(0);
    lines.iter().fold(String::new(), |mut text, (line, origin)| {
        writeln!(text, "{line:width$}  # {origin}").expect("writing to a string does not fail");
        text
    })
}

fn list(items: &[Item]) -> String {
    let words: Vec<_> = items.iter().map(|item| quoted(&item.text)).collect();
    format!("[{}]", words.join(", "))
}
