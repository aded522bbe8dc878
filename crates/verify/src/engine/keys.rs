//! Public keys, and signatures checked with a key alone.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    UnparsedPublicKey, VerificationAlgorithm,
};
use sigstore_types::{DerCertificate, DerPublicKey};
use thiserror::Error;

use crate::ImageDigest;

/// A public key that may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    pub(super) der: DerPublicKey,
    kind: Kind,
}

/// The kinds of keys, as their public key information begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    P256,
    P384,
    P521,
    Ed25519,
    Rsa,
}

/// The digest that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// What everybody takes unless told otherwise.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No `PUBLIC KEY` in PEM.
    #[error("it is no PEM block `PUBLIC KEY`")]
    Pem,
    /// A kind of key that cannot be checked.
    #[error("it is none of ECDSA on P-256, P-384 or P-521, Ed25519 and RSA")]
    Kind,
}

/// The bytes with which the public key information of each kind begins, behind the outer length.
const KINDS: [(&[u8], Kind); 5] = [
    (
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
        Kind::P256,
    ),
    (
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22",
        Kind::P384,
    ),
    (
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23",
        Kind::P521,
    ),
    (b"\x06\x03\x2b\x65\x70", Kind::Ed25519),
    (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", Kind::Rsa),
];

impl PublicKey {
    /// The key in a PEM text.
    ///
    /// # Errors
    ///
    /// No key, or one of a kind that cannot be checked.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = DerPublicKey::from_pem(text.trim()).map_err(|_| KeyError::Pem)?;
        let bytes = der.as_bytes();
        // Behind the headers of two sequences, which are at most four bytes each.
        let kind = KINDS.iter().find(|(start, _)| {
            let within = &bytes[..bytes.len().min(8 + start.len())];
            within.windows(start.len()).any(|window| window == *start)
        });
        let kind = kind.map(|(_, kind)| *kind).ok_or(KeyError::Kind)?;
        Ok(Self { der, kind })
    }

    /// SHA-256 over the public key information: what names the key in messages.
    pub fn fingerprint(&self) -> String {
        ImageDigest::of(self.der.as_bytes()).to_string()
    }

    /// Whether the engine can check whole bundles with it.
    pub(super) fn is_known_to_the_engine(&self) -> bool {
        self.kind != Kind::P521
    }

    /// Whether `signature` over `message` is of this key. Without `hash`: SHA-256, or the hash that goes with the curve.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8], hash: Option<HashAlgorithm>) -> bool {
        self.algorithms(hash).iter().any(|algorithm| {
            UnparsedPublicKey::new(*algorithm, self.der.as_bytes())
                .verify(message, signature)
                .is_ok()
        })
    }

    fn algorithms(&self, hash: Option<HashAlgorithm>) -> &'static [&'static dyn VerificationAlgorithm] {
        use HashAlgorithm::{Sha256, Sha384, Sha512};

        match (self.kind, hash) {
            (Kind::P256, None | Some(Sha256)) => &[&ECDSA_P256_SHA256_ASN1],
            (Kind::P256, Some(Sha384)) => &[&ECDSA_P256_SHA384_ASN1],
            (Kind::P256, Some(Sha512)) => &[&ECDSA_P256_SHA512_ASN1],
            (Kind::P384, None) => &[&ECDSA_P384_SHA256_ASN1, &ECDSA_P384_SHA384_ASN1],
            (Kind::P384, Some(Sha256)) => &[&ECDSA_P384_SHA256_ASN1],
            (Kind::P384, Some(Sha384)) => &[&ECDSA_P384_SHA384_ASN1],
            (Kind::P384, Some(Sha512)) => &[&ECDSA_P384_SHA512_ASN1],
            (Kind::P521, None) => &[&ECDSA_P521_SHA256_ASN1, &ECDSA_P521_SHA512_ASN1],
            (Kind::P521, Some(Sha256)) => &[&ECDSA_P521_SHA256_ASN1],
            (Kind::P521, Some(Sha384)) => &[&ECDSA_P521_SHA384_ASN1],
            (Kind::P521, Some(Sha512)) => &[&ECDSA_P521_SHA512_ASN1],
            (Kind::Ed25519, _) => &[&ED25519],
            (Kind::Rsa, None | Some(Sha256)) => &[&RSA_PKCS1_2048_8192_SHA256, &RSA_PSS_2048_8192_SHA256],
            (Kind::Rsa, Some(Sha384)) => &[&RSA_PKCS1_2048_8192_SHA384, &RSA_PSS_2048_8192_SHA384],
            (Kind::Rsa, Some(Sha512)) => &[&RSA_PKCS1_2048_8192_SHA512, &RSA_PSS_2048_8192_SHA512],
        }
    }
}

/// The bytes of a certificate in PEM. A public key in its place is none (GHSA-fx35-mq7g-6g98).
pub(crate) fn certificate_der(pem: &str) -> Option<Vec<u8>> {
    let certificate = DerCertificate::from_pem(pem.trim()).ok()?;
    Some(certificate.as_bytes().to_vec())
}
