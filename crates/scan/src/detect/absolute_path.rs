//! Finds absolute paths in prompt text and says how much each gives away.
//!
//! Most text that looks like a path is none (routes, tags, globs, `and/or`: 99 % in 1,609 real prompt files), so a hit
//! needs a known root, a left edge and a context that speaks for a file system. Tiers are in `classify`, edges in
//! `edge`.

mod classify;
mod edge;
mod places;

use memchr::memchr2;

use classify::{classify_drive, classify_home, classify_posix, classify_share};
use edge::{drive_letter_before, is_name_byte, is_site_relative, is_text_before, placeholder_home_before};

/// How much a path gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tier {
    /// A place where credentials or the keys of the machine lie: `/etc/shadow`, `~/.ssh`, `/var/run/docker.sock`.
    Sensitive,
    /// The home of a named person: `/home/alice/notes`, `C:\Users\alice`.
    Home,
    /// The layout of one machine or network: `/opt/acme/conf`, `D:\builds`, `\\files01\team`.
    Machine,
    /// A place every machine has: `/tmp/x`, `/usr/bin/env`, `C:\Windows`.
    Conventional,
}

/// An absolute path: a half-open byte range and its tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathHit {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// How much it gives away.
    pub(crate) tier: Tier,
}

/// Absolute paths in `text`, in order and disjoint.
///
/// `blanked` are byte ranges, sorted and disjoint, whose contents count as unknown text: placeholders, comments. A path
/// that begins behind one is relative to something unknown and no hit. Takes linear time but for a binary search in
/// `blanked`.
pub(crate) fn absolute_paths(text: &[u8], blanked: &[(usize, usize)]) -> Vec<PathHit> {
    let finder = Finder { text, blanked };
    let mut hits = Vec::new();
    let mut from = 0;
    while let Some(found) = memchr2(b'/', b'\\', &text[from..]) {
        let at = from + found;
        from = at + 1;
        if let Some(end) = finder.blank_end(at) {
            from = end.max(from);
            continue;
        }
        let Some(path) = finder.path_at(at) else { continue };
        from = path.end.max(from);
        if let Some(tier) = path.tier {
            hits.push(PathHit {
                start: path.start,
                end: path.end,
                tier,
            });
        }
    }
    hits
}

/// Text read as a path, with or without a tier.
struct Path {
    start: usize,
    end: usize,
    tier: Option<Tier>,
}

/// Segments of a path, without those that touch a placeholder.
struct Segments<'a> {
    names: Vec<&'a [u8]>,
    end: usize,
}

struct Finder<'a> {
    text: &'a [u8],
    blanked: &'a [(usize, usize)],
}

impl<'a> Finder<'a> {
    /// The path whose first separator is at `at`. Costs the length of the path, or nothing if there is none.
    fn path_at(&self, at: usize) -> Option<Path> {
        if self.text[at] == b'\\' {
            return self.drive_path(at).or_else(|| self.share_path(at));
        }
        self.file_url(at)
            .or_else(|| self.drive_path(at))
            .or_else(|| self.home_path(at))
            .or_else(|| self.posix_path(at))
    }

    fn posix_path(&self, at: usize) -> Option<Path> {
        if !self.is_edge(at) || !self.begins_with_root(at + 1) || is_site_relative(self.text, at) {
            return None;
        }
        let segments = self.segments(at + 1, b"/");
        let is_import = at > 0 && self.text[at - 1] == b'@';
        // `@/lib/x` is an alias of bundlers; `@/Users/alice/x.md` is a file that an agent pulls in.
        let tier =
            classify_posix(&segments.names).filter(|tier| !is_import || matches!(tier, Tier::Home | Tier::Sensitive));
        Some(Path {
            start: at,
            end: segments.end,
            tier,
        })
    }

    /// A cheap look at the first segment, so that a path is walked only where it can become a hit.
    fn begins_with_root(&self, from: usize) -> bool {
        let head = &self.text[from..self.text.len().min(from + 64)];
        let length = head.iter().position(|&byte| !is_name_byte(byte)).unwrap_or(head.len());
        classify::is_root(&head[..length])
    }

    /// `~/x`, `~alice/x`, `$HOME/x`, `${HOME}/x`; `at` is the first slash.
    fn home_path(&self, at: usize) -> Option<Path> {
        if let Some(start) = placeholder_home_before(self.text, at) {
            let segments = self.segments(at + 1, b"/");
            return Some(Path {
                start,
                end: segments.end,
                tier: classify_home(None, &segments.names),
            });
        }
        let window = at.saturating_sub(33);
        let tilde = window
            + self.text[window..at]
                .iter()
                .rposition(|&byte| !is_name_byte(byte) || byte == b'~')?;
        if self.text[tilde] != b'~' || !(self.is_edge(tilde) || self.is_import_of_home(tilde)) {
            return None;
        }
        let segments = self.segments(at + 1, b"/");
        let name = &self.text[tilde + 1..at];
        let tier = classify_home(Some(name).filter(|name| !name.is_empty()), &segments.names);
        Some(Path {
            start: tilde,
            end: segments.end,
            tier,
        })
    }

    /// `@~/.aws/credentials` pulls a file into the prompt of an agent.
    fn is_import_of_home(&self, tilde: usize) -> bool {
        tilde > 0 && self.text[tilde - 1] == b'@' && self.is_edge(tilde - 1)
    }

    /// `C:\x`, `C:/x`, `C:\\x` as strings of JSON have it; `at` is the first separator.
    fn drive_path(&self, at: usize) -> Option<Path> {
        let start = drive_letter_before(self.text, at)?;
        if !self.is_edge(start) && !self.is_verbatim_prefix(start) {
            return None;
        }
        let from = at
            + self.text[at..]
                .iter()
                .take_while(|&&byte| byte == b'\\' || byte == b'/')
                .count();
        if self.text[at] == b'/' && from - at > 1 {
            return None;
        }
        let segments = self.segments(from, b"\\/");
        let tier = classify_drive(
            self.text[start],
            &segments.names,
            self.text[at] == b'\\' && from - at == 1,
        );
        Some(Path {
            start,
            end: segments.end,
            tier,
        })
    }

    /// `\\?\` and `\\.\` before a drive letter.
    fn is_verbatim_prefix(&self, start: usize) -> bool {
        self.text[..start].ends_with(br"\\?\") || self.text[..start].ends_with(br"\\.\")
    }

    /// `\\host\share`, and `\\\\host\\share` as strings of JSON have it.
    fn share_path(&self, at: usize) -> Option<Path> {
        let slashes = self.text[at..]
            .iter()
            .take(5)
            .take_while(|&&byte| byte == b'\\')
            .count();
        if !matches!(slashes, 2 | 4) || !self.is_edge(at) {
            return None;
        }
        let host = at + slashes;
        let length = self.text[host..]
            .iter()
            .take(64)
            .position(|&byte| !is_host_byte(byte))?;
        let separator = self.text[host + length..]
            .iter()
            .take(5)
            .take_while(|&&byte| byte == b'\\')
            .count();
        // `"\\src\\lib"` in JSON is a relative path: the first separator of an escaped share is twice as long.
        if separator * 2 != slashes {
            return None;
        }
        let segments = self.segments(host + length + separator, b"\\");
        let tier = classify_share(&self.text[host..host + length], &segments.names)?;
        Some(Path {
            start: at,
            end: segments.end,
            tier: Some(tier),
        })
    }

    /// `file:///x`, `file://host/x`, `vscode://file/x`; `at` is the first slash.
    fn file_url(&self, at: usize) -> Option<Path> {
        let rest = self.text[at..].strip_prefix(b"//")?;
        let before = &self.text[..at];
        let scheme = ["file:", "vscode:", "vscode-insiders:", "cursor:"]
            .into_iter()
            .find(|scheme| ends_with_ignore_case(before, scheme.as_bytes()))?;
        let start = at - scheme.len();
        if before[..start]
            .last()
            .is_some_and(|&byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
        {
            return None;
        }
        let authority = rest.iter().take(255).position(|&byte| !is_host_byte(byte))?;
        let host = &rest[..authority];
        let path = at + 2 + authority;
        let is_local = host.is_empty() || host.eq_ignore_ascii_case(b"localhost");
        if self.text.get(path) != Some(&b'/') || (scheme != "file:" && host != b"file") || self.touches_blank(path + 1)
        {
            return None;
        }
        let segments = self.segments(path + 1, b"/");
        let is_drive = segments.names.is_empty() && self.text.get(segments.end) == Some(&b':');
        if is_drive
            || segments
                .names
                .first()
                .is_some_and(|name| name.len() == 1 && name[0].is_ascii_alphabetic())
        {
            // `file:///C:/x`: the drive letter ended the walk, its own slash begins the path.
            return self.drive_path(segments.end + 1).map(|drive| Path { start, ..drive });
        }
        let tier = if is_local || scheme != "file:" {
            classify_posix(&segments.names).or_else(|| classify::classify_other(&segments.names))
        } else {
            classify_share(host, &segments.names)
        };
        Some(Path {
            start,
            end: segments.end,
            tier,
        })
    }

    /// Walks segments from `from`. A segment cut off by a placeholder, a glob or an ellipsis ends the walk and is left
    /// out.
    fn segments(&self, from: usize, separators: &[u8]) -> Segments<'a> {
        let mut names = Vec::new();
        let mut start = from;
        let mut blanks = self.blanked.partition_point(|&(_, end)| end <= from);
        loop {
            while self.blanked.get(blanks).is_some_and(|&(_, end)| end <= start) {
                blanks += 1;
            }
            let limit = self
                .blanked
                .get(blanks)
                .map_or(self.text.len(), |&(begin, _)| begin.max(start));
            let end = start + segment_length(&self.text[start..limit]);
            let trimmed = self.trim_end(start, end);
            let is_cut = end == limit && limit < self.text.len() || self.is_cut(end) || trimmed + 1 < end;
            if trimmed > start && !is_cut {
                names.push(&self.text[start..trimmed]);
            }
            let run = self.text[end..limit]
                .iter()
                .take_while(|byte| separators.contains(byte))
                .count();
            // A run is one separator, or two where a string of JSON doubles the backslash.
            if is_cut || run == 0 || trimmed < end || run > 2 || (run == 2 && self.text[end] == b'/') {
                let cut_start = start - usize::from(start > from);
                return Segments {
                    names,
                    end: if is_cut { cut_start.max(from) } else { trimmed.max(from) },
                };
            }
            start = end + run;
        }
    }

    /// Takes the full stop of a sentence off the last segment.
    fn trim_end(&self, start: usize, end: usize) -> usize {
        let dots = self.text[start..end]
            .iter()
            .rev()
            .take_while(|&&byte| byte == b'.')
            .count();
        let is_last = !self.text.get(end).is_some_and(|byte| b"/\\".contains(byte));
        if is_last && dots < end - start { end - dots } else { end }
    }

    /// Whether what follows makes the segment before `end` unknown.
    fn is_cut(&self, end: usize) -> bool {
        match self.text.get(end) {
            Some(b'{' | b'$' | b'*' | b'[' | b'%' | b'^') => true,
            Some(b'<') => self.text.get(end + 1) != Some(&b'/'),
            Some(b'(') => self.text.get(end + 1) == Some(&b'?'),
            _ => self.text[end..].starts_with("…".as_bytes()),
        }
    }

    fn is_edge(&self, at: usize) -> bool {
        !self.touches_blank(at) && !is_text_before(self.text, at)
    }

    /// Whether a blanked range ends right before `at`.
    fn touches_blank(&self, at: usize) -> bool {
        let index = self.blanked.partition_point(|&(_, end)| end < at);
        self.blanked
            .get(index)
            .is_some_and(|&(start, end)| end == at && start < end)
    }

    /// The end of the blanked range that holds `at`.
    fn blank_end(&self, at: usize) -> Option<usize> {
        let index = self.blanked.partition_point(|&(_, end)| end <= at);
        self.blanked
            .get(index)
            .filter(|&&(start, _)| start <= at)
            .map(|&(_, end)| end)
    }
}

/// Bytes of one segment at the start of `text`. Chinese text needs no space behind a path, so a letter outside ASCII
/// belongs to a segment only if the segment began with one: `/home/zhang/data目录` ends at `data`.
fn segment_length(text: &[u8]) -> usize {
    let begins_wide = text.first().is_some_and(|&byte| byte >= 0x80);
    let mut length = 0;
    while let Some(&byte) = text.get(length) {
        let is_escape =
            byte == b'%' && text.len() > length + 2 && text[length + 1..length + 3].iter().all(u8::is_ascii_hexdigit);
        if is_name_byte(byte) || byte == b'~' || is_escape {
            length += 1;
        } else if byte >= 0x80 && begins_wide {
            let Some(letter) = edge::char_at(text, length).filter(|letter| letter.is_alphanumeric()) else {
                break;
            };
            length += letter.len_utf8();
        } else {
            break;
        }
    }
    length
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-_".contains(&byte)
}

fn ends_with_ignore_case(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

#[cfg(test)]
mod tests;
