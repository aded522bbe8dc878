//! When the authorities of a trusted root were valid by their own certificates.
//!
//! The engine takes the certificates of a root for anchors, whose validity nobody looks at; one that has expired could then still issue
//! (CVE-2026-24122).

use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

/// The certificates of the authorities of a root.
#[derive(Debug)]
pub(super) struct Authorities(Vec<Authority>);

#[derive(Debug)]
struct Authority {
    subject: Vec<u8>,
    issuer: Vec<u8>,
    /// In seconds since 1970, both ends included.
    from: i64,
    until: i64,
}

impl Authorities {
    /// The authorities with these certificates; `None` if one of them cannot be read.
    pub(super) fn new<'c>(certificates: impl Iterator<Item = &'c [u8]>) -> Option<Self> {
        certificates.map(Authority::read).collect::<Option<_>>().map(Self)
    }

    /// Whether the authority that issued the certificate, and those above it, were valid at all these times. Of several of one name one suffices.
    pub(super) fn were_valid(&self, certificate: &[u8], mut times: impl Iterator<Item = i64>) -> bool {
        Authority::read(certificate).is_some_and(|leaf| times.all(|time| self.was_valid(&leaf.issuer, time, 0)))
    }

    /// The last moment at which one of them is valid.
    pub(super) fn valid_until(&self) -> Option<i64> {
        self.0.iter().map(|authority| authority.until).max()
    }

    fn was_valid(&self, subject: &[u8], time: i64, depth: usize) -> bool {
        let mut named = self
            .0
            .iter()
            .filter(|authority| authority.subject == subject)
            .peekable();
        if named.peek().is_none() {
            // Above the anchors of the root there is nothing to look at; the engine has found the way up to one.
            return depth > 0;
        }
        named.any(|authority| {
            let is_valid = (authority.from..=authority.until).contains(&time);
            let is_top = authority.issuer == authority.subject || depth > 8;
            is_valid && (is_top || self.was_valid(&authority.issuer, time, depth + 1))
        })
    }
}

impl Authority {
    fn read(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
        Some(Self {
            subject: certificate.subject.to_der().ok()?,
            issuer: certificate.issuer.to_der().ok()?,
            from: seconds(certificate.validity.not_before)?,
            until: seconds(certificate.validity.not_after)?,
        })
    }
}
