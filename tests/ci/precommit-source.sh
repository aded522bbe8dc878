#!/usr/bin/env bash
# Tries the hook that builds weighbridge with cargo, as pre-commit does: `cargo install --bins --path .` without a lock
# file of its own choosing, in a clone.
#
# Usage: tests/ci/precommit-source.sh
# Slow: minutes. CARGO_TARGET_DIR is target/ci-tools/hook, so that dependencies are built once; the crates of the workspace
# are built in each run, since each has a clone of its own.
source "$(dirname -- "${BASH_SOURCE[0]}")/tools.sh"
install_python_tools
source "$here/hooks.sh"
export CARGO_TARGET_DIR=$tools/hook

# A clone without the history, with what is not committed yet.
hooks=$scratch/hooks
mkdir "$hooks"
(cd -- "$root" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [[ ! -e $file ]] || printf '%s\0' "$file"
done | tar --null --files-from=- -cf -) | tar -xf - -C "$hooks"
git init --quiet "$hooks"
git -C "$hooks" add . && git -C "$hooks" commit --quiet --message hooks


# `pre-commit try-repo` would build again each time.
printf 'repos:\n  - repo: file://%s\n    rev: %s\n    hooks:\n      - id: weighbridge-src\n' \
  "$hooks" "$(git -C "$hooks" rev-parse HEAD)" >"$scratch/config.yaml"
try() { "$python/bin/pre-commit" run --config "$scratch/config.yaml" "$@" >"$scratch/log" 2>&1; }
staged_cases weighbridge-src
finish
