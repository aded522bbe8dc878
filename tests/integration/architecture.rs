//! The house rules that the compiler does not keep.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which of our crates each of our crates may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("weighbridge-core", &[]),
    ("weighbridge-rules", &["weighbridge-core", "weighbridge-yaml"]),
    (
        "weighbridge-scan",
        &["weighbridge-core", "weighbridge-rules", "weighbridge-yaml"],
    ),
    ("weighbridge-emit", &["weighbridge-core", "weighbridge-rules"]),
    ("weighbridge-inspect", &["weighbridge-core", "weighbridge-rules"]),
    ("weighbridge-forge", &["weighbridge-core"]),
    ("weighbridge-yaml", &[]),
    ("weighbridge-verify", &["weighbridge-core", "weighbridge-yaml"]),
    (
        "weighbridge",
        &[
            "weighbridge-core",
            "weighbridge-rules",
            "weighbridge-scan",
            "weighbridge-emit",
            "weighbridge-inspect",
            "weighbridge-forge",
            "weighbridge-verify",
        ],
    ),
];
/// Crates that touch neither files nor clock nor environment.
const PURE: [&str; 8] = ["core", "rules", "scan", "emit", "inspect", "forge", "yaml", "verify"];
/// Where they may all the same: evidence is fetched from files and registries.
const FETCHING: [&str; 2] = ["crates/verify/src/fetch/files.rs", "crates/verify/src/fetch/registry/"];
const MAX_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files of the repository.
fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<_> = ["cli", "crates", "tests", "benches", "fuzz"]
        .iter()
        .map(|name| root().join(name))
        .collect();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "the files are found");
    files
}

#[test]
fn crates_use_only_the_floors_below() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();

    let packages = metadata["packages"].as_array().unwrap();
    assert_eq!(packages.len(), ALLOWED.len(), "a new crate needs a line in the table");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(known, _)| *known == name)
            .expect("every crate has a line in the table");
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            let is_ours = used == "weighbridge" || used.starts_with("weighbridge-");
            assert!(!is_ours || allowed.contains(&used), "`{name}` must not use `{used}`");
        }
    }
}

/// Two rooms have a client for the network, and a build can leave both clients out.
#[test]
fn nothing_but_forge_and_verify_can_open_a_connection() {
    let manifests = fs::read_dir(root().join("crates")).unwrap();
    for folder in manifests.map(|entry| entry.unwrap().path()) {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let has_client = manifest.contains("ureq") || manifest.contains("rustls");
        let may = folder.ends_with("forge") || folder.ends_with("verify");
        assert_eq!(has_client, may, "{}", folder.display());
    }

    let verify = fs::read_to_string(root().join("crates/verify/Cargo.toml")).unwrap();
    assert!(verify.contains("ureq = { workspace = true, optional = true }"));
    assert!(verify.contains("rustls = { workspace = true, optional = true }"));
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("weighbridge-forge = { workspace = true, optional = true }"));
    assert!(manifest.contains("forge = [\"dep:weighbridge-forge\"]"));
    assert!(manifest.contains("registry = [\"weighbridge-verify/registry\"]"));
}

#[test]
fn no_file_is_longer_than_a_person_wants_to_read() {
    let long: Vec<_> = rust_files()
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .collect();

    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn nothing_is_unsafe() {
    // Written in two parts, so that this file does not find itself.
    let signs = ["{", "fn ", "impl ", "trait ", "extern "].map(|rest| format!("{} {rest}", concat!("un", "safe")));
    for path in rust_files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!signs.iter().any(|sign| text.contains(sign)), "{}", path.display());
    }

    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    let manifests = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("Cargo.toml"));
    for manifest in manifests.chain([root().join("Cargo.toml")]) {
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains("[lints]\nworkspace = true"), "{}", manifest.display());
    }
}

#[test]
fn the_middle_of_the_house_is_kept_pure_by_a_lint() {
    for name in PURE {
        let library = fs::read_to_string(root().join("crates").join(name).join("src/lib.rs")).unwrap();
        assert!(
            library.contains("#![warn(clippy::disallowed_methods)]"),
            "crates/{name}"
        );
        for path in rust_files()
            .iter()
            .filter(|path| path.starts_with(root().join("crates").join(name).join("src")))
        {
            let text = fs::read_to_string(path).unwrap();
            let is_switched_off =
                text.contains("allow(clippy::disallowed_methods") || text.contains("expect(clippy::disallowed_methods");
            let is_fetching = FETCHING.iter().any(|place| path.starts_with(root().join(place)));
            assert!(!is_switched_off || is_fetching, "{}", path.display());
        }
    }
}

#[test]
fn every_page_is_a_rule_and_every_rule_has_a_page() {
    let rules = root().join("rules");
    let mut pages = BTreeSet::new();
    for shelf in fs::read_dir(&rules)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        for page in fs::read_dir(&shelf).unwrap().map(|entry| entry.unwrap().path()) {
            if page.extension().is_some_and(|extension| extension == "md") {
                let id = page.strip_prefix(&rules).unwrap().with_extension("");
                pages.insert(id.to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    let built_in: BTreeSet<_> = weighbridge_rules::built_in_rules()
        .iter()
        .map(|rule| rule.id.to_string())
        .collect();

    assert!(!built_in.is_empty());
    assert_eq!(built_in, pages);
}

/// Where `strace` is at hand, the claim "offline" is checked with it.
#[cfg(target_os = "linux")]
#[test]
fn scanning_opens_no_socket() {
    let folder = crate::support::Folder::with_pages();
    folder.write("a.txt", "MARKER-1 https://example.com\n");
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "-qq",
        "-e",
        "trace=%network",
        env!("CARGO_BIN_EXE_weighbridge"),
        "scan",
        "-q",
        ".",
    ]);

    match command.current_dir(folder.path()).output() {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stderr), ""),
        Err(error) => eprintln!("not checked: strace is not at hand ({error})"),
    }
}
