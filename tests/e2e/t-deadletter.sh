#!/bin/bash
# ~/dead.letter: what could not be sent, whole, and safe from others.
. "$(dirname "$0")/lib.sh"

refusing() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 nobody"' \
	    --on 'rcpt has=later@ reply "450 4.2.1 later"'
	account
}

case_a_refused_message_is_saved() {
	refusing
	send bad@example.test < <(letter 'From here' '>From there' plain 'no end')
	expect_exit 67
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "not one line"
	expect_says "; saved in $HOME/dead\.letter\$"
	cat >want <<-'END'
		X-Unsent-To: bad@example.test; 550 5.1.1 nobody
		From: me@example.test
		To: you@example.test
		Subject: a test
		Date: Sun, 22 Nov 2026 19:14:37 +0800
		Message-ID: <1@example.test>

		>From here
		>>From there
		plain
		no end

	END
	head -1 "$HOME/dead.letter" |
	    grep -qE '^From me@example\.test [A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} 20[0-9]{2}$' ||
	    fail "$(head -1 "$HOME/dead.letter")"
	tail -n +2 "$HOME/dead.letter" | cmp - want || fail "it differs"
	[ "$(stat -c %a "$HOME/dead.letter")" = 600 ] || fail "others can read it"
}

case_another_is_added() {
	refusing
	send bad@example.test < <(letter one)
	send later@example.test < <(letter two)
	expect_exit 75
	"$python" -c 'import mailbox, sys
assert [m.get_payload() for m in mailbox.mbox(sys.argv[1])] == ["one\n", "two\n"]' \
	    "$HOME/dead.letter" || fail "it is no mbox of two"
}

case_it_tells_who_did_not_get_it() {
	refusing
	send -t bad@example.test < <(printf '%s\n' 'From: me@example.test' \
	    'To: you@example.test' 'Bcc: later@example.test, ann@example.test' \
	    'Subject: x' '' body)
	expect_exit 75
	grep -A1 '^X-Unsent-To' "$HOME/dead.letter" >got
	cat >want <<-'END'
		X-Unsent-To: bad@example.test; 550 5.1.1 nobody
		X-Unsent-To: later@example.test; 450 4.2.1 later
		Bcc: later@example.test, ann@example.test
	END
	cmp want got || fail "it says: $(<got)"
	rm "$HOME/dead.letter"
	sed -i 's/port = [0-9]*/port = 1/' sendoff.conf
	send ann@example.test < <(letter)
	grep -qx 'X-Unsent-To: ann@example.test' "$HOME/dead.letter" ||
	    fail "$(<"$HOME/dead.letter")"
}

case_nobody_holds_us_up() {
	refusing
	printf 'no line end' >"$HOME/dead.letter"
	exec 8<"$HOME/dead.letter"
	flock 8
	send bad@example.test < <(letter)
	expect_exit 67
	expect_says "; not saved in $HOME/dead\.letter: somebody has locked it"
	exec 8<&-
	send bad@example.test < <(letter)
	expect_says '; saved in'
	[ "$(grep -c '^From ' "$HOME/dead.letter")" -eq 1 ] || fail "no line of its own"
}

case_what_was_sent_is_not() {
	refusing
	send you@example.test < <(letter)
	expect_exit 0
	[ ! -e "$HOME/dead.letter" ] || fail "it was"
}

case_wrong_usage_is_not() {
	refusing
	send < <(letter)
	send --nonsense < <(letter)
	[ ! -e "$HOME/dead.letter" ] || fail "it was"
}

case_quiet_is_not() {
	refusing
	send -oeq bad@example.test < <(letter)
	expect_exit 67
	expect_silence
	[ ! -e "$HOME/dead.letter" ] || fail "it was"
}

case_off_and_elsewhere() {
	refusing
	sed -i '1i dead_letter = "off";' sendoff.conf
	send bad@example.test < <(letter)
	[ ! -e "$HOME/dead.letter" ] || fail "it was"
	sed -i '1s|.*|dead_letter = "~/sub";|' sendoff.conf
	send bad@example.test < <(letter)
	[ -s "$HOME/sub" ] || fail "it was not"
}

case_a_broken_configuration_loses_nothing() {
	echo 'nonsense = ;' | config
	send you@example.test < <(letter precious)
	expect_exit 78
	grep -qx precious "$HOME/dead.letter" || fail "it is lost"
}

case_nobody_elses_file() {
	needs_root
	refusing
	ln -s "$dir/elsewhere" "$HOME/dead.letter"
	send -v bad@example.test < <(letter)
	expect_exit 67
	expect_says 'not saved in .*/dead\.letter: '
	[ ! -e "$dir/elsewhere" ] || fail "the link was followed"
	rm "$HOME/dead.letter"
	echo theirs >"$HOME/dead.letter"
	chown 12345 "$HOME/dead.letter"
	send -v bad@example.test < <(letter)
	expect_says 'it belongs to somebody else'
	rm "$HOME/dead.letter"
	mkfifo "$HOME/dead.letter"
	send bad@example.test < <(letter)
	expect_exit 67
}

case_it_does_not_grow_for_ever() {
	refusing
	truncate -s 32M "$HOME/dead.letter"
	send -v bad@example.test < <(letter)
	expect_exit 67
	expect_says 'too large'
	[ "$(stat -c %s "$HOME/dead.letter")" -eq 33554432 ] || fail "it grew"
}

case_a_full_disk_leaves_it_as_it_was() {
	needs_root
	refusing
	cat >full.sh <<-'END'
		mount -t tmpfs -o size=64k none "$HOME" &&
		echo before >"$HOME/dead.letter" &&
		"$1" -C "$2" bad@example.test <big
		echo $? >status.full
		cp "$HOME/dead.letter" after
	END
	{
		letter
		seq 50000
	} >big
	unshare -m sh full.sh "$sendoff" "$dir/sendoff.conf" 2>"$dir/err"
	[ "$(<status.full)" -eq 67 ] || fail "exit $(<status.full)"
	[ "$(<after)" = before ] || fail "part of it was written"
}

case_a_bad_address_is_no_reason_to_forget_the_key() {
	server
	account
	sed -i '1i dead_letter = "off";' sendoff.conf
	send 'a@b c@d' < <(letter)
	expect_exit 65
	[ ! -e "$HOME/dead.letter" ] || fail "saved although it is off"
	grep -q 'exit=65$' log || fail "not in the log that the key names"
}

run_cases
