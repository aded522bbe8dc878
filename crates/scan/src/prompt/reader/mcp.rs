//! Servers of the Model Context Protocol, as clients are told of them: `mcp.json`, `.mcp.json`, and the settings of clients.
//!
//! Sources: [VS Code](https://code.visualstudio.com/docs/copilot/reference/mcp-configuration),
//! [the protocol](https://modelcontextprotocol.io/specification/2025-06-18/server/tools). What a tool says about itself is read by the
//! language model.

use crate::prompt::Role;
use crate::prompt::format::Format;
use crate::prompt::template::Engine;
use crate::prompt::texts::{Text, is_prose};
use crate::prompt::tree::Value;

pub(in crate::prompt) const FORMAT: Format = Format {
    name: "MCP",
    engine: Engine::Editor,
    is_one: |name| {
        let is_client = matches!(
            name.file(),
            "mcp.json"
                | ".mcp.json"
                | "mcp_config.json"
                | "mcp-config.json"
                | "mcp_settings.json"
                | "mcp-servers.json"
                | "mcp-tools.json"
                | "claude_desktop_config.json"
                | "cline_mcp_settings.json"
                | "gemini-extension.json"
        );
        is_client
            || name.ends_with(&[".mcp.json"])
            || (name.ends_with(&[".json"]) && name.begins_with("\"mcpServers\""))
    },
    read: super::data,
    texts: Some(descriptions),
};

/// What tools, prompts and servers say about themselves.
fn descriptions(root: Value<'_>) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        open.extend(value.items());
        for (key, value) in value.entries() {
            let is_description = matches!(key.text(), Some("description" | "instructions" | "title"));
            if is_description && value.text().is_some_and(is_prose) {
                texts.push(Text {
                    value,
                    role: Some(Role::Tool),
                    engine: Engine::Editor,
                });
            } else {
                open.push(value);
            }
        }
    }
    texts.sort_by_key(|text| text.value.span());
    texts
}
