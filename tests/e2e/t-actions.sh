#!/bin/bash
# Asking a server things without sending a message.
. "$(dirname "$0")/lib.sh"

case_server_info() {
	server --tls starttls --auth "PLAIN LOGIN" --size 12345678
	tls_account 'tls = "starttls";'
	send --server-info </dev/null
	expect_exit 0
	grep -q 'PIPELINING' out || fail "no extensions"
	grep -q '12345678' out || fail "no size"
	grep -q 'PLAIN' out || fail "no mechanisms"
	grep -qE 'TLS ?1\.3' out || fail "no TLS version"
	expect_transcript_not '^> MAIL'
}

case_verify() {
	server --on 'vrfy reply "250 2.1.5 Jane <jane@example.test>"'
	account
	send --verify=jane@example.test </dev/null
	expect_exit 0
	grep -q '250.*Jane <jane@example.test>' out || fail "no answer shown"
	expect_transcript '^> VRFY jane@example\.test$'
}

case_verify_of_an_unknown_user() {
	server --on 'vrfy reply "550 5.1.1 nobody-of-that-name"'
	account
	send --verify=x@example.test </dev/null
	expect_exit 67 69
	cat out err | grep -q 'nobody-of-that-name' || fail "no answer shown"
}

case_verify_252() {
	server
	account
	send --verify=x@example.test </dev/null
	expect_exit 0
	grep -q '252' out || fail "no answer shown"
}

case_verify_takes_no_line_end() {
	server
	account
	send --verify=$'x\r\nRSET' </dev/null
	expect_exit 64
	expect_no_connection
}

case_expand() {
	server --on 'expn reply "250-a@example.test\n250 b@example.test"'
	account
	send --expand=staff </dev/null
	expect_exit 0
	grep -q 'a@example.test' out || fail "the first is missing"
	grep -q 'b@example.test' out || fail "the second is missing"
}

case_expand_502() {
	server
	account
	send --expand=staff </dev/null
	expect_exit 69
}

case_commands_of_ones_own() {
	server --on 'help reply "214-one\n214 two"'
	account
	send --command='HELP me' --command=NOOP </dev/null
	expect_exit 0
	grep -q 'one' out || fail "no answer shown"
	expect_commands "EHLO HELP NOOP QUIT"
}

case_commands_take_no_line_end() {
	server
	account
	send --command=$'NOOP\r\nRSET' </dev/null
	expect_exit 64
	expect_no_connection
}

case_a_test_message() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	send --send-test=you@example.test </dev/null
	expect_exit 0
	expect_messages 1
	expect_header '^Subject: .' '^From: .*me@example\.test' '^To: .*you@example\.test'
}

run_cases
