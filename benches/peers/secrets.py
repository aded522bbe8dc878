#!/usr/bin/env python3
"""Compares weighbridge's search for credentials with ripsecrets, detect-secrets and Kingfisher: speed, start-up, recall, precision.

    python3 benches/peers/secrets.py                  # everything
    python3 benches/peers/secrets.py --only labelled
    python3 benches/peers/secrets.py --markdown FILE

Needs Python 3.11, cargo and, the first time, a network: the peers come from PyPI and crates.io, the corpus of `run.py` from
PyPI, and the labelled set from the Go module of gitleaks, at the versions below. All of it lies under `target/peers/`; nothing of the
labelled set is kept in the repository.

The labelled set. gitleaks keeps, in the Go code that writes its rules, for each rule a shape from which its own tests make up credentials,
and texts that look alike and are none. The shapes are read here, credentials are made up of them (always the same ones), and each is written
in six ways, one to a file. Where the provider's tokens end in a checksum, it is made right: without it, it is no token. A tool finds a
sample if it reports anything in its file. The look-alikes go to a file each; whatever is reported there is taken for wrong, although some of
them would be credentials of another kind. The shapes are those of one of the peers' ancestors (Kingfisher ships rules that descend from
them), not ours.

How it measures is said in `run.py`.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import urllib.request
import zipfile
import zlib
from pathlib import Path
from re import _constants as op
from re import _parser as parser

import run
from run import HERE, METER, PYTHON_FILES, Samples, linked, python_files, say, size, table, within

KINGFISHER = "2.14.0"
DETECT_SECRETS = "1.5.0"
RIPSECRETS = "0.1.11"
MODULE = ("github.com/zricethezav/gitleaks/v8", "v8.24.0")

SETS = HERE / "labelled"
SUBSET_BYTES = 10_000_000
STARTUP_RUNS = 10
REDACTED_BYTES = 8_000_000
SEED = 20_261_121


def main() -> None:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True)
    tools = Tools(options.weighbridge or run.build())
    run.prepare()
    install()
    parts = {"speed": lambda: speed(tools, options.rounds), "startup": lambda: startup(tools), "redact": lambda: redact(tools),
             "labelled": lambda: labelled(tools)}
    report = [header(tools)]
    report += [make() for name, make in parts.items() if name in options.only]
    text = "\n\n".join(report) + "\n"
    print(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")


def arguments() -> argparse.Namespace:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--only", type=lambda text: text.split(","), default=["speed", "startup", "redact", "labelled"])
    given.add_argument("--markdown", type=Path)
    given.add_argument("--weighbridge", type=Path, help="a binary to measure instead of building one")
    return given.parse_args()


class Tools:
    """The commands, each with how its findings are read: the names of the files it reports anything in."""

    def __init__(self, weighbridge: Path) -> None:
        folder = HERE / "venv-secrets" / "bin"
        self.weighbridge = weighbridge
        self.commands = {
            "weighbridge": [weighbridge, "scan", "--isolated", "--no-ignore", "--hidden", "--exit-zero", "--quiet", "--color=never",
                            "--select=secret/*", "--format=jsonl"],
            "kingfisher": [folder / "kingfisher", "scan", "--no-validate", "--format=jsonl", "--no-update-check", "--quiet",
                           "--git-history=none", "--no-dedup"],
            "ripsecrets": [HERE / "ripsecrets" / "bin" / "ripsecrets", "--strict-ignore"],
            "detect-secrets": [folder / "detect-secrets", "scan", "--all-files", "--no-verify"],
        }

    def command(self, name: str, places: list[Path]) -> list:
        return [*self.commands[name], *places]

    def files(self, name: str, folder: Path) -> set[str]:
        """The files below `folder`, by name, in which the tool reports anything."""
        done = subprocess.run([str(part) for part in self.command(name, [folder])], capture_output=True, check=False, cwd=folder)
        text = done.stdout.decode(errors="replace")
        return {Path(path).name for path in READERS[name](text)}


def of_weighbridge(text: str) -> list[str]:
    lines = (json.loads(line) for line in text.splitlines())
    return [line["path"] for line in lines if line.get("type") == "finding"]


def of_kingfisher(text: str) -> list[str]:
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            path = entry.get("finding", {}).get("path") or entry.get("path")
            found += [path] if path else []
    return found


def of_ripsecrets(text: str) -> list[str]:
    return [line.split(":", 1)[0] for line in text.splitlines() if ":" in line]


def of_detect_secrets(text: str) -> list[str]:
    return list(json.loads(text)["results"])


READERS = {"weighbridge": of_weighbridge, "kingfisher": of_kingfisher, "ripsecrets": of_ripsecrets, "detect-secrets": of_detect_secrets}


def install() -> None:
    venv = HERE / "venv-secrets"
    if not (venv / "bin" / "kingfisher").exists():
        say("installing the peers")
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        wanted = [f"kingfisher-bin=={KINGFISHER}", f"detect-secrets=={DETECT_SECRETS}"]
        # weighbridge: ignore[python/pip-install-at-runtime] the names and versions are the constants above
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", *wanted], check=True)
    if not (HERE / "ripsecrets" / "bin" / "ripsecrets").exists():
        command = ["cargo", "install", "--quiet", "ripsecrets", "--version", RIPSECRETS, "--root", HERE / "ripsecrets"]
        subprocess.run(command, check=True)


# --- Speed ------------------------------------------------------------------------------------------------------------


def speed(tools: Tools, rounds: int) -> str:
    """On all files the two that search them in seconds, on a subset all of them."""
    subset = linked(HERE / "subset", within(python_files(PYTHON_FILES), SUBSET_BYTES))
    plan = [(name, PYTHON_FILES) for name in ("weighbridge", "kingfisher")]
    plan += [(name, subset) for name in ("weighbridge", "kingfisher", "ripsecrets")]
    sizes = {place: size(place) for place in (PYTHON_FILES, subset)}
    samples = {entry: Samples() for entry in plan}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for entry in plan:
            sample(samples[entry], tools.command(entry[0], [entry[1]]))
    say("detect-secrets")
    plan.append(("detect-secrets", subset))
    samples[plan[-1]] = Samples()
    sample(samples[plan[-1]], tools.command("detect-secrets", [subset]))

    def rate(entry: tuple) -> float:
        return sizes[entry[1]][1] / 1e6 / statistics.median(samples[entry].cpu)

    rows = []
    for entry in plan:
        name, place = entry
        count, total = sizes[place]
        ratio = rate(("weighbridge", place)) / rate(entry)
        rows.append([name + ("" if place == PYTHON_FILES else ", subset"), f"{count:,}", f"{total / 1e6:.1f}",
                     f"{statistics.median(samples[entry].cpu):.2f}", f"{rate(entry):.1f}", f"{statistics.median(samples[entry].wall):.2f}",
                     f"{statistics.median(samples[entry].peak_kib) / 1024:.0f}", f"{ratio:.1f} ×"])
    title = f"### Speed ({rounds} rounds, median; detect-secrets once)"
    names = ["tool", "files", "MB", "CPU s", "MB/CPU-s", "wall s", "peak MiB", "weighbridge is faster by"]
    return f"{title}\n\n{table(names, rows)}"


def startup(tools: Tools) -> str:
    small = min(python_files(PYTHON_FILES / "django"), key=lambda path: abs(path.stat().st_size - 5_000))
    samples = {name: Samples() for name in tools.commands}
    for _ in range(STARTUP_RUNS):
        for name in tools.commands:
            sample(samples[name], tools.command(name, [small]))
    rows = [[name, f"{statistics.median(of.cpu) * 1000:.0f}", f"{statistics.median(of.wall) * 1000:.0f}",
             f"{statistics.median(of.peak_kib) / 1024:.0f}"] for name, of in samples.items()]
    title = f"### Start-up (median of {STARTUP_RUNS}, one file of {small.stat().st_size / 1000:.0f} kB)"
    return f"{title}\n\n{table(['tool', 'CPU ms', 'wall ms', 'peak MiB'], rows)}"


def redact(tools: Tools) -> str:
    """What `weighbridge redact` adds to each 4 KiB, over Markdown and over Python of the corpus."""
    rows = []
    for kind, pattern in (("Markdown", "*.md"), ("Python", "*.py")):
        texts, total = [], 0
        for path in sorted(run.CORPUS.rglob(pattern)):
            if total > REDACTED_BYTES:
                break
            texts.append(path.read_bytes())
            total += len(texts[-1])
        text = b"".join(texts)
        spent = []
        for _ in range(3):
            before = os.times()
            subprocess.run([tools.weighbridge, "redact", "--isolated"], input=text, stdout=subprocess.DEVNULL, check=True)
            after = os.times()
            spent.append(after.children_user + after.children_system - before.children_user - before.children_system)
        seconds = statistics.median(spent)
        rows.append([kind, f"{len(text) / 1e6:.1f}", f"{seconds:.2f}", f"{seconds * 1000 / (len(text) / 4096):.3f}"])
    return f"### `redact` (median of 3)\n\n{table(['text', 'MB', 'CPU s', 'ms for each 4 KiB'], rows)}"


def sample(samples: Samples, command: list) -> None:
    """As `Samples.run`, but the peers end with codes of their own where they find something: Kingfisher with 200."""
    result = subprocess.run([sys.executable, "-I", "-S", "-c", METER, *map(str, command)], check=True, capture_output=True)
    code, wall, cpu, peak_kib = json.loads(result.stdout)
    if code not in (0, 1, 3, 200):
        raise SystemExit(f"{command[0]} ended with {code}:\n{result.stderr.decode(errors='replace')}")
    samples.wall.append(wall)
    samples.cpu.append(cpu)
    samples.peak_kib.append(peak_kib)


# --- The labelled set -------------------------------------------------------------------------------------------------

# How a credential is written: the name of the file, and the line. `{i}` is the provider, `{s}` the credential.
FORMS = {
    "env": ("{n}.env", "{I}_TOKEN={s}\n"),
    "python": ("{n}.py", 'import os\n\n{i}_api_key = "{s}"\n'),
    "json": ("{n}.json", '{{\n  "name": "x",\n  "{i}_token": "{s}"\n}}\n'),
    "yaml": ("{n}.yaml", "service:\n  {i}_secret: {s}\n"),
    "go": ("{n}.go", 'package main\n\nvar {i}Token = "{s}"\n'),
    "ini": ("{n}.ini", "[default]\n{i}_key = {s}\n"),
}

# What the helpers of the Go code stand for.
HELPERS = {"Numeric": "[0-9]", "Hex": "[a-f0-9]", "AlphaNumeric": "[a-z0-9]", "AlphaNumericExtendedShort": "[a-z0-9_-]",
           "AlphaNumericExtended": "[a-z0-9=_-]", "AlphaNumericExtendedLong": "[a-z0-9_.=-]"}
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`')
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def labelled(tools: Tools) -> str:
    positives, negatives = rules()
    shutil.rmtree(SETS, ignore_errors=True)
    places = {name: SETS / name for name in ("positive", "negative")}
    for place in places.values():
        place.mkdir(parents=True)
    expected = collections.defaultdict(list)
    for family, samples in sorted(positives.items()):
        for number, (provider, secret) in enumerate(samples[:2]):
            for form, (name, line) in FORMS.items():
                name = name.format(n=f"{family}-{number}-{form}")
                filled = line.format(i=provider, I=provider.upper().replace("-", "_"), s=secret)
                (places["positive"] / name).write_text(filled, encoding="utf-8")
                expected[family].append(name)
    texts = sorted({text for texts in negatives.values() for text in texts})
    for number, text in enumerate(texts):
        (places["negative"] / f"{number}.txt").write_text(text + "\n", encoding="utf-8")

    found = {name: tools.files(name, places["positive"]) for name in tools.commands}
    wrong = {name: tools.files(name, places["negative"]) for name in tools.commands}
    total = sum(map(len, expected.values()))
    rows = []
    for name in tools.commands:
        hits = len(found[name])
        families = sum(any(sample in found[name] for sample in samples) for samples in expected.values())
        rows.append([name, f"{hits:,} of {total:,}", f"{hits / total:.1%}", f"{families} of {len(expected)}",
                     f"{len(wrong[name])} of {len(texts)}", f"{hits / max(1, hits + len(wrong[name])):.1%}"])
    names = ["tool", "found", "recall", "families of which any is found", "look-alikes reported", "precision"]
    text = f"### Labelled set ({len(expected)} families, {len(FORMS)} forms)\n\n{table(names, rows)}"
    rows = [[family, str(len(samples)), *(str(sum(sample in found[name] for sample in samples)) for name in tools.commands)]
            for family, samples in sorted(expected.items())]
    return f"{text}\n\n{table(['family', 'samples', *tools.commands], rows)}"


def rules() -> tuple[dict, dict]:
    """For each rule of gitleaks its made-up credentials with the word they are called by, and its look-alikes."""
    archive = HERE / "gitleaks.zip"
    if not archive.exists():
        name, version = MODULE
        say("fetching the labelled set")
        with urllib.request.urlopen(f"https://proxy.golang.org/{name}/@v/{version}.zip") as answer:
            archive.write_bytes(answer.read())
    positives, negatives = collections.defaultdict(list), collections.defaultdict(list)
    with zipfile.ZipFile(archive) as files:
        sources = [name for name in files.namelist() if "/cmd/generate/config/rules/" in name and name.endswith(".go")]
        for source in sorted(sources):
            for function in re.split(r"\n(?=func )", files.read(source).decode()):
                named = re.search(r'RuleID:\s*"([^"]+)"', function)
                if named:
                    family = named.group(1)
                    positives[family] += samples_in(function, random.Random(f"{SEED}{family}"))
                    negatives[family] += look_alikes(function)
    return {family: samples for family, samples in positives.items() if samples}, negatives


def samples_in(function: str, chance: random.Random) -> list[tuple[str, str]]:
    found = []
    for call in re.finditer(r'GenerateSampleSecrets?\(\s*"([^"]*)"\s*,', function):
        expression = argument(function[call.end():])
        secret = evaluated(expression, chance) if expression else None
        if secret:
            found.append((re.sub(r"\W", "_", call.group(1)) or "service", with_checksum(secret)))
    return found


def look_alikes(function: str) -> list[str]:
    lists = re.search(r"fps\s*:?=\s*\[\]string\{(.*?)\n\t\}", function, re.DOTALL)
    texts = []
    for line in lists.group(1).splitlines() if lists else []:
        line = line.strip()
        whole = LITERAL.fullmatch(line.split("//")[0].strip().rstrip(",")) if not line.startswith("//") else None
        if whole:
            texts.append(unquoted(whole))
    return texts


def argument(text: str) -> str | None:
    """The text up to the bracket that closes the call."""
    depth, at = 0, 0
    while at < len(text):
        literal = LITERAL.match(text, at)
        if literal:
            at = literal.end()
            continue
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            if depth == 0:
                return text[:at].strip()
            depth -= 1
        at += 1
    return None


def unquoted(literal: re.Match) -> str:
    quoted, raw = literal.groups()
    return raw if raw is not None else json.loads(f'"{quoted}"') if "\\x" not in quoted else quoted


def evaluated(expression: str, chance: random.Random) -> str | None:
    """What a sum of texts and calls of `NewSecret` comes to; `None` for anything else."""
    parts = summands(expression)
    out = ""
    for part in parts:
        literal = LITERAL.fullmatch(part)
        call = re.fullmatch(r"secrets\.NewSecret(?:WithEntropy)?\((.*)\)", part, re.DOTALL)
        if literal:
            out += unquoted(literal)
        elif call:
            regex = shape(call.group(1).rsplit(",", 1)[0] if "WithEntropy" in part else call.group(1))
            if regex is None:
                return None
            out += made(regex, chance)
        else:
            return None
    return out


def summands(expression: str) -> list[str]:
    parts, depth, start, at = [], 0, 0, 0
    while at < len(expression):
        literal = LITERAL.match(expression, at)
        if literal:
            at = literal.end()
            continue
        character = expression[at]
        depth += (character == "(") - (character == ")")
        if character == "+" and depth == 0:
            parts.append(expression[start:at].strip())
            start = at + 1
        at += 1
    return [*parts, expression[start:].strip()]


def shape(expression: str) -> str | None:
    """The regular expression that a sum of texts and helpers stands for."""
    out = ""
    for part in summands(expression.strip()):
        literal = LITERAL.fullmatch(part)
        helper = re.fullmatch(r'utils\.(\w+)\((?:"([0-9,]+)")?\)', part)
        if literal:
            out += unquoted(literal)
        elif helper and helper.group(1) in HELPERS:
            out += f"{HELPERS[helper.group(1)]}{{{helper.group(2)}}}"
        elif helper and helper.group(1) == "Hex8_4_4_4_12":
            out += UUID
        else:
            return None
    return out


def made(regex: str, chance: random.Random) -> str:
    """A text that the expression matches."""
    return "".join(one(node, chance) for node in parser.parse(regex))


def one(node: tuple, chance: random.Random) -> str:
    kind, value = node
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.IN:
        return chance.choice([character for item in value for character in characters(item)])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, inner = value
        count = chance.randint(least, min(int(most), least + 8))
        return "".join(one(part, chance) for _ in range(count) for part in inner)
    if kind is op.SUBPATTERN:
        return "".join(one(part, chance) for part in value[3])
    if kind is op.BRANCH:
        return "".join(one(part, chance) for part in chance.choice(value[1]))
    if kind is op.AT:
        return ""
    raise SystemExit(f"the shape holds `{kind}`, which is not made up here")


def characters(item: tuple) -> list[str]:
    kind, value = item
    if kind is op.LITERAL:
        return [chr(value)]
    if kind is op.RANGE:
        return [chr(code) for code in range(value[0], value[1] + 1)]
    if kind is op.CATEGORY and value is op.CATEGORY_DIGIT:
        return list("0123456789")
    if kind is op.CATEGORY and value is op.CATEGORY_WORD:
        return list(BASE62 + "_")
    raise SystemExit(f"the shape holds a class with `{kind}`, which is not made up here")


def with_checksum(secret: str) -> str:
    """GitHub, npm and Grafana end their tokens in a CRC-32."""
    classic = re.fullmatch(r"(gh[pousr]_|npm_)(\w{30})\w{6}", secret)
    if classic:
        number = zlib.crc32(classic.group(2).encode())
        digits = ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            digits = BASE62[digit] + digits
        return classic.group(1) + classic.group(2) + digits
    grafana = re.fullmatch(r"(glsa_\w{32})_\w{8}", secret)
    if grafana:
        return f"{grafana.group(1)}_{zlib.crc32(grafana.group(1).encode()).to_bytes(4, 'little').hex()}"
    return secret


def header(tools: Tools) -> str:
    version = run.version_of([tools.weighbridge, "--version"])
    return (f"weighbridge {version}, kingfisher {KINGFISHER}, ripsecrets {RIPSECRETS}, detect-secrets {DETECT_SECRETS}; the labelled set of "
            f"{MODULE[0]} {MODULE[1]}; {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
