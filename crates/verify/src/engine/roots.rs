//! Trusted roots: whose certificates, logs and timestamps count.

use std::fmt;

use sigstore_trust_root::{SIGSTORE_GITHUB_TRUSTED_ROOT, SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_types::DerCertificate;
use sigstore_verify::Verifier;
use thiserror::Error;

use super::authorities::Authorities;
use super::error::visible;

/// A trusted root, ready for use.
///
/// Format: [`trusted_root.json`](https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto).
pub struct Root {
    name: String,
    trusted: TrustedRoot,
    pub(super) verifier: Verifier,
    pub(super) authorities: Authorities,
}

/// Why a root cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the trusted root `{name}` cannot be used: {problem}")]
pub struct RootError {
    /// The name of the root.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Root {
    /// The root of Sigstore's public-good instance, as it was when this program was built.
    ///
    /// # Errors
    ///
    /// None, unless the engine's own copy is broken.
    pub fn public_good() -> Result<Self, RootError> {
        Self::parse("public-good", SIGSTORE_PRODUCTION_TRUSTED_ROOT)
    }

    /// The root of GitHub's instance, which signs attestations of private repositories.
    ///
    /// # Errors
    ///
    /// None, unless the engine's own copy is broken.
    pub fn github() -> Result<Self, RootError> {
        Self::parse("github", SIGSTORE_GITHUB_TRUSTED_ROOT)
    }

    /// The root with this text.
    ///
    /// # Errors
    ///
    /// No trusted root, or one with a key or certificate that cannot be used: a root that is followed in part would be followed wrongly.
    pub fn parse(name: &str, json: &str) -> Result<Self, RootError> {
        let problem = |text: String| RootError {
            name: name.to_owned(),
            problem: visible(&text),
        };
        let trusted = TrustedRoot::from_json(json).map_err(|error| problem(error.to_string()))?;
        Self::of(name, trusted)
    }

    fn of(name: &str, trusted: TrustedRoot) -> Result<Self, RootError> {
        let problem = |text: String| RootError {
            name: name.to_owned(),
            problem: visible(&text),
        };
        let verifier = Verifier::new(&trusted).map_err(|error| problem(error.to_string()))?;
        let certificates = trusted
            .certificate_authorities
            .iter()
            .flat_map(|authority| &authority.cert_chain.certificates)
            .map(|entry| entry.raw_bytes.as_bytes());
        let authorities = Authorities::new(certificates);
        let authorities = authorities.ok_or_else(|| problem("a certificate cannot be read".to_owned()))?;
        Ok(Self {
            name: name.to_owned(),
            trusted,
            verifier,
            authorities,
        })
    }

    /// The same logs and timestamp authorities with other certificate authorities: the chain of an organisation, issuer first.
    ///
    /// # Errors
    ///
    /// A certificate that cannot be used.
    pub fn with_authority(&self, name: &str, chain: &[Vec<u8>]) -> Result<Self, RootError> {
        let problem = |text: String| RootError {
            name: name.to_owned(),
            problem: visible(&text),
        };
        let certificates = chain.iter().map(|der| DerCertificate::new(der.clone()).to_pem());
        let json = serde_json::json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "certificateAuthorities": [{
                "subject": {"organization": name, "commonName": name},
                "uri": "",
                "certChain": {"certificates": certificates
                    .map(|pem| serde_json::json!({"rawBytes": pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()}))
                    .collect::<Vec<_>>()},
                "validFor": {"start": "1970-01-01T00:00:00Z"}
            }]
        });
        let authority = TrustedRoot::from_json(&json.to_string()).map_err(|error| problem(error.to_string()))?;
        let mut trusted = self.trusted.clone();
        trusted.certificate_authorities = authority.certificate_authorities;
        Self::of(name, trusted)
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it knows a transparency log. Without one, timestamps alone say when a signature was made.
    pub fn has_log(&self) -> bool {
        !self.trusted.tlogs.is_empty()
    }

    /// Whether it knows a log of certificates.
    pub fn has_certificate_log(&self) -> bool {
        !self.trusted.ctlogs.is_empty()
    }

    /// The last moment at which one of its certificate authorities is valid, in seconds since 1970; `None` if it has none.
    pub fn valid_until(&self) -> Option<i64> {
        self.authorities.valid_until()
    }

    /// Whether it knows an authority for timestamps.
    pub fn has_timestamp_authority(&self) -> bool {
        !self.trusted.timestamp_authorities.is_empty()
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_that_come_with_the_program_can_be_used() {
        let public = Root::public_good().unwrap();
        let github = Root::github().unwrap();

        assert!(public.has_log() && public.has_certificate_log() && public.has_timestamp_authority());
        assert!(github.has_timestamp_authority());
    }

    #[test]
    fn what_is_no_root_is_an_error_that_names_it() {
        let error = Root::parse("mine", "{}").unwrap_err();

        assert_eq!(error.name, "mine");
    }
}
