#!/usr/bin/env bash
# Builds every fuzz target and runs each for a few seconds over the fixtures, the rule pages and reports.
#
# Usage: fuzz/smoke.sh [SECONDS]     (default 5; an hour a target: fuzz/smoke.sh 3600)
# Needs no nightly compiler and no cargo-fuzz: the flags below are those that cargo-fuzz passes.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-5}
target=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Ccodegen-units=1"
cargo build --quiet --release --target "$target" --target-dir ../target/fuzz

# The reports of emit's tests, behind the head that a snapshot has.
reports=../target/fuzz/reports
mkdir -p "$reports"
for snapshot in ../crates/emit/src/json/snapshots/*.snap; do
  sed '1,/^---$/d' "$snapshot" >"$reports/$(basename "$snapshot" .snap).json"
done

for name in python javascript typescript shell go java ruby php c cpp csharp rust prompt prompt_formats text embedded images page read_report redact foreign \
  model_pickle model_joblib model_zip model_tar model_packed model_numpy model_safetensors model_gguf model_onnx model_saved_model model_hdf5 model_tflite model_texts; do
  corpus=../target/fuzz/corpus/$name
  mkdir -p "$corpus" ../target/fuzz/crashes
  seeds=(../fixtures)
  [ "$name" = page ] && seeds=(../rules/python ../rules/secret ../rules/prompt)
  [ "$name" = read_report ] && seeds=("$reports")
  # Small files of real libraries; tests/models/make_corpus.py writes more.
  case $name in model_*) seeds=(../tests/models/ordinary) ;; esac
  # Two grammars have a table of one name, each its own: no violation that matters to them.
  # Seeds are folders; libFuzzer reads them and writes what it learns into the first folder only.
  ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0 "../target/fuzz/$target/release/$name" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
    -max_len=20000 -verbosity=0 -print_final_stats=1 -artifact_prefix="../target/fuzz/crashes/$name-" "$corpus" "${seeds[@]}" \
    2>../target/fuzz/$name.log || { tail -40 "../target/fuzz/$name.log"; exit 1; }
  printf '%s: %s runs without a fault\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "../target/fuzz/$name.log")"
done
