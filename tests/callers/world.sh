#!/bin/bash
# Makes the world and runs the cases in it.  Started by run.sh in namespaces of
# its own, so that nothing mounted or started here outlives it.
# usage: world.sh DIRECTORY   with sendoff.deb, smtp-server and tests
set -eu

work=$1
# shellcheck source=tests/world.sh
. "$(dirname "$0")/../world.sh"

# shellcheck disable=SC2086 # words of their own
callers="cron anacron at bsd-mailx mailutils s-nail mutt nmh emacs-nox
	git git-email php-cli libemail-sender-perl libmime-lite-perl
	libmailtools-perl python3 smartmontools mdadm logwatch sudo
	fail2ban unattended-upgrades devscripts procmail vacation iproute2"

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

make_world
echo "installing: sendoff $callers"
install_callers >"$work/install.log" 2>&1 || {
	cat "$work/install.log"
	exit 1
}
cp -r "$work/tests" "$work/smtp-server" "$world/srv"
exec unshare --net chroot "$world" bash /srv/tests/callers/cases.sh
