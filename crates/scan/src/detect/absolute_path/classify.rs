//! From the segments of a path to its tier.
//!
//! `None` is "no path, or none of this machine": a route, an example, a place that differs from user to user.

use super::Tier;
use super::places::{
    COMMON_PLACES, EXAMPLE_PEOPLE, EXAMPLES, HARMLESS_HOMES, HOME_FOLDERS, PAGES, ROOTS, SECRET_HOMES, SECRET_PLACES,
    SERVICE_ACCOUNTS,
};

/// Whether `name` can be the first segment of a path.
pub(super) fn is_root(name: &[u8]) -> bool {
    contains(ROOTS, name) || (name.len() == 1 && name[0].is_ascii_lowercase())
}

/// The tier of `/a/b/c`.
pub(super) fn classify_posix(names: &[&[u8]]) -> Option<Tier> {
    let (&root, rest) = names.split_first()?;
    if is_below(names, SECRET_PLACES) || is_process_secret(names) || ends_with_private_key(names) {
        return Some(Tier::Sensitive);
    }
    match root {
        b"home" | b"Users" => home_of_person(rest, names.len()),
        // WSL and Git for Windows.
        b"mnt" if rest.len() > 2 && rest[0].len() == 1 && rest[1].eq_ignore_ascii_case(b"users") => {
            home_of_person(&rest[2..], names.len())
        }
        [letter] if letter.is_ascii_lowercase() => (rest.len() > 1 && rest[0].eq_ignore_ascii_case(b"users"))
            .then(|| home_of_person(&rest[1..], 3))
            .flatten(),
        b"root" => root_home(rest),
        b"etc" | b"opt" | b"srv" | b"mnt" | b"var" | b"Volumes" | b"nas" | b"nfs" => match rest {
            [] => Some(Tier::Conventional),
            _ if is_below(names, COMMON_PLACES) => Some(Tier::Conventional),
            [b"log" | b"lib" | b"local" | b"opt" | b"db"] if root == b"var" => Some(Tier::Conventional),
            [b"log", file] if root == b"var" => machine(&[file]),
            _ => machine(rest),
        },
        // Routes and JSON pointers begin like this as well, so it takes a long path or a file.
        b"data" | b"data0" | b"data1" | b"data2" | b"export" => (rest.len() > 2
            || rest.last().is_some_and(|name| has_extension(name)))
        .then(|| machine(rest))
        .flatten(),
        b"media" => (rest.len() > 2 && !has_extension(rest[rest.len() - 1]))
            .then(|| machine(rest))
            .flatten(),
        b"run" => rest.starts_with(&[b"user"]).then_some(Tier::Conventional),
        b"private" => classify_posix(rest).filter(|_| matches!(rest.first(), Some(&(b"etc" | b"tmp" | b"var")))),
        b"bin" | b"boot" | b"dev" | b"lib" | b"lib64" | b"nix" | b"proc" | b"sbin" | b"snap" | b"sys" | b"tmp"
        | b"usr" | b"Applications" | b"Library" | b"System" => Some(Tier::Conventional),
        _ => None,
    }
}

/// The tier of a path that a `file:` URL proves to be one, whatever its root.
pub(super) fn classify_other(names: &[&[u8]]) -> Option<Tier> {
    match names {
        [b"home" | b"Users", ..] | [] => None,
        _ => machine(names),
    }
}

/// The tier of `~/a/b` (`name` is none) or `~name/a/b`.
pub(super) fn classify_home(name: Option<&[u8]>, names: &[&[u8]]) -> Option<Tier> {
    if holds_secret(names) {
        return Some(Tier::Sensitive);
    }
    match name {
        None => (!names.is_empty()).then_some(Tier::Conventional),
        Some(name) => {
            let is_home = names
                .first()
                .is_some_and(|first| first.starts_with(b".") || contains(HOME_FOLDERS, first));
            (is_home && name[0].is_ascii_lowercase() && name.len() > 2)
                .then(|| person(name))
                .flatten()
        }
    }
}

/// The tier of `C:\a\b`. A single backslash may as well belong to an escape: `Q:\nWhat`.
pub(super) fn classify_drive(letter: u8, names: &[&[u8]], is_single_backslash: bool) -> Option<Tier> {
    let (&first, rest) = names.split_first()?;
    let is_escape = |name: &[u8]| matches!(name[0], b'n' | b'r' | b't');
    if is_single_backslash
        && (first.len() < 3 && rest.is_empty() || is_escape(first) && rest.iter().all(|name| is_escape(name)))
    {
        return None;
    }
    // `a:/b` with a small letter is a ratio, a label or a scheme more often than a drive.
    if letter.is_ascii_lowercase() && (rest.is_empty() || !matches!(letter, b'c'..=b'f')) {
        return None;
    }
    if first.eq_ignore_ascii_case(b"users") {
        return home_of_person(rest, names.len());
    }
    if first.eq_ignore_ascii_case(b"windows") {
        let is_hive =
            rest.len() > 2 && rest[0].eq_ignore_ascii_case(b"system32") && rest[1].eq_ignore_ascii_case(b"config");
        return Some(if is_hive { Tier::Sensitive } else { Tier::Conventional });
    }
    let is_common = [
        &b"program"[..],
        b"programdata",
        b"temp",
        b"tmp",
        b"msys64",
        b"tools",
        b"python",
        b"inetpub",
        b"progra~1",
    ]
    .iter()
    .any(|common| first.eq_ignore_ascii_case(common));
    if is_common {
        Some(Tier::Conventional)
    } else {
        machine(names)
    }
}

/// The tier of `\\host\share\a`, if both look like the names of a network.
pub(super) fn classify_share(host: &[u8], names: &[&[u8]]) -> Option<Tier> {
    let (&share, rest) = names.split_first()?;
    let is_wsl = host.starts_with(b"wsl");
    let is_example = is_example(host) || matches!(host, b"server" | b"SERVER" | b"host" | b"hostname" | b"HOST");
    if is_wsl || (is_example && rest.is_empty()) || is_example_host(host) {
        return None;
    }
    // `\\alpha\beta` is LaTeX: one of the two must look like part of a network.
    let is_host = host.len() > 2
        && host[0].is_ascii_alphanumeric()
        && (host.iter().any(u8::is_ascii_digit) || host.contains(&b'.') || host.contains(&b'-') || is_example);
    let is_share = [
        "share", "shared", "public", "files", "backup", "users", "homes", "netlogon", "sysvol", "team", "projects",
    ]
    .iter()
    .any(|word| share.eq_ignore_ascii_case(word.as_bytes()));
    ((is_host && share.len() > 1) || (is_share && host.len() > 2 && host[0].is_ascii_alphabetic()))
        .then_some(Tier::Machine)
}

fn is_example_host(host: &[u8]) -> bool {
    host.starts_with(b"your") || host.starts_with(b"my-") || host.starts_with(b"example")
}

/// `names` are what follows `/home`; `length` is the number of segments in all.
fn home_of_person(names: &[&[u8]], length: usize) -> Option<Tier> {
    let Some((&name, rest)) = names.split_first() else {
        return Some(Tier::Conventional);
    };
    if holds_secret(rest) {
        return Some(Tier::Sensitive);
    }
    let last = rest.last().copied().unwrap_or(name);
    let is_page = contains(PAGES, name) || last.ends_with(b".html") || last.ends_with(b".php");
    // `/Users/2819c223-7f76` and `/Users/42` are records of an interface.
    let is_record = name.iter().filter(|byte| byte.is_ascii_digit()).count() * 2 > name.len() && length == 2;
    if is_page || is_record { None } else { person(name) }
}

/// The tier of the home of `name`.
fn person(name: &[u8]) -> Option<Tier> {
    if is_example(name) || contains(EXAMPLE_PEOPLE, name) {
        return None;
    }
    if contains(SERVICE_ACCOUNTS, name) {
        return Some(Tier::Conventional);
    }
    let is_name = name[0].is_ascii_alphanumeric() || name[0] >= 0x80;
    is_name.then_some(Tier::Home)
}

/// The tier of a path below `/root`: containers keep caches there, people keep secrets.
fn root_home(rest: &[&[u8]]) -> Option<Tier> {
    match rest {
        [] => None,
        _ if holds_secret(rest) => Some(Tier::Sensitive),
        [
            b".cache" | b".local" | b".npm" | b".cargo" | b".nvm" | b".config" | b".bashrc" | b".profile" | b".m2",
            ..,
        ] => Some(Tier::Conventional),
        _ if rest.iter().any(|name| is_example(name)) => None,
        _ => Some(Tier::Sensitive),
    }
}

/// [`Tier::Machine`], unless the path is an example or says no more than its root.
fn machine(names: &[&[u8]]) -> Option<Tier> {
    if names.is_empty() || names.iter().take(4).any(|name| is_example(name)) {
        return None;
    }
    Some(Tier::Machine)
}

/// `/proc/42/environ` and the like: environments hold keys.
fn is_process_secret(names: &[&[u8]]) -> bool {
    matches!(names, [b"proc", id, b"environ" | b"mem", ..] if id.iter().all(u8::is_ascii_digit))
}

/// Whether a path below a home leads to credentials.
fn holds_secret(names: &[&[u8]]) -> bool {
    let is_public = names.last().is_some_and(|name| name.ends_with(b".pub"));
    (is_below(names, SECRET_HOMES) && !is_below(names, HARMLESS_HOMES) && !is_public) || ends_with_private_key(names)
}

fn ends_with_private_key(names: &[&[u8]]) -> bool {
    let Some(&name) = names.last() else { return false };
    let is_key_file = [&b".key"[..], b".pem"].iter().any(|end| name.ends_with(end));
    matches!(name, b"id_rsa" | b"id_ed25519" | b"id_ecdsa" | b"id_dsa")
        || name.ends_with(b".keytab")
        || (is_key_file
            && [&b"private"[..], b"privkey"]
                .iter()
                .any(|part| memchr::memmem::find(name, part).is_some()))
}

fn has_extension(name: &[u8]) -> bool {
    name.iter()
        .rposition(|&byte| byte == b'.')
        .is_some_and(|dot| dot > 0 && (2..6).contains(&(name.len() - dot)))
}

fn contains(table: &[&str], name: &[u8]) -> bool {
    table.iter().any(|entry| entry.as_bytes() == name)
}

/// Whether the path is one of `places` or lies below it.
fn is_below(names: &[&[u8]], places: &[&str]) -> bool {
    places.iter().any(|place| {
        let mut names = names.iter();
        place
            .split('/')
            .all(|segment| names.next().is_some_and(|name| *name == segment.as_bytes()))
    })
}

/// Whether a segment stands for something else: `your-name`, `USERNAME`, `my-app`, `xxx`.
fn is_example(name: &[u8]) -> bool {
    let mut lower = name.to_ascii_lowercase();
    lower.truncate(32);
    let begins = |prefix: &[u8]| lower.starts_with(prefix);
    contains(EXAMPLES, &lower)
        || begins(b"your")
        || begins(b"my-")
        || begins(b"my_")
        || begins(b"myapp")
        || begins(b"myproject")
        || begins(b"example")
        || begins(b"some-")
        || begins(b"path-to")
        || begins(b"path_to")
        || begins(b"foo-")
        || (name.len() > 2
            && name.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
            && name.contains(&b'_'))
}
