//! The settings that apply: one value for each key, checked as far as no rule is needed for it.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use toml::Spanned;
use weighbridge_core::Severity;

use super::layer::{Layer, Origin};
use super::raw::{FailOn, Level, Profile, RawSettings, SpannedList};
use super::size::Size;
use crate::failure::failure;

const DEFAULT_FAIL_ON: FailOn = FailOn::Low;
const DEFAULT_MAX_FILE_SIZE: Size = Size(64 << 20);
const DEFAULT_MAX_FINDINGS: usize = 10_000;

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    /// The value.
    pub(crate) value: T,
    /// Who said so.
    pub(crate) origin: Origin,
}

impl<T> Setting<T> {
    fn by_default(value: T) -> Self {
        let origin = Origin::Default;
        Self { value, origin }
    }
}

/// An entry of a list.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The entry.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) origin: Origin,
    /// The absolute folder it is relative to, if it is a path or a pattern.
    pub(crate) base: Arc<Path>,
}

impl Item {
    /// The entry as a path.
    pub(crate) fn path(&self) -> PathBuf {
        self.base.join(&self.text)
    }
}

/// Rules that are left out in some files.
#[derive(Clone, Debug)]
pub(crate) struct PerFileIgnore {
    /// The pattern.
    pub(crate) files: Item,
    /// The rules.
    pub(crate) rules: Vec<Item>,
}

/// A severity that differs from that of the page.
#[derive(Clone, Debug)]
pub(crate) struct SeverityOverride {
    /// The rule.
    pub(crate) rule: Item,
    /// Its severity.
    pub(crate) level: Level,
}

/// All settings.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Findings from here on make the run fail.
    pub(crate) fail_on: Setting<FailOn>,
    /// Findings from here on are shown.
    pub(crate) min_severity: Setting<Level>,
    /// The rules to begin with.
    pub(crate) profile: Setting<Profile>,
    /// The rules to use instead.
    pub(crate) select: Setting<Vec<Item>>,
    /// The rules to leave out.
    pub(crate) ignore: Setting<Vec<Item>>,
    /// Files not to enter.
    pub(crate) exclude: Setting<Vec<Item>>,
    /// Whether that holds for files and folders that are named too.
    pub(crate) force_exclude: Setting<bool>,
    /// Whether names with a leading dot are entered.
    pub(crate) include_hidden: Setting<bool>,
    /// Whether `.gitignore` is followed.
    pub(crate) respect_gitignore: Setting<bool>,
    /// The largest text that is read.
    pub(crate) max_file_size: Setting<Size>,
    /// The most findings of one file.
    pub(crate) max_findings: Setting<NonZeroUsize>,
    /// Whether comments for other tools suppress what they name.
    pub(crate) foreign_suppressions: Setting<bool>,
    /// Folders with pages of the organisation.
    pub(crate) rules: Setting<Vec<Item>>,
    /// Endings of internal host names.
    pub(crate) intranet_suffixes: Setting<Vec<Item>>,
    /// Ranges of internal addresses.
    pub(crate) intranet_ranges: Setting<Vec<Item>>,
    /// Patterns of files that are prompts.
    pub(crate) prompt_files: Setting<Vec<Item>>,
    /// The file with accepted findings, if there is one.
    pub(crate) baseline: Setting<Option<Item>>,
    /// Threads; `None` for one to a processor.
    pub(crate) jobs: Setting<Option<NonZeroUsize>>,
    /// The assistant that commits are made with, if there is one.
    pub(crate) assisted_by: Setting<Option<Item>>,
    /// Severities by rule, sorted.
    pub(crate) severity: Vec<SeverityOverride>,
    /// Rules left out by file.
    pub(crate) per_file_ignores: Vec<PerFileIgnore>,
    /// Rules that the policy wants on, everywhere and at least with the severity of their page. No key: only a policy sets it.
    pub(crate) required: Vec<Item>,
}

impl Settings {
    /// Lays the layers over each other, the strongest first.
    pub(super) fn merge(layers: &[Layer]) -> Result<Self> {
        let layers = Layers(layers);
        let settings = Self {
            fail_on: layers.value("--fail-on", |raw| &raw.fail_on, DEFAULT_FAIL_ON),
            min_severity: layers.value("--min-severity", |raw| &raw.min_severity, Level::Info),
            profile: layers.value("--profile", |raw| &raw.profile, Profile::Default),
            select: layers.list("--select", |raw| &raw.select),
            ignore: layers.list("--ignore", |raw| &raw.ignore),
            exclude: layers.list("--exclude", |raw| &raw.exclude),
            force_exclude: layers.value("--force-exclude", |raw| &raw.force_exclude, false),
            include_hidden: layers.value("--hidden", |raw| &raw.include_hidden, false),
            respect_gitignore: layers.value("--no-ignore", |raw| &raw.respect_gitignore, true),
            max_file_size: layers.value("--max-file-size", |raw| &raw.max_file_size, DEFAULT_MAX_FILE_SIZE),
            max_findings: layers.value(
                "--max-findings",
                |raw| &raw.max_findings,
                NonZeroUsize::new(DEFAULT_MAX_FINDINGS).expect("the default is not zero"),
            ),
            foreign_suppressions: layers.value("--foreign-suppressions", |raw| &raw.foreign_suppressions, true),
            rules: layers.list("--rules", |raw| &raw.rules),
            intranet_suffixes: layers.list("--intranet-suffixes", |raw| &raw.intranet_suffixes),
            intranet_ranges: layers.list("--intranet-ranges", |raw| &raw.intranet_ranges),
            prompt_files: layers.list("--prompt-files", |raw| &raw.prompt_files),
            baseline: layers.text("--baseline", |raw| &raw.baseline),
            jobs: layers.optional("--jobs", |raw| &raw.jobs),
            assisted_by: layers.text("--assisted-by", |raw| &raw.assisted_by),
            severity: layers.severities(),
            per_file_ignores: layers.per_file_ignores()?,
            required: Vec::new(),
        };
        settings.check_thresholds()?;
        settings.intranet_ranges()?;
        Ok(settings)
    }

    /// A run must not fail because of findings it does not show.
    fn check_thresholds(&self) -> Result<()> {
        let shown = self.min_severity.value.severity();
        match self.fail_on.value.severity() {
            Some(fails) if fails < shown => Err(failure(
                format!(
                    "`fail-on = {fails}` ({}) is below `min-severity = {shown}` ({}): findings that are not shown would make the run fail",
                    self.fail_on.origin, self.min_severity.origin
                ),
                format!("pass `--fail-on {shown}`, or `--min-severity {fails}`"),
            )),
            _ => Ok(()),
        }
    }

    /// The ranges of internal addresses: the first address of each, and how many bits all of it share.
    ///
    /// # Errors
    ///
    /// A range that is none.
    pub(crate) fn intranet_ranges(&self) -> Result<Vec<(IpAddr, u8)>> {
        let ranges = self.intranet_ranges.value.iter().map(|item| {
            address_range(&item.text).ok_or_else(|| {
                failure(
                    format!("`{}` ({}) is no range of addresses", item.text, item.origin),
                    "write it as `203.0.113.0/24` or `2001:db8::/32`",
                )
            })
        });
        ranges.collect()
    }

    /// The threshold of the exit code.
    pub(crate) fn fail_on(&self) -> Option<Severity> {
        self.fail_on.value.severity()
    }
}

/// `203.0.113.0/24`; an address alone is a range of one.
fn address_range(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text
        .split_once('/')
        .map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some((address, bits))
}

struct Layers<'l>(&'l [Layer]);

impl<'l> Layers<'l> {
    /// The value of a key in the strongest layer that has one.
    fn strongest<T>(&self, field: impl Fn(&RawSettings) -> &Option<Spanned<T>>) -> Option<(&'l Layer, &'l Spanned<T>)> {
        self.0
            .iter()
            .find_map(|layer| field(&layer.raw).as_ref().map(|value| (layer, value)))
    }

    fn value<T: Clone>(
        &self,
        flag: &'static str,
        field: impl Fn(&RawSettings) -> &Option<Spanned<T>>,
        default: T,
    ) -> Setting<T> {
        self.strongest(field)
            .map_or(Setting::by_default(default), |(layer, value)| Setting {
                value: value.get_ref().clone(),
                origin: layer.origin(flag, value),
            })
    }

    fn optional<T: Copy>(
        &self,
        flag: &'static str,
        field: impl Fn(&RawSettings) -> &Option<Spanned<T>>,
    ) -> Setting<Option<T>> {
        self.strongest(field)
            .map_or(Setting::by_default(None), |(layer, value)| Setting {
                value: Some(*value.get_ref()),
                origin: layer.origin(flag, value),
            })
    }

    /// A text that may be left out; an empty one takes back what a weaker layer says.
    fn text(
        &self,
        flag: &'static str,
        field: impl Fn(&RawSettings) -> &Option<Spanned<String>>,
    ) -> Setting<Option<Item>> {
        self.strongest(field)
            .map_or(Setting::by_default(None), |(layer, text)| Setting {
                value: Some(Item::of(layer, flag, text)).filter(|item| !item.text.is_empty()),
                origin: layer.origin(flag, text),
            })
    }

    fn list(
        &self,
        flag: &'static str,
        field: impl Fn(&RawSettings) -> &Option<Spanned<SpannedList>>,
    ) -> Setting<Vec<Item>> {
        self.strongest(field)
            .map_or(Setting::by_default(Vec::new()), |(layer, list)| Setting {
                value: items(layer, flag, list.get_ref()),
                origin: layer.origin(flag, list),
            })
    }

    /// Tables are laid over each other entry by entry.
    fn severities(&self) -> Vec<SeverityOverride> {
        let mut merged: Vec<SeverityOverride> = Vec::new();
        for layer in self.0 {
            for (rule, level) in &layer.raw.severity {
                if !merged.iter().any(|entry| entry.rule.text == *rule.get_ref()) {
                    merged.push(SeverityOverride {
                        rule: Item::of(layer, "--config", rule),
                        level: *level.get_ref(),
                    });
                }
            }
        }
        merged.sort_by(|a, b| a.rule.text.cmp(&b.rule.text));
        merged
    }

    fn per_file_ignores(&self) -> Result<Vec<PerFileIgnore>> {
        let mut merged: Vec<PerFileIgnore> = Vec::new();
        for layer in self.0 {
            for (files, rules) in &layer.raw.per_file_ignores {
                let files = Item::of(layer, "--config", files);
                if files.text.starts_with(['!', '#']) {
                    return Err(failure(
                        format!("the pattern `{}` ({}) names no files", files.text, files.origin),
                        "write the files that are meant: `tests/`, `*_test.py`",
                    ));
                }
                if !merged.iter().any(|entry| entry.files.text == files.text) {
                    let rules = items(layer, "--config", rules);
                    merged.push(PerFileIgnore { files, rules });
                }
            }
        }
        merged.sort_by(|a, b| a.files.text.cmp(&b.files.text));
        Ok(merged)
    }
}

fn items(layer: &Layer, flag: &'static str, list: &SpannedList) -> Vec<Item> {
    list.iter().map(|text| Item::of(layer, flag, text)).collect()
}

impl Item {
    /// The entry of a list in `layer`.
    pub(crate) fn of<R>(layer: &Layer<R>, flag: &'static str, text: &Spanned<String>) -> Self {
        Self {
            text: text.get_ref().clone(),
            origin: layer.origin(flag, text),
            base: Arc::clone(&layer.base),
        }
    }
}
