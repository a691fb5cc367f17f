#!/bin/bash
# The system install, as README has it, on a systemd that runs: an overlay over
# this machine is booted in namespaces of its own, and the machine stays as it
# is.  Where none can be booted, this says why, and has skipped it.
# usage: run.sh BUILD_DIR [PATTERN]   PATTERN is in "FILE: CASE", as printed
set -eu

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
export ONLY=${2:-}

skip() {
	echo "skip live: $*"
	echo "0 passed, 0 failed, all skipped"
	exit 0
}

# What the world is made with, tried once.
can_make_worlds() {
	unshare --mount --pid --fork --uts --ipc --net --cgroup sh -c '
		mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/o /mnt/c &&
		mount -t overlay none /mnt/o \
		    -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w &&
		mount -t proc none /mnt/o/proc &&
		mount -t cgroup2 none /mnt/c && mkdir "/mnt/c/$1" &&
		rmdir "/mnt/c/$1"' sh "sendoff-try-$$" 2>&1
}

[ "$(id -u)" -eq 0 ] || skip "this is not root"
[ -x /lib/systemd/systemd ] || skip "there is no systemd"
why=$(can_make_worlds) || skip "no namespaces, overlay or cgroup2: $why"

# The program as README has it built; what was built last time is still good.
built=$build/live
mkdir -p "$built"
(cd "$built" && rm -rf lib cmd conf man && cd "$top" &&
    cp -a lib cmd conf man Makefile configure.ac README LICENSE "$built")
(cd "$built" && env -u MAKEFLAGS -u MAKELEVEL make -s -j"$(nproc)" all \
    CONFIGURE_ARGS=--prefix=/usr >make.log 2>&1) || {
	cat "$built/make.log"
	exit 1
}

work=$(mktemp -d "${TMPDIR:-/tmp}/sendoff-live.XXXXXX")
exec unshare --mount --propagation private \
    bash "$here/world.sh" "$work" "$build" "$top"
