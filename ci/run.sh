#!/usr/bin/env bash
# Scans for the action: writes the reports, the annotations, the summary and the outputs, and returns 0.
#
# The code of the scan is the output `exit-code`; the last step of the action returns it, after the reports are where they
# belong. Everything comes through the environment, so that no input is ever read as code or split into words:
#   IN_BIN           the binary
#   IN_PATHS         one path a line; empty for the whole folder
#   IN_SCOPE         changed | all
#   IN_BASE          revision to compare with, for `changed`; empty: weighbridge finds it in the environment
#   IN_CONFIG        as --config
#   IN_POLICY        as --policy
#   IN_FAIL_ON       as --fail-on; empty for what the settings say
#   IN_ANNOTATIONS   on | off
#   IN_SUMMARY       on | off
#   IN_UPLOAD_SARIF  auto | true | false
# Also needs GITHUB_OUTPUT, GITHUB_STEP_SUMMARY and RUNNER_TEMP. Runs in bash 3.2, the one of macOS.
set -euo pipefail

# GitHub shows 10 annotations of a kind from one step and drops the others without a word. weighbridge chooses them already;
# this is for other versions.
max_annotations=10
# GitHub drops a summary over 1 MiB as a whole.
max_summary_bytes=$((900 * 1024))

levels=(critical high medium low info)

annotate() {
  local kind=$1 text=$2
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '::%s title=weighbridge::%s\n' "$kind" "$text"
}

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# Ends without a report: nothing was looked at, so a person has to.
stop() {
  annotate error "$1"
  output exit-code 2
  output human-review-required true
  exit 0
}

one_of() {
  local name=$1 value=$2 word
  shift 2
  for word in "$@"; do
    [[ $value == "$word" ]] && return
  done
  stop "\`$name\` must be one of: $*"
}

# Prints the annotations of a file, at most as many of each kind as GitHub shows. Whatever is not an annotation stays out.
print_annotations() {
  local file=$1 kind count
  for kind in error warning notice; do
    count=$(grep -c "^::$kind " "$file" || true)
    if [[ $count -le $max_annotations ]]; then
      grep "^::$kind " "$file" || true
    else
      grep -m $((max_annotations - 1)) "^::$kind " "$file"
      annotate "$kind" "$((count - max_annotations + 1)) more; the summary and the reports hold all"
    fi
  done
}

# The number that stands behind a level in the last line of a JSON lines report.
count_of() {
  local pattern="\"$1\":([0-9]+)"
  [[ $counts =~ $pattern ]] && echo "${BASH_REMATCH[1]}" || echo 0
}

write_summary() {
  if [[ $(wc -c <"$markdown") -le $max_summary_bytes ]]; then
    cat -- "$markdown"
  else
    # A report that is cut somewhere may end inside a block of code or a fold.
    printf '## weighbridge\n\nThe report is too long for this page; the files of the run hold it.\n\n| severity | findings |\n| --- | ---: |\n'
    local level
    for level in "${levels[@]}"; do
      printf '| %s | %s |\n' "$level" "$(count_of "$level")"
    done
  fi
}

scope=${IN_SCOPE:-changed}
annotations=${IN_ANNOTATIONS:-on}
summary=${IN_SUMMARY:-on}
upload=${IN_UPLOAD_SARIF:-auto}
one_of scope "$scope" changed all
one_of annotations "$annotations" on off
one_of summary "$summary" on off
one_of upload-sarif "$upload" auto true false
one_of fail-on "${IN_FAIL_ON:-}" "" "${levels[@]}" never

folder=$(mktemp -d "$RUNNER_TEMP/weighbridge-XXXXXX")
sarif=$folder/weighbridge.sarif
json=$folder/weighbridge.json
lines=$folder/weighbridge.jsonl
markdown=$folder/weighbridge.md
commands=$folder/annotations.txt

# `--flag=value` keeps a value that begins with a hyphen a value.
arguments=(scan --format text -o "sarif=$sarif" -o "json=$json" -o "jsonl=$lines" -o "markdown=$markdown" -o "github=$commands")
[[ -z ${IN_CONFIG:-} ]] || arguments+=("--config=$IN_CONFIG")
[[ -z ${IN_POLICY:-} ]] || arguments+=("--policy=$IN_POLICY")
[[ -z ${IN_FAIL_ON:-} ]] || arguments+=("--fail-on=$IN_FAIL_ON")
if [[ $scope == changed ]]; then
  if [[ -n ${IN_BASE:-} ]]; then
    arguments+=("--since=$IN_BASE")
  else
    arguments+=(--changed)
  fi
fi
arguments+=(--)
while IFS= read -r path || [[ -n $path ]]; do
  path=${path%$'\r'}
  [[ $path != - ]] || stop "\`paths\` names standard input (\`-\`), which an action does not have"
  [[ -z $path ]] || arguments+=("$path")
done <<<"${IN_PATHS:-}"

# What is printed holds text of the scanned files. weighbridge makes commands in it harmless; the runner is told besides not
# to look for any, until it reads a word that nobody can guess.
word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$word"
code=0
"$IN_BIN" "${arguments[@]}" </dev/null 2>&1 || code=$?
printf '\n::%s::\n' "$word"

# 3 comes with a report, or without one if git cannot say what changed.
if [[ ! -s $lines ]]; then
  annotate error "weighbridge exited with $code and wrote no report; the log says why"
  [[ $code -ne 0 ]] || code=2
  output exit-code "$code"
  output human-review-required true
  exit 0
fi

last=$(tail -n 1 "$lines")
object='"findings":\{([^}]*)\}'
[[ $last =~ $object ]] || stop "the report has no summary"
counts=${BASH_REMATCH[1]}
# `null` stands for `never`.
threshold='"fail_on":"?([a-z]+)'
[[ $last =~ $threshold ]] || stop "the report has no \`fail_on\`"
threshold=${BASH_REMATCH[1]}

# In JSON the quotes of a file's name are escaped, so no name can say this.
review='"review":\{"required":(true|false)'
[[ $last =~ $review ]] || stop "the report does not say whether a person must look"
review=${BASH_REMATCH[1]}

findings=0
if [[ $threshold != null ]]; then
  for level in "${levels[@]}"; do
    findings=$((findings + $(count_of "$level")))
    [[ $level != "$threshold" ]] || break
  done
fi

[[ $annotations == off ]] || print_annotations "$commands"
[[ $summary == off || -z ${GITHUB_STEP_SUMMARY:-} ]] || write_summary >>"$GITHUB_STEP_SUMMARY"

# Code scanning takes an alert that is missing from a branch's report as fixed. Only a pull request may send a part.
if [[ $upload != false && $scope == changed ]]; then
  case ${GITHUB_EVENT_NAME:-} in
    pull_request | merge_group) ;;
    *)
      upload=false
      echo "weighbridge: SARIF is not uploaded, since \`scope: changed\` outside of a pull request would close all other alerts"
      ;;
  esac
fi

output sarif-file "$sarif"
output json-file "$json"
output markdown-file "$markdown"
output exit-code "$code"
output findings "$findings"
output human-review-required "$review"
output upload-sarif "$upload"
