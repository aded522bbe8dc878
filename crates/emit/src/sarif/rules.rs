//! The rules of a run: one reporting descriptor each, within GitHub's limits, and the taxonomy they refer to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference,
    ReportingDescriptorRelationship, ToolComponent, ToolComponentReference,
};
use weighbridge_core::{Finding, RuleId};
use weighbridge_rules::Rule;

use super::levels::{Level, precision, security_severity};
use super::page::{Help, plain};
use crate::Context;
use crate::prose::{at_most, sentence};

const MAX_NAME: usize = 255;
const MAX_DESCRIPTION: usize = 1_024;
const MAX_TAGS: usize = 10;

/// The descriptors of all enabled rules, and of every other rule that the findings name.
pub(super) struct Rules<'a> {
    pub(super) descriptors: Vec<ReportingDescriptor>,
    pub(super) taxonomy: Option<ToolComponent>,
    index: BTreeMap<&'a RuleId, usize>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(findings: &[&'a Finding], context: &Context<'a>) -> Self {
        let known: BTreeMap<&RuleId, &Rule> = context.rules.iter().map(|rule| (&rule.id, *rule)).collect();
        let named = findings.iter().map(|finding| &finding.rule);
        let ids: BTreeSet<&RuleId> = known.keys().copied().chain(named).collect();
        let weaknesses: BTreeSet<u32> = known.values().flat_map(|rule| rule.cwe.iter().copied()).collect();
        let weaknesses: Vec<u32> = weaknesses.into_iter().collect();
        let descriptors = ids.iter().map(|id| match known.get(*id) {
            Some(rule) => descriptor(rule, context, &weaknesses),
            None => unknown_rule(id),
        });
        Self {
            descriptors: descriptors.collect(),
            taxonomy: (!weaknesses.is_empty()).then(|| taxonomy(&weaknesses)),
            index: ids.iter().enumerate().map(|(index, id)| (*id, index)).collect(),
        }
    }

    /// The place of a rule among the descriptors.
    pub(super) fn index_of(&self, id: &RuleId) -> Option<usize> {
        self.index.get(id).copied()
    }
}

fn descriptor(rule: &Rule, context: &Context<'_>, weaknesses: &[u32]) -> ReportingDescriptor {
    let help = Help::new(rule);
    let mut descriptor = ReportingDescriptor::builder()
        .id(rule.id.as_str())
        .name(at_most(MAX_NAME, &pascal_case(&rule.id)))
        .short_description(text(at_most(MAX_DESCRIPTION, &plain(&sentence(&rule.summary)))))
        .full_description(text(at_most(MAX_DESCRIPTION, &help.gist)))
        .help(
            MultiformatMessageString::builder()
                .text(help.text)
                .markdown(help.markdown)
                .build(),
        )
        .help_uri(context.page_url(&rule.id))
        .default_configuration(
            ReportingConfiguration::builder()
                .level(Value::from(Level::from(rule.severity)))
                .build(),
        )
        .properties(properties(rule))
        .build();
    let relationships: Vec<_> = rule.cwe.iter().map(|&cwe| relationship(cwe, weaknesses)).collect();
    descriptor.relationships = (!relationships.is_empty()).then_some(relationships);
    descriptor
}

/// A rule that is in the report and was not given to us: enough for the result to be accepted.
fn unknown_rule(id: &RuleId) -> ReportingDescriptor {
    let description = format!("A finding of the rule {id}.");
    ReportingDescriptor::builder()
        .id(id.as_str())
        .name(at_most(MAX_NAME, &pascal_case(id)))
        .short_description(text(at_most(MAX_DESCRIPTION, &description)))
        .full_description(text(at_most(MAX_DESCRIPTION, &description)))
        .help(text(description))
        .build()
}

fn properties(rule: &Rule) -> PropertyBag {
    let security = security_severity(rule.severity);
    let mut tags: Vec<String> = Vec::new();
    tags.extend(security.map(|_| "security".to_owned()));
    tags.extend(rule.cwe.iter().map(|cwe| format!("external/cwe/cwe-{cwe:03}")));
    tags.extend(rule.tags.iter().map(ToString::to_string));
    tags.truncate(MAX_TAGS);
    let mut more = BTreeMap::new();
    more.insert("precision".to_owned(), Value::from(precision(rule.confidence)));
    match security {
        Some(number) => more.insert("security-severity".to_owned(), Value::from(number)),
        None => more.insert("problem.severity".to_owned(), Value::from("recommendation")),
    };
    PropertyBag::builder().tags(tags).additional_properties(more).build()
}

fn relationship(cwe: u32, weaknesses: &[u32]) -> ReportingDescriptorRelationship {
    let mut target = ReportingDescriptorReference::builder()
        .id(cwe.to_string())
        .tool_component(cwe_reference())
        .build();
    target.index = weaknesses.binary_search(&cwe).ok().map(super::number);
    ReportingDescriptorRelationship::builder()
        .target(target)
        .kinds(vec!["superset".to_owned()])
        .build()
}

/// The weaknesses that the rules name, [§3.19.3](https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html).
fn taxonomy(weaknesses: &[u32]) -> ToolComponent {
    let taxa = weaknesses.iter().map(|&cwe| {
        ReportingDescriptor::builder()
            .id(cwe.to_string())
            .name(format!("CWE-{cwe}"))
            .help_uri(format!("https://cwe.mitre.org/data/definitions/{cwe}.html"))
            .build()
    });
    ToolComponent::builder()
        .name("CWE")
        .organization("MITRE")
        .short_description(text("The MITRE Common Weakness Enumeration.".to_owned()))
        .information_uri("https://cwe.mitre.org/data/")
        .is_comprehensive(false)
        .taxa(taxa.collect::<Vec<_>>())
        .build()
}

/// The reference to the taxonomy, which is the only one.
pub(super) fn cwe_reference() -> ToolComponentReference {
    ToolComponentReference::builder().name("CWE").index(0).build()
}

fn text(text: String) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// `PythonEvalCall` for `python/eval-call`.
fn pascal_case(id: &RuleId) -> String {
    let words = id.as_str().split(['/', '-']);
    words
        .flat_map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters)
        })
        .collect()
}
