//! Names of files: what a report calls them, and where they lie.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use weighbridge_core::SourcePath;

use crate::failure::failure_because;

/// The current directory, against which all names are made.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    current: PathBuf,
}

impl Paths {
    /// The names as seen from the current directory of the process.
    pub(crate) fn of_process() -> Result<Self> {
        let current = std::env::current_dir().map_err(|error| {
            failure_because(
                "cannot tell the current directory",
                error,
                "change to a directory that exists and that you may enter",
            )
        })?;
        Ok(Self { current })
    }

    /// The current directory.
    pub(crate) fn current(&self) -> &Path {
        &self.current
    }

    /// The name a report uses: relative to the current directory, with `/`; outside of it, as the user wrote it.
    pub(crate) fn shown(&self, path: &Path) -> SourcePath {
        let parents_inside = path
            .components()
            .skip_while(|part| matches!(part, Component::ParentDir | Component::CurDir))
            .any(|part| part == Component::ParentDir);
        // `a/..` is not the folder of `a` where `a` is a link, so a path with inner `..` stays as it was written.
        let inside = if parents_inside {
            None
        } else {
            self.absolute(path)
                .strip_prefix(&self.current)
                .ok()
                .map(Path::to_path_buf)
        };
        let mut name = Vec::with_capacity(path.as_os_str().len());
        for part in inside.as_deref().unwrap_or(path).components() {
            if part == Component::CurDir {
                continue;
            }
            if !name.is_empty() && !name.ends_with(b"/") {
                name.push(b'/');
            }
            match part {
                Component::RootDir => name.push(b'/'),
                part => name.extend_from_slice(part.as_os_str().as_encoded_bytes()),
            }
        }
        if name.is_empty() {
            name.push(b'.');
        }
        SourcePath::new(&name)
    }

    /// The name of a file in or above the current directory, relative to it: `../weighbridge.toml`. Others as by [`Self::shown`].
    pub(crate) fn shown_from_below(&self, path: &Path) -> String {
        let absolute = self.absolute(path);
        let above = self
            .current
            .ancestors()
            .enumerate()
            .find_map(|(steps, folder)| Some((steps, absolute.strip_prefix(folder).ok()?)));
        match above {
            // From further away the steps would say less than the whole path.
            Some((steps @ 1..=4, rest)) => format!("{}{}", "../".repeat(steps), rest.display()),
            _ => self.shown(path).to_string(),
        }
    }

    /// The absolute path, with `.` and `..` taken out by name alone.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        let mut absolute = if path.is_absolute() {
            PathBuf::new()
        } else {
            self.current.clone()
        };
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    absolute.pop();
                }
                part => absolute.push(part),
            }
        }
        absolute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> String {
        let paths = Paths {
            current: PathBuf::from("/home/me/project"),
        };
        paths.shown(Path::new(path)).to_string()
    }

    #[test]
    fn paths_inside_are_relative_however_they_were_written() {
        assert_eq!(shown("./src//a.py"), "src/a.py");
        assert_eq!(shown("/home/me/project/src/a.py"), "src/a.py");
        assert_eq!(shown("../project/src/a.py"), "src/a.py");
        assert_eq!(shown("."), ".");
    }

    #[test]
    fn paths_outside_stay_as_written() {
        assert_eq!(shown("/etc/hosts"), "/etc/hosts");
        assert_eq!(shown("../other/a.py"), "../other/a.py");
        assert_eq!(shown("link/../a.py"), "link/../a.py");
    }

    #[test]
    fn a_file_above_is_named_by_the_steps_to_it() {
        let paths = Paths {
            current: PathBuf::from("/home/me/project/src"),
        };
        assert_eq!(
            paths.shown_from_below(Path::new("/home/me/project/a.toml")),
            "../a.toml"
        );
        assert_eq!(
            paths.shown_from_below(Path::new("/home/me/project/src/a.toml")),
            "a.toml"
        );
    }
}
