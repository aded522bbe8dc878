#!/usr/bin/env python3
"""Checks the licence and the origin of every crate in the lock file, for all platforms.

Fails if a crate has a licence that `deny.toml` does not allow, or none, or comes from elsewhere than crates.io or a
path in this repository. Does what `cargo deny check licenses sources` does, as far as the manifests tell it; needs
nothing but Python 3.11 and Cargo.

Usage: tests/licences.py
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
TOKEN = re.compile(r"\(|\)|[A-Za-z0-9.+-]+")


class Expression:
    """A licence expression of SPDX, such as `(MIT OR Apache-2.0) AND Unicode-3.0`. `/` is the old way to write OR.

    Source: SPDX 3.0.1, annex B. AND binds closer than OR, and WITH closer than both.
    """

    def __init__(self, text: str, allowed: set[str]) -> None:
        text = text.replace("/", " OR ")
        self.tokens = TOKEN.findall(text)
        self.allowed = allowed
        self.used: set[str] = set()
        if not self.tokens or TOKEN.sub("", text).strip():
            raise ValueError("this is no licence expression")

    def is_allowed(self) -> bool:
        is_allowed = self.any_of()
        if self.tokens:
            raise ValueError(f"`{self.tokens[0]}` is not expected here")
        return is_allowed

    def any_of(self) -> bool:
        choices = [self.all_of()]
        while self.tokens[:1] == ["OR"]:
            self.tokens.pop(0)
            choices.append(self.all_of())
        return any(choices)

    def all_of(self) -> bool:
        parts = [self.licence()]
        while self.tokens[:1] == ["AND"]:
            self.tokens.pop(0)
            parts.append(self.licence())
        return all(parts)

    def licence(self) -> bool:
        if not self.tokens:
            raise ValueError("it ends too early")
        name = self.tokens.pop(0)
        if name == "(":
            inner = self.any_of()
            if not self.tokens or self.tokens.pop(0) != ")":
                raise ValueError("a bracket is not closed")
            return inner
        if name in {")", "AND", "OR", "WITH"}:
            raise ValueError(f"`{name}` is not expected here")
        if self.tokens[:1] == ["WITH"]:
            exception = self.tokens[1:2]
            self.tokens = self.tokens[2:]
            name = " ".join([name, "WITH", *exception])
        if name in self.allowed:
            self.used.add(name)
            return True
        return False


def packages() -> list[dict]:
    """Every package that the lock file names, ours included."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("error: cannot read the metadata of the workspace")
    return json.loads(done.stdout)["packages"]


def problems_of(package: dict, allowed: set[str], used: set[str]) -> list[str]:
    """What is wrong with a package; adds the licences it uses to `used`."""
    problems = []
    source = package["source"]
    if source is None:
        is_ours = Path(package["manifest_path"]).resolve().is_relative_to(ROOT)
        if not is_ours:
            problems.append(f"comes from a path outside of the repository: {package['manifest_path']}")
    elif source != CRATES_IO:
        problems.append(f"comes from `{source}`, not from crates.io")
    if not package["license"]:
        problems.append("names no licence")
        return problems
    try:
        expression = Expression(package["license"], allowed)
        if not expression.is_allowed():
            problems.append(f"has the licence `{package['license']}`, which `deny.toml` does not allow")
        used |= expression.used
    except ValueError as error:
        problems.append(f"has the licence `{package['license']}`, which cannot be read: {error}")
    return problems


def main() -> int:
    with open(ROOT / "deny.toml", "rb") as handle:
        allowed = set(tomllib.load(handle)["licenses"]["allow"])
    used: set[str] = set()
    failed = 0
    all_packages = packages()
    for package in sorted(all_packages, key=lambda package: (package["name"], package["version"])):
        for problem in problems_of(package, allowed, used):
            print(f"{package['name']} {package['version']} {problem}", file=sys.stderr)
            failed += 1
    for licence in sorted(allowed - used):
        print(f"deny.toml allows `{licence}`, which no crate has", file=sys.stderr)
        failed += 1
    if failed:
        print("hint: choose another crate, or allow the licence in `deny.toml` with the reason", file=sys.stderr)
        return 1
    print(f"{len(all_packages)} crates, licences used: {', '.join(sorted(used))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
