#!/usr/bin/env bash
# Provides the weighbridge binary that the action runs, and names it in the output `bin`.
#
# Everything comes through the environment, so that no input is ever read as code:
#   IN_INSTALL  source   build the checkout that this script stands in, with its lock file (default)
#               release  download an archive whose checksum is known
#               path     take `weighbridge` from PATH
#               file     take the file IN_BINARY
#   IN_VERSION  X.Y.Z; needed for `release`, compared with the binary otherwise
#   IN_SHA256   checksum of the archive, or of the file; stronger than ci/checksums.txt
#   IN_MIRROR   address in place of GitHub's, for `release`; below it lies vX.Y.Z/<archive>
#   IN_BINARY   for `file`
# Also needs GITHUB_OUTPUT and RUNNER_TEMP. Runs in bash 3.2, the one of macOS.
set -euo pipefail

releases=https://github.com/weighbridge/weighbridge/releases/download
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

install=${IN_INSTALL:-source}
version=${IN_VERSION:-}
sha256=${IN_SHA256:-}
mirror=${IN_MIRROR:-$releases}
binary=${IN_BINARY:-}

# An input in a message could start a command of the runner on a line of its own, so it is escaped.
fail() {
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '::error title=weighbridge::%s\n' "$text"
  exit 2
}

sha256_of() {
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1"
  else
    shasum -a 256 <"$1"
  fi | cut -c 1-64
}

require_sha256() {
  local file=$1 expected=$2 actual
  actual=$(sha256_of "$file")
  [[ $actual == "$expected" ]] || fail "the checksum of $(basename -- "$file") is $actual, expected was $expected"
}

target_of_this_machine() {
  local system machine
  system=$(uname -s)
  machine=$(uname -m)
  [[ $machine == arm64 ]] && machine=aarch64
  case $system-$machine in
    Linux-x86_64 | Linux-aarch64) echo "$machine-unknown-linux-musl" ;;
    Darwin-x86_64 | Darwin-aarch64) echo "$machine-apple-darwin" ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) fail "there are no releases for $system on $machine; use \`install: source\` or \`install: file\`" ;;
  esac
}

# Cargo and rustup read settings from the current folder and those above it. The current folder belongs to the author of
# the change that is judged, and such settings can name a compiler of their own: the build runs where the action lies.
build_from_source() {
  command -v cargo >/dev/null || fail "\`install: source\` needs cargo, which is not on PATH; see https://rustup.rs"
  local folder=$RUNNER_TEMP/weighbridge-build
  (cd -- "$root" && CARGO_TARGET_DIR=$folder cargo build --release --locked --bin weighbridge) >&2 ||
    fail "building weighbridge from source failed; the log above says why"
  binary=$folder/release/weighbridge
  [[ -f $binary ]] || binary=$binary.exe
}

download_release() {
  [[ -n $version ]] || fail "\`install: release\` needs \`version\`, an exact X.Y.Z"
  local name folder archive
  # As a statement of its own: a failure inside `local name=$(…)` would go unnoticed.
  name=$(target_of_this_machine) || { printf '%s\n' "$name"; exit 2; }
  name=weighbridge-$version-$name
  if [[ -z $sha256 ]]; then
    sha256=$(awk -v file="$name.tar.gz" '$2 == file { print $1 }' "$root/ci/checksums.txt")
    [[ -n $sha256 ]] || fail "no checksum is known for $name.tar.gz; pin a commit of the action that knows it, or set \`sha256\`"
  fi
  folder=$(mktemp -d "$RUNNER_TEMP/weighbridge-XXXXXX")
  archive=$folder/$name.tar.gz
  curl --fail --silent --show-error --location --globoff --proto '=https,http,file' --proto-redir '=https' \
    --retry 3 --max-time 300 --max-filesize 200000000 --output "$archive" --url "$mirror/v$version/$name.tar.gz" >&2 ||
    fail "cannot download $mirror/v$version/$name.tar.gz"
  require_sha256 "$archive" "$sha256"
  tar -xzf "$archive" -C "$folder" || fail "cannot unpack $name.tar.gz"
  binary=$folder/$name/weighbridge
  [[ -f $binary ]] || binary=$binary.exe
}

exact_version='^[0-9]+\.[0-9]+\.[0-9]+$'
[[ -z $version || $version =~ $exact_version ]] || fail "\`version\` must be an exact X.Y.Z, not a range or a name"
digits='^[0-9a-f]{64}$'
[[ -z $sha256 || $sha256 =~ $digits ]] || fail "\`sha256\` must be 64 lower-case hexadecimal digits"

case $install in
  source) build_from_source ;;
  release) download_release ;;
  path) binary=$(command -v weighbridge) || fail "\`install: path\`: weighbridge is not on PATH" ;;
  file)
    [[ -n $binary ]] || fail "\`install: file\` needs \`binary\`"
    [[ -f $binary ]] || fail "there is no file $binary"
    [[ -z $sha256 ]] || require_sha256 "$binary" "$sha256"
    ;;
  *) fail "\`install\` must be source, release, path or file" ;;
esac

# The scan may run in another folder, and an output is one line.
binary=$(cd -- "$(dirname -- "$binary")" && pwd)/$(basename -- "$binary")
[[ $binary != *[$'\r\n']* ]] || fail "the path of the binary must not hold a line break"
[[ -x $binary ]] || fail "$binary cannot be executed"
found=$("$binary" --version) || fail "$binary --version fails"
[[ -z $version || $found == "weighbridge $version" ]] || fail "$binary is $found, expected was version $version"

printf 'weighbridge: %s\n' "$found"
printf 'bin=%s\n' "$binary" >>"$GITHUB_OUTPUT"
