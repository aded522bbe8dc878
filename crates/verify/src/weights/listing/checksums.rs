//! Checksum files: what `sha256sum` and its relatives write and check.
//!
//! GNU: `<digits>  name`, or `<digits> *name` for binary mode; a backslash at the beginning of the line says that backslashes and
//! line ends in the name are escaped. BSD: `SHA256 (name) = <digits>`. A `.sha256` beside a file may hold the digits alone.
//!
//! Source: [GNU coreutils, "cksum output modes"](https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html).

use weighbridge_core::Span;

use super::super::digest::{Algorithm, FileDigest};
use super::super::name::FileName;
use super::{Claim, Fault, Listing};

/// Names of whole lists, in lower case, and what they are written in.
const LISTS: [(&str, Algorithm); 9] = [
    ("sha256sums", Algorithm::Sha256),
    ("sha256sum", Algorithm::Sha256),
    ("sha256", Algorithm::Sha256),
    ("checksums", Algorithm::Sha256),
    ("checksum", Algorithm::Sha256),
    ("sha512sums", Algorithm::Sha512),
    ("sha512sum", Algorithm::Sha512),
    ("b2sums", Algorithm::Blake2b),
    ("b3sums", Algorithm::Blake3),
];

/// Endings of files that hold the digest of one other, in lower case.
const ENDINGS: [(&str, Algorithm); 6] = [
    (".sha256", Algorithm::Sha256),
    (".sha256sum", Algorithm::Sha256),
    (".sha512", Algorithm::Sha512),
    (".sha512sum", Algorithm::Sha512),
    (".b2", Algorithm::Blake2b),
    (".b3", Algorithm::Blake3),
];

/// The names of algorithms in BSD's form.
const TAGS: [(&str, Algorithm); 5] = [
    ("SHA256", Algorithm::Sha256),
    ("SHA2-256", Algorithm::Sha256),
    ("SHA512", Algorithm::Sha512),
    ("BLAKE2b", Algorithm::Blake2b),
    ("BLAKE3", Algorithm::Blake3),
];

/// Whether a file is a list by its name.
pub(super) fn is_one(name: &FileName) -> bool {
    list_algorithm(name).is_some() || companion(name).is_some()
}

fn list_algorithm(name: &FileName) -> Option<Algorithm> {
    let last = name.last().to_ascii_lowercase();
    let stem = last.strip_suffix(".txt").unwrap_or(&last);
    LISTS
        .iter()
        .find(|(known, _)| *known == stem)
        .map(|(_, algorithm)| *algorithm)
}

/// The file that a `.sha256` stands beside, and its algorithm.
fn companion(name: &FileName) -> Option<(FileName, Algorithm)> {
    let last = name.last();
    ENDINGS.iter().find_map(|(ending, algorithm)| {
        let stem = last.len().checked_sub(ending.len())?;
        let is_ending = stem > 0 && last.get(stem..).is_some_and(|end| end.eq_ignore_ascii_case(ending));
        let file = is_ending.then(|| FileName::parse(&last[..stem]).ok())??;
        Some((file, *algorithm))
    })
}

/// Reads a list. A `SHA256SUMS` means to name all files beside it; a `.sha256` speaks of its own file alone.
pub(super) fn read(name: &FileName, text: &str) -> Listing {
    let companion = companion(name);
    let algorithm = list_algorithm(name).or(companion.as_ref().map(|(_, algorithm)| *algorithm));
    let algorithm = algorithm.unwrap_or(Algorithm::Sha256);
    let mut listing = Listing {
        is_whole: companion.is_none(),
        ..Listing::default()
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let place = Span::new(at, at + line.trim_end().len());
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match claim(line, algorithm, companion.as_ref().map(|(file, _)| file)) {
            Ok((name, digest)) => listing.claims.push(Claim {
                name,
                size: None,
                digest: Some(digest),
                place,
            }),
            Err(problem) => listing.faults.push(Fault::new(place, problem)),
        }
    }
    listing
}

fn claim(line: &str, algorithm: Algorithm, companion: Option<&FileName>) -> Result<(FileName, FileDigest), String> {
    if let Some((tag, rest)) = line.split_once(" (")
        && let Some((_, algorithm)) = TAGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag))
    {
        let (name, digits) = rest.rsplit_once(") = ").ok_or("there is no `) = ` behind the name")?;
        return Ok((file_name(name)?, digest(*algorithm, digits.trim())?));
    }
    if let (Some(file), Some(digest)) = (companion, FileDigest::parse(algorithm, line.trim())) {
        return Ok((file.clone(), digest));
    }
    let (line, is_escaped) = line.strip_prefix('\\').map_or((line, false), |line| (line, true));
    let (digits, name) = line
        .split_once([' ', '\t'])
        .ok_or("there is no name behind the digest")?;
    let name = name.strip_prefix([' ', '*']).unwrap_or(name);
    let name = if is_escaped { unescaped(name)? } else { name.to_owned() };
    Ok((file_name(&name)?, digest(algorithm, digits)?))
}

/// `find . -type f | xargs sha256sum` writes `./` before each name.
fn file_name(text: &str) -> Result<FileName, String> {
    FileName::parse(text.strip_prefix("./").unwrap_or(text)).map_err(|error| error.to_string())
}

fn digest(algorithm: Algorithm, digits: &str) -> Result<FileDigest, String> {
    let expected = algorithm.bytes() * 2;
    let problem = || {
        format!(
            "no {} digest: {expected} hexadecimal digits are expected",
            algorithm.name()
        )
    };
    FileDigest::parse(algorithm, digits).ok_or_else(problem)
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('r') => '\r',
                _ => return Err("an escape in the name is none of `\\\\`, `\\n` and `\\r`".to_owned()),
            },
            other => other,
        });
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(name: &str, text: &str) -> Listing {
        read(&FileName::parse(name).unwrap(), text)
    }

    fn names(listing: &Listing) -> Vec<&str> {
        listing.claims.iter().map(|claim| claim.name.as_str()).collect()
    }

    #[test]
    fn the_forms_of_gnu_and_bsd_are_read() {
        let digits = "0a".repeat(32);
        let text = format!(
            "# release 3\r\n{digits}  a.bin\r\n{digits} *sub/b c.bin\n{}\t./d.bin\nSHA256 (e (1).bin) = {digits}\n",
            digits.to_uppercase()
        );

        let listing = listing("SHA256SUMS", &text);

        assert_eq!(names(&listing), ["a.bin", "sub/b c.bin", "d.bin", "e (1).bin"]);
        assert!(listing.faults.is_empty() && listing.is_whole);
        assert_eq!(&text[listing.claims[1].place.range()], format!("{digits} *sub/b c.bin"));
    }

    #[test]
    fn a_line_that_cannot_be_read_costs_itself_alone() {
        let digits = "0a".repeat(32);
        let text = format!("{digits}  ../secret\n{digits}\nabc  short\n\\{digits}  a\\\\b\n{digits}  good\n");

        let listing = listing("sha256sum.txt", &text);

        assert_eq!(names(&listing), ["good"]);
        let problems: Vec<_> = listing.faults.iter().map(|fault| fault.problem.as_str()).collect();
        assert_eq!(
            problems,
            [
                "the name leads out of the folder or is written in a roundabout way",
                "there is no name behind the digest",
                "no sha256 digest: 64 hexadecimal digits are expected",
                "the name holds a backslash or a control character",
            ]
        );
    }

    #[test]
    fn a_file_beside_another_speaks_of_that_one() {
        let digits = "0b".repeat(64);

        let listing = listing("model.bin.SHA512", &format!("{digits}\n"));

        assert_eq!(names(&listing), ["model.bin"]);
        assert!(!listing.is_whole);
        assert!(!is_one(&FileName::parse(".sha256").unwrap()));
        assert!(!is_one(&FileName::parse("model.bin").unwrap()));
    }
}
