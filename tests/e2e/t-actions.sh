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

run_cases
