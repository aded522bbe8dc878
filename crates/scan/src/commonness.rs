//! How common a word is in source code, so that the prefilter looks for the rarest.

/// Words counted in a corpus of Python packages, roughly: files in a thousand that hold the word.
const COMMON: &[(&str, u32)] = &[
    ("__init__", 900),
    ("add", 500),
    ("append", 600),
    ("base", 500),
    ("call", 400),
    ("check", 400),
    ("code", 500),
    ("compile", 120),
    ("config", 400),
    ("data", 600),
    ("debug", 250),
    ("decode", 200),
    ("delete", 200),
    ("environment", 200),
    ("eval", 100),
    ("exec", 90),
    ("execute", 150),
    ("false", 550),
    ("filter", 250),
    ("format", 500),
    ("function", 500),
    ("get", 800),
    ("hash", 200),
    ("head", 150),
    ("host", 200),
    ("http", 250),
    ("id", 600),
    ("import", 990),
    ("input", 350),
    ("io", 300),
    ("json", 400),
    ("key", 500),
    ("len", 700),
    ("list", 700),
    ("listen", 60),
    ("load", 250),
    ("loads", 120),
    ("logging", 300),
    ("main", 300),
    ("match", 250),
    ("model", 350),
    ("name", 850),
    ("new", 500),
    ("none", 750),
    ("numpy", 350),
    ("open", 350),
    ("option", 300),
    ("options", 250),
    ("os", 450),
    ("pandas", 120),
    ("parse", 250),
    ("patch", 120),
    ("path", 500),
    ("popen", 25),
    ("post", 200),
    ("print", 450),
    ("put", 120),
    ("python", 500),
    ("query", 150),
    ("random", 150),
    ("raw", 150),
    ("read", 350),
    ("request", 250),
    ("requests", 120),
    ("result", 500),
    ("run", 350),
    ("self", 850),
    ("send", 150),
    ("session", 200),
    ("set", 650),
    ("shell", 70),
    ("spawn", 30),
    ("ssl", 60),
    ("string", 450),
    ("subprocess", 70),
    ("sys", 400),
    ("system", 200),
    ("test", 600),
    ("text", 400),
    ("the", 950),
    ("time", 450),
    ("token", 150),
    ("torch", 250),
    ("transformers", 100),
    ("true", 600),
    ("type", 700),
    ("update", 350),
    ("url", 250),
    ("urllib", 120),
    ("use", 600),
    ("value", 600),
    ("verify", 80),
    ("write", 350),
    ("xml", 120),
    ("yaml", 100),
];

/// The larger, the more common. A word that is not in the table is taken for rare, a short one for less rare.
pub(crate) fn commonness(word: &str) -> u32 {
    let lower = word.to_ascii_lowercase();
    if let Ok(index) = COMMON.binary_search_by_key(&lower.as_str(), |(known, _)| known) {
        return COMMON[index].1;
    }
    match word.len() {
        0..=2 => 400,
        3 => 150,
        4 => 60,
        5 => 30,
        length => 20_u32.saturating_sub(u32::try_from(length).unwrap_or(20)) + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn ordinary_words_are_commoner_than_module_names() {
        assert!(commonness("load") > commonness("pickle"));
        assert!(commonness("os") > commonness("system"));
    }
}
