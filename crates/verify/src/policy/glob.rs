//! Patterns over names of images, as the policy controller has them.

use crate::Reference;

/// `*` stands for any characters but `/`, `**` for any. A name without a registry is one of Docker Hub.
///
/// Source: [policy controller, "Image patterns"](https://docs.sigstore.dev/policy-controller/overview/).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    whole: String,
}

impl Glob {
    /// The pattern with this text.
    pub fn new(text: &str) -> Self {
        let parts: Vec<_> = text.split('/').collect();
        let whole = match parts.as_slice() {
            // A lone `**` holds every image of every registry.
            [single] if single.contains("**") => text.to_owned(),
            [_] => format!("docker.io/library/{text}"),
            [first, _] if !first.contains(['.', ':', '*']) && *first != "localhost" => format!("docker.io/{text}"),
            ["index.docker.io" | "registry-1.docker.io", rest @ ..] => format!("docker.io/{}", rest.join("/")),
            _ => text.to_owned(),
        };
        Self {
            text: text.to_owned(),
            whole,
        }
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches the name, with or without tag and digest.
    pub fn is_match(&self, reference: &Reference) -> bool {
        let pattern = self.whole.as_bytes();
        matches(pattern, reference.name().as_bytes()) || matches(pattern, reference.to_string().as_bytes())
    }
}

/// Without recursion and in time of both lengths multiplied: a pattern of many stars must not take for ever.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // The places in the pattern that can be reached after each byte of the name.
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    pass_stars(pattern, &mut reached);
    for &byte in name {
        let mut next = vec![false; pattern.len() + 1];
        for at in (0..pattern.len()).filter(|&at| reached[at]) {
            match (star(pattern, at), pattern[at]) {
                (2, _) => next[at] = true,
                (1, _) if byte != b'/' => next[at] = true,
                (1, _) => {}
                (_, literal) if literal == byte => next[at + 1] = true,
                _ => {}
            }
        }
        pass_stars(pattern, &mut next);
        reached = next;
    }
    reached[pattern.len()]
}

/// How many stars stand at `at`: at most two count as one sign.
fn star(pattern: &[u8], at: usize) -> usize {
    pattern[at..].iter().take(2).take_while(|&&byte| byte == b'*').count()
}

/// Stars may stand for nothing.
fn pass_stars(pattern: &[u8], reached: &mut [bool]) {
    for at in 0..pattern.len() {
        if reached[at] {
            let stars = star(pattern, at);
            if stars > 0 {
                reached[at + stars] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(glob: &str, name: &str) -> bool {
        Glob::new(glob).is_match(&Reference::parse(name).unwrap())
    }

    #[test]
    fn stars_stay_within_a_part_and_double_stars_do_not() {
        for (glob, name, expected) in [
            ("**", "ghcr.io/a/b/c:1", true),
            ("*", "nginx", true),
            ("*", "ghcr.io/a/b", false),
            ("nginx*", "nginx:1.27", true),
            ("ollama/*", "ollama/ollama:0.5", true),
            ("index.docker.io/library/nginx", "nginx", true),
            ("ghcr.io/acme/*", "ghcr.io/acme/llm:1", true),
            ("ghcr.io/acme/*", "ghcr.io/acme/x/llm:1", false),
            ("ghcr.io/acme/**", "ghcr.io/acme/x/llm:1", true),
            ("ghcr.io/acme/**", "ghcr.io/acme-evil/llm", false),
            ("**-optimized**", "docker.io/x/llm-optimized:1", true),
            (
                "ghcr.io/acme/llm",
                "ghcr.io/acme/llm@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                true,
            ),
        ] {
            assert_eq!(is_match(glob, name), expected, "{glob} {name}");
        }
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        assert!(!is_match(&"*a".repeat(100), &format!("x.example/{}", "a".repeat(200))));
    }
}
