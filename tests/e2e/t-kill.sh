#!/bin/bash
# Killed at any moment: no half message, and no success without its message.
. "$(dirname "$0")/lib.sh"

case_killed_three_hundred_times() {
	server --tls implicit --auth PLAIN --latency 2
	tls_account 'tls = "implicit";'
	"$python" "$here/kill.py" 300 "$store" "$sendoff" -C "$dir/sendoff.conf" \
	    you@example.test || fail "see above"
}

case_killed_without_pipelining() {
	server --without PIPELINING --latency 2
	account
	"$python" "$here/kill.py" 60 "$store" "$sendoff" -C "$dir/sendoff.conf" \
	    you@example.test || fail "see above"
}

case_terminated_within_content() {
	local pid
	server --on 'body bytes=50000 hang'
	account
	{
		letter
		seq -f '%070.0f' 200000
	} >message
	"$sendoff" -C "$dir/sendoff.conf" you@example.test <message 2>err &
	pid=$!
	wait_for "content" grep -q '^< 354' "$store/.conn-1.log"
	sleep 0.2
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	[ "$status" -ne 0 ] || fail "terminated, and a success"
	expect_messages 0
}

case_the_reader_of_errors_has_gone() {
	server --on 'rcpt reply "550 5.1.1 unknown"'
	account
	"$sendoff" -C "$dir/sendoff.conf" --debug-level=3 you@example.test \
	    < <(letter) 2>&1 >/dev/null | true
	status=${PIPESTATUS[0]}
	[ "$status" -ne 0 ] || fail "a success"
}

run_cases
