#!/usr/bin/env python3
"""Pushes the images of fixtures/images to Debian's docker-registry on this machine, and verifies each of them there; then asks hostile
registries, and looks at what that cost.

Usage: tests/images/registry.py [WEIGHBRIDGE]
Needs `docker-registry` and target/debug/weighbridge or the binary that is named.
"""

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "images"
CODES = {"trusted": 0, "could-not-verify": 3}
CONFIGURATION = """version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Registry:
    def __init__(self, folder):
        self.host = f"127.0.0.1:{free_port()}"
        path = Path(folder) / "config.yml"
        path.write_text(CONFIGURATION.format(folder=folder, port=self.host.split(":")[1]), encoding="utf-8")
        self.process = subprocess.Popen(["docker-registry", "serve", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                self.ask("GET", "/v2/")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("docker-registry does not start")

    def ask(self, method, path, data=None, headers=None):
        url = path if path.startswith("http") else f"http://{self.host}{path}"
        request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
        return urllib.request.urlopen(request)

    def blob(self, repository, digest, data):
        place = self.ask("POST", f"/v2/{repository}/blobs/uploads/", b"").headers["Location"]
        joint = "&" if "?" in place else "?"
        self.ask("PUT", f"{place}{joint}digest={digest}", data, {"Content-Type": "application/octet-stream"})

    def manifest(self, repository, name, data, media_type):
        self.ask("PUT", f"/v2/{repository}/manifests/{name}", data, {"Content-Type": media_type})


def blob_of(digest):
    return (FIXTURES / "layout" / "blobs" / digest.replace(":", "/")).read_bytes()


class Pusher:
    """Pushes an image with what lies beside it; a registry wants blobs before manifests."""

    def __init__(self, registry):
        self.registry, self.pushed = registry, set()
        index = json.loads((FIXTURES / "layout" / "index.json").read_bytes())
        entries = index["manifests"]
        self.tags = {entry["annotations"]["org.opencontainers.image.ref.name"]: entry["digest"] for entry in entries}
        self.referrers = {}
        for path in (FIXTURES / "layout" / "blobs" / "sha256").iterdir():
            try:
                value = json.loads(path.read_bytes())
            except ValueError:
                continue
            if isinstance(value, dict) and "subject" in value:
                subject = value["subject"]["digest"]
                self.referrers.setdefault(subject, []).append("sha256:" + path.name)

    def push(self, repository, digest, name=None):
        data = blob_of(digest)
        value = json.loads(data)
        media_type = value.get("mediaType", "application/vnd.oci.image.manifest.v1+json")
        for child in value.get("manifests", []):
            self.push(repository, child["digest"])
        parts = value.get("layers", []) + ([value["config"]] if "config" in value else [])
        for part in parts:
            if (repository, part["digest"]) not in self.pushed:
                self.registry.blob(repository, part["digest"], blob_of(part["digest"]))
                self.pushed.add((repository, part["digest"]))
        self.registry.manifest(repository, name or digest, data, media_type)

    def image(self, name):
        """Pushes what `registry.test/lab/NAME:1` is; returns False if the registry does not take it."""
        digest = self.tags[f"registry.test/lab/{name}:1"]
        repository = f"lab/{name}"
        try:
            self.push(repository, digest, "1")
        except urllib.error.HTTPError:
            return False
        for suffix in (".sig", ".att"):
            tag = digest.replace(":", "-") + suffix
            if tag in self.tags:
                self.push(repository, self.tags[tag], tag)
        listed = []
        for referrer in self.referrers.get(digest, []):
            self.push(repository, referrer)
            size, kind = len(blob_of(referrer)), json.loads(blob_of(referrer))["artifactType"]
            media_type = "application/vnd.oci.image.manifest.v1+json"
            listed.append({"mediaType": media_type, "digest": referrer, "size": size, "artifactType": kind})
        if listed:
            # Version 2.8 has no referrers API; clients keep the list under a tag.
            index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": listed}
            self.registry.manifest(repository, digest.replace(":", "-"), json.dumps(index).encode(), index["mediaType"])
        return True


def policy(case):
    """The same question as in crates/verify/tests/fixtures.rs."""
    authority = {"name": "asked"}
    metadata = {"name": case["name"]}
    if "key" in case:
        authority["key"] = {"data": (FIXTURES / case["key"]).read_text(encoding="utf-8")}
        if case.get("log"):
            authority["ctlog"] = {"trustRootRef": "lab"}
    else:
        identities = [{"issuer": case["issuer"], "subject": case["identity"]}]
        authority["keyless"] = {"trustRootRef": case.get("root", "lab"), "identities": identities}
    if "format" in case:
        authority["signatureFormat"] = case["format"]
    if "attestation" in case:
        authority["attestations"] = [{"name": "built", "predicateType": case["attestation"]}]
        metadata["annotations"] = {"predicate.weighbridge.dev/built": json.dumps(case["equals"])}
    spec = {"images": [{"glob": "**"}], "authorities": [authority]}
    return {"apiVersion": "policy.sigstore.dev/v1beta1", "kind": "ClusterImagePolicy", "metadata": metadata, "spec": spec}


class Hostile(http.server.BaseHTTPRequestHandler):
    """Serves an image whose signatures never end, come a byte at a time, or are a hundred thousand."""

    protocol_version = "HTTP/1.1"
    manner = ""

    def log_message(self, *_):
        pass

    def send(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        digest = "sha256:" + "1" * 64
        layer = {"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "digest": digest, "size": 100}
        is_signature = self.path.endswith(".sig")
        if "/referrers/" in self.path or (self.path.endswith(".att") and self.manner != "endless"):
            return self.send(404)
        try:
            if self.manner == "crowd" and is_signature:
                return self.send(200, json.dumps({"layers": [layer] * 100_000}).encode())
            if self.manner == "endless" and (is_signature or "/blobs/" in self.path or self.path.endswith(".att")):
                self.send_response(200)
                self.send_header("Content-Length", str(1 << 40))
                self.end_headers()
                while True:
                    self.wfile.write(b" " * 65536)
            if self.manner == "drip" and is_signature:
                self.send_response(200)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
                while True:
                    self.wfile.write(b" ")
                    time.sleep(0.05)
        except OSError:
            self.close_connection = True
            return None
        if self.path.endswith("/manifests/1"):
            config = {"mediaType": "x", "digest": digest, "size": 2}
            return self.send(200, json.dumps({"config": config, "layers": []}).encode())
        return self.send(404)


def hostile(binary, folder):
    """What one image of a hostile registry costs: at most 64 MiB and 30 s, and it could not be verified."""
    rules = Path(folder) / "policy.yaml"
    rules.write_text(json.dumps(policy({"name": "x", "key": "p256.pub"})), encoding="utf-8")
    for manner in ("endless", "drip", "crowd"):
        handler = type(manner, (Hostile,), {"manner": manner})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        image = f"127.0.0.1:{server.server_port}/lab/x:1"
        began = time.monotonic()
        command = [str(binary), "verify", "image", "--image-timeout", "10", "--image-policy", str(rules), image]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds, mebibytes = time.monotonic() - began, usage.ru_maxrss / 1024
        server.shutdown()
        code = os.waitstatus_to_exitcode(status)
        if code != 3 or "could-not-verify" not in printed or seconds > 30 or mebibytes > 64:
            raise SystemExit(f"FAILED: {manner}: exit {code}, {seconds:.1f} s, {mebibytes:.0f} MiB\n{printed}")
        print(f"{manner}: {seconds:.1f} s, {mebibytes:.0f} MiB, could not verify")


def main():
    if not shutil.which("docker-registry"):
        raise SystemExit("docker-registry is missing: apt-get install docker-registry")
    binary = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/weighbridge").resolve()
    cases = json.loads((FIXTURES / "cases.json").read_bytes())["cases"]
    right, left_out = 0, []
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(folder)
        try:
            pusher = Pusher(registry)
            for case in cases:
                name = case["image"].split("/")[2].split(":")[0].split("@")[0]
                if not pusher.image(name):
                    left_out.append(case["name"])
                    continue
                rules = Path(folder) / "policy.yaml"
                rules.write_text(json.dumps(policy(case)), encoding="utf-8")
                image = case["image"].replace("registry.test", registry.host)
                roots = [f"--trusted-root={root}={FIXTURES / f'{root}.trusted_root.json'}" for root in ("lab", "timestamps")]
                command = [binary, "verify", "image", "--image-policy", rules, *roots, image]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                verdict = done.stdout.splitlines()[1].split()[0] if done.stdout.count("\n") > 1 else done.stderr
                if verdict != case["verdict"] or done.returncode != CODES.get(verdict, 1):
                    raise SystemExit(f"FAILED: {case['name']}: {case['verdict']} expected, got {verdict}\n{done.stdout}{done.stderr}")
                right += 1
        finally:
            registry.process.terminate()
            registry.process.wait()
        hostile(binary, folder)
    # The registry itself refuses a document that could be two.
    if left_out != ["two-documents-in-one"]:
        raise SystemExit(f"FAILED: the registry took no {left_out}")
    print(f"{right} of {len(cases)} images decided right; {len(left_out)} that no registry takes is left out")


if __name__ == "__main__":
    main()
