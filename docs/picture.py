#!/usr/bin/env python3
"""Draws `docs/demo.svg`: a terminal with a real scan of the demo project.

Runs the binary, keeps the findings that `SHOWN` names and the summary, and turns the colours of the terminal into SVG.
What is left out is marked with `⋮`.

Usage: docs/picture.py [--binary PATH] [--output PATH]
The binary is `target/release/weighbridge` if there is one, else `target/debug/weighbridge`.
"""

import argparse
import re
import subprocess
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = ["scan", "fixtures/projects/demo"]
# The findings in the picture, by their place.
SHOWN = [
    ".env:4:",
    "app/main.py:23:",
    "prompts/summary.prompt:5:",
    "prompts/system.prompt:12:",
]

# One character, in pixels.
WIDTH = 8.4
HEIGHT = 19
MARGIN = 20
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
BACKGROUND = "#0d1117"
FOREGROUND = "#d1d7e0"
DIM = "#8b949e"
COLOURS = {
    31: "#ff7b72", 32: "#3fb950", 33: "#d29922", 34: "#58a6ff", 35: "#bc8cff", 36: "#39c5cf", 37: "#ffffff",
    91: "#ff7b72", 92: "#56d364", 93: "#e3b341", 94: "#79c0ff", 95: "#d2a8ff", 96: "#56d4dd", 97: "#ffffff",
}
# Darker than the text would be: white stands on it.
BACKGROUNDS = {41: "#b62324"}
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")
# A link of the terminal; its text stays.
LINK = re.compile(r"\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)")


def run(binary: Path) -> list[str]:
    """The lines of the picture, with the escape sequences of the terminal."""
    done = subprocess.run(
        [binary, *COMMAND, "--color", "always"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode != 1:
        sys.exit(f"error: the demo project was to exit with 1, not {done.returncode}\n{done.stderr}")
    blocks = [block for block in LINK.sub("", done.stdout).split("\n\n") if block.strip()]
    lines = ["\x1b[1m$ " + " ".join(["weighbridge", *COMMAND]) + "\x1b[0m", ""]
    shown = 0
    is_cut = False
    for block in blocks:
        if any(place in block for place in SHOWN):
            lines += [*block.strip("\n").split("\n"), ""]
            shown += 1
            is_cut = False
        elif not is_cut:
            lines += ["\x1b[2m⋮\x1b[0m", ""]
            is_cut = True
    if shown != len(SHOWN):
        sys.exit(f"error: {len(SHOWN)} findings were to be shown, {shown} were found; correct SHOWN")
    return lines + done.stderr.strip("\n").split("\n")


def pieces(line: str):
    """The parts of a line that look alike, as column, text and attributes of SVG."""
    colour, background, is_bold = FOREGROUND, None, False
    column = 0
    for index, part in enumerate(ESCAPE.split(line)):
        if index % 2 == 0:
            if part:
                yield column, part, colour, background, is_bold
            column += len(part)
            continue
        for code in (int(code or 0) for code in part.split(";")):
            if code == 0:
                colour, background, is_bold = FOREGROUND, None, False
            elif code == 1:
                is_bold = True
            elif code == 2:
                colour = DIM
            elif code in COLOURS:
                colour = COLOURS[code]
            elif code in BACKGROUNDS:
                background = BACKGROUNDS[code]


def picture(lines: list[str]) -> str:
    columns = max(len(ESCAPE.sub("", line)) for line in lines)
    width = round(columns * WIDTH + 2 * MARGIN)
    height = len(lines) * HEIGHT + 2 * MARGIN
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{FONT}" font-size="14">',
        "<title>A scan of the demo project in a terminal</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
    ]
    for row, line in enumerate(lines):
        y = MARGIN + row * HEIGHT
        for column, text, colour, background, is_bold in pieces(line):
            x = MARGIN + column * WIDTH
            length = len(text) * WIDTH
            if background:
                svg.append(f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="{HEIGHT}" fill="{background}"/>')
            stripped = text.strip(" ")
            if not stripped:
                continue
            # Spaces at the ends are left out: not every viewer keeps them.
            x += (len(text) - len(text.lstrip(" "))) * WIDTH
            weight = ' font-weight="bold"' if is_bold else ""
            svg.append(
                f'<text x="{x:.1f}" y="{y + 14}" textLength="{len(stripped) * WIDTH:.1f}" fill="{colour}"{weight} '
                f'xml:space="preserve">{escape(stripped, quote=False)}</text>'
            )
    svg.append("</svg>")
    return "\n".join(svg) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", type=Path)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "demo.svg")
    arguments = parser.parse_args()
    builds = [ROOT / "target" / profile / "weighbridge" for profile in ("release", "debug")]
    binary = arguments.binary or next((build for build in builds if build.exists()), None)
    if binary is None:
        sys.exit("error: there is no binary\nhint: run `cargo build --release` first, or pass `--binary PATH`")
    arguments.output.write_text(picture(run(binary.resolve())), encoding="utf-8")


if __name__ == "__main__":
    main()
