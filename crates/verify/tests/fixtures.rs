//! Every image of `fixtures/images` comes to the verdict that is written beside it.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads fixtures, and stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use weighbridge_verify::engine::Root;
use weighbridge_verify::fetch::{FetchError, Folder, Layout, Limits, collect};
use weighbridge_verify::policy::{Materials, Policy, read_policy};
use weighbridge_verify::{Evidence, Outcome, Reference, Signature, Verdict, judge};

/// The first of December 2026: after everything in the fixtures.
const NOW: i64 = 1_796_083_200;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/images")
}

fn text(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap()
}

fn materials() -> Materials<'static> {
    let mut materials = Materials::new(&|_| Err("no file is named".to_owned())).unwrap();
    for name in ["lab", "timestamps"] {
        let root = Root::parse(name, &text(&format!("{name}.trusted_root.json"))).unwrap();
        materials.add(root);
    }
    materials
}

/// The policy that asks what a case asks.
fn policy_text(case: &Value) -> String {
    let name = case["name"].as_str().unwrap();
    let mut annotations = String::new();
    let mut authority = String::new();
    if let Some(key) = case["key"].as_str() {
        let pem = text(key).trim().replace('\n', "\n        ");
        write!(authority, "    key:\n      data: |\n        {pem}\n").unwrap();
        if case["log"] == true {
            authority.push_str("    ctlog: {trustRootRef: lab}\n");
        }
    } else {
        let root = case["root"].as_str().unwrap_or("lab");
        let (identity, issuer) = (case["identity"].as_str().unwrap(), case["issuer"].as_str().unwrap());
        write!(
            authority,
            "    keyless:\n      trustRootRef: {root}\n      identities: [{{issuer: \"{issuer}\", subject: \"{identity}\"}}]\n"
        )
        .unwrap();
    }
    if let Some(format) = case["format"].as_str() {
        writeln!(authority, "    signatureFormat: {format}").unwrap();
    }
    if let Some(kind) = case["attestation"].as_str() {
        writeln!(
            authority,
            "    attestations: [{{name: built, predicateType: \"{kind}\"}}]"
        )
        .unwrap();
        write!(
            annotations,
            ", annotations: {{predicate.weighbridge.dev/built: '{}'}}",
            case["equals"]
        )
        .unwrap();
    }
    format!(
        "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {{name: {name}{annotations}}}\n\
         spec:\n  images: [{{glob: \"**\"}}]\n  authorities:\n  - name: asked\n{authority}"
    )
}

fn policy(case: &Value) -> Policy {
    let text = policy_text(case);
    read_policy(&text, &materials()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn layout() -> Layout {
    Layout::new(Box::new(Folder::new(&folder().join("layout")))).unwrap()
}

fn cases() -> Vec<Value> {
    let all: Value = serde_json::from_str(&text("cases.json")).unwrap();
    let cases = all["cases"].as_array().unwrap().clone();
    assert!(cases.len() >= 100);
    cases
}

fn verdict(layout: &Layout, case: &Value) -> Verdict {
    let reference = Reference::parse(case["image"].as_str().unwrap()).unwrap();
    match collect(layout, &reference, Limits::default()) {
        Ok(evidence) => judge(&reference, Some(&evidence), &policy(case), NOW),
        Err(error) => Verdict::new(Outcome::CouldNotVerify, error.to_string()),
    }
}

#[test]
fn every_case_comes_to_its_verdict() {
    let layout = layout();
    let wrong: Vec<_> = cases()
        .iter()
        .filter_map(|case| {
            let verdict = verdict(&layout, case);
            let (name, expected) = (&case["name"], case["verdict"].as_str().unwrap());
            (verdict.outcome.name() != expected).then(|| {
                format!(
                    "{name}: {expected} expected, got {}: {}",
                    verdict.outcome.name(),
                    verdict.reason
                )
            })
        })
        .collect();

    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_trusted_image_says_who_vouches_for_it() {
    let layout = layout();
    for case in cases().iter().filter(|case| case["verdict"] == "trusted") {
        let signer = verdict(&layout, case).signer.unwrap();

        if case["key"].is_string() {
            assert!(signer.identity.starts_with("sha256:"), "{case}");
        } else {
            assert_eq!(signer.identity, case["identity"], "{case}");
            assert!(signer.time.is_some_and(|time| time < NOW), "{case}");
        }
    }
}

/// The same evidence before the signature was made: the time is an argument, and a time to come proves nothing.
#[test]
fn the_time_is_an_argument() {
    let case = cases().into_iter().find(|case| case["name"] == "bundle").unwrap();
    let reference = Reference::parse(case["image"].as_str().unwrap()).unwrap();
    let evidence = collect(&layout(), &reference, Limits::default()).unwrap();

    let before = judge(&reference, Some(&evidence), &policy(&case), 1_700_000_000);

    assert_eq!(before.outcome, Outcome::InvalidSignature);
}

#[test]
fn nothing_passes_without_evidence_or_policy() {
    let case = cases().into_iter().find(|case| case["name"] == "bundle").unwrap();
    let reference = Reference::parse(case["image"].as_str().unwrap()).unwrap();

    let no_evidence = judge(&reference, None, &policy(&case), NOW);
    let no_policy = judge(&reference, None, &Policy::default(), NOW);

    assert_eq!(no_evidence.outcome, Outcome::CouldNotVerify);
    assert_eq!(no_policy.outcome, Outcome::NotCovered);
}

/// Changes one thing in a good bundle, everywhere: none of it may pass.
#[test]
fn a_bundle_with_any_part_changed_or_gone_is_refused() {
    let layout = layout();
    let mut tried = 0;
    for name in ["bundle", "bundle-second-log"] {
        let case = cases().into_iter().find(|case| case["name"] == name).unwrap();
        let reference = Reference::parse(case["image"].as_str().unwrap()).unwrap();
        let policy = policy(&case);
        let evidence = collect(&layout, &reference, Limits::default()).unwrap();
        let Signature::Bundle(json) = &evidence.signatures[0] else {
            panic!("a bundle")
        };
        let good: Value = serde_json::from_str(json).unwrap();
        for (path, mutant) in mutants(name, &good) {
            let evidence = Evidence {
                signatures: vec![Signature::Bundle(mutant.to_string())],
                ..evidence.clone()
            };
            let verdict = judge(&reference, Some(&evidence), &policy, NOW);
            assert!(!verdict.is_trusted(), "{name}: {path}");
            tried += 1;
        }
    }
    assert!(tried >= 140, "{tried} mutants");
}

/// The bundle without each of its parts, and with each text and number changed; but for the parts that prove nothing.
fn mutants(name: &str, good: &Value) -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    paths_of(good, "", &mut paths);
    let mut mutants = Vec::new();
    for path in paths {
        if is_unproven(name, &path) {
            continue;
        }
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut without = good.clone();
        match without.pointer_mut(parent).unwrap() {
            Value::Object(map) => drop(map.remove(key)),
            Value::Array(list) => drop(list.remove(key.parse().unwrap())),
            _ => unreachable!("a parent holds something"),
        }
        mutants.push((format!("{path} gone"), without));
        if let Some(Value::String(text)) = good.pointer(&path) {
            // In the middle of a timestamp stand certificates and names of algorithms, which nobody signs.
            let middle = if path.ends_with("/signedTimestamp") {
                0
            } else {
                text.len() / 2
            };
            for at in [0, middle, text.len().saturating_sub(4)] {
                let mut changed = good.clone();
                *changed.pointer_mut(&path).unwrap() = Value::String(flipped(text, at));
                mutants.push((format!("{path} changed at {at}"), changed));
            }
        }
    }
    mutants
}

fn paths_of(value: &Value, path: &str, paths: &mut Vec<String>) {
    let children: BTreeMap<String, &Value> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => BTreeMap::new(),
    };
    for (key, child) in children {
        let path = format!("{path}/{key}");
        paths.push(path.clone());
        paths_of(child, &path, paths);
    }
}

/// What nobody signs and nobody needs: the version's media type is compared, and these are hints.
fn is_unproven(name: &str, path: &str) -> bool {
    // The second version of the log gives the index twice, of which one is proven, and is known by its checkpoint.
    path.ends_with("/logIndex") || path.ends_with("/keyid") || (name == "bundle-second-log" && path.contains("/logId"))
}

fn flipped(text: &str, at: usize) -> String {
    let mut characters: Vec<_> = text.chars().collect();
    if let Some(character) = characters.get_mut(at) {
        *character = if *character == 'A' { 'B' } else { 'A' };
    } else {
        characters.push('A');
    }
    characters.into_iter().collect()
}

#[test]
fn a_missing_image_is_not_unsigned() {
    let reference = Reference::parse("registry.test/lab/nowhere:1").unwrap();

    assert_eq!(
        collect(&layout(), &reference, Limits::default()).unwrap_err(),
        FetchError::NotFound
    );
}
