#!/bin/bash
# Dovecot: LMTP into mailboxes (Unix socket and TCP), and its submission
# service, which relays to a server of ours.
. "$(dirname "$0")/real.sh"

start_relay() {
	"$smtp_server" --quiet --port-file "$house/relay-port" \
	    --store "$house/relay" --extensions "PIPELINING,8BITMIME,SMTPUTF8" &
	relay=$!
	until [ -e "$house/relay-port" ]; do sleep 0.02; done
	relay_port=$(<"$house/relay-port")
}

stop_relay() {
	kill "$relay"
}

lmtp_letter() {
	hard_letter "$1" >message
	send -i "$1-user@example.test" <message
	expect_exit 0
	expect_silence
	expect_mail "$1-user" message
}

case_lmtp_over_a_unix_socket() {
	config <<-END
		accounts: { test: { protocol = "lmtp"; host = "$house/dovecot/lmtp";
		  from = "user@example.test"; }; };
		default_account = "test";
	END
	lmtp_letter unix
}

case_lmtp_over_tcp() {
	real_account 127.0.0.1 "$lmtp_port" 'protocol = "lmtp"; tls = "off";'
	lmtp_letter tcp
}

case_lmtp_over_starttls() {
	real_account localhost "$lmtp_port" 'protocol = "lmtp"; tls = "starttls";'
	lmtp_letter starttls
}

case_lmtp_to_several() {
	real_account 127.0.0.1 "$lmtp_port" 'protocol = "lmtp"; tls = "off";'
	hard_letter several >message
	send -i --report=json a@example.test b@example.test c@example.test <message
	expect_exit 0
	expect_report '[r["status"] for r in recipients] == ["accepted"] * 3'
	expect_mail a message
	expect_mail b message
	expect_mail c message
}

# submits TLS PORT AUTH SUBJECT
submits() {
	real_account localhost "$2" "tls = \"$1\"; auth = \"$3\";" \
	    'user = "user"; password = "secret";'
	hard_letter "$4" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	store=$house/relay
	relayed "$4" || fail "nothing was relayed"
	with_crlf <message >want
	tail -c "$(wc -c <want)" "$(grep -lx "Subject: $4"$'\r' "$store"/message-*.eml)" |
	    cmp - want || fail "the message differs"
}

relayed() {
	grep -qsx "Subject: $1"$'\r' "$house"/relay/*.eml
}

case_submissions_plain() {
	submits implicit "$submissions_port" PLAIN submissions-plain
}

case_submission_plain() {
	submits starttls "$submission_port" PLAIN submission-plain
}

case_submission_login() {
	submits starttls "$submission_port" LOGIN submission-login
}

case_submission_cram_md5() {
	submits starttls "$submission_port" CRAM-MD5 submission-cram
}

case_submission_scram_sha_1() {
	submits starttls "$submission_port" SCRAM-SHA-1 submission-scram-1
}

case_submission_scram_sha_256() {
	submits starttls "$submission_port" SCRAM-SHA-256 submission-scram-256
}

case_auth_refused_in_the_flight_delivers_nothing() {
	real_account localhost "$submissions_port" 'tls = "implicit"; auth = "PLAIN";' \
	    'user = "user"; password = "wrong";'
	hard_letter refused >message
	send -i you@example.test <message
	expect_exit 77
	sleep 0.3
	! relayed refused || fail "it was relayed"
}

need_root_and dovecot-core dovecot-lmtpd dovecot-submissiond
open_house
start_relay
start_dovecot "submission_relay_host = 127.0.0.1" $'\n' \
    "submission_relay_port = $relay_port" $'\n' \
    "submission_relay_trusted = no"
run_cases
