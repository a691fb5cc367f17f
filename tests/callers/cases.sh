#!/bin/bash
# Runs the cases, in the world: some files at a time, as cron takes its minute.
# One server takes the mail of all; a case knows its own by a word in it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
BUILD=/srv
CERTS=/srv/certs
STORE=/srv/store
SYSLOG=/srv/syslog
work=$(mktemp -d)
chmod 755 "$work"
export BUILD CERTS STORE SYSLOG
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset SENDOFF_CONFIG SENDOFF_URL

ip link set lo up
chmod 755 /srv
/srv/smtp-server --make-certs "$CERTS"
chmod 755 "$CERTS"
chmod 644 "$CERTS"/*

python3 "$here/syslog.py" "$SYSLOG" &
syslog=$!
/srv/smtp-server --quiet --port-file /srv/port --store "$STORE" \
    --tls starttls --certs "$CERTS" --idle 600 \
    --on 'rcpt has=refused@ reply "550 5.1.1 no such user"' &
server=$!
trap 'kill $server $syslog' EXIT
until [ -e /srv/port ] && [ -S /dev/log ]; do sleep 0.05; done

# All the configuration there is.  It holds no password and is for all to read:
# cron does not give the owner's further groups to what it mails with.
mkdir -p /etc/sendoff
cat >/etc/sendoff/sendoff.conf <<-END
	accounts: {
	  relay: {
	    host = "localhost"; port = $(cat /srv/port);
	    tls_trust_file = "$CERTS/ca.pem";
	  };
	};
	default_account = "relay";
END
chmod 644 /etc/sendoff/sendoff.conf

# This machine may have some of that name.
for user in alice bob carol; do
	userdel --force --remove "$user" >/dev/null 2>&1 || :
	useradd --create-home --shell /bin/sh \
	    --comment "${user^} O. Test,room 1,," "$user"
done

# shellcheck disable=SC2016
find "$here" -name 'c-*.sh' | sort | xargs -P 4 -I '{}' sh -c '
	log=$2/$(basename "$1").log
	bash "$1" >"$log" 2>&1 ||
	    echo "not ok $(basename "$1"): it broke off" >>"$log"
	flock "$2" cat "$log"' sh '{}' "$work" | tee "$work/all"

passed=$(grep -c '^ok ' "$work/all" || :)
failed=$(grep -c '^not ok ' "$work/all" || :)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
