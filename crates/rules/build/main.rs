//! Finds the pages under `rules/` and reads them while the program is built, so that it starts with finished rules.
//!
//! A page that cannot be read stops the build with its line.

#![expect(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script reads files and speaks to cargo by printing; the page reader is shared with the crate, which uses all of it"
)]

#[path = "../src/fix.rs"]
mod fix;
#[path = "../src/page/mod.rs"]
mod page;
#[path = "../src/rule.rs"]
mod rule;

mod literal;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use literal::Literal as _;

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let rules = root
        .join("../../rules")
        .canonicalize()
        .expect("the folder `rules` lies beside `crates`");
    println!("cargo::rerun-if-changed={}", rules.display());
    println!("cargo::rerun-if-changed=build");

    let mut pages = Vec::new();
    for shelf in sorted(&rules).into_iter().filter(|path| path.is_dir()) {
        println!("cargo::rerun-if-changed={}", shelf.display());
        pages.extend(
            sorted(&shelf)
                .into_iter()
                .filter(|path| path.extension().is_some_and(|ext| ext == "md")),
        );
    }
    pages.sort_by_key(|path| path.with_extension(""));
    let mut code = String::from("pub(super) static BUILT_IN: &[crate::Rule] = &[\n");
    let mut failed = false;
    for path in pages {
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).expect("a page is UTF-8");
        let id = path
            .strip_prefix(&rules)
            .expect("the page lies below")
            .with_extension("");
        let id = id.to_str().expect("ids are ASCII").replace('\\', "/");
        match page::Page::parse(&id, &text) {
            Ok(page) => writeln!(code, "{},", page.rule.literal()).expect("writing to a string does not fail"),
            Err(error) => {
                println!("cargo::error={error}; {}", error.hint());
                failed = true;
            }
        }
    }
    code.push_str("];\n");
    if !failed {
        let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("built_in.rs");
        fs::write(out, code).expect("the output folder is writable");
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is readable");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the folder is readable").path())
        .collect();
    paths.sort();
    paths
}
