#!/usr/bin/env bash
# Checks SARIF files in three layers; none of them sees what the other two see.
#
#   1. the JSON schema of SARIF 2.1.0 (draft-07, shipped with the multitool), with check-jsonschema
#   2. Microsoft's multitool with its rules for SARIF and for GitHub code scanning
#   3. what GitHub wants beyond both: github_limits.py
#
# Usage: tests/sarif/check.sh FILE...
# Without files the sample report of `crates/emit` is checked. The tools come from PyPI and npm and are kept in
# target/sarif-tools; once they are there, no network is needed. Needs python3, npm and libicu.
set -euo pipefail

CHECK_JSONSCHEMA=0.39.0
MULTITOOL=5.7.0

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
tools=$root/target/sarif-tools
venv=$tools/python-$CHECK_JSONSCHEMA
npm=$tools/npm-$MULTITOOL
package=$npm/node_modules/@microsoft/sarif-multitool-linux
multitool=$package/Sarif.Multitool
schema=$package/sarif-2.1.0.json

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

install_tools() {
  if [[ ! -x $venv/bin/check-jsonschema ]]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "check-jsonschema==$CHECK_JSONSCHEMA"
  fi
  if [[ ! -f $schema ]]; then
    # The package with the binary is named as well: npm leaves out optional dependencies without a word.
    npm install --prefix "$npm" --no-audit --no-fund --ignore-scripts --loglevel=error \
      "@microsoft/sarif-multitool@$MULTITOOL" "@microsoft/sarif-multitool-linux@$MULTITOOL" >/dev/null
  fi
  # npm does not run the install script that would do this.
  chmod u+x "$multitool"
}

# The multitool exits with 0 whatever it finds, so its results are counted. It also tries to fetch every address in the file, which
# is no business of ours and takes a minute with all rules: a proxy that refuses ends that at once.
check_with_multitool() {
  local file=$1 output=$scratch/multitool.sarif log=$scratch/multitool.log
  rm -f -- "$output"
  if ! http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 "$multitool" validate "$file" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' --max-file-size-in-kb 102400 \
    --output "$output" --log ForceOverwrite >"$log" 2>&1 || [[ ! -s $output ]]; then
    cat "$log"
    return 1
  fi
  python3 - "$output" <<'PYTHON'
import json, sys

with open(sys.argv[1], encoding="utf-8-sig") as file:
    runs = json.load(file)["runs"]
bad = 0
for run in runs:
    rules = {rule["id"]: rule for rule in run["tool"]["driver"].get("rules", [])}
    for result in run.get("results", []):
        if result.get("level", "warning") not in ("error", "warning"):
            continue
        bad += 1
        message = result["message"]
        if "text" in message:
            text = message["text"]
        else:
            template = rules[result["ruleId"]]["messageStrings"][message["id"]]["text"]
            text = template.format(*message.get("arguments", []))
        region = result["locations"][0]["physicalLocation"].get("region", {})
        print(f"  {result['ruleId']} line {region.get('startLine', '?')}: {text}")
    for invocation in run.get("invocations", []):
        for notification in invocation.get("toolExecutionNotifications", []):
            if notification.get("level") == "error":
                bad += 1
                print(f"  {notification['message'].get('text', notification)}")
sys.exit(bool(bad))
PYTHON
}

check() {
  local file=$1 result=0
  "$venv/bin/check-jsonschema" --schemafile "$schema" "$file" >"$scratch/schema.log" 2>&1 || {
    echo "$file: against the schema of SARIF 2.1.0:"
    cat "$scratch/schema.log"
    result=1
  }
  check_with_multitool "$file" >"$scratch/rules.log" || {
    echo "$file: against the multitool's rules:"
    cat "$scratch/rules.log"
    result=1
  }
  python3 "$here/github_limits.py" "$file" || result=1
  return "$result"
}

install_tools
if [[ $# -eq 0 ]]; then
  # A snapshot has a head between two lines of dashes.
  awk 'dashes == 2; /^---$/ { dashes++ }' \
    "$root/crates/emit/src/sarif/snapshots/weighbridge_emit__sarif__tests__sarif_of_the_sample.snap" >"$scratch/sample.sarif"
  set -- "$scratch/sample.sarif"
fi
failed=0
for file in "$@"; do
  check "$file" || failed=1
done
[[ $failed -eq 0 ]] && echo "$# file(s) clean in three layers"
exit "$failed"
