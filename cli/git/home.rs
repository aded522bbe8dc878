//! Where a repository keeps what: its files, its hooks, its remotes. `init` writes there, `doctor` looks there.

use std::path::{Path, PathBuf};

use git2::Repository;

use super::repository;
use super::trouble::Trouble;

/// Where a repository keeps what.
#[derive(Debug)]
pub(crate) struct Home {
    /// The folder its files lie in.
    pub(crate) folder: PathBuf,
    /// The folder that all its working trees share, usually `.git`.
    pub(crate) common: PathBuf,
    /// The folder git takes hooks from.
    pub(crate) hooks: PathBuf,
    /// The hosts of its remotes, in lower case.
    pub(crate) hosts: Vec<String>,
    /// The branch that changes go to, as far as the clone tells.
    pub(crate) branch: Option<String>,
}

/// The home of the repository around `start`.
///
/// # Errors
///
/// There is no repository, it has no files, or it cannot be read.
pub(crate) fn home(start: &Path) -> Result<Home, Trouble> {
    let repository = repository::open(start)?;
    let folder = repository::folder_of(&repository)?.to_path_buf();
    Ok(Home {
        common: repository.commondir().to_path_buf(),
        hooks: hooks(&repository, &folder)?,
        hosts: hosts(&repository)?,
        branch: default_branch(&repository),
        folder,
    })
}

/// Source: [`core.hooksPath`](https://git-scm.com/docs/git-config#Documentation/git-config.txt-corehooksPath): relative to the folder
/// that hooks run in, which is the root of the working tree.
fn hooks(repository: &Repository, folder: &Path) -> Result<PathBuf, git2::Error> {
    match repository.config()?.snapshot()?.get_path("core.hookspath") {
        Ok(path) if !path.as_os_str().is_empty() => Ok(folder.join(path)),
        _ => Ok(repository.commondir().join("hooks")),
    }
}

fn hosts(repository: &Repository) -> Result<Vec<String>, git2::Error> {
    let mut hosts = Vec::new();
    for name in repository.remotes()?.iter().flatten().flatten() {
        let remote = repository.find_remote(name)?;
        hosts.extend(remote.url().ok().and_then(host_of));
    }
    Ok(hosts)
}

/// The host in `https://user@host:1/x`, `ssh://host/x` or `user@host:x`; none in the path of a folder.
fn host_of(url: &str) -> Option<String> {
    let (authority, is_url) = match url.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => (rest.split('/').next()?, true),
        None => (url.split_once(':')?.0, false),
    };
    let host = authority.rsplit('@').next()?;
    let host = if is_url { host.split(':').next()? } else { host };
    // A single letter before a colon is a drive.
    let is_host = host.len() > 1 && !host.contains(['/', '\\']);
    is_host.then(|| host.to_ascii_lowercase())
}

/// The branch that `origin` begins with, else the usual names, else the one that is checked out.
fn default_branch(repository: &Repository) -> Option<String> {
    let short = |name: &str, prefix: &str| name.strip_prefix(prefix).map(str::to_owned);
    let followed = repository.find_reference("refs/remotes/origin/HEAD").ok();
    if let Some(Ok(Some(target))) = followed.as_ref().map(git2::Reference::symbolic_target) {
        return short(target, "refs/remotes/origin/");
    }
    let usual = ["main", "master"];
    let there = usual
        .into_iter()
        .find(|name| repository.find_reference(&format!("refs/heads/{name}")).is_ok());
    if let Some(name) = there {
        return Some(name.to_owned());
    }
    let head = repository.find_reference("HEAD").ok()?;
    short(head.symbolic_target().ok()??, "refs/heads/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_found_however_a_remote_is_written() {
        for (url, host) in [
            ("https://github.com/a/b.git", Some("github.com")),
            ("https://user@GitLab.example.org:8443/a", Some("gitlab.example.org")),
            ("ssh://git@gitlab.example.org:22/a/b", Some("gitlab.example.org")),
            ("git@github.com:a/b.git", Some("github.com")),
            ("file:///srv/github.git", None),
            ("/srv/gitlab", None),
            ("../github", None),
            ("C:\\github", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
    }
}
