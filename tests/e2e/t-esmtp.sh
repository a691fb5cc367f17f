#!/bin/bash
# What the extensions ask for, and what happens without them.
. "$(dirname "$0")/lib.sh"

eight_bit_letter() {
	printf '%s\n' 'MIME-Version: 1.0' \
	    'Content-Type: text/plain; charset=utf-8' \
	    'Content-Transfer-Encoding: 8bit'
	letter 'Grüße aus Köln' '.' 'zwei'
}

case_size_is_told_exactly() {
	server --size 100000
	account
	{
		letter
		printf '.\n..x\nend'
	} | send -i you@example.test
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    '" SIZE=%d" % content["octets"] in mail'
}

case_size_is_not_told_unasked() {
	server
	account
	send_letter
	expect_transcript_not '^> MAIL.*SIZE'
}

case_size_above_the_limit() {
	server --size 1000
	account
	{
		letter
		seq -f '%070.0f' 100
	} | send you@example.test
	expect_exit 69
	expect_says '1000'
	expect_nothing_sent
	expect_transcript_not '^> (MAIL|DATA)'
}

case_size_zero_is_no_limit() {
	server --extensions "SIZE 0,PIPELINING"
	account
	send_letter
	expect_exit 0
}

case_size_without_a_number() {
	server --extensions "SIZE,PIPELINING"
	account
	send_letter
	expect_exit 0
}

case_size_that_is_no_number() {
	server --extensions "SIZE -5x99999999999999999999999,PIPELINING"
	account
	send_letter
	expect_exit 0
}

case_size_refused_at_mail() {
	server --size 100000 --on 'mail reply "552 5.3.4 too-large"'
	account
	send_letter
	expect_exit 69 65
	expect_says 'too-large'
}

case_the_accounts_own_limit() {
	server
	account 'max_size = 500;'
	{
		letter
		seq -f '%070.0f' 100
	} | send you@example.test
	expect_exit 65 69
	expect_nothing_sent
}

case_eight_bit_with_8bitmime() {
	server
	account
	eight_bit_letter | send -i you@example.test
	expect_exit 0
	eight_bit_letter | with_crlf >want
	expect_stored want
	expect_json "$store/envelope-1.json" '" BODY=8BITMIME" in mail'
}

case_seven_bit_needs_no_8bitmime() {
	server
	account
	send_letter
	expect_transcript_not 'BODY='
}

case_eight_bit_without_8bitmime_is_encoded() {
	server --without 8BITMIME,SMTPUTF8
	account
	eight_bit_letter | send -i you@example.test
	expect_exit 0
	expect_json "$store/envelope-1.json" 'not content["eight_bit"]' \
	    '"BODY" not in mail' 'content["longest"] <= 998'
	expect_header '^Content-Transfer-Encoding: (quoted-printable|base64)$'
	"$python" - "$store/message-1.eml" <<-'END' || fail "the text differs"
		import email, sys
		m = email.message_from_binary_file(open(sys.argv[1], "rb"))
		text = m.get_payload(decode=True).decode("utf-8")
		sys.exit(text.replace("\r\n", "\n") != "Grüße aus Köln\n.\nzwei\n")
	END
}

case_utf8_header_with_smtputf8() {
	server
	account
	letter | sed 's/a test/关于找回密码/' | send you@example.test
	expect_exit 0
	expect_json "$store/envelope-1.json" '" SMTPUTF8" in mail'
	expect_header '^Subject: 关于找回密码$'
}

case_no_smtputf8_for_ascii() {
	server
	account
	send_letter
	expect_transcript_not '^> MAIL.*SMTPUTF8'
}

case_utf8_local_part_with_smtputf8() {
	server
	account
	send 用户@example.test < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" '" SMTPUTF8" in mail' \
	    'rcpt[0]["line"] == "TO:<用户@example.test>"'
}

case_utf8_local_part_without_smtputf8() {
	server --without SMTPUTF8
	account
	send 用户@example.test < <(letter)
	expect_exit 65 69
	expect_says 'SMTPUTF8'
	expect_nothing_sent
}

case_utf8_domain_without_smtputf8() {
	server --without SMTPUTF8
	account
	send you@bücher.example < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    'rcpt[0]["line"] == "TO:<you@xn--bcher-kva.example>"'
}

case_dsn() {
	server
	account
	send -N success,failure -R hdrs -V 'id+1' you@example.test < <(letter)
	expect_exit 0
	expect_transcript '^> MAIL.* RET=HDRS' '^> MAIL.* ENVID=id\+2B1' \
	    '^> RCPT TO:<you@example\.test>.* NOTIFY=SUCCESS,FAILURE'
}

case_dsn_where_it_is_not_offered() {
	server --without DSN
	account
	send -N never -R full -V x you@example.test < <(letter)
	expect_exit 0
	expect_transcript_not 'NOTIFY=' 'RET=' 'ENVID='
}

case_reports_that_will_not_come_are_told_of() {
	server --without DSN
	account 'dsn_notify = "success";'
	send_letter
	expect_exit 0
	expect_silence
	send_letter -N never -R full
	expect_exit 0
	expect_silence
	send_letter -N success
	expect_exit 0
	expect_says 'note: sent, but 127.0.0.1 makes no delivery reports'
	send_letter -N failure --report=json
	expect_json "$dir/out" unreported 'exit == 0'
	expect_messages 4
}

case_no_parameters_after_helo() {
	server --on 'ehlo reply "500 what"'
	account
	send -N never -R full --mail-option=BODY=8BITMIME you@example.test < <(letter)
	expect_exit 0
	expect_transcript '^> MAIL FROM:<me@example\.test>$' \
	    '^> RCPT TO:<you@example\.test>$'
}

case_mail_options_by_what_is_offered() {
	server
	account
	send --mail-option=BODY=8BITMIME --mail-option=MT-PRIORITY=3 \
	    you@example.test < <(letter)
	expect_exit 0
	expect_transcript '^> MAIL.* BODY=8BITMIME'
	expect_transcript_not 'MT-PRIORITY'
}

# What the user says stands; what the message needs comes to it, once.
case_mail_options_join_what_is_needed() {
	server
	account 'mail_options = ["BODY=8BITMIME", "SMTPUTF8"];'
	send 用户@example.test < <(letter)
	expect_exit 0
	expect_transcript \
	    '^> MAIL FROM:<me@example\.test> BODY=8BITMIME SMTPUTF8$'
	send --mail-option=RET=HDRS 用户@example.test < <(letter)
	transcript 2 | grep -qE '^> MAIL .* BODY=8BITMIME SMTPUTF8 RET=HDRS$' ||
	    fail "not what is needed and what was said"
}

case_mail_options_that_must_be_kept() {
	local option
	server --without SMTPUTF8
	account
	for option in REQUIRETLS SMTPUTF8; do
		send_letter --mail-option=$option --report=json
		expect_exit 69
		expect_report 'error == "not_supported"'
	done
	expect_nothing_sent
}

case_mail_options_left_out_are_told() {
	server --without DSN
	account
	send_letter --mail-option=RET=FULL --debug-level=1
	expect_exit 0
	expect_says 'parameter RET=FULL left out'
}

case_rcpt_options() {
	server
	account
	send --rcpt-option=NOTIFY=DELAY a@example.test b@example.test < <(letter)
	expect_exit 0
	[ "$(transcript | grep -c '^> RCPT.* NOTIFY=DELAY')" -eq 2 ] ||
	    fail "not for both"
}

case_keywords_in_any_case() {
	server --extensions "pipelining,8bitmime,size 5000"
	account
	eight_bit_letter | send -i you@example.test
	expect_exit 0
	expect_turns 3
	expect_transcript '^> MAIL.* BODY=8BITMIME' '^> MAIL.* SIZE='
}

case_keywords_are_whole_words() {
	server --extensions "SIZEFOO 10,PIPELININGX,XPIPELINING"
	account
	send_letter
	expect_exit 0
	expect_flights "EHLO,MAIL,RCPT,DATA,content"
}

case_junk_among_the_keywords() {
	server --on 'ehlo reply "250-mail\n250-(junk) SIZE\n250--DSN\n250-\n250- \n250-X=?\n250 PIPELINING"'
	account
	send_letter
	expect_exit 0
	expect_flights "EHLO,MAIL RCPT DATA,content"
	expect_transcript '^> MAIL FROM:<me@example\.test>$'
}

case_the_first_line_is_no_keyword() {
	server --on 'ehlo reply "250-PIPELINING\n250 HELP"'
	account
	send_letter
	expect_exit 0
	expect_flights "EHLO,MAIL,RCPT,DATA,content"
}

case_long_lines_are_not_sent_as_such() {
	server
	account
	{
		letter
		head -c 3000 /dev/zero | tr '\0' y
		echo
	} | send you@example.test
	expect_exit 0
	expect_json "$store/envelope-1.json" 'content["longest"] <= 998'
}

run_cases
