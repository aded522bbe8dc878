#!/usr/bin/env bash
# Tries the hooks that take a wheel or an installed weighbridge, with pre-commit and prek, in a made-up repository.
#
# Usage: tests/ci/precommit.sh
# Needs a release binary. Builds the wheel, and lets pip and uv take packages from its folder only. The hook that builds from
# source has a script of its own, precommit-source.sh, since it is slow.
source "$(dirname -- "${BASH_SOURCE[0]}")/tools.sh"
need_binary
install_python_tools
build_wheels
source "$here/hooks.sh"

mkdir "$scratch/bin"
ln -s "$binary" "$scratch/bin/weighbridge"
# prek looks for uv, which makes the environments for Python.
ln -s "$python/bin/uv" "$scratch/bin/uv"
plain_path=$PATH
export PATH=$scratch/bin:$PATH
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$wheels UV_NO_INDEX=1 UV_FIND_LINKS=$wheels UV_CACHE_DIR=$scratch/uv

# A repository that pre-commit can clone, with the manifest, the package of the hooks, and nothing that takes time.
hooks=$scratch/hooks
git init --quiet "$hooks"
cp "$root/.pre-commit-hooks.yaml" "$root/pyproject.toml" "$hooks"
git -C "$hooks" add . && git -C "$hooks" commit --quiet --message hooks
revision=$(git -C "$hooks" rev-parse HEAD)

# config HOOK…: writes settings that take these hooks from that repository.
config() {
  printf 'repos:\n  - repo: file://%s\n    rev: %s\n    hooks:\n' "$hooks" "$revision" >"$scratch/config.yaml"
  printf '      - id: %s\n' "$@" >>"$scratch/config.yaml"
}

try() { "$python/bin/$runner" "${way[@]}" "$@" >"$scratch/log" 2>&1; }

for runner in pre-commit prek; do
  way=(try-repo "$hooks" weighbridge-system)
  staged_cases "$runner, installed binary"

  # The wheel alone: no weighbridge on PATH. `try-repo` would install it again each time.
  rm -- "$scratch/bin/weighbridge"
  mkdir -p "$scratch/clean" && cd -- "$scratch/clean"
  [[ -d .git ]] || { git init --quiet . && git commit --quiet --allow-empty --message base; }
  for hook in weighbridge weighbridge-push weighbridge-commit-msg; do
    echo subject >message && git add message
    case $hook in
      weighbridge) options=(--all-files) ;;
      weighbridge-push) options=(--hook-stage pre-push) ;;
      weighbridge-commit-msg) options=(--hook-stage commit-msg --commit-msg-filename message) ;;
    esac
    check "$runner: try-repo installs $hook from the wheel" quiet "$python/bin/$runner" try-repo "$hooks" "$hook" "${options[@]}"
    check "$runner: $hook ran" grep -q Passed "$scratch/log"
  done
  config weighbridge
  way=(run --config "$scratch/config.yaml")
  staged_cases "$runner, wheel"

  printf 'exclude = ["vendored/"]\n' >weighbridge.toml
  mkdir vendored && echo 'eval(input())' >vendored/fault.py
  git add . && check "$runner: what the settings exclude does not count" try
  git reset --quiet --hard
  ln -s "$binary" "$scratch/bin/weighbridge"
done

# --- what init writes ------------------------------------------------------------------------------------------------------

# No wheel is at hand, so none can have been taken.
for runner in pre-commit prek; do
  rm -rf -- "$scratch/written"
  git init --quiet "$scratch/written" && cd -- "$scratch/written"
  quiet "$binary" init --pre-commit
  sed -i "s#https://github.com/weighbridge/weighbridge#file://$hooks#; s#0000000000000000000000000000000000000000#$revision#" .pre-commit-config.yaml
  git add .
  check "$runner: what init writes passes" quiet env PIP_FIND_LINKS=/none UV_FIND_LINKS=/none "$python/bin/$runner" run
  check "$runner: so it does for a push" quiet env PIP_FIND_LINKS=/none UV_FIND_LINKS=/none "$python/bin/$runner" run --hook-stage pre-push
  echo 'eval(input())' >fault.py && git add .
  check "$runner: what init writes finds a fault" not quiet "$python/bin/$runner" run
done
cd -- "$scratch/user"

# --- the hooks in a repository ---------------------------------------------------------------------------------------------

rm -- "$scratch/bin/weighbridge"
config weighbridge weighbridge-push weighbridge-commit-msg
cp "$scratch/config.yaml" .pre-commit-config.yaml
git add .pre-commit-config.yaml
check "pre-commit installs" quiet "$python/bin/pre-commit" install --hook-type pre-commit --hook-type pre-push --hook-type commit-msg
echo 'eval(input())' >fault.py
git add fault.py
check "a commit with a fault is refused" not quiet git commit --message fault
check "the log shows it" grep -q python/eval-call "$scratch/log"

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

quiet git commit --allow-empty --message 'without a policy'
check "a message stays as it is" test "$(git log -1 --format=%B)" = 'without a policy'
WEIGHBRIDGE_ASSISTED_BY=Claude:test quiet git commit --allow-empty --message 'with a policy'
check "a message gets its trailer" test "$(git log -1 --format='%(trailers:key=Assisted-by,valueonly)')" = Claude:test
address='postgres://admin:hu''nter2Kx9@db.example.org/x'
check "a message with a password is refused" not quiet git commit --allow-empty --message "use $address"
check "the log names the rule" grep -q secret/database-url "$scratch/log"
check "the log does not show the password" not grep -q nter2Kx9 "$scratch/log"

# --- cost -------------------------------------------------------------------------------------------------------------------

# The processor time of weighbridge itself, the least of five runs; what pre-commit takes comes on top.
export PATH=$plain_path
mkdir "$scratch/twenty"
for number in {1..20}; do
  cp "$root/docs/rules.py" "$scratch/twenty/$number.py"
done
cost=$("$python/bin/python" - "$binary" "$scratch"/twenty/*.py <<'PYTHON'
import resource, subprocess, sys

def seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

costs = []
for _ in range(5):
    before = seconds()
    subprocess.run([sys.argv[1], "scan", "--force-exclude", "--isolated", "--exit-zero", "--", *sys.argv[2:]], capture_output=True, check=True)
    costs.append(seconds() - before)
print(round(min(costs) * 1000))
PYTHON
)
echo "20 files: $cost ms"
check "20 files take less than 100 ms" test "$cost" -lt 100
finish
