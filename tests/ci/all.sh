#!/usr/bin/env bash
# Tests all ways into a pull request that can be tested in about five minutes.
#
# Usage: tests/ci/all.sh
# Needs python3, npm, rsync, shellcheck, and target/release/weighbridge. The tools come from PyPI and npm and are kept in
# target/ci-tools; once they are there, no network is needed.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

failed=0
for script in validate init actions gitlab precommit; do
  printf '\n== tests/ci/%s.sh\n' "$script"
  "./$script.sh" || failed=1
done
exit "$failed"

# Slow, to be run by hand after changes to the hooks or to Cargo.toml:
#   tests/ci/precommit-source.sh    builds weighbridge as pre-commit does, minutes at first
