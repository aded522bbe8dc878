//! Skills of agents: `SKILL.md`, front matter with a name and a description, and instructions in Markdown.
//!
//! Source: [the specification](https://agentskills.io/specification).

use crate::prompt::Role;
use crate::prompt::format::Format;
use crate::prompt::template::Engine;

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "skill",
    engine: Engine::Editor,
    is_one: |name| name.file() == "skill.md",
    read: |source, prompt| {
        super::text(source, prompt, Some(Role::System));
        super::links::add(source.bytes(), prompt);
    },
    texts: None,
};
