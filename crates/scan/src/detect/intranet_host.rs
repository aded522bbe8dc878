//! Finds hosts that only a private network knows, in URLs and in plain text.
//!
//! Addresses are made canonical by the [`url`] crate, so that `http://0xa000001/` and `http://10.0.0.1/` are one host.
//! URLs are read in `authority`, plain text in `bare`; `address` and `name` say what a host is.

mod address;
mod authority;
mod bare;
mod name;

use std::net::IpAddr;

/// What a host tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum HostKind {
    /// The metadata service of a cloud: it hands out credentials to whoever asks from inside.
    Metadata,
    /// A URL that carries a password. The hit spans the password.
    UrlPassword,
    /// An address of a private network: RFC 1918, RFC 6598, RFC 4193, link-local.
    Private,
    /// A name that only an intranet or a cluster resolves.
    IntranetName,
    /// A name without a dot, which the search domain of a network completes.
    SingleLabel,
    /// The machine itself.
    Loopback,
}

/// A host, or the password in front of one: a half-open byte range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostHit {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// What the host tells.
    pub(crate) kind: HostKind,
    /// The canonical host, without user, password and port. Empty if a placeholder stands there.
    pub(crate) host: String,
}

/// What an organisation adds to the built-in knowledge.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HostOptions<'a> {
    /// Suffixes of its own intranet names: `acme.example`, with or without a dot in front.
    pub(crate) suffixes: &'a [String],
    /// Ranges of its own addresses: the first of each, and how many leading bits all share.
    pub(crate) ranges: &'a [(IpAddr, u8)],
}

/// Hosts of private networks in `text`, in order of their first byte.
///
/// `blanked` are byte ranges, sorted and disjoint, whose contents count as unknown text: placeholders, comments. A host
/// that touches one is unknown. Takes linear time but for binary searches.
pub(crate) fn intranet_hosts(text: &[u8], blanked: &[(usize, usize)], options: &HostOptions<'_>) -> Vec<HostHit> {
    let view = View { text, blanked };
    let (mut hits, urls) = authority::url_hosts(&view, options);
    hits.extend(bare::bare_hosts(&view, &urls, options));
    hits.sort_by_key(|hit| (hit.start, hit.end));
    hits
}

/// Text with holes.
struct View<'a> {
    text: &'a [u8],
    blanked: &'a [(usize, usize)],
}

impl View<'_> {
    /// Whether a blanked range overlaps or touches `start..end`.
    fn touches_blank(&self, start: usize, end: usize) -> bool {
        let index = self.blanked.partition_point(|&(_, blank_end)| blank_end < start);
        self.blanked
            .get(index)
            .is_some_and(|&(blank_start, _)| blank_start <= end)
    }

    /// The start of the first blanked range at or behind `from`, or the end of the text.
    fn next_blank(&self, from: usize) -> usize {
        let index = self.blanked.partition_point(|&(_, end)| end <= from);
        self.blanked
            .get(index)
            .map_or(self.text.len(), |&(start, _)| start.max(from))
    }
}

#[cfg(test)]
mod tests;
