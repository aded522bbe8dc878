//! Rules of editors: `.mdc` and `.cursorrules` of Cursor, `.windsurfrules`, `.clinerules`.
//!
//! Source: [Cursor: rules](https://docs.cursor.com/en/context/rules). The front matter is nearly YAML: `globs: *.ts, *.tsx` is none.

use crate::prompt::format::Format;
use crate::prompt::template::Engine;
use crate::prompt::{Role, Trouble};

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "rules of an editor",
    engine: Engine::Editor,
    is_one: |name| {
        name.ends_with(&[".mdc"])
            || matches!(
                name.file(),
                ".cursorrules" | ".windsurfrules" | ".clinerules" | ".roorules"
            )
    },
    read: |source, prompt| {
        super::text(source, prompt, Some(Role::System));
        super::links::add(source.bytes(), prompt);
        if matches!(prompt.trouble, Some(Trouble::NotYaml(_))) {
            prompt.trouble = None;
        }
    },
    texts: None,
};
