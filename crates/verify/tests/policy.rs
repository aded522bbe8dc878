//! Policies are followed to the letter or not at all.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use weighbridge_verify::policy::{Materials, Policy, PolicyError, lint, read_policy};
use weighbridge_verify::{Outcome, Reference, judge, needs_evidence};

const KEY: &str = "-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\
                   axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\\n-----END PUBLIC KEY-----";
const IDENTITY: &str = "{issuer: https://i.test, subject: https://s.test}";

fn read(text: &str) -> Result<Policy, PolicyError> {
    read_policy(text, &Materials::new(&|_| Err("no file".to_owned())).unwrap())
}

fn policy(authority: &str) -> String {
    format!(
        "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {{name: p}}\nspec:\n  images: [{{glob: \"**\"}}]\n  \
         authorities:\n  - {{{}}}\n",
        authority.replace("KEY", &format!("\"{KEY}\""))
    )
}

fn problem(text: &str) -> String {
    match read(text) {
        Ok(_) => "it was read".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_can_be_honoured_is_read() {
    for authority in [
        "key: {data: KEY}",
        "key: {data: KEY, hashAlgorithm: sha512}, ctlog: {url: https://rekor.sigstore.dev}",
        &format!("keyless: {{identities: [{IDENTITY}]}}, signatureFormat: bundle"),
        &format!("keyless: {{url: https://fulcio.sigstore.dev, trustRootRef: github, identities: [{IDENTITY}]}}"),
        &format!("keyless: {{identities: [{IDENTITY}]}}, attestations: [{{name: a, predicateType: slsaprovenance1}}]"),
        "static: {action: pass}",
    ] {
        assert_eq!(
            read(&policy(authority)).map(|policy| policy.images.len()),
            Ok(1),
            "{authority}"
        );
    }
}

#[test]
fn what_cannot_be_honoured_is_an_error_that_names_the_field() {
    for (authority, name) in [
        ("key: {kms: \"gcpkms://x\"}", "kms"),
        ("key: {secretRef: {name: x}}", "secretRef"),
        ("key: {data: KEY, hashAlgorithm: md5}", "hashAlgorithm"),
        ("key: {data: nonsense}", "key.data"),
        ("key: {}", "data"),
        ("key: {data: KEY}, source: [{oci: x}]", "source"),
        ("key: {data: KEY}, ctlog: {url: https://rekor.mine.test}", "ctlog"),
        ("key: {data: KEY}, static: {action: pass}", "several"),
        ("keyless: {identities: []}", "identities"),
        ("keyless: {identities: [{issuer: https://i.test}]}", "subject"),
        (
            "keyless: {identities: [{issuerRegExp: \"(\", subject: x}]}",
            "issuerRegExp",
        ),
        (
            &format!("keyless: {{url: https://fulcio.mine.test, identities: [{IDENTITY}]}}"),
            "keyless.url",
        ),
        (
            &format!("keyless: {{trustRootRef: nobody, identities: [{IDENTITY}]}}"),
            "trustRootRef",
        ),
        (
            &format!("keyless: {{identities: [{IDENTITY}]}}, ctlog: {{trustRootRef: github}}"),
            "trustRootRef",
        ),
        (
            &format!("keyless: {{identities: [{IDENTITY}], ca-cert: {{data: x}}}}"),
            "ca-cert",
        ),
        (
            &format!(
                "keyless: {{identities: [{IDENTITY}]}}, attestations: [{{name: a, predicateType: x, policy: {{type: cue}}}}]"
            ),
            "attestations.policy",
        ),
        ("static: {action: maybe}", "maybe"),
        ("keys: {data: KEY}", "keys"),
    ] {
        let problem = problem(&policy(authority));
        assert!(problem.contains(name), "{authority}: {problem}");
    }
    let whole = policy("static: {action: pass}");
    for (from, to, name) in [
        ("spec:", "spec:\n  match: [{version: v1}]", "spec.match"),
        ("spec:", "spec:\n  mode: sometimes", "sometimes"),
        ("kind: ClusterImagePolicy", "kind: Pod", "Pod"),
        ("[{glob: \"**\"}]", "[]", "spec.images"),
        ("[{glob: \"**\"}]", "[{regex: x}]", "regex"),
        (
            "{name: p}",
            "{name: p, annotations: {predicate.weighbridge.dev/a: '{\"/x\": 1}'}}",
            "names no statement",
        ),
    ] {
        let problem = problem(&whole.replacen(from, to, 1));
        assert!(problem.contains(name), "{to}: {problem}");
    }
    assert!(problem("").contains("no policy"));
    assert!(problem(&format!("{whole}spec: {{}}\n")).contains("twice"));
}

fn outcome(text: &str, image: &str) -> Outcome {
    let (policy, reference) = (read(text).unwrap(), Reference::parse(image).unwrap());
    assert!(!needs_evidence(&reference, &policy), "nothing here needs a signature");
    judge(&reference, None, &policy, 0).outcome
}

#[test]
fn all_policies_must_pass_and_any_authority_suffices() {
    let pass = policy("static: {action: pass}");
    let fail = policy("static: {action: fail, message: no}").replace("\"**\"", "\"**/evil\"");
    let both = format!("{pass}---\n{fail}");
    let either = pass.replace(
        "  - {static: {action: pass}}",
        "  - {static: {action: fail}}\n  - {static: {action: pass}}",
    );
    let warned = format!("{pass}---\n{}", fail.replace("spec:", "spec:\n  mode: warn"));

    assert_eq!(outcome(&pass, "a.test/b"), Outcome::Trusted);
    assert_eq!(outcome(&both, "a.test/b"), Outcome::Trusted);
    assert_eq!(outcome(&both, "a.test/evil"), Outcome::Denied);
    assert_eq!(outcome(&either, "a.test/b"), Outcome::Trusted);
    let verdict = judge(
        &Reference::parse("a.test/evil").unwrap(),
        None,
        &read(&warned).unwrap(),
        0,
    );
    assert!(verdict.is_warning && verdict.outcome == Outcome::Denied);
}

#[test]
fn weak_identities_are_named() {
    let weak = |issuer: &str, subject: &str| {
        let text = policy(&format!("keyless: {{identities: [{{{issuer}, {subject}}}]}}"));
        lint(&read(&text).unwrap()).len()
    };
    let issuer = "issuer: https://token.actions.githubusercontent.com";

    assert_eq!(
        weak(
            issuer,
            r"subjectRegExp: '^https://github\.com/acme/llm/.+@refs/tags/v[0-9]+$'"
        ),
        0
    );
    assert_eq!(weak(issuer, "subjectRegExp: '.*'"), 1);
    assert_eq!(weak("issuerRegExp: '.+'", "subject: x"), 1);
    assert_eq!(
        weak(issuer, "subjectRegExp: '^https://github.com/acme/.+@refs/tags/v1$'"),
        1
    );
    assert_eq!(weak(issuer, r"subjectRegExp: 'https://github\.com/acme/'"), 1);
    assert_eq!(
        weak(
            issuer,
            "subject: https://github.com/a/b/.github/workflows/x.yml@refs/pull/1/merge"
        ),
        1
    );
}
