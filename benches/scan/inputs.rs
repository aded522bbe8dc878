//! Texts to scan, made by a small generator: the same on each run and on each machine.

use std::fmt::Write as _;

use weighbridge_core::{Source, SourcePath};
use weighbridge_scan::language_of;

pub(crate) const MEGABYTE: usize = 1_000_000;

/// The head of a file that uses what many rules look at.
pub(crate) const IMPORTS: &str = "import hashlib\nimport os\nimport pickle\nimport subprocess as sp\nimport yaml\n\n";

/// Calls that rules look at and do not mind.
pub(crate) const HARMLESS: &str = "    sp.run([\"git\", \"status\"], check=True)
    settings = yaml.safe_load(text)
    digest = hashlib.sha256(settings).hexdigest()
    # pickle.load(file) was here
    os.path.join(folder, \"pickle.load(file)\")
";

/// A finding of `python/pickle-load`.
pub(crate) const FAULTY: &str = "    model = pickle.load(file)\n";

/// Words that no rule looks for.
const WORDS: [&str; 24] = [
    "amount", "basket", "column", "distance", "element", "fraction", "garden", "height", "index", "journey", "kernel",
    "ledger", "margin", "number", "offset", "parcel", "quarter", "radius", "sample", "total", "unit", "volume",
    "width", "year",
];

/// Python of about `bytes` bytes in which no rule has anything to look for.
pub(crate) fn code(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 512);
    let mut draw = Draw(1);
    while text.len() < bytes {
        function(&mut text, &mut draw);
    }
    text
}

/// [`code`], with `lines` in every `n`th function, as statements of their own; they must be indented by four. A function has 15
/// lines and about 600 bytes.
pub(crate) fn with_lines_in_every(n: usize, bytes: usize, lines: &str) -> String {
    let mut functions = 0;
    let mut text = String::with_capacity(bytes + bytes / 4);
    for known in code(bytes).split_inclusive('\n') {
        // The loop is where a statement can stand in front: not in the string, and not in the brackets behind it.
        if known.starts_with("    for ") {
            functions += 1;
            if functions % n == 0 {
                text.push_str(lines);
            }
        }
        text.push_str(known);
    }
    text
}

/// The text as a Python file.
pub(crate) fn source(text: &str) -> Source<'_> {
    let path = SourcePath::new(b"package/module.py");
    let language = language_of(&path, text.as_bytes());
    Source::new(path, language, text.as_bytes())
}

fn function(text: &mut String, draw: &mut Draw) {
    let mut word = || WORDS[draw.below(WORDS.len())];
    let (a, b, c, d) = (word(), word(), word(), word());
    let number = draw.below(1000);
    write!(
        text,
        "def {a}_of_{b}({c}, {d}=None):
    \"\"\"The {a} of a {b}, or {number} if there is no {d}.

    The {c} counts from one; a {d} that lies behind the {b} is the last one.
    \"\"\"
    if {d} is None or {d} < {number}:
        return {number}
    {b} = [{a}.{d}({c}, {number}) for {a} in {c} if {a}]
    # The {b} is sorted: the {a} comes first.
    for {a}, {b}_{a} in enumerate({b}):
        {d} += {a} * {b}_{a} / {number}
        {c}[{a}] = f\"{{{d}:.2f}} {a}s\"
    return {{
        \"{a}\": {d},
        '{b}': {c}[:{number}],
    }}


"
    )
    .expect("writing to a string does not fail");
}

/// Numbers that look drawn by lot.
///
/// Source: L'Ecuyer, [Tables of linear congruential generators](https://doi.org/10.1090/S0025-5718-99-00996-5), modulus 2^64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(3_935_559_000_370_003_845).wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % limit
    }
}
