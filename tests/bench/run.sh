#!/bin/bash
# sendoff beside other programs that queue mail and send it, on this machine:
# see bench.py.  They come from Debian's packages into a world of their own in
# namespaces of its own; the machine and its sendmail stay as they are.
# usage: run.sh BUILD_DIR [MESSAGES [ROUNDS]]
# Needs root and a network to take packages from.
set -eu

build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "the benchmark needs root and Debian's packages" >&2
	exit 1
fi

# On a disk, which /tmp need not be: that is what fsync is about.
work=$(mktemp -d "${TMPDIR:-/var/tmp}/sendoff-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

unshare --mount --pid --uts --ipc --fork --kill-child \
    bash "$here/world.sh" "$build" "$work" "$@"
