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

case_what_cannot_be_printed_is_no_success() {
	local action
	server
	account
	for action in --version --help --check --show-config -S -bp \
	    '-bv you@example.test'; do
		# shellcheck disable=SC2086
		letter | "$sendoff" -C sendoff.conf $action \
		    >/dev/full 2>err
		status=${PIPESTATUS[1]}
		expect_exit 74
	done
	letter | "$sendoff" -C sendoff.conf -P you@example.test >/dev/full 2>err
	status=${PIPESTATUS[1]}
	expect_exit 74
	expect_says 'cannot write to the standard output'
}

run_cases
