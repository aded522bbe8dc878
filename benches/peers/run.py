#!/usr/bin/env python3
"""Compares weighbridge with ruff, bandit and ripgrep over the Python files of a few large wheels.

    python3 benches/peers/run.py                  # everything; about ten minutes on two cores
    python3 benches/peers/run.py --quick          # the same over 2,000 of the files
    python3 benches/peers/run.py --only speed,startup,recall
    python3 benches/peers/run.py --markdown FILE  # the tables into FILE as well

Needs Python 3.11, cargo and, the first time, a network: the peers come from PyPI and crates.io at the versions below, the
corpus from PyPI at the versions in `corpus.txt`. Wheels are unpacked; nothing of them is installed or run. All of it lies under
`target/peers/`:

    venv/ rg/      the peers
    wheels/        the corpus as downloaded
    corpus/        the corpus, unpacked: every file of the wheels
    py/            hard links to its `.py` files, so that all tools see the same files
    subset/        10 MB of them, for bandit
    quick/         2,000 of them, for --quick
    only_ruff.txt  what ruff finds and we do not, with the line and the rule of ours that speaks of the same statement

How it measures. All tools run in turn, once a round, so that a noisy neighbour hits all of them; the figure is the median over
the rounds. CPU seconds are user + system as `wait4` gives them for the process and its threads, so they hold up on a loaded
machine; wall time does not. Output goes to `/dev/null`, caches are off, and files that ruff would leave out (`build/`,
`.gitignore`) are in. One unmeasured pass of reading comes first: the page cache is warm.
"""

from __future__ import annotations

import argparse
import ast
import bisect
import collections
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

RUFF = "0.17.5"
BANDIT = "1.9.4"
RIPGREP = "15.2.0"

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "target" / "peers"
CORPUS = HERE / "corpus"
PYTHON_FILES = HERE / "py"

SUBSET_BYTES = 10_000_000
QUICK_FILES = 2_000
STARTUP_FILES = 20
STARTUP_RUNS = 20

# Words that rules of all the tools turn on; what it costs to look for them at all.
TRIGGERS = ["eval", "exec", "pickle", "marshal", "shelve", "subprocess", "system", "popen",
            "yaml", "md5", "sha1", "verify", "mktemp", "telnetlib", "extractall", "mark_safe"]

# Codes that we carry as an alias and mean more narrowly on purpose: what ruff alone says there is no miss.
NARROWER = {}


def main() -> None:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True)
    weighbridge = options.weighbridge or build()
    prepare()
    files = PYTHON_FILES
    if options.quick:
        files = linked(HERE / "quick", stride(python_files(PYTHON_FILES), QUICK_FILES))
    tools = Tools(weighbridge)
    parts = {"speed": lambda: speed(tools, files, options.rounds),
             "startup": lambda: startup(tools),
             "recall": lambda: recall(tools, files, options.lines)}
    report = [header(tools)]
    for name, part in parts.items():
        if name in options.only:
            report.append(part())
            print(report[-1], "\n")
    if options.markdown:
        options.markdown.write_text("\n\n".join(report) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_FILES:,} files only")
    parser.add_argument("--rounds", type=int, default=5, help="repetitions of each measurement")
    parser.add_argument("--only", type=lambda text: text.split(","), default=["speed", "startup", "recall"],
                        help="parts to run: speed, startup, recall")
    parser.add_argument("--lines", type=int, default=10, help="lines a code to put into only_ruff.txt")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    parser.add_argument("--weighbridge", type=lambda text: Path(text).resolve(), metavar="BINARY", help="measure this build and do not build one")
    return parser.parse_args()


# --- What is needed ---------------------------------------------------------------------------------------------------


def build() -> Path:
    say("cargo build --release")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    return ROOT / "target" / "release" / "weighbridge"


def prepare() -> None:
    """Fetches what is not there yet."""
    HERE.mkdir(parents=True, exist_ok=True)
    (HERE / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n", encoding="ascii")
    install_peers()
    unpack_corpus()
    if not PYTHON_FILES.exists():
        say("linking the Python files")
        linked(PYTHON_FILES, python_files(CORPUS), base=CORPUS)


def install_peers() -> None:
    venv = HERE / "venv"
    if not venv.exists():
        say("making the virtual environment")
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    wanted = {"ruff": RUFF, "bandit": BANDIT}
    have = {name: version_of([venv / "bin" / name, "--version"]) for name in wanted}
    if have != wanted:
        say("installing ruff and bandit")
        pins = [f"{name}=={version}" for name, version in wanted.items()]
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", *pins], check=True)  # weighbridge: ignore[python/pip-install-at-runtime] versions pinned above
    if version_of([HERE / "rg" / "bin" / "rg", "--version"]) != RIPGREP:
        say("building ripgrep")
        # From crates.io and not from the distribution: the same version everywhere, and no need to be root.
        command = ["cargo", "install", "ripgrep", "--version", RIPGREP, "--locked", "--quiet", "--root", HERE / "rg"]
        subprocess.run(command, check=True)


def version_of(command: list) -> str | None:
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\d+\.\d+\.\d+", text)
    return found and found[0]


def unpack_corpus() -> None:
    pins = Path(__file__).with_name("corpus.txt").read_text(encoding="utf-8").splitlines()
    pins = [pin.strip() for pin in pins if pin.strip() and not pin.startswith("#")]
    wheels = HERE / "wheels"
    for pin in pins:
        name, version = pin.split("==")
        stem = name.replace("-", "_")
        folder = CORPUS / stem
        if folder.exists():
            continue
        if not list(wheels.glob(f"{stem}-{version}-*.whl")):
            say(f"downloading {pin}")
            command = [HERE / "venv" / "bin" / "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "-d", wheels, pin]
            subprocess.run(command, check=True)
        [wheel] = wheels.glob(f"{stem}-{version}-*.whl")
        say(f"unpacking {wheel.name}")
        # Beside its place first: a run that was stopped leaves no half of a folder behind.
        part = CORPUS / f".{stem}.part"
        shutil.rmtree(part, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(part)
        part.rename(folder)


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file() and not path.is_symlink())


def stride(files: list[Path], count: int) -> list[Path]:
    """`count` of the files, evenly spread."""
    count = min(count, len(files))
    return [files[index * len(files) // count] for index in range(count)]


def linked(folder: Path, files: list[Path], base: Path = PYTHON_FILES) -> Path:
    """A fresh folder with hard links to the files."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in files:
        place = folder / path.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, place)
    return folder


@dataclass
class Tools:
    """The commands."""

    weighbridge: Path
    ruff: Path = HERE / "venv" / "bin" / "ruff"
    bandit: Path = HERE / "venv" / "bin" / "bandit"
    rg: Path = HERE / "rg" / "bin" / "rg"

    def scan(self, *flags: str) -> list:
        fixed = ["--isolated", "--no-ignore", "--hidden", "--exit-zero", "--quiet", "--color=never"]
        return [self.weighbridge, "scan", *fixed, *flags]

    def check(self, *flags: str) -> list:
        everything = ["--config", "exclude=[]", "--config", "respect-gitignore=false"]
        fixed = ["--select", "S", "--no-cache", "--isolated", "--exit-zero", "--quiet"]
        return [self.ruff, "check", *fixed, *everything, *flags]

    def search(self) -> list:
        return [self.rg, "--count", "--no-ignore", "--hidden", *(flag for word in TRIGGERS for flag in ("-e", word))]

    def audit(self) -> list:
        return [self.bandit, "-r", "-q", "-f", "csv"]


# --- Speed ------------------------------------------------------------------------------------------------------------


@dataclass
class Samples:
    """What the runs of one command cost."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak_kib: list[int] = field(default_factory=list)

    def run(self, command: list) -> None:
        # Through a small process, because a child inherits the peak of the process that forks it, and ours is large.
        result = subprocess.run([sys.executable, "-I", "-S", "-c", METER, *map(str, command)], check=True, capture_output=True)
        code, wall, cpu, peak_kib = json.loads(result.stdout)
        self.wall.append(wall)
        self.cpu.append(cpu)
        self.peak_kib.append(peak_kib)
        # 1: "something was found" of ripgrep and bandit; 3: "incomplete" of weighbridge.
        if code not in (0, 1, 3):
            raise SystemExit(f"{command[0]} ended with {code}:\n{result.stderr.decode(errors='replace')}")


# Runs its arguments and prints exit code, wall seconds, CPU seconds and peak KiB. Itself takes less than any of the tools.
METER = """
import os, sys, time
out = os.open(os.devnull, os.O_WRONLY)
start = time.monotonic()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - start
print([os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss])
"""


def speed(tools: Tools, folder: Path, rounds: int) -> str:
    everything = python_files(folder)
    subset = linked(HERE / "subset", within(everything, SUBSET_BYTES), base=folder)
    commands = {
        "weighbridge, default rules": (tools.scan("--format=concise"), folder),
        "weighbridge, all rules": (tools.scan("--format=concise", "--profile=all"), folder),
        "weighbridge, `--select 'python/*'`": (tools.scan("--format=concise", "--select=python/*"), folder),
        "ruff, `--select S`": (tools.check("--output-format=concise"), folder),
        "ruff, `--select S --ignore S101`": (tools.check("--output-format=concise", "--ignore=S101"), folder),
        "rg -c, 16 words (floor)": (tools.search(), folder),
    }
    if folder == PYTHON_FILES:
        commands["weighbridge, default rules, every file of the wheels"] = (tools.scan("--format=concise"), CORPUS)
    commands["weighbridge, `--select 'python/*'`, subset"] = (tools.scan("--format=concise", "--select=python/*"), subset)
    commands["ruff, `--select S`, subset"] = (tools.check("--output-format=concise"), subset)
    sizes = {place: size(place) for place in {folder, subset, CORPUS} if place == CORPUS or place.exists()}
    samples = {name: Samples() for name in commands}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for name, (command, place) in commands.items():
            samples[name].run([*command, place])
    say("bandit")
    commands["bandit, subset (1 run)"] = (tools.audit(), subset)
    samples["bandit, subset (1 run)"] = Samples()
    samples["bandit, subset (1 run)"].run([*tools.audit(), subset])

    def rate(name: str) -> float:
        return sizes[commands[name][1]][1] / 1e6 / statistics.median(samples[name].cpu)

    rows = []
    for name, (_, place) in commands.items():
        count, total = sizes[place]
        of = samples[name]
        rows.append([name, f"{count:,}", f"{total / 1e6:.1f}", f"{statistics.median(of.cpu):.2f}",
                     f"{min(of.cpu):.2f}–{max(of.cpu):.2f}", f"{rate(name):.1f}", f"{statistics.median(of.wall):.2f}",
                     f"{statistics.median(of.peak_kib) / 1024:.0f}", f"{rate(name) / rate('ruff, `--select S`'):.2f} ×"])
    title = f"## Speed ({rounds} rounds, median; the ratio is of MB a CPU second, to ruff `--select S` on all files)"
    names = ["tool", "files", "MB", "CPU s", "from–to", "MB/CPU-s", "wall s", "peak MiB", "ratio"]
    return f"{title}\n\n{table(names, rows)}"


def size(folder: Path) -> tuple[int, int]:
    """Files and bytes; reads all of them, which warms the page cache."""
    count = total = 0
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            count += 1
            with path.open("rb") as file:
                while read := len(file.read(1 << 20)):
                    total += read
    return count, total


def within(files: list[Path], limit: int) -> list[Path]:
    """Evenly spread files that together hold about `limit` bytes."""
    total = sum(path.stat().st_size for path in files)
    return stride(files, max(1, len(files) * limit // max(total, limit)))


# --- Start-up ---------------------------------------------------------------------------------------------------------


def startup(tools: Tools) -> str:
    django = python_files(PYTHON_FILES / "django" / "django")
    small = [min(django, key=lambda path: abs(path.stat().st_size - 5_000))]
    twenty = stride(django, STARTUP_FILES)
    commands = {
        "weighbridge, default rules": tools.scan("--format=concise"),
        "weighbridge, `--select 'python/*'`": tools.scan("--format=concise", "--select=python/*"),
        "ruff, `--select S`": tools.check("--output-format=concise"),
        "bandit": tools.audit(),
    }
    columns = []
    for files in (small, twenty):
        samples = {name: Samples() for name in commands}
        for _ in range(STARTUP_RUNS):
            for name, command in commands.items():
                samples[name].run([*command, *files])
        columns.append(samples)
    rows = []
    for name in commands:
        row = [name]
        for samples in columns:
            row += [f"{statistics.median(values) * 1000:.1f}" for values in (samples[name].cpu, samples[name].wall)]
        rows.append([*row, f"{statistics.median(columns[1][name].peak_kib) / 1024:.0f}"])
    sizes = [sum(path.stat().st_size for path in files) / 1000 for files in (small, twenty)]
    title = (f"## Start-up (median of {STARTUP_RUNS}; one file of {sizes[0]:.0f} kB; "
             f"{STARTUP_FILES} files with {sizes[1]:.0f} kB together)")
    names = ["tool", "1 file: CPU ms", "wall ms", f"{STARTUP_FILES} files: CPU ms", "wall ms", "peak MiB"]
    return f"{title}\n\n{table(names, rows)}"


# --- Recall -----------------------------------------------------------------------------------------------------------


def recall(tools: Tools, folder: Path, lines: int) -> str:
    say("comparing findings")
    rules_of = aliases(tools)
    ruff = ruff_findings(tools, folder)
    ours = our_findings(tools, folder)
    by_rule = collections.defaultdict(set)
    said = collections.defaultdict(set)
    for rule, path, line in ours:
        by_rule[rule].add((path, line))
        said[path, line].add(rule)
    statements = Statements()

    rows = []
    only_ruff = {}
    known_to_ruff = collections.defaultdict(set)
    for code in sorted(rules_of):
        theirs = ruff.get(code, set())
        own = set().union(*(by_rule[rule] for rule in rules_of[code]))
        pairs = statements.paired(theirs, own)
        missed = sorted(theirs - pairs.keys())
        for rule in rules_of[code]:
            known_to_ruff[rule].update(place for place in pairs.values() if place in by_rule[rule])
        only_ruff[code] = missed
        rows.append([code, f"{len(theirs):,}", f"{len(pairs):,}", f"{len(missed):,}",
                     NARROWER.get(code, "" if theirs else "ruff finds none here")])
    own_rows = []
    for rule in sorted({rule for rules in rules_of.values() for rule in rules}):
        places = by_rule[rule]
        codes = [code for code in sorted(rules_of) if rule in rules_of[code]]
        both = len(known_to_ruff[rule])
        own_rows.append([rule, " ".join(codes), f"{len(places):,}", f"{both:,}", f"{len(places) - both:,}"])
    not_covered = collections.Counter({code: len(places) for code, places in ruff.items() if code not in rules_of})
    without_alias = collections.Counter({rule: len(places) for rule, places in by_rule.items()
                                         if not any(rule in rules for rules in rules_of.values())})
    write_only_ruff(folder, only_ruff, said, statements, lines)
    shared = [code for code in rules_of if code not in NARROWER]
    found = sum(len(ruff.get(code, ())) for code in shared)
    missed = sum(len(only_ruff[code]) for code in shared)
    return "\n\n".join([
        "## Recall on shared rules (statements; suppressions ignored on both sides)",
        f"Of {found:,} statements that ruff reports under a code that a rule of ours carries and means as widely, "
        f"{found - missed:,} are found: {(found - missed) / max(found, 1):.1%}.",
        table(["code", "ruff", "both", "only ruff", "remark"], rows),
        table(["rule", "codes", "ours", "also ruff", "only ours"], own_rows),
        "Not covered by an alias: " + ", ".join(f"{code} {count:,}" for code, count in not_covered.most_common()) + ".",
        "Rules of ours that ruff has no code for: "
        + ", ".join(f"{rule} {count:,}" for rule, count in without_alias.most_common()) + ".",
    ])


def aliases(tools: Tools) -> dict[str, list[str]]:
    """For each `S` code the rules that carry it."""
    text = subprocess.run([tools.weighbridge, "rules", "list", "--isolated", "--format=json"], check=True, capture_output=True).stdout
    rules_of = collections.defaultdict(list)
    for rule in json.loads(text):
        for alias in rule["aliases"]:
            if re.fullmatch(r"S\d+", alias) and "python" in rule["languages"]:
                rules_of[alias].append(rule["id"])
    return rules_of


def ruff_findings(tools: Tools, folder: Path) -> dict[str, set]:
    command = [*tools.check("--output-format=json-lines", "--ignore-noqa"), folder]
    found = collections.defaultdict(set)
    for line in subprocess.run(command, check=True, capture_output=True).stdout.splitlines():
        finding = json.loads(line)
        if finding["code"] and finding["code"].startswith("S"):
            found[finding["code"]].add((finding["filename"], finding["location"]["row"]))
    return found


def our_findings(tools: Tools, folder: Path) -> set:
    command = [*tools.scan("--format=jsonl", "--select=python/*"), folder]
    text = subprocess.run(command, check=False, capture_output=True, cwd=folder).stdout
    found = set()
    complete = False
    for line in text.splitlines():
        entry = json.loads(line)
        complete |= entry["type"] == "summary"
        if entry["type"] == "finding":
            found.add((entry["rule"], str(folder / entry["path"]), entry["location"]["start"]["line"]))
    if not complete:
        raise SystemExit("the report of weighbridge was cut")
    return found


class Statements:
    """Which lines belong to one statement: the tools point at different lines of a call over several."""

    def __init__(self) -> None:
        self.starts: dict[str, list[tuple[int, int]]] = {}

    def paired(self, theirs: set, own: set) -> dict:
        """For each place of theirs the one of ours in the same statement."""
        pairs = {place: place for place in theirs & own}
        rest = collections.defaultdict(set)
        for place in own:
            rest[place[0]].add(place)
        for place in theirs - own:
            path, line = place
            for other in rest.get(path, ()):
                if self.of(path, line) == self.of(path, other[1]):
                    pairs[place] = other
                    break
        return pairs

    def of(self, path: str, line: int) -> tuple[int, int]:
        """First and last line of the innermost statement; of a block only its head."""
        if path not in self.starts:
            self.starts[path] = self.read(path)
        spans = self.starts[path]
        index = bisect.bisect_right(spans, (line, sys.maxsize)) - 1
        while index >= 0 and spans[index][1] < line:
            index -= 1
        return spans[index] if index >= 0 else (line, line)

    @staticmethod
    def read(path: str) -> list[tuple[int, int]]:
        try:
            tree = ast.parse(Path(path).read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            return []
        spans = []
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt):
                body = getattr(node, "body", None) or getattr(node, "cases", None)
                first = min((part.lineno for part in getattr(node, "decorator_list", [])), default=node.lineno)
                last = node.end_lineno
                if body and hasattr(body[0], "lineno"):
                    last = max(node.lineno, body[0].lineno - 1)
                spans.append((first, last))
        return sorted(spans)


def write_only_ruff(folder: Path, only_ruff: dict, said: dict, statements: Statements, limit: int) -> None:
    out = []
    for code, places in only_ruff.items():
        if not places:
            continue
        out.append(f"== {code}: {len(places):,} only ruff")
        for path, line in stride(places, limit):
            first, last = statements.of(path, line)
            others = sorted({rule for at in range(first, last + 1) for rule in said.get((path, at), ())})
            text = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()[line - 1].strip()
            note = f"   [ours: {', '.join(others)}]" if others else ""
            out.append(f"{Path(path).relative_to(folder)}:{line}: {text[:160]}{note}")
        out.append("")
    (HERE / "only_ruff.txt").write_text("\n".join(out), encoding="utf-8")


# --- Words ------------------------------------------------------------------------------------------------------------


def header(tools: Tools) -> str:
    versions = f"weighbridge {version_of([tools.weighbridge, '--version'])}, ruff {RUFF}, bandit {BANDIT}, ripgrep {RIPGREP}"
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    return f"{versions}; {machine}; {time.strftime('%Y-%m-%d')}."


def table(names: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(names) + " |", "| --- |" + " ---: |" * (len(names) - 1)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def say(text: str) -> None:
    print(f"… {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
