#!/usr/bin/env bash
# Writes the reports of the demo project, of the same project without faults, and of an incomplete run, and checks them (check.sh).
#
# Usage: tests/formats/binary.sh [BINARY]     (default target/release/weighbridge)
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

binary=$(realpath "${1:-target/release/weighbridge}")
out=$PWD/target/formats
rm -rf -- "$out"
mkdir -p -- "$out/large"
python3 -c 'print("eval(value)\n" * 2000, end="")' >"$out/large/large.py"

arguments=()
scan() { # NAME EXPECTED-EXIT-CODE ARGUMENTS...
  local name=$1 expected=$2 status=0 outputs=() format
  shift 2
  for format in gitlab-codequality gitlab-sast gitlab-secrets rdjson junit html; do
    outputs+=(--output "$format=$out/$name.$format")
    arguments+=("$format=$out/$name.$format")
  done
  "$binary" scan "${outputs[@]}" "$@" >"$out/$name.text" 2>"$out/$name.log" || status=$?
  [[ $status -eq $expected ]] || { cat "$out/$name.log"; echo "$name: exit code $status, expected $expected"; exit 1; }
}

scan demo 1 fixtures/projects/demo
scan demo-fixed 0 fixtures/projects/demo-fixed
scan incomplete 3 --isolated --no-ignore --max-file-size 1KB "$out/large"
bash tests/formats/check.sh "${arguments[@]}"
