//! `--fix`, `--unsafe-fixes` and `--diff`, as ruff's users know them.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Folder, Ran};

const TEXT: &str = "import yaml\n\nsettings = yaml.load(text)\nvalue = eval(text)\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("a.py", TEXT);
    folder
}

fn scan(folder: &Folder, arguments: &[&str]) -> Ran {
    folder.run(["scan", "--isolated"].iter().chain(arguments))
}

/// Runs a scan of standard input that is called `a.py`.
fn piped(folder: &Folder, arguments: &[&str], text: &[u8]) -> Ran {
    let mut command = folder.command();
    command
        .args(["scan", "--isolated", "--stdin-filename", "a.py", "-"])
        .args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

fn text_of(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.read(name)).unwrap()
}

#[test]
fn safe_fixes_are_made_and_the_rest_is_reported() {
    let folder = folder();

    scan(&folder, &["--fix"])
        .exits_with(1)
        .prints("python/eval-call")
        .prints_no("python/yaml-load")
        .says("1 finding fixed (1 more with `--unsafe-fixes`)");

    assert_eq!(
        text_of(&folder, "a.py"),
        "import yaml\n\nsettings = yaml.safe_load(text)\nvalue = eval(text)\n"
    );
}

#[test]
fn unsafe_fixes_are_made_when_asked_for_and_a_second_run_changes_nothing() {
    let folder = folder();

    scan(&folder, &["--fix", "--unsafe-fixes"])
        .exits_with(0)
        .says("2 findings fixed");
    let once = text_of(&folder, "a.py");
    scan(&folder, &["--fix", "--unsafe-fixes", "--exit-non-zero-on-fix"])
        .exits_with(0)
        .says("0 findings fixed");

    assert_eq!(
        once,
        "import ast\nimport yaml\n\nsettings = yaml.safe_load(text)\nvalue = ast.literal_eval(text)\n"
    );
    assert_eq!(text_of(&folder, "a.py"), once);
}

#[test]
fn a_difference_changes_nothing_and_fails() {
    let folder = folder();

    let ran = scan(&folder, &["--diff"])
        .exits_with(1)
        .says("1 finding would be fixed (1 more with `--unsafe-fixes`)");

    assert_eq!(
        ran.stdout,
        "--- a.py\n+++ a.py\n@@ -1,4 +1,4 @@\n import yaml\n \n-settings = yaml.load(text)\n+settings = yaml.safe_load(text)\n value = eval(text)\n"
    );
    assert_eq!(text_of(&folder, "a.py"), TEXT);
    folder.write("a.py", "value = eval(text)\n");
    let ran = scan(&folder, &["--diff"]).exits_with(0);
    assert_eq!(ran.stdout, "");
}

#[test]
fn fixing_something_can_fail_a_run() {
    let folder = Folder::new();
    folder.write("a.py", "import yaml\nyaml.load(x)\n");

    scan(&folder, &["--fix", "--exit-non-zero-on-fix"])
        .exits_with(1)
        .says("no findings");
}

#[test]
fn standard_input_comes_back_fixed() {
    let folder = Folder::new();

    let ran = piped(&folder, &["--fix"], TEXT.as_bytes())
        .exits_with(1)
        .says("python/eval-call");
    assert_eq!(ran.stdout, TEXT.replace("yaml.load", "yaml.safe_load"));

    let ran = piped(&folder, &["--fix"], b"a = 1").exits_with(0);
    assert_eq!(ran.stdout, "a = 1");

    let ran = piped(&folder, &["--diff"], TEXT.as_bytes()).exits_with(1);
    assert!(ran.stdout.starts_with("--- a.py\n+++ a.py\n@@ "), "{ran:?}");

    piped(&folder, &["--fix", "--format", "json"], b"a")
        .exits_with(2)
        .says("standard output");
}

#[test]
fn what_is_suppressed_accepted_or_ignored_is_not_fixed() {
    let folder = Folder::new();
    let text = "import yaml\nyaml.load(a)  # weighbridge: ignore[python/yaml-load] ours\n";
    folder.write("suppressed.py", text);
    folder.write("ignored.py", "import yaml\nyaml.load(b)\n");
    folder.write("accepted.py", "import yaml\nyaml.load(c)\n");
    folder
        .run(["baseline", "create", "--isolated", "accepted.py", "-o", "base.json"])
        .exits_with(0);
    folder.write(
        "weighbridge.toml",
        "baseline = \"base.json\"\n[per-file-ignores]\n\"ignored.py\" = [\"python/yaml-load\"]\n",
    );

    folder.run(["scan", "--fix"]).exits_with(0).says("0 findings fixed");

    assert_eq!(text_of(&folder, "suppressed.py"), text);
}

#[test]
fn secrets_are_not_shown_in_a_difference() {
    let folder = Folder::with_pages();
    let text = "import yaml\n# SECRET_x8Kq2mZp\nyaml.load(x)\n";
    folder.write("a.py", text);
    let arguments = ["--rules", "pages", "--select", "test/*,python/*", "a.py"];

    scan(&folder, &[&arguments[..], &["--diff"]].concat())
        .exits_with(1)
        .prints("+yaml.safe_load(x)")
        .prints(" # ********")
        .prints_no("x8Kq2mZp");
    scan(&folder, &[&arguments[..], &["--fix"]].concat()).prints_no("x8Kq2mZp");

    assert_eq!(text_of(&folder, "a.py"), text.replace("yaml.load", "yaml.safe_load"));
}

#[test]
fn line_ends_and_byte_order_mark_stay() {
    let folder = Folder::new();
    folder.write("a.py", "\u{feff}x = 1\r\ny = eval(z)");

    scan(&folder, &["--fix", "--unsafe-fixes"]).exits_with(0);

    assert_eq!(
        text_of(&folder, "a.py"),
        "\u{feff}import ast\r\nx = 1\r\ny = ast.literal_eval(z)"
    );
}

#[test]
fn texts_in_utf_16_are_left_alone_with_a_note() {
    let folder = Folder::new();
    let text: Vec<u8> = format!("\u{feff}{TEXT}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    folder.write("a.py", &text);

    scan(&folder, &["--fix"]).exits_with(1).prints("fix/utf-16");

    assert_eq!(folder.read("a.py"), text);
}

#[test]
fn fixes_of_a_change_or_two_ways_at_once_are_wrong_use() {
    let folder = folder();
    for arguments in [
        &["--fix", "--diff"][..],
        &["--fix", "--staged"],
        &["--diff", "--since", "HEAD"],
        &["--unsafe-fixes"],
        &["--diff", "--format", "json"],
    ] {
        scan(&folder, arguments).exits_with(2);
    }
    assert_eq!(text_of(&folder, "a.py"), TEXT);
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_do_not_lead_out() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = Folder::new();
    folder.write("outside/a.py", TEXT);
    folder.write("inside/b.py", TEXT);
    folder.write("inside/c.py", TEXT);
    let path = |name: &str| folder.path().join(name);
    fs::set_permissions(path("inside/b.py"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(path("inside/c.py"), fs::Permissions::from_mode(0o444)).unwrap();
    symlink(path("outside/a.py"), path("inside/link.py")).unwrap();
    let mut command = folder.command();
    command
        .current_dir(path("inside"))
        .args(["scan", "--isolated", "--fix", "b.py", "c.py", "link.py"]);

    let ran = Ran::of(command.output().unwrap()).exits_with(3);

    assert_eq!(ran.stdout.matches("incomplete[fix/unwritable]").count(), 2, "{ran:?}");
    assert_eq!(text_of(&folder, "outside/a.py"), TEXT);
    assert_eq!(text_of(&folder, "inside/c.py"), TEXT);
    assert_ne!(text_of(&folder, "inside/b.py"), TEXT);
    assert_eq!(
        fs::metadata(path("inside/b.py")).unwrap().permissions().mode() & 0o777,
        0o755
    );
    assert_eq!(fs::read_dir(path("inside")).unwrap().count(), 3);
}

#[test]
fn a_report_with_fixes_can_be_converted() {
    let folder = folder();
    let json = scan(&folder, &["--format", "json"]).exits_with(1);
    folder.write("report.json", &json.stdout);

    for format in ["json", "text", "sarif", "rdjson", "jsonl"] {
        let scanned = scan(&folder, &["--format", format, "a.py"]).stdout;
        let converted = folder.run(["convert", "report.json", "--format", format]).stdout;
        assert_eq!(scanned, converted, "{format}");
    }
    let fix = &json.json()["findings"][0]["fix"];
    assert_eq!(fix["applicability"], "safe");
    assert_eq!(fix["edits"][0]["content"], "safe_load");
}
