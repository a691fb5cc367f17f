#!/bin/sh
# What a loss of power does to messages that wait, on the file systems there are.
# usage: tests/crash/power.sh BUILD_DIR
set -eu
here=$(dirname "$0")
if [ "$(id -u)" -ne 0 ] || [ ! -e /dev/loop-control ]; then
	echo "power: skipped, this takes root and loop devices"
	exit 0
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/sendoff-power.XXXXXX")
trap 'umount "$dir"/disk 2>/dev/null || :; rm -rf --one-file-system "$dir"' EXIT
trap 'exit 1' HUP INT TERM
python3 -B "$here/power.py" "$1" "$dir"
