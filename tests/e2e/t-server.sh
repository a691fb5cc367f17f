#!/bin/bash
# The test server itself: a judge must be judged first, by a client that is
# not the program under test.
. "$(dirname "$0")/lib.sh"

# client CHECK [ARGUMENT...]: a function of server_client.py.
client() {
	"$python" "$here/server_client.py" "$1" "$port" "$CERTS" "${@:2}" ||
	    fail "see above"
}

case_content_is_kept_however_it_is_cut() {
	server
	client content_in_pieces
	expect_messages 40
	printf 'a: b\r\n\r\n.x\r\n..\r\n.\ry\r\nz\n.\n\r\n' >want
	for n in 1 20 40; do
		expect_stored want "$n"
		expect_json "$store/envelope-$n.json" 'content["bare_lf"] == 2' \
		    'content["bare_cr"] == 1' 'content["stuffed"] == 3'
	done
}

case_content_without_its_dot_is_no_message() {
	server
	client cut_content
	record >/dev/null
	expect_messages 0
}

case_turns_are_counted() {
	server
	client lock_step
	client flights
	record 2 >/dev/null
	expect_turns 5 1
	expect_flights "EHLO,MAIL,RCPT,DATA,content" 1
	expect_turns 3 2
	expect_flights "EHLO,MAIL RCPT DATA,content" 2
}

case_early_bytes_are_refused_when_strict() {
	server --strict --without PIPELINING
	client early
}

case_no_mail_without_authentication() {
	server --auth PLAIN
	client unauthenticated
}

case_passwords_are_checked() {
	server --tls implicit --auth \
	    "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512" \
	    --user "j,o=e" --password pässword
	client passwords
}

case_channel_bindings_are_checked() {
	server --tls implicit --auth "SCRAM-SHA-256 SCRAM-SHA-256-PLUS"
	client bindings
}

run_cases
