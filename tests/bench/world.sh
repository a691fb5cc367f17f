#!/bin/bash
# Makes the world and measures in it.  Started by run.sh in namespaces of its
# own, so that nothing mounted or started here outlives it.
# usage: world.sh BUILD_DIR DIRECTORY [MESSAGES [ROUNDS]]
set -eu

build=$1
work=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/world.sh
. "$here/../world.sh"

peers="nullmailer dma opensmtpd postfix"

# What the peers are linked to may be installed; they themselves are unpacked,
# since there can be but one mail-transport-agent.
# shellcheck disable=SC2086,SC2046
take_peers() {
	in_world apt-get update -qq
	in_world env -C /tmp apt-get download -qq $peers
	in_world env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends python3 strace iproute2 $(libraries)
	for peer in $peers; do
		unpack "$peer"
	done
}

libraries() {
	local peer
	for peer in $peers; do
		dpkg-deb -f "$world/tmp/${peer}"_*.deb Depends
	done | tr ',' '\n' | sed -n 's/^ *\(lib[^ ]*\).*/\1/p' | sort -u
}

# Its sendmail is at /opt/PEER, out of the way of the others'.
unpack() {
	dpkg-deb --fsys-tarfile "$world/tmp/$1"_*.deb |
	    tar -x -p -C "$world" --keep-directory-symlink --exclude=./lib
	mkdir -p "$world/opt/$1"
	mv "$world/usr/sbin/sendmail" "$world/opt/$1"
}

# The queues are on this machine's disk.
mount_disk() {
	mkdir "$work/disk"
	chmod 755 "$work/disk"
	mount --bind "$work/disk" "$world/var/spool"
}

make_world
take_peers >"$work/install.log" 2>&1 || {
	cat "$work/install.log"
	exit 1
}
mount_disk
cp "$here"/*.py "$build/sendoff" "$build/crowd" "$build/sink" "$world/srv"
exec unshare --net chroot "$world" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    LC_ALL=C.UTF-8 HOME=/root python3 -B /srv/bench.py "$@"
