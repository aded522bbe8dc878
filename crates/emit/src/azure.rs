//! Logging commands of Azure Pipelines, which become issues of the run.
//!
//! Source: [Logging commands](https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands) and
//! `CommandStringConvertor` of [azure-pipelines-agent](https://github.com/microsoft/azure-pipelines-agent).

use std::io::{self, Write};

use weighbridge_core::Report;

use crate::annotations::{Annotation, Level, chosen, texts};
use crate::{Context, shown};

/// Writes the report as logging commands.
pub(crate) fn emit(report: &Report, _: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let chosen = chosen(report, azure_level, Level::Warning);
    for (level, annotation) in &chosen.shown {
        let (title, lines) = texts(annotation);
        let message = format!("{title}: {}", lines.join("\n"));
        write_issue(*level, &place(annotation), &message, out)?;
    }
    if let Some(rest) = &chosen.rest {
        write_issue(Level::Warning, "", rest, out)?;
    }
    Ok(())
}

/// There are two kinds of issue.
fn azure_level(level: Level) -> Level {
    match level {
        Level::Error => Level::Error,
        Level::Warning | Level::Notice => Level::Warning,
    }
}

fn write_issue(level: Level, place: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    let kind = match level {
        Level::Error => "error",
        Level::Warning | Level::Notice => "warning",
    };
    writeln!(out, "##vso[task.logissue type={kind};{place}]{}", data(message))
}

fn place(annotation: &Annotation<'_>) -> String {
    match annotation {
        Annotation::Finding(finding) => {
            let start = finding.location.start;
            format!(
                "sourcepath={};linenumber={};columnnumber={};code={};",
                property(&shown::path(&finding.path)),
                start.line,
                start.column,
                property(finding.rule.as_str())
            )
        }
        Annotation::Notification(notification) => {
            let path = notification.path.as_ref().map(|path| property(&shown::path(path)));
            let path = path.map_or_else(String::new, |path| format!("sourcepath={path};"));
            format!("{path}code={};", property(&notification.id))
        }
    }
}

/// The text as the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The text as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, sample};

    #[test]
    fn azure() {
        insta::assert_snapshot!(sample::emitted(Format::Azure));
    }

    #[test]
    fn nothing_ends_a_property_or_a_message() {
        assert_eq!(property("a;b]c%3B\r\n"), "a%3Bb%5Dc%AZP253B%0D%0A");
    }

    #[test]
    fn what_the_agent_would_drop_is_counted() {
        let text = sample::emitted_from(Format::Azure, &sample::many(30));

        assert_eq!(text.matches("type=error").count(), 10);
        assert!(
            text.lines().last().unwrap().contains("type=warning;]20 more findings"),
            "{text}"
        );
    }
}
