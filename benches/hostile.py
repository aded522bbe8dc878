#!/usr/bin/env python3
"""Hostile and broken files: what is found, how long it takes, how much memory it costs.

Usage: benches/hostile.py [BINARY]     (default target/release/weighbridge; prints a Markdown table)

Each file is made here, scanned alone with all rules, and deleted. A file counts as survived when the scan ends with exit code 0, 1 or 3
and, where the file holds a sink, reports it.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

BINARY = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else "target/release/weighbridge")
SINK = b"\nimport os\nos.system(a)\n"


def files():
    """Name, content, whether a sink must be found, and the name of the file if it is not `a.py`."""
    noise = random.Random(1)
    yield "a sum of 400,000 names, then a sink", b"x = " + b"a+" * 400_000 + b"a" + SINK, True
    yield "a sink with a sum of 400,000 names as argument", b"import os\nos.system(" + b"a+" * 400_000 + b"a)\n", True
    yield "300,000 times `not`", b"not " * 300_000 + b"x" + SINK, True
    yield "500,000 opening brackets", b"[" * 500_000 + SINK, True
    yield "200,000 opening parentheses", b"(" * 200_000 + SINK, True
    yield "400,000 attributes", b"a" + b".b" * 400_000 + SINK, True
    yield "3,000 nested `if`", b"".join(b" " * i + b"if x:\n" for i in range(3000)) + b" " * 3000 + b"eval(a)\n", True
    yield "20,000 nested f-strings", b'f"{' * 20_000 + b"x" + b'}"' * 20_000 + SINK, True
    yield "100,000 nested calls of a sink", b"eval(" * 100_000 + b"a" + b")" * 100_000, True
    yield "a dictionary of 10 MB, then a sink", b"d = {" + b"".join(b'"k%d": %d, ' % (i, i) for i in range(600_000)) + b"}\neval(a)\n", True
    yield "3 MB of random bytes, then a sink", noise.randbytes(3_000_000) + b"\neval(a)\n", True
    yield "200,000 times `def (:`", b"def (:\n" * 200_000 + b"eval(a)\n", True
    yield 'an open `"""` of 2 MB, then a sink', b'"""' + b"text text\n" * 200_000 + b"\neval(a)\n", True
    yield "cut off in a call", b"import os\ndef f(a):\n    os.system(a)\n    return g(a,\n", True
    yield "a Markdown fence", b"Here is the code:\n\n```python\nimport os\nos.system(a)\n```\n", True
    yield "Python 2", b"print eval(x)\n", True
    yield "200,000 lines with a sink", b"eval(a)\n" * 200_000, True
    yield "one line with 100,000 sinks", b"eval(a);" * 100_000, True
    yield "one line of 30 MB", b"x = 1; " * 4_300_000 + b"eval(a)\n", True
    cells = [{"cell_type": "code", "source": "x = 1\n"}] * 20_000 + [{"cell_type": "code", "source": "eval(a)\n"}]
    yield "a notebook of 20,000 cells", json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode(), True, "a.ipynb"
    cells = [{"cell_type": "code", "source": "[" * 500_000}, {"cell_type": "code", "source": "eval(a)\n"}]
    yield "a notebook with 500,000 opening brackets", json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode(), True, "a.ipynb"
    yield "20,000 fences", b"```python\nx = 1\n```\n\n" * 20_000 + b"```python\neval(a)\n```\n", True, "a.md"
    yield "a Dockerfile of 20,000 steps", b"FROM scratch\n" + b"RUN echo a\n" * 20_000 + b'RUN eval "$x"\n', True, "Dockerfile"
    yield "a pipeline of 20,000 steps", b"job:\n  script:\n" + b"    - echo a\n" * 20_000 + b'    - eval "$x"\n', True, ".gitlab-ci.yml"


# Run by a fresh interpreter: the peak of a child counts what its parent held when it forked.
RUNNER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
found = sum(line.count(b"[python/") + line.count(b"[shell/") for line in child.stdout)
_, status, usage = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), found, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def measure(content, file_name="a.py"):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, file_name), "wb") as file:
            file.write(content)
        scan = [BINARY, "scan", "--isolated", "--profile", "all", "--format", "concise", "--quiet", file_name]
        ran = subprocess.run([sys.executable, "-c", RUNNER, *scan], cwd=folder, stdout=subprocess.PIPE, check=True)
        code, found, cpu, peak = ran.stdout.split()
        return int(code), int(found), float(cpu), float(peak)


def main():
    print("| file | MB | exit | findings | CPU s | peak MB | |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    failed = False
    for name, content, has_sink, *file_name in files():
        code, found, cpu, peak = measure(content, *file_name)
        survived = code in (0, 1, 3) and (found > 0 or not has_sink)
        failed |= not survived
        print(f"| {name} | {len(content) / 1e6:.1f} | {code} | {found} | {cpu:.2f} | {peak:.0f} | {'' if survived else '**missed**'} |", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
