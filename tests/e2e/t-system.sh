#!/bin/bash
# The system's service: users hand their mail over at a socket, and the service
# alone knows the password.  The service runs as one uid, two others send.
. "$(dirname "$0")/lib.sh"

SERVICE=21474 ANN=21475 BOB=21476

# become UID COMMAND..., to its end; and as UID COMMAND..., and back.
become() {
	exec setpriv --reuid="$1" --regid="$1" --clear-groups --inh-caps=-all \
	    --bounding-set=-all -- "${@:2}"
}

as() {
	(become "$@")
}

# relay_configured [KEY = VALUE;...]: what the service has, for the last server;
# the keys are for the top.
relay_configured() {
	mkdir -p "$dir/run" "$dir/etc"
	chmod 755 "$dir"
	(umask 077 && cat >"$dir/etc/relay.conf") <<-END
		log = "$dir/run/log";
		domain = "example.test";
		aliases = "off";
		$*
		defaults: { timeout = "5s"; };
		accounts: { relay: {
		  host = "localhost"; port = $port; tls = "implicit";
		  tls_trust_file = "$dir/etc/ca.pem";
		  user = "user"; password = "not-for-users"; auth = "PLAIN";
		}; };
	END
	cp "$CERTS/ca.pem" "$dir/etc"
	chown -R "$SERVICE" "$dir/etc" "$dir/run"
	chmod 700 "$dir/etc" "$dir/run"
	user_configured
}

# What the users have.
user_configured() {
	cat >"$dir/user.conf" <<-END
		log = "off"; dead_letter = "off"; aliases = "off";
		domain = "example.test";
		defaults: { timeout = "10s"; };
		accounts: { system: {
		  protocol = "lmtp"; host = "$dir/submit";
		}; };
	END
	chmod 644 "$dir/user.conf"
	mkdir -p "$dir/door"
}

relay_server() {
	server --tls implicit --auth PLAIN --user user \
	    --password not-for-users "$@"
}

# service: by --serve, at $dir/submit.
service() {
	: >"$dir/service.err"
	chown "$SERVICE" "$dir/door" "$dir/service.err"
	ln -sfn door/submit "$dir/submit"
	RUNTIME_DIRECTORY=$dir/run/limits HOME=/ become "$SERVICE" "$sendoff" \
	    -C "$dir/etc/relay.conf" --serve="$dir/door/submit" \
	    </dev/null 2>>"$dir/service.err" &
	service=$!
	echo "$service" >>"$dir/pids"
	wait_for "the service" test -S "$dir/submit"
}

# The same as systemd does it; with --hand-over, as for Accept=no.
activated() {
	local hand_over=()
	[ "$1" != --hand-over ] || hand_over=("$1")
	shift "${#hand_over[@]}"
	chown "$SERVICE" "$dir/door"
	ln -sfn door/submit "$dir/submit"
	RUNTIME_DIRECTORY=$dir/run/limits HOME=/ become "$SERVICE" \
	    "$python" "$dir/accept.py" "${hand_over[@]}" "$dir/door/submit" \
	    "$sendoff" -C "$dir/etc/relay.conf" "$@" 2>"$dir/service.err" &
	service=$!
	echo "$service" >>"$dir/pids"
	wait_for "the service" test -S "$dir/submit"
}

# send_as UID [ARGUMENT...]: as send.
send_as() {
	timeout 60 setpriv --reuid="$1" --regid="$1" --clear-groups -- \
	    env HOME=/nonexistent "$sendoff" -C "$dir/user.conf" \
	    -f me@example.test "${@:2}" \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	echo "$status" >"$dir/status"
}

# A program and a directory that all may see.
public() {
	needs_root
	command -v setpriv >/dev/null || skip "there is no setpriv"
	cp "$sendoff" "$dir/program"
	sendoff=$dir/program
	chmod 755 "$dir" "$dir/.." "$sendoff"
	cp "$here/accept.py" "$dir"
}

# The same, and users that have names: limits are each one's own then.
named() {
	public
	id bin daemon >/dev/null 2>&1 || skip "bin or daemon is not there"
	ANN=$(id -u bin) BOB=$(id -u daemon)
}

letter_of() {
	printf 'Subject: x\n\n%s\n' "$1"
}

# ---- the receipt -------------------------------------------------------------

case_accepted() {
	public
	relay_server
	relay_configured
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	expect_silence
	expect_messages 1
}

case_the_service_has_no_gnutls() {
	public
	relay_server
	relay_configured
	mkdir "$dir/broken"
	echo none >"$dir/broken/libgnutls.so.30"
	chmod -R a+rX "$dir/broken"
	LD_LIBRARY_PATH=$dir/broken service
	wait_for "a complaint" grep -q 'cannot be set up: .*libgnutls' \
	    "$dir/service.err"
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 71 75
	expect_messages 0
}

case_refused() {
	public
	relay_server --on 'rcpt has=gone@ reply "550 5.1.1 no such box"' \
	    --on 'rcpt has=spam@ reply "554 5.7.1 not you"'
	relay_configured
	service
	send_as "$ANN" gone@example.test < <(letter)
	expect_exit 67
	expect_says '550 5\.1\.1 .*no such box'
	send_as "$ANN" spam@example.test < <(letter)
	expect_exit 69
	expect_says '554 5\.7\.1 .*not you'
	send_as "$ANN" --report=json gone@example.test you@example.test \
	    < <(letter)
	expect_exit 67
	expect_report '[r["status"] for r in recipients] == ["refused", "accepted"]'
}

case_put_off() {
	public
	relay_server --on 'rcpt reply "451 4.7.1 greylisted"'
	relay_configured
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says '451 4\.7\.1 .*greylisted'
}

case_relay_down() {
	public
	port=1 relay_configured
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says '451 4\.4\.1'
}

case_no_service() {
	public
	user_configured
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says submit
}

case_a_wrong_password_is_the_services_matter() {
	public
	server --tls implicit --auth PLAIN --user user --password another
	relay_configured
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says_not 'not-for-users' "$(printf '\0user\0not-for-users' | base64)"
}

case_what_is_wrong_with_it_is_in_its_log() {
	public
	server --tls implicit --auth PLAIN --user user --password another
	relay_configured
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says '451 4\.3\.5 .*misconfigured; its log says more'
	expect_says_not PLAIN
	grep -q 'refused the login of' "$dir/run/log" || fail "its log does not"
	grep -q 'refused the login of' service.err || fail "the journal does not"
	sed -i 's/password = .*/password = { command = ["false"]; };/' etc/relay.conf
	send_as "$ANN" you@example.test < <(letter)
	expect_says_not relay.conf false
	sed -i 's/host = /nonsense = /' etc/relay.conf
	send_as "$ANN" you@example.test < <(letter)
	expect_says 'misconfigured; its log says more'
	expect_says_not nonsense relay.conf
	grep -q nonsense service.err || fail "the journal does not"
	send_as "$SERVICE" you@example.test < <(letter)
	expect_says '1 error in the configuration'
}

case_what_is_wrong_with_its_spool_is_in_its_log() {
	public
	server --tls implicit
	servers_die
	relay_configured
	spool
	mkdir -m 777 run/spool && chmod 777 run/spool
	chown "$SERVICE" run/spool
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says 'misconfigured; its log says more'
	expect_says_not run/spool
	grep -q 'run/spool: .*open to others' service.err ||
	    fail "the journal does not say it"
}

case_nobody_knows_whether_it_was_sent() {
	public
	relay_server --on 'dot cut'
	relay_configured
	service
	send_as "$ANN" --report=json you@example.test < <(letter)
	expect_exit 75
	expect_report maybe_delivered \
	    '[r["enhanced"] for r in recipients] == ["4.4.2"]' \
	    'recipients[0]["text"].endswith("it may have been delivered")'
}

case_what_a_relay_puts_off_is_not_delivered() {
	public
	relay_server --on 'dot reply "451 4.4.2 timeout; it may have been delivered"'
	relay_configured
	service
	send_as "$ANN" --report=json you@example.test < <(letter)
	expect_exit 75
	expect_report 'not maybe_delivered'
}

# ---- what waits -------------------------------------------------------------------

# spool [KEY = VALUE;...]: the service has one; the keys are for its account.
spool() {
	export SENDOFF_SPOOL=$dir/run/spool
	sed -i "s/auth = \"PLAIN\";/& on_failure = \"queue\"; retry_min = \"1s\"; $*/" \
	    "$dir/etc/relay.conf"
}

# of_service ARGUMENT...: what its user does.
of_service() {
	HOME=/ as "$SERVICE" "$sendoff" -C "$dir/etc/relay.conf" "$@"
}

one_waits() {
	of_service -odq -f me@example.test waits@example.test < <(letter) ||
	    fail "nothing is kept"
}

waiting() {
	find "$dir/run/spool/queue" -type f | wc -l
}

# systemd ends what a session leaves behind, in the midst of a message.
case_nothing_runs_on_behind_a_session() {
	public
	relay_server
	relay_configured
	spool
	activated -bs --protocol=lmtp
	one_waits
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	sleep 1
	! pgrep -f "$dir/etc/relay.conf -bs" | grep -qvx "$service" ||
	    fail "something runs on"
	expect_messages 1
	[ "$(waiting)" -eq 1 ] || fail "somebody was at what waits"
}

case_in_the_background_is_in_the_next_run() {
	public
	relay_server
	relay_configured
	spool 'deliver = \"background\";'
	activated -bs --protocol=lmtp
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	sleep 1
	expect_messages 0
	of_service -q
	expect_messages 1
}

delivered() {
	[ "$(find "$store" -name 'message-*.eml' | wc -l)" -eq "$1" ]
}

case_the_listener_runs_over_the_spool() {
	public
	relay_server
	relay_configured
	spool 'deliver = \"background\";'
	one_waits
	service
	wait_for "what waited before it came" delivered 1
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	wait_for "what was left by a session" delivered 2
	[ "$(waiting)" -eq 0 ] || fail "it waits for ever"
}

# The report to WHOM.
report_to() {
	grep -lx "To: $1@example.test"$'\r' "$store"/message-*.eml ||
	    fail "there is none"
}

# What keeps the mail of one waiting is told to the other without a word of it.
case_nobody_hears_of_another_s_mail() {
	public
	relay_server --on 'rcpt has=clinic@ reply "421 4.3.2 <clinic@x.test>: busy" close'
	relay_configured
	spool 'deliver = \"queue\";'
	activated -bs --protocol=lmtp
	send_as "$BOB" -f bob@example.test clinic@x.test < <(letter)
	send_as "$ANN" -f ann@example.test you@example.test < <(letter)
	ages $((5 * 3600))
	of_service --flush
	grep -q 'localhost: 421' <(of_service --queue) || fail "not by itself"
	ages 0
	of_service -qRann
	[[ $(<"$(report_to ann)") == *'localhost takes no mail now'* ]] ||
	    fail "she is told something else"
	! grep -q clinic "$(report_to ann)" || fail "she is told of whom"
}

# Nor of what is wrong with the service.
case_a_report_is_not_about_the_service() {
	public
	server --tls implicit --auth PLAIN --user user --password another
	relay_configured
	spool 'deliver = \"queue\";'
	activated -bs --protocol=lmtp
	send_as "$ANN" -f ann@example.test you@example.test < <(letter)
	ages $((5 * 3600))
	of_service --flush 2>"$dir/of_run"
	grep -q 'refused the login of' of_run || fail "the run does not say it"
	sed -i 's/not-for-users/another/' etc/relay.conf
	ages 0
	of_service --flush
	[[ $(<"$(report_to ann)") == *'misconfigured; its log says more'* ]] ||
	    fail "she is not told that it is late"
	! grep -q 'login\|535' "$(report_to ann)" || fail "she is told why"
}

case_what_is_left_during_a_run_is_next() {
	public
	relay_server --on 'rcpt has=waits@ delay 3500'
	relay_configured
	spool 'deliver = \"background\";'
	one_waits
	service
	wait_for "the first run" under_way
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	delivered 0 || skip "the run is over"
	wait_for "what waited before it came" delivered 1
	wait_for "what was left by a session" delivered 2
}

case_a_run_ends_with_the_listener() {
	public
	relay_server --on 'rcpt delay 60000'
	relay_configured
	spool 'timeout = \"50s\";'
	one_waits
	service
	wait_for "the relay" under_way
	kill -TERM "$service"
	wait "$service" || fail "it ended with $?"
	! pgrep -f "serve=$dir/" >/dev/null || fail "the run goes on"
	[ "$(waiting)" -eq 1 ] || fail "it is lost"
}

kilobytes() {
	letter
	head -c "$1"000 /dev/zero | tr '\0' x | fold
}

case_nobody_fills_the_disk() {
	named
	port=1 relay_configured 'limit_spool = "40K";'
	spool
	service
	send_as "$ANN" you@example.test < <(kilobytes 25)
	expect_exit 0
	send_as "$ANN" you@example.test < <(kilobytes 25)
	expect_exit 75
	expect_says "452 4\.3\.1 .*too much mail of uid $ANN waits: 40960 octets is the limit"
	send_as "$ANN" you@example.test < <(kilobytes 1)
	expect_exit 0
	send_as "$BOB" you@example.test < <(kilobytes 25)
	expect_exit 0
	send_as "$SERVICE" you@example.test < <(kilobytes 50)
	expect_exit 0
	[ "$(waiting)" -eq 4 ] || fail "not four wait"
	of_service --queue --report=json >queue
	grep -q "\"uid\": *$ANN\>" queue || fail "he is not in the queue: $(<queue)"
}

# He could come as another, again and again.
case_nor_does_who_has_no_name() {
	named
	port=1 relay_configured 'limit_spool = "40K";'
	spool
	service
	send_as "$ANN" you@example.test < <(kilobytes 20)
	send_as 165536 you@example.test < <(kilobytes 10)
	expect_exit 0
	send_as 165537 you@example.test < <(kilobytes 10)
	expect_exit 75
	expect_says '452 4\.3\.1 .*of uid 165537 and all others waits'
	send_as "$BOB" you@example.test < <(kilobytes 20)
	expect_exit 0
}

# He asks for them, and what they are about was sent.
case_nor_do_reports() {
	named
	relay_server --without DSN --on 'mail has=<> reply "451 4.3.0 later"'
	relay_configured 'limit_spool = "8K";'
	spool
	service
	for _ in 1 2 3 4; do
		send_as "$ANN" -N success you@example.test < <(letter)
		expect_exit 0
	done
	expect_messages 4
	[ "$(waiting)" -eq 2 ] || fail "$(waiting) reports wait"
	grep -q "too much mail of uid $ANN waits" "$dir/service.err" ||
	    fail "nobody is told"
	of_service --queue --report=json >queue
	[ "$(grep -c "\"uid\": *$ANN\>" queue)" -eq 2 ] ||
	    fail "they are not his: $(<queue)"
	send_as "$BOB" -N success you@example.test < <(letter)
	[ "$(waiting)" -eq 3 ] || fail "the other one has no report"
}

# However much waits, one more costs a look at the sizes, not at each of them.
case_what_waits_is_not_read_again() {
	local n
	command -v strace >/dev/null || skip "there is no strace"
	named
	port=1 relay_configured
	spool
	one_waits
	for n in {0..9}{0..9}; do
		cp -a "$(only_waiting)" "$dir/run/spool/queue/relay/0$n"
	done
	activated -bs --protocol=lmtp
	strace -f -qq -o calls -p "$service" &
	echo $! >>"$dir/pids"
	wait_for "strace" grep -q '^TracerPid:.[1-9]' "/proc/$service/status"
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	[ "$(waiting)" -eq 102 ] || fail "$(waiting) wait"
	grep -q 'newfstatat(.*"0[0-9][0-9]"' calls || fail "strace sees nothing"
	! grep 'openat(.*"0[0-9][0-9]"' calls || fail "they were opened"
}

only_waiting() {
	find "$dir/run/spool/queue/relay" -name '????????????*'
}

# ---- who it is --------------------------------------------------------------

case_the_real_uid_is_recorded() {
	public
	relay_server
	relay_configured
	service
	USER=root LOGNAME=root send_as "$ANN" -f root@example.test \
	    -F 'Charlie Root' you@example.test <<-END
		Received: from localhost (uid 0, login root) by here; now
		From: root@example.test

		x
	END
	expect_exit 0
	tr -d '\r' <"$store/message-1.eml" | awk 'NR == 1 || /^[ \t]/ && !out {
		print; next } { out = 1 }' | tr -d '\n' >first
	grep -qE "^Received: from localhost \(uid $ANN\) by [^ ]+ \(sendoff\) with LMTP id [0-9a-f]{16}; ..., " \
	    first || fail "the first field is $(<first)"
	grep -q "uid=$ANN" "$dir/run/log" || fail "the log does not know him"
	grep -q "id=$(grep -oE '[0-9a-f]{16}' first)" "$dir/run/log" ||
	    fail "the log does not know the message"
}

case_a_login_stands_beside_its_uid() {
	public
	getent passwd 65534 | grep -q ^nobody: || skip "nobody is not nobody"
	relay_server
	relay_configured
	service
	send_as 65534 you@example.test < <(letter)
	expect_header '^Received: from localhost \(uid 65534, login nobody\) by'
}

case_no_socket_no_field() {
	public
	server
	account
	send_letter
	expect_no_header '^Received'
}

case_a_service_that_is_its_own_relay() {
	public
	port=1 relay_configured
	service
	sed -i "s|host = \"localhost\"; port = 1; tls = \"implicit\"|protocol = \"lmtp\"; host = \"$dir/submit\"|
		s|^  user.*||" "$dir/etc/relay.conf"
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 65 69
	expect_says 'circles'
}

# ---- the secret -------------------------------------------------------------------

# A session of ANN's that is under way: $child serves it.
session() {
	mkfifo "$dir/hold"
	as "$ANN" "$python" -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.recv(4096)
s.sendall(b"LHLO x\r\nMAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nDATA\r\n\r\nx\r\n.\r\n")
f = s.makefile()
while not f.readline().startswith("250 2.0.0"):
    pass
print("up", flush=True)
sys.stdin.read()' "$dir/submit" >"$dir/up" <"$dir/hold" &
	exec 8>"$dir/hold"
	wait_for "the session" test -s "$dir/up"
	child=$(pgrep -P "$service")
	[ -n "$child" ] || fail "nobody serves"
}

case_the_password_is_out_of_reach() {
	local what path
	public
	relay_server
	relay_configured
	service
	session
	for what in environ mem maps fd auxv; do
		for path in "/proc/$child/$what" "/proc/$service/$what"; do
			[ -e "$path" ] || fail "there is no $path"
			! as "$ANN" ls "$path/" >/dev/null 2>&1 ||
			    fail "$path is open to users"
			! as "$ANN" head -c 1 "$path" >/dev/null 2>&1 ||
			    fail "$path is open to users"
		done
	done
	! as "$ANN" cat "$dir/etc/relay.conf" 2>/dev/null ||
	    fail "the file is open to users"
}

# The uid that the service runs as reads the file; but not the process: what
# runs as the same uid for another purpose learns nothing from that.
case_nobody_may_trace_it() {
	local what
	! grep -q __asan_init "$sendoff" ||
	    skip "the leak check looks on from outside"
	public
	relay_server
	relay_configured
	service
	session
	for what in environ mem maps; do
		! as "$SERVICE" head -c 1 "/proc/$child/$what" \
		    >/dev/null 2>&1 || fail "its $what is open to its uid"
	done
	as "$SERVICE" "$python" -c 'import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
sys.exit(libc.ptrace(16, int(sys.argv[1]), 0, 0) == 0)' "$child" ||
	    fail "it can be traced"
	grep -q '^Max core file size *0 ' "/proc/$child/limits" ||
	    fail "it leaves core dumps"
}

case_nothing_tells_the_password() {
	local what
	public
	relay_server
	relay_configured
	service
	send_as "$ANN" -v --debug-level=3 --show-secrets you@example.test \
	    < <(letter)
	expect_exit 0
	expect_says '^.* LHLO' '^.* < 220 .*LMTP'
	expect_says_not 'not-for-users' '> AUTH' '[^A-Z]EHLO' \
	    "$(printf '\0user\0not-for-users' | base64)"
	send_as "$ANN" --show-config
	expect_exit 0
	! grep -q 'not-for-users' out || fail "--show-config tells it"
	for what in --show-config --check --pretend --server-info; do
		send_as "$ANN" -C "$dir/etc/relay.conf" "$what" </dev/null
		expect_exit 66 71 77 78
		! grep -q 'not-for-users' out err || fail "$what tells it"
	done
}

# ---- limits ------------------------------------------------------------------

case_a_flood_is_stopped() {
	named
	relay_server
	relay_configured 'limit_messages = 3;'
	service
	for _ in 1 2 3; do
		send_as "$ANN" you@example.test < <(letter)
		expect_exit 0
	done
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says "452 4\.3\.2 .*uid $ANN: 3 a minute is the limit; come again in (19|20) s"
	expect_messages 3
	send_as "$BOB" you@example.test < <(letter)
	expect_exit 0
	send you@example.test -C x </dev/null
	run_sendoff -C "$dir/user.conf" you@example.test < <(letter)
	expect_exit 0
}

case_a_range_of_uids_is_one_man_s() {
	named
	relay_server
	relay_configured 'limit_messages = 2;'
	service
	send_as 165536 you@example.test < <(letter)
	expect_exit 0
	send_as 165537 you@example.test < <(letter)
	expect_exit 0
	send_as 165538 you@example.test < <(letter)
	expect_exit 75
	expect_says '452 4\.3\.2 .*uid 165538 and all others without a name: 2 a minute'
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
}

case_a_flood_in_one_session() {
	public
	relay_server
	relay_configured 'limit_messages = 3;'
	activated -bs --protocol=lmtp
	as "$ANN" "$python" -c 'import smtplib, socket, sys
class Client(smtplib.LMTP):
    pass
c = Client(sys.argv[1], 1)
taken = 0
for i in range(5):
    try:
        c.sendmail("me@example.test", ["you@example.test"], "Subject: x\r\n\r\nx\r\n")
        taken += 1
    except smtplib.SMTPSenderRefused as e:
        assert e.smtp_code == 452 and b"3 a minute" in e.smtp_error, e
sys.exit(taken != 3)' "$dir/submit" || fail "not three were taken"
	expect_messages 3
}

case_too_many_recipients() {
	public
	relay_server
	relay_configured 'limit_recipients = 2;'
	service
	# The client comes again with those who were too many.
	send_as "$ANN" --report=json a@example.test b@example.test \
	    c@example.test < <(letter)
	expect_exit 0
	expect_messages 2
	expect_json "$store/envelope-1.json" 'len(rcpt) == 2'
	as "$ANN" "$python" -c 'import smtplib, sys
c = smtplib.LMTP(sys.argv[1], 1)
c.ehlo("x")
c.mail("me@example.test")
codes = [c.rcpt(a + "@example.test") for a in "abc"]
assert [code for code, _ in codes] == [250, 250, 452], codes
assert codes[2][1] == b"4.5.3 too many recipients: 2 is the most", codes' \
	    "$dir/submit" || fail "see above"
}

case_too_large() {
	public
	relay_server
	relay_configured 'limit_size = "10K";'
	service
	send_as "$ANN" you@example.test < <(letter && head -c 12000 /dev/zero |
	    tr '\0' x | fold)
	expect_exit 69
	expect_says 'too large'
	send_as "$ANN" you@example.test < <(letter && head -c 8000 /dev/zero |
	    tr '\0' x | fold)
	expect_exit 0
}

# Who does not say the size, or lies, learns it at the end.
case_too_large_unannounced() {
	public
	relay_server
	relay_configured 'limit_size = "200K";'
	service
	as "$ANN" "$python" -c 'import smtplib, sys
c = smtplib.LMTP(sys.argv[1], 1)
assert c.ehlo("x")[0] == 250 and c.esmtp_features["size"] == "204800"
for size in (205000, 400000, 5000):
    c.docmd("MAIL FROM:<me@example.test> SIZE=1")
    c.docmd("RCPT TO:<a@example.test>")
    c.docmd("RCPT TO:<b@example.test>")
    c.docmd("DATA")
    c.send(b"Subject: x\r\n\r\n" + b"x\r\n" * (size // 3) + b".\r\n")
    for i in range(2):
        code, text = c.getreply()
        want = (552, b"5.3.4") if size > 204800 else (250, b"2.0.0")
        assert code == want[0] and text.startswith(want[1]), (size, code, text)
assert c.docmd("MAIL FROM:<me@example.test> SIZE=999999")[0] == 552
assert c.quit()[0] == 221' "$dir/submit" || fail "see above"
	expect_messages 1
}

# The answer comes first, so that he does not come again with it.
case_endless() {
	public
	relay_server
	relay_configured 'limit_size = "10K";'
	service
	as "$ANN" timeout 30 "$python" -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"LHLO x\r\nMAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nRCPT TO:<c@example.test>\r\nDATA\r\n")
try:
    while True:
        s.sendall(b"x" * 998 + b"\r\n")
except OSError:
    pass
s = s.makefile("rb")
lines = []
try:
    for line in s:
        lines.append(line)
except OSError:
    pass
assert lines[-4].startswith(b"354"), lines
assert all(l.startswith(b"552 5.3.4") for l in lines[-3:-1]), lines
assert lines[-1].startswith(b"421 4.3.4"), lines' "$dir/submit" ||
	    fail "see above"
	expect_nothing_sent
}

# idle UID N: open so many connections and keep them; $dir/idle has the first
# line that each was sent.
idle() {
	rm -f "$dir/hold"
	mkfifo "$dir/hold"
	as "$1" "$python" -c 'import socket, sys
all = []
for i in range(int(sys.argv[2])):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    print(s.makefile().readline().rstrip(), flush=True)
    all.append(s)
print("that-is-all", flush=True)
sys.stdin.read()' "$dir/submit" "$2" >"$dir/idle" <"$dir/hold" &
	exec 8>"$dir/hold"
	wait_for "the idle ones" grep -qs that-is-all "$dir/idle"
}

# idlers_do_no_harm N: so many, of whom five may be there.
idlers_do_no_harm() {
	idle "$ANN" "$1"
	[ "$(grep -c '^220 ' idle)" -eq 5 ] || fail "not five came in"
	[ "$(grep -c "^421 4\.3\.2 .*uid $ANN: 5 at once" idle)" -eq $(($1 - 5)) ] ||
	    fail "the others were not told"
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says 'sessions under way'
	expect_says_not 'going down'
	send_as "$BOB" you@example.test < <(letter)
	expect_exit 0
	exec 8>&-
	wait_for "room for him again" can_send "$ANN"
}

can_send() {
	send_as "$1" you@example.test < <(letter)
	[ "$status" -eq 0 ]
}

case_idle_connections_lock_nobody_out() {
	named
	relay_server
	relay_configured 'limit_connections = 5; limit_messages = 0;'
	service
	idlers_do_no_harm 300 # it has room for 256
}

case_nor_do_they_with_a_process_each() {
	named
	relay_server
	relay_configured 'limit_connections = 5; limit_messages = 0;'
	activated -bs --protocol=lmtp
	idlers_do_no_harm 30
}

case_no_count_no_mail() {
	public
	relay_server
	relay_configured
	mkdir -m 755 "$dir/run/limits"
	chown "$SERVICE" "$dir/run/limits"
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 75
	expect_says '421 4\.3\.0 .*not ours alone'
	expect_no_connection
}

# ---- the listener ---------------------------------------------------------------

case_a_process_for_each_client() {
	public
	relay_server
	relay_configured
	activated -bs --protocol=lmtp
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	expect_header "^Received: from localhost \(uid $ANN\) by"
}

case_a_socket_handed_over() {
	# shellcheck disable=SC2016
	public
	relay_server
	relay_configured
	activated --hand-over --serve
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	expect_header "^Received: from localhost \(uid $ANN\) by"
	kill -TERM "$service"
	wait "$service" || fail "it ended with $?"
	[ -S "$dir/submit" ] || fail "the socket was not its to take away"
}

# handed_over N COMMAND: with descriptor 3 and LISTEN_FDS=N.
handed_over() {
	# shellcheck disable=SC2016
	timeout 10 bash -c 'exec 3</dev/null; LISTEN_PID=$BASHPID LISTEN_FDS=$1 \
	    exec "${@:2}"' - "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

case_what_is_no_socket_is_not_taken() {
	public
	port=1 relay_configured
	handed_over 1 "$sendoff" -C "$dir/etc/relay.conf" --serve
	expect_exit 64
	expect_says 'no Unix stream socket'
	handed_over 2 "$sendoff" -C "$dir/etc/relay.conf" --serve
	expect_exit 64
	expect_says "LISTEN_FDS has '2'"
}

# A client has come to the relay, and not gone.
under_way() {
	[ -n "$(find "$store" -name '*conn-*' -print -quit)" ]
}

case_it_goes_in_good_order() {
	public
	relay_server --on 'rcpt delay 3000'
	relay_configured
	service
	idle "$BOB" 1
	send_as "$ANN" you@example.test < <(letter) &
	wait_for "the relay" under_way
	kill -TERM "$service"
	wait "$service" || fail "it ended with $?"
	wait $!
	status=$(<"$dir/status")
	expect_exit 75
	expect_says '451 4\.4\.1 .*interrupted'
	expect_messages 0
	[ ! -e "$dir/submit" ] || fail "the socket is left"
	! pgrep -f "serve=$dir/" >/dev/null || fail "children are left"
}

ends_within() {
	local since=$SECONDS
	kill -TERM "$service"
	wait "$service" || fail "it ended with $?"
	[ $((SECONDS - since)) -le "$1" ] || fail "it took its time"
	! pgrep -f "serve=$dir/" >/dev/null || fail "children are left"
}

# Replies that nobody reads fill the socket.
case_the_deaf_do_not_hold_it() {
	public
	relay_server
	relay_configured
	service
	as "$ANN" "$python" -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.settimeout(2)
try:
    while True:
        s.sendall(b"NOOP\r\n" * 1000)
except TimeoutError:
    print("full", flush=True)
time.sleep(60)' "$dir/submit" >"$dir/deaf" &
	echo $! >>"$dir/pids"
	wait_for "the deaf one" test -s "$dir/deaf"
	ends_within 7
	[ ! -e "$dir/submit" ] || fail "the socket is left"
}

case_who_does_not_go_is_killed() {
	public
	relay_server
	relay_configured
	service
	idle "$ANN" 1
	pkill -STOP -P "$service"
	ends_within 15
}

case_a_dead_socket_is_replaced() {
	public
	relay_server
	relay_configured
	service
	kill -KILL "$service"
	wait "$service"
	[ -S "$dir/submit" ] || fail "there is no dead socket"
	service
	wait_for "the new one" can_send "$ANN"
}

# serves_not PATTERN: a start that must fail.
serves_not() {
	HOME=/ as "$SERVICE" timeout 10 "$sendoff" -C "$dir/etc/relay.conf" \
	    --serve="$dir/door/submit" </dev/null >"$dir/out" 2>"$dir/err"
	status=$?
	expect_exit "$1"
	expect_says "$2"
}

case_what_is_another_s_is_not_replaced() {
	public
	relay_server
	relay_configured
	service
	serves_not 75 'somebody listens'
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	kill -TERM "$service"
	wait "$service"
	echo mine >"$dir/door/submit"
	serves_not 78 'no socket'
	[ "$(<"$dir/door/submit")" = mine ] || fail "it was replaced"
}

case_nobody_can_hold_up_a_start() {
	public
	relay_server
	relay_configured
	chmod 755 "$dir/door"
	as "$ANN" flock "$dir/door" sleep 60 &
	echo $! >>"$dir/pids"
	wait_for "the lock" locked "$dir/door"
	service
	send_as "$ANN" you@example.test < <(letter)
	expect_exit 0
	! as "$ANN" flock -n "$dir/door/submit.lock" true 2>/dev/null ||
	    fail "the lock is open to others"
}

locked() {
	! flock -n "$1" true
}

case_a_directory_of_another_s() {
	public
	port=1 relay_configured
	serves_not 71 'hint: its directory .*uid '"$SERVICE"
}

case_a_lock_of_another_s_is_not_waited_for() {
	public
	port=1 relay_configured
	chown "$SERVICE" "$dir/door"
	(umask 0 && : >"$dir/door/submit.lock")
	serves_not 71 'not ours'
}

case_errors_are_found_at_the_start() {
	public
	port=1 relay_configured 'nonsense = 1;'
	chown "$SERVICE" "$dir/door"
	serves_not 78 nonsense
	[ ! -e "$dir/door/submit" ] || fail "it listens"
}

case_not_by_the_name_of_sendmail() {
	ln -s "$sendoff" sendmail
	sendoff=./sendmail run_sendoff --serve="$dir/x" </dev/null
	expect_exit 64
	[ ! -e "$dir/x" ] || fail "it listens"
}

run_cases
