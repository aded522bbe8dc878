//! Workflow commands of GitHub Actions, which become annotations on the changed lines.
//!
//! Source: [Workflow commands](https://docs.github.com/actions/reference/workflow-commands-for-github-actions) and
//! `ActionCommand.cs` of [actions/runner](https://github.com/actions/runner).

use std::io::{self, Write};

use weighbridge_core::Report;

use crate::annotations::{Annotation, Level, chosen, texts};
use crate::{Context, shown};

/// Writes the report as workflow commands.
pub(crate) fn emit(report: &Report, _: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let chosen = chosen(report, |level| level, Level::Notice);
    for (level, annotation) in &chosen.shown {
        let (title, lines) = texts(annotation);
        let mut properties = place(annotation);
        properties.push(format!("title={}", property(&title)));
        write_command(*level, &properties.join(","), &lines.join("\n"), out)?;
    }
    if let Some(rest) = &chosen.rest {
        write_command(Level::Notice, "title=weighbridge", rest, out)?;
    }
    Ok(())
}

fn write_command(level: Level, properties: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    let command = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    };
    writeln!(out, "::{command} {properties}::{}", data(message))
}

/// Columns are given only within a line: GitHub drops an annotation that has them on several
/// ([ruff#22074](https://github.com/astral-sh/ruff/issues/22074)).
fn place(annotation: &Annotation<'_>) -> Vec<String> {
    match annotation {
        Annotation::Finding(finding) => {
            let (start, end) = (finding.location.start, finding.location.end);
            let mut properties = vec![
                format!("file={}", property(&shown::path(&finding.path))),
                format!("line={}", start.line),
                format!("endLine={}", end.line),
            ];
            if start.line == end.line {
                properties.push(format!("col={}", start.column));
                properties.push(format!("endColumn={}", end.column));
            }
            properties
        }
        Annotation::Notification(notification) => {
            let path = notification.path.iter();
            path.map(|path| format!("file={}", property(&shown::path(path))))
                .collect()
        }
    }
}

/// The text as the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The text as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, sample};

    #[test]
    fn github() {
        insta::assert_snapshot!(sample::emitted(Format::Github));
    }

    #[test]
    fn a_clean_run_says_nothing() {
        assert_eq!(sample::emitted_from(Format::Github, &Report::default()), "");
    }

    #[test]
    fn nothing_ends_a_property_or_a_message() {
        assert_eq!(property("a:b,c%0A\r\n::"), "a%3Ab%2Cc%250A%0D%0A%3A%3A");
        assert_eq!(data("100%\r\n::error::,"), "100%25%0D%0A::error::,");
    }

    #[test]
    fn what_the_runner_would_drop_is_counted() {
        let text = sample::emitted_from(Format::Github, &sample::many(30));

        let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!((count("::error "), count("::warning "), count("::notice ")), (10, 0, 1));
        assert!(
            text.ends_with(
                "::notice title=weighbridge::20 more findings and notifications are not shown here: \
                 see the summary, or write the format `json`, which holds all\n"
            ),
            "{text}"
        );
    }
}
