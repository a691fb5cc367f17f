#!/bin/bash
# Messages that wait: what is kept, what a run over the spool makes of it.
. "$(dirname "$0")/lib.sh"
. "$here/spool.sh"

# ---- keeping -----------------------------------------------------------------

case_refused_connection_and_back() {
	local id
	dead_server
	queueing
	for id in 1 2 3; do
		send_letter
		expect_exit 0
		expect_silence
	done
	expect_waiting queue 3
	expect_queue 'me@example\.test' '^ +you@example\.test' \
	    '\(.*[Rr]efused.*\)' ' in 3 Requests'
	send --flush </dev/null
	expect_exit 0
	expect_waiting queue 3
	server_again
	flush_now
	expect_exit 0
	expect_messages 3
	expect_empty_queue
	[ "$(connections)" -eq 1 ] || fail "$(connections) connections"
	expect_transcript_not '^. RSET'
	[ "$(grep -cE '^. MAIL FROM' transcript)" -eq 3 ] ||
	    fail "not three transactions"
	flush_now
	expect_messages 3
}

case_only_who_was_put_off_is_kept() {
	server --on 'rcpt has=two@ reply "451 4.2.1 later"'
	queueing
	send one@example.test two@example.test < <(letter)
	expect_exit 0
	expect_silence
	expect_messages 1
	expect_json "$store/envelope-1.json" '[r["code"] for r in rcpt] == [250, 451]'
	expect_queue '^ +two@example\.test' '451 4\.2\.1 later|later'
	! grep -q 'one@example' queue || fail "one@ is queued, too"
	server_dies
	server_again
	flush_now
	expect_messages 1
	grep -q 'two@' "$store/envelope-1.json" || fail "it is not for two@"
	! grep -q 'one@' "$store/envelope-1.json" || fail "one@ has it twice"
	expect_empty_queue
}

case_a_refusal_is_not_kept() {
	server --on 'rcpt reply "550 5.1.1 unknown"'
	queueing
	send_letter
	expect_exit 67
	expect_waiting queue 0
}

case_nothing_waiting_makes_no_spool() {
	server
	queueing
	send_letter
	expect_exit 0
	[ ! -e "$SENDOFF_SPOOL" ] || fail "there is a spool"
}

# What is sent at once costs no more for the choice of what may wait: nothing
# synced, nothing made, and no process.
case_nothing_waiting_costs_nothing() {
	local calls='fsync|fdatasync|syncfs|linkat?|renameat2?|mkdirat?|v?fork'
	server
	queueing
	letter >message
	traced -qq -o calls "$sendoff" -C sendoff.conf \
	    you@example.test <message || fail "exit status $?"
	expect_messages 1
	grep -q 'sendto(' calls || fail "strace has seen nothing"
	! grep -E " ($calls)\(|O_CREAT|O_TMPFILE" calls | grep -vF "\"$dir/log\"" ||
	    fail "see above"
	! grep -E ' clone3?\(' calls | grep -v CLONE_THREAD ||
	    fail "a process was started"
}

case_success_drains_what_is_due() {
	dead_server
	queueing
	send_letter
	expect_exit 0
	server_again
	send --retry=all </dev/null
	send_letter
	expect_exit 0
	wait_for "the other message" test -e "$store/message-2.eml"
	wait_for "its end" sh -c "[ -z \"\$(find $SENDOFF_SPOOL -type f)\" ]"
	expect_messages 2
}

# Whoever sends meanwhile leaves what waits to the one run there is: that is
# one connection more than there are senders.
case_one_run_on_the_side_at_a_time() {
	server --on 'dot delay 100'
	queueing
	for _ in $(seq 10); do
		send_letter -odq
	done
	for _ in 1 2 3 4 5; do
		send_letter
		expect_exit 0
	done
	wait_for "all of them" test -e "$store/message-15.eml"
	wait_for "its end" sh -c "[ -z \"\$(find $SENDOFF_SPOOL -type f)\" ]"
	[ "$(connections)" -eq 6 ] || fail "$(connections) connections"
}

case_a_run_sleeps_while_others_work() {
	local n
	command -v strace >/dev/null || skip "there is no strace"
	server --on 'dot delay 1500'
	queueing 'connections = 2;'
	send_letter -odq
	send_letter -odq
	strace -o calls "$sendoff" -C sendoff.conf --flush </dev/null 2>err ||
	    skip "nothing can be traced"
	expect_messages 2
	n=$(grep -cE '^(p?poll|wait4|clock_nanosleep)' calls)
	[ "$n" -ge 2 ] || fail "strace sees nothing"
	[ "$n" -le 10 ] || fail "it looked $n times"
}

# ---- bounces -----------------------------------------------------------------

case_a_refusal_at_flush_comes_back() {
	dead_server
	queueing
	send_letter
	server_again --on 'rcpt has=you@ reply "550 5.1.1 no such user"'
	flush_now
	expect_exit 0
	flush_now
	expect_messages 1
	expect_json "$store/envelope-1.json" 'mail == "FROM:<>"' \
	    '[r["line"] for r in rcpt] == ["TO:<me@example.test>"]'
	expect_header '^Content-Type: multipart/report' \
	    '^To: .*me@example\.test' '^Auto-Submitted: auto-replied'
	grep -q '^Final-Recipient: rfc822; *you@example\.test' \
	    "$store/message-1.eml" || fail "it does not say who"
	expect_empty_queue
}

refused_bounce() {
	dead_server
	queueing
	send_letter
	server_again --on 'rcpt reply "550 5.1.1 nobody here"'
	flush_now
	flush_now
	expect_waiting dead 1
}

case_a_bounce_that_is_refused_is_dead() {
	refused_bounce
	expect_waiting queue 0
	expect_messages 0
	expect_queue '^[0-9A-Z]+#' 'MAILER-DAEMON'
	send --remove=all </dev/null
	expect_exit 0
	expect_empty_queue
}

case_a_run_tells_of_the_dead_unless_told_to_be_quiet() {
	refused_bounce
	send -v --flush </dev/null
	expect_exit 0
	expect_says '1 .*dead'
	send -v --flush --report=quiet </dev/null
	expect_exit 0
	expect_says_not dead
}

# ---- modes of delivery -------------------------------------------------------

case_odq_waits() {
	server
	account
	send_letter -odq
	expect_exit 0
	expect_silence
	expect_no_connection
	expect_waiting queue 1
	send -q </dev/null
	expect_exit 0
	expect_messages 1
	expect_empty_queue
}

case_odb_is_in_the_background() {
	server --on 'greeting delay 700 default'
	account 'on_failure = "queue";'
	send_letter -odb
	expect_exit 0
	expect_silence
	expect_waiting queue 1
	wait_for "the message" test -e "$store/message-1.eml"
	wait_for "its end" sh -c "[ -z \"\$(find $SENDOFF_SPOOL -type f)\" ]"
	expect_messages 1
}

# A crowd comes in by one door: who finds a run under way leaves his letter to
# it, and none is forgotten.
case_odb_by_one_connection_at_a_time() {
	local n most=0 senders=() since=$SECONDS
	server --on 'dot delay 50'
	account 'on_failure = "queue"; retry_min = "1h";'
	letter >mail
	for _ in $(seq 30); do
		"$sendoff" -C sendoff.conf -odb you@example.test <mail &
		senders+=($!)
	done
	until [ -e "$store/message-30.eml" ] || [ $((SECONDS - since)) -gt 30 ]; do
		n=$(grep -sL '^> QUIT' "$store"/.conn-*.log | wc -l)
		[ "$n" -le "$most" ] || most=$n
		sleep 0.02
	done
	wait "${senders[@]}"
	wait_for "its end" sh -c "[ -z \"\$(find $SENDOFF_SPOOL -type f)\" ]"
	expect_messages 30
	[ "$most" -eq 1 ] || fail "$most connections at once"
}

case_odi_is_at_once() {
	server
	account 'deliver = "queue";'
	send_letter
	expect_waiting queue 1
	send_letter -odi
	expect_exit 0
	[ -e "$store/message-1.eml" ] || fail "it was not sent"
}

# ---- changing ----------------------------------------------------------------

case_hold_release_remove() {
	local id
	server
	account 'deliver = "queue";'
	send_letter
	send_letter
	id=$(only_id queue | sort | head -n 1)
	send --hold="$id" </dev/null
	expect_exit 0
	expect_waiting queue 1
	expect_waiting held 1
	expect_queue "^$id!"
	send --flush </dev/null
	expect_messages 1
	send --release="$id" </dev/null
	expect_exit 0
	expect_waiting held 0
	send --remove="$id" </dev/null
	expect_exit 0
	expect_empty_queue
	send --flush </dev/null
	expect_messages 1
}

case_all_of_them() {
	server
	account 'deliver = "queue";'
	send_letter
	send_letter
	send --hold=all </dev/null
	expect_exit 0
	expect_waiting held 2
	send --release=all </dev/null
	expect_exit 0
	expect_waiting queue 2
	send --retry=all </dev/null
	expect_exit 0
	send --remove=all </dev/null
	expect_exit 0
	expect_empty_queue
}

# The first of them must not be forgotten.
case_several_ids_at_once() {
	local ids
	server
	account 'deliver = "queue";'
	send_letter
	send_letter
	send_letter
	only_id queue | sort | mapfile -t ids
	send --hold="${ids[0]}" --hold="${ids[1]}" </dev/null
	expect_exit 0
	expect_queue "^${ids[0]}!" "^${ids[1]}!" "^${ids[2]} "
	send --remove="${ids[1]}" --remove=0NOSUCHID --remove="${ids[2]}" \
	    </dev/null
	expect_exit 64
	expect_says '0NOSUCHID'
	expect_waiting queue 0
	expect_waiting held 1
	send --release="${ids[0]}" --hold="${ids[0]}" </dev/null
	expect_exit 64
	expect_waiting held 1
}

# It takes no look at the others.
case_one_of_many_is_found_at_once() {
	local id n
	server
	account 'deliver = "queue";'
	send_letter
	id=$(only_id queue)
	for n in {0..9}{0..9}; do
		cp "$SENDOFF_SPOOL/queue/test/$id" \
		    "$SENDOFF_SPOOL/queue/test/0$n"
	done
	traced -o calls "$sendoff" -C sendoff.conf --remove="$id" \
	    </dev/null 2>err || skip "nothing can be traced"
	expect_waiting queue 100
	n=$(grep -cE 'newfstatat\(.*"0[0-9]{2}"' calls)
	[ "$n" -eq 0 ] || fail "it looked at $n others"
}

# What was wanted is so; and one that cannot be helped so is not called away.
case_what_is_so_already() {
	local id
	server --on 'rcpt reply "550 5.1.1 no such user"'
	account 'deliver = "queue"; bounce_to = "off";'
	send_letter
	id=$(only_id queue)
	send --release="$id" </dev/null
	expect_exit 0
	expect_says "message '$id' waits already"
	send --hold="$id" </dev/null
	[ ! -s err ] || fail "it says: $(<err)"
	send --hold="$id" </dev/null
	expect_exit 0
	expect_says "message '$id' is held already"
	expect_waiting held 1
	send --hold=all </dev/null
	expect_exit 0
	[ ! -s err ] || fail "it says: $(<err)"
	send --release=all </dev/null
	send --flush </dev/null
	expect_waiting dead 1
	send --hold="$id" </dev/null
	expect_exit 64
	expect_says "message '$id' is dead"
}

case_an_id_that_is_not_there() {
	local what
	server
	account 'deliver = "queue";'
	send_letter
	for what in hold release remove retry; do
		send "--$what=0NOSUCHID" </dev/null
		expect_exit 64
		expect_says '0NOSUCHID'
	done
	expect_waiting queue 1
}

# ---- what is wrong -----------------------------------------------------------

case_the_spool_is_of_all_accounts() {
	local what
	server
	account 'deliver = "queue";'
	send_letter
	for what in --queue --flush --hold=all --release=all --remove=all \
	    --retry=all -q -bp; do
		send -a test "$what" </dev/null
		expect_exit 64
		expect_says 'option -a stands beside'
	done
	expect_waiting queue 1
	SENDOFF_ACCOUNT=another send --flush </dev/null
	expect_exit 0
	expect_messages 1
}

case_a_wrong_password_waits() {
	server --tls implicit --auth PLAIN --password another
	tls_account 'tls = "implicit"; on_failure = "queue";'
	send_letter
	expect_exit 0
	[ "$(wc -l <err)" -eq 1 ] || fail "not one line of notes"
	expect_says 'queued'
	expect_waiting queue 1
	flush_now
	expect_exit 77
	expect_says '^sendoff: test: .*535'
	expect_waiting queue 1
	expect_waiting dead 0
	expect_messages 0
	expect_queue '^ +you@example\.test' '535'
}

# Root can write anywhere, yet not into what is no directory.
case_a_spool_that_cannot_be_written() {
	server
	queueing
	: >"$SENDOFF_SPOOL"
	send_letter -odq
	expect_exit 73
	expect_says "$SENDOFF_SPOOL"
	expect_no_connection
	send_letter
	expect_exit 0
	expect_messages 1
}

case_a_dead_host_and_no_spool() {
	dead_server
	queueing
	: >"$SENDOFF_SPOOL"
	send_letter
	expect_exit 75
	expect_says 'refused'
}

case_a_spool_that_is_open_to_others() {
	dead_server
	queueing
	mkdir -m 777 "$SENDOFF_SPOOL"
	send_letter
	expect_exit 75
	expect_says 'open to others'
	send_letter -odq
	expect_exit 73
	expect_waiting . 0
}

case_a_damaged_file_is_in_nobodys_way() {
	local first
	server
	account 'deliver = "queue";'
	send_letter
	first=$(only_id queue)
	send_letter
	printf x | dd of="$SENDOFF_SPOOL/queue/test/$first" bs=1 seek=70 \
	    conv=notrunc status=none
	send --flush </dev/null
	expect_exit 73
	expect_says "$first"
	expect_messages 1
	expect_waiting queue 0
	expect_waiting damaged 1
}

# What cannot be done with one is done with the others.
case_one_of_all_that_cannot_be_changed() {
	local what
	server
	account 'deliver = "queue";'
	for what in hold release retry remove; do
		send_letter
	done
	mkdir -p "$SENDOFF_SPOOL"/{queue,held}/test/0ADIRECTORY00
	for what in hold release retry; do
		send "--$what=all" </dev/null
		expect_exit 73
		expect_says 0ADIRECTORY00
		[ "$what" != hold ] || expect_waiting held 4
		[ "$what" = hold ] || expect_waiting queue 4
	done
	send --remove=all </dev/null
	expect_exit 73
	expect_waiting . 0
}

case_showing_and_running_are_two_things() {
	local what
	server
	account 'deliver = "queue";'
	send_letter
	for what in '--flush --queue' '-bp -q' '-q -bp'; do
		# shellcheck disable=SC2086
		send $what </dev/null
		expect_exit 64
		expect_says 'different things'
	done
	expect_waiting queue 1
}

# ---- a full disk -------------------------------------------------------------

# on_small_disk SIZE COMMAND...: with a file system of that size at the spool.
on_small_disk() {
	local size=$1
	shift
	unshare -rm true 2>"$dir/out" || skip "no namespaces for mounts"
	mkdir -p "$SENDOFF_SPOOL"
	# shellcheck disable=SC2016
	disk_size=$size unshare -rm bash -c '
		mount -t tmpfs -o "size=$disk_size,mode=700" small \
		    "$SENDOFF_SPOOL" || exit 99
		"$@"' bash "$@"
	status=$?
	[ "$status" -ne 99 ] || skip "no file system can be mounted"
}

# Until one is not taken; then what is free, of 1024 K.
fill_the_spool() {
	local n=0 status
	for (( ; ; n++)); do
		"$sendoff" -C "$dir/sendoff.conf" -odq you@example.test \
		    <"$dir/mail" 2>"$dir/err"
		status=$?
		[ "$status" -eq 0 ] || break
	done
	echo "$status" >"$dir/status"
	df -k --output=avail "$SENDOFF_SPOOL" | tail -n 1 >"$dir/free"
	find "$SENDOFF_SPOOL/queue" -type f | wc -l >"$dir/kept"
	[ "$n" -eq "$(<"$dir/kept")" ]
}
export -f fill_the_spool

case_some_of_the_disk_stays_free() {
	server
	account
	letter "$(head -c 30000 /dev/zero | tr "\0" x | fold -w 70)" >mail
	export dir sendoff
	on_small_disk 1m fill_the_spool
	expect_exit 0
	[ "$(<status)" -eq 75 ] || fail "exit status $(<status)"
	expect_says 'too full' 'spool_reserve'
	[ "$(<free)" -ge 51 ] || fail "only $(<free) K are free"
	[ "$(<kept)" -ge 20 ] || fail "only $(<kept) were kept"
	sed -i '1i spool_reserve = "0";' sendoff.conf
	on_small_disk 1m fill_the_spool
	expect_exit 0
	[ "$(<status)" -eq 75 ] || fail "exit status $(<status)"
	[ "$(<free)" -lt 51 ] || fail "$(<free) K are free"
}

fill_the_spool_and_talk() {
	fill_the_spool
	"$python" "$here/bs.py" "$sendoff" -C "$dir/another.conf" -bs \
	    >"$dir/out" 2>"$dir/err" <<-'END'
		EHLO x\r\n
		MAIL FROM:<ann@example.test>\r\n
		RCPT TO:<you@example.test> NOTIFY=SUCCESS\r\n
		DATA\r\n
		Subject: x\r\n\r\nb\r\n.\r\n
		QUIT\r\n
	END
	grep -rl auto-replied "$SENDOFF_SPOOL/queue" | wc -l >"$dir/reports"
}
export -f fill_the_spool_and_talk

# What it would tell is that all went well.
case_nor_is_it_for_what_was_passed_on() {
	server --without DSN --on 'mail has=<> reply "451 4.3.0 later"'
	account 'on_failure = "queue"; retry_min = "1h";'
	sed 's/test: {/another: {/; s/"test"/"another"/' sendoff.conf \
	    >another.conf # for which nothing waits
	letter "$(head -c 2000 /dev/zero | tr "\0" x | fold -w 70)" >mail
	export dir sendoff python here
	on_small_disk 1m fill_the_spool_and_talk
	expect_says 'too full'
	[ "$(<reports)" -eq 0 ] || fail "a report was kept"
}

case_some_files_stay_free() {
	server
	account
	letter >mail
	export dir sendoff
	on_small_disk 1m,nr_inodes=100 fill_the_spool
	expect_exit 0
	expect_says 'too full'
	[ "$(<kept)" -lt 96 ] || fail "$(<kept) files"
}

# While the server thinks about the message the disk becomes full.
flush_while_the_disk_fills() {
	local pid
	mkdir -p "$SENDOFF_SPOOL/queue" &&
	    cp -a "$dir/filled/queue/test" "$SENDOFF_SPOOL/queue" || exit 98
	"$sendoff" -C "$dir/sendoff.conf" -v -qR@ </dev/null 2>"$dir/err" &
	pid=$!
	until grep -qE '(DATA|BDAT)' "$dir/err" || ! kill -0 "$pid"; do
		sleep 0.05
	done
	sleep 0.3
	cat /dev/zero >"$SENDOFF_SPOOL/full" 2>/dev/null
	df -B1 --output=avail "$SENDOFF_SPOOL" | tail -n 1 >"$dir/free"
	wait "$pid"
	"$sendoff" -C "$dir/sendoff.conf" -qR@ </dev/null 2>>"$dir/err"
	rm "$SENDOFF_SPOOL/full"
	"$sendoff" -C "$dir/sendoff.conf" -qR@ </dev/null 2>>"$dir/err"
}
export -f flush_while_the_disk_fills

# Many recipients, so that what is noted about them wants blocks of its own.
case_a_full_disk_makes_no_second_copy() {
	local to
	server --on 'rcpt has=late@ reply "451 4.3.0 not now"' \
	    --on 'dot delay 1500 default'
	queueing
	mapfile -t to < <(seq -f 'u%g@example.test' 200)
	send -odq late@example.test "${to[@]}" < <(letter)
	expect_exit 0
	mv "$SENDOFF_SPOOL" filled
	export dir sendoff
	on_small_disk 1m flush_while_the_disk_fills
	expect_exit 0
	[ "$(<free)" -eq 0 ] || fail "$(<free) octets were free"
	expect_messages 1
}

# One of two is refused, which nobody is told of, and the other put off: a file,
# with N octets of filling in its message.
one_refused_one_late() {
	{ letter && head -c 3000 /dev/zero | tr '\0' x | fold -w 70 && echo &&
	    head -c "$1" /dev/zero | tr '\0' x && echo; } >mail
	send -odq gone@example.test late@example.test <mail
	send --flush </dev/null
	ages 0
	file=$(find "$SENDOFF_SPOOL/queue" -type f)
}

# The last who was open has it, and there is a line to be written all the same,
# in a file that fills its block.
case_nor_where_it_is_to_be_dead() {
	local file missing
	server --on 'rcpt has=gone@ reply "550 5.1.1 no such user"' \
	    --on 'rcpt has=late@ conn=1 reply "451 4.3.0 not now"' \
	    --on 'rcpt has=late@ conn=2 reply "451 4.3.0 not now"' \
	    --on 'dot delay 1500 default'
	queueing 'bounce_to = "off";'
	one_refused_one_late 1
	missing=$((4090 - $(stat -c %s "$file")))
	rm "$file"
	one_refused_one_late $((1 + missing))
	[ "$(stat -c %s "$file")" -eq 4090 ] || fail "its size is another"
	mv "$SENDOFF_SPOOL" filled
	export dir sendoff
	on_small_disk 1m flush_while_the_disk_fills
	[ "$(<free)" -eq 0 ] || fail "$(<free) octets were free"
	expect_messages 1
}

# The messages of before, where nothing can be written.
flush_what_cannot_be_written() {
	cp -a "$dir/filled/." "$SENDOFF_SPOOL" &&
	    mount -o remount,ro "$SENDOFF_SPOOL" || exit 99
	"$sendoff" -C "$dir/sendoff.conf" --flush </dev/null 2>"$dir/err"
}
export -f flush_what_cannot_be_written

case_a_spool_that_can_be_read_alone() {
	local id
	server
	queueing
	send_letter -odq
	id=$(only_id queue)
	mv "$SENDOFF_SPOOL" filled
	export dir sendoff
	on_small_disk 1m flush_what_cannot_be_written
	expect_exit 73
	expect_says "^sendoff: test: .*: cannot open $id: Read-only file system"
	expect_no_connection
}

# The other one is tried all the same.
case_what_came_of_it_cannot_be_written() {
	server --on 'rcpt reply "451 4.2.1 later"'
	queueing
	send_letter -odq
	send_letter -odq
	traced -o calls -e inject=pwrite64:error=EROFS \
	    "$sendoff" -C "$dir/sendoff.conf" --flush </dev/null 2>err
	status=$?
	expect_exit 73
	expect_says 'cannot write to .*: Read-only'
	[ "$(transcript | grep -c '^> RCPT')" -eq 2 ] ||
	    fail "the other one was not tried"
}

# ---- whose it is -------------------------------------------------------------

# as_another ARGUMENT...: run by a user who does not own the spool.
as_another() {
	setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$dir/sendoff" -C sendoff.conf "$@" </dev/null >out 2>err
	status=$?
}

# Scripts read the last line of both outputs.
case_the_note_of_the_service_stands_first() {
	needs_root
	command -v setpriv >/dev/null || skip "there is no setpriv"
	unshare -m true 2>"$dir/out" || skip "no namespaces for mounts"
	grep -qa '/var/lib/sendoff' "$sendoff" ||
	    skip "the service's spool is elsewhere"
	server
	account 'deliver = "queue";'
	chmod 755 "$dir" "$dir/.."
	chmod 644 sendoff.conf
	cp "$sendoff" "$dir/sendoff"
	mkdir "$SENDOFF_SPOOL"
	chown 65534 "$SENDOFF_SPOOL"
	unshare -m sh -c 'mount -t tmpfs none /var/lib &&
		mkdir /var/lib/sendoff && chown 12345 /var/lib/sendoff &&
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' \
	    sh "$dir/sendoff" -C sendoff.conf --queue </dev/null >both 2>&1 ||
	    fail "it fails: $(<both)"
	grep -q "this is your own queue" both || fail "there is no note"
	[ "$(tail -n 1 both)" = 'Mail queue is empty' ] ||
	    fail "the last line is not the one that scripts read"
}

case_a_spool_of_somebody_else() {
	local mode what
	needs_root
	command -v setpriv >/dev/null || skip "there is no setpriv"
	server
	account 'deliver = "queue";'
	send_letter
	chmod 755 "$dir" "$dir/.."
	chmod 644 sendoff.conf
	cp "$sendoff" "$dir/sendoff"
	for mode in 700 755; do
		chmod "$mode" "$SENDOFF_SPOOL"
		for what in --queue --flush --hold=all --remove=all \
		    --retry=all --release=all; do
			as_another "$what"
			expect_exit 77
			expect_says "$SENDOFF_SPOOL" 'root alone may'
		done
	done
	expect_waiting queue 1
	chown 12345 "$SENDOFF_SPOOL"
	as_another --queue
	expect_exit 77
	expect_says 'user 12345 and root may'
	chmod 0 "$dir/home"
	mv "$SENDOFF_SPOOL" "$dir/home/spool"
	SENDOFF_SPOOL=$dir/home/spool as_another --queue
	expect_exit 77
	expect_says 'its owner and root may'
}

# So many tries that hardly anything more may be written.
fill_history() {
	"$python" - "$1" <<-'END'
		import sys, zlib
		with open(sys.argv[1], "r+b") as f:
		    message = int(f.readline().split()[2])
		    text = b"try 1 2 " + b"x" * 800
		    line = b"%08x %s\n" % (zlib.crc32(text), text)
		    end = 64 + message + (64 << 20) - 64 * 2 - 1024
		    f.seek(0, 2)
		    f.write(line * ((end - f.tell()) // len(line)))
	END
}

case_a_history_that_is_full() {
	local file size
	server --on 'rcpt has=two@ reply "451 4.2.1 later"'
	queueing
	send -odq one@example.test two@example.test < <(letter)
	file=$SENDOFF_SPOOL/queue/test/$(only_id queue)
	fill_history "$file"
	for _ in 1 2 3 4 5 6; do
		send -qR@ </dev/null
		expect_exit 0
		[ ! -s err ] || fail "it says: $(<err)"
	done
	expect_messages 1
	size=$(stat -c %s "$file")
	[ "$size" -le $((64 << 20)) ] || fail "it has become $size octets"
	expect_queue '^ +two@example\.test'
	! grep -q 'one@' queue || fail "one@ is open"
	server_dies
	server_again
	flush_now
	expect_messages 1
	expect_empty_queue
}

# ---- people who look ---------------------------------------------------------

# When the message that was kept last is tried next, as the JSON says it.
next_try() {
	send --queue --report=json </dev/null
	tail -n 1 out | "$python" -c 'import json, sys, time
print(time.strftime("%Y-%m-%d %H:%M",
    time.localtime(json.load(sys.stdin)["next"])))'
}

case_mailq_says_through_what_and_when() {
	local id next
	export TZ=Asia/Kolkata
	dead_server
	account 'on_failure = "queue"; retry_min = "30m";'
	send_letter
	id=$(only_id queue)
	next=$(next_try)
	expect_queue "^    \(test: .*[Rr]efused.*; next try $next\)$"
	send --retry="$id" </dev/null
	expect_queue '^    \(test: .*[Rr]efused.*; next try with the next run\)$'
	send --hold="$id" </dev/null
	expect_queue '^    \(test: .*[Rr]efused.*\)$'
	! grep -q 'next try' queue || fail "one that is held has a next try"
}

# To others a reason is what they know of a message that could not be sent.
case_mailq_has_no_reason_where_nothing_was_tried() {
	server
	queueing
	send_letter -odq
	expect_queue '^ +you@example\.test'
	! grep -q '(' queue || fail "$(<queue)"
}

case_mailq_of_an_account_without_a_name() {
	dead_server
	config <<-END
		defaults = { on_failure = "queue"; };
	END
	send_letter -odq --host=127.0.0.1 --port="$port" --tls=off \
	    --from=me@example.test
	expect_exit 0
	flush_now
	expect_queue '^    \([^(]*[Rr]efused.*; next try 2'
}

# ---- programs that look ------------------------------------------------------

case_the_queue_as_json() {
	dead_server
	queueing
	send_letter
	send one@example.test two@example.test < <(letter)
	send --queue --report=json </dev/null
	expect_exit 0
	[ "$(wc -l <out)" -eq "$(waiting queue)" ] ||
	    fail "not a line for each message"
	head -n 1 out >first
	expect_json first 'account == "test"' 'place == "queue"' \
	    'sender == "me@example.test"' 'tries == 1' 'next > tried' \
	    'recipients == ["you@example.test"]' '"efused" in why' 'size > 100'
	tail -n 1 out >last
	expect_json last 'queue_id' 'len(recipients) >= 1'
}

case_a_daemon_ends_when_it_is_asked() {
	local pid
	dead_server
	queueing
	send_letter
	server_again
	send --retry=all </dev/null
	"$sendoff" -C sendoff.conf -q1s </dev/null >out 2>err &
	pid=$!
	echo "$pid" >>pids
	wait_for "the message" test -e "$store/message-1.eml"
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	expect_exit 0
	expect_messages 1
	expect_empty_queue
}

case_a_place_that_moves_with_the_caller() {
	dead_server
	queueing
	SENDOFF_SPOOL=here send you@example.test < <(letter)
	expect_exit 75
	expect_says 'not queued: SENDOFF_SPOOL .here. is not a full path'
	[ ! -e here ] || fail "it is there all the same"
}

# What one keeps another finds, whatever runs them.
case_the_usual_place_is_the_same_everywhere() {
	needs_root
	dead_server
	queueing
	unset SENDOFF_SPOOL
	chmod 755 "$dir/.." . && chmod 644 sendoff.conf && chmod 777 home
	cp "$sendoff" program
	sed -i '/^log/d' sendoff.conf
	usual_place STATE_DIRECTORY="$dir/home/of-a-unit" you@example.test \
	    < <(letter)
	expect_exit 0
	usual_place XDG_STATE_HOME="$dir/home/elsewhere" you@example.test \
	    < <(letter)
	expect_exit 0
	usual_place XDG_STATE_HOME= --queue </dev/null
	grep -q 'in 2 Requests' out || fail "mailq says: $(<out)"
}

usual_place() {
	setpriv --reuid=21475 --regid=21475 --clear-groups \
	    env -u STATE_DIRECTORY "$1" "$dir/program" -C "$dir/sendoff.conf" \
	    "${@:2}" >out 2>err
	status=$?
}

# ---- a password of the environment's -------------------------------------------

# in_container USER WORD ARGUMENT...: as one that has no configuration, for that
# user; with "file" set, the password is there.
in_container() {
	local url=smtp://$1@127.0.0.1:$port word=$2
	shift 2
	[ -z "${file-}" ] || (umask 077 && echo "$word" >"$file")
	SENDOFF_URL=$url SENDOFF_PASSWORD_FILE=${file-} \
	    SENDOFF_PASSWORD=$([ -n "${file-}" ] || echo "$word") SENDOFF_TLS=off \
	    SENDOFF_AUTH_WITHOUT_TLS=true SENDOFF_FROM=me@example.test \
	    SENDOFF_ON_FAILURE=queue SENDOFF_ALIASES=off \
	    SENDOFF_DOMAIN=example.test send "$@"
}

kept_in_container() {
	server
	server_dies
	config </dev/null
	in_container user secret you@example.test < <(letter)
	expect_exit 0
	expect_waiting queue 1
	server_again --auth PLAIN
	in_container user secret --retry=all </dev/null
}

case_the_environments_password() {
	kept_in_container
	in_container user secret --flush </dev/null
	expect_exit 0
	expect_messages 1
}

case_the_environments_password_is_anothers_by_now() {
	kept_in_container
	in_container other precious --flush </dev/null
	expect_exit 77
	expect_says 'SENDOFF_PASSWORD .*environment'
	send --retry=all </dev/null
	SENDOFF_PASSWORD=precious send --flush </dev/null
	expect_exit 77
	expect_no_connection
	expect_waiting queue 1
	send --retry=all </dev/null
	in_container user secret --flush </dev/null
	expect_exit 0
	expect_messages 1
}

case_the_file_of_the_environment_holds_anothers_by_now() {
	local file=$dir/word
	kept_in_container
	in_container other precious --flush </dev/null
	expect_exit 77
	expect_says 'password_file .*environment'
	expect_no_connection
	in_container user secret --retry=all </dev/null
	send --flush </dev/null
	expect_exit 0
	expect_messages 1
}

case_a_daemon_without_its_configuration_ends() {
	timeout 60 "$sendoff" -C nosuch.conf -q1s </dev/null >out 2>err
	status=$?
	expect_exit 66
	[ "$(wc -l <err)" -eq 1 ] || fail "not one line of errors"
	expect_says 'nosuch.conf'
}

# An editor may be about to put it there again.
case_a_daemon_outlives_its_configuration() {
	local pid
	server
	account 'deliver = "queue";'
	send_letter
	"$sendoff" -C sendoff.conf -q1s </dev/null >out 2>err &
	pid=$!
	echo "$pid" >>pids
	wait_for "the first run" test -e "$store/message-1.eml"
	mv sendoff.conf away.conf
	wait_for "an error" test -s err
	mv away.conf sendoff.conf
	send_letter
	wait_for "the message" test -e "$store/message-2.eml"
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	expect_exit 0
}

run_cases
