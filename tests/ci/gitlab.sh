#!/usr/bin/env bash
# Includes the GitLab template in a project, resolves it, and runs its job in a shell with gitlab-ci-local.
#
# Usage: tests/ci/gitlab.sh
# Needs npm, rsync and a release binary. Not run here: GitLab's own reading of the reports, and `include: project` and
# `remote`, which need a GitLab; both get the same text as `include: local`. gitlab-ci-local does not read `regex` of inputs.
source "$(dirname -- "${BASH_SOURCE[0]}")/tools.sh"
command -v rsync >/dev/null || { echo "gitlab-ci-local needs rsync" >&2; exit 2; }
need_binary
install_python_tools
install_npm_tools

for format in gitlab-codequality gitlab-sast gitlab-secrets junit; do
  has_format "$format" || { echo "skipped: $binary does not write $format"; exit 0; }
done

project=$scratch/project
git init --quiet --initial-branch main "$project"
cd -- "$project"
git config user.name test
git config user.email test@example.org
git remote add origin https://gitlab.example.org/group/project.git
mkdir -p templates "$scratch/bin"
cp "$root/.gitlab-ci-template.yml" templates/weighbridge.yml
ln -s "$binary" "$scratch/bin/weighbridge"
export PATH=$scratch/bin:$PATH

# consumer [INPUT…]: writes a pipeline that includes the template with these inputs.
consumer() {
  {
    printf 'include:\n  - local: templates/weighbridge.yml\n    inputs:\n      image: registry.example.org/weighbridge:0.1.0\n'
    [[ $# -eq 0 ]] || printf '      %s\n' "$@"
  } >.gitlab-ci.yml
}

local_ci() {
  code=0
  node "$npm/node_modules/gitlab-ci-local/src/index.js" "$@" >"$scratch/log" 2>&1 || code=$?
}

# run_jobs JOB,… [VARIABLE…]: runs the jobs as the pipeline of a merge request does.
run_jobs() {
  local jobs variables=() variable
  IFS=, read -ra jobs <<<"$1"
  shift
  for variable in CI_PIPELINE_SOURCE=merge_request_event "$@"; do variables+=(--variable "$variable"); done
  rm -rf .gitlab-ci-local -- *.json *.xml *.sarif
  local_ci "${variables[@]}" --force-shell-executor --artifacts-to-source "${jobs[@]}"
}

# run_job [VARIABLE…]: runs the job of the scan.
run_job() { run_jobs weighbridge "$@"; }

logged() { grep -qF -- "$1" "$scratch/log"; }
not() { ! "$@"; }
json() { "$python/bin/python" -c 'import json, sys; data = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$1" "$2"; }

echo 'print("clean")' >clean.py
printf '.gitlab-ci-local/\n' >.gitignore
consumer
git add . && git commit --quiet --message base
base=$(git rev-parse HEAD)

local_ci --preview
check "the template resolves" test "$code" -eq 0
check "all history is fetched" logged "GIT_DEPTH: '0'"
consumer 'fail-on: severe'
local_ci --preview
check "a threshold that does not exist is refused" test "$code" -ne 0
check "the message names the input" logged fail-on
consumer 'scope: some'
local_ci --preview
check "a scope that does not exist is refused" test "$code" -ne 0
consumer
sed -i '/image:/d' .gitlab-ci.yml
echo '      stage: test' >>.gitlab-ci.yml
local_ci --preview
check "an image has to be named" test "$code" -ne 0

consumer
run_job
check "a clean project passes" test "$code" -eq 0
check "a clean report is an empty list" json gl-code-quality-report.json 'data == []'

printf 'eval(input())\n' >faulty.py
git add faulty.py && git commit --quiet --message fault
run_job
check "a fault fails the job" test "$code" -eq 1
check "the log shows it" logged python/eval-call
check "the report for code quality is there" json gl-code-quality-report.json 'data[0]["location"]["path"] == "faulty.py"'
check "the report for SAST is there" json gl-sast-report.json 'data["scan"]["type"] == "sast" and len(data["vulnerabilities"]) == 1'
check "the report for secrets is there" json gl-secret-detection-report.json 'data["scan"]["type"] == "secret_detection"'
check "the report for tests is there" test -s weighbridge-junit.xml
check "SARIF is there" json weighbridge.sarif 'len(data["runs"][0]["results"]) == 1'
check "JSON is there" json weighbridge.json 'data["outcome"] == "findings"'

consumer 'fail-on: never'
run_job
check "a threshold holds" test "$code" -eq 0
for version in 9.9.9 latest; do
  consumer "version: $version"
  run_job
  check "the version $version is refused, since the image has another" test "$code" -ne 0
  check "the log says which was expected" logged "expected was version $version"
done
consumer "version: $("$binary" --version | cut -d ' ' -f 2)"
run_job
check "the version of the image is accepted" test "$code" -eq 1
# shellcheck disable=SC2016 # it must not be expanded
consumer 'config: "$(touch inert) `touch inert`; touch inert"'
run_job
check "settings that are none fail the job" test "$code" -ne 0
check "an input is never read as code" test -z "$(find . -name inert)"
check "an input is passed on as it is" logged "touch inert"

consumer 'scope: changed'
git add . && git commit --quiet --message settings
printf 'print("more")\n' >more.py
git add . && git commit --quiet --message more
run_job CI_MERGE_REQUEST_DIFF_BASE_SHA="$(git rev-parse HEAD^)"
check "what was there before does not count with \`changed\`" test "$code" -eq 0
run_job CI_MERGE_REQUEST_DIFF_BASE_SHA="$base"
check "what a merge request adds counts with \`changed\`" test "$code" -eq 1
run_job CI_MERGE_REQUEST_DIFF_BASE_SHA=0123456789012345678901234567890123456789
check "a base that is not there is no clean scan" test "$code" -ne 0

# --- the human gate ---------------------------------------------------------------------------------------------------------

local_ci --variable CI_PIPELINE_SOURCE=merge_request_event --list
check "without forge-sync there is no job of the gate" not logged weighbridge-gate
consumer 'forge-sync: true' 'approvers: alice,group/seniors' 'scope: changed' 'disable-auto-merge: true'
git add . && git commit --quiet --message gate
local_ci --variable CI_PIPELINE_SOURCE=merge_request_event --list
check "with forge-sync there is one" logged weighbridge-gate
local_ci --variable CI_PIPELINE_SOURCE=push --variable CI_COMMIT_BRANCH=main --list
check "it is for merge requests alone" not logged weighbridge-gate
local_ci --preview
check "it checks nothing out" logged 'GIT_STRATEGY: none'
check "it has an environment of its own" logged 'name: weighbridge-gate'
request=(CI_MERGE_REQUEST_DIFF_BASE_SHA="$base" CI_MERGE_REQUEST_IID=7 CI_MERGE_REQUEST_SOURCE_BRANCH_SHA="$(git rev-parse HEAD)")
run_jobs weighbridge,weighbridge-gate "${request[@]}"
check "the gate runs although the scan has findings" logged 'waits for alice or group/seniors'
check "it is red without a token" test "$code" -ne 0
check "it says which variable is missing" logged WEIGHBRIDGE_GITLAB_TOKEN
# A forge that answers nobody: the gate is red, and nothing prints the token.
token=glpat-$(head -c 15 /dev/urandom | od -An -tx1 | tr -d ' \n')
run_jobs weighbridge,weighbridge-gate "${request[@]}" CI_API_V4_URL=http://127.0.0.1:1/api/v4 WEIGHBRIDGE_GITLAB_TOKEN="$token"
check "it is red if the forge does not answer" test "$code" -ne 0
check "it says so" logged 'there is no answer'
check "the token is not in the log" not logged "$token"
# shellcheck disable=SC2016 # it must not be expanded
consumer 'forge-sync: true' 'approvers: "$(touch inert); `touch inert`"'
run_jobs weighbridge,weighbridge-gate "${request[@]}"
check "approvers are never read as code" test -z "$(find . -name inert)"
finish
