//! Real repositories, made with `git` in an environment that holds nothing of the user's.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::support::{Folder, Ran};

/// A repository with the pages of [`Folder::with_pages`] in its first commit.
pub(crate) struct Repository {
    /// Where it lies.
    pub(crate) folder: Folder,
}

impl Repository {
    /// A repository without a commit, with untracked pages.
    pub(crate) fn empty() -> Self {
        let repository = Self {
            folder: Folder::with_pages(),
        };
        repository.git(["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// A repository with one commit.
    pub(crate) fn new() -> Self {
        let repository = Self::empty();
        repository.write("old.txt", "one\nMARKER-1\nthree\n");
        repository.commit("first");
        repository
    }

    /// A repository of the format with longer names of commits, which libgit2 does not read. Without a commit.
    pub(crate) fn of_sha256() -> Self {
        let repository = Self {
            folder: Folder::with_pages(),
        };
        repository.git(["init", "--quiet", "--object-format=sha256"]);
        repository
    }

    /// A repository that belongs to somebody else. `None` without the right to give files away: then there is nothing to check.
    #[cfg(unix)]
    pub(crate) fn of_somebody_else() -> Option<Self> {
        let repository = Self::new();
        let path = repository.folder.path();
        let given = std::os::unix::fs::chown(path, Some(4_321), None)
            .and_then(|()| std::os::unix::fs::chown(path.join(".git"), Some(4_321), None));
        if let Err(error) = given {
            eprintln!("not checked: files cannot be given to another user ({error})");
            return None;
        }
        Some(repository)
    }

    /// A clone of this one that lacks what was in the files before, with a second commit.
    pub(crate) fn partial_clone(second: &str) -> Self {
        let repository = Self::new();
        repository.git(["config", "uploadpack.allowFilter", "true"]);
        repository.write("old.txt", second);
        repository.commit("second");
        repository.cloned(&["--filter=blob:none"])
    }

    /// A clone of this one with these options, at the same commit.
    pub(crate) fn cloned(&self, options: &[&str]) -> Self {
        let folder = Folder::new();
        let url = format!("file://{}", self.folder.path().display());
        let clone = Self { folder };
        clone.git([&["clone", "--quiet"], options, &[&url, "."]].concat());
        clone
    }

    /// Runs `git` here.
    #[track_caller]
    pub(crate) fn git<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        let output = self.git_command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:#?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The command that [`Repository::git`] runs.
    pub(crate) fn git_command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::null());
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "A Tester")
                .env(format!("GIT_{role}_EMAIL"), "tester@example.com")
                .env(format!("GIT_{role}_DATE"), "2026-01-01T00:00:00Z");
        }
        command.args(["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"]);
        command
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        self.folder.write(name, text);
    }

    /// Writes a file and puts it in the index.
    pub(crate) fn stage(&self, name: &str, text: impl AsRef<[u8]>) {
        self.write(name, text);
        self.git(["add", "--", name]);
    }

    /// Commits all there is.
    pub(crate) fn commit(&self, message: &str) {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    /// Scans with the pages.
    pub(crate) fn scan(&self, arguments: &[&str]) -> Ran {
        self.folder.scan(arguments)
    }

    /// Scans with the pages and these variables.
    pub(crate) fn scan_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = self.folder.scan_command();
        command.args(arguments).envs(variables.iter().copied());
        Ran::of(command.output().unwrap())
    }
}
