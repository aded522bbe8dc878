//! GitHub Models: `.prompt.yml` and `.prompt.yaml`, messages in YAML.
//!
//! Source: [storing prompts in repositories](https://docs.github.com/en/github-models/use-github-models/storing-prompts-in-github-repositories).

use crate::prompt::format::Format;
use crate::prompt::template::Engine;
use crate::prompt::texts::messages;

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "GitHub Models",
    engine: Engine::Mustache,
    is_one: |name| name.ends_with(&[".prompt.yml", ".prompt.yaml"]),
    read: super::data,
    texts: Some(|root| {
        root.get("messages")
            .map_or_else(Vec::new, |list| messages(list, Engine::Mustache))
    }),
};
