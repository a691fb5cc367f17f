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

run_cases
