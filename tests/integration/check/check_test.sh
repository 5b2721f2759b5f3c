#!/usr/bin/env bash
# `pued check` on broken configurations, as a user runs it: exactly the texts of the .expected files, and exit 1.
# Usage: check_test.sh PUED
cd "$(dirname "$0")" || exit 1
failed=0
for config in *.toml; do
    text=$("$1" check -c "$config" 2>&1)
    code=$?
    [ "$code" = 1 ] || { echo "$config: exit $code (expected 1)"; failed=1; }
    diff <(printf '%s\n' "$text") "${config%.toml}.expected" || { echo "$config: not the expected text"; failed=1; }
done
exit "$failed"
