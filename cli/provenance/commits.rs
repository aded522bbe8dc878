//! What commits say about themselves: trailers, other words of their messages, and who their authors are.

use git2::Commit;

use super::agents::Agents;
use super::troubles::Troubles;

/// More of a message is not read.
const MAX_BYTES: usize = 1 << 20;
/// More of a line is not looked at: what says something stands at its beginning.
const MAX_LINE: usize = 500;

/// Whether the commit says that a model wrote it.
///
/// Every line of the message is looked at and not only the last paragraph, which is where trailers belong: a squash puts the messages
/// of many commits below each other, indented or behind an asterisk.
pub(super) fn is_declared(commit: &Commit<'_>, troubles: &mut Troubles) -> bool {
    let agents = Agents::known();
    let author = commit.author();
    let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_LINE)]).to_lowercase();
    if agents.is_agent(&text(author.name_bytes()), &text(author.email_bytes())) {
        return true;
    }
    let message = commit.message_raw_bytes();
    if message.len() > MAX_BYTES {
        troubles.message(commit.id());
    }
    is_declared_in(&message[message.len().saturating_sub(MAX_BYTES)..])
}

fn is_declared_in(message: &[u8]) -> bool {
    let agents = Agents::known();
    let mut lines = message
        .split(|&byte| byte == b'\n' || byte == b'\r')
        .map(|line| String::from_utf8_lossy(&line[..line.len().min(MAX_LINE)]).to_lowercase());
    let Some(subject) = lines.by_ref().find(|line| !line.trim().is_empty()) else {
        return false;
    };
    agents.is_declared_by_subject(&subject)
        || agents.is_declared_by(&subject)
        || lines.any(|line| agents.is_declared_by(&line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_squash_keeps_what_its_commits_said() {
        let message = "Add a parser (#7)\n\n* Add a lexer\n\n🤖 Generated with [Claude Code](https://claude.com)\n\n* Mend it\n\nIt broke.\n";
        assert!(is_declared_in(message.as_bytes()));

        let message = "Squashed commit\n\ncommit 1\n    Add\n\n    Co-authored-by: Cursor <cursoragent@cursor.com>\n\ncommit 2\n    Mend\n";
        assert!(is_declared_in(message.as_bytes()));
    }

    #[test]
    fn a_message_that_only_speaks_of_models_says_nothing() {
        let message = "Ask Claude for less\n\nThe prompt was generated, and it named Copilot.\n\nSigned-off-by: A <a@example.com>\n";
        assert!(!is_declared_in(message.as_bytes()));
        assert!(is_declared_in(b"\n\naider: add a test\n"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message(bytes: Vec<u8>, text in "([a-zA-Z-]{0,14}:? ?<?[^\n]{0,6}>?\n){0,6}") {
            is_declared_in(&bytes);
            is_declared_in(text.as_bytes());
        }
    }
}
