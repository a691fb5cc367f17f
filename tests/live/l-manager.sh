#!/bin/bash
# What systemd thinks of it, and what an administrator does later.
. "$(dirname "$0")/lib.sh"

case_the_socket_and_the_timer_are_enabled() {
	local unit
	for unit in sendoff.socket sendoff-flush.timer; do
		systemctl is-enabled --quiet "$unit" || fail "$unit is not enabled"
		systemctl is-active --quiet "$unit" || fail "$unit is not active"
	done
	[ "$(systemctl show sendoff-flush.timer -p NextElapseUSecMonotonic \
	    --value)" != infinity ] || fail "the timer never comes"
}

# In tenths, of ten.
case_its_units_are_tight() {
	systemd-analyze security --no-pager --threshold=19 \
	    sendoff.service sendoff-flush.service \
	    >"$dir/security" 2>&1 || fail "$(grep Overall "$dir/security")"
	[ "$(grep -c Overall "$dir/security")" -eq 2 ] ||
	    fail "$(head -n 5 "$dir/security")"
}

case_nothing_has_failed() {
	systemctl list-units --plain --no-legend --failed 'sendoff*' \
	    >"$dir/failed"
	[ ! -s "$dir/failed" ] || fail "$(cat "$dir/failed")"
}

case_installing_again_keeps_what_was_edited() {
	cp -p /etc/sendoff/relay.conf "$dir/before"
	make -C /srv/sendoff -s install-system || fail "make fails"
	cmp "$dir/before" /etc/sendoff/relay.conf || fail "it was replaced"
	[ "$(stat -c %U%a /etc/sendoff/relay.conf)" = root600 ] ||
	    fail "it was opened"
	relay
	mail_from alice you@example.test
	expect_exit 0
}

# The last one: nothing is installed behind it.
case_what_waits_outlives_the_program() {
	relay
	relay_gone
	mail_from alice you@example.test
	expect_exit 0
	systemctl disable --now sendoff.socket sendoff-flush.timer
	make -C /srv/sendoff -s uninstall-system || fail "make fails"
	systemctl daemon-reload
	expect_waiting 1
	grep -q "$secret" /etc/sendoff/relay.conf || fail "the account is gone"
	[ ! -e /usr/bin/sendoff ] || fail "the program is there"
	! systemctl cat sendoff.socket || fail "the socket's unit is there"
	mail_from alice you@example.test
	expect_exit 126 127
	is_back_as_another
	relay_back
	sleep 1.1 # retry_min
	systemctl start sendoff-flush.service || fail "the flush fails"
	expect_waiting 0
	mail_from alice you@example.test
	expect_exit 0
}

# Its user has another number than before.
is_back_as_another() {
	local before
	before=$(id -u sendoff)
	userdel sendoff
	useradd --system --uid "$before" somebody
	make -C /srv/sendoff -s install-system || fail "make fails"
	systemd-sysusers sendoff.conf
	[ "$(id -u sendoff)" -ne "$before" ] || fail "it is the same"
	systemd-tmpfiles --create sendoff.conf
	systemctl daemon-reload
	systemctl enable --now sendoff.socket
}

run_cases
