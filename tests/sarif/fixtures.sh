#!/usr/bin/env bash
# Writes the SARIF report of every fixture, of a clean run and of 6,000 findings, and checks them in three layers (check.sh).
#
# Usage: tests/sarif/fixtures.sh [BINARY]     (default target/release/weighbridge)
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

binary=$(realpath "${1:-target/release/weighbridge}")
out=$PWD/target/sarif-fixtures
rm -rf -- "$out"
mkdir -p -- "$out/many"

scan() { # NAME EXPECTED-EXIT-CODES PATH
  local status=0
  "$binary" scan --isolated --no-ignore --hidden --profile all --format sarif "$3" >"$out/$1.sarif" 2>"$out/$1.log" || status=$?
  [[ " $2 " == *" $status "* ]] || { cat "$out/$1.log"; echo "$3: exit code $status, expected one of $2"; exit 1; }
}

for fixture in fixtures/projects/* fixtures/*; do
  [[ -d $fixture && $fixture != fixtures/projects ]] || continue
  scan "$(basename "$fixture")" "0 1" "$fixture"
done
mkdir -p "$out/empty" && : >"$out/empty/nothing.py"
scan clean 0 "$out/empty"
for number in 1 2 3; do
  python3 -c 'print("eval(value)\n" * 2000, end="")' >"$out/many/part$number.py"
done
(cd "$out/many" && scan many 1 .)
python3 - "$out/many.sarif" <<'PYTHON'
import json, sys

run = json.load(open(sys.argv[1], encoding="utf-8"))["runs"][0]
assert len(run["results"]) == 5000, f"{len(run['results'])} results: more than 5,000 must be cut"
notes = run["invocations"][0].get("toolExecutionNotifications", [])
assert any("5000" in n["message"]["text"] or "5,000" in n["message"]["text"] for n in notes), "the cut must be said"
PYTHON
bash tests/sarif/check.sh "$out"/*.sarif
