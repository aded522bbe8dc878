//! Notes for agents in plain Markdown: `AGENTS.md`, `CLAUDE.md`, `GEMINI.md`, and the commands, agents and rules of Claude Code.
//!
//! Sources: [AGENTS.md](https://agents.md), [Claude Code](https://code.claude.com/docs/en/memory).

use crate::prompt::Role;
use crate::prompt::format::Format;
use crate::prompt::template::Engine;

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "notes for agents",
    engine: Engine::Editor,
    is_one: |name| {
        let file = name.file();
        matches!(
            file,
            "agents.md"
                | "agent.md"
                | "claude.md"
                | "claude.local.md"
                | "gemini.md"
                | "agents.override.md"
                | "qwen.md"
                | "warp.md"
        ) || (name.ends_with(&[".md"])
            && name.is_below(&[
                "/.claude/commands/",
                "/.claude/agents/",
                "/.claude/rules/",
                "/.claude/output-styles/",
                "/.codex/prompts/",
                "/.opencode/agent/",
                "/.opencode/agents/",
                "/.opencode/command/",
                "/.opencode/commands/",
                "/.gemini/commands/",
                "/.clinerules/",
                "/.roo/rules/",
                "/.windsurf/rules/",
                "/.windsurf/workflows/",
                "/.kiro/steering/",
                "/.amazonq/rules/",
            ]))
    },
    read: |source, prompt| {
        super::text(source, prompt, Some(Role::System));
        super::links::add(source.bytes(), prompt);
    },
    texts: None,
};
