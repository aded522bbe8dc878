//! Which paths have owners, by the text of a CODEOWNERS file.
//!
//! Source: [GitHub, about code owners](https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners):
//! patterns as in `.gitignore` without `!` and `[ ]`; the last one that matches counts, and one without owners takes them away.
//! GitLab adds sections, whose owners count beside those of other sections; here a section is passed over and its lines count.

/// Those of the paths that have no owner.
pub(crate) fn unowned(text: &str, paths: &[String]) -> Vec<String> {
    let lines: Vec<(&str, bool)> = text.lines().filter_map(line).collect();
    let is_owned = |path: &str| {
        let last = lines.iter().rev().find(|(pattern, _)| matches(pattern, path));
        last.is_some_and(|(_, has_owner)| *has_owner)
    };
    paths.iter().filter(|path| !is_owned(path)).cloned().collect()
}

/// A pattern, and whether owners follow.
fn line(line: &str) -> Option<(&str, bool)> {
    let line = line.split(" #").next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with(['#', '[', '^']) {
        return None;
    }
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let has_owner = words.any(|word| word.contains('@'));
    Some((pattern, has_owner))
}

fn matches(pattern: &str, path: &str) -> bool {
    let is_anchored = pattern.trim_end_matches('/').contains('/');
    let is_folder = pattern.ends_with('/');
    let pattern: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    let starts = if is_anchored { 0..1 } else { 0..path.len() };
    starts
        .into_iter()
        .any(|start| parts_match(&pattern, &path[start..], is_folder))
}

/// Whether the pattern matches the path, or a folder above it.
fn parts_match(pattern: &[&str], path: &[&str], is_folder: bool) -> bool {
    match (pattern, path) {
        ([], []) => !is_folder,
        // What matches a folder matches everything in it; `docs/*` is the exception and matches files in `docs` alone.
        ([], _) => true,
        (["**"], _) => !path.is_empty(),
        (["**", rest @ ..], _) => (0..=path.len()).any(|skipped| parts_match(rest, &path[skipped..], is_folder)),
        ([last @ "*"], [name, rest @ ..]) => part_matches(last, name) && (rest.is_empty() || is_folder),
        ([first, rest @ ..], [name, below @ ..]) => part_matches(first, name) && parts_match(rest, below, is_folder),
        (_, []) => false,
    }
}

/// Whether a name matches a pattern with `*` and `?`.
fn part_matches(pattern: &str, name: &str) -> bool {
    let mut after_star = pattern.split('*');
    let first = after_star.next().unwrap_or_default();
    let same = |pattern: &str, name: &str| {
        pattern.len() == name.len() && pattern.bytes().zip(name.bytes()).all(|(a, b)| a == b'?' || a == b)
    };
    let Some(start) = name.get(..first.len()).filter(|start| same(first, start)) else {
        return false;
    };
    let mut rest = &name[start.len()..];
    let parts: Vec<&str> = after_star.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let at = (0..=rest.len()).find(|&at| rest.get(at..at + part.len()).is_some_and(|there| same(part, there)));
        match at {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    let end = rest.len().checked_sub(last.len()).and_then(|at| rest.get(at..));
    end.is_some_and(|end| same(last, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(text: &str, path: &str) -> bool {
        unowned(text, &[path.to_owned()]).is_empty()
    }

    #[test]
    fn patterns_match_as_the_documentation_says() {
        for (pattern, path, expected) in [
            ("*", "a/b.txt", true),
            ("*.js", "a/b.js", true),
            ("*.js", "a/b.jsx", false),
            ("/build/logs/", "build/logs/x/y", true),
            ("/build/logs/", "a/build/logs/x", false),
            ("docs/*", "docs/a.md", true),
            ("docs/*", "docs/app/a.md", false),
            ("apps/", "x/apps/a", true),
            ("/docs/", "docs/a/b", true),
            ("**/logs", "a/b/logs/c", true),
            ("**/logs", "logs", true),
            (".github/", ".github/workflows/a.yml", true),
            ("/.github/**", ".github/workflows/a.yml", true),
            ("weighbridge.toml", "weighbridge.toml", true),
            ("/weighbridge*", "weighbridge-baseline.json", true),
            ("weigh?ridge.toml", "weighbridge.toml", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("weighbridge.toml/", "weighbridge.toml", false),
        ] {
            assert_eq!(owned(&format!("{pattern} @a"), path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_last_match_counts_and_may_take_owners_away() {
        assert!(!owned("* @a\n/weighbridge.toml\n", "weighbridge.toml"));
        assert!(owned("/weighbridge.toml\n* a@b.example # why\n", "weighbridge.toml"));
        assert!(!owned("# * @a\n[section] @a\n", "weighbridge.toml"));
    }
}
