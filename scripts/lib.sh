# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Counting of checks for scripts/test. Every check ends in exactly one of pass, fail, skip; summary prints the table and,
# as the last line, the three numbers; they and every row go into build/evidence/test.json as well.
passed=0 failed=0 skipped=0
rows=()

add_row() { # WORD SECONDS NAME
  rows+=("$(printf '%-5s %6s s  %s' "$1" "$2" "$3")")
}

run_tool_check() { # NAME COMMAND...: like run_check, but exit 4 is a skip; its last line says why
  local name=$1 log code start=$SECONDS
  shift
  log=$(mktemp)
  code=0
  "$@" >"$log" 2>&1 || code=$?
  if [ $code -eq 4 ]; then
    skip_check "$name" "$(tail -n 1 "$log")"
  else
    finish_check "$name" $code $((SECONDS - start)) "$log"
  fi
  rm -f "$log"
}

finish_check() { # NAME CODE SECONDS LOG
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
    add_row pass "$3" "$1"
    printf 'pass  %s\n' "$1"
  else
    failed=$((failed + 1))
    add_row FAIL "$3" "$1"
    printf 'FAIL  %s\n' "$1"
    tail -n 80 "$4" | sed 's/^/    /'
  fi
}

run_check() { # NAME COMMAND...: passes when the command exits 0; its output is shown only if it fails
  local name=$1 log code=0 start=$SECONDS
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 || code=$?
  finish_check "$name" $code $((SECONDS - start)) "$log"
  rm -f "$log"
}

skip_check() { # NAME WHY
  skipped=$((skipped + 1))
  add_row skip - "$1 ($2)"
  printf 'skip  %s: %s\n' "$1" "$2"
}

run_ctest() { # PREFIX FOLDER: every CTest test below a build folder is one check; JUnit in FOLDER/junit.xml
  local prefix=$1 folder=$2 word seconds name before=$failed
  rm -f "$folder/junit.xml"
  ctest --test-dir "$folder" -j "$(nproc)" --timeout 1500 --output-on-failure --no-tests=error \
    --output-junit "$PWD/$folder/junit.xml" >"$folder/ctest.log" 2>&1
  while IFS=$'\t' read -r word seconds name; do
    case $word in
      pass) passed=$((passed + 1)) ;;
      skip) skipped=$((skipped + 1)) ;;
      *) failed=$((failed + 1)) ;;
    esac
    add_row "$word" "$seconds" "$prefix$name"
    printf '%-5s %s\n' "$word" "$prefix$name"
  done < <(scripts/junit-rows "$folder/junit.xml")
  [ "$failed" -eq "$before" ] || tail -n 300 "$folder/ctest.log" | sed 's/^/    /'
}

summary() {
  printf '\n'
  printf '%s\n' "${rows[@]}"
  printf '%s\n' "${rows[@]}" | python3 scripts/test_evidence.py "$passed" "$failed" "$skipped"
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ]
}
