//! What a signed statement says.

use serde_json::Value;

use crate::authority::AttestationRule;

/// The short names of predicate types, as cosign and the policy controller have them.
///
/// Source: [cosign, `attestation.go`](https://github.com/sigstore/cosign/blob/main/pkg/cosign/attestation/attestation.go).
const TYPES: [(&str, &str); 9] = [
    ("custom", "https://cosign.sigstore.dev/attestation/v1"),
    ("slsaprovenance", "https://slsa.dev/provenance/v0.2"),
    ("slsaprovenance02", "https://slsa.dev/provenance/v0.2"),
    ("slsaprovenance1", "https://slsa.dev/provenance/v1"),
    ("link", "https://in-toto.io/Link/v1"),
    ("spdx", "https://spdx.dev/Document"),
    ("spdxjson", "https://spdx.dev/Document"),
    ("cyclonedx", "https://cyclonedx.org/bom"),
    ("vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"),
];

/// The predicate type that `name` stands for; itself if it is no short name.
pub fn predicate_type(name: &str) -> &str {
    TYPES
        .iter()
        .find(|(short, _)| *short == name)
        .map_or(name, |(_, long)| long)
}

/// Whether a statement is of the type that the rule asks for.
pub(crate) fn is_of_type(statement: &Value, rule: &AttestationRule) -> bool {
    statement["predicateType"].as_str() == Some(rule.predicate_type.as_str())
}

/// What the predicate says otherwise than the rule asks: the pointer of the first difference.
pub(crate) fn difference<'r>(statement: &Value, rule: &'r AttestationRule) -> Option<&'r str> {
    let predicate = &statement["predicate"];
    rule.equals
        .iter()
        .find(|(pointer, value)| predicate.pointer(pointer) != Some(value))
        .map(|(pointer, _)| pointer.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_predicate_is_compared_where_the_rule_points() {
        let statement = json!({
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {"runDetails": {"builder": {"id": "https://builder.example"}}}
        });
        let rule = |value: &str| AttestationRule {
            name: "built".to_owned(),
            predicate_type: predicate_type("slsaprovenance1").to_owned(),
            equals: vec![("/runDetails/builder/id".to_owned(), json!(value))],
        };

        assert!(is_of_type(&statement, &rule("x")));
        assert_eq!(difference(&statement, &rule("https://builder.example")), None);
        assert_eq!(
            difference(&statement, &rule("https://other.example")),
            Some("/runDetails/builder/id")
        );
    }
}
