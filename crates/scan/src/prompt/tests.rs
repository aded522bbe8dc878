use proptest::prelude::*;
use weighbridge_core::{Source, SourcePath};

use super::template::{Engine, Mark};
use super::*;
use crate::language::{PROMPT, language_of};

fn read(name: &str, text: &str) -> Prompt {
    let path = SourcePath::new(name.as_bytes());
    assert_eq!(language_of(&path, text.as_bytes()), PROMPT, "{name}");
    Prompt::read(&Source::new(path, PROMPT, text.as_bytes()))
}

/// Who says what, white space around it left out.
fn said<'t>(prompt: &Prompt, text: &'t str) -> Vec<(Option<Role>, &'t str)> {
    let messages = prompt.messages.iter();
    let said = messages.map(|message| (message.role, text[message.span.range()].trim()));
    said.filter(|(_, text)| !text.is_empty()).collect()
}

/// The texts that are pieces of their own.
fn pieces(name: &str, text: &str) -> Vec<(Option<Role>, Engine, String)> {
    let path = SourcePath::new(name.as_bytes());
    let language = language_of(&path, text.as_bytes());
    let split = crate::embed::split(&Source::new(path, language, text.as_bytes()), true).unwrap_or_default();
    let prompts = split.pieces.iter().filter_map(|piece| {
        let context = piece.prompt?;
        let text = String::from_utf8_lossy(piece.text.text()).trim().to_owned();
        Some((context.role, context.engine, text))
    });
    prompts.collect()
}

fn imports<'t>(prompt: &Prompt, text: &'t str) -> Vec<&'t str> {
    prompt
        .imports
        .iter()
        .map(|import| &text[import.target.range()])
        .collect()
}

#[test]
fn dotprompt_has_roles_partials_and_settings() {
    let text = "# Licence\n---\nmodel: local/small\ninput:\n  schema:\n    name?: string, who asks\n---\n{{role \"system\"}}\nBe kind.\n\
                {{>house_rules}}\n{{history}}\n{{role 'user'}}\n{{#if name}}I am {{{name}}}.{{else}}Hello.{{/if}}{{media url=photo}}\n";
    let prompt = read("ask.prompt", text);

    assert_eq!(prompt.format.name, "Dotprompt");
    assert_eq!(
        said(&prompt, text),
        [
            (Some(Role::System), "Be kind.\n{{>house_rules}}"),
            (
                Some(Role::User),
                "{{#if name}}I am {{{name}}}.{{else}}Hello.{{/if}}{{media url=photo}}"
            ),
        ]
    );
    assert_eq!(imports(&prompt, text), ["house_rules"]);
    let settings = prompt.settings.as_ref().unwrap().root().unwrap();
    assert_eq!(
        settings.at(&["input", "schema", "name?"]).unwrap().text(),
        Some("string, who asks")
    );
    let marks: Vec<_> = prompt.placeholders.iter().map(|mark| mark.mark).collect();
    assert_eq!(
        marks[4..8],
        [Mark::Open, Mark::Value { is_raw: true }, Mark::Middle, Mark::Close]
    );
}

#[test]
fn prompty_says_who_speaks_on_lines_of_their_own() {
    let text = "---\nname: Ask\ntemplate:\n  format: mustache\nmodel:\n  connection:\n    apiKey: ${env:KEY}\ninputs: ${file:inputs.json}\n---\n\
                Before.\nsystem:\nBe kind.\n\n# user[name=\"x\"]:\n{{question}}\n  Assistant:\nYes.\n";
    let prompt = read("ask.prompty", text);

    assert_eq!(prompt.engine, Engine::Mustache);
    assert_eq!(
        said(&prompt, text),
        [
            (Some(Role::System), "Before."),
            (Some(Role::System), "Be kind."),
            (Some(Role::User), "{{question}}"),
            (Some(Role::Assistant), "Yes."),
        ]
    );
    assert_eq!(imports(&prompt, text), ["inputs.json"]);
}

#[test]
fn poml_is_read_by_its_tags() {
    let text = "<poml>\n<!-- a note -->\n<role>You are a <b>teacher</b>.</role>\n<let name=\"x\" src=\"data.json\" />\n\
                <system-msg>Be kind.</system-msg><p speaker=\"human\" if=\"{{ a > 1 }}\">Why {{ x.name }}?</p>\n<document src='notes.txt'/> 1 < 2\n</poml>\n";
    let prompt = read("ask.poml", text);

    assert_eq!(imports(&prompt, text), ["data.json", "notes.txt"]);
    assert_eq!(prompt.role_at(text.find("Be kind").unwrap()), Some(Role::System));
    assert_eq!(prompt.role_at(text.find("Why").unwrap()), Some(Role::User));
    let of_kind = |wanted| {
        let spans = prompt.regions.iter().filter(move |(_, kind)| *kind == wanted);
        spans.map(|(span, _)| &text[span.range()]).collect::<Vec<_>>().join("|")
    };
    assert_eq!(of_kind(RegionKind::Comment), "<!-- a note -->");
    assert_eq!(of_kind(RegionKind::Placeholder), "{{ a > 1 }}|{{ x.name }}");
    assert!(of_kind(RegionKind::Literal).contains("1 < 2"));
    assert!(!of_kind(RegionKind::Literal).contains("src"));
}

#[test]
fn values_hold_texts_for_the_language_model() {
    let models = "name: Ask\nmodel: small # cheap\nmessages:\n  - role: system\n    content: |\n      Be kind.\n      Be short.\n  - {role: user, content: \"Why\\n{{x}}?\"}\n";
    assert_eq!(
        pieces("ask.prompt.yml", models),
        [
            (Some(Role::System), Engine::Mustache, "Be kind.\nBe short.".to_owned()),
            (Some(Role::User), Engine::Mustache, "Why\n{{x}}?".to_owned()),
        ]
    );
    let prompt = read("ask.prompt.yml", models);
    let comment = prompt
        .regions
        .iter()
        .find(|(_, kind)| *kind == RegionKind::Comment)
        .unwrap();
    assert_eq!(models[comment.0.range()].trim(), "# cheap");

    let servers = r#"{"mcpServers": {"a": {"command": "npx", "env": {"K": "${env:K}"}}}, "tools": [{"name": "t", "description": "Adds two numbers."}]}"#;
    assert_eq!(
        pieces(".mcp.json", servers),
        [(Some(Role::Tool), Engine::Editor, "Adds two numbers.".to_owned())]
    );

    let foo =
        "prompts:\n  - file://prompts/a.txt\n  - 'Translate {{text}}'\n  - raw: Sum up {{text}}\nproviders: [x]\n";
    let texts: Vec<_> = pieces("promptfooconfig.yaml", foo)
        .into_iter()
        .map(|piece| piece.2)
        .collect();
    assert_eq!(texts, ["Translate {{text}}", "Sum up {{text}}"]);
    assert_eq!(imports(&read("promptfooconfig.yaml", foo), foo), ["prompts/a.txt"]);

    let chain =
        r#"{"_type": "prompt", "input_variables": ["x"], "template": "Why {{ x }}?", "template_format": "jinja2"}"#;
    assert_eq!(
        pieces("a.json", chain),
        [(None, Engine::Jinja, "Why {{ x }}?".to_owned())]
    );

    let kernel =
        "name: Ask\ntemplate: |\n  Why {{$x}}?\ntemplate_format: semantic-kernel\ninput_variables:\n  - name: x\n";
    assert_eq!(
        pieces("ask.yaml", kernel),
        [(None, Engine::SemanticKernel, "Why {{$x}}?".to_owned())]
    );
}

#[test]
fn constants_in_python_and_yaml_are_prompts_by_their_names() {
    let python = "SYSTEM_PROMPT: str = \"\"\"Be kind.\\\n Be\\tshort.\"\"\"\nprompt = ('Sum ' # no\n  r'up \\d')\nname = 'Ann Lee'\n\
                  ask(model, system='Be very kind.', messages=[{'role': 'user', 'content': 'Why not?'}])\nos.system('rm x')\nprompt == 'a b'\nUSER_PROMPT = f'''Hello {name}, go'''\n";
    let texts: Vec<_> = pieces("a.py", python)
        .into_iter()
        .map(|piece| (piece.0, piece.2))
        .collect();
    assert_eq!(
        texts,
        [
            (Some(Role::System), "Be kind. Be\tshort.".to_owned()),
            (None, r"Sum up \d".to_owned()),
            (Some(Role::System), "Be very kind.".to_owned()),
            (Some(Role::User), "Why not?".to_owned()),
            (None, "Hello {name}, go".to_owned()),
        ]
    );

    let yaml =
        "agent:\n  system_prompt: Be kind to all.\n  prompt_file: a b\n  messages: [{role: user, content: Why not}]\n";
    let texts: Vec<_> = pieces("agents.yaml", yaml)
        .into_iter()
        .map(|piece| (piece.0, piece.2))
        .collect();
    assert_eq!(
        texts,
        [
            (Some(Role::System), "Be kind to all.".to_owned()),
            (Some(Role::User), "Why not".to_owned()),
        ]
    );
}

#[test]
fn notes_pull_files_in() {
    let text = "Read @docs/style.md, @~/house-rules.md and #file:../a.ts; ask @ann or a@b.de about @scope/package.\n";

    assert_eq!(
        imports(&read("CLAUDE.md", text), text),
        ["docs/style.md", "~/house-rules.md", "../a.ts"]
    );
}

#[test]
fn names_tell_the_format() {
    for (name, head, format) in [
        ("a.prompt", "", "Dotprompt"),
        ("a.prompty", "", "Prompty"),
        ("a.poml", "", "POML"),
        ("a.prompt.yaml", "", "GitHub Models"),
        ("x/SKILL.md", "", "skill"),
        ("AGENTS.md", "", "notes for agents"),
        (".claude/commands/a.md", "", "notes for agents"),
        (".github/copilot-instructions.md", "", "Copilot"),
        ("a.instructions.md", "", "Copilot"),
        (".cursor/rules/a.mdc", "", "rules of an editor"),
        (".cursorrules", "", "rules of an editor"),
        (".vscode/mcp.json", "{}", "MCP"),
        ("settings.json", "{\"mcpServers\": {}}", "MCP"),
        ("promptfooconfig.yaml", "", "promptfoo"),
        ("a.yaml", "_type: prompt\n", "LangChain"),
        ("skprompt.txt", "", "Semantic Kernel"),
        ("prompts/a.j2", "", "Jinja"),
        ("chat_template.jinja", "", "chat template"),
    ] {
        assert_eq!(read(name, head).format.name, format, "{name}");
    }
    for name in [
        "nginx.conf.j2",
        "templates/page.html.j2",
        "sshd.j2",
        "a.yaml",
        "README.md",
        "settings.json",
        "a.md",
    ] {
        assert_ne!(
            language_of(&SourcePath::new(name.as_bytes()), b"a: b"),
            PROMPT,
            "{name}"
        );
    }
}

/// A file of each format, to begin with.
const SEEDS: [(&str, &str); 9] = [
    (
        "a.prompt",
        "---\ninput: {schema: {a: string}}\n---\n{{role \"system\"}}{{#if a}}{{> p}}{{/if}}",
    ),
    (
        "a.prompty",
        "---\nname: x\n---\nsystem:\n{{ a | safe }}{% if b %}\nuser:\n{% endif %}",
    ),
    ("a.poml", "<poml><p speaker=\"human\">{{ a }}</p><!-- b --></poml>"),
    (
        "a.prompt.yml",
        "messages:\n  - role: user\n    content: |\n      {{a}} # b\n",
    ),
    ("CLAUDE.md", "@a/b.md #file:c `x` ${d}\n```\n{{e}}\n```\n"),
    (
        "mcp.json",
        "{\"mcpServers\": {\"a\": {\"description\": \"b \\u00e9 c\"}}}",
    ),
    ("promptfooconfig.yaml", "prompts: ['a''b {{c}}', \"d\\te f\"]"),
    ("a.json", "{\"_type\": \"prompt\", \"template\": \"{a} b\"}"),
    ("prompts/a.j2", "{# a #}{% set b %}{{ c }}{% endset %}"),
];

/// Regions cover the file, everything lies inside of it, and pieces come from it.
fn check(name: &str, text: &[u8]) {
    let source = Source::new(SourcePath::new(name.as_bytes()), PROMPT, text);
    let prompt = Prompt::read(&source);
    let mut end = 0;
    for (span, _) in &prompt.regions {
        assert!(span.start == end && !span.is_empty(), "{name}: {:?}", prompt.regions);
        end = span.end;
    }
    assert_eq!(end, text.len(), "{name}");
    for (kind, span) in prompt_parts(name, text) {
        assert!(
            span.start <= span.end && span.end <= text.len(),
            "{name}: {kind} {span:?}"
        );
    }
    for placeholder in &prompt.placeholders {
        assert!(placeholder.span.start <= placeholder.expression.start);
        assert!(placeholder.expression.end <= placeholder.span.end);
    }
    let bytes_of = |name| crate::embed::pieces(name, text);
    for (_, inner, offsets) in bytes_of(name)
        .into_iter()
        .chain(bytes_of("a.py"))
        .chain(bytes_of("a.yaml"))
    {
        assert_eq!(inner.len(), offsets.len());
        assert!(offsets.iter().all(|offset| *offset <= text.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_the_bytes_places_lie_in_the_file(
        kind in 0..SEEDS.len(),
        parts in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
            "{{", "}}", "{%", "%}", "---\n", "\n", "\r\n", "  ", "- ", "a: ", "|\n", ">-\n", "'", "\"", "\\", "#", "<", ">", "<!--",
            "-->", "@a.md", "[", "]", "{", "}", "&a ", "*a", "é", "\u{200b}", "system:\n", "```\n", "\u{feff}", "prompt = \"\"\"a b",
        ])), 0..12),
        tail in prop::collection::vec(any::<u8>(), 0..12),
    ) {
        let (name, seed) = SEEDS[kind];
        let mut text = seed.to_owned();
        for (index, part) in parts {
            let mut at = index.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            text.insert_str(at, part);
        }
        let mut bytes = text.into_bytes();
        bytes.extend(tail);
        check(name, &bytes);
    }
}

/// Constructs that the documents of each format show, in texts of our own: all of them are read without a fault.
///
/// Sources: [Dotprompt](https://google.github.io/dotprompt/reference/template/),
/// [Prompty](https://github.com/microsoft/prompty/blob/main/spec/spec.md),
/// [POML](https://microsoft.github.io/poml/latest/language/standalone/).
#[test]
fn what_the_specifications_show_is_read() {
    let files = [
        ("a.prompt", "Hello {{name}}.\n"),
        (
            "a.prompt",
            "# Licence of ours\n\n---\nmodel: x/y\nconfig:\n  temperature: 0.4\n---\n{{> greeting}} and {{>topic-2.sub_topic name=user tone=\"kind\"}}\n",
        ),
        (
            "a.prompt",
            "---\ninput:\n  default:\n    name: Guest\n  schema:\n    name?: string, who asks\n    tags(array, up to five): string\n    mood?(enum): [HAPPY, SAD]\n    rest(*): any\noutput:\n  format: json\n  schema: Answer\nmyext.key: 3\ntools: [search, \"clock.*\"]\n---\n{{#each tags as |tag i|}}{{@index}} {{tag}}{{#unless @last}}, {{/unless}}{{else}}none{{/each}}\n",
        ),
        (
            "a.prompt",
            "{{role \"system\" cache=true}}Be kind.{{role \"user\"}}{{media url=photo contentType=\"image/png\"}}{{section \"code\"}}{{history}}\n",
        ),
        (
            "a.prompt",
            "{{#ifEquals a b}}x{{else}}y{{/ifEquals}}{{#unlessEquals a 1}}z{{/unlessEquals}}{{json data indent=2}}{{@state.turn}}{{this.[a b]}}\n",
        ),
        (
            "a.prompt",
            "{{!-- licence\n  of ours --}}\n{{! short }}\\{{not filled in}} {{~#if a~}} b {{~/if~}} {{{raw}}} {{&amp}}\n",
        ),
        ("a.prompt", "---\n# empty but for this\n---\n你好 {{名字}} 🙂\r\n"),
        (
            "a.prompty",
            "---\nname: A\nmodel: gpt\n---\nsystem:\nBe kind.\n\nuser:\n{{question}}\n",
        ),
        (
            "a.prompty",
            "---\nname: A\nmodel:\n  id: gpt\n  provider: azure\n  connection:\n    kind: key\n    endpoint: ${env:ENDPOINT:https://x.example}\n    apiKey: ${env:KEY}\ninputs:\n  - name: question\n    kind: string\n    default: Why?\n  - name: thread\n    kind: thread\ntools: ${file:tools.json}\ntemplate:\n  format:\n    kind: jinja2\n  parser:\n    kind: prompty\n---\n# System:\nBe kind.\n\nuser[name=\"Ann\", nonce=\"abc\"]:\n{% if question %}{{ question | trim }}{% else %}{{ thread }}{% endif %}\n\nassistant:\n![a](a.png)\n",
        ),
        (
            "a.prompty",
            "---\nname: A\ntemplate: mustache\n---\nsystem:\n{{#items}}{{name}}{{/items}}{{^items}}none{{/items}}{{! note }}\n",
        ),
        ("a.prompty", "Only a text, and no front matter: {{ x }}\n"),
        (
            "a.poml",
            "<poml>\n  <role>You teach.</role>\n  <task>Explain <b>it</b>.</task>\n  <img src=\"a.png\" alt=\"A\"/>\n  <output-format>Short.</output-format>\n</poml>\n",
        ),
        (
            "a.poml",
            "<poml syntax=\"markdown\"><let name=\"xs\">[1, 2]</let><let name=\"n\" value=\"xs.length\" type=\"integer\"/><list><item for=\"x in xs\" if=\"{{ x > 1 && n < 3 }}\">{{loop.index + 1}}: {{ x }}</item></list><include src=\"{{ 'b.poml' }}\"/></poml>\n",
        ),
        (
            "a.poml",
            "<poml><HumanMessage>Why?</HumanMessage><ai-msg>So.</ai-msg><tool-definition name=\"t\" description=\"d\">{ \"type\": \"object\" }</tool-definition><stylesheet>{ \"cp\": { \"x\": \"y\" } }</stylesheet><p whiteSpace='pre'> a &lt; b </p><![CDATA[ <x> ]]></poml>\n",
        ),
    ];
    for (name, text) in files {
        let prompt = read(name, text);

        assert_eq!(prompt.trouble, None, "{text}");
        assert_eq!(blocks::faults(text.as_bytes(), &prompt), [], "{text}");
        check(name, text.as_bytes());
    }
}
