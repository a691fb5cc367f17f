#!/bin/bash
# sendoff.h: the library for itself, by programs that know no more of it than
# what is installed (tests/example).
. "$(dirname "$0")/lib.sh"

# steps [OPTION...] <<END: a call a line; what came of them is in $dir/out.
steps() {
	sed "s/PORT/$port/" | timeout 60 "$BUILD/steps" "$@" \
	    >"$dir/out" 2>"$dir/err" || fail "it broke off: $(tail -1 "$dir/err")"
}

# came <<END: line by line a pattern of what was printed.
came() {
	cat >want
	[ "$(wc -l <want)" -eq "$(wc -l <"$dir/out")" ] ||
	    fail "not so many lines: $(<"$dir/out")"
	paste -d '\n' want "$dir/out" | while read -r pattern && read -r line; do
		[[ "$line" =~ ^$pattern$ ]] || fail "'$line' is not '$pattern'"
	done || exit 1
}

case_every_command_by_hand() {
	server --size 5000 --name mail.example.test \
	    --on 'expn reply "250-Ann <ann@example.test>\n250 Bob <bob@example.test>"'
	steps name=client.example.test <<-END
		connect 127.0.0.1 PORT
		ehlo
		extn size
		extn starttls
		noop
		help
		help me
		verify <you@example.test>
		expn staff
		docmd XTRA some
		rset
		quit
		noop
	END
	came <<-'END'
		220 mail.example.test ESMTP ready
		250 mail.example.test greets client.example.test\|.*SIZE 5000.*
		size: 5000
		starttls: not offered
		250 2.0.0 ok
		214 2.0.0 see RFC 5321
		214 2.0.0 see RFC 5321
		252 2.1.5 send and see
		250 Ann <ann@example.test>\|Bob <bob@example.test>
		502 5.5.1 not implemented
		250 2.0.0 .*
		ok quit
		error disconnected 0, exit 75: not connected
	END
	expect_commands 'EHLO NOOP HELP HELP VRFY EXPN XTRA RSET QUIT'
	expect_transcript '^> VRFY you@example.test$' '^> HELP me$'
}

case_a_transaction_by_hand() {
	server --on 'rcpt has=nobody@ reply "550 5.1.1 no such user"'
	steps <<-END
		letter Subject: hand
		letter
		letter .dot
		connect 127.0.0.1:PORT 0
		ehlo
		mail me@example.test SIZE=100
		rcpt nobody@example.test
		rcpt you@example.test@
		rcpt you@example.test NOTIFY=SUCCESS,DELAY
		refused
		data
		refused
		quit
	END
	came <<-'END'
		220 .*
		250 .*
		250 .*
		550 5.1.1 no such user
		error address 0, exit 65: .*
		250 .*
		nobody@example.test: 550 5.1.1 no such user
		you@example.test: 0 not sent
		250 .*
		nobody@example.test: 550 5.1.1 no such user
		ok quit
	END
	expect_messages 1
	printf 'Subject: hand\r\n\r\n.dot\r\n' >want
	expect_stored want
	expect_transcript 'NOTIFY=SUCCESS,DELAY'
}

case_hello_is_said_once_and_again_after_starttls() {
	server --tls starttls --auth "PLAIN LOGIN CRAM-MD5"
	steps trust="$CERTS/ca.pem" <<-END
		letter Subject: x
		letter
		letter hi
		connect localhost PORT
		extn auth
		login user secret
		starttls
		extn starttls
		ehlo_or_helo_if_needed
		extn starttls
		facts
		login user secret
		facts
		login user secret
		sendmail me@example.test you@example.test
		quit
	END
	came <<-'END'
		220 .*
		auth: not offered
		error not_supported 0, .*
		ok starttls
		starttls: not offered
		ok ehlo_or_helo_if_needed
		starttls: not offered
		tls TLS1.3, mechanism none
		ok login
		tls TLS1.3, mechanism PLAIN
		(ok login|error auth 503.*)
		ok sendmail
		ok quit
	END
	expect_messages 1
}

case_auth_by_one_mechanism_and_no_other() {
	server --tls implicit --auth "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256"
	steps tls trust="$CERTS/ca.pem" <<-END
		connect localhost PORT
		auth login user wrong
		auth XYZ user secret
		auth SCRAM-SHA-1 user secret
		no_initial_response
		auth PLAIN user secret
		facts
		quit
	END
	came <<-'END'
		220 .*
		error auth 535, exit 77: .*
		error auth_mechanism 0, .*
		error auth_mechanism 0, .*
		ok auth
		tls TLS1.3, mechanism PLAIN
		ok quit
	END
	expect_transcript '^> AUTH PLAIN$'
}

case_no_password_in_the_clear() {
	server --auth "PLAIN LOGIN"
	steps <<-END
		connect 127.0.0.1 PORT
		login user secret
		quit
	END
	came <<-'END'
		220 .*
		error auth_mechanism 0, .*
		ok quit
	END
	expect_transcript_not '^> AUTH'
	steps clear <<-END
		connect 127.0.0.1 PORT
		login user secret
		quit
	END
	came <<-'END'
		220 .*
		ok login
		ok quit
	END
}

case_refusals_leave_it_usable() {
	server --on 'rcpt has=nobody@ reply "550 5.1.1 no such user"' \
	    --on 'rcpt has=later@ reply "450 4.2.1 later"' \
	    --on 'mail has=bad@ reply "550 5.7.1 not you"'
	steps <<-END
		letter Subject: x
		letter
		letter hi
		connect 127.0.0.1 PORT
		sendmail me@example.test nobody@example.test later@example.test
		refused
		sendmail bad@example.test you@example.test
		sendmail me@example.test
		sendmail me@example.test you@example.test nobody@example.test
		refused
		sendmail me@example.test you@example.test
		refused
		quit
	END
	came <<-'END'
		220 .*
		error recipients_refused 550, exit 75: nobody@example.test: .*
		nobody@example.test: 550 5.1.1 no such user
		later@example.test: 450 4.2.1 later
		error sender_refused 550, exit 65: .*
		error usage 0, exit 64: no recipient
		ok sendmail
		nobody@example.test: 550 5.1.1 no such user
		ok sendmail
		ok quit
	END
	expect_messages 2
	expect_transcript '^> RSET$'
	[ "$(connections)" -eq 1 ] || fail "more than one connection"
}

case_sendmail_gives_up_what_was_begun_by_hand() {
	server --strict
	steps <<-END
		letter Subject: x
		letter
		connect 127.0.0.1 PORT
		ehlo
		mail me@example.test
		rcpt old@example.test
		sendmail me@example.test you@example.test
		data
		rcpt late@example.test
		mail me@example.test
		data
		quit
	END
	came <<-'END'
		220 .*
		250 .*
		250 .*
		250 .*
		ok sendmail
		error usage 0, exit 64: MAIL comes first
		error usage 0, exit 64: MAIL comes first
		250 .*
		error usage 0, exit 64: no recipient was accepted
		ok quit
	END
	expect_messages 1
	expect_commands 'EHLO MAIL RCPT RSET MAIL RCPT DATA content MAIL QUIT'
	expect_json "$store/envelope-1.json" 'len(rcpt) == 1'
}

case_login_after_it_was_found_missing() {
	server --tls implicit --auth "SCRAM-SHA-256 PLAIN"
	steps tls trust="$CERTS/ca.pem" <<-END
		letter Subject: x
		letter
		connect localhost PORT
		sendmail me@example.test you@example.test
		login user secret
		facts
		login user secret
		facts
		mail me@example.test
		login user secret
		sendmail me@example.test you@example.test
		quit
	END
	came <<-'END'
		220 .*
		error auth 530, exit 77: .*
		ok login
		tls TLS1.3, mechanism SCRAM-SHA-256
		ok login
		tls TLS1.3, mechanism SCRAM-SHA-256
		250 .*
		error usage 0, exit 64: a transaction is under way
		ok sendmail
		ok quit
	END
	expect_messages 1
}

case_what_it_would_exit_with() {
	server --on 'rcpt reply "550 5.1.1 no such user"'
	steps <<-END
		letter Subject: x
		letter
		connect 127.0.0.1 PORT
		sendmail me@example.test you@example.test
		refused
		quit
		sendmail me@example.test you@example.test
		refused
	END
	came <<-'END'
		220 .*
		error recipients_refused 550, exit 67: .*
		you@example.test: 550 5.1.1 no such user
		ok quit
		error disconnected 0, exit 75: not connected
	END
}

case_one_who_cannot_be_named_stops_it() {
	server --without PIPELINING --without SMTPUTF8
	steps <<-END
		letter Subject: x
		letter
		connect 127.0.0.1 PORT
		sendmail me@example.test you@example.test a@-bücher-.example
		refused
		sendmail me@example.test you@example.test
		quit
	END
	[ "$(sed -n '$p' "$dir/out")" = "ok quit" ] || fail "$(<"$dir/out")"
	grep -q '^ok sendmail$' "$dir/out" || fail "$(<"$dir/out")"
	expect_messages 1
}

case_calls_without_their_arguments() {
	server
	steps <<-END
		connect 127.0.0.1 PORT
		docmd
		mail
		sendmail
		sendmail me@example.test
		noop
	END
	came <<-'END'
		220 .*
		error usage 0, exit 64: .*
		error usage 0, exit 64: no sender.*
		error usage 0, exit 64: no sender.*
		error usage 0, exit 64: no recipient
		250 .*
	END
}

case_421_ends_it() {
	server --on 'rcpt reply "421 4.3.2 going" close'
	steps <<-END
		letter Subject: x
		letter
		connect 127.0.0.1 PORT
		sendmail me@example.test you@example.test
		noop
		quit
	END
	came <<-'END'
		220 .*
		error recipients_refused 421, exit 75: .*
		error disconnected 0, .*
		ok quit
	END
}

case_greeting_that_is_none() {
	server --on 'greeting reply "554 5.3.2 nobody"'
	steps <<-END
		connect 127.0.0.1 PORT
		connect 127.0.0.1:bogus 0
		connect 127.0.0.1 1
	END
	came <<-'END'
		error greeting 554, exit 69: .*
		error config 0, exit 78: .*
		error connect 0, exit 75: .*
	END
}

case_helo_where_ehlo_is_not_known() {
	server --on 'ehlo reply "502 5.5.1 what?"'
	steps <<-END
		letter Subject: x
		letter
		connect 127.0.0.1 PORT
		ehlo
		helo
		extn size
		sendmail me@example.test you@example.test
		connect 127.0.0.1 PORT
		sendmail me@example.test you@example.test
		quit
	END
	came <<-'END'
		220 .*
		502 5.5.1 what\?
		250 .*
		size: not offered
		ok sendmail
		220 .*
		ok sendmail
		ok quit
	END
	expect_messages 2
	expect_transcript '^> MAIL FROM:<me@example.test>$'
}

case_lmtp_answers_for_each() {
	server --lmtp --on 'dot n=2 reply "552 5.2.2 full"'
	steps lmtp <<-END
		letter Subject: x
		letter
		connect 127.0.0.1 PORT
		helo
		sendmail me@example.test you@example.test full@example.test
		refused
		quit
	END
	came <<-'END'
		220 .*
		error usage 0, exit 64: LMTP has no HELO
		ok sendmail
		full@example.test: 552 5.2.2 full
		ok quit
	END
}

case_send_message_looks_into_the_header() {
	server
	steps <<-END
		letter From: a@example.test, b@example.test
		letter Sender: s@example.test
		letter To: One <one@example.test>, two@example.test
		letter To: three@example.test
		letter Cc: group: four@example.test;
		letter Bcc: five@example.test
		letter
		letter hi
		connect 127.0.0.1 PORT
		send_message
		quit
	END
	came <<-'END'
		220 .*
		ok send_message
		ok quit
	END
	expect_transcript 'MAIL FROM:<s@' 'RCPT TO:<one@' 'RCPT TO:<two@' \
	    'RCPT TO:<three@' 'RCPT TO:<four@' 'RCPT TO:<five@'
	expect_no_header '^Bcc'
}

case_send_message_that_was_sent_again() {
	server
	steps <<-END
		letter Resent-Date: Sun, 22 Nov 2026 19:14:37 +0800
		letter Resent-From: again@example.test
		letter Resent-To: new@example.test
		letter Resent-Bcc: hidden@example.test
		letter From: a@example.test
		letter To: old@example.test
		letter
		letter hi
		connect 127.0.0.1 PORT
		send_message
		quit
	END
	came <<-'END'
		220 .*
		ok send_message
		ok quit
	END
	expect_transcript 'MAIL FROM:<again@' 'RCPT TO:<new@' 'RCPT TO:<hidden@'
	expect_transcript_not 'old@'
	expect_no_header '^Resent-Bcc'
}

case_send_message_that_was_sent_again_twice() {
	server
	steps <<-END
		letter Resent-Date: Sun, 22 Nov 2026 19:14:37 +0800
		letter Resent-From: again@example.test
		letter Resent-To: new@example.test
		letter Resent-Date: Sat, 21 Nov 2026 19:14:37 +0800
		letter Resent-From: first@example.test
		letter
		connect 127.0.0.1 PORT
		send_message
		quit
	END
	came <<-'END'
		220 .*
		error message 0, exit 65: message was resent more than once
		ok quit
	END
	expect_messages 0
}

case_utf8_needs_its_extension() {
	server --without SMTPUTF8
	steps <<-END
		letter Subject: x
		letter
		connect 127.0.0.1 PORT
		sendmail me@example.test 你@example.test
		sendmail me@example.test you@例子.example
		quit
	END
	came <<-'END'
		220 .*
		error not_supported 0, exit 69: .*
		ok sendmail
		ok quit
	END
	expect_transcript 'RCPT TO:<you@xn--fsqu00a.example>'
}

case_silence_is_a_timeout() {
	server --on 'noop hang'
	steps timeout=300 <<-END
		connect 127.0.0.1 PORT
		noop
		noop
	END
	came <<-'END'
		220 .*
		error timeout 0, exit 75: .*
		error disconnected 0, .*
	END
}

case_commands_that_cannot_be_said() {
	server
	steps <<-END
		connect 127.0.0.1 PORT
		docmd DATA
		ehlo not_a_name!
		noop
		quit
	END
	came <<-'END'
		220 .*
		error usage 0, exit 64: .*
		error usage 0, exit 64: .*
		250 .*
		ok quit
	END
}

case_trace_level_can_change() {
	server
	steps <<-END
		connect 127.0.0.1 PORT
		set_debuglevel 1
		noop
		set_debuglevel 0
		help
		quit
	END
	expect_says '^> NOOP$' '^< 250'
	expect_says_not HELP
}

case_the_note() {
	server --tls implicit --auth "PLAIN LOGIN" --user 10001@qq.com \
	    --password ckfqgefngpaphagd
	letter >note
	"$BUILD/note" localhost "$port" "$CERTS/ca.pem" 10001@qq.com \
	    ckfqgefngpaphagd xxxxxx@163.com <note >"$dir/out" 2>"$dir/err" ||
	    fail "$(tail -1 "$dir/err")"
	expect_messages 1
	sed 's/$/\r/' note >want
	expect_stored want
	expect_commands 'EHLO AUTH MAIL RCPT DATA content QUIT'
	expect_says '^[0-9:.]* +[0-9.]+ \* connected' '> AUTH PLAIN \[credentials'
	! grep -q ckfqgefngpaphagd "$dir/err" || fail "the trace shows the code"
}

run_cases
