//! `--rules FILE`: rules of other scanners.

use crate::support::{Folder, Ran};

fn scanned(folder: &Folder, rules: &[&str]) -> Ran {
    let mut command = folder.command();
    command.args(["scan", "--isolated", "--format", "concise", "a.txt"]);
    rules.iter().for_each(|file| {
        command.args(["--rules", file]);
    });
    Ran::of(command.output().unwrap())
}

const TOML: &str = "title = \"ours\"\n[[rules]]\nid = \"harbour-token\"\ndescription = \"A Harbour token\"\nregex = '''\\b(hbr_[a-z0-9]{12})\\b'''\n\
                    keywords = [\"hbr_\"]\n[[rules]]\nid = \"keystore\"\npath = '''p12$'''\n";
const YAML: &str =
    "rules:\n- name: Harbour Key\n  id: own.harbour.1\n  pattern: '(?i)harbourkey\\s*=\\s*([a-z0-9]{12})'\n";

#[test]
fn rules_of_other_scanners_find_and_mask() {
    let folder = Folder::new();
    folder.write("own.toml", TOML);
    folder.write("own.yml", YAML);
    folder.write("a.txt", "hbr_a1b2c3d4e5f6\nHARBOURKEY = q1w2e3r4t5y6\n");

    let ran = scanned(&folder, &["own.toml", "own.yml"]).exits_with(1);

    ran.prints("a.txt:1:1: high[gitleaks/harbour-token]")
        .prints("kingfisher/own-harbour-1")
        .prints_no("a1b2c3")
        .prints_no("q1w2e3");
}

#[test]
fn what_is_not_kept_is_noted_and_explained() {
    let folder = Folder::new();
    folder.write("own.toml", TOML);
    folder.write("a.txt", "nothing\n");

    scanned(&folder, &["own.toml"])
        .exits_with(0)
        .prints("`keystore` is left out: it has no expression");
}

#[test]
fn a_file_without_rules_is_wrong_use() {
    let folder = Folder::new();
    folder.write("other.yml", "a: 1\n");
    folder.write("a.txt", "nothing\n");

    scanned(&folder, &["other.yml"]).exits_with(2);
}
