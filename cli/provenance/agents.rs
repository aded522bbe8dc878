//! The patterns of `agents.toml`: who is an agent, and which words say that one was at work.

use std::sync::LazyLock;

use serde::Deserialize;

const FILE: &str = include_str!("agents.toml");
/// What names of people and of tools are kept apart from the rest of a line by.
const MARKS: [char; 9] = ['*', '_', '`', '[', '(', '<', '"', '\'', ':'];
const NO_REPLY: &str = "@users.noreply.github.com";

static AGENTS: LazyLock<Agents> = LazyLock::new(|| toml::from_str(FILE).expect("a test reads the file"));

/// All patterns, in lower case. Whatever is compared with them must be so too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Agents {
    tool_trailer: Vec<Entry>,
    agent_trailer: Vec<Entry>,
    person_trailer: Vec<Entry>,
    denial: Vec<Entry>,
    agent: Vec<Entry>,
    bot_word: Vec<Entry>,
    machine: Vec<Entry>,
    phrase: Vec<Entry>,
    subject: Vec<Entry>,
    label: Vec<Entry>,
    branch: Vec<Entry>,
}

/// One entry, whatever it is about; it has the lists that it needs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Entry {
    keys: Vec<String>,
    values: Vec<String>,
    addresses: Vec<String>,
    logins: Vec<String>,
    names: Vec<String>,
    suffixes: Vec<String>,
    words: Vec<String>,
    tools: Vec<String>,
    prefixes: Vec<String>,
    /// For readers of the file.
    #[serde(rename = "source")]
    _source: String,
}

impl Agents {
    /// Those of the file.
    pub(super) fn known() -> &'static Self {
        &AGENTS
    }

    /// Whether an author, or a co-author, is an agent.
    pub(super) fn is_agent(&self, name: &str, address: &str) -> bool {
        let (name, address) = (name.trim(), address.trim());
        let login = address.strip_suffix(NO_REPLY);
        let login = login.map(|login| login.split_once('+').map_or(login, |(_, login)| login));
        let accounts = [Some(name), login];
        let is_machine = |account: &str| holds(&self.machine, |entry| &entry.logins, account);
        if accounts.iter().flatten().any(|account| is_machine(account)) {
            return false;
        }
        let is_account = |account: &str| holds(&self.agent, |entry| &entry.logins, account) || self.is_bot(account);
        holds(&self.agent, |entry| &entry.addresses, address)
            || accounts.iter().flatten().any(|account| is_account(account))
            || any(&self.agent, |entry| &entry.suffixes, |suffix| name.ends_with(suffix))
            || any(&self.agent, |entry| &entry.names, |known| begins_with_word(name, known))
    }

    /// Whether an account that nobody listed calls itself a bot and an agent.
    fn is_bot(&self, account: &str) -> bool {
        account.strip_suffix("[bot]").is_some_and(|account| {
            let mut parts = account.split(['-', '_', '.']);
            parts.any(|part| holds(&self.bot_word, |entry| &entry.words, part))
        })
    }

    /// Whether a line of a message says that a model was at work.
    pub(super) fn is_declared_by(&self, line: &str) -> bool {
        let line = line.trim();
        self.is_trailer(line) || self.is_phrase(line)
    }

    /// Whether the first line of a message does.
    pub(super) fn is_declared_by_subject(&self, line: &str) -> bool {
        any(
            &self.subject,
            |entry| &entry.prefixes,
            |prefix| line.starts_with(prefix),
        )
    }

    fn is_trailer(&self, line: &str) -> bool {
        let Some((key, value)) = line.split_once(':') else {
            return false;
        };
        let (key, value) = (key.trim(), value.trim());
        let is_one_of = |entries: &[Entry]| holds(entries, |entry| &entry.keys, key);
        if is_one_of(&self.person_trailer) {
            let (name, address) = person(value);
            return self.is_agent(name, address);
        }
        if is_one_of(&self.tool_trailer) {
            let (name, address) = person(value);
            let is_nobody = value.is_empty() || holds(&self.denial, |entry| &entry.values, value.trim_end_matches('.'));
            return !is_nobody && (!address.contains('@') || self.is_agent(name, address));
        }
        let is_said = |entry: &Entry| entry.keys.iter().any(|known| known == key) && entry.says(value);
        self.agent_trailer.iter().any(is_said)
    }

    fn is_phrase(&self, line: &str) -> bool {
        let line: String = line
            .trim_start_matches(|character: char| !character.is_alphanumeric())
            .chars()
            .map(|character| if character == '-' { ' ' } else { character })
            .collect();
        let rest_after = |words: &str| {
            let rest = line.strip_prefix(words)?;
            let is_apart = rest.starts_with(|character: char| character == ' ' || MARKS.contains(&character));
            is_apart.then(|| rest.trim_start_matches(|character: char| character == ' ' || MARKS.contains(&character)))
        };
        self.phrase.iter().any(|entry| {
            let rests = entry.words.iter().filter_map(|words| rest_after(words));
            let mut tools = rests.flat_map(|rest| entry.tools.iter().map(move |tool| (rest, tool)));
            tools.any(|(rest, tool)| begins_with_word(rest, tool))
        })
    }

    /// Whether a label of a pull request says so.
    pub(super) fn is_declared_by_label(&self, label: &str) -> bool {
        holds(&self.label, |entry| &entry.names, label.trim())
    }

    /// Whether the branch of a pull request does.
    pub(super) fn is_declared_by_branch(&self, branch: &str) -> bool {
        any(
            &self.branch,
            |entry| &entry.prefixes,
            |prefix| branch.starts_with(prefix),
        )
    }
}

impl Entry {
    fn says(&self, value: &str) -> bool {
        !value.is_empty() && (self.values.is_empty() || self.values.iter().any(|known| known == value))
    }
}

fn any<'e>(entries: &'e [Entry], list: fn(&Entry) -> &Vec<String>, mut fits: impl FnMut(&'e str) -> bool) -> bool {
    entries.iter().flat_map(list).any(|pattern| fits(pattern))
}

fn holds(entries: &[Entry], list: fn(&Entry) -> &Vec<String>, text: &str) -> bool {
    any(entries, list, |pattern| pattern == text)
}

/// Name and address of `Name <address>`.
fn person(value: &str) -> (&str, &str) {
    let Some((name, rest)) = value.rsplit_once('<') else {
        return (value, "");
    };
    (name.trim(), rest.split('>').next().unwrap_or_default().trim())
}

/// Whether `text` begins with `word`, and the word ends there. `gpt` ends in `gpt-4` and `gpt4`, `claude` in no `claudette`.
fn begins_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(line: &str) -> bool {
        Agents::known().is_declared_by(&line.to_lowercase())
    }

    #[test]
    fn every_pattern_stands_once_in_lower_case_and_names_its_source() {
        let file: toml::Table = toml::from_str(FILE).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for (kind, entries) in &file {
            for entry in entries.as_array().unwrap() {
                let source = entry["source"].as_str().unwrap();
                assert!(source.starts_with("https://"), "{kind}: {entry:?}");
                for (list, patterns) in entry.as_table().unwrap().iter().filter(|(key, _)| *key != "source") {
                    for pattern in patterns.as_array().unwrap() {
                        let pattern = pattern.as_str().unwrap();
                        assert_eq!(pattern, pattern.to_lowercase().trim());
                        assert!(seen.insert(format!("{kind} {list} {pattern}")), "twice: {pattern}");
                    }
                }
            }
        }
        assert!(Agents::known().is_agent("claude", "noreply@anthropic.com"));
    }

    #[test]
    fn trailers_of_agents_count() {
        for line in [
            "Assisted-by: Claude:claude-opus-4.6 coccinelle",
            "assisted-by: ChatGPTv5",
            "Assisted-by: generic LLM chatbot",
            "Assisted-by: Grok Code Fast via Crush <crush@charm.land>",
            "Generated-by: some model",
            "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>",
            "Co-authored-by: Cursor <cursoragent@cursor.com>",
            "Co-authored-by: aider (gpt-4o) <noreply@aider.chat>",
            "    Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>",
            "Co-authored-by: copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>",
            "CO-AUTHORED-BY : Codex <noreply@openai.com>",
            "Co-authored-by: Claude Code <me@example.com>",
            "Co-developed-by: Claude claude-opus-4 <noreply@anthropic.com>",
            "Amp-Thread-ID: https://ampcode.com/threads/T-1",
            "Replit-Commit-Author: Agent",
        ] {
            assert!(says(line), "{line}");
        }
    }

    #[test]
    fn trailers_of_people_and_of_other_machines_do_not() {
        for line in [
            "Co-authored-by: Jane Doe <jane@example.com>",
            "Co-authored-by: Claude Dupont <claude@example.com>",
            "Co-authored-by: Devin Jules <devin@example.com>",
            "Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
            "Co-authored-by: octo <1+octo@users.noreply.github.com>",
            "Assisted-by: Jane Doe <jane@example.com>",
            "Assisted-by: none",
            "Assisted-by:",
            "Signed-off-by: Jane Doe <noreply@anthropic.com>",
            "Replit-Commit-Author: Deployment",
            "Co-authored-by",
            "we should write Co-authored-by: Claude <noreply@anthropic.com>",
        ] {
            assert!(!says(line), "{line}");
        }
    }

    #[test]
    fn phrases_count_at_the_beginning_of_a_line() {
        for line in [
            "🤖 Generated with [Claude Code](https://claude.com/claude-code)",
            "* Generated by Copilot",
            "Made-with: Cursor",
            "💘 Generated with Crush",
            "> generated using GPT-4",
            "Generated with AI.",
        ] {
            assert!(says(line), "{line}");
        }
        for line in [
            "Generated with protoc",
            "Generated by airflow",
            "generated withclaude",
            "the file is generated with Claude",
            "Generated with Claudette",
            "🤖",
        ] {
            assert!(!says(line), "{line}");
        }
    }

    #[test]
    fn bots_count_if_they_are_agents() {
        let agents = Agents::known();
        let hidden = |login: &str| agents.is_agent(login, &format!("12+{login}{NO_REPLY}"));

        for login in [
            "devin-ai-integration[bot]",
            "google-labs-jules[bot]",
            "copilot-swe-agent",
            "new-agent[bot]",
        ] {
            assert!(hidden(login), "{login}");
        }
        for login in [
            "dependabot[bot]",
            "renovate[bot]",
            "github-actions[bot]",
            "codecov[bot]",
            "ai",
            "rails[bot]",
        ] {
            assert!(!hidden(login), "{login}");
        }
        assert!(agents.is_agent("jane doe (aider)", "jane@example.com"));
        assert!(!agents.is_agent("jane doe", "jane@example.com"));
    }
}
