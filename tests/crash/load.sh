#!/bin/sh
# Many processes at one spool, and a server that fails.
# usage: tests/crash/load.sh BUILD_DIR [MESSAGES]
set -eu
here=$(dirname "$0")
dir=$(mktemp -d "${TMPDIR:-/tmp}/sendoff-load.XXXXXX")
[ -n "${KEEP:-}" ] || trap 'rm -rf "$dir"' EXIT
python3 -B "$here/load.py" "$1" "$dir" "${2:-2000}"
