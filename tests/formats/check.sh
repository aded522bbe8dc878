#!/usr/bin/env bash
# Checks reports against what their readers take: GitLab's and reviewdog's JSON against a schema, JUnit as XML, HTML as a page
# that asks nobody for anything.
#
# Usage: tests/formats/check.sh [FORMAT=FILE...]
# Without arguments the sample reports of `crates/emit` are checked, as their snapshots hold them. check-jsonschema comes
# from PyPI and is kept in target/formats-tools; once it is there, no network is needed. Needs python3.
set -euo pipefail

CHECK_JSONSCHEMA=0.39.0

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
venv=$root/target/formats-tools/python-$CHECK_JSONSCHEMA
source=$root/crates/emit/src

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

if [[ ! -x $venv/bin/check-jsonschema ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "check-jsonschema==$CHECK_JSONSCHEMA"
fi

check() { # FORMAT FILE
  case $1 in
    gitlab-codequality | gitlab-sast | gitlab-secrets | rdjson)
      "$venv/bin/check-jsonschema" --schemafile "$here/$1.schema.json" "$2" >"$scratch/log" 2>&1 || { cat "$scratch/log"; return 1; }
      ;;
    junit) python3 "$here/junit.py" "$2" ;;
    html) python3 "$here/page.py" "$2" ;;
    *) echo "no check for the format $1"; return 1 ;;
  esac
}

# A snapshot has a head between two lines of dashes.
snapshot() { # FORMAT FILE
  awk 'dashes == 2; /^---$/ && dashes < 2 { dashes++ }' "$2" >"$scratch/$1"
  echo "$1=$scratch/$1"
}

if [[ $# -eq 0 ]]; then
  set -- \
    "$(snapshot gitlab-codequality "$source/gitlab/snapshots/weighbridge_emit__gitlab__code_quality__tests__gitlab_codequality.snap")" \
    "$(snapshot gitlab-sast "$source/gitlab/snapshots/weighbridge_emit__gitlab__security__tests__gitlab_sast.snap")" \
    "$(snapshot gitlab-secrets "$source/gitlab/snapshots/weighbridge_emit__gitlab__security__tests__gitlab_secrets.snap")" \
    "$(snapshot rdjson "$source/snapshots/weighbridge_emit__rdjson__tests__rdjson.snap")" \
    "$(snapshot junit "$source/snapshots/weighbridge_emit__junit__tests__junit.snap")"
fi
failed=0
for argument in "$@"; do
  check "${argument%%=*}" "${argument#*=}" || { echo "$argument: not as it must be"; failed=1; }
done
[[ $failed -eq 0 ]] && echo "$# file(s) as they must be"
exit "$failed"
