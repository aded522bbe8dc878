//! Inputs made to stop, crash or fool the scanner.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};

use crate::support::{Folder, Ran};

const ONE_GIB: u64 = 1 << 30;

#[test]
fn an_empty_file_is_clean() {
    let folder = Folder::with_pages();
    folder.write("empty.py", "");

    let ran = folder.scan(["empty.py", "--format", "json"]).exits_with(0);

    assert_eq!(ran.json()["summary"]["files"], 1);
}

#[test]
fn a_huge_sparse_file_of_code_is_too_large() {
    let folder = Folder::with_pages();
    File::create(folder.path().join("huge.py"))
        .unwrap()
        .set_len(ONE_GIB)
        .unwrap();

    folder
        .scan(["."])
        .exits_with(3)
        .prints("file/too-large")
        .prints("huge.py")
        .prints("it is 1 GiB large, the limit is 64 MiB")
        .prints("--max-file-size");
}

#[test]
fn a_huge_sparse_file_without_extension_is_binary() {
    let folder = Folder::with_pages();
    File::create(folder.path().join("huge"))
        .unwrap()
        .set_len(ONE_GIB)
        .unwrap();

    let ran = folder.scan([".", "--format", "json"]).exits_with(0);

    assert_eq!(ran.json()["summary"]["skipped"]["binary"], 1);
    assert_eq!(ran.json()["summary"]["files"], 0);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_too_large_or_scanned() {
    let folder = Folder::with_pages();
    let mut file = BufWriter::new(File::create(folder.path().join("line.txt")).unwrap());
    let megabyte = vec![b'a'; 1_000_000];
    for _ in 0..100 {
        file.write_all(&megabyte).unwrap();
    }
    file.write_all(b" MARKER-1").unwrap();
    file.into_inner().unwrap();

    folder
        .scan(["."])
        .exits_with(3)
        .prints("it is 95.3 MiB large, the limit is 64 MiB");
    let ran = folder
        .scan([".", "--max-file-size", "100 MiB"])
        .exits_with(1)
        .prints("line.txt:1:100000002");
    assert!(ran.stdout.len() < 2_000, "the line is cut");
}

#[test]
fn text_in_any_encoding_is_scanned() {
    let utf16 = |to_bytes: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}first line\r\nsecond MARKER-1 line\r\n")
            .encode_utf16()
            .flat_map(to_bytes)
            .collect()
    };
    for (name, bytes) in [
        ("utf8", b"first line\nsecond MARKER-1 line\n".to_vec()),
        ("utf8-mark", b"\xef\xbb\xbffirst line\nsecond MARKER-1 line\n".to_vec()),
        ("crlf", b"first line\r\nsecond MARKER-1 line\r\n".to_vec()),
        ("cr", b"first line\rsecond MARKER-1 line\r".to_vec()),
        (
            "invalid",
            b"first \xff\xfe\x80 line\nsecond MARKER-1 line \xc3".to_vec(),
        ),
        ("utf16-le-mark", utf16(u16::to_le_bytes, "\u{feff}")),
        ("utf16-be-mark", utf16(u16::to_be_bytes, "\u{feff}")),
        ("utf16-le", utf16(u16::to_le_bytes, "")),
        ("utf16-be", utf16(u16::to_be_bytes, "")),
    ] {
        for extension in ["py", "txt"] {
            let folder = Folder::with_pages();
            let name = format!("{name}.{extension}");
            folder.write(&name, &bytes);

            folder.scan(["."]).exits_with(1).prints(&format!("{name}:2:8"));
        }
    }
}

#[test]
fn a_mark_at_the_beginning_does_not_hide_the_first_line() {
    let folder = Folder::with_pages();
    folder.write("a.txt", b"\xef\xbb\xbfMARKER-1\n");

    folder.scan(["."]).exits_with(1).prints("a.txt:1:");
}

#[test]
fn deep_nesting_ends_neither_the_stack_nor_the_scan() {
    let folder = Folder::new();
    for (name, text) in [
        ("open.py", format!("import os\nos.system({}", "(".repeat(200_000))),
        (
            "closed.py",
            format!("x = eval({}1{})\n", "[".repeat(200_000), "]".repeat(200_000)),
        ),
        ("lines.py", format!("exec({}", "{\n".repeat(200_000))),
        (
            "blocks.py",
            (0..2_000).fold("eval(x)\n".to_owned(), |text, depth| {
                text + &" ".repeat(depth) + "if 1:\n"
            }),
        ),
        ("open.prompt", "{{".repeat(200_000)),
    ] {
        folder.write(name, text);
    }

    let ran = folder.run(["scan", ".", "--isolated"]);

    assert!(matches!(ran.code, Some(0 | 1 | 3)), "{:?} {}", ran.code, ran.stderr);
    assert!(!ran.stdout.contains("file/panic"), "{}", ran.stdout);
}

#[test]
fn names_cannot_forge_lines_of_a_report() {
    let folder = Folder::with_pages();
    folder.write("a\n::error::forged.txt", "MARKER-1\n");
    folder.write("b\x1b[2J##[error]c.txt", "MARKER-1\n");

    for format in ["text", "concise", "json", "jsonl", "sarif"] {
        let ran = folder
            .scan([".", "--format", format])
            .exits_with(1)
            .prints_no("\n::error")
            .prints_no("\x1b");
        assert!(!ran.stderr.contains('\x1b'));
    }
    folder
        .scan([".", "--files"])
        .exits_with(0)
        .prints("a\\u{a}::error::forged.txt");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_scanned() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = Folder::with_pages();
    let name = OsStr::from_bytes(b"caf\xe9.txt");
    folder.write(name, "MARKER-1\n");

    folder.scan(["."]).exits_with(1).prints("caf\\xe9.txt:1:1");
    folder.scan([name]).exits_with(1).prints("caf\\xe9.txt:1:1");
    folder.scan([OsStr::from_bytes(b"missing\xff")]).exits_with(2);
    let output = OsStr::from_bytes(b"json=out\xff.json");
    folder.scan([name, OsStr::new("-o"), output]).exits_with(1);
    assert!(folder.path().join(OsStr::from_bytes(b"out\xff.json")).exists());
}

#[cfg(unix)]
#[test]
fn links_are_counted_and_not_followed() {
    use std::os::unix::fs::symlink;

    let folder = Folder::with_pages();
    folder.write("real/a.txt", "MARKER-1\n");
    symlink("loop", folder.path().join("loop")).unwrap();
    symlink("..", folder.path().join("real/up")).unwrap();
    symlink("real", folder.path().join("link")).unwrap();
    symlink("real/a.txt", folder.path().join("link.txt")).unwrap();

    let ran = folder.scan([".", "--format", "json"]).exits_with(1);
    assert_eq!(ran.json()["summary"]["skipped"]["symlinks"], 4);
    assert_eq!(ran.json()["findings"].as_array().unwrap().len(), 1);

    folder.scan(["link"]).exits_with(1).prints("link/a.txt:1:1");
    folder.scan(["link.txt"]).exits_with(1).prints("link.txt:1:1");
    folder.scan(["loop"]).exits_with(3).prints("file/unreadable");
}

#[cfg(unix)]
#[test]
fn pipes_sockets_and_devices_are_not_opened() {
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");
    Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    let _listener = UnixListener::bind(folder.path().join("socket")).unwrap();

    let ran = folder
        .scan(["."])
        .exits_with(3)
        .prints("MARKER-1")
        .prints("file/special");
    ran.prints("pipe").prints("socket");
    folder.scan(["pipe"]).exits_with(3).prints("file/special");
    folder.scan(["/dev/zero"]).exits_with(3).prints("file/special");
}

#[cfg(unix)]
#[test]
fn a_settings_file_that_is_a_pipe_stops_nobody() {
    use std::process::Command;

    let folder = Folder::with_pages();
    Command::new("mkfifo")
        .arg(folder.path().join("weighbridge.toml"))
        .status()
        .unwrap();

    folder.scan(["."]).exits_with(2).says("it is not a regular file");
}

/// Rights do not bind root, so as root the binary is run as somebody else.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_makes_the_run_incomplete() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;

    const NOBODY: u32 = 65_534;
    let folder = Folder::with_pages();
    folder.write("a.txt", "MARKER-1\n");
    folder.write("closed.txt", "MARKER-2\n");
    folder.write("closed/b.txt", "MARKER-3\n");
    let set = |name: &str, mode: u32| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    set("", 0o755);
    set("closed.txt", 0);
    set("closed", 0);
    let mut command = folder.scan_command();
    let is_root = File::open(folder.path().join("closed.txt")).is_ok();
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let ran = match command.arg(".").output() {
        Ok(output) => Ran::of(output),
        Err(error) if is_root => {
            eprintln!("not checked: nobody may not run the binary where it lies ({error})");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    set("closed", 0o755);

    let ran = ran
        .exits_with(3)
        .prints("MARKER-1")
        .prints("file/unreadable")
        .prints("Permission denied");
    ran.prints("closed.txt")
        .prints(" closed")
        .prints_no("MARKER-2")
        .prints_no("MARKER-3");
}

/// A regular file that opens and then fails to be read: the memory of the scanner itself, at address 0.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read_makes_the_run_incomplete() {
    let folder = Folder::with_pages();

    folder
        .scan(["/proc/self/mem"])
        .exits_with(3)
        .prints("file/unreadable")
        .prints("Input/output error");
}
