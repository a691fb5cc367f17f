#!/bin/bash
# Two hundred megabytes in constant memory.
. "$(dirname "$0")/lib.sh"

# weigh MAX_KB ARGUMENT...: run the program and look at its peak memory.
weigh() {
	local most=$1 peak
	shift
	if grep -q __asan_init "$sendoff"; then
		most=4000000
	fi
	"$python" - "$dir/peak" "$sendoff" "$@" <<-'END'
		import resource, subprocess, sys
		with open("message", "rb") as f:
		    p = subprocess.run(sys.argv[2:], stdin=f)
		peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		open(sys.argv[1], "w").write(f"{peak}")
		sys.exit(p.returncode)
	END
	status=$?
	peak=$(<"$dir/peak")
	echo "peak $peak kB"
	[ "$peak" -lt "$most" ] || fail "$peak kB"
}

make_message() {
	letter >message
	yes 'sixty-nine octets of text, that is about what a line of mail holds..' |
	    head -c "$1" >>message
	echo >>message
}

case_two_hundred_megabytes_over_tls() {
	server --tls implicit --auth PLAIN --size 300000000 --discard
	tls_account 'tls = "implicit"; timeout = "60s";'
	make_message 200000000
	weigh 40000 -C "$dir/sendoff.conf" you@example.test
	expect_exit 0
	record >/dev/null
	expect_json "$store/conn-1.json" 'messages == 1' 'received > 200000000'
}

case_twenty_megabytes_arrive_as_they_are() {
	server
	account 'timeout = "60s";'
	make_message 20000000
	weigh 40000 -C "$dir/sendoff.conf" you@example.test
	expect_exit 0
	with_crlf <message | cmp - "$store/message-1.eml" || fail "it differs"
}

case_a_pipe_that_trickles() {
	server
	account
	{
		letter one | head -c 50
		sleep 0.3
		letter one | tail -c +51
		sleep 0.3
		echo two
	} | send you@example.test
	expect_exit 0
	{ letter one && echo two; } | with_crlf >want
	expect_stored want
}

run_cases
