//! What Markdown for agents pulls in: `@path`, `#file:path`.
//!
//! Sources: [Claude Code: memory](https://code.claude.com/docs/en/memory),
//! [VS Code: prompt files](https://code.visualstudio.com/docs/copilot/customization/prompt-files).

use memchr::memchr2_iter;
use weighbridge_core::Span;

use crate::prompt::{Import, Prompt, RegionKind};

/// Adds the files that the text names for the agent to read. An address for mail and a name such as `@scope/package` are none.
pub(super) fn add(text: &[u8], prompt: &mut Prompt) {
    let literal: Vec<_> = prompt
        .regions
        .iter()
        .filter(|(_, kind)| *kind == RegionKind::Literal)
        .collect();
    let mut imports = Vec::new();
    for (span, _) in literal {
        for at in memchr2_iter(b'@', b'#', &text[span.range()]) {
            let at = span.start + at;
            let is_edge = at == 0 || matches!(text[at - 1], b' ' | b'\t' | b'\n' | b'(' | b':');
            let rest = &text[at..span.end];
            let prefix = if rest.starts_with(b"#file:") { 6 } else { 1 };
            if !is_edge || (rest[0] == b'#' && prefix == 1) {
                continue;
            }
            let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"`'\"()[]<>,;*".contains(byte);
            let path = &rest[prefix..];
            let path = &path[..path.iter().position(is_end).unwrap_or(path.len())];
            let path = path.strip_suffix(b".").unwrap_or(path);
            if prefix == 6 || is_path(path) {
                let target = Span::new(at + prefix, at + prefix + path.len());
                imports.push(Import {
                    span: Span::new(at, target.end),
                    target,
                });
            }
        }
    }
    prompt.imports.extend(imports);
}

/// `docs/style.md`, `~/rules.md`, `../AGENTS.md`, `/etc/rules`: what a file is called and a package is not.
fn is_path(path: &[u8]) -> bool {
    let is_rooted =
        path.starts_with(b"~/") || path.starts_with(b"/") || path.starts_with(b"./") || path.starts_with(b"../");
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let has_extension = name
        .iter()
        .rposition(|&byte| byte == b'.')
        .is_some_and(|dot| dot > 0 && dot + 1 < name.len());
    is_rooted && path.len() > 2 || has_extension && !path.starts_with(b".")
}
