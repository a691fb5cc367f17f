#!/bin/sh
# Runs the end-to-end cases, two files at a time.
# usage: run.sh BUILD_DIR [PATTERN]   PATTERN is in "FILE: CASE", as printed
set -eu

BUILD=$(cd "$1" && pwd)
ONLY=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/sendoff-e2e.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

CERTS=$work/certs
MATRIX=$work/matrix
PORTS=$work/ports
TMPDIR=$work
export BUILD ONLY CERTS MATRIX PORTS TMPDIR
mkdir "$MATRIX"
"$BUILD/smtp-server" --make-certs "$CERTS"

# shellcheck disable=SC2016
find "$here" -name 't-*.sh' -o -name 'real-*.sh' | sort | xargs -P 2 -I '{}' sh -c '
	log=$2/$(basename "$1").log
	bash "$1" >"$log" 2>&1 ||
	    echo "not ok $(basename "$1"): it broke off" >>"$log"
	flock "$2" cat "$log"' sh '{}' "$work" | tee "$work/all"

# What the real servers offered and what was used, one row each.
set -- "$MATRIX"/*/row
[ ! -e "$1" ] || python3 "$here/matrix.py" table "$@" | sed 's/^/# matrix: /'

passed=$(grep -c '^ok ' "$work/all" || :)
failed=$(grep -c '^not ok ' "$work/all" || :)
skipped=$(grep -c '^skip ' "$work/all" || :)
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
