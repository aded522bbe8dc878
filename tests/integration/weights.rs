//! `weighbridge manifest` and `weighbridge verify weights`: lists of digests and the files they speak of.

use std::fs;

use crate::support::{Folder, Ran};

/// SHA-256 of `one` and `two`, as `sha256sum` prints them.
const ONE: &str = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
const TWO: &str = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";

fn model() -> Folder {
    let folder = Folder::new();
    folder.write("model/a.safetensors", "one");
    folder.write("model/sub/b.bin", "two");
    folder
}

fn run(folder: &Folder, arguments: &[&str]) -> Ran {
    Ran::of(folder.command().args(arguments).output().unwrap())
}

fn verify(folder: &Folder) -> Ran {
    run(folder, &["verify", "weights", "model"])
}

#[test]
fn what_was_written_down_verifies_and_the_same_folder_gives_the_same_lock() {
    let folder = model();

    run(&folder, &["manifest", "model"]).exits_with(0);
    let lock = String::from_utf8(folder.read("model/weights.lock")).unwrap();
    verify(&folder)
        .exits_with(0)
        .prints("ok    weights.lock: 2 files are as written down");
    run(&folder, &["manifest", "model", "-j1"]).exits_with(0);

    assert_eq!(folder.read("model/weights.lock"), lock.as_bytes());
    assert!(lock.contains(&format!("name = \"a.safetensors\"\nsize = 3\nsha256 = \"{ONE}\"")));
}

#[test]
fn a_changed_a_missing_and_a_new_file_are_told_apart() {
    let folder = model();
    run(&folder, &["manifest", "model"]).exits_with(0);

    folder.write("model/a.safetensors", "two");
    fs::remove_file(folder.path().join("model/sub/b.bin")).unwrap();
    folder.write("model/new.py", "import os\n");

    let message = format!("a.safetensors: its digest is sha256:{TWO}, and sha256:{ONE} was written down");
    verify(&folder)
        .exits_with(1)
        .prints(&message)
        .prints("sub/b.bin: it is not there")
        .prints("new.py: nobody wrote it down");
}

#[test]
fn checksum_files_of_others_are_read() {
    let folder = model();
    folder.write(
        "model/SHA256SUMS",
        format!("{ONE}  ./a.safetensors\nSHA256 (sub/b.bin) = {TWO}\n"),
    );
    folder.write("model/sub/b.bin.sha256", TWO);

    verify(&folder)
        .exits_with(0)
        .prints("ok    SHA256SUMS: 2 files are as written down")
        .prints("ok    sub/b.bin.sha256: 1 files are as written down");
}

#[test]
fn a_list_cannot_lead_out_of_the_folder() {
    let folder = model();
    folder.write("secret.bin", "one");
    folder.write(
        "model/SHA256SUMS",
        format!("{ONE}  a.safetensors\n{TWO}  sub/b.bin\n{ONE}  ../secret.bin\n"),
    );

    verify(&folder)
        .exits_with(1)
        .prints("SHA256SUMS: the name leads out of the folder or is written in a roundabout way");
}

#[test]
fn files_that_nothing_speaks_of_do_not_pass() {
    verify(&model())
        .exits_with(1)
        .prints("nothing says what these files should be");
}

#[test]
fn a_blob_of_a_store_must_deserve_its_name() {
    let folder = Folder::new();
    folder.write(format!("model/blobs/sha256-{ONE}"), "one");
    verify(&folder).exits_with(0).prints("1 files are what their names say");

    folder.write(format!("model/blobs/sha256-{TWO}"), "another");
    verify(&folder)
        .exits_with(1)
        .prints(&format!("blobs/sha256-{TWO}: its digest is sha256:"));
}

#[test]
fn a_pointer_is_no_weight() {
    let folder = model();
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{ONE}\nsize 4000000000\n");
    folder.write("model/a.safetensors", &pointer);

    run(&folder, &["manifest", "model"])
        .exits_with(2)
        .says("a pointer of Git LFS stands in the place of the file");
    verify(&folder).exits_with(1).prints("fetch it with `git lfs pull`");
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_neither_followed_nor_opened() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let folder = model();
    run(&folder, &["manifest", "model"]).exits_with(0);
    folder.write("outside.bin", "one");
    let model = folder.path().join("model");
    fs::remove_file(model.join("a.safetensors")).unwrap();
    symlink(folder.path().join("outside.bin"), model.join("a.safetensors")).unwrap();
    fs::remove_file(model.join("sub/b.bin")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(model.join("sub/b.bin"))
            .status()
            .unwrap()
            .success()
    );

    verify(&folder)
        .exits_with(1)
        .prints("a.safetensors: a link or a special file stands in its place")
        .prints("sub/b.bin: a link or a special file stands in its place");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_looked_at_makes_the_answer_unknown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = model();
    run(&folder, &["manifest", "model"]).exits_with(0);
    let name = OsStr::from_bytes(b"caf\xe9.bin");
    fs::write(folder.path().join("model").join(name), "x").unwrap();

    verify(&folder).exits_with(3).prints("its name is no UTF-8");
}
