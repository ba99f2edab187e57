# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Counting of checks for scripts/test and its parts: run_check NAME COMMAND..., skip_check NAME WHY, summary.
passed=0 failed=0 skipped=0
rows=()

run_check() { # NAME COMMAND...
  local name=$1 log
  shift
  log=$(mktemp)
  local start=$SECONDS
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    rows+=("$(printf '%-8s %5ss  %s' pass $((SECONDS - start)) "$name")")
    printf 'pass     %s\n' "$name"
  else
    failed=$((failed + 1))
    rows+=("$(printf '%-8s %5ss  %s' FAIL $((SECONDS - start)) "$name")")
    printf 'FAIL     %s\n' "$name"
    sed 's/^/    /' "$log" | tail -n 60
  fi
  rm -f "$log"
}

skip_check() { # NAME WHY
  skipped=$((skipped + 1))
  rows+=("$(printf '%-8s %6s  %s (%s)' skip - "$1" "$2")")
  printf 'skip     %s: %s\n' "$1" "$2"
}

summary() {
  printf '\n'
  printf '%s\n' "${rows[@]}"
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ]
}
