#!/usr/bin/env bash
# Stands in for weighbridge in actions.sh: writes down how it was called, and writes the reports that STAND_IN_* describe.
#
#   STAND_IN_ARGUMENTS    file that gets the arguments, each ended by a NUL
#   STAND_IN_CODE         exit code; reports are written for 0, 1 and 3 only
#   STAND_IN_SILENT       if it is set, no report is written
#   STAND_IN_FAIL_ON      `fail_on` of the report, as JSON
#   STAND_IN_COUNTS       findings of critical, high, medium, low, info
#   STAND_IN_REVIEW       whether the report says that a person must look: true or false
#   STAND_IN_ANNOTATIONS  text of the format `github`
#   STAND_IN_MARKDOWN     file with the text of the format `markdown`
set -euo pipefail

if [[ ${1:-} == --version ]]; then
  echo "weighbridge 0.1.0"
  exit
fi
printf '%s\0' "$@" >"${STAND_IN_ARGUMENTS:-/dev/null}"
code=${STAND_IN_CODE:-0}
read -r critical high medium low info <<<"${STAND_IN_COUNTS:-0 0 0 0 0}"
echo "::error::a line of a scanned file"
case $code${STAND_IN_SILENT:-} in
  0 | 1 | 3)
    while [[ $# -gt 0 ]]; do
      case $1 in
        sarif=*) echo '{"runs":[]}' >"${1#*=}" ;;
        json=*) echo '{}' >"${1#*=}" ;;
        jsonl=*)
          printf '{"type":"summary","fail_on":%s,"summary":{"findings":{"total":%s,"critical":%s,"high":%s,"medium":%s,"low":%s,"info":%s},"suppressed":7},"review":{"required":%s,"reasons":[]}}\n' \
            "${STAND_IN_FAIL_ON:-\"low\"}" $((critical + high + medium + low + info)) "$critical" "$high" "$medium" "$low" "$info" "${STAND_IN_REVIEW:-false}" >"${1#*=}"
          ;;
        markdown=*) cat -- "${STAND_IN_MARKDOWN:-/dev/null}" >"${1#*=}" ;;
        github=*) printf '%s' "${STAND_IN_ANNOTATIONS:-}" >"${1#*=}" ;;
      esac
      shift
    done
    ;;
esac
exit "$code"
