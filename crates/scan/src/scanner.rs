//! Compiled rules, and how a source passes through them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use weighbridge_core::{
    Detection, Extent, Finding, Language, Mask, Notification, Source, admit_first, mask_of, masked_text,
};
use weighbridge_rules::{Detector, RuleUse};

use crate::code::shape::Code;
use crate::code::table::{CallTable, Head};
use crate::code::{self, CodeRules};
use crate::detect::{DETECTORS, INTRANET_HOST, Input};
use crate::doubles::{drop_vaguer_secrets, hide_doubles};
use crate::embed::{self, Split};
use crate::language::{PROMPT, PYTHON, code_in, languages};
use crate::pattern::{self, PatternRule};
use crate::place;
use crate::prefilter::{Builder, Effort, Prefilter, Seeker, Seen};
use crate::prompt::{Context, Prompt};
use crate::python::{self, PythonRules};
use crate::regexes::Regexes;
use crate::region::Regions;
use crate::structure::Structure;
use crate::suppression;
use crate::wanted::{want_code, want_keywords};

/// What a run may decide beside its rules.
#[derive(Clone, Debug)]
pub struct Options {
    /// The organisation's own intranet suffixes: `corp.example`.
    pub intranet_suffixes: Vec<String>,
    /// The organisation's own ranges of addresses: the first address, and how many leading bits all of them share.
    pub intranet_ranges: Vec<(IpAddr, u8)>,
    /// Findings reported of one file; what is beyond becomes a notification.
    pub max_findings: usize,
    /// Whether comments for other tools count: `# nosec`, `# noqa: S602`, `# nosemgrep`.
    pub foreign_suppressions: bool,
    /// Whether somebody reads the line hashes of the findings.
    pub line_hashes: bool,
    /// What is known about images, by the name with which a file runs them. Empty: nobody has looked.
    pub image_verdicts: Arc<BTreeMap<String, ImageVerdict>>,
}

/// What is known about an image that is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageVerdict {
    /// The name of the rule on the shelf `image`: `unsigned`.
    pub rule: &'static str,
    /// Why, in one line.
    pub reason: String,
    /// Whether it is no more than a warning.
    pub is_warning: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            intranet_suffixes: Vec::new(),
            intranet_ranges: Vec::new(),
            max_findings: 10_000,
            foreign_suppressions: true,
            image_verdicts: Arc::default(),
            line_hashes: true,
        }
    }
}

/// What one file came to.
#[derive(Debug, Default)]
pub struct FileReport {
    /// The findings, sorted; suppressed ones are marked.
    pub findings: Vec<Finding>,
    /// What could not be done.
    pub notifications: Vec<Notification>,
    /// What must not be shown of the file.
    pub mask: Mask,
}

/// Compiled rules, immutable, for all threads.
pub struct Scanner<'r> {
    uses: Vec<RuleUse<'r>>,
    options: Options,
    effort: Effort,
    python: PythonRules<'r>,
    patterns: Vec<PatternRule<'r>>,
    regexes: Regexes<'r>,
    /// What each language needs, made when a file in it comes.
    languages: FxHashMap<Language, PerLanguage<'r>>,
}

/// What a language needs beside the rules.
#[derive(Default)]
struct PerLanguage<'r> {
    prefilter: OnceLock<Prefilter<'r>>,
    rules: OnceLock<CodeRules<'r>>,
}

impl<'r> Scanner<'r> {
    /// Takes the rules. Expressions and queries are compiled when a file needs them, so rules that were not built in must have
    /// passed [`crate::check_rule`]. `many_files` chooses an automaton that is slower to make and faster to run.
    pub fn new(uses: Vec<RuleUse<'r>>, options: Options, many_files: bool) -> Self {
        let python = PythonRules::new(&uses);
        let mut patterns = Vec::new();
        let mut regexes = Regexes::default();
        for (index, rule) in uses.iter().map(|rule_use| rule_use.rule).enumerate() {
            regexes.add(rule);
            if let Detector::Pattern(pattern) = &rule.detector {
                patterns.push(PatternRule::new(index, rule, pattern));
            }
        }
        let effort = if many_files { Effort::Thorough } else { Effort::Quick };
        Self {
            uses,
            options,
            effort,
            python,
            patterns,
            regexes,
            languages: languages().map(|language| (language, PerLanguage::default())).collect(),
        }
    }

    /// A worker for one thread.
    pub fn worker(&self) -> Worker<'_, 'r> {
        Worker {
            scanner: self,
            seen: Seen::default(),
            python: None,
            codes: FxHashMap::default(),
        }
    }

    /// What there is for a language; for one that is not known, what there is for plain text.
    fn for_language(&self, language: Language) -> &PerLanguage<'r> {
        let known = self
            .languages
            .get(&language)
            .or_else(|| self.languages.get(&Language::TEXT));
        known.expect("plain text is one of the languages")
    }

    fn prefilter(&self, language: Language) -> &Prefilter<'r> {
        let prefilter = &self.for_language(language).prefilter;
        prefilter.get_or_init(|| self.build_prefilter(language))
    }

    fn code_rules(&self, language: Language, code: &Code) -> &CodeRules<'r> {
        let rules = &self.for_language(language).rules;
        rules.get_or_init(|| CodeRules::new(language, code, &self.uses))
    }

    fn build_prefilter(&self, language: Language) -> Prefilter<'r> {
        let mut builder = Builder::default();
        let modules = |table: &CallTable<'r>| {
            let modules = table.needs.iter().filter_map(|need| match need.head {
                Head::Module(head) => Some(head),
                _ => None,
            });
            modules.collect::<Vec<_>>()
        };
        if language == PYTHON {
            want_code(&mut builder, &self.python.table, &self.python.queries);
            // Builtins have no module before them, except here.
            builder.want_dynamic(modules(&self.python.table).into_iter().chain(["builtins"]));
        } else if let Some(code) = code_in(language) {
            let rules = self.code_rules(language, code);
            want_code(&mut builder, &rules.table, &rules.queries[0]);
            if !code.loaders.is_empty() {
                let objects = code.builtin_prefixes.iter().map(|prefix| prefix.trim_end_matches('.'));
                builder.want_indexed(modules(&rules.table).into_iter().chain(objects));
            }
        }
        if language != PROMPT {
            let words = embed::PROMPT_WORDS.iter();
            words.for_each(|word| builder.want_text(Seeker::Prompts, word, &[]));
        }
        let mut patterns = 0;
        for (index, rule) in self.uses.iter().map(|rule_use| rule_use.rule).enumerate() {
            let seeker = match &rule.detector {
                Detector::Pattern(_) => {
                    patterns += 1;
                    Seeker::Pattern(patterns - 1)
                }
                Detector::Code { .. } => Seeker::Code(index),
                Detector::Calls(_) | Detector::Query(_) => continue,
            };
            if rule.applies_to(language.name()) {
                want_keywords(&mut builder, seeker, rule);
                if matches!(&rule.detector, Detector::Code { name, .. } if name == INTRANET_HOST) {
                    // The page cannot know the organisation's own suffixes and ranges.
                    self.options
                        .intranet_suffixes
                        .iter()
                        .for_each(|suffix| builder.want_text(seeker, suffix, &[]));
                    let ranges = self.options.intranet_ranges.iter();
                    ranges.for_each(|range| builder.want_text(seeker, &crate::detect::beginning_of(*range), &[]));
                }
            }
        }
        builder.build(self.effort)
    }
}

/// The buffers and parsers of one thread.
pub struct Worker<'s, 'r> {
    scanner: &'s Scanner<'r>,
    seen: Seen,
    python: Option<python::Tools>,
    codes: FxHashMap<(Language, usize), code::Tools>,
}

impl Worker<'_, '_> {
    /// The text of a source as it may be shown: without its secrets.
    pub fn masked(&mut self, source: &Source<'_>) -> Vec<u8> {
        masked_text(source, &self.scan(source).mask)
    }

    /// Searches one source, and the code in other languages in it.
    pub fn scan(&mut self, source: &Source<'_>) -> FileReport {
        self.scan_with(source, Vec::new())
    }

    /// The same, with what another room has detected in it.
    pub fn scan_with(&mut self, source: &Source<'_>, detected: Vec<Detection>) -> FileReport {
        let scanner = self.scanner;
        let (mut found, mut notifications) = self.detect(source, None);
        let is_live = !self.seen.seekers.is_empty();
        let mentions_prompts = self.seen.seekers.contains(&Seeker::Prompts);
        found.extend(detected);
        self.read_encoded(source, &mut found, 0);
        let split = embed::split(source, mentions_prompts);
        if let Some(split) = &split {
            notifications.extend(split.notification(source.path()));
            self.search_pieces(source, split, &mut found, &mut notifications);
        }
        self.search_encoded(source, 1, &mut found);
        place::weigh(source.path(), &scanner.uses, &mut found);
        let covered = split.as_ref().map_or_else(Vec::new, Split::covered);
        if is_live || !found.is_empty() {
            suppression::apply(source, &scanner.uses, &covered, &mut found);
        }
        self.admitted(source, found, notifications)
    }

    /// What may be said of detections in a text that somebody else put together, such as the listing of a model file: secrets in it are
    /// found and masked, and nothing in it suppresses anything.
    pub fn admit(&mut self, source: &Source<'_>, mut detected: Vec<Detection>) -> FileReport {
        let (found, notifications) = self.detect(source, None);
        let secrets = found.into_iter().filter(|detection| detection.secret.is_some());
        detected.extend(secrets.map(|detection| Detection {
            suppression: None,
            ..detection
        }));
        self.admitted(source, detected, notifications)
    }

    /// The report of these detections.
    fn admitted(&self, source: &Source<'_>, found: Vec<Detection>, mut notifications: Vec<Notification>) -> FileReport {
        if found.is_empty() {
            return FileReport {
                notifications,
                ..FileReport::default()
            };
        }
        let mask = mask_of(&found);
        let limit = self.scanner.options.max_findings;
        let extent = Extent {
            findings: limit,
            line_hashes: self.scanner.options.line_hashes,
        };
        let (findings, total) = admit_first(source, found, extent);
        if total > limit {
            let message = format!("{total} findings in one file; the first {limit} are reported");
            let notification = Notification::incomplete("file/too-many-findings", Some(source.path().clone()), message);
            notifications.push(notification.with_hint("raise `max-findings`, or exclude the file"));
        }
        FileReport {
            findings,
            notifications,
            mask,
        }
    }

    /// Searches each piece like a file of its own. Where it and the plain text show the same, the piece knows more.
    fn search_pieces(
        &mut self,
        source: &Source<'_>,
        split: &Split,
        found: &mut Vec<Detection>,
        notifications: &mut Vec<Notification>,
    ) {
        let mut in_pieces = Vec::new();
        for piece in &split.pieces {
            let inner = Source::new(piece.name(), piece.language, piece.text.text());
            let (mut detections, notes) = self.detect(&inner, piece.prompt);
            let is_live = !self.seen.seekers.is_empty();
            self.read_encoded(&inner, &mut detections, 0);
            if is_live {
                suppression::apply(&inner, &self.scanner.uses, &[], &mut detections);
            }
            in_pieces.extend(
                detections
                    .into_iter()
                    .map(|detection| embed::carried_back(|span| piece.span_in_file(span), detection)),
            );
            notifications.extend(notes.into_iter().map(|note| Notification {
                path: Some(source.path().clone()),
                ..note
            }));
        }
        hide_doubles(found, &in_pieces);
        found.extend(in_pieces);
        drop_vaguer_secrets(&self.scanner.uses, found);
    }

    /// Everything in one text, whatever our own suppressions say.
    pub(crate) fn detect(
        &mut self,
        source: &Source<'_>,
        context: Option<Context>,
    ) -> (Vec<Detection>, Vec<Notification>) {
        let scanner = self.scanner;
        scanner
            .prefilter(source.language())
            .search(source.bytes(), &mut self.seen);
        let mut found = Vec::new();
        // Settings of a prompt that cannot be read are told, whatever else is found.
        let is_prompt = source.language() == PROMPT && context.is_none();
        if self.seen.seekers.is_empty() && !is_prompt {
            return (found, Vec::new());
        }
        let structure = if is_prompt || self.needs_structure() {
            Structure::of(source, context)
        } else {
            Structure::Text
        };
        let mut notifications = self.search_statements(source, &structure, &mut found);
        notifications.extend(structure.prompt().and_then(|prompt| prompt.notification(source.path())));
        let regions = if self.needs_regions() {
            structure.regions()
        } else {
            Regions::default()
        };
        let text = pattern::Text {
            source,
            prompt: structure.prompt(),
            regions: &regions,
        };
        self.run_patterns(&text, &mut found);
        self.run_detectors(source, structure.prompt(), &mut found);
        drop_vaguer_secrets(&scanner.uses, &mut found);
        if scanner.options.foreign_suppressions {
            suppression::foreign::apply(source, &structure, &scanner.uses, &mut found);
        }
        (found, notifications)
    }

    fn needs_structure(&self) -> bool {
        let needs_statements = |seeker: &Seeker| matches!(seeker, Seeker::Need(_) | Seeker::Query(_) | Seeker::Dynamic);
        self.seen.seekers.iter().any(needs_statements) || self.needs_regions()
    }

    fn needs_regions(&self) -> bool {
        self.seen.seekers.iter().any(|seeker| match seeker {
            Seeker::Pattern(index) => self.scanner.patterns[*index].needs_regions(),
            Seeker::Code(_) => true,
            _ => false,
        })
    }

    /// Searches the statements of code for calls and queries.
    fn search_statements(
        &mut self,
        source: &Source<'_>,
        structure: &Structure,
        found: &mut Vec<Detection>,
    ) -> Vec<Notification> {
        let scanner = self.scanner;
        let mut needs = Vec::new();
        let mut queries = Vec::new();
        for seeker in &self.seen.seekers {
            match seeker {
                Seeker::Need(index) => needs.push(*index),
                Seeker::Query(index) => queries.push(*index),
                _ => {}
            }
        }
        let (needs, queries, dynamic) = (needs.as_slice(), queries.as_slice(), self.seen.dynamic.as_slice());
        if needs.is_empty() && queries.is_empty() && dynamic.is_empty() {
            return Vec::new();
        }
        match structure {
            Structure::Python(lexed) => {
                let file = python::File {
                    source,
                    lexed,
                    rules: &scanner.python,
                    uses: &scanner.uses,
                    regexes: &scanner.regexes,
                    scopes: python::scope::Scopes::default(),
                    flow: python::flow::Flow::default(),
                    names_for_fixes: python::fix::NamesForFixes::default(),
                };
                let live = code::Live {
                    needs,
                    queries,
                    dynamic,
                };
                python::scan(&file, &live, self.python.get_or_insert_with(python::Tools::new), found)
            }
            Structure::Code(lexed) => {
                let language = source.language();
                let Some(code) = code_in(language) else {
                    return Vec::new();
                };
                let dialect = code::dialect_of(code, source.path());
                let file = code::file::File {
                    source,
                    lexed,
                    code,
                    dialect,
                    rules: scanner.code_rules(language, code),
                    uses: &scanner.uses,
                    regexes: &scanner.regexes,
                    is_dense: code::file::is_dense(source),
                    definitions: RefCell::default(),
                    parser: RefCell::default(),
                };
                let live = code::Live {
                    needs,
                    queries,
                    dynamic,
                };
                let tools = self.codes.entry((language, dialect));
                code::scan(
                    &file,
                    &live,
                    tools.or_insert_with(|| code::Tools::new(code, dialect)),
                    found,
                )
            }
            Structure::Prompt(_) | Structure::Text => Vec::new(),
        }
    }

    fn run_patterns(&self, text: &pattern::Text<'_>, found: &mut Vec<Detection>) {
        let scanner = self.scanner;
        for hits in self.seen.pattern_hits.chunk_by(|a, b| a.0 == b.0) {
            scanner.patterns[hits[0].0].run(text, hits, &scanner.uses, &scanner.regexes, found);
        }
    }

    fn run_detectors(&self, source: &Source<'_>, prompt: Option<&Prompt>, found: &mut Vec<Detection>) {
        let live = |seeker: &Seeker| match seeker {
            Seeker::Code(index) => Some(&self.scanner.uses[*index]),
            _ => None,
        };
        let live: Vec<&RuleUse<'_>> = self.seen.seekers.iter().filter_map(live).collect();
        for (name, detector) in DETECTORS {
            let Some(detector) = detector else { continue };
            let uses: Vec<&RuleUse<'_>> = live
                .iter()
                .copied()
                .filter(
                    |rule_use| matches!(&rule_use.rule.detector, Detector::Code { name: wanted, .. } if wanted == name),
                )
                .collect();
            if !uses.is_empty() {
                let options = &self.scanner.options;
                detector(
                    &Input {
                        source,
                        prompt,
                        options,
                        uses: &uses,
                    },
                    found,
                );
            }
        }
    }
}
