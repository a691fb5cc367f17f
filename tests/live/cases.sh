#!/bin/bash
# Installs as README says, and runs the cases, one after the other: they share
# one service.  Runs in the world, beside systemd.
set -eu

[ -e /srv/this-is-the-world ] || exit 1
[ "$(cat /proc/1/comm)" = systemd ] || exit 1
cd /srv/sendoff
here=/srv/tests/live
work=$(mktemp -d)
export BUILD=/srv CERTS=/srv/none LC_ALL=C.UTF-8 TMPDIR="$work"
chmod 755 "$work"
unset SENDOFF_CONFIG SENDOFF_URL

# The commands of README that install the service; what builds it was done.
readme_commands() {
	awk '/^    / { block = block substr($0, 5) "\n"; next }
	     { if (block ~ /sudo make install-system\n/) printf "%s", block
	       block = "" }' README |
	    grep -vxE 'autoconf|\./configure .*'
}

sudo() {
	"$@"
}

# As the administrator's hand: the account that the cases' relay knows.
editor() {
	sed -i -e 's/^#limit_messages = .*/limit_messages = 20;/' \
	    -e 's/host = "smtp.example.org";/host = "127.0.0.1"; port = 2525; tls = "off"; auth_without_tls = true; retry_min = "1s";/' \
	    -e 's/"change me"/"hunter2-the-secret"/' "$1"
	[ "$(grep -cE '2525|hunter2|^limit_messages = 20' "$1")" -eq 3 ] || {
		echo "$1 is not what the cases know"
		exit 1
	}
}

# Another mailer of this machine's, put aside as it is told to.
make_way() {
	[ ! -e /usr/sbin/sendmail ] ||
	    dpkg-divert --local --rename --add /usr/sbin/sendmail
}

install_as_told() {
	readme_commands >"$work/commands"
	grep -q 'enable --now sendoff.socket' "$work/commands" || {
		echo "README does not say how"
		return 1
	}
	# shellcheck source=/dev/null
	(set -ex && make_way && . "$work/commands") >"$work/install.log" 2>&1 || {
		echo "README's commands fail:"
		tail -n 20 "$work/install.log"
		return 1
	}
}

install_as_told || {
	echo "0 passed, 1 failed"
	exit 1
}
for suite in relay secret users manager; do
	bash "$here/l-$suite.sh" || echo "not ok $suite: it broke off"
done 2>&1 | tee "$work/all"

passed=$(grep -c '^ok ' "$work/all" || :)
failed=$(grep -c '^not ok ' "$work/all" || :)
skipped=$(grep -c '^skip ' "$work/all" || :)
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
