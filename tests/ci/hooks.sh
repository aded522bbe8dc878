#!/usr/bin/env bash
# Sourced by precommit.sh and precommit-source.sh: what a hook has to do, tried through a function `try`.
# shellcheck disable=SC2154 # tools.sh sets scratch

export PRE_COMMIT_HOME=$scratch/pre-commit PREK_HOME=$scratch/prek
# The settings of whoever runs this must not decide, and a commit needs a name.
export GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_CONFIG_NOSYSTEM=1
printf '[user]\n  name = test\n  email = test@example.org\n[init]\n  defaultBranch = main\n[protocol "file"]\n  allow = always\n' >"$GIT_CONFIG_GLOBAL"

quiet() { "$@" >"$scratch/log" 2>&1; }
not() { ! "$@"; }

# staged_cases NAME: goes into a new repository and checks what `try` says there.
staged_cases() {
  local name=$1
  rm -rf -- "$scratch/user"
  git init --quiet "$scratch/user"
  cd -- "$scratch/user" || exit
  echo 'print("clean")' >clean.py
  git add . && git commit --quiet --message base

  echo 'print("also clean")' >'second file.py'
  git add .
  check "$name: a clean change passes" try
  check "$name: the hook ran" grep -qE 'Passed' "$scratch/log"
  echo 'eval(input())' >'second file.py'
  check "$name: a fault that is not staged does not count" try
  git add . && echo 'print("mended")' >'second file.py'
  check "$name: a staged fault counts, though the file on disk is clean" not try
  check "$name: the log shows it" grep -q python/eval-call "$scratch/log"
  git reset --quiet --hard

  echo 'eval(input())' >--exit-zero
  echo 'eval(input())' >-q.py
  git add .
  check "$name: a file cannot switch the hook off by its name" not try
  git reset --quiet --hard

  echo 'eval(input())' >fault.py
  git add . && git commit --quiet --message fault
  check "$name: all files are all files, staged or not" not try --all-files
  git rm --quiet fault.py && git commit --quiet --message mended
  check "$name: all files pass when they are clean" try --all-files
}
