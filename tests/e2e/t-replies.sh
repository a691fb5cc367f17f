#!/bin/bash
# What a server may answer at every step, and what becomes of the message.
. "$(dirname "$0")/lib.sh"

# refused STEP REPLY CODE...: the answer at that step ends the matter.
refused() {
	local step=$1 reply=$2
	shift 2
	server --on "$step reply \"$reply\""
	account
	send_letter
	expect_exit "$@"
	expect_messages 0
	expect_says "${reply##* }"
}

case_greeting_5yz() {
	refused greeting '554 5.3.2 nobody' 69
}

case_greeting_4yz() {
	refused greeting '421 4.3.2 later' 75
}

case_greeting_2yz_that_is_no_220() {
	refused greeting '299 5.0.0 strange' 69 76
}

# No server of this protocol says that.
case_greeting_1yz() {
	server --on 'greeting reply "199 no hello for you"'
	account
	send_letter --report=json
	expect_exit 76
	expect_report 'error == "protocol"'
	expect_nothing_sent
}

case_greeting_of_several_lines() {
	server --on 'greeting reply "220-mail.example.test\n220-be welcome\n220 ESMTP"'
	account
	send_letter
	expect_exit 0
	expect_messages 1
}

case_greeting_without_text() {
	server --on 'greeting reply "220"'
	account
	send_letter
	expect_exit 0
}

case_ehlo_502_falls_back_to_helo() {
	server --on 'ehlo reply "502 5.5.1 what"'
	account
	send_letter
	expect_exit 0
	expect_commands "EHLO HELO MAIL RCPT DATA content QUIT"
	expect_transcript '^> MAIL FROM:<me@example\.test>$'
}

case_helo_text_is_no_list_of_extensions() {
	server --on 'ehlo reply "500 what"' \
	    --on 'helo reply "250-mail\n250-SIZE 100\n250-PIPELINING\n250 8BITMIME"'
	account
	send_letter
	expect_exit 0
	expect_commands "EHLO HELO MAIL RCPT DATA content QUIT"
	expect_flights "EHLO,HELO,MAIL,RCPT,DATA,content"
	expect_transcript '^> MAIL FROM:<me@example\.test>$'
}

case_ehlo_and_helo_refused() {
	server --on 'ehlo reply "502 5.5.1 what"' --on 'helo reply "554 5.5.1 no"'
	account
	send_letter
	expect_exit 69
	expect_nothing_sent
}

case_ehlo_and_helo_put_off() {
	server --on 'ehlo reply "502 5.5.1 what"' --on 'helo reply "450 4.5.1 no"'
	account
	send_letter
	expect_exit 75
	expect_nothing_sent
}

case_ehlo_421() {
	server --on 'ehlo reply "421 4.3.2 closing" close'
	account
	send_letter
	expect_exit 75
	expect_commands "EHLO"
}

case_mail_5yz() {
	refused mail '550 5.1.8 unwanted-sender' 65
	expect_nothing_sent
}

case_mail_4yz() {
	refused mail '451 4.3.0 not-now' 75
	expect_nothing_sent
}

case_mail_530_wants_authentication() {
	refused mail '530 5.7.0 authentication-required' 77
}

case_mail_421() {
	server --on 'mail reply "421 4.3.2 closing-down" close'
	account
	send_letter
	expect_exit 75
	expect_nothing_sent
}

case_mail_421_is_the_end() {
	server --without PIPELINING --on 'mail reply "421 4.3.2 closing-down"'
	account
	send_letter
	expect_exit 75
	expect_commands "EHLO MAIL"
}

case_mail_4yz_and_away() {
	server --without PIPELINING \
	    --on 'mail reply "451 4.3.0 not-now" close'
	account
	send_letter --report=json
	expect_exit 75
	expect_report 'error == "sender_refused"' 'recipients[0]["code"] == 451'
}

case_rcpt_550_without_enhanced_code() {
	refused rcpt '550 no such mailbox-here' 67
	expect_nothing_sent
}

case_rcpt_unknown_mailbox() {
	refused rcpt '554 5.1.1 unknown-user' 67
}

case_rcpt_policy() {
	refused rcpt '550 5.7.1 not-for-you' 69
}

case_rcpt_4yz() {
	refused rcpt '450 4.2.1 greylisted' 75
	expect_nothing_sent
}

case_rcpt_421_stops_at_once() {
	server --without PIPELINING --on 'rcpt n=2 reply "421 4.3.2 closing" close'
	account
	send a@example.test b@example.test c@example.test < <(letter)
	expect_exit 75
	expect_nothing_sent
	expect_commands "EHLO MAIL RCPT RCPT"
}

case_rcpt_251_is_accepted() {
	server --on 'rcpt reply "251 2.1.5 will forward"'
	account
	send_letter
	expect_exit 0
	expect_messages 1
}

case_rcpt_252_is_accepted() {
	server --on 'rcpt reply "252 2.1.5 cannot verify"'
	account
	send_letter
	expect_exit 0
	expect_messages 1
}

case_partial_refusal_delivers_the_rest() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 no-such-user"'
	account
	send a@example.test bad@example.test b@example.test < <(letter)
	expect_exit 67
	expect_messages 1
	expect_says 'bad@example\.test.*no-such-user'
	expect_says_not 'a@example\.test.*no-such-user'
	expect_json "$store/envelope-1.json" \
	    '[r["code"] for r in rcpt] == [250, 550, 250]'
}

case_partial_temporary_refusal() {
	server --on 'rcpt has=later@ reply "450 4.2.1 not-now"'
	account
	send a@example.test later@example.test < <(letter)
	expect_exit 75
	expect_messages 1
	expect_says 'later@example\.test'
}

case_partial_refusal_without_pipelining() {
	server --without PIPELINING --on 'rcpt has=bad@ reply "550 5.1.1 no-such-user"'
	account
	send a@example.test bad@example.test b@example.test < <(letter)
	expect_exit 67
	expect_messages 1
}

case_the_first_refusal_decides_the_code() {
	server --on 'rcpt has=p@ reply "550 5.7.1 policy"' \
	    --on 'rcpt has=u@ reply "550 5.1.1 unknown"'
	account
	send a@example.test p@example.test u@example.test < <(letter)
	expect_exit 69
}

case_all_refused_some_for_now() {
	server --on 'rcpt has=a@ reply "550 5.1.1 unknown"' \
	    --on 'rcpt reply "450 4.2.1 later"'
	account
	send a@example.test b@example.test < <(letter)
	expect_exit 75
	expect_nothing_sent
}

case_all_refused_but_354() {
	server --on 'rcpt reply "550 5.1.1 unknown"' --on 'data reply "354 go on"' \
	    --on 'dot reply "250 2.0.0 queued"'
	account
	send a@example.test b@example.test < <(letter)
	expect_exit 67
	if compgen -G "$store/*.eml" >/dev/null; then
		[ ! -s "$(find "$store" -name '*.eml')" ] || fail "content was sent"
	fi
}

case_recipients_all_or_none() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 no-such-user"'
	account 'recipients = "all";'
	send a@example.test bad@example.test b@example.test < <(letter)
	expect_exit 67 69
	expect_nothing_sent
	expect_says 'bad@example\.test'
}

case_recipients_all_accepted() {
	server
	account 'recipients = "all";'
	send a@example.test b@example.test < <(letter)
	expect_exit 0
	expect_flights "EHLO,MAIL RCPT RCPT,DATA,content"
}

case_data_5yz() {
	refused data '554 5.7.1 no-content-please' 69
	expect_nothing_sent
}

case_data_4yz() {
	refused data '451 4.3.0 disk-full' 75
	expect_nothing_sent
}

case_data_250_is_no_invitation() {
	server --on 'data reply "250 2.0.0 thanks"'
	account
	send_letter
	expect_exit 69 75 76
	expect_nothing_sent
}

case_dot_5yz() {
	refused dot '554 5.7.1 looks-like-spam' 69
}

case_dot_552() {
	refused dot '552 5.3.4 too-large' 69
}

case_dot_251_is_a_yes() {
	server --on 'dot reply "251 2.0.0 on its way"'
	account
	send_letter --report=json
	expect_exit 0
	expect_report 'recipients[0]["status"] == "accepted"' \
	    'recipients[0]["code"] == 251'
}

case_dot_4yz() {
	refused dot '452 4.3.1 no-space' 75
}

case_dot_421() {
	server --on 'dot reply "421 4.3.2 closing-down" close'
	account
	send_letter
	expect_exit 75
}

case_dot_of_several_lines() {
	server --on 'dot reply "554-5.7.1 first-line\n554-5.7.1 second-line\n554 5.7.1 last-line"'
	account
	send_letter
	expect_exit 69
	expect_says 'first-line' 'last-line'
}

case_dot_3yz_is_nonsense() {
	server --on 'dot reply "354 more"'
	account
	send_letter
	expect_exit 69 75 76
}

case_quit_not_answered_is_success() {
	server --on 'quit silent'
	account
	send_letter
	expect_exit 0
	expect_silence
}

case_quit_421_is_success() {
	server --on 'quit reply "421 4.3.2 no"'
	account
	send_letter
	expect_exit 0
	expect_silence
}

case_quit_reset_is_success() {
	server --on 'quit reset'
	account
	send_letter
	expect_exit 0
	expect_silence
}

case_quit_garbage_is_success() {
	server --on 'quit send "\x00\x00\x00\x1a\x00\x00\x00" close'
	account
	send_letter
	expect_exit 0
	expect_silence
}

case_qq_wants_the_senders_own_address() {
	server --on 'mail reply "501 Mail from address must be same as authorization user."'
	account
	send_letter
	expect_exit 65
	expect_says 'must be same as authorization user'
}

run_cases
