//! Policies for images, as the binary follows them.

use crate::images::{fixture, policy, verify};
use crate::support::Folder;

#[test]
fn a_weak_policy_is_said_to_be_weak() {
    let folder = Folder::new();
    folder.write(
        "good.yaml",
        policy("registry.test/**").replace("trustRootRef: lab", "trustRootRef: public-good"),
    );
    folder.write(
        "weak.yaml",
        policy("**")
            .replace("trustRootRef: lab", "trustRootRef: public-good")
            .replace("subject:", "subjectRegExp:")
            .replace("issuer:", "issuerRegExp:"),
    );
    folder.write("unknown.yaml", policy("**").replace("authorities:", "authorites:"));
    folder.write("cue.yaml", format!("{}  policy: {{type: cue}}\n", policy("**")));

    folder
        .run(["verify", "policy", "good.yaml"])
        .exits_with(0)
        .prints("nothing weak");
    folder
        .run(["verify", "policy", "weak.yaml"])
        .exits_with(1)
        .says("stands for any character");
    folder
        .run(["verify", "policy", "unknown.yaml"])
        .exits_with(2)
        .says("authorites");
    folder
        .run(["verify", "policy", "cue.yaml"])
        .exits_with(2)
        .says("spec.policy");
}

#[test]
fn rules_about_names_hold_and_digests_are_compared() {
    let folder = Folder::new();
    let head = "apiVersion: weighbridge.dev/v1\nkind: ImageRules\n";
    let digest = "0".repeat(64);
    folder.write(
        "publishers.yaml",
        format!("{head}publishers: [registry.test/lab]\n---\n{}", policy("**")),
    );
    folder.write("banned.yaml", format!("{head}banned: [bundle]\n"));
    folder.write(
        "pins.yaml",
        format!("{head}pins: [{{image: registry.test/lab/old-unsigned:1, digest: \"sha256:{digest}\", source: x}}]\n"),
    );
    let run = |policy: &str, image: &str| {
        let root = format!("lab={}", fixture("lab.trusted_root.json"));
        let layout = fixture("layout");
        folder.run([
            "verify",
            "image",
            "--offline",
            "--image-policy",
            policy,
            "--trusted-root",
            &root,
            "--layout",
            &layout,
            image,
        ])
    };

    run("publishers.yaml", "registry.test/lab/bundle:1").exits_with(0);
    run("publishers.yaml", "registry.test/labs/bundle:1")
        .exits_with(1)
        .prints("denied");
    run("banned.yaml", "registry.test/lab/bundle:1")
        .exits_with(1)
        .prints("denied");
    let ran = run("pins.yaml", "registry.test/lab/old-unsigned:1")
        .exits_with(1)
        .prints("digest-mismatch");
    let served = ran.stdout.split("`sha256:").nth(1).unwrap()[..64].to_owned();
    folder.write(
        "pins.yaml",
        format!("{head}pins: [{{image: registry.test/lab/old-unsigned:1, digest: \"sha256:{served}\"}}]\n"),
    );
    run("pins.yaml", "registry.test/lab/old-unsigned:1")
        .exits_with(0)
        .prints("written down");
}

#[test]
fn a_policy_of_podman_is_followed() {
    let folder = Folder::new();
    let key = fixture("p256.pub");
    let text = format!(
        r#"{{"default": [{{"type": "reject"}}], "transports": {{"docker": {{
            "registry.test/lab": [{{"type": "sigstoreSigned", "keyPath": "{key}", "signedIdentity": {{"type": "matchRepository"}}}}],
            "registry.test/lab/old-unsigned": [{{"type": "insecureAcceptAnything"}}]}}}}}}"#
    );
    folder.write("policy.json", &text);
    folder.write("pgp.json", text.replace("sigstoreSigned", "signedBy"));
    let layout = fixture("layout");
    let run = |policy: &str, image: &str| {
        folder.run([
            "verify",
            "image",
            "--offline",
            "--image-policy",
            policy,
            "--layout",
            &layout,
            image,
        ])
    };

    run("policy.json", "registry.test/lab/old-key-p256:1").exits_with(0);
    run("policy.json", "registry.test/lab/old-key-other-name:1")
        .exits_with(1)
        .prints("another name");
    run("policy.json", "registry.test/lab/old-unsigned:1")
        .exits_with(0)
        .prints("without a signature");
    run("policy.json", "docker.io/library/nginx")
        .exits_with(1)
        .prints("denied");
    run("pgp.json", "registry.test/lab/old-key-p256:1")
        .exits_with(2)
        .says("signedBy");
}

#[test]
fn a_warning_is_said_and_fails_nothing() {
    let folder = Folder::new();
    folder.write("policy.yaml", format!("{}  mode: warn\n", policy("registry.test/**")));

    verify(&folder, &["image", "registry.test/lab/old-unsigned:1"])
        .exits_with(0)
        .prints("unsigned (warning)");
}
