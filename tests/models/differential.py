#!/usr/bin/env python3
"""Holds the pickle machine against CPython's own loader, over opcodes drawn by chance.

Usage: tests/models/differential.py WEIGHBRIDGE [COUNT] [SEED]

The loader in C runs each program with a `find_class` that gives stand-ins, so nothing real is imported or called. What it looks up must be what
`weighbridge explain-file` lists, as far as the loader gets; and where the loader is content, weighbridge must not say that the pickle breaks off.
"""
import _compat_pickle
import io
import pathlib
import pickle
import random
import struct
import subprocess
import sys
import tempfile

WEIGHBRIDGE = pathlib.Path(sys.argv[1]).resolve()
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 500
RANDOM = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 7)


class StandIn:
    """Takes whatever a pickle does to an object."""

    def __init__(self, *_, **__):
        pass

    def __new__(cls, *_, **__):
        return object.__new__(cls)

    def __setstate__(self, _):
        pass

    def append(self, _):
        pass

    def extend(self, _):
        pass

    def add(self, _):
        pass

    def __setitem__(self, _, __):
        pass

    def __call__(self, *_, **__):
        return StandIn()


def loaded(data):
    """What the loader looks up, in order, and whether it is content."""
    seen = []
    is_old = data[0] == 0x80 and data[1] < 3

    class Loader(pickle.Unpickler):
        def find_class(self, module, name):
            # What the loader does to names of Python 2 happens behind this function.
            if is_old:
                moved = _compat_pickle.IMPORT_MAPPING.get(module, module), name
                module, name = _compat_pickle.NAME_MAPPING.get((module, name), moved)
            seen.append(f"{module}.{name}")
            return type("StandIn", (StandIn,), {})

        def persistent_load(self, _):
            return StandIn()

    try:
        Loader(io.BytesIO(data), encoding="latin1").load()
    except Exception:
        return seen, False
    return seen, True


def listed(path):
    done = subprocess.run([WEIGHBRIDGE, "explain-file", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    lines = done.stdout.decode().splitlines()
    imports = [line.split()[2] for line in lines if line.split()[1:2] == ["import"]]
    is_broken = any(line.split()[1:2] == ["broken"] for line in lines)
    has_unknown = any("import ?" in line or "import of an extension" in line for line in lines)
    return imports, is_broken, has_unknown


def text(value):
    return b"\x8c" + bytes([len(value)]) + value


NAMES = [b"acme", b"acme.one", b"Klass", b"make", b"__builtin__", b"eval", b"UserDict", b"copy_reg"]
PLAIN = [b"N", b"\x88", b")", b"]", b"}", b"\x8f", b"K\x07", b"J\xff\xff\xff\xff", b"I010\n", b"I01\n", b"L7L\n", b"F1.5\n", b"G" + bytes(8), b"\x8a\x01\x05", b"C\x01a", b"B\x02\0\0\0ab", b"X\x01\0\0\0a", b"S'a\\x62'\n", b"V\\u0061b\n", b"U\x02ab", b"\x96" + struct.pack("<Q", 2) + b"ab"]
STACK = [b"(", b"0", b"1", b"2", b"\x85", b"\x86", b"\x87", b"t", b"l", b"d", b"a", b"e", b"s", b"u", b"\x90", b"\x91", b"R", b"b", b"o", b"\x81", b"\x92", b"\x93", b"\x94", b"q\x00", b"q\x01", b"h\x00", b"h\x01", b"p2\n", b"g2\n", b"g02\n", b"Q", b"Pid\n", b"\x98"]


def program():
    parts = [RANDOM.choice([b"", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"])]
    for _ in range(RANDOM.randrange(3, 40)):
        kind = RANDOM.random()
        if kind < 0.3:
            parts.append(RANDOM.choice(PLAIN))
        elif kind < 0.45:
            parts.append(b"c" + RANDOM.choice(NAMES) + b"\n" + RANDOM.choice(NAMES) + b"\n")
        elif kind < 0.5:
            parts.append(b"(" + RANDOM.choice(PLAIN) + b"i" + RANDOM.choice(NAMES) + b"\n" + RANDOM.choice(NAMES) + b"\n")
        elif kind < 0.58:
            parts.append(text(RANDOM.choice(NAMES)) + text(RANDOM.choice(NAMES)) + b"\x93")
        elif kind < 0.66:
            parts.append(b"c" + RANDOM.choice(NAMES) + b"\nX\n" + RANDOM.choice([b")R", b")\x81", b"K\x01\x85R", b")R}b", b")R(K\x01e"]))
        else:
            parts.append(RANDOM.choice(STACK))
    return b"".join(parts) + b"."


def main():
    wrong, content = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.pkl"
        for _ in range(COUNT):
            data = program()
            # Announced, so that it is not only tried.
            data = data if data.startswith(b"\x80") else b"\x80\x00" + data
            path.write_bytes(data)
            seen, is_content = loaded(data)
            imports, is_broken, has_unknown = listed(path)
            content += is_content
            missed = [name for name in dict.fromkeys(seen) if name not in imports and not has_unknown]
            if missed or (is_content and is_broken):
                wrong += 1
                print(f"{data!r}\n  loader: {seen} {'content' if is_content else 'stops'}\n  listed: {imports} {'broken' if is_broken else 'whole'}")
    print(f"{COUNT} programs, {content} of them whole; {wrong} differ")
    sys.exit(wrong > 0)


main()
