//! The reports that GitLab reads: Code Quality, SAST and Secret Detection.

pub(crate) mod code_quality;
pub(crate) mod security;

use weighbridge_core::SourcePath;

/// The path as GitLab finds it in the repository: relative, without `./`.
fn file(path: &SourcePath) -> String {
    let path = path.to_string();
    let mut rest = path.as_str();
    while let Some(shorter) = rest.strip_prefix("./").or_else(|| rest.strip_prefix('/')) {
        rest = shorter;
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative() {
        assert_eq!(file(&SourcePath::new(b"././/a/./b")), "a/./b");
        assert_eq!(file(&SourcePath::new(b".a/b")), ".a/b");
    }
}
