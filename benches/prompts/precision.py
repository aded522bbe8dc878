#!/usr/bin/env python3
"""How often a rule for prompts is right: every finding in the prompt and agent files of public packages, to be read and judged.

    python3 benches/prompts/precision.py                        # findings for each rule
    python3 benches/prompts/precision.py --show prompt/exfiltration-url   # the findings of one rule, with their lines
    python3 benches/prompts/precision.py --judged               # the table of docs/measured.md, from judgements.txt
    python3 benches/prompts/precision.py --weighbridge PATH     # another binary than target/release/weighbridge

Needs Python 3.11, and the first time npm, pip, Go and a network: the packages of `corpus.txt` are downloaded at the versions
there, as npm tarballs, PyPI wheels and Go modules. Nothing of them is installed or run. Only prompt files are unpacked, to
`target/prompts/files/`.

`judgements.txt` holds what the authors of the rules decided: a line is a rule, a verdict (`right` or `wrong`), and the place. Right is what the rule says it
is, leak or not: the texts are public.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = ROOT / "target" / "prompts"
FILES = WORK / "files"

# What a prompt file is called.
NAMES = re.compile(
    r"(?:\.(?:prompt|prompty|poml|mdc|j2|jinja2?)|\.prompt\.(?:ya?ml|md)|\.(?:instructions|agent|chatmode)\.md|"
    r"(?:^|/)(?:AGENTS|CLAUDE|GEMINI|SKILL|copilot-instructions)\.md|(?:^|/)\.(?:cursor|windsurf|cline)rules|"
    r"(?:^|/)\.?mcp\.json|promptfooconfig[^/]*\.ya?ml|(?:^|/)(?:agents|commands|skills|prompts|patterns|rules)/[^\n]*\.(?:md|ya?ml)|"
    r"prompts?[^/]*\.(?:ya?ml|json)|[^/]*(?:prompt|agent|instruct|system|template|chain)[^/]*\.py)$"
)


# Text below these folders is for agents by convention, whatever it is called.
PROMPT_FILES = 'prompt-files=["agents/", "commands/", "skills/", "prompts/", "patterns/"]'


def main() -> None:
    options = arguments()
    if not FILES.exists():
        fetch()
    if options.judged:
        table()
        return
    findings = scan(options.weighbridge, options.config)
    if options.show:
        show(findings, options.show)
        return
    counts = collections.Counter(finding["rule"] for finding in findings)
    print(f"{len(list(files()))} files")
    for rule, count in sorted(counts.items()):
        if not options.only or rule.startswith(options.only):
            print(f"{count:6} {rule}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weighbridge", default=str(ROOT / "target" / "release" / "weighbridge"))
    parser.add_argument("--show", help="the findings of this rule")
    parser.add_argument("--only", default="prompt/", help="count rules whose name begins so")
    parser.add_argument("--judged", action="store_true", help="the table of what was judged")
    parser.add_argument("--config", action="append", default=[], help="as for `weighbridge scan`")
    return parser.parse_args()


def fetch() -> None:
    """Downloads the packages and unpacks their prompt files."""
    for line in (HERE / "corpus.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        registry, name, version = line.split()
        folder = WORK / registry
        folder.mkdir(parents=True, exist_ok=True)
        if registry == "npm":
            done = run(["npm", "pack", "--ignore-scripts", "--silent", f"{name}@{version}"], folder)
            unpack(tar_members(folder / done.strip().splitlines()[-1]), f"{registry}/{name}")
        elif registry == "pypi":
            own = folder / name
            run(["pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check",
                 "-d", str(own), f"{name}=={version}"], folder)
            for wheel in own.glob("*.whl"):
                unpack(zip_members(wheel), f"{registry}/{name}")
        elif registry == "go":
            environment = dict(os.environ, GOPATH=str(folder / "path"), GOFLAGS="-mod=mod")
            done = run(["go", "mod", "download", "-json", f"{name}@{version}"], folder, environment)
            unpack(zip_members(Path(json.loads(done)["Zip"])), f"{registry}/{name}")
        else:
            sys.exit(f"unknown registry `{registry}`")


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def tar_members(path: Path):
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile():
                yield member.name, archive.extractfile(member).read


def zip_members(path: Path):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith("/"):
                yield name, lambda name=name: archive.read(name)


def unpack(members, prefix: str) -> None:
    """Writes the prompt files, without following what their names could lead to."""
    for name, read in members:
        parts = [part for part in name.split("/") if part not in ("", ".", "..")]
        if not NAMES.search(name) or not parts:
            continue
        path = FILES.joinpath(prefix, *parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(read())


def files():
    return (path for path in FILES.rglob("*") if path.is_file())


def scan(binary: str, config: list[str]) -> list[dict]:
    """All findings of all rules of the shelf, those that are off by default too."""
    settings = [part for item in config for part in ("--config", item)]
    done = subprocess.run(
        [str(Path(binary).resolve()), "scan", "--isolated", "--hidden", "--no-ignore", "--profile", "all", "--exit-zero", "--allow-incomplete",
         "--config", "max-findings=100000", "--config", PROMPT_FILES, "--format", "jsonl", *settings, "."],
        cwd=FILES, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in found if line.get("rule")]


def show(findings: list[dict], rule: str) -> None:
    for finding in findings:
        if finding["rule"] != rule:
            continue
        line = finding.get("location", finding)
        print(place(finding), "|", finding["message"])
        path = FILES / finding["path"]
        start = finding["location"]["start"]["line"]
        text = path.read_text(errors="replace").split("\n")
        print("      ", ascii(text[start - 1].strip()[:260]), "" if line else "")


def place(finding: dict) -> str:
    return f"{finding['path']}:{finding['location']['start']['line']}"


def table() -> None:
    """The share of findings that are right, for each rule."""
    verdicts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for line in (HERE / "judgements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            rule, verdict, _ = line.split(None, 2)
            verdicts[rule][verdict] += 1
    print("| rule | judged | right | precision |")
    print("| --- | ---: | ---: | ---: |")
    for rule, counts in sorted(verdicts.items()):
        judged = counts["right"] + counts["wrong"]
        print(f"| `{rule}` | {judged} | {counts['right']} | {counts['right'] / judged:.2f} |")


if __name__ == "__main__":
    main()
