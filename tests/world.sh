# shellcheck shell=bash
# A world of its own over this machine, for what installs mail programs: what
# is written there is in memory and gone with the namespaces, which whoever
# sources this has for itself.  $work is a directory; the world is at $world.
# shellcheck disable=SC2154
world=$work/world/root

# In memory: an overlay cannot stand on another one, as containers have it.
mount_overlay() {
	mount --make-rprivate /
	mkdir "$work/world"
	mount -t tmpfs -o size=4g,mode=755 none "$work/world"
	mkdir "$work/world/upper" "$work/world/work" "$world"
	mount -t overlay overlay "$world" -o \
	    "lowerdir=/,upperdir=$work/world/upper,workdir=$work/world/work"
	mount -t proc proc "$world/proc"
	mount -t tmpfs -o mode=1777 none "$world/tmp"
	mount -t tmpfs -o mode=755 none "$world/run"
	mkdir -p "$world/run/lock"
}

# Devices of its own too: what a case logs must not reach this machine.
mount_devices() {
	local node
	mount -t tmpfs -o mode=755 none "$world/dev"
	for node in null zero full random urandom tty; do
		: >"$world/dev/$node"
		mount --bind "/dev/$node" "$world/dev/$node"
	done
	ln -s /proc/self/fd "$world/dev/fd"
	mkdir -m 1777 "$world/dev/shm"
	mkdir "$world/dev/pts"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$world/dev/pts"
	ln -s pts/ptmx "$world/dev/ptmx"
}

# Of files that a container mounts, the overlay sees what is below.
name_the_world() {
	cp /etc/resolv.conf "$world/etc/resolv.conf"
	hostname box.example.test
	echo box.example.test >"$world/etc/hostname"
	printf '%s\n' '127.0.0.1 localhost' \
	    '127.0.1.1 box.example.test box' >"$world/etc/hosts"
	echo example.test >"$world/etc/mailname"
	rm -rf "$world/etc/aliases" "$world/etc/sendoff" "$world/root/.config"
}

# Nothing is started by being installed, no page of a manual is indexed.
quieten_packages() {
	printf '#!/bin/sh\nexit 101\n' >"$world/usr/sbin/policy-rc.d"
	chmod 755 "$world/usr/sbin/policy-rc.d"
	rm -f "$world/var/lib/man-db/auto-update"
}

make_world() {
	mount_overlay
	mount_devices
	name_the_world
	quieten_packages
}

in_world() {
	chroot "$world" "$@"
}
