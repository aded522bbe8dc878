//! Reads the authority of URLs: `scheme://user:password@host:port`.

use memchr::memmem;
use url::Host;

use super::address::address_kind;
use super::name::{Place, name_kind};
use super::{HostHit, HostKind, HostOptions, View};

/// Schemes whose authority is a host. Any other may name anything: `resource://data`, `user://{id}`.
#[rustfmt::skip]
const SCHEMES: &[&str] = &[
    "amqp", "amqps", "bolt", "clickhouse", "cockroachdb", "docker", "elasticsearch", "ftp", "ftps", "git", "grpc",
    "grpcs", "http", "https", "imap", "imaps", "influxdb", "kafka", "ldap", "ldaps", "mariadb", "memcached",
    "mongodb", "mqtt", "mqtts", "mssql", "mysql", "nats", "neo4j", "neo4j+s", "nfs", "oci", "opc.tcp", "oracle",
    "postgres", "postgresql", "pulsar", "rdp", "redis", "rediss", "rsync", "rtmp", "rtsp", "sftp", "smb", "cifs",
    "smtp", "smtps", "snmp", "socks4", "socks5", "socks5h", "sqlserver", "ssh", "stomp", "svn", "tcp", "telnet",
    "tls", "trino", "udp", "vnc", "ws", "wss", "zookeeper",
];

/// Passwords that nobody uses, or that stand for another.
#[rustfmt::skip]
const EXAMPLE_PASSWORDS: &[&str] = &[
    "changeme", "credential", "credentials", "example", "key", "pass", "passwd", "password", "pat", "pw", "pwd",
    "redacted", "secret", "token", "xxx", "mypassword", "mypass", "secretpassword", "s3cret", "secret123",
    "userpass", "dbpass", "db_password", "dbpassword", "apikey", "api_key", "api-key", "access_token", "p",
    "passw0rd", "p@ssw0rd", "pass123", "hunter2", "x-oauth-basic",
];

/// Hosts and passwords in the URLs of a text, and the ranges the URLs take up, sorted.
pub(super) fn url_hosts(view: &View<'_>, options: &HostOptions<'_>) -> (Vec<HostHit>, Vec<(usize, usize)>) {
    let mut hits = Vec::new();
    let mut urls: Vec<(usize, usize)> = Vec::new();
    for at in memmem::find_iter(view.text, b"://") {
        let scheme = scheme_before(view.text, at);
        let authority = Authority::read(view, at + 3);
        // A URL inside another ends where that one does; to look for the end again would take quadratic time.
        let known = urls.last().map_or(0, |last| last.1);
        let end = if authority.end < known {
            known
        } else {
            authority.end + view.tail_length(authority.end)
        };
        match urls.last_mut() {
            Some(last) if last.1 > at - scheme.len() => last.1 = end,
            _ => urls.push((at - scheme.len(), end)),
        }
        if is_network_scheme(scheme) {
            authority.hits(view, options, &mut hits);
        }
    }
    (hits, urls)
}

/// The scheme that ends at `at`, 32 bytes at most.
fn scheme_before(text: &[u8], at: usize) -> &[u8] {
    let window = &text[at.saturating_sub(32)..at];
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    &window[window
        .iter()
        .rposition(|byte| !is_scheme(byte))
        .map_or(0, |last| last + 1)..]
}

/// `postgresql+psycopg2` and `mongodb+srv` count by what stands before the plus, `git+ssh` as well.
fn is_network_scheme(scheme: &[u8]) -> bool {
    let scheme = scheme.to_ascii_lowercase();
    // JSON strings run an escape into the scheme: `"\nhttps://…`.
    let known = |name: &[u8]| SCHEMES.iter().any(|known| known.as_bytes() == name);
    let base = scheme.split(|&byte| byte == b'+').next().unwrap_or_default();
    known(&scheme) || known(base) || (matches!(base.first(), Some(b'n' | b't')) && known(&base[1..]))
}

impl View<'_> {
    /// Bytes of the path and query of a URL behind its authority, so that plain text begins behind them.
    fn tail_length(&self, from: usize) -> usize {
        let text = &self.text[from..self.next_blank(from)];
        let is_end = |&byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>)]}|\\".contains(&byte) || byte >= 0x80;
        text.iter().position(is_end).unwrap_or(text.len())
    }
}

/// An authority, and how its text goes on.
struct Authority {
    /// First byte behind `://`.
    start: usize,
    /// Where the host begins: behind the last `@`.
    host: usize,
    /// One past the last byte.
    end: usize,
    /// A placeholder or an ellipsis runs into the host.
    is_cut: bool,
}

impl Authority {
    fn read(view: &View<'_>, start: usize) -> Self {
        // Host names have 253 characters at most; users and passwords are given room.
        let limit = view.text.len().min(start + 1024);
        let blank = view.next_blank(start);
        let mut end = start;
        let mut host = start;
        let mut query = None;
        let mut is_in_brackets = false;
        // A placeholder in front of the `@` leaves the host known.
        while end < limit {
            let byte = view.text[end];
            let is_blank = end >= blank && view.touches_blank(end, end) && view.next_blank(end) == end;
            match byte {
                _ if is_blank => {}
                b'@' => {
                    host = end + 1;
                    query = None;
                }
                b'[' if end == host => is_in_brackets = true,
                b']' if is_in_brackets => is_in_brackets = false,
                // A password may hold these raw, if an `@` follows before the URL ends.
                b'?' | b'#' | b';' | b'&' | b'!' | b'*' | b'^' | b'~' if query.is_none() => query = Some(end),
                b'/' | b'\\' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b',' | b'(' | b')' | b']' => break,
                _ if byte.is_ascii_whitespace() || byte.is_ascii_control() => break,
                0x80.. if !is_wide_ascii(view.text, end) => break,
                _ => {}
            }
            end += 1;
        }
        if let Some(query) = query {
            end = query.max(host);
        }
        let mut read = Self {
            start,
            host,
            end,
            is_cut: false,
        };
        read.is_cut = read.has_unknown_host(view);
        read
    }

    fn has_unknown_host(&self, view: &View<'_>) -> bool {
        let host = &view.text[self.host..self.end];
        let rest = &view.text[self.end..];
        view.touches_blank(self.host, self.end)
            || host.ends_with(b"..")
            || host.iter().any(|byte| b"{}$*".contains(byte))
            || (!host.starts_with(b"[") && has_format(host))
            || rest.starts_with("…".as_bytes())
            || (rest.starts_with(b"<") && !rest.starts_with(b"</"))
            || matches!(rest, [b'*' | b'(', ..] | [b'\\', b'.' | b'-' | b'[' | b'd' | b'w', ..])
    }

    fn hits(&self, view: &View<'_>, options: &HostOptions<'_>, hits: &mut Vec<HostHit>) {
        let mut canonical = String::new();
        let mut kind = None;
        // Drivers of clusters take `a:1,b:2`; what follows the first comma is read by `bare`.
        let text = &view.text[self.host..self.end];
        let host = host_of(text);
        if !self.is_cut && !host.is_empty() {
            (canonical, kind) = canonical_host(host, options);
        }
        if let Some((start, end)) = self.password(view)
            && !is_example_password(&view.text[start..end], &view.text[self.start..start - 1], kind)
            && !is_documentation_host(&canonical)
        {
            hits.push(HostHit {
                start,
                end,
                kind: HostKind::UrlPassword,
                host: canonical.clone(),
            });
        }
        if let Some(kind) = kind {
            hits.push(HostHit {
                start: self.host,
                end: self.host + host.len(),
                kind,
                host: canonical,
            });
        }
    }

    /// The range of the password, if one is written out.
    fn password(&self, view: &View<'_>) -> Option<(usize, usize)> {
        let end = self.host.checked_sub(1).filter(|&end| end > self.start)?;
        let colon = memchr::memchr(b':', &view.text[self.start..end])?;
        let start = self.start + colon + 1;
        (start < end && !view.touches_blank(start, end)).then_some((start, end))
    }
}

/// Whether `host` has a percent sign that is no escape, as in `%s.acme.io`.
fn has_format(host: &[u8]) -> bool {
    let is_escape = |at: usize| {
        host.get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    memchr::memchr_iter(b'%', host).any(|at| !is_escape(at))
}

/// The host without its port and without the full stop of a sentence.
fn host_of(text: &[u8]) -> &[u8] {
    let end = if text.starts_with(b"[") {
        memchr::memchr(b']', text).map_or(text.len(), |end| end + 1)
    } else {
        memchr::memchr(b':', text).unwrap_or(text.len())
    };
    let text = &text[..end];
    text.strip_suffix(b".").unwrap_or(text)
}

fn canonical_host(host: &[u8], options: &HostOptions<'_>) -> (String, Option<HostKind>) {
    let Ok(host) = std::str::from_utf8(host) else {
        return (String::new(), None);
    };
    // A zone is no part of the address: `[fe80::1%25eth0]`.
    let without_zone = host
        .split_once('%')
        .map_or(host.to_owned(), |(address, _)| format!("{address}]"));
    let host = if host.starts_with('[') {
        without_zone.as_str()
    } else {
        host
    };
    // `http://WINDOWS_HOST:9222` stands for a host.
    if host.len() > 1
        && host
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-')
    {
        return (String::new(), None);
    }
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => (address.to_string(), address_kind(address.into(), options)),
        Ok(Host::Ipv6(address)) => {
            let text = address
                .to_ipv4_mapped()
                .map_or_else(|| format!("[{address}]"), |mapped| mapped.to_string());
            (text, address_kind(address.into(), options))
        }
        Ok(Host::Domain(name)) => {
            let kind = name_kind(&name, Place::Url, options);
            (name, kind)
        }
        Err(_) => (String::new(), None),
    }
}

fn is_example_password(password: &[u8], user: &[u8], kind: Option<HostKind>) -> bool {
    let lower = password.to_ascii_lowercase();
    let word = lower.trim_ascii_end();
    let is_local = matches!(kind, Some(HostKind::Loopback | HostKind::SingleLabel));
    EXAMPLE_PASSWORDS.iter().any(|example| example.as_bytes() == word)
        || word.iter().any(|byte| b"{}<>[]".contains(byte))
        || word.starts_with(b"$")
        || (word.starts_with(b"%") && word.ends_with(b"%"))
        || word.starts_with(b"your")
        || word.starts_with(b"my-")
        || word.starts_with(b"...")
        || word.iter().all(|byte| *byte == word[0])
        || (is_local && (password.eq_ignore_ascii_case(user) || is_plain_word(word)))
        || (password.contains(&b'_') && password.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_'))
        || [&b"password"[..], b"example", b"redacted", b"***"]
            .iter()
            .any(|part| memmem::find(word, part).is_some())
}

/// `postgres`, `guest`, `dev123`: what a tutorial gives a database on one's own machine.
fn is_plain_word(password: &[u8]) -> bool {
    let letters = password.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    password.len() < 12 && password[letters..].iter().all(u8::is_ascii_digit)
}

fn is_documentation_host(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let second = host.rsplit('.').nth(1).unwrap_or_default();
    second == "example" || matches!(last, "example" | "test" | "invalid")
}

/// Whether the full-width form of a letter, digit or full stop lies at `at`, which resolvers read as ASCII.
fn is_wide_ascii(text: &[u8], at: usize) -> bool {
    // U+FF0E to U+FF5A are EF BC 8E to EF BD 9A.
    let inside = at.saturating_sub(2)..=at;
    inside.into_iter().any(|start| {
        matches!(
            text.get(start..start + 3),
            Some([0xef, 0xbc, 0x8e | 0x90..=0x99 | 0xa1..=0xba] | [0xef, 0xbd, 0x81..=0x9a])
        )
    })
}
