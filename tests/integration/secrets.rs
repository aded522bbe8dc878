//! No byte of a secret beyond its shown prefix leaves the program, in any format.

use weighbridge_rules::{Example, Page, Rule, built_in_rules, fill};

use crate::support::{Folder, Ran};

const FORMATS: [&str; 5] = ["text", "concise", "json", "jsonl", "sarif"];
/// Bytes from the middle of a secret that betray it.
const BETRAYING_BYTES: usize = 8;

/// What the recipes of `text` became: the filled text is aligned with the text between the recipes.
fn filled_recipes(text: &str, filled: &str) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut raw = text;
    let mut done = filled;
    while let Some(at) = raw.find("{{fake:") {
        done = &done[at..];
        let mut end = at;
        // Recipes side by side make one secret.
        while raw[end..].starts_with("{{fake:") {
            end += raw[end..].find("}}").unwrap() + 2;
        }
        let next = raw[end..].find("{{fake:").map_or(raw.len(), |next| end + next);
        let between = &raw[end..next];
        let length = if between.is_empty() {
            done.len()
        } else {
            done.find(between).unwrap()
        };
        secrets.push(done[..length].to_owned());
        done = &done[length..];
        raw = &raw[end..];
    }
    secrets
}

/// Eight bytes out of the middle, if the value is long enough to be recognised. Numbers are public ids beside a secret.
fn betrayal(secret: &str) -> Option<&str> {
    if secret.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let middle = secret.len() / 2;
    (secret.len() >= 12)
        .then(|| secret.get(middle - 2..middle - 2 + BETRAYING_BYTES))
        .flatten()
}

/// The flagged examples of a page as files, and what would betray a secret in them.
fn flagged_examples(page: &Page) -> (Vec<(String, String)>, Vec<String>) {
    let flagged = page.examples.iter().filter(|example| example.flagged);
    let filled: Vec<_> = flagged.map(|example| (example, fill(&example.text).unwrap())).collect();
    // Recipes are deterministic: the same characters can stand on another line of the page, where they are no secret.
    let lines = filled.iter().flat_map(|(_, text)| text.lines());
    let harmless: String = lines.filter(|line| !line.contains("expect:")).collect();
    let secrets = filled
        .iter()
        .flat_map(|(example, text)| filled_recipes(&example.text, text));
    let parts = secrets
        .filter_map(|secret| betrayal(&secret).map(str::to_owned))
        .filter(|part| !harmless.contains(part));
    let parts = parts.collect();
    let name = |(number, (example, text)): (usize, &(&Example, String))| {
        (format!("{number}/{}", example.file_name), text.clone())
    };
    (filled.iter().enumerate().map(name).collect(), parts)
}

/// Scans the flagged examples of one page in every format; says how many parts of secrets were looked for.
fn check_page(rule: &Rule) -> usize {
    let page = Page::parse(rule.id.as_str(), &rule.page).unwrap();
    let (files, parts) = flagged_examples(&page);
    let folder = Folder::new();
    files
        .iter()
        .for_each(|(name, text)| folder.write(format!("scanned/{name}"), text));
    let outputs = FORMATS
        .iter()
        .flat_map(|format| ["--output".to_owned(), format!("{format}=../{format}.out")]);
    let fixed = ["scan", "--isolated", "--no-ignore", "--hidden", "--profile", "all", "."].map(str::to_owned);
    let ran = Ran::of(
        folder
            .command()
            .current_dir(folder.path().join("scanned"))
            .args(fixed.into_iter().chain(outputs))
            .output()
            .unwrap(),
    );

    assert_eq!(ran.code, Some(1), "the examples of {}", rule.id);
    for format in FORMATS {
        let written = String::from_utf8(folder.read(&format!("{format}.out"))).unwrap();
        assert!(!written.is_empty(), "{format}");
        for part in &parts {
            let is_shown = [&written, &ran.stdout, &ran.stderr]
                .into_iter()
                .any(|text| text.contains(part.as_str()));
            assert!(
                !is_shown,
                "{format} shows {part}, a part of a secret in the examples of {}",
                rule.id
            );
        }
    }
    parts.len()
}

#[test]
fn no_format_shows_a_secret_of_any_rule() {
    let rules: Vec<_> = built_in_rules()
        .iter()
        .filter(|rule| rule.id.shelf() == "secret")
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);

    let looked_for: usize = std::thread::scope(|scope| {
        let parts = rules.chunks(rules.len().div_ceil(threads));
        let running: Vec<_> = parts
            .map(|rules| scope.spawn(|| rules.iter().map(|rule| check_page(rule)).sum::<usize>()))
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });

    assert!(looked_for > 250, "only {looked_for} parts of secrets were looked for");
}

#[test]
fn switching_the_rule_off_still_masks_the_secret() {
    let folder = Folder::new();
    let secret = fill("{{fake:password:16}}").unwrap();
    folder.write(
        "a.py",
        format!("eval(connect('postgres://app:{secret}@db.corp.internal/x', name))\n"),
    );

    for format in FORMATS {
        let ran = folder.run([
            "scan",
            "--isolated",
            "--select",
            "python/eval-call",
            "--format",
            format,
            ".",
        ]);

        assert_eq!(ran.code, Some(1), "{format}");
        assert!(ran.stdout.contains("python/eval-call"), "{format}");
        assert!(
            !ran.stdout.contains(&secret[4..]),
            "{format} shows a secret whose rule is off"
        );
    }
}

#[test]
fn verbose_logs_hold_no_text_of_the_files() {
    let folder = Folder::new();
    let secret = fill("{{fake:password:16}}").unwrap();
    folder.write(
        "a.env",
        format!("DATABASE_URL=postgres://app:{secret}@db.corp.internal/x\n"),
    );

    let ran = folder.run(["scan", "--isolated", "-vv", "--hidden", "."]);

    assert!(ran.stdout.contains("secret/database-url"), "{ran:#?}");
    assert!(!ran.stderr.contains(&secret[4..]));
}
