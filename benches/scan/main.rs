//! What each step of a scan costs, through the public interface.
//!
//! `cargo bench --bench scan`; `-- lexer` for one of them. A step inside the engine is measured with rules that need that step and
//! nothing behind it. Every text is made here and is the same on each run; that a text costs what its name says is asserted once,
//! before the clock starts. Against other tools: `peers/run.py`.

mod inputs;
mod rules;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use weighbridge_core::{Report, Summary};
use weighbridge_emit::{Context, Format, Style, emit};
use weighbridge_rules::Rule;
use weighbridge_scan::{Options, Scanner};

use inputs::{MEGABYTE, code, source, with_lines_in_every};
use rules::{all, of_page, of_shelf, uses};

fn main() {
    divan::main();
}

/// One text, one set of rules, one worker: bytes a second.
fn scan_with(bencher: Bencher<'_, '_>, rules: &[Rule], text: &str, findings: Findings) {
    let scanner = Scanner::new(uses(rules), Options::default(), true);
    let mut worker = scanner.worker();
    let source = source(text);
    let found = worker.scan(&source).findings.len();
    assert_eq!(found > 0, findings == Findings::Some, "{found} findings");
    bencher
        .counter(BytesCount::of_str(text))
        .bench_local(|| worker.scan(black_box(&source)));
}

/// Whether a text is to give findings.
#[derive(Clone, Copy, PartialEq)]
enum Findings {
    None,
    Some,
}

/// The pass that every file costs.
mod prefilter {
    use super::{Bencher, Findings, MEGABYTE, all, code, of_shelf, scan_with, with_lines_in_every};

    /// No word of any rule: the pass and nothing else.
    #[divan::bench]
    fn without_hits(bencher: Bencher<'_, '_>) {
        scan_with(bencher, &all(), &code(MEGABYTE), Findings::None);
    }

    /// The rarest word of a rule, again and again, in a file that lacks the other words of that rule.
    #[divan::bench]
    fn with_words_that_lack_their_partners(bencher: Bencher<'_, '_>) {
        let text = with_lines_in_every(1, MEGABYTE, "    paramiko = tarfile = hashlib\n");
        scan_with(bencher, &of_shelf("python"), &text, Findings::None);
    }

    /// The words of two rules in comments only: the pass, and the lexer which finds that they are no code.
    #[divan::bench]
    fn with_words_in_comments(bencher: Bencher<'_, '_>) {
        let text = with_lines_in_every(1, MEGABYTE, "    # pickle.load(file), eval(text)\n");
        scan_with(bencher, &of_shelf("python"), &text, Findings::None);
    }
}

/// Logical lines, strings and comments of a whole file, for one word that stands in code where the rule wants a string.
#[divan::bench]
fn lexer(bencher: Bencher<'_, '_>) {
    let text = code(MEGABYTE) + "quixotic = 1\n";
    scan_with(bencher, &[of_page(rules::STRINGS_ONLY)], &text, Findings::None);
}

/// What a hit costs beyond the lexer.
mod statements {
    use super::{Bencher, Findings, MEGABYTE, of_page, rules, scan_with, with_lines_in_every};

    /// A megabyte in which every `n`th function has a statement that is parsed and does not satisfy the rule's condition.
    #[divan::bench(args = [1, 10, 100])]
    fn calls(bencher: Bencher<'_, '_>, functions: usize) {
        let line = "    total = package.quixotic(\"constant\", mode=7)\n";
        let text = "import package\n".to_owned() + &with_lines_in_every(functions, MEGABYTE, line);
        scan_with(bencher, &[of_page(rules::CALLS)], &text, Findings::None);
    }

    /// The same with a builtin, a name that the file could bind anywhere.
    #[divan::bench(args = [1, 10, 100])]
    fn builtin_calls(bencher: Bencher<'_, '_>, functions: usize) {
        let text = with_lines_in_every(functions, MEGABYTE, "    total = quixotic(\"constant\", mode=7)\n");
        scan_with(bencher, &[of_page(rules::CALLS)], &text, Findings::None);
    }

    /// The same with a query.
    #[divan::bench(args = [1, 10, 100])]
    fn query(bencher: Bencher<'_, '_>, functions: usize) {
        let text = with_lines_in_every(functions, MEGABYTE, "    assert total, \"quixotic\"\n");
        scan_with(bencher, &[of_page(rules::QUERY)], &text, Findings::None);
    }

    /// The same with an expression; nothing is parsed.
    #[divan::bench(args = [1, 10, 100])]
    fn pattern(bencher: Bencher<'_, '_>, functions: usize) {
        let text = with_lines_in_every(functions, MEGABYTE, "    total = \"quixotic-0123456789abcdeX\"\n");
        scan_with(bencher, &[of_page(rules::PATTERN)], &text, Findings::None);
    }
}

/// All built-in rules over one file.
mod file {
    use super::{Bencher, Findings, MEGABYTE, all, code, inputs, scan_with, with_lines_in_every};

    /// Imports and calls as real code has them, nothing to report.
    #[divan::bench]
    fn without_findings(bencher: Bencher<'_, '_>) {
        let text = inputs::IMPORTS.to_owned() + &with_lines_in_every(4, MEGABYTE, inputs::HARMLESS);
        scan_with(bencher, &all(), &text, Findings::None);
    }

    /// A finding in every fortieth function.
    #[divan::bench]
    fn with_findings(bencher: Bencher<'_, '_>) {
        let text = inputs::IMPORTS.to_owned() + &with_lines_in_every(40, MEGABYTE, inputs::FAULTY);
        scan_with(bencher, &all(), &text, Findings::Some);
    }

    /// A file of usual size with one finding.
    #[divan::bench]
    fn small(bencher: Bencher<'_, '_>) {
        let text = inputs::IMPORTS.to_owned() + &code(8_000) + inputs::FAULTY;
        scan_with(bencher, &all(), &text, Findings::Some);
    }
}

/// From rules to the first answer, as a commit hook pays for it.
mod start {
    use super::{Bencher, Options, Scanner, all, black_box, code, inputs, source, uses};

    /// Built for few files or for many; the many pay for it in `file`.
    #[divan::bench(args = [false, true])]
    fn first_file(bencher: Bencher<'_, '_>, many_files: bool) {
        let rules = all();
        let text = inputs::IMPORTS.to_owned() + &code(5_000) + inputs::FAULTY;
        let source = source(&text);
        bencher.bench_local(|| {
            let scanner = Scanner::new(uses(&rules), Options::default(), many_files);
            scanner.worker().scan(black_box(&source))
        });
    }

    /// Without the file.
    #[divan::bench]
    fn scanner(bencher: Bencher<'_, '_>) {
        let rules = all();
        bencher.bench_local(|| {
            // What is made when a file comes is not in here.
            black_box(Scanner::new(uses(&rules), Options::default(), false));
        });
    }
}

/// The automaton that is quick to make against the one that is quick to run: over one text, first file and building not counted.
#[divan::bench(args = [false, true])]
fn automaton(bencher: Bencher<'_, '_>, many_files: bool) {
    let rules = all();
    let scanner = Scanner::new(uses(&rules), Options::default(), many_files);
    let mut worker = scanner.worker();
    let text = code(MEGABYTE);
    let source = source(&text);
    worker.scan(&source);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| worker.scan(black_box(&source)));
}

/// A thousand findings as a report.
#[divan::bench(args = [Format::Sarif, Format::Jsonl, Format::Text])]
fn report(bencher: Bencher<'_, '_>, format: Format) {
    let rules = all();
    let text = inputs::IMPORTS.to_owned() + &inputs::FAULTY.repeat(1000);
    let scanner = Scanner::new(uses(&rules), Options::default(), false);
    let mut findings = scanner.worker().scan(&source(&text)).findings;
    findings.truncate(1000);
    assert_eq!(findings.len(), 1000);
    let report = Report::new(findings, Vec::new(), Summary::default());
    let mut known: Vec<_> = rules.iter().collect();
    known.sort_by(|a, b| a.id.cmp(&b.id));
    let context = Context {
        rules: &known,
        read_digest: None,
        version: "0.0.0",
        fail_on: None,
        style: Style::default(),
        pages: Context::PAGES,
    };
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| {
        out.clear();
        emit(format, &report, &context, &mut out).expect("memory can be written to");
    });
}
