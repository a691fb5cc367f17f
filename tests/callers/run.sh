#!/bin/bash
# Programs that call sendmail, from Debian's packages, in a world in which
# sendoff is the only one.  The world is an overlay over this machine, in
# namespaces of its own: the machine stays as it is.
# usage: run.sh BUILD_DIR [PATTERN]   PATTERN is in "FILE: CASE", as printed
# Needs root and a network to take packages from.
set -eu

build=$(cd "$1" && pwd)
ONLY=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
export ONLY

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "the callers need root and Debian's packages" >&2
	exit 1
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/sendoff-callers.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

sh "$here/package.sh" "$top" "$work"

# What is taken into the world.
mkdir -p "$work/tests/e2e"
cp -r "$here" "$work/tests/callers"
cp "$top/tests/e2e/lib.sh" "$top/tests/e2e/json_holds.py" "$work/tests/e2e"
cp "$build/smtp-server" "$work"

unshare --mount --pid --uts --ipc --fork bash "$here/world.sh" "$work"
