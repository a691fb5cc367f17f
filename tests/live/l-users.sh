#!/bin/bash
# Who has sent what is known, and one user is not in another's way.
. "$(dirname "$0")/lib.sh"

case_nobody_sends_in_anothers_name() {
	relay
	as bob env LOGNAME=alice USER=alice NAME=Alice /usr/sbin/sendmail -f alice \
	    -F Alice you@example.test < <(printf '%s\n' 'From: alice' \
	    'Received: from localhost (uid 0, login root) by box (sendoff)' \
	    '' not-hers)
	expect_exit 0
	expect_mail not-hers "msg.get_all('received')[0].startswith(
	    'from localhost (uid $(id -u bob), login bob) by ')"
}

# bob sends more than he may: he is told when to come again, and alice need
# not know of it.
case_a_flood_is_its_own_senders_alone() {
	local n taken=0
	relay
	for n in {1..24}; do
		mail_from bob you@example.test
		expect_exit 0 75
		[ "$status" -ne 0 ] || taken=$n
	done
	[ "$taken" -ge 20 ] || fail "only $taken were taken"
	expect_exit 75
	expect_says '452 4\.3\.2 .*[0-9]+ s'
	mail_from alice you@example.test
	expect_exit 0
	expect_silence
}

# Whoever comes, and goes, and comes, is soon done with.
case_a_crowd_at_the_door_keeps_nobody_out() {
	relay
	as alice python3 - <<-'END'
		import socket
		for _ in range(400):
		    s = socket.socket(socket.AF_UNIX)
		    s.connect("/run/sendoff/submit")
		    s.close()
	END
	expect_exit 0
	mail_from bob you@example.test
	expect_exit 0
	expect_silence
}

# With nothing but a broken account there is somebody to say so.
case_a_service_that_cannot_work_says_so() {
	relay
	relay_conf_has 's/host = /nonsense = /'
	mail_from alice you@example.test
	expect_exit 75
	expect_says 'misconfigured; its log says more'
	mail_from bob you@example.test
	expect_exit 75
}

case_nor_does_a_lost_configuration_close_the_door() {
	relay
	systemctl stop --quiet sendoff.service 2>/dev/null
	mv /etc/sendoff/relay.conf "$dir/relay.conf"
	mail_from alice you@example.test
	expect_exit 75
	expect_says 'misconfigured; its log says more'
	cp -p "$dir/relay.conf" /etc/sendoff/relay.conf
	systemctl restart sendoff.service
	mail_from alice you@example.test
	expect_exit 0
}

run_cases
