//! Files of VS Code and Copilot: `.prompt.md`, `.instructions.md`, `.agent.md`, `.chatmode.md`, `copilot-instructions.md`.
//!
//! Sources: [prompt files](https://code.visualstudio.com/docs/copilot/customization/prompt-files),
//! [custom instructions](https://code.visualstudio.com/docs/copilot/customization/custom-instructions).

use crate::prompt::Role;
use crate::prompt::format::Format;
use crate::prompt::template::Engine;

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "Copilot",
    engine: Engine::Editor,
    is_one: |name| {
        name.ends_with(&[".prompt.md", ".instructions.md", ".agent.md", ".chatmode.md"])
            || name.file() == "copilot-instructions.md"
    },
    read: |source, prompt| {
        let is_question = source.path().file_name().ends_with(b".prompt.md");
        super::text(
            source,
            prompt,
            Some(if is_question { Role::User } else { Role::System }),
        );
        super::links::add(source.bytes(), prompt);
    },
    texts: None,
};
