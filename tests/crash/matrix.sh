#!/bin/sh
# What kill -9 and a full or broken disk do to messages that wait.
# usage: tests/crash/matrix.sh BUILD_DIR
set -eu
here=$(dirname "$0")
dir=$(mktemp -d "${TMPDIR:-/tmp}/sendoff-crash.XXXXXX")
[ -n "${KEEP:-}" ] || trap 'rm -rf "$dir"' EXIT
python3 -B "$here/matrix.py" "$1" "$dir"
