//! What git says has changed: the files to scan, and which of their lines are new.
//!
//! Opened only if a flag asks for it. Nothing here runs a program, follows a remote or writes: libgit2 reads the repository, and
//! no filter, hook or driver that the repository names is started.

pub(crate) mod base;
mod diff;
mod history;
mod home;
mod lines;
mod past;
mod range;
mod repository;
mod state;
mod trouble;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use git2::{BranchType, Commit, Oid, Repository};
use weighbridge_core::{Notification, SourcePath};
use weighbridge_scan::language_of;

pub(crate) use history::keep_first;
pub(crate) use home::{Home, home};
pub(crate) use lines::{GitLines, Lines};
pub(crate) use past::{Past, Standing, is_change_request};
pub(crate) use range::{Hunk, Range, blob_options, is_file};
pub(crate) use repository::{Blob, Objects};
pub(crate) use state::{Trait, base_name, state};
pub(crate) use trouble::Trouble;

use crate::failure::failure;
use crate::paths::Paths;
use crate::selection::Selection;
use crate::walk::{self, Entry, Input, WalkOptions, Walked};
use base::Base;
use diff::{Changes, Kind};

/// How many names a message lists.
const NAMES_SHOWN: usize = 5;

/// Which changes are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// What the next commit would change: the index against HEAD.
    Staged,
    /// What the working tree has changed since it left this revision.
    Revision(String),
    /// The same since the base that the CI names, or the branch that is followed.
    Base,
    /// Every content that any commit ever held.
    History,
}

/// Which changes are looked at, and how closely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The changes.
    pub(crate) since: Since,
    /// Whether changed files count with all their lines.
    pub(crate) all_lines: bool,
}

/// What decides about files besides git.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// Only what lies in these files and folders is looked at.
    pub(crate) roots: &'a [PathBuf],
    /// What is left out.
    pub(crate) options: &'a WalkOptions,
    /// Which rules are for which files.
    pub(crate) selection: &'a Selection<'a>,
    /// How files are named.
    pub(crate) paths: &'a Paths,
    /// The base of the change, if it was opened before.
    pub(crate) past: Option<&'a Past>,
}

/// The files that have changed, each with its added lines.
///
/// # Errors
///
/// Git cannot tell what changed, and looking at every file would not answer the question.
pub(crate) fn collect(scope: &Scope, request: &Request<'_>) -> Result<Walked> {
    if request.roots.iter().any(|root| root.as_os_str() == "-") {
        return Err(failure(
            "standard input is no part of a repository",
            "leave out `-`, or scan it without a git flag",
        ));
    }
    if scope.since == Since::History {
        let mut walked = history::collect(request).map_err(Trouble::failure)?;
        walked.entries.sort();
        return Ok(walked);
    }
    let mut walked = match changed(scope, request) {
        Ok(walked) => walked,
        Err(trouble) if can_fall_back(scope, &trouble) => everything(request, &trouble)?,
        Err(trouble) => return Err(trouble.failure()),
    };
    walked.entries.sort();
    walked.entries.dedup_by(|a, b| a.name == b.name);
    Ok(walked)
}

/// The index cannot be replaced by the disk, and a revision that the user named must be there. Everything else can be answered by
/// more than was asked for.
fn can_fall_back(scope: &Scope, trouble: &Trouble) -> bool {
    match scope.since {
        Since::Staged | Since::History => false,
        Since::Revision(_) => matches!(trouble, Trouble::UnknownFormat(_)),
        Since::Base => trouble.allows_plain_scan(),
    }
}

fn changed(scope: &Scope, request: &Request<'_>) -> Result<Walked, Trouble> {
    let start = start(request);
    let repository = repository::open(&start)?;
    let folder = repository::folder_of(&repository)?;
    let is_alike = |old: &[u8], new: &[u8]| is_alike(folder, request, old, new);
    let known = request.past.filter(|_| scope.since == Since::Base);
    let (range, changes) = match known.and_then(|past| past.change(folder)) {
        Some(known) => known,
        None => read(scope, &repository, &start)?,
    };
    let mut changes = changes.counted(&is_alike);
    let range = range.with_added(folder, &changes);
    if scope.all_lines {
        changes.list.iter_mut().for_each(|change| change.lines = Lines::All);
    }
    tracing::debug!(files = changes.list.len(), "git diff read");
    let is_stored = scope.since == Since::Staged;
    let walked = gathered(changes, folder, &start, is_stored, request);
    Ok(Walked {
        range: Some(range),
        ..walked
    })
}

/// The commits that a change goes from and to, and what it changes.
fn read(scope: &Scope, repository: &Repository, start: &Arc<Path>) -> Result<(Range, Changes), Trouble> {
    let range = match &scope.since {
        Since::Staged => Range::of_index(repository, start)?,
        Since::Revision(name) => range(repository, start, &Compared::named(repository, name)?)?,
        Since::Base | Since::History => range(repository, start, &base_commit(repository)?)?,
    };
    let made = |renames: bool| {
        let mut diff = match &scope.since {
            Since::Staged => staged(repository)?,
            Since::Revision(_) | Since::Base | Since::History => since(repository, range.base)?,
        };
        if renames {
            diff::find_renames(&mut diff)?;
        }
        Ok(diff)
    };
    let diff = match made(true) {
        // To see that a file was renamed takes its former content.
        Err(Trouble::MissingObject) => made(false)?,
        diff => diff?,
    };
    let changes = diff::changes(&diff)?;
    Ok((range, changes))
}

/// Where the repository is looked for: around the first path.
fn start(request: &Request<'_>) -> Arc<Path> {
    let first = request.roots.first().map_or(Path::new("."), PathBuf::as_path);
    let first = request.paths.absolute(first);
    let folder = first.ancestors().find(|folder| folder.is_dir());
    folder.unwrap_or(request.paths.current()).into()
}

fn staged(repository: &Repository) -> Result<git2::Diff<'_>, Trouble> {
    let index = repository.index()?;
    if index.has_conflicts() {
        return Err(Trouble::Conflicts(conflicts(&index)));
    }
    let head = repository::head_tree(repository)?;
    Ok(repository.diff_tree_to_index(head.as_ref(), Some(&index), Some(&mut diff::options()))?)
}

fn conflicts(index: &git2::Index) -> Vec<String> {
    let stage = |flags: u16| (flags >> 12) & 3;
    let mut names: Vec<_> = index
        .iter()
        .filter(|entry| stage(entry.flags) > 0)
        .map(|entry| SourcePath::new(&entry.path).to_string())
        .collect();
    names.dedup();
    let more = names.len().saturating_sub(NAMES_SHOWN);
    names.truncate(NAMES_SHOWN);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names
}

/// What HEAD is compared with.
struct Compared<'r> {
    commit: Commit<'r>,
    /// As the user or the CI calls it.
    name: String,
    /// The last commit of the change, if it is not HEAD.
    tip: Option<Oid>,
}

impl<'r> Compared<'r> {
    fn named(repository: &'r Repository, name: &str) -> Result<Self, Trouble> {
        Ok(Self {
            commit: commit(repository, name)?,
            name: name.to_owned(),
            tip: None,
        })
    }
}

/// The merge base, and HEAD.
fn merge_base(repository: &Repository, compared: &Compared<'_>) -> Result<(Oid, Oid), Trouble> {
    let head = repository.head()?.peel_to_commit()?.id();
    let base = repository.merge_base(compared.commit.id(), head).map_err(|_| {
        let name = compared.name.clone();
        if repository.is_shallow() {
            Trouble::Shallow(name)
        } else {
            Trouble::Unrelated(name)
        }
    })?;
    tracing::debug!(%base, "compared with");
    Ok((base, head))
}

/// From the merge base to HEAD.
fn range(repository: &Repository, start: &Arc<Path>, compared: &Compared<'_>) -> Result<Range, Trouble> {
    let (base, head) = merge_base(repository, compared)?;
    Ok(Range::of_commits(start, base, head, compared.tip.unwrap_or(head)))
}

/// From the tree of `base` to the files on the disk, so that edits which are not committed count too.
fn since(repository: &Repository, base: Oid) -> Result<git2::Diff<'_>, Trouble> {
    let tree = repository.find_commit(base)?.tree()?;
    tracing::debug!(%base, "git diff made");
    Ok(repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut diff::options()))?)
}

fn commit<'r>(repository: &'r Repository, name: &str) -> Result<Commit<'r>, Trouble> {
    let found = repository
        .revparse_single(name)
        .and_then(|object| object.peel_to_commit());
    found.map_err(|_| {
        if repository.is_shallow() {
            Trouble::Shallow(name.to_owned())
        } else {
            Trouble::UnknownRevision(name.to_owned())
        }
    })
}

/// What `--changed` compares with.
fn base_commit(repository: &Repository) -> Result<Compared<'_>, Trouble> {
    let name = match base::base(&base::variable, &base::event)? {
        Base::Revision(name) => name,
        Base::MergeOf { merge, base } => {
            let head = commit(repository, "HEAD")?;
            if head.id().to_string() == merge
                && head.parent_count() == 2
                && let Ok(parent) = head.parent(0)
            {
                return Ok(Compared {
                    name: parent.id().to_string(),
                    commit: parent,
                    tip: head.parent_id(1).ok(),
                });
            }
            base
        }
        Base::Push { from, to } => {
            if commit(repository, &to)?.id() != commit(repository, "HEAD")?.id() {
                return Err(Trouble::OtherCommit);
            }
            from
        }
        Base::Followed => return followed(repository),
    };
    Compared::named(repository, &name)
}

/// The tip of the branch that HEAD follows, else of the default branch of `origin`.
fn followed(repository: &Repository) -> Result<Compared<'_>, Trouble> {
    let head = repository.head()?;
    let upstream = head
        .shorthand()
        .ok()
        .and_then(|name| repository.find_branch(name, BranchType::Local).ok())
        .and_then(|branch| branch.upstream().ok())
        .and_then(|branch| branch.get().name().ok().map(str::to_owned));
    let usual = ["HEAD", "main", "master"].map(|name| format!("refs/remotes/origin/{name}"));
    let found = upstream.into_iter().chain(usual).find_map(|name| {
        let commit = repository.find_reference(&name).ok()?.peel_to_commit().ok()?;
        let tip = None;
        Some(Compared { commit, name, tip })
    });
    found.ok_or(Trouble::NoBase(
        "the branch follows no other, and there is no `origin/main`",
    ))
}

/// The changes as files to scan: from the store of git, or from the disk.
fn gathered(changes: Changes, folder: &Path, start: &Arc<Path>, is_stored: bool, request: &Request<'_>) -> Walked {
    let mut walked = Walked::default();
    let roots = canonical(request.roots);
    let mut outside = 0;
    for change in changes.list {
        let path = folder.join(repository::path_of(&change.path));
        if !roots.iter().any(|root| path.starts_with(root)) {
            outside += 1;
            continue;
        }
        if request
            .options
            .exclude
            .matches_file_or_folder_above(request.paths, &path)
        {
            continue;
        }
        let name = request.paths.shown(&path);
        match change.kind {
            Kind::Symlink => walked.symlinks += 1,
            Kind::Repository => walked.notifications.push(inner_repository(name)),
            Kind::File => {
                let start = Arc::clone(start);
                let id = change.id;
                walked.entries.push(Entry {
                    name,
                    input: if is_stored {
                        Input::Blob(Blob {
                            path,
                            start,
                            number: 0,
                            id,
                            commit: None,
                        })
                    } else {
                        Input::File(path)
                    },
                    lines: change.lines,
                    new_lines: None,
                    is_prompt: false,
                });
            }
        }
    }
    if outside > 0 {
        let note = Notification::note(
            "git/outside-paths",
            None,
            format!("changed files outside the paths that were named: {outside}"),
        );
        let hint = "run at the root of the repository, or name it, to scan them too";
        walked.notifications.push(note.with_hint(hint));
    }
    if changes.unknown > 0 {
        let note = Notification::note(
            "git/former-content-missing",
            None,
            format!(
                "changed files whose former content is not in this partial clone: {}; all their lines count as added",
                changes.unknown
            ),
        );
        let hint = "clone without `--filter`, or fetch the rest: `git fetch --refetch --no-filter`";
        walked.notifications.push(note.with_hint(hint));
    }
    walked
}

fn inner_repository(name: SourcePath) -> Notification {
    Notification::note(
        "git/inner-repository",
        Some(name),
        "is a repository of its own and was not entered",
    )
    .with_hint("scan it by itself")
}

/// Git names files by the real path of the repository.
fn canonical(roots: &[PathBuf]) -> Vec<PathBuf> {
    let real = |root: &PathBuf| root.canonicalize().unwrap_or_else(|_| root.clone());
    roots.iter().map(real).collect()
}

/// Every file: those on the disk, hidden ones too, and those that are in the index although `.gitignore` names them.
fn everything(request: &Request<'_>, trouble: &Trouble) -> Result<Walked> {
    let options = WalkOptions {
        include_hidden: true,
        ..request.options.clone()
    };
    let mut walked = walk::collect(request.roots, &options, request.paths)?;
    if let Ok(repository) = repository::open(&start(request))
        && let (Ok(folder), Ok(index)) = (repository::folder_of(&repository), repository.index())
    {
        let roots = canonical(request.roots);
        let tracked = index.iter().map(|entry| folder.join(repository::path_of(&entry.path)));
        let wanted = tracked.filter(|path| {
            path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
                && roots.iter().any(|root| path.starts_with(root))
                && !request
                    .options
                    .exclude
                    .matches_file_or_folder_above(request.paths, path)
        });
        walked.entries.extend(wanted.map(|path| Entry {
            name: request.paths.shown(&path),
            input: Input::File(path),
            lines: Lines::All,
            new_lines: None,
            is_prompt: false,
        }));
    }
    walked.notifications.push(trouble.note());
    Ok(walked)
}

/// Whether the same is looked for in a file under both names.
fn is_alike(folder: &Path, request: &Request<'_>, old: &[u8], new: &[u8]) -> bool {
    let names = (SourcePath::new(old), SourcePath::new(new));
    let paths = (
        folder.join(repository::path_of(old)),
        folder.join(repository::path_of(new)),
    );
    let is_excluded = |path: &Path| {
        request
            .options
            .exclude
            .matches_file_or_folder_above(request.paths, path)
    };
    let is_hidden = |name: &[u8]| name.split(|&byte| byte == b'/').any(|part| part.starts_with(b"."));
    names.0.extension() == names.1.extension()
        && language_of(&names.0, b"") == language_of(&names.1, b"")
        && is_excluded(&paths.0) == is_excluded(&paths.1)
        && (request.options.include_hidden || is_hidden(old) == is_hidden(new))
        && request.selection.treats_alike(request.paths, &paths.0, &paths.1)
}
