#!/usr/bin/env python3
"""Scans the files of tests/models/make_corpus.py and says how many are flagged, file by file where it went wrong.

Usage: tests/models/measure.py WEIGHBRIDGE FOLDER

A hostile file counts if it has a finding or if the scan says that it could not finish; an ordinary one counts as flagged if it has either.
Exits with 1 if fewer than 99 % of the hostile or more than 1 % of the ordinary files are flagged.
"""
import json
import pathlib
import subprocess
import sys

WEIGHBRIDGE, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])


def flagged(folder):
    command = [WEIGHBRIDGE, "scan", "--isolated", "--hidden", "--no-ignore", "--select", "weights/*", "--ignore", "weights/pickle-beyond-weights-only", "--format", "json", folder.name]
    done = subprocess.run(command, cwd=folder.parent, stdout=subprocess.PIPE, check=False)
    report = json.loads(done.stdout)
    why = {}
    for finding in report["findings"]:
        why.setdefault(finding["path"], []).append(f"{finding['rule']}: {finding['message']}")
    for note in report["notifications"]:
        if note["level"] != "note" and note.get("path"):
            why.setdefault(note["path"], []).append(note["message"])
    return why


def main():
    code = 0
    for name, wanted in (("malicious", True), ("benign", False)):
        folder = ROOT / name
        why = flagged(folder)
        files = sorted(str(path.relative_to(ROOT)) for path in folder.rglob("*") if path.is_file())
        hits = [path for path in files if path in why]
        wrong = [path for path in files if (path in why) != wanted]
        share = 100 * len(hits) / len(files)
        print(f"{name}: {len(hits)} of {len(files)} flagged, {share:.2f} %")
        for path in wrong[:60]:
            print(f"  {path}: {'; '.join(why.get(path, ['nothing']))[:200]}")
        code |= share < 99 if wanted else share > 1
    sys.exit(code)


main()
