#!/bin/bash
# LMTP: over TCP and Unix sockets, and an answer for every recipient.
. "$(dirname "$0")/lib.sh"

lmtp() {
	account 'protocol = "lmtp";' "$@"
}

lmtp_socket() {
	config <<-END
		default_account = "test";
		accounts: { test: {
		  protocol = "lmtp"; host = "$dir/socket"; $*
		  from = "me@example.test";
		}; };
	END
}

case_over_tcp() {
	server --lmtp
	lmtp
	send_letter
	expect_exit 0
	expect_silence
	expect_commands "LHLO MAIL RCPT DATA content QUIT"
	expect_turns 3
}

case_over_a_unix_socket() {
	server --lmtp --socket "$dir/socket"
	lmtp_socket
	send_letter
	expect_exit 0
	expect_messages 1
}

case_a_socket_that_is_not_there() {
	lmtp_socket
	send_letter
	expect_exit 75
	expect_says 'socket'
}

case_two_recipients() {
	server --lmtp
	lmtp
	send --report=json a@example.test b@example.test < <(letter)
	expect_exit 0
	expect_report '[r["status"] for r in recipients] == ["accepted"] * 2'
	expect_commands "LHLO MAIL RCPT RCPT DATA content QUIT"
}

case_a_recipient_refused_at_rcpt() {
	server --lmtp --on 'rcpt has=bad@ reply "550 5.1.1 unknown-user"'
	lmtp
	send --report=json a@example.test bad@example.test b@example.test < <(letter)
	expect_exit 67
	expect_messages 1
	expect_report \
	    '[r["status"] for r in recipients] == ["accepted", "refused", "accepted"]'
}

case_a_recipient_refused_at_the_dot() {
	server --lmtp --on 'dot has=full@ reply "552 5.2.2 mailbox-full"'
	lmtp
	send --report=json a@example.test full@example.test b@example.test < <(letter)
	expect_exit 69
	expect_report \
	    '[r["status"] for r in recipients] == ["accepted", "refused", "accepted"]' \
	    'recipients[1]["code"] == 552' 'recipients[1]["enhanced"] == "5.2.2"'
}

case_a_recipient_put_off_at_the_dot() {
	server --lmtp --on 'dot has=busy@ reply "451 4.2.0 try-later"'
	lmtp
	send --report=json a@example.test busy@example.test < <(letter)
	expect_exit 75
	expect_report \
	    '[r["status"] for r in recipients] == ["accepted", "deferred"]'
}

case_answers_go_to_those_who_were_accepted() {
	server --lmtp --on 'rcpt has=b@ reply "550 5.1.1 unknown"' \
	    --on 'dot has=c@ reply "552 5.2.2 full"'
	lmtp
	send --report=json a@example.test b@example.test c@example.test \
	    d@example.test < <(letter)
	expect_report \
	    '[r["code"] for r in recipients] == [250, 550, 552, 250]'
}

case_all_refused_at_the_dot() {
	server --lmtp --on 'dot n=1 reply "552 5.2.2 full"' --on 'dot n=2 reply "451 4.2.0 busy"'
	lmtp
	send --report=json a@example.test b@example.test < <(letter)
	expect_exit 75
	expect_messages 0
	expect_report \
	    '[r["status"] for r in recipients] == ["refused", "deferred"]'
}

case_lost_between_the_answers() {
	server --lmtp --on 'dot n=2 cut'
	lmtp
	send --report=json a@example.test b@example.test < <(letter)
	expect_exit 75
	expect_report 'recipients[0]["status"] == "accepted"' \
	    'recipients[1]["status"] in ("deferred", "pending")' \
	    'maybe_delivered == True'
}

case_no_helo_when_lhlo_is_refused() {
	server --lmtp --on 'lhlo reply "500 5.5.1 what"'
	lmtp
	send_letter
	expect_exit 69
	expect_transcript_not '^> (HELO|EHLO)'
}

case_an_smtp_server_instead() {
	server
	lmtp
	send_letter
	expect_exit 69
	expect_nothing_sent
}

case_over_tls_with_auth() {
	server --lmtp --tls starttls --auth PLAIN
	tls_account 'protocol = "lmtp"; tls = "starttls";'
	send_letter
	expect_exit 0
	expect_messages 1
}

run_cases
