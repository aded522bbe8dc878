//! Any bytes as a prompt file; the first byte says in which format.
#![no_main]

mod scan;

const NAMES: [&str; 11] = [
    "a.prompt", "a.prompty", "a.poml", "a.prompt.yml", "CLAUDE.md", "SKILL.md", "mcp.json", "promptfooconfig.yaml", "skprompt.txt",
    "prompts/a.j2", "a.py",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, text)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(kind) % NAMES.len()];
    for (_, span) in weighbridge_scan::prompt_parts(name, text) {
        assert!(span.start <= span.end && span.end <= text.len(), "a part lies in the text");
    }
    for (_, inner, offsets) in weighbridge_scan::pieces(name, text) {
        assert_eq!(inner.len(), offsets.len());
        assert!(offsets.iter().all(|offset| *offset <= text.len()), "a piece comes from the text");
    }
    scan::scan(name, text);
});
