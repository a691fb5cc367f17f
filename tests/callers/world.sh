#!/bin/bash
# Makes the world and runs the cases in it.  Started by run.sh in namespaces of
# its own, so that nothing mounted or started here outlives it.
# usage: world.sh DIRECTORY   with sendoff.deb, smtp-server and tests
set -eu

work=$1
world=$work/world/root

# shellcheck disable=SC2086 # words of their own
callers="cron anacron at bsd-mailx mailutils s-nail mutt nmh emacs-nox
	git git-email php-cli libemail-sender-perl libmime-lite-perl
	libmailtools-perl python3 smartmontools mdadm logwatch sudo
	fail2ban unattended-upgrades devscripts procmail vacation iproute2"

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

# shellcheck disable=SC2086
install_callers() {
	cp "$work/sendoff.deb" "$world/tmp"
	in_world apt-get update -qq
	in_world env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends -o Dpkg::Options::=--force-confold \
	    -o Dpkg::Options::=--force-unsafe-io /tmp/sendoff.deb $callers
	# It may not stand beside cron, but its script may.
	in_world sh -c 'cd /tmp && apt-get download -qq systemd-cron &&
	    dpkg-deb -x systemd-cron_*.deb /opt/systemd-cron'
}

in_world() {
	chroot "$world" "$@"
}

mount_overlay
mount_devices
name_the_world
quieten_packages
echo "installing: sendoff $callers"
install_callers >"$work/install.log" 2>&1 || {
	cat "$work/install.log"
	exit 1
}
cp -r "$work/tests" "$work/smtp-server" "$world/srv"
exec unshare --net chroot "$world" bash /srv/tests/callers/cases.sh
