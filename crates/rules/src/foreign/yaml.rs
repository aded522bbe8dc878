//! The YAML of Kingfisher and Nosey Parker.
//!
//! Source: [Nosey Parker, rules](https://github.com/praetorian-inc/noseyparker/blob/main/docs/RULES.md),
//! [Kingfisher, rules](https://github.com/mongodb/kingfisher/blob/main/docs/RULES.md).

use weighbridge_yaml::Node;

use super::{Confidence, Foreign, ImportError, Rules, expression};

/// Keys that say nothing about what is found, and those that are read below.
const KNOWN: [&str; 15] = [
    "name",
    "id",
    "pattern",
    "min_entropy",
    "confidence",
    "visible",
    "description",
    "examples",
    "negative_examples",
    "references",
    "categories",
    "validation",
    "revocation",
    "pattern_requirements",
    "depends_on_rule",
];

pub(super) fn read(text: &str) -> Result<Rules, ImportError> {
    let stream = weighbridge_yaml::read(text);
    if let Some(fault) = stream.fault {
        return Err(ImportError::Yaml(fault.to_string()));
    }
    let list = stream.documents.iter().filter_map(|document| document.get("rules"));
    let list: Vec<Foreign> = list.flat_map(Node::items).map(foreign).collect();
    if list.is_empty() {
        return Err(ImportError::NoRules);
    }
    Ok(Rules {
        shelf: "kingfisher",
        list,
        remarks: Vec::new(),
    })
}

fn foreign(rule: &Node) -> Foreign {
    let text = |key: &str| rule.text(key).unwrap_or_default().to_owned();
    let mut foreign = Foreign {
        name: text("id"),
        description: text("name"),
        regex: text("pattern"),
        entropy: rule.text("min_entropy").and_then(|number| number.parse().ok()),
        confidence: match rule.text("confidence") {
            Some("high") => Confidence::High,
            Some("low") => Confidence::Low,
            _ => Confidence::Medium,
        },
        is_hidden: rule.text("visible") == Some("false"),
        ..Foreign::default()
    };
    if let Some(requirements) = rule.get("pattern_requirements") {
        for entry in requirements.entries() {
            if entry.key.text == "ignore_if_contains" {
                let words = entry.value.items().iter().filter_map(Node::scalar);
                foreign
                    .allow
                    .extend(words.map(|word| format!("(?i){}", expression::escaped(&word.text))));
            } else {
                foreign
                    .remarks
                    .push(format!("its requirement `{}` is not followed", entry.key.text));
            }
        }
    }
    if rule
        .get("depends_on_rule")
        .is_some_and(|rules| !rules.items().is_empty())
    {
        foreign
            .remarks
            .push("the rules that it depends on are not asked".to_owned());
    }
    for entry in rule.entries() {
        if !KNOWN.contains(&entry.key.text.as_str()) {
            foreign
                .remarks
                .push(format!("its `{}` is not followed", entry.key.text));
        }
    }
    foreign
}
