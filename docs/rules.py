#!/usr/bin/env python3
"""Writes `docs/rules.md` and the table of shelves in `README.md`, from `weighbridge rules list --format json`.

Usage: docs/rules.py [--check] [--binary PATH]
With `--check` nothing is written; exits with 1 if a file is not what it would become. The binary is built with Cargo
if none is given.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
README = ROOT / "README.md"
BEGIN = "<!-- shelves: written by docs/rules.py -->"
END = "<!-- shelves end -->"
# What the rules of a shelf are about, in the order of the tables.
SHELVES = {
    "prompt": "prompt templates: hosts, paths and passwords of the organisation, hidden characters, injected instructions",
    "javascript": "JavaScript and TypeScript: run-time code, shells, HTML that runs, SQL, TLS, cryptography, keys in browsers",
    "shell": "shell scripts: downloads that are run, `eval`, dangerous removals, TLS and SSH without checks",
    "go": "Go: shells, SQL, TLS, SSH, templates, archives, cryptography",
    "java": "Java: commands, deserialization, scripts, JNDI, SQL, TLS, cryptography",
    "ruby": "Ruby: run-time code, shells, unsafe loading, SQL, TLS, HTML, cryptography",
    "php": "PHP: run-time code, shells, files and pages chosen by a request, SQL, TLS, cryptography",
    "c": "C and C++: memory, shells, formats, temporary files, TLS, cryptography",
    "csharp": "C#: processes, unsafe loading, run-time code, SQL, TLS, XML, cryptography",
    "rust": "Rust: shells, libraries, SQL, TLS, build scripts, cryptography; `unsafe` on demand",
    "python": "Python code: run-time code, unsafe loading, shells, SQL, TLS, cryptography, agents and model hubs",
    "image": "container images: names without a digest, changed copies, and what verifying their signatures shows",
    "weights": "model files: pickles that run code, archives that contradict themselves, graphs, templates and settings that reach out",
    "secret": "credentials in any text file: keys and tokens of providers, passwords, private keys, URLs",
    "suppression": "suppression comments that are wrong, unused or give no reason",
}
HEAD = """\
# Rules

<!-- Written by docs/rules.py. Do not edit: change the pages in rules/, then run the script. -->

weighbridge has {count} rules, {off} of them off by default: `--profile strict` switches {strict} of these on, those that are right
where a person looks at each finding, and `--profile all` every one. Each rule is a page; its
id links to it, and `weighbridge explain ID` prints it. Aliases are codes of other tools for the same thing; they work
wherever an id does in `--select`, `--ignore` and `explain`.
"""


def rules(binary: Path | None) -> list[dict]:
    command = [binary] if binary else ["cargo", "run", "--quiet", "--"]
    command += ["rules", "list", "--format", "json", "--isolated"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("error: cannot list the rules")
    return json.loads(done.stdout)


def shelf_of(rule: dict) -> str:
    return rule["id"].split("/")[0]


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def state(rule: dict) -> str:
    if rule["default"]:
        return ""
    return " (strict)" if rule["strict"] else " (off)"


def page(all_rules: list[dict]) -> str:
    off = sum(not rule["default"] for rule in all_rules)
    strict = sum(rule["strict"] for rule in all_rules)
    parts = [HEAD.format(count=len(all_rules), off=off, strict=strict)]
    for shelf, about in SHELVES.items():
        parts.append(f"\n## {shelf}\n\nOn {about}.\n")
        parts.append("\n| rule | severity | confidence | finds | aliases |\n| --- | --- | --- | --- | --- |\n")
        for rule in all_rules:
            if shelf_of(rule) == shelf:
                name = f"[`{rule['id']}`](../rules/{rule['id']}.md)" + state(rule)
                aliases = ", ".join(rule["aliases"])
                cells = [name, rule["severity"], rule["confidence"], cell(rule["summary"]), aliases]
                parts.append(f"| {' | '.join(cells)} |\n")
    return "".join(parts)


def shelves(all_rules: list[dict]) -> str:
    lines = ["| shelf | rules | about |", "| --- | ---: | --- |"]
    for shelf, about in SHELVES.items():
        count = sum(shelf_of(rule) == shelf for rule in all_rules)
        lines.append(f"| `{shelf}/` | {count} | {about} |")
    lines.append(f"| | {len(all_rules)} | |")
    return "\n".join(lines)


def readme(all_rules: list[dict]) -> str:
    text = README.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, behind = rest.partition(END)
    if not begin or not end:
        sys.exit(f"error: README.md lacks `{BEGIN}` or `{END}`")
    return f"{before}{BEGIN}\n{shelves(all_rules)}\n{END}{behind}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--binary", type=Path)
    arguments = parser.parse_args()
    all_rules = rules(arguments.binary.resolve() if arguments.binary else None)
    unknown = {shelf_of(rule) for rule in all_rules} - SHELVES.keys()
    if unknown:
        sys.exit(f"error: docs/rules.py does not know the shelf {', '.join(sorted(unknown))}\nhint: add it to SHELVES")
    stale = False
    for path, text in [(PAGE, page(all_rules)), (README, readme(all_rules))]:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale = True
        if arguments.check:
            print(f"{path.relative_to(ROOT)} is not up to date", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    if stale and arguments.check:
        print("hint: run docs/rules.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
