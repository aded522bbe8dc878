//! Stores in which a file is named by its digest: caches of Hugging Face, stores of Ollama, OCI layouts.
//!
//! None of these tools compares a blob with its name when it loads it (for Ollama, see
//! [issue 9756](https://github.com/ollama/ollama/issues/9756)): what was changed after the download stays unseen.

use super::digest::{Algorithm, FileDigest};
use super::name::FileName;

/// What a file must hold to deserve its name; `None` if its name is no digest.
///
/// * Hugging Face: `models--ORG--NAME/blobs/` and 64 digits, SHA-256, for a large file, or 40, the name that git gives it, for a small one
///   ([cache system](https://huggingface.co/docs/huggingface_hub/guides/manage-cache));
/// * Ollama: `blobs/sha256-` and 64 digits;
/// * OCI layouts: `blobs/sha256/` and 64 digits, `blobs/sha512/` and 128
///   ([image layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md#blobs)).
pub fn content_of(name: &FileName) -> Option<FileDigest> {
    let parts: Vec<&str> = name.parts().collect();
    match parts.as_slice() {
        [.., "blobs", "sha256", digits] => lower(Algorithm::Sha256, digits),
        [.., "blobs", "sha512", digits] => lower(Algorithm::Sha512, digits),
        [.., model, "blobs", digits] if model.starts_with("models--") || model.starts_with("datasets--") => {
            lower(Algorithm::Sha256, digits).or_else(|| lower(Algorithm::GitBlob, digits))
        }
        [.., "blobs", blob] => lower(Algorithm::Sha256, blob.strip_prefix("sha256-")?),
        _ => None,
    }
}

/// These stores write lower case alone; a name in capitals is somebody else's.
fn lower(algorithm: Algorithm, digits: &str) -> Option<FileDigest> {
    FileDigest::parse(algorithm, digits).filter(|digest| digest.digits() == digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stores_name_their_blobs_by_digest() {
        let digits = |count: usize| "a1".repeat(count / 2);
        let algorithm = |name: String| content_of(&FileName::parse(&name).unwrap()).map(|digest| digest.algorithm());

        assert_eq!(
            algorithm(format!("hub/models--a--b/blobs/{}", digits(64))),
            Some(Algorithm::Sha256)
        );
        assert_eq!(
            algorithm(format!("models--a--b/blobs/{}", digits(40))),
            Some(Algorithm::GitBlob)
        );
        assert_eq!(
            algorithm(format!("models/blobs/sha256-{}", digits(64))),
            Some(Algorithm::Sha256)
        );
        assert_eq!(
            algorithm(format!("layout/blobs/sha512/{}", digits(128))),
            Some(Algorithm::Sha512)
        );
        for other in [
            format!("blobs/{}", digits(64)),
            format!("models--a--b/blobs/{}.incomplete", digits(64)),
            format!("blobs/sha256/{}", digits(62)),
            format!("blobs/sha256-{}", digits(64).to_uppercase()),
        ] {
            assert_eq!(algorithm(other.clone()), None, "{other}");
        }
    }
}
