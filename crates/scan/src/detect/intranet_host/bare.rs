//! Reads hosts in plain text: addresses, networks, `host:port`, `user@host`, and names that cannot be anything else.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::address::{address_kind, is_own, is_standard_block};
use super::name::{Place, is_service, name_kind};
use super::{HostHit, HostKind, HostOptions, View};

/// Words near an address that say it is one.
static NETWORK_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i-u)(?:\b|_)(?:ips?|ipv4|addr|address|addresses|bind|cidr|cluster|connect|curl|deploy|dns|endpoint|firewall|gateway|hosts?|hostname|",
        r"intranet|lan|listen|machine|nc|network|networks|nmap|node|ping|port|proxy|range|router|rsync|scp|servers?|ssh|subnets?|",
        r"telnet|tcp|udp|vlan|vm|vpc|vpn|wget)(?:\b|_)|(?-i:[a-z]I[Pp]s?\b)|地址|服务器|主机|内网|网段|网关|端口|节点",
    ))
    .expect("the expression is constant")
});

/// Words near four numbers that say they are a version.
static VERSION_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\b(?:build|chrome|driver|edge|firefox|firmware|macos|osx|release|sdk|section|upgrade|ver|versions?|windows)\b|版本")
        .expect("the expression is constant")
});

/// Hosts in `view` outside `urls`.
pub(super) fn bare_hosts(view: &View<'_>, urls: &[(usize, usize)], options: &HostOptions<'_>) -> Vec<HostHit> {
    let mut hits = Vec::new();
    let mut urls = urls.iter().peekable();
    let mut at = 0;
    while at < view.text.len() {
        while urls.next_if(|url| url.1 <= at).is_some() {}
        if let Some(url) = urls.peek()
            && url.0 <= at
        {
            at = url.1;
            continue;
        }
        if !is_host_byte(view.text[at]) {
            at += 1;
            continue;
        }
        let length = view.text[at..]
            .iter()
            .position(|&byte| !is_host_byte(byte))
            .unwrap_or(view.text.len() - at);
        let token = Token {
            view,
            start: at,
            end: at + length,
        };
        hits.extend(token.hit(options));
        at += length;
    }
    hits
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-' || byte == b'_'
}

/// Whether a text may be a group of an address in IPv6.
fn is_group(text: &[u8]) -> bool {
    text.len() <= 4 && text.iter().all(u8::is_ascii_hexdigit)
}

/// A run of letters, digits, dots, hyphens and underscores.
struct Token<'a> {
    view: &'a View<'a>,
    start: usize,
    end: usize,
}

impl Token<'_> {
    fn hit(&self, options: &HostOptions<'_>) -> Option<HostHit> {
        let raw = &self.view.text[self.start..self.end];
        if let Some(hit) = self.v6_hit(options) {
            return Some(hit);
        }
        // A name has a dot or a port, and no more than 253 characters.
        let has_port_sign = self.view.text.get(self.end) == Some(&b':');
        if raw.len() > 254 || !(has_port_sign || raw.contains(&b'.')) {
            return None;
        }
        let text = std::str::from_utf8(raw).ok()?;
        let host = text.trim_end_matches('.');
        if text.len() - host.len() > 1 || host.is_empty() || host.starts_with(['.', '-', '_']) || !self.is_edge() {
            return None;
        }
        let end = self.start + host.len();
        if self.view.touches_blank(self.start, end) || !self.ends_like_host(end) {
            return None;
        }
        let kind = match host.parse::<Ipv4Addr>() {
            Ok(address) => self.v4_kind(address, end, options),
            Err(_) => self.name_kind(host, end, options),
        }?;
        Some(HostHit {
            start: self.start,
            end,
            kind,
            host: host.to_ascii_lowercase(),
        })
    }

    fn before(&self, back: usize) -> Option<u8> {
        self.start.checked_sub(back).map(|at| self.view.text[at])
    }

    /// Whether a host can begin here: not in the middle of a path, a variable, a scoped name or an escape.
    fn is_edge(&self) -> bool {
        match self.before(1) {
            None => true,
            Some(b'/') => {
                self.before(2) == Some(b'/') && !self.before(3).is_some_and(|byte| byte == b'/' || byte == b':')
            }
            Some(b'\\') => self.before(2) == Some(b'\\') && self.before(3) != Some(b':'),
            Some(byte) => !b"$%?}#+~^&".contains(&byte),
        }
    }

    /// Whether what follows leaves the text a host: no call, no placeholder, no assignment.
    fn ends_like_host(&self, end: usize) -> bool {
        let rest = &self.view.text[end..];
        !matches!(
            rest.first(),
            Some(b'(' | b'{' | b'$' | b'*' | b'<' | b'[' | b'%' | b'@' | b'=' | b'+' | b'!')
        ) || rest.starts_with(b"</")
            || rest.starts_with(b"**")
    }

    /// The number behind `:`, if nothing but the end of a word follows.
    fn port(&self, end: usize) -> Option<u16> {
        let rest = self.view.text[end..].strip_prefix(b":")?;
        let digits = rest.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
        let is_end = !rest
            .get(digits)
            .is_some_and(|&byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let is_end =
            is_end && !(rest.get(digits) == Some(&b'.') && rest.get(digits + 1).is_some_and(u8::is_ascii_digit));
        if !is_end || digits < 2 {
            return None;
        }
        std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
    }

    fn v4_kind(&self, address: Ipv4Addr, end: usize, options: &HostOptions<'_>) -> Option<HostKind> {
        let kind = address_kind(address.into(), options)?;
        let rest = &self.view.text[end..];
        let prefix = rest.strip_prefix(b"/").and_then(|rest| {
            let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
            std::str::from_utf8(&rest[..digits]).ok()?.parse::<u8>().ok()
        });
        // `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
        let is_mapped = self.view.text[..self.start].ends_with(b"::ffff:");
        let prefix = prefix
            .map(|prefix| if is_mapped { prefix.saturating_sub(96) } else { prefix })
            .filter(|&prefix| prefix <= 32);
        if prefix.is_some_and(|prefix| is_standard_block(address, prefix)) {
            return None;
        }
        // `10.0.0.1` may be a version; nobody numbers a version like the others.
        let is_clear = matches!(address.octets(), [127, ..] | [192, 168, ..] | [169, 254, ..])
            || kind == HostKind::Metadata
            || is_own(address.into(), options);
        let is_addressed = self.port(end).is_some() || prefix.is_some() || is_mapped || self.before(1) == Some(b'@');
        if address.is_unspecified() {
            return self.port(end).map(|_| kind);
        }
        (is_clear || is_addressed || self.reads_like_address(end)).then_some(kind)
    }

    /// Whether the words around the token speak of networks and not of versions.
    fn reads_like_address(&self, end: usize) -> bool {
        let text = self.view.text;
        let before = &text[self.start.saturating_sub(100)..self.start];
        let before = &before[memchr::memrchr(b'\n', before).map_or(0, |line| line + 1)..];
        let after = &text[end..text.len().min(end + 60)];
        let after = &after[..memchr::memchr(b'\n', after).unwrap_or(after.len())];
        let is_version = VERSION_WORDS.is_match(before) || before.ends_with(b"v");
        !is_version && (NETWORK_WORDS.is_match(before) || NETWORK_WORDS.is_match(after))
    }

    fn name_kind(&self, host: &str, end: usize, options: &HostOptions<'_>) -> Option<HostKind> {
        let port = self.port(end);
        let is_addressed = match self.before(1) {
            Some(b'/' | b'@' | b'\\') => true,
            _ => port.is_some(),
        };
        let lower = host.to_ascii_lowercase();
        if !host.contains('.') {
            return self.single_label_kind(&lower, host, end, port);
        }
        // Hosts are written small; `com.acme.internal.Foo` and `Config.internal` are code.
        if host != lower && !is_addressed && options.suffixes.is_empty() {
            return None;
        }
        let place = if is_addressed { Place::Addressed } else { Place::Bare };
        let is_file_line = !is_addressed && self.view.text.get(end) == Some(&b':');
        name_kind(&lower, place, options).filter(|&kind| !is_file_line || kind != HostKind::SingleLabel)
    }

    fn single_label_kind(&self, lower: &str, host: &str, end: usize, port: Option<u16>) -> Option<HostKind> {
        if lower == "localhost" {
            return port.map(|_| HostKind::Loopback);
        }
        // `git@gitlab:team/x.git`
        let is_git = self.view.text[..self.start].ends_with(b"git@")
            && self.view.text.get(end) == Some(&b':')
            && self.view.text.get(end + 1).is_some_and(u8::is_ascii_alphabetic);
        let is_service = host == lower && port.is_some_and(|port| is_service(lower, port));
        (is_service || is_git && !lower.starts_with("your") && lower != "host").then_some(HostKind::SingleLabel)
    }

    /// `fd12:3456::1`, `fe80::1`, `::1`; the token is the first group, or the last behind `::`.
    fn v6_hit(&self, options: &HostOptions<'_>) -> Option<HostHit> {
        let text = self.view.text;
        let group = &text[self.start..self.end];
        let start = match group {
            b"1" if text[..self.start].ends_with(b"::") => self.start - 2,
            _ if text.get(self.end) == Some(&b':')
                && is_group(group)
                && options.ranges.iter().any(|range| range.0.is_ipv6()) =>
            {
                self.start
            }
            [b'f' | b'F', b'c' | b'd' | b'C' | b'D' | b'e' | b'E', _, _] if text.get(self.end) == Some(&b':') => {
                self.start
            }
            _ => return None,
        };
        let is_edge = start == 0 || !(is_host_byte(text[start - 1]) || b":/@".contains(&text[start - 1]));
        let length = text[start..]
            .iter()
            .take(46)
            .take_while(|&&byte| byte.is_ascii_hexdigit() || byte == b':')
            .count();
        let end = start + length;
        let is_end = !text.get(end).is_some_and(|&byte| is_host_byte(byte) && byte != b'.');
        if !is_edge || !is_end || self.view.touches_blank(start, end) {
            return None;
        }
        let address: Ipv6Addr = std::str::from_utf8(&text[start..end])
            .ok()?
            .trim_end_matches(':')
            .parse()
            .ok()?;
        // `fc00::/7` is the block of RFC 4193 itself.
        let is_block =
            text[end..].starts_with(b"/7") || text[end..].starts_with(b"/8") || text[end..].starts_with(b"/10");
        let kind = address_kind(address.into(), options).filter(|_| !is_block)?;
        Some(HostHit {
            start,
            end,
            kind,
            host: format!("[{address}]"),
        })
    }
}
