#!/bin/bash
# sendmail -bs: SMTP and LMTP on the standard input and output, the relay's
# own verdicts passed back.
. "$(dirname "$0")/lib.sh"

# bs [OPTION...]: the script is standard input, replies go to $dir/out.
bs() {
	timeout 60 "$python" "$here/bs.py" "$sendoff" -C "$dir/sendoff.conf" \
	    -bs "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	echo "$status" >"$dir/status"
}

# expect_replies PATTERN...: one reply each, in order, and no more.
expect_replies() {
	local pattern line n=0
	for pattern; do
		n=$((n + 1))
		line=$(sed -n "${n}p" "$dir/out")
		[[ "$line" =~ $pattern ]] ||
		    fail "reply $n is '$line', not '$pattern'"
	done
	[ "$(wc -l <"$dir/out")" -eq "$n" ] ||
	    fail "more replies than $n: $(<"$dir/out")"
}

MAIL='MAIL FROM:<me@example.test>\r\n'
RCPT='RCPT TO:<you@example.test>\r\n'
LETTER='Subject: x\r\n\r\nhello\r\n.\r\n'

case_a_message() {
	server
	account
	bs <<-END
		EHLO [127.0.0.1]\r\n
		$MAIL
		$RCPT
		DATA\r\n
		$LETTER
		QUIT\r\n
	END
	expect_exit 0
	expect_replies '^220 .* ESMTP' \
	    '^250-.*/ 250-PIPELINING / 250-8BITMIME / 250-SMTPUTF8 / 250-CHUNKING / 250-DSN / 250-ENHANCEDSTATUSCODES / 250 SIZE' \
	    '^250 2\.1\.0' '^250 2\.1\.5' '^354' \
	    '^250 2\.0\.0 queued as message-1$' '^221'
	expect_messages 1
	expect_header '^Subject: x$' '^From: ' '^Date: ' '^Message-ID: '
	[ ! -s "$dir/err" ] || fail "not silent"
}

case_all_at_once_before_the_greeting() {
	server
	account
	bs <<-END
		* 6 EHLO x\r\n${MAIL}${RCPT}DATA\r\n${LETTER}QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^354' '^250 2\.0\.0 queued' '^221'
	expect_messages 1
}

case_line_feeds_alone() {
	server
	account
	bs <<-'END'
		EHLO x\n
		MAIL FROM:<me@example.test>\n
		RCPT TO:<you@example.test>\n
		DATA\n
		Subject: x\n\n..dot\nhello\n.\n
		QUIT\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^354' '^250' '^221'
	printf '.dot\r\nhello\r\n' >want
	expect_body want
}

case_no_message_hides_another() {
	server
	account
	bs <<-'END'
		EHLO x\r\n
		MAIL FROM:<me@example.test>\r\n
		RCPT TO:<you@example.test>\r\n
		DATA\r\n
		Subject: x\r\n\r\na\n.\nMAIL FROM:<x@evil.test>\r\n.\nb\r\n.\r\n
		QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^354' '^250' '^221'
	expect_messages 1
	grep -q 'MAIL FROM:<x@evil' "$store/message-1.eml" ||
	    fail "content went missing"
}

case_several_messages_and_rset() {
	server
	account
	bs <<-END
		EHLO x\r\n
		$MAIL
		$RCPT
		DATA\r\n
		$LETTER
		NOOP\r\n
		$MAIL
		RSET\r\n
		MAIL FROM:<>\r\n
		RCPT TO:<bob@example.test>\r\n
		DATA\r\n
		$LETTER
		QUIT\r\n
	END
	expect_messages 2
	expect_json "$store/envelope-2.json" 'mail == "FROM:<>"' \
	    'len(rcpt) == 1' '"bob@" in rcpt[0]["line"]'
}

case_the_relays_words_come_back() {
	server --on 'rcpt reply "550 5.1.1 no such user here"'
	account
	bs <<-END
		EHLO x\r\n
		$MAIL
		$RCPT
		DATA\r\n
		$LETTER
		QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^354' \
	    '^550 5\.1\.1 no such user here$' '^221'
	expect_messages 0
}

case_put_off() {
	server --on 'mail reply "451 4.3.0 later"'
	account
	bs <<-END
		* 6 EHLO x\r\n${MAIL}${RCPT}DATA\r\n${LETTER}QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^354' '^451 4\.3\.0 later$' '^221'
}

case_who_has_it_is_not_sent_it_again() {
	server --on 'rcpt n=2 reply "451 4.2.0 box locked"'
	account
	bs <<-END
		EHLO x\r\n
		$MAIL
		$RCPT
		RCPT TO:<bob@example.test>\r\n
		DATA\r\n
		$LETTER
		QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^250' '^354' \
	    '^554 5\.0\.0 bob@example\.test: box locked$' '^221'
	expect_messages 1
}

case_lmtp_answers_for_each() {
	server --on 'rcpt n=2 reply "550 5.1.1 nobody"'
	account
	bs --protocol=lmtp <<-END
		LHLO x\r\n
		$MAIL
		$RCPT
		RCPT TO:<bob@example.test>\r\n
		RCPT TO:<you@example.test>\r\n
		DATA\r\n
		* 3 $LETTER
		QUIT\r\n
	END
	expect_replies '^220 .* LMTP' '^250-' '^250' '^250' '^250' '^250' '^354' \
	    '^250 2\.0\.0 you@example\.test: queued' \
	    '^550 5\.1\.1 bob@example\.test: nobody' \
	    '^250 2\.0\.0 you@example\.test: queued' '^221'
	expect_messages 1
	expect_transcript '^> EHLO'
}

case_lmtp_wants_lhlo() {
	server
	account
	bs --protocol=lmtp <<-END
		EHLO x\r\n
		$MAIL
		QUIT\r\n
	END
	expect_replies '^220' '^500' '^503' '^221'
	bs <<<'LHLO x\r\n'
	expect_replies '^220' '^500'
}

case_no_relay() {
	server
	account
	sed -i 's/port = [0-9]*/port = 1/' sendoff.conf
	bs <<-END
		* 6 EHLO x\r\n${MAIL}${RCPT}DATA\r\n${LETTER}QUIT\r\n
	END
	expect_exit 0
	expect_replies '^220' '^250-' '^250' '^250' '^354' '^451 4\.4\.1 ' '^221'
}

case_no_configuration() {
	server
	echo 'nonsense = ;' | config
	bs <<-END
		* 6 EHLO x\r\n${MAIL}${RCPT}DATA\r\n${LETTER}QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^354' '^451 4\.3\.5 ' '^221'
}

case_chunks() {
	server
	account
	bs <<-END
		EHLO x\r\n
		$MAIL
		$RCPT
		BDAT 12\r\nSubject: x\r\n
		NOOP\r\n
		BDAT 7\r\n\r\n.\r\nab
		BDAT 3 LAST\r\nc\r\n
		QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^250 2\.0\.0 go on' \
	    '^250' '^250 2\.0\.0 go on' '^250 2\.0\.0 queued' '^221'
	printf '.\r\nabc\r\n' >want
	expect_body want
}

case_chunks_that_are_taken_back() {
	server
	account
	bs <<-END
		EHLO x\r\n
		$MAIL
		$RCPT
		BDAT 12\r\nSubject: x\r\n
		RSET\r\n
		$MAIL
		BDAT 4 LAST\r\nabcd
		RSET\r\n
		QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^250 2\.0\.0 go on' \
	    '^250 2\.0\.0 forgotten' '^250 2\.1\.0' '^554 5\.5\.1 no valid' \
	    '^250 2\.0\.0 forgotten' '^221'
	expect_no_connection
}

case_the_end_in_mid_message() {
	server
	account
	bs <<-END
		EHLO x\r\n
		$MAIL
		$RCPT
		DATA\r\n
		= Subject: x\r\n\r\nhello\r\n
		.
	END
	expect_exit 0
	expect_no_connection
}

case_bad_sequences_and_words() {
	server
	account
	bs <<-END
		$RCPT
		DATA\r\n
		MAIL FROM:<a b>\r\n
		MAIL TO:<a@b.test>\r\n
		MAIL FROM:<a@b.test> SIZE=x\r\n
		MAIL FROM:<a@b.test> FOO=x\r\n
		$MAIL
		$MAIL
		RCPT TO:<>\r\n
		RCPT TO:<you@example.test> NOTIFY=NEVER,DELAY\r\n
		DATA\r\n
		VRFY bob\r\n
		EXPN list\r\n
		HELP\r\n
		WIZ\r\n
		NO\0OP\r\n
		QUIT\r\n
	END
	expect_replies '^220' '^503' '^503' '^501 5\.1\.3' '^501' '^501' '^555' \
	    '^250' '^503' '^501' '^501' '^554' '^252' '^502' '^214' '^500' '^500' '^221'
}

case_a_line_without_end() {
	server
	account
	bs < <(head -c 500000 /dev/zero | tr '\0' a && printf '\\r\\n\nQUIT\\r\\n\n')
	expect_replies '^220' '^500 5\.5\.2 the line is too long' '^221'
}

case_too_many_errors() {
	server
	account
	bs < <(printf '%s' '* 22 ' && printf 'X\\r\\n%.0s' $(seq 30))
	tail -1 "$dir/out" | grep -q '^421 4\.7\.0' || fail "it goes on"
	expect_exit 0
}

case_bare_names_and_parameters() {
	server
	account
	sed -i "s|^aliases = .*|aliases = \"$dir/aliases\";|" "$dir/sendoff.conf"
	echo 'root: admin@corp.test, ops@corp.test' >aliases
	bs -odb -oem <<-'END'
		EHLO x\r\n
		MAIL FROM:<ann> BODY=8BITMIME RET=HDRS ENVID=a+2Bb SIZE=99\r\n
		RCPT TO:<root> NOTIFY=FAILURE ORCPT=rfc822;root@here.test\r\n
		RCPT TO:<@relay.test:bob@x.test> NOTIFY=NEVER\r\n
		DATA\r\n
		Subject: x\r\n\r\nb\r\n.\r\n
		QUIT\r\n
	END
	expect_replies '^220' '^250-' '^250' '^250' '^250' '^354' '^250' '^221'
	expect_transcript '^> MAIL FROM:<ann@example\.test>.* RET=HDRS ENVID=a\+2Bb' \
	    '^> RCPT TO:<admin@corp\.test> NOTIFY=FAILURE ORCPT=rfc822;root@here\.test' \
	    '^> RCPT TO:<ops@corp\.test> NOTIFY=FAILURE ORCPT=rfc822;root@here\.test' \
	    '^> RCPT TO:<bob@x\.test> NOTIFY=NEVER'
}

case_python_speaks_to_it() {
	server
	account
	SENDOFF=$sendoff CONF=$dir/sendoff.conf timeout 60 "$python" - \
	    >"$dir/out" 2>"$dir/err" <<-'END'
		import os, smtplib, socket, subprocess
		ours, theirs = socket.socketpair()
		subprocess.Popen([os.environ["SENDOFF"], "-C", os.environ["CONF"],
		    "-bs"], stdin=theirs, stdout=theirs)
		theirs.close()
		class Client(smtplib.SMTP):
		    def _get_socket(self, *args):
		        return ours
		with Client("localhost") as c:
		    for i in range(3):
		        c.sendmail("me@example.test", ["you@example.test"],
		            "Subject: %d\r\n\r\n.\r\nbody\r\n" % i)
	END
	status=$?
	expect_exit 0
	expect_messages 3
}

case_a_large_message() {
	server
	account
	bs < <(printf '%s\n' 'EHLO x\r\n' "$MAIL" "$RCPT" 'DATA\r\n' &&
	    printf '= Subject: x\\r\\n\\r\\n' && awk 'BEGIN {
		for (i = 0; i < 100000; i++) printf "%064d\\r\\n", i }' &&
	    printf '\n.\\r\\n\nQUIT\\r\\n\n')
	expect_replies '^220' '^250-' '^250' '^250' '^354' '^250' '^221'
	[ "$(wc -c <"$store/message-1.eml")" -gt 6600000 ] || fail "cut"
}

# local_aliases <<END: the file that the account reads.
local_aliases() {
	cat >"$dir/aliases"
	sed -i "s|^aliases = .*|aliases = \"$dir/aliases\";|" "$dir/sendoff.conf"
}

case_an_alias_that_fails_half_way() {
	server
	account
	local_aliases <<-'END'
		two: a@corp.test, b@corp.test
		piped: "|/bin/cat"
		three: c@corp.test, d@corp.test, e@corp.test
	END
	bs --protocol=lmtp <<-END
		LHLO x\r\n
		$MAIL
		RCPT TO:<two>\r\n
		RCPT TO:<piped>\r\n
		RCPT TO:<three>\r\n
		DATA\r\n
		* 3 $LETTER
		QUIT\r\n
	END
	expect_messages 0
	[ "$(grep -c '^451 4\.3\.5 .*: .*aliases:2: alias .piped. runs a command' \
	    "$dir/out")" -eq 3 ] || fail "it says: $(<"$dir/out")"
}

case_nobody_answers_for_another() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 nobody"'
	account
	local_aliases <<-'END'
		null: /dev/null
		ann: good@corp.test
		again: good@corp.test
	END
	bs --protocol=lmtp <<-END
		LHLO x\r\n
		$MAIL
		RCPT TO:<null>\r\n
		RCPT TO:<ann>\r\n
		RCPT TO:<bad@corp.test>\r\n
		RCPT TO:<again>\r\n
		DATA\r\n
		* 4 $LETTER
		QUIT\r\n
	END
	expect_messages 1
	expect_replies '^220' '^250-' '^250' '^250' '^250' '^250' '^250' '^354' \
	    '^250 2\.0\.0 null: ' '^250 2\.0\.0 ann: ' '^550 5\.1\.1 bad' \
	    '^250 2\.0\.0 again: ' '^221'
}

case_nobody_hears_us() {
	server
	account
	printf '%b' "EHLO x\r\n$MAIL${RCPT}DATA\r\n$LETTER" |
	    "$sendoff" -C sendoff.conf -bs >/dev/full 2>err
	status=${PIPESTATUS[1]}
	expect_exit 74
	expect_no_connection
}

# mixed KEY CODE [RCPT...]: an alias leads to ann, who is fine, and to bad@, who
# gets CODE.
mixed() {
	local key=$1 code=$2 rcpt lines=
	shift 2
	server --on "rcpt has=bad@ reply \"$code 5.1.1 nobody\""
	account "$key"
	local_aliases <<<'all: ann@x.test, bad@x.test'
	for rcpt in all "$@"; do
		lines+="RCPT TO:<$rcpt>\\r\\n"
	done
	bs <<-END
		* $((4 + $#)) EHLO x\r\n${MAIL}${lines}DATA\r\n
		$LETTER
		QUIT\r\n
	END
	answer=$(tail -2 "$dir/out" | head -1)
}

case_all_or_nobody_by_an_alias() {
	mixed 'recipients = "all";' 550
	[[ $answer == '550 5.1.1 '* ]] || fail "it says: $answer"
	expect_messages 0
	servers_die
	rm -rf store port
	mixed 'recipients = "all";' 450 zoe@x.test
	[[ $answer == '450 '* ]] || fail "it says: $answer"
	expect_messages 0
}

case_a_part_has_it() {
	mixed '' 450
	[[ $answer == '554 5.0.0 sent to a part of them; '* ]] ||
	    fail "it says: $answer"
	expect_messages 1
	servers_die
	rm -rf store port
	mixed '' 450 bad@x.test
	[[ $answer == '554-'*'/ 554 '* ]] || fail "it says: $answer"
	expect_messages 1
}

case_it_says_that_it_goes() {
	local pid
	server
	account
	mkfifo in
	"$sendoff" -C sendoff.conf -bs <in >out 2>err &
	pid=$!
	exec 7>in
	printf 'EHLO x\r\n' >&7
	wait_for "EHLO" grep -q 'SIZE' out
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	expect_exit 0
	grep -q '^421 4.3.2 .* shuts down' out || fail "$(<out)"
}

run_cases
