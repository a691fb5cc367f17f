#!/bin/bash
# Round trips: what runs ahead, what must wait, and what a refusal voids.
. "$(dirname "$0")/lib.sh"

case_three_turns_over_implicit_tls() {
	server --tls implicit --auth PLAIN \
	    --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
	tls_account 'tls = "implicit";'
	send_letter --report=json
	expect_exit 0
	expect_turns 3
	expect_flights "EHLO,AUTH MAIL RCPT DATA,content"
	expect_report 'error == "none"' 'exit == 0' \
	    'recipients[0]["status"] == "accepted"'
}

case_three_turns_with_a_slow_server() {
	server --tls implicit --auth PLAIN --latency 50
	tls_account 'tls = "implicit";'
	send a@example.test b@example.test c@example.test < <(letter)
	expect_exit 0
	expect_turns 3
	expect_flights "EHLO,AUTH MAIL RCPT RCPT RCPT DATA,content"
}

case_three_turns_in_the_clear_without_auth() {
	server
	account
	send_letter
	expect_turns 3
	expect_flights "EHLO,MAIL RCPT DATA,content"
}

case_lock_step_without_pipelining() {
	server --tls implicit --auth PLAIN --without PIPELINING --strict --latency 20
	tls_account 'tls = "implicit";'
	send a@example.test b@example.test < <(letter)
	expect_exit 0
	expect_flights "EHLO,AUTH,MAIL,RCPT,RCPT,DATA,content"
	expect_messages 1
}

case_lock_step_after_helo() {
	server --strict --latency 20 --without PIPELINING \
	    --on 'ehlo reply "500 what"'
	account
	send_letter
	expect_exit 0
	expect_flights "EHLO,HELO,MAIL,RCPT,DATA,content"
}

case_challenges_are_barriers() {
	local mechanism
	for mechanism in LOGIN CRAM-MD5 SCRAM-SHA-256; do
		rm -rf port store
		server --tls implicit --auth "$mechanism"
		tls_account 'tls = "implicit";'
		send_letter
		expect_exit 0
		record | grep -q 'answer","MAIL RCPT DATA"' ||
		    fail "$mechanism: $(record)"
	done
}

case_bearer_tokens_do_not_run_ahead() {
	server --tls implicit --auth XOAUTH2
	tls_account 'tls = "implicit"; auth = "XOAUTH2";'
	send_letter
	expect_exit 0
	expect_flights "EHLO,AUTH,MAIL RCPT DATA,content"
}

case_starttls_is_a_barrier() {
	server --tls starttls --latency 20
	tls_account 'tls = "starttls"; auth = "off";'
	send_letter
	expect_flights "EHLO,STARTTLS,EHLO,MAIL RCPT DATA,content"
}

# A server that would take mail from anybody, and answers 354 all the same.
case_auth_refused_within_the_flight_delivers_nothing() {
	server --tls implicit --auth PLAIN --open --password other
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 77
	expect_nothing_sent
	expect_flights "EHLO,AUTH MAIL RCPT DATA"
	expect_transcript '^< 354'
}

case_auth_refused_within_the_flight_goes_on_elsewhere() {
	server --tls implicit --auth "PLAIN CRAM-MD5" --open \
	    --on 'auth has=PLAIN reply "504 5.7.4 not-that-one"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_messages 1
	expect_json "$store/envelope-1.json" 'mechanism == "CRAM-MD5"' \
	    'connection == 2'
	expect_flights "EHLO,AUTH MAIL RCPT DATA" 1
	expect_flights "EHLO,AUTH,answer,MAIL RCPT DATA,content" 2
}

case_auth_put_off_within_the_flight_delivers_nothing() {
	server --tls implicit --auth PLAIN --open \
	    --on 'outcome reply "454 4.7.0 not now"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 75
	expect_nothing_sent
}

case_auth_asks_on_within_the_flight() {
	server --tls implicit --auth PLAIN --open --on 'auth n=1 reply "334 "'
	tls_account 'tls = "implicit"; timeout = "2s";'
	send_letter
	expect_exit 0 75 76 77
	[ "$status" -eq 0 ] || expect_nothing_sent
}

case_mail_refused_within_the_flight() {
	server --on 'mail reply "550 5.7.1 not you"'
	account
	send_letter
	expect_exit 65
	expect_nothing_sent
	expect_says 'not you'
}

# RFC 2920, 3.1: some servers answer 354 although nobody is there.
case_all_refused_and_354_all_the_same() {
	server --on 'rcpt reply "550 5.1.1 unknown"' --on 'data reply "354 go on"'
	account
	letter the-body | send you@example.test
	expect_exit 67
	! grep -rqs the-body "$store" || fail "the body was sent"
}

case_quit_is_not_waited_for() {
	local before=$SECONDS
	server --on 'quit hang'
	account 'timeout = "20s";'
	send_letter
	expect_exit 0
	[ $((SECONDS - before)) -lt 5 ] || fail "it waited for QUIT"
}

case_only_quit_runs_behind_content() {
	server --latency 50
	account
	send_letter
	expect_flights "EHLO,MAIL RCPT DATA,content"
	expect_commands "EHLO MAIL RCPT DATA content QUIT"
}

# Its reply must not be taken for that to the content, which never came.
case_the_answer_to_quit_is_none_to_the_content() {
	server --on 'dot silent'
	account 'timeout = "2s";'
	send_letter --report=json
	expect_exit 75 76
	expect_report 'maybe_delivered == True' \
	    'recipients[0]["status"] != "accepted"'
}

case_answers_that_come_in_pieces() {
	server --tls implicit --auth PLAIN --on 'any drip 400'
	tls_account 'tls = "implicit"; timeout = "30s";'
	send_letter
	expect_exit 0
	expect_messages 1
}

# More than fits the windows of either side: neither may wait for the other.
case_five_thousand_recipients() {
	server
	account 'timeout = "30s";'
	seq -f 'To: recipient-with-a-rather-long-name-%g@example.test' 5000 >message
	letter >>message
	send -t <message
	expect_exit 0
	expect_messages 1
	expect_json "$store/envelope-1.json" 'len(rcpt) == 5001'
}

case_round_trips_are_reported() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	send_letter --report=json
	expect_exit 0
	expect_report 'isinstance(round_trips, int)' '3 <= round_trips <= 7' \
	    'ms >= 0'
}

run_cases
