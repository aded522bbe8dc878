//! Writes reports: to standard output, and to files that are never seen half written.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use weighbridge_core::Report;
use weighbridge_emit::{Context, Format, Style, Times, emit_timed};

use crate::failure::{failure, failure_because};
use crate::paths::Paths;

const UNWRITABLE_HINT: &str = "name a file in a folder that exists and that you may write to";

/// One value of `--output`.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    format: Format,
    /// Standard output if there is none.
    path: Option<PathBuf>,
}

impl Target {
    /// Reads `FORMAT[=PATH]`; the path `-` is standard output.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, String> {
        let bytes = text.as_encoded_bytes();
        let name_length = bytes.iter().position(|&byte| byte == b'=').unwrap_or(bytes.len());
        let name = String::from_utf8_lossy(&bytes[..name_length]);
        let format = format_of(&name)?;
        // The name is ASCII, so the rest of the value begins behind as many bytes in every encoding of the system.
        let path = text.to_str().map_or_else(
            || behind_name(text, name_length),
            |text| text.get(name_length + 1..).map(PathBuf::from),
        );
        match path {
            Some(path) if path.as_os_str().is_empty() => Err("there is no path behind `=`".to_owned()),
            Some(path) if path.as_os_str() == "-" => Ok(Self { format, path: None }),
            path => Ok(Self { format, path }),
        }
    }
}

/// The path behind `FORMAT=` where it is not UTF-8.
#[cfg(unix)]
fn behind_name(text: &OsStr, name_length: usize) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;

    let bytes = text.as_bytes().get(name_length + 1..)?;
    Some(OsStr::from_bytes(bytes).into())
}

/// The path behind `FORMAT=` where it is not Unicode.
#[cfg(not(unix))]
fn behind_name(text: &OsStr, name_length: usize) -> Option<PathBuf> {
    Some(text.to_string_lossy().get(name_length + 1..)?.into())
}

/// The format called `name`.
pub(crate) fn format_of(name: &str) -> Result<Format, String> {
    name.parse().map_err(|error: weighbridge_emit::UnknownFormat| {
        let hint = error.suggestion.map(|format| format!("; did you mean `{format}`?"));
        format!("{error}{}", hint.unwrap_or_default())
    })
}

/// Where the report of a run goes.
#[derive(Debug)]
pub(crate) struct Outputs {
    stdout: Format,
    files: Vec<(Format, PathBuf)>,
}

impl Outputs {
    /// Sorts what the flags say, and checks what can be checked before there is a report.
    ///
    /// # Errors
    ///
    /// Two reports for standard output or for one file; a file that cannot be made.
    pub(crate) fn new(format: Option<Format>, targets: &[Target], paths: &Paths) -> Result<Self> {
        let mut on_stdout = format;
        let mut files: Vec<(Format, PathBuf)> = Vec::new();
        for target in targets {
            let Some(path) = &target.path else {
                if let Some(other) = on_stdout.replace(target.format) {
                    return Err(failure(
                        format!("both `{other}` and `{}` would go to standard output", target.format),
                        format!("send one of them to a file: `--output {}=PATH`", target.format),
                    ));
                }
                continue;
            };
            if files
                .iter()
                .any(|(_, other)| paths.absolute(other) == paths.absolute(path))
            {
                return Err(failure(
                    format!("two reports would go to `{}`", path.display()),
                    "give each report a file of its own",
                ));
            }
            check_folder(path)?;
            files.push((target.format, path.clone()));
        }
        Ok(Self {
            stdout: on_stdout.unwrap_or(Format::Text),
            files,
        })
    }

    /// Whether any of the reports shows line hashes.
    pub(crate) fn want_line_hashes(&self) -> bool {
        let files = self.files.iter().map(|(format, _)| *format);
        files.chain([self.stdout]).any(Format::shows_line_hashes)
    }

    /// Writes the report to the files, and as text to standard error; standard output gets `text`.
    pub(crate) fn write_beside(
        &self,
        text: &[u8],
        report: &Report,
        context: &Context<'_>,
        times: Times,
        style: Style,
    ) -> Result<()> {
        self.write_files(report, context, times)?;
        let context = Context { style, ..*context };
        let mut shown = Vec::new();
        emit_timed(Format::Text, report, &context, times, &mut shown)?;
        // A closed standard error leaves nobody to tell.
        _ = anstream::AutoStream::always(io::stderr().lock()).write_all(&shown);
        print(text)
    }

    /// Writes the report to all of them; files first, so that a report on standard output means that all could be written.
    pub(crate) fn write(&self, report: &Report, context: &Context<'_>, times: Times) -> Result<()> {
        self.write_files(report, context, times)?;
        to_stdout(|out| emit_timed(self.stdout, report, context, times, out))
    }

    /// Writes the report to the files alone.
    pub(crate) fn write_files(&self, report: &Report, context: &Context<'_>, times: Times) -> Result<()> {
        let plain = Context {
            style: Style::default(),
            ..*context
        };
        for (format, path) in &self.files {
            write_file(path, |out| emit_timed(*format, report, &plain, times, out)).map_err(|error| {
                failure_because(
                    format!("cannot write the report `{}`", path.display()),
                    error,
                    UNWRITABLE_HINT,
                )
            })?;
        }
        Ok(())
    }
}

/// Writes bytes that a command made to standard output.
pub(crate) fn print(bytes: &[u8]) -> Result<()> {
    to_stdout(|out| out.write_all(bytes))
}

/// Writes to standard output. A reader that has gone away (`| head`) is no error.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    // `always` passes everything through, except that an old Windows console gets its colours.
    let mut out = anstream::AutoStream::always(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failure_because(
            "cannot write to standard output",
            error,
            "check the disk or the program at the other end",
        )),
        _ => Ok(()),
    }
}

/// Checks that a file can be made at `path`, before anything is done for it.
pub(crate) fn check_folder(path: &Path) -> Result<()> {
    let fail = |cause: &str| {
        Err(failure_because(
            format!("cannot write the report `{}`", path.display()),
            anyhow!("{cause}"),
            UNWRITABLE_HINT,
        ))
    };
    if path.is_dir() || path.file_name().is_none() {
        return fail("it is a folder");
    }
    if folder_of(path).is_dir() {
        Ok(())
    } else {
        fail("its folder does not exist")
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Writes a file whole or not at all; a device or pipe is written to as it stands.
pub(crate) fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let existing = fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return write(&mut OpenOptions::new().write(true).open(path)?);
    }
    // What a link points to is replaced, not the link.
    let path = if existing.is_some() {
        fs::canonicalize(path)?
    } else {
        path.to_path_buf()
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create_new(&temporary).and_then(|mut file| {
        write(&mut file)?;
        if let Some(metadata) = existing {
            file.set_permissions(metadata.permissions())?;
        }
        fs::rename(&temporary, &path)
    });
    if written
        .as_ref()
        .is_err_and(|error| error.kind() != io::ErrorKind::AlreadyExists)
    {
        _ = fs::remove_file(&temporary);
    }
    written
}
