#!/bin/bash
# What the service tells its users of their mail, while its relay is there and
# while it is not.
. "$(dirname "$0")/lib.sh"

case_what_readme_sent_was_not_lost() {
	[ "$(waiting)" -eq 1 ] || fail "the first test message is nowhere"
}

case_accepted_mail_arrives_and_says_whose_it_is() {
	relay
	body=first-word mail_from alice you@example.test
	expect_exit 0
	expect_silence
	expect_mail first-word "rcpt == ['you@example.test']" \
	    "sender == 'machine@example.org'" \
	    "addresses('from') == ['machine@example.org']" \
	    "'(uid $(id -u alice), login alice)' in head['received']"
	expect_waiting 0
}

# Whatever TLS has to load and to map, the units let it.
case_it_goes_by_tls() {
	mkdir -p /srv/certs
	/srv/smtp-server --make-certs /srv/certs
	chmod 755 /srv/certs
	chmod 644 /srv/certs/ca.pem
	relay_tls=(--tls starttls --certs /srv/certs)
	relay
	relay_conf_has 's|tls = "off"; auth_without_tls = true;|tls = "starttls"; tls_host = "localhost"; tls_trust_file = "/srv/certs/ca.pem";|'
	body=by-tls mail_from alice you@example.test
	expect_exit 0
	expect_silence
	expect_mail by-tls "rcpt == ['you@example.test']"
	relay_gone
	body=later-by-tls mail_from alice you@example.test
	expect_waiting 1
	relay_back
	sleep 1.1 # retry_min
	systemctl start sendoff-flush.service || fail "the flush fails"
	expect_mail later-by-tls "rcpt == ['you@example.test']"
}

case_a_refusal_comes_in_the_relays_words() {
	relay 'rcpt has=nobody@ reply "550 5.1.1 no such user"'
	mail_from alice nobody@example.test
	expect_exit 67
	expect_says 'nobody@example\.test: refused by .*: 550 5\.1\.1 .*no such user'
	expect_waiting 0
}

case_mail_waits_for_its_relay() {
	relay
	relay_gone
	body=later-word mail_from alice you@example.test
	expect_exit 0
	expect_waiting 1
	[ "$(stat -c %U%a "$spool")" = sendoff700 ] ||
	    fail "the spool is open"
	relay_back
	sleep 1.1 # retry_min
	systemctl start sendoff-flush.service || fail "the flush fails"
	expect_mail later-word "rcpt == ['you@example.test']" \
	    "'login alice' in head['received']"
	expect_waiting 0
}

case_or_it_fails_if_that_is_wanted() {
	relay
	relay_gone
	relay_conf_has 's/on_failure = "queue"/on_failure = "fail"/'
	mail_from alice you@example.test
	expect_exit 75
	expect_waiting 0
}

case_mailq_says_whose_queue_it_shows() {
	relay
	relay_gone
	mail_from alice you@example.test
	as alice mailq
	expect_exit 0
	expect_prints '^Mail queue is empty$'
	expect_says 'service.*root'
	as root /usr/sbin/sendmail -q -v
	expect_exit 0
	expect_says '1 that the service has taken: systemctl start sendoff-flush'
	as root mailq
	expect_exit 0
	expect_prints 'you@example\.test'
	[ ! -s "$dir/err" ] || fail "root is told of himself"
}

run_cases
