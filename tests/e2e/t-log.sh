#!/bin/bash
# The log: a line a message, in a file or by syslog.
. "$(dirname "$0")/lib.sh"

# logged PATTERN...: the log is one line that matches.
logged() {
	local pattern
	[ "$(wc -l <"$dir/log")" -eq 1 ] || fail "not one line: $(<"$dir/log")"
	for pattern; do
		grep -qE -e "$pattern" "$dir/log" ||
		    fail "no '$pattern' in: $(<"$dir/log")"
	done
}

case_a_message_that_is_sent() {
	server
	account
	send_letter
	expect_exit 0
	logged '^[0-9-]{10}T[0-9:]{8}Z sendoff\[[0-9]+\]: msgid=1@example\.test account=test from=<me@example\.test> to=<you@example\.test> nrcpt=1 size=[0-9]+ host=127\.0\.0\.1 tls=off status=sent code=250 reply="2\.0\.0 queued as message-1" trips=[0-9]+ ms=[0-9]+ uid=[0-9]+ exit=0$'
	[ "$(stat -c %a "$dir/log")" = 600 ] || fail "others can read it"
}

case_over_tls_with_a_login() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	logged 'tls=TLS1\.[23]' 'status=sent'
	! grep -q secret "$dir/log" || fail "the password is in it"
}

case_a_password_that_is_sent_back_is_hidden() {
	server --tls implicit --auth PLAIN --on 'data reply "554 5.7.1 no secret for you"'
	tls_account 'tls = "implicit";'
	send_letter
	logged 'reply="5\.7\.1 no \[hidden\] for you"'
}

case_refused_deferred_and_partial() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 no such \"user\" here"' \
	    --on 'rcpt has=later@ reply "450 4.2.1 later"'
	account
	send bad@example.test < <(letter)
	send later@example.test < <(letter)
	send you@example.test bad@example.test < <(letter)
	sed -n 1p log | grep -q 'status=refused error=recipients_refused code=550 reply=.*no such \\"user\\" here.* exit=67$' ||
	    fail "$(sed -n 1p log)"
	sed -n 2p log | grep -q 'status=deferred .*code=450 .* exit=75$' ||
	    fail "$(sed -n 2p log)"
	sed -n 3p log | grep -q 'nrcpt=2 .*status=partial .*code=550 .* exit=67$' ||
	    fail "$(sed -n 3p log)"
}

case_nobody_there() {
	server
	account
	sed -i 's/port = [0-9]*/port = 1/' sendoff.conf
	send_letter
	expect_exit 75
	logged 'status=deferred error=connect text="' 'exit=75$'
}

case_many_recipients_are_cut() {
	server
	account
	# shellcheck disable=SC2046
	send $(seq -f 'recipient%g@example.test' 200) < <(letter)
	expect_exit 0
	logged 'to=<recipient1@example\.test>,.*,\.\.\. nrcpt=200 '
	[ "$(wc -c <"$dir/log")" -lt 1500 ] || fail "too long"
}

case_no_line_is_forged() {
	server --on 'data reply "554 5.7.1 a\x0ab exit=0"'
	account
	send you@example.test < <(printf '%s\n' 'Message-ID: <a b exit=0>' \
	    ' "c@x>' 'Subject: x' '' b)
	[ "$(wc -l <"$dir/log")" -eq 1 ] || fail "$(<"$dir/log")"
	grep -q 'msgid="a b exit=0' "$dir/log" || fail "$(<"$dir/log")"
}

case_a_log_that_cannot_be_written_changes_nothing() {
	server
	account
	sed -i 's|^log = .*|log = "/nowhere/at/all";|' sendoff.conf
	send_letter -v
	expect_exit 0
	expect_says 'cannot log to /nowhere/at/all'
	send_letter
	expect_exit 0
	expect_silence
}

case_a_link_is_not_followed() {
	server
	account
	ln -s "$dir/elsewhere" "$dir/log"
	send_letter
	expect_exit 0
	[ ! -e "$dir/elsewhere" ] || fail "it was"
}

case_a_tag() {
	server
	account
	send_letter -L nightly
	logged ' nightly\[[0-9]+\]: '
}

case_runs_at_once_keep_their_lines_whole() {
	server
	account
	# shellcheck disable=SC2016
	seq 20 | xargs -P 8 -I '{}' sh -c '
		echo "Subject: {}" | "$1" -C "$2" you@example.test' \
	    sh "$sendoff" "$dir/sendoff.conf"
	[ "$(grep -cE '^[0-9TZ:-]+ sendoff\[[0-9]+\]: msgid=.* exit=0$' log)" -eq 20 ] ||
	    fail "$(<log)"
}

# In a private /dev with a socket that somebody listens on: what it says there.
syslogged() {
	cat >listen.py <<-'END'
		import socket, subprocess, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind("/dev/log")
		s.settimeout(10)
		subprocess.run(sys.argv[1:], stdin=open("message"))
		print(s.recv(9999).decode())
	END
	# shellcheck disable=SC2016
	unshare -m sh -c 'mkdir d && mount -t tmpfs none d &&
	    for n in null urandom random; do touch d/$n && mount --bind /dev/$n d/$n; done &&
	    mount --move d /dev && exec "$@"' sh "$python" listen.py "$sendoff" \
	    -C "$dir/sendoff.conf" "$@" >said 2>&1
}

case_syslog() {
	needs_root
	server
	account
	sed -i 's|^log = .*||' sendoff.conf
	letter >message
	syslogged -L tagged you@example.test
	grep -qE '^<22>.* tagged\[[0-9]+\]: msgid=1@example\.test .*status=sent' said ||
	    fail "$(<said)"
}

case_syslog_has_the_first_error_of_a_configuration() {
	needs_root
	server
	account 'prot = 1;' 'hots = "x";'
	letter >message
	syslogged you@example.test
	grep -qE "^<19>.*text=\".*sendoff.conf:[0-9]+: .*'prot'" said ||
	    fail "$(<said)"
}

case_a_limit_on_files_changes_nothing() {
	server
	account
	(
		ulimit -f 0
		exec "$sendoff" -C sendoff.conf you@example.test
	) < <(letter)
	status=$?
	expect_exit 0
	expect_messages 1
}

run_cases
