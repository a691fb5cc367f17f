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
	expect_exit 75
	expect_says 'at message content: interrupted by signal 15' 'saved in'
	expect_messages 0
}

catches_term() {
	local caught
	caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status")
	((0x$caught & 0x4000))
}

case_terminated_before_anything_was_sent() {
	local pid
	server
	account
	mkfifo never
	exec 9<>never
	"$sendoff" -C "$dir/sendoff.conf" you@example.test <never 2>err &
	pid=$!
	wait_for "the reading" catches_term "$pid"
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	expect_exit 75
	expect_says 'interrupted before anything was sent'
}

case_terminated_before_the_answer() {
	local pid
	server --on 'dot hang'
	account
	"$sendoff" -C "$dir/sendoff.conf" --report=json you@example.test \
	    < <(letter) >out 2>err &
	pid=$!
	wait_for "the dot" grep -q '^> .content and dot' "$store/.conn-1.log"
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	expect_exit 75
	grep -q '"maybe_delivered": *true' out || fail "not uncertain"
}

# A server that has the message is heard out, for a while.
case_terminated_a_little_before_the_answer() {
	local pid
	server --on 'dot delay 700'
	account
	"$sendoff" -C "$dir/sendoff.conf" you@example.test < <(letter) 2>err &
	pid=$!
	wait_for "the dot" grep -q '^> .content and dot' "$store/.conn-1.log"
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	expect_exit 0
	expect_silence
	expect_messages 1
}

case_what_is_ignored_stays_ignored() {
	local pid
	server --on 'rcpt delay 500'
	account
	(trap '' HUP; exec "$sendoff" -C "$dir/sendoff.conf" you@example.test \
	    < <(letter)) &
	pid=$!
	wait_for "RCPT" grep -q '^> RCPT' "$store/.conn-1.log"
	kill -HUP "$pid"
	wait "$pid"
	status=$?
	expect_exit 0
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
