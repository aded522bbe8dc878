#!/usr/bin/env bash
# Runs the scripts of the action in a made-up runner, first with a stand-in for weighbridge, then with weighbridge itself.
#
# Usage: tests/ci/actions.sh
# Not run here: the steps as a runner chains them, and the upload, which need GitHub.
source "$(dirname -- "${BASH_SOURCE[0]}")/tools.sh"
install_python_tools

mkdir "$scratch/bin" "$scratch/work"
cp "$here/stand-in.sh" "$scratch/bin/weighbridge"
cd -- "$scratch/work"

# runner SCRIPT [NAME=VALUE…]: runs a script as a step. Leaves code, log, outputs and summary in $scratch.
runner() {
  local script=$1
  shift
  rm -rf -- "$scratch/outputs" "$scratch/summary" "$scratch/temp" "$scratch/arguments"
  mkdir "$scratch/temp"
  : >"$scratch/outputs"
  : >"$scratch/summary"
  code=0
  env -i "PATH=$scratch/bin:$PATH" "HOME=$HOME" RUNNER_TEMP="$scratch/temp" GITHUB_OUTPUT="$scratch/outputs" \
    GITHUB_STEP_SUMMARY="$scratch/summary" GITHUB_EVENT_NAME=pull_request STAND_IN_ARGUMENTS="$scratch/arguments" \
    "$@" bash "$script" >"$scratch/log" 2>&1 || code=$?
}

install() { runner "$root/ci/install.sh" "$@"; }
scan() { runner "$root/ci/run.sh" IN_BIN="$scratch/bin/weighbridge" "$@"; }

output() { grep -qxF -- "$1=$2" "$scratch/outputs"; }
output_of() { sed -n "s/^$1=//p" "$scratch/outputs"; }
logged() { grep -qF -- "$1" "$scratch/log"; }
was_given() { tr '\0' '\n' <"$scratch/arguments" | grep -qxF -- "$1"; }
refused() { [[ $code -eq 2 && ! -s $scratch/outputs ]] && logged "$1"; }
not() { ! "$@"; }
# What the runner would take for a command outside of the stretch in which it looks for none.
commands() { awk '/^::stop-commands::/ { end = "::" substr($0, 18) "::"; next } end != "" { if ($0 == end) end = ""; next } /^ *::|##\[/' "$scratch/log"; }

# --- install: release ---------------------------------------------------------------------------------------------------

mirror=$scratch/mirror
system=$(uname -m)-unknown-linux-musl
name=weighbridge-0.1.0-$system
mkdir -p "$mirror/v0.1.0" "$scratch/archive/$name"
cp "$here/stand-in.sh" "$scratch/archive/$name/weighbridge"
tar -czf "$mirror/v0.1.0/$name.tar.gz" -C "$scratch/archive" "$name"
sha256=$(sha256sum <"$mirror/v0.1.0/$name.tar.gz" | cut -c 1-64)
release=(IN_INSTALL=release IN_VERSION=0.1.0 "IN_MIRROR=file://$mirror")

install "${release[@]}"
check "a version without a known checksum is refused" refused "no checksum is known"
install "${release[@]}" IN_SHA256="${sha256//[0-9]/0}"
check "an archive with another checksum is refused" refused "expected was"
install "${release[@]}" IN_SHA256=short
check "a checksum that is none is refused" refused "64 lower-case"
install "${release[@]}" IN_SHA256="$sha256"
check "an archive with the right checksum is installed" test "$code" -eq 0 -a -x "$(output_of bin)"
for version in latest 0.1 ^0.1.0 '' 0.1.0-rc1; do
  install "${release[@]}" IN_VERSION="$version"
  check "the version \`$version\` is refused" refused "exact X.Y.Z"
done
install "${release[@]}" IN_VERSION=9.9.9 IN_SHA256="$sha256"
check "a release that is not there is refused" refused "cannot download"

mkdir "$scratch/action"
cp -R "$root/ci" "$scratch/action/ci"
echo "$sha256  $name.tar.gz" >>"$scratch/action/ci/checksums.txt"
runner "$scratch/action/ci/install.sh" "${release[@]}"
check "a version that the table knows is installed" test "$code" -eq 0 -a -x "$(output_of bin)"
echo >>"$mirror/v0.1.0/$name.tar.gz"
runner "$scratch/action/ci/install.sh" "${release[@]}"
check "an archive that was replaced is refused" refused "expected was"

# --- install: path, file, source ----------------------------------------------------------------------------------------

install IN_INSTALL=path
check "a binary on PATH is taken" output bin "$scratch/bin/weighbridge"
install IN_INSTALL=path IN_VERSION=0.2.0
check "a binary of another version is refused" refused "expected was version 0.2.0"
install IN_INSTALL=elsewhere
check "an unknown way to install is refused" refused "must be source"

# shellcheck disable=SC2016 # it must not be expanded
odd='a $(touch inert) `touch inert`; touch inert'
mkdir -- "$odd"
cp "$here/stand-in.sh" "$odd/weighbridge"
install IN_INSTALL=file IN_BINARY="$odd/weighbridge"
check "a path with spaces and \$(…) is a path" output bin "$PWD/$odd/weighbridge"
install IN_INSTALL=file IN_BINARY="$odd/weighbridge" IN_SHA256="$sha256"
check "a file with another checksum is refused" refused "expected was"
install IN_INSTALL=file IN_BINARY="$odd/absent"
check "a file that is not there is refused" refused "there is no file"
install IN_INSTALL=file IN_BINARY=$'x\n::add-mask::y\nz'
check "a line break in an input starts no command" test "$(commands | wc -l)" -eq 1
check "a refused input leaves no output" refused "there is no file"

line_break=$'inner\nbin=evil'
mkdir -p -- "$line_break"
cp "$here/stand-in.sh" "$line_break/weighbridge"
install IN_INSTALL=file IN_BINARY="$line_break/weighbridge"
check "a path with a line break adds no output" refused "must not hold a line break"

mkdir .cargo "$scratch/cargo"
printf '[build]\nrustc-wrapper = "/bin/false"\n' >.cargo/config.toml
cat >"$scratch/cargo/cargo" <<'CARGO'
#!/usr/bin/env bash
{ pwd; printf '%s\n' "$@"; } >"$STAND_IN_ARGUMENTS"
mkdir -p "$CARGO_TARGET_DIR/release"
cp "$(command -v weighbridge)" "$CARGO_TARGET_DIR/release/weighbridge"
CARGO
chmod +x "$scratch/cargo/cargo"
install IN_INSTALL=source PATH="$scratch/cargo:$scratch/bin:$PATH"
check "the source is built" test "$code" -eq 0 -a -x "$(output_of bin)"
check "it is built in the folder of the action, not in that of the change" test "$(head -n 1 "$scratch/arguments")" = "$root"
check "it is built with the lock file" grep -qx -- --locked "$scratch/arguments"
rm -r .cargo
install PATH="$scratch/cargo:$scratch/bin:$PATH"
check "source is the default" grep -qx -- --locked "$scratch/arguments"

# --- run: inputs --------------------------------------------------------------------------------------------------------

touch one two
scan IN_PATHS=$'with space\n$(touch inert)\n*\n--exit-zero\r\n\n; touch inert' IN_CONFIG='a file.toml' IN_BASE='--exit-zero' IN_FAIL_ON=high
check "a path with a space is one argument" was_given "with space"
# shellcheck disable=SC2016 # it must not be expanded
check "a path with \$(…) is an argument" was_given '$(touch inert)'
check "a path with a star is an argument" was_given '*'
check "a path with a semicolon is an argument" was_given '; touch inert'
check "flags end before the paths" test "$(tr '\0' '\n' <"$scratch/arguments" | sed -n '/^--$/{n;p;}')" = "with space"
check "a path that looks like a flag is a path" test "$(tr '\0' '\n' <"$scratch/arguments" | tail -n 2 | head -n 1)" = --exit-zero
check "a base that looks like a flag is a base" was_given --since=--exit-zero
check "a settings file with a space is one argument" was_given "--config=a file.toml"
check "the threshold is passed on" was_given --fail-on=high
scan IN_POLICY='a policy.toml'
check "a policy with a space is one argument" was_given "--policy=a policy.toml"
scan
check "without a base weighbridge looks for it" was_given --changed
check "without inputs there is no threshold" not grep -q -- --fail-on "$scratch/arguments"
scan IN_SCOPE=all
check "\`all\` compares with nothing" not grep -qE -- '--(changed|since)' "$scratch/arguments"
for pair in IN_SCOPE=some IN_FAIL_ON=severe IN_ANNOTATIONS=maybe IN_SUMMARY=yes IN_UPLOAD_SARIF=never $'IN_PATHS=a\n-'; do
  scan "$pair"
  check "$pair is refused" test "$(output_of exit-code)" = 2 -a "$(output_of human-review-required)" = true -a ! -e "$scratch/arguments"
done
check "nothing that stood in an input was run" test ! -e inert

# --- run: what comes out ------------------------------------------------------------------------------------------------

scan
check "a clean scan returns 0" output exit-code 0
check "a clean scan needs nobody" output human-review-required false
check "a clean scan has no findings" output findings 0
for file in sarif-file json-file markdown-file; do
  check "$file is there" test -f "$(output_of "$file")"
done
scan STAND_IN_CODE=1 STAND_IN_REVIEW=true STAND_IN_COUNTS='1 2 3 4 5' STAND_IN_FAIL_ON='"medium"'
check "the step goes on after findings" test "$code" -eq 0
check "the code of the scan is an output" output exit-code 1
check "findings at or above the threshold are counted" output findings 6
check "whether a person must look stands in the report" output human-review-required true
scan STAND_IN_COUNTS='1 2 3 4 5' STAND_IN_FAIL_ON=null
check "\`never\` counts none" output findings 0
scan STAND_IN_CODE=3 STAND_IN_REVIEW=true
check "an incomplete scan is told apart" output exit-code 3
check "an incomplete scan needs a person" output human-review-required true
scan STAND_IN_REVIEW=maybe
check "a report that does not say whether a person must look is none" test "$(output_of exit-code)" = 2 -a "$(output_of human-review-required)" = true
for failure in 2 101 130; do
  scan STAND_IN_CODE=$failure
  check "after $failure there is no report" test "$(output_of exit-code)" = "$failure" -a -z "$(output_of sarif-file)"
  check "after $failure a person is needed" output human-review-required true
done
scan STAND_IN_CODE=3 STAND_IN_SILENT=yes
check "a scan that could not begin keeps its code" test "$(output_of exit-code)" = 3 -a -z "$(output_of sarif-file)"
scan STAND_IN_CODE=0 STAND_IN_SILENT=yes
check "without a report nothing is clean" output exit-code 2

many=$(for n in {1..12}; do echo "::error file=a,line=$n::e$n"; done; for n in {1..10}; do echo "::notice file=a::n$n"; done)
scan STAND_IN_ANNOTATIONS="$many"$'\n::add-path::/tmp\n##[add-matcher]x\n'
check "of 12 errors 9 are shown, and how many more there are" test "$(commands | grep -c '^::error ')" -eq 10
check "10 notices are shown" test "$(commands | grep -c '^::notice ')" -eq 10
check "the rest is counted" logged "3 more;"
check "nothing but annotations is printed" test "$(commands | grep -vcE '^::(error|notice) ')" -eq 0
check "what the scan prints starts no command" not grep -q 'a line of a scanned file' <(commands)
scan STAND_IN_ANNOTATIONS="$many" IN_ANNOTATIONS=off
check "annotations can be switched off" test -z "$(commands)"

echo '# a report' >"$scratch/markdown"
scan STAND_IN_MARKDOWN="$scratch/markdown"
check "the report is the summary" cmp -s "$scratch/markdown" "$scratch/summary"
scan STAND_IN_MARKDOWN="$scratch/markdown" IN_SUMMARY=off
check "the summary can be switched off" test ! -s "$scratch/summary"
head -c 1100000 /dev/zero | tr '\0' x >"$scratch/markdown"
scan STAND_IN_MARKDOWN="$scratch/markdown" STAND_IN_CODE=1 STAND_IN_COUNTS='0 3 0 0 0'
check "a summary that GitHub would drop becomes a table" grep -qxF '| high | 3 |' "$scratch/summary"
check "the table is short" test "$(wc -c <"$scratch/summary")" -lt 1000

scan IN_UPLOAD_SARIF=true
check "a pull request uploads what changed" output upload-sarif true
scan GITHUB_EVENT_NAME=push
check "a branch does not upload a part" output upload-sarif false
scan GITHUB_EVENT_NAME=push IN_SCOPE=all
check "a branch uploads everything" output upload-sarif auto

# --- the last step ------------------------------------------------------------------------------------------------------

"$python/bin/python" - "$root/action.yml" >"$scratch/last-step.sh" <<'PYTHON'
import sys, yaml

print(yaml.safe_load(open(sys.argv[1], encoding="utf-8"))["runs"]["steps"][-1]["run"])
PYTHON
for expected in 1 2 3; do
  runner "$scratch/last-step.sh" CODE=$expected
  check "the last step returns $expected" test "$code" -eq $expected
done
runner "$scratch/last-step.sh" CODE=
check "without a code the last step fails" test "$code" -eq 2

# --- with weighbridge itself --------------------------------------------------------------------------------------------

if [[ -x $binary ]] && has_flag --changed && has_format markdown && has_format github; then
  repository=$scratch/repository
  git init --quiet --initial-branch main "$repository"
  cd -- "$repository"
  git config user.name test
  git config user.email test@example.org
  printf 'eval(input())\n' >old.py
  git add . && git commit --quiet --message base
  base=$(git rev-parse HEAD)
  git switch --quiet --create change
  printf 'import os\n\n\nexec(input())\n' >'new file.py'
  git add . && git commit --quiet --message change
  git switch --quiet main
  git merge --quiet --no-ff --message merge change
  printf '{"pull_request":{"base":{"sha":"%s"}}}' "$base" >"$scratch/event.json"
  real=(IN_BIN="$binary" GITHUB_SHA="$(git rev-parse HEAD)" GITHUB_EVENT_PATH="$scratch/event.json" GITHUB_ACTIONS=true)

  scan "${real[@]}"
  check "a pull request is judged by what it adds" output findings 1
  check "the code of weighbridge is passed on" output exit-code 1
  check "the finding is annotated" grep -q '^::error file=new file.py,line=4' <(commands)
  check "the finding is in the summary" grep -q 'new file.py' "$scratch/summary"
  check "the finding is in the SARIF" grep -q 'new%20file.py' "$(output_of sarif-file)"
  scan "${real[@]}" IN_BASE="$base" IN_PATHS='new file.py'
  check "a base can be given" output findings 1
  scan "${real[@]}" IN_BASE=does-not-exist
  check "a base that is not there is no clean scan" not output exit-code 0
  scan "${real[@]}" IN_SCOPE=all
  check "\`all\` finds the old one too" output findings 2
  scan "${real[@]}" IN_SCOPE=all IN_FAIL_ON=never
  check "\`never\` passes" output exit-code 0
  check "findings need a person" output human-review-required true
  git switch --quiet --create lax
  printf 'fail-on = "never"\nexclude = ["*.py"]\n' >weighbridge.toml
  git add . && git commit --quiet --message lax
  scan "${real[@]}" GITHUB_SHA="$(git rev-parse HEAD)"
  check "settings of the pull request do not let it pass" output exit-code 1
  check "and ask for a person" grep -q weighbridge.toml "$scratch/summary"
  git switch --quiet main
  # shellcheck disable=SC2016 # it must not be expanded
  git switch --quiet --create '@org/team-$(touch-inert)-##x' main
  # shellcheck disable=SC2016 # it must not be expanded
  for name in $'x\nPATH=\\evil' $'x\n::set-output name=findings::0' '##[add-matcher]x' $'x\r\e[0Ksection_start:1:x\r\e[0K' '$(touch inert)' '`touch inert`'; do
    { cat 'new file.py'; printf 'exec(input()) # %s\n' "$name"; } >"$name.py"
  done
  git add . && git commit --quiet --message $'x\n\nCo-authored-by: ::error::x <##[x]>\nfindings=0'
  : >"$scratch/environment"
  scan "${real[@]}" GITHUB_SHA="$(git rev-parse HEAD)" GITHUB_ENV="$scratch/environment" GITHUB_PATH="$scratch/environment" GITHUB_STATE="$scratch/environment"
  known='^(sarif-file|json-file|markdown-file|exit-code|findings|human-review-required|upload-sarif)=[^=]*$'
  check "hostile names add no output" test "$(grep -cvE "$known" "$scratch/outputs")" -eq 0 -a "$(wc -l <"$scratch/outputs")" -eq 7
  check "they change no variable" test ! -s "$scratch/environment"
  check "they start no command" test "$(commands | grep -vcE '^::(error|warning|notice) (file=|title=weighbridge::)')" -eq 0
  check "they are no section of a log" not grep -qP '\r|\e' "$scratch/log"
  check "they are run by nobody" test -z "$(find . -name inert)"
  check "and they are found" test "$(output_of findings)" -gt 6
  git switch --quiet main
  git clone --quiet --depth 1 "file://$repository" "$scratch/shallow"
  cd -- "$scratch/shallow"
  scan "${real[@]}"
  check "a clone without the base is no clean scan" not output exit-code 0
else
  skip "the action with weighbridge itself: $binary is not there, or older than --changed, github and markdown"
fi
finish
