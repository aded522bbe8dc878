#!/usr/bin/env bash
# Tries the hooks that use an installed weighbridge, with pre-commit and prek, in a made-up repository.
#
# Usage: tests/ci/precommit.sh
# Needs a release binary. The hook that builds from source has a script of its own, precommit-source.sh, since it is slow.
source "$(dirname -- "${BASH_SOURCE[0]}")/tools.sh"
need_binary
install_python_tools
source "$here/hooks.sh"

mkdir "$scratch/bin"
ln -s "$binary" "$scratch/bin/weighbridge"
export PATH=$scratch/bin:$PATH

# A repository that pre-commit can clone, with the manifest and nothing that takes time.
hooks=$scratch/hooks
git init --quiet "$hooks"
cp "$root/.pre-commit-hooks.yaml" "$hooks"
git -C "$hooks" add . && git -C "$hooks" commit --quiet --message hooks
revision=$(git -C "$hooks" rev-parse HEAD)

for runner in pre-commit prek; do
  try() { "$python/bin/$runner" try-repo "$hooks" weighbridge-system "$@" >"$scratch/log" 2>&1; }
  staged_cases "$runner"
done

printf 'repos:\n  - repo: file://%s\n    rev: %s\n    hooks:\n      - id: weighbridge-system\n      - id: weighbridge-push\n' \
  "$hooks" "$revision" >.pre-commit-config.yaml
git add .pre-commit-config.yaml
check "pre-commit installs" quiet "$python/bin/pre-commit" install --hook-type pre-commit --hook-type pre-push
echo 'eval(input())' >fault.py
git add fault.py
check "a commit with a fault is refused" not quiet git commit --message fault
check "the log shows it" grep -q python/eval-call "$scratch/log"

if has_flag --changed; then
  quiet git commit --no-verify --message fault
  git init --quiet --bare "$scratch/remote"
  git remote add origin "$scratch/remote"
  check "the first push with a fault is refused" not quiet git push origin main
  check "nothing arrives" test -z "$(git -C "$scratch/remote" branch)"
  quiet git push --no-verify origin main
  echo 'print("clean")' >more.py
  git add more.py && quiet git commit --message more
  check "what was pushed before does not count" quiet git push origin main
  echo 'exec(input())' >other.py
  git add other.py && quiet git commit --no-verify --message other
  check "a later push with a fault is refused" not quiet git push origin main
else
  skip "weighbridge-push: $binary does not know --changed"
fi
finish
