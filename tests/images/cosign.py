#!/usr/bin/env python3
"""Lets the real cosign sign what weighbridge verifies, and verify what weighbridge decides about: in Debian's docker-registry on this machine.

cosign is built from the Go module proxy into target/cosign once (a quarter of an hour on two cores).

Usage: tests/images/cosign.py [WEIGHBRIDGE]
Needs Go 1.26, `docker-registry`, and target/debug/weighbridge or the binary that is named. Not part of .ci/run.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from registry import FIXTURES, ROOT, Pusher, Registry

MODULE = "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3"
SLSA = "https://slsa.dev/provenance/v1"
# Where both are right and differ all the same.
DIFFERENT = {
    "old-key-p384": "cosign takes SHA-256 for every curve, weighbridge also the hash of the curve",
    "old-key-p521": "the same",
    "bundle-key-p384": "the same",
    "bundle-key-p521": "the same",
    "old-key-other-type": "cosign does not look at the type of the payload",
    "old-key-bundle-asked": "the policy asks for a format",
    "bundle-old-asked": "the same",
    "old-key-the-last-of-301": "weighbridge looks at fifty signatures",
    "old-key-index-platform": "weighbridge takes the signature of the index that lists the image",
    "bundle-second-log-changed": "cosign takes the root hash from the checkpoint alone",
    "statement-is-no-signature": "cosign takes any statement for a signature",
    "statement-other-builder": "the policy asks what the predicate says",
}


def cosign():
    binary = ROOT / "target" / "cosign" / "cosign"
    if not binary.exists():
        environment = {**os.environ, "GOBIN": str(binary.parent)}
        subprocess.run(["go", "install", MODULE], env=environment, check=True)
    return binary


class Interop:
    def __init__(self, registry, binary, folder):
        self.registry, self.binary, self.folder = registry, binary, folder
        self.cosign_binary, self.passed = cosign(), 0
        self.cosign("generate-key-pair")

    def cosign(self, *words):
        environment = {**os.environ, "COSIGN_PASSWORD": "made-up"}
        command = [self.cosign_binary, *words]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"cosign {words[0]}: {done.stderr}")

    def expect(self, claim, verdict, *words):
        command = [self.binary, "verify", *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        if len(lines) < 2 or lines[1].split()[0] != verdict:
            raise SystemExit(f"FAILED: {claim}\n{done.stdout}{done.stderr}")
        self.passed += 1

    def what_cosign_signs(self, pusher):
        quiet = ("--tlog-upload=false", "--use-signing-config=false", "-y", "--key", "cosign.key")
        Path(self.folder, "predicate.json").write_text('{"runDetails": {"builder": {"id": "https://b.test"}}}', encoding="utf-8")
        for format_ in ("true", "false"):
            repository = f"interop/{format_}"
            digest = pusher.tags["registry.test/lab/old-unsigned:1"]
            pusher.push(repository, digest, "1")
            tag = f"{self.registry.host}/{repository}:1"
            pinned = f"{self.registry.host}/{repository}@{digest}"
            bundles = f"--new-bundle-format={format_}"
            wrong, key = ("--key", FIXTURES / "wrong.pub"), ("--key", "cosign.pub")
            built = ("--type", "slsaprovenance1", "--predicate", "/runDetails/builder/id=https://b.test")
            self.expect("not signed yet", "unsigned", "image", *key, tag)
            self.cosign("sign", *quiet, bundles, pinned)
            self.expect("signed", "trusted", "image", *key, tag)
            self.expect("another key", "wrong-signer", "image", *wrong, tag)
            self.expect("no statement yet", "unsigned", "image", *key, *built, tag)
            self.cosign("attest", *quiet, bundles, "--type", SLSA, "--predicate", "predicate.json", pinned)
            self.expect("attested", "trusted", "image", *key, *built, tag)
            self.expect("other builder", "invalid-signature", "image", *key, *built[:3], "/runDetails/builder/id=https://c.test", tag)
            self.cosign("save", "--dir", f"saved-{format_}", pinned)
            self.expect("saved", "trusted", "image", "--offline", "--layout", f"saved-{format_}", *key, tag)
        Path(self.folder, "blob").write_text("a file", encoding="utf-8")
        self.cosign("sign-blob", *quiet, "--bundle", "blob.sigstore.json", "blob")
        self.expect("a file", "trusted", "blob", "--key", "cosign.pub", "blob")

    def what_cosign_accepts(self, case):
        """Whether cosign accepts the image of a case, asked as the case asks."""
        command = [self.cosign_binary, "verify-attestation" if "attestation" in case else "verify"]
        if "attestation" in case:
            command += ["--type", case["attestation"]]
        command.append(f"--new-bundle-format={str(not case['name'].startswith('old-')).lower()}")
        root = case.get("root", "lab")
        command += ["--trusted-root", FIXTURES / f"{root}.trusted_root.json"]
        if root != "lab":
            command += ["--insecure-ignore-sct", "--insecure-ignore-tlog", "--use-signed-timestamps"]
        if "key" in case:
            command += ["--key", FIXTURES / case["key"]]
            command += [] if case.get("log") else ["--insecure-ignore-tlog"]
        else:
            command += ["--certificate-identity", case["identity"], "--certificate-oidc-issuer", case["issuer"]]
        image = case["image"].replace("registry.test", self.registry.host)
        return subprocess.run([*command, image], capture_output=True, check=False).returncode == 0


def main():
    binary = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/weighbridge").resolve()
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(folder)
        try:
            pusher = Pusher(registry)
            interop = Interop(registry, binary, folder)
            interop.what_cosign_signs(pusher)
            cases = json.loads((FIXTURES / "cases.json").read_bytes())["cases"]
            cases = [case for case in cases if case["name"] != "two-documents-in-one"]
            for case in cases:
                pusher.image(case["image"].split("/")[2].split(":")[0].split("@")[0])
            with ThreadPoolExecutor(2) as pool:
                accepted = list(pool.map(interop.what_cosign_accepts, cases))
        finally:
            registry.process.terminate()
            registry.process.wait()
    differ = {case["name"] for case, yes in zip(cases, accepted) if yes != (case["verdict"] == "trusted")}
    if differ != set(DIFFERENT):
        raise SystemExit(f"FAILED: differs unexpectedly on {differ ^ set(DIFFERENT)}")
    print(f"{interop.passed} checks of what cosign signed; the same answer about {len(cases) - len(differ)} of {len(cases)} images, {len(differ)} differ with reason")


if __name__ == "__main__":
    main()
