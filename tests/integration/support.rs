//! A folder of its own for each test, and the binary run in it with an empty environment.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A page that finds the word `MARKER-` with a number: severity high.
pub(crate) const MARKER_PAGE: &str = r#"+++
summary = "a marker was left in the text"
severity = "high"
confidence = "high"
since = "0.1.0"
help = "remove the marker"
aliases = ["T100"]
keywords = ["MARKER-"]
+++

Markers are for tests only.

## Pattern

```regex
MARKER-[0-9]+
```

## Flagged

```text
MARKER-1  # expect: test/marker
```

```text
a MARKER-22 inside  # expect: test/marker
```

```text
MARKER-3 MARKER-4  # expect: test/marker
```

## Clean

```text
MARKER- without a number
```
"#;

/// A page that finds a secret: the word `SECRET_` with letters.
pub(crate) const SECRET_PAGE: &str = r#"+++
summary = "a test secret was left in the text"
severity = "critical"
confidence = "high"
since = "0.1.0"
keywords = ["SECRET_"]
sensitive = true
+++

Secrets are for tests only.

## Pattern

```regex
SECRET_[a-zA-Z0-9]+
```
"#;

/// A fresh folder that is gone when the test ends.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("weighbridge-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        // macOS reaches its temporary folder through a link.
        let path = path.canonicalize().unwrap();
        Self { path }
    }

    /// A folder with the marker page and the secret page in `pages/`, which is not scanned.
    pub(crate) fn with_pages() -> Self {
        let folder = Self::new();
        folder.write("pages/test/marker.md", MARKER_PAGE);
        folder.write("pages/test/secret.md", SECRET_PAGE);
        folder
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path.join(name)).unwrap()
    }

    /// Runs the binary here with these arguments.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        Ran::of(self.command().args(arguments).output().unwrap())
    }

    /// Scans with the pages of [`Folder::with_pages`] and nothing else.
    pub(crate) fn scan<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        Ran::of(self.scan_command().args(arguments).output().unwrap())
    }

    /// The command that [`Folder::scan`] runs.
    pub(crate) fn scan_command(&self) -> Command {
        let mut command = self.command();
        command.args(["scan", "--rules", "pages", "--select", "test/*", "--exclude", "/pages"]);
        command
    }

    /// The binary, here, without input and with an empty environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
        command.current_dir(&self.path).env_clear().stdin(Stdio::null());
        command
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.path);
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Ran {
    /// What a finished process left.
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("everything printed is UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Checks the exit code, and that no defect of the program showed itself.
    #[track_caller]
    pub(crate) fn exits_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for sign in ["defect", "panic", "file/panic"] {
            assert!(!self.stdout.contains(sign) && !self.stderr.contains(sign), "{self:#?}");
        }
        self
    }

    /// Checks that standard output holds `text`.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} in {self:#?}");
        self
    }

    /// Checks that standard output does not hold `text`.
    #[track_caller]
    pub(crate) fn prints_no(self, text: &str) -> Self {
        assert!(!self.stdout.contains(text), "{text:?} in {self:#?}");
        self
    }

    /// Checks that standard error holds `text`.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {self:#?}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }
}
