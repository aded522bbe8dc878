//! Reads rule pages of an organisation from folders.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use weighbridge_rules::{Page, Rule, built_in_rules, import, is_foreign};
use weighbridge_scan::check_rule;

use crate::failure::{failure, failure_because};
use crate::files::Files;
use crate::settings::Item;

/// A page is read by people; one of this size is something else.
const MAX_BYTES: u64 = 1 << 20;
/// All rules of another scanner in one file.
const MAX_FOREIGN_BYTES: u64 = 8 << 20;

/// A page on disk.
#[derive(Debug)]
pub(crate) struct PageFile {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// The id that its place gives it.
    pub(crate) id: String,
}

impl PageFile {
    /// Reads the page.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or the first fault on the page, with its line.
    pub(crate) fn read(&self, files: &Files<'_>) -> Result<Page> {
        let unreadable = |cause| self.fault(cause, "a page is a readable text file in UTF-8");
        let bytes = files
            .read(&self.path, MAX_BYTES)
            .map_err(|error| unreadable(error.into()))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable(anyhow!("it is not UTF-8")))?;
        Page::parse(&self.id, &text)
            .map_err(|error| self.fault(anyhow!("line {}: {}", error.line, error.problem), &error.hint()))
    }

    /// The error for a page that was read and cannot be compiled.
    pub(crate) fn unusable(&self, line: usize, message: &str) -> anyhow::Error {
        let cause = anyhow!("line {line}: {message}");
        self.fault(
            cause,
            "docs/rule-pages.md describes the format; `weighbridge rules test DIR` checks all pages",
        )
    }

    fn fault(&self, cause: anyhow::Error, hint: &str) -> anyhow::Error {
        failure_because(format!("cannot use the page `{}`", self.path.display()), cause, hint)
    }
}

/// The pages below `folder`, sorted by id. `README.md` is no page; any other `.md` is.
///
/// # Errors
///
/// A folder that cannot be read, or that holds no page at all.
pub(crate) fn pages_in(folder: &Path, files: &Files<'_>) -> Result<Vec<PageFile>> {
    let mut pages = Vec::new();
    collect(folder, "", &|path| files.list(path), &mut pages).map_err(|(path, error)| {
        failure_because(
            format!("cannot read the rules in `{}`", path.display()),
            error,
            "name a folder that holds pages as `<shelf>/<name>.md`",
        )
    })?;
    if pages.is_empty() && !files.is_new(folder) {
        return Err(failure(
            format!("there is no rule page in `{}`", folder.display()),
            "name the folder that holds the shelves: pages lie in it as `<shelf>/<name>.md`",
        ));
    }
    pages.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(pages)
}

/// What is in a folder: names, and whether each is a folder.
type List<'l> = dyn Fn(&Path) -> std::io::Result<Vec<(String, bool)>> + 'l;

fn collect(
    folder: &Path,
    prefix: &str,
    list: &List<'_>,
    pages: &mut Vec<PageFile>,
) -> Result<(), (PathBuf, std::io::Error)> {
    for (name, is_folder) in list(folder).map_err(|error| (folder.to_path_buf(), error))? {
        if name.starts_with('.') || name == "README.md" {
            continue;
        }
        let path = folder.join(&name);
        if is_folder {
            collect(&path, &format!("{prefix}{name}/"), list, pages)?;
        } else if let Some(name) = name.strip_suffix(".md") {
            let id = format!("{prefix}{name}");
            pages.push(PageFile { path, id });
        }
    }
    Ok(())
}

/// The rules of the organisation's folders.
///
/// # Errors
///
/// The first page that cannot be used, or that claims the id of another.
pub(crate) fn own_rules(folders: &[Item], files: &Files<'_>) -> Result<Vec<Rule>> {
    let mut rules: Vec<Rule> = Vec::new();
    for folder in folders {
        let path = folder_path(folder);
        if is_foreign(&path) {
            imported_rules(&path, files, &mut rules)?;
            continue;
        }
        for file in pages_in(&path, files)? {
            let rule = file.read(files)?.rule;
            check_rule(&rule).map_err(|error| file.unusable(error.line, &error.message))?;
            weighbridge_inspect::check_rule(&rule).map_err(|error| file.unusable(error.line, &error.message))?;
            if built_in_rules().iter().chain(&rules).any(|other| other.id == rule.id) {
                return Err(failure(
                    format!(
                        "the page `{}` gives a rule that exists already: `{}`",
                        file.path.display(),
                        rule.id
                    ),
                    "rename the page, or put it on a shelf of your own",
                ));
            }
            rules.push(rule);
        }
    }
    Ok(rules)
}

/// Adds the rules of another scanner's file. What cannot be kept is remarked on; the rest counts.
fn imported_rules(path: &Path, files: &Files<'_>, rules: &mut Vec<Rule>) -> Result<()> {
    if files.is_new(path) {
        return Ok(());
    }
    let fail = |cause: anyhow::Error| {
        let hint = "name a file of rules of gitleaks or betterleaks (TOML), or of Kingfisher or Nosey Parker (YAML)";
        failure_because(format!("cannot use the rules in `{}`", path.display()), cause, hint)
    };
    let bytes = files
        .read(path, MAX_FOREIGN_BYTES)
        .map_err(|error| fail(error.into()))?;
    let text = String::from_utf8(bytes).map_err(|_| fail(anyhow!("it is not UTF-8")))?;
    let imported = import(path, &text).map_err(|error| fail(error.into()))?;
    let mut remarks = imported.remarks;
    for (id, page) in imported.pages {
        let is_taken = built_in_rules()
            .iter()
            .chain(rules.iter())
            .any(|other| other.id.as_str() == id);
        if is_taken {
            remarks.push(format!("`{id}` is left out: there is a rule of this id already"));
            continue;
        }
        match Page::parse(&id, &page) {
            Ok(page) => match check_rule(&page.rule) {
                Ok(()) => rules.push(page.rule),
                Err(error) => remarks.push(format!("`{id}` is left out: {}", error.message)),
            },
            Err(error) => remarks.push(format!("`{id}` is left out: {}", error.problem)),
        }
    }
    for remark in remarks {
        let hint = "docs/rule-pages.md says what is kept of other scanners' rules";
        files.remark(path, "rules/not-kept", remark, hint);
    }
    Ok(())
}

/// The folder as messages may show it: relative where it was written relative to the current folder.
fn folder_path(folder: &Item) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    let path = folder.path();
    path.strip_prefix(&current)
        .ok()
        .filter(|path| !path.as_os_str().is_empty())
        .map_or_else(|| path.clone(), Path::to_path_buf)
}
