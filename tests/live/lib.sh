# shellcheck shell=bash
# What the cases in the booted world share, on top of what the callers' have:
# an l-*.sh file sources this, defines cases and ends with run_cases.  Each
# case sees to it that there is a relay as it wants it, by `relay'.
# shellcheck source=tests/callers/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../callers/lib.sh"
suite=${suite#l-}

secret=hunter2-the-secret
spool=/var/lib/sendoff/spool
unset SENDOFF_SPOOL STATE_DIRECTORY

# relay [RULE...]: the relay of the machine, as a unit of its own.  Nobody has
# sent anything yet, and nothing waits.
# shellcheck disable=SC2153
relay() {
	trap case_ends EXIT
	relay_gone
	systemctl stop --quiet sendoff.service 2>/dev/null
	rm -rf /run/sendoff/limits/* "$spool" /home/*/dead.letter
	relay_back "$@"
}

# How it speaks TLS, for a case that wants it; certificates where the service,
# too, can see them.
relay_tls=()

relay_back() {
	local rule rules=()
	for rule; do
		rules+=(--on "$rule")
	done
	STORE=$dir/store
	rm -f "$dir/port"
	systemd-run --quiet --unit=relay --collect /srv/smtp-server --quiet \
	    --port 2525 --port-file "$dir/port" --store "$STORE" --idle 60 \
	    --auth PLAIN --user machine@example.org --password "$secret" \
	    "${relay_tls[@]}" "${rules[@]}"
	wait_for "the relay" test -s "$dir/port"
}

relay_gone() {
	systemctl stop relay 2>/dev/null || :
}

# Nobody writes into $dir any more, and the account is as it was.
case_ends() {
	relay_gone
	wait
	[ ! -e "$dir/relay.conf" ] ||
	    cp -p "$dir/relay.conf" /etc/sendoff/relay.conf
}

# mail_from USER ADDRESS [OPTION...]: one message; the words are its body.
mail_from() {
	local user=$1 to=$2
	shift 2
	as "$user" /usr/sbin/sendmail "$@" "$to" < <(printf '\n%s\n' "${body:-hello}")
}

# How many messages wait in the service's spool.
waiting() {
	find "$spool/queue" -type f 2>/dev/null | wc -l
}

expect_waiting() {
	local n
	n=$(waiting)
	[ "$n" -eq "$1" ] || fail "$n messages wait, not $1"
}

# relay_conf_has SED: a line of relay.conf is another, for this case.
relay_conf_has() {
	systemctl stop --quiet sendoff.service 2>/dev/null
	cp -p /etc/sendoff/relay.conf "$dir/relay.conf"
	sed -i "$1" /etc/sendoff/relay.conf
	! cmp -s "$dir/relay.conf" /etc/sendoff/relay.conf ||
	    fail "relay.conf has no such line"
}
