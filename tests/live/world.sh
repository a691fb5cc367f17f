#!/bin/bash
# Makes the world, has it booted, runs the cases in it, and ends it all.
# Started by run.sh in a mount namespace of its own.
# usage: world.sh DIRECTORY BUILD_DIR SOURCE
set -eu

work=$1
build=$2
top=$3
memory=$work/memory
world=$memory/root
group=
boot=

# However this ends: nobody is left, and nothing is mounted or lies about.
# The kernel ends who is in the namespace when its first process goes.
clean_up() {
	trap '' HUP INT TERM
	[ -z "$boot" ] || kill -KILL "$boot" 2>/dev/null || :
	{ wait; } 2>/dev/null
	[ -z "$group" ] || remove_group
	umount -R -l "$memory" 2>/dev/null || :
	rm -rf --one-file-system "$work"
}

remove_group() {
	local tries=0
	until find "$group" -depth -type d -exec rmdir {} + 2>/dev/null ||
	    [ "$tries" -eq 100 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	[ ! -d "$group" ] || echo "left behind in the cgroups: ${group##*/}" >&2
}

# In memory: an overlay cannot stand on another one, as containers have it.
# Sockets of this machine must not be seen through it.
mount_overlay() {
	mkdir "$memory"
	mount -t tmpfs -o size=1g,mode=755 none "$memory"
	mkdir "$memory/upper" "$memory/work" "$memory/cgroup" "$world"
	mount -t overlay overlay "$world" -o \
	    "lowerdir=/,upperdir=$memory/upper,workdir=$memory/work"
	for place in tmp var/tmp; do
		mount -t tmpfs -o mode=1777 none "$world/$place"
	done
}

# Nothing is started but what a case asks for, no disk is looked for, and
# nothing is known of a sendoff; aliases are not on every machine.
empty_the_world() {
	local units=$world/usr/lib/systemd
	rm -rf "$units/system-generators" "$units/system-environment-generators" \
	    "$units/system"/*.wants "$units/system"/*.requires \
	    "$world/etc/systemd/system" "$world/run" \
	    "$world/etc/fstab" "$world/etc/crypttab" \
	    "$world/usr/local/lib/systemd" "$world/usr/lib/tmpfiles.d" \
	    "$world/etc/tmpfiles.d" "$world/usr/lib/sysusers.d" \
	    "$world/etc/sysusers.d" "$world/var/log/journal" \
	    "$world/etc/sendoff" "$world/var/lib/sendoff" "$world/root/.config" \
	    "$world/usr/bin/sendoff" "$world/etc/aliases"
	mkdir "$world/run"
	sed -i '/^sendoff:/d' "$world/etc/passwd" "$world/etc/group" \
	    "$world/etc/shadow" "$world/etc/gshadow"
	printf '127.0.0.1 localhost box\n' >"$world/etc/hosts"
	echo box >"$world/etc/hostname"
	echo box.example.test >"$world/etc/mailname"
}

# wants TARGET UNIT...
wants() {
	local wants=$world/etc/systemd/system/$1.wants unit
	shift
	mkdir -p "$wants"
	for unit; do
		ln -s "/usr/lib/systemd/system/$unit" "$wants"
	done
}

# This machine may have some of that name.
add_users() {
	local user
	for user in alice bob; do
		chroot "$world" userdel --force --remove "$user" \
		    >/dev/null 2>&1 || :
		chroot "$world" useradd --create-home --shell /bin/sh "$user"
	done
}

# What the cases need: the source as README finds it, built, and themselves.
furnish_the_world() {
	local srv=$world/srv
	rm -rf "$srv"
	mkdir -p "$srv/tests/e2e"
	cp -a "$build/live" "$srv/sendoff"
	cp "$build/smtp-server" "$srv"
	cp -r "$top/tests/live" "$top/tests/callers" "$srv/tests"
	cp "$top/tests/e2e/lib.sh" "$srv/tests/e2e"
	: >"$srv/this-is-the-world"
}

# The namespaces' own view of the cgroups begins at the group it is put in.
boot_the_world() {
	mount -t cgroup2 none "$memory/cgroup"
	group=$memory/cgroup/sendoff-live.$$
	mkdir "$group"
	setpriv --pdeathsig KILL sh -c '
		echo $$ >"$1/cgroup.procs" &&
		exec unshare --mount --pid --fork --kill-child --uts --ipc --net \
		    --cgroup bash "$2" "$3"' \
	    sh "$group" "$top/tests/live/boot.sh" "$world" \
	    >"$work/console" 2>&1 &
	boot=$!
	until in_world systemctl is-active -q basic.target 2>/dev/null; do
		if [ "$SECONDS" -gt 30 ] || ! kill -0 "$boot" 2>/dev/null; then
			echo "it does not boot:"
			tail -n 40 "$work/console"
			exit 1
		fi
		sleep 0.1
	done
}

# in_world COMMAND...: beside the first process there, once that is in it.
in_world() {
	local first
	first=$(pgrep -P "$boot") || return 1
	nsenter --target "$first" --mount --pid --uts --ipc --net --cgroup \
	    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin ONLY="$ONLY" \
	    sh -c 'cd / && [ -e /srv/this-is-the-world ] && exec "$@"' sh "$@"
}

trap clean_up EXIT
trap 'exit 1' HUP INT TERM
mount_overlay
empty_the_world
wants sysinit.target systemd-journald.service
wants sockets.target systemd-journald.socket systemd-journald-dev-log.socket
add_users
furnish_the_world
boot_the_world
# Waited for, so that a signal comes through.
in_world bash /srv/tests/live/cases.sh </dev/null &
wait $!
