#!/bin/bash
# The first process of the world: what systemd finds mounted when it starts,
# and systemd.  Started by world.sh in namespaces of its own.
# usage: boot.sh ROOT
set -eu

mount_kernel() {
	mount -t proc proc proc
	# What is there of the one kernel is to be looked at, and no more.
	for part in sys sysrq-trigger irq bus; do
		[ -e "proc/$part" ] || continue
		mount --bind "proc/$part" "proc/$part"
		mount -o remount,bind,ro "proc/$part"
	done
	mount -t tmpfs -o mode=755 sys sys
	mkdir -p sys/fs/cgroup
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	mount -o remount,ro sys
}

mount_devices() {
	mount -t tmpfs -o mode=755 dev dev
	for node in null zero full random urandom tty; do
		: >"dev/$node"
		mount --bind "/dev/$node" "dev/$node"
	done
	ln -s /proc/self/fd dev/fd
	mkdir -m 1777 dev/shm
	mkdir dev/pts
	mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
	ln -s pts/ptmx dev/ptmx
}

mount --make-rprivate /
mount --rbind "$1" "$1"
cd "$1"
mount_kernel
mount_devices
mount -t tmpfs -o mode=755 run run
mkdir -p run/old
pivot_root . run/old
cd /
umount -l /run/old
# Credentials reach a service by way of a mount.
mount --make-rshared /
hostname box
exec setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio,-sys_boot,-syslog \
    env -i container=manual PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=basic.target --log-target=console \
    --show-status=0
