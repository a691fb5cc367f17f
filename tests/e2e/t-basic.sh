#!/bin/bash
# Plain sending: what arrives is what was given, but for what was promised.
. "$(dirname "$0")/lib.sh"

case_a_message_arrives() {
	server
	account
	send_letter
	expect_exit 0
	expect_silence
	letter | with_crlf >want
	expect_stored want
	expect_commands "EHLO MAIL RCPT DATA content QUIT"
}

case_verbs_in_upper_case() {
	server
	account
	send_letter
	expect_transcript '^> EHLO [^ ]+$' '^> MAIL FROM:<me@example\.test>' \
	    '^> RCPT TO:<you@example\.test>$' '^> DATA$' '^> QUIT$'
}

case_several_recipients_in_order() {
	server
	account
	send c@example.test a@example.test b@example.test < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    '[r["line"] for r in rcpt] == ["TO:<%s@example.test>" % c for c in "cab"]'
}

case_a_recipient_twice_is_one() {
	server
	account
	send a@example.test a@EXAMPLE.test A@example.test < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" 'len(rcpt) == 2'
}

case_a_hundred_recipients() {
	server
	account
	# shellcheck disable=SC2046
	send $(seq -f 'r%g@example.test' 100) < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" 'len(rcpt) == 100'
	expect_messages 1
}

case_recipients_beyond_the_servers_limit() {
	server --max-recipients 10
	account
	# shellcheck disable=SC2046
	send $(seq -f 'r%g@example.test' 25) < <(letter)
	expect_exit 0
	expect_messages 3
}

case_sender_from_the_option() {
	server
	account
	send -f other@example.test you@example.test < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    'mail.startswith("FROM:<other@example.test>")'
}

case_the_null_sender() {
	server
	account
	send -f '<>' you@example.test < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mail.startswith("FROM:<>")'
}

case_the_null_sender_as_empty_text() {
	server
	account
	send -f '' you@example.test < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mail.startswith("FROM:<>")'
}

case_display_name_stripped_from_envelope() {
	server
	account
	send 'You <you@example.test>' < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    'rcpt[0]["line"] == "TO:<you@example.test>"'
}

case_quoted_local_part() {
	server
	account
	send '"a b"@example.test' < <(letter)
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    'rcpt[0]["line"] == "TO:<\"a b\"@example.test>"'
}

case_lf_becomes_crlf() {
	server
	account
	send you@example.test < <(letter one two three)
	expect_exit 0
	expect_json "$store/envelope-1.json" 'content["bare_lf"] == 0' \
	    'content["bare_cr"] == 0'
}

case_crlf_is_not_doubled() {
	server
	account
	letter one two | with_crlf >message
	send you@example.test <message
	expect_exit 0
	expect_stored message
}

case_mixed_line_ends() {
	server
	account
	{
		letter one
		printf 'two\r\nthree\r\r\nfour\n'
	} | send you@example.test
	printf 'one\r\ntwo\r\nthree\r\nfour\r\n' >want
	expect_body want
}

case_a_lone_cr_never_leaves() {
	server
	account
	{
		letter one
		printf 'a\rb\r.\rc\n'
	} | send you@example.test
	expect_exit 0
	expect_json "$store/envelope-1.json" 'content["bare_cr"] == 0' \
	    'content["bare_lf"] == 0'
	expect_messages 1
}

case_a_lone_cr_in_the_header_is_no_line_end() {
	server
	account
	printf 'Subject: x\rBcc: secret@example.test\n\nhello\n' |
	    send you@example.test
	expect_exit 0
	expect_no_header '^Bcc:'
	expect_json "$store/envelope-1.json" 'len(rcpt) == 1' \
	    'content["bare_cr"] == 0'
}

case_smuggled_ends_of_content() {
	local end
	server
	account
	for end in '\n.\r\n' '\n.\n' '\r\n.\n' '\r.\r' '\r\n.\r' '\r.\r\n'; do
		{
			letter one
			printf 'x%bMAIL FROM:<evil@example.test>\r\n' "$end"
		} | send -i you@example.test
		expect_exit 0
	done
	expect_messages 6
	! transcripts | grep -q '^> MAIL FROM:<evil' || fail "a smuggled MAIL"
}

case_dots_are_stuffed() {
	server
	account
	printf '.\n..\n.x\nx.\n...\n.\n' >dots
	{
		letter one
		cat dots
	} | send -i you@example.test
	{ echo one && cat dots; } | with_crlf >want
	expect_exit 0
	expect_body want
	expect_json "$store/envelope-1.json" 'content["stuffed"] == 5'
}

case_a_lone_dot_ends_the_message() {
	server
	account
	{
		letter one
		printf '.\nrest\n'
		head -c 300000 /dev/zero | tr '\0' x
	} | send you@example.test
	printf 'one\r\n' >want
	expect_exit 0
	expect_body want
}

case_a_dot_as_first_line_of_the_body() {
	server
	account
	letter .first | send -i you@example.test
	printf '.first\r\n' >want
	expect_body want
}

case_no_final_newline() {
	server
	account
	letter | head -c -1 | send you@example.test
	letter | with_crlf >want
	expect_stored want
}

case_an_empty_body() {
	server
	account
	letter | sed '/^$/q' | send you@example.test
	expect_exit 0
	: >want
	expect_body want
}

case_an_empty_message() {
	server
	account
	send you@example.test </dev/null
	expect_exit 0
	expect_messages 1
	expect_header '^From: .*me@example\.test' '^Date: ' '^Message-ID: <'
}

case_closed_standard_input() {
	server
	account
	send you@example.test <&-
	expect_exit 0
	expect_messages 1
}

# What is opened in their place must not be written to, or the wire would be.
case_no_standard_descriptor_is_open() {
	server
	account
	status=0
	"$sendoff" -C "$dir/sendoff.conf" --debug-level=3 you@example.test \
	    <&- >&- 2>&- || status=$?
	expect_exit 0
	expect_messages 1
	expect_transcript_not '^> .*\*'
}

case_no_home_at_all() {
	server
	account
	status=0
	letter | env -u HOME -u XDG_CONFIG_HOME "$sendoff" \
	    -C "$dir/sendoff.conf" you@example.test || status=$?
	expect_exit 0
}

case_a_full_disk() {
	needs_root
	server
	account
	mkdir small
	head -c 2000000 /dev/zero | tr '\0' x | fold -w 70 >message
	# shellcheck disable=SC2016
	status=0
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs -o size=300k none small &&
	    TMPDIR=$PWD/small exec "$@"' sh "$sendoff" -C "$dir/sendoff.conf" \
	    you@example.test <message 2>"$dir/err" || status=$?
	expect_exit 74
	expect_says 'No space left on device'
	expect_no_connection
}

case_dots_at_every_buffer_boundary() {
	server
	account
	letter one >message
	# Lines of every length up to 130, each followed by one with a dot.
	awk 'BEGIN { for (i = 0; i < 130; i++) {
		s = ""; for (j = 0; j < i; j++) s = s "x"
		for (k = 0; k < 9; k++) print s "\n." s } }' >>message
	send -i you@example.test <message
	expect_exit 0
	with_crlf <message >want
	expect_stored want
}

case_a_megabyte() {
	server
	account
	letter one >message
	seq -f '%040.0f.' 25000 >>message
	send you@example.test <message
	expect_exit 0
	with_crlf <message >want
	expect_stored want
}

case_header_order_case_and_folding_untouched() {
	server
	account
	printf '%s\n' 'x-One: 1' 'subJECT:   odd    blanks' \
	    'From: me@example.test' 'X-Folded: a' '    b' '	c' \
	    'DATE: Sun, 22 Nov 2026 19:14:37 +0800' \
	    'Message-Id: <2@example.test>' 'x-One: 2' '' 'hello' >message
	send you@example.test <message
	expect_exit 0
	with_crlf <message >want
	expect_stored want
}

case_eight_bit_body_untouched() {
	server
	account
	letter '你好' 'Grüße' >message
	sed -i '1iMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit' message
	send you@example.test <message
	expect_exit 0
	with_crlf <message >want
	expect_stored want
	expect_json "$store/envelope-1.json" '"BODY=8BITMIME" in mail.upper()'
}

case_every_octet_but_nul() {
	local i
	server
	account
	letter one >message
	sed -i '1iMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit' message
	for ((i = 1; i < 256; i++)); do
		# shellcheck disable=SC2059
		[ "$i" -eq 10 ] || [ "$i" -eq 13 ] || printf "\\x$(printf %x "$i")"
	done >>message
	echo >>message
	send you@example.test <message
	expect_exit 0
	with_crlf <message >want
	expect_stored want
}

case_nul_never_leaves() {
	server
	account
	{
		letter one
		printf 'a\0b\n'
	} | send you@example.test
	expect_exit 0
	expect_json "$store/envelope-1.json" 'content["nul"] == 0'
}

case_missing_fields_are_added() {
	server
	account
	printf 'Subject: x\n\nhello\n' | send you@example.test
	expect_exit 0
	expect_header '^From: .*me@example\.test' \
	    '^Date: [A-Z][a-z]{2}, [ 0-9]{1,2} [A-Z][a-z]{2} 20[0-9]{2} [0-9:]{8} [+-][0-9]{4}$' \
	    '^Message-ID: <[^ <>@]+@[^ <>@]+>$'
}

case_bcc_is_removed() {
	server
	account
	printf 'From: me@example.test\nBcc: a@example.test,\n b@example.test\nTo: you@example.test\n\nhello\n' |
	    send you@example.test
	expect_exit 0
	expect_no_header '^bcc' '[ ,]b@example'
	expect_json "$store/envelope-1.json" 'len(rcpt) == 1'
}

case_an_mbox_line_is_removed() {
	server
	account
	{
		echo 'From me Sun Nov 22 19:14:37 2026'
		letter
	} | send you@example.test
	letter | with_crlf >want
	expect_stored want
}

case_the_hello_name_is_sound() {
	server
	account
	send_letter
	expect_json "$store/envelope-1.json" \
	    '__import__("re").fullmatch(r"EHLO (\[[0-9a-fA-F.:IPv]+\]|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)", hello)'
}

case_the_hello_name_as_configured() {
	server
	account 'ehlo_name = "client.example.org";'
	send_letter
	expect_transcript '^> EHLO client\.example\.org$'
}

case_the_hello_name_as_option() {
	server
	account
	send_letter --ehlo-name=opt.example.org
	expect_transcript '^> EHLO opt\.example\.org$'
}

# A host's name without a domain is none for EHLO.
case_the_hello_name_of_a_host_without_domain() {
	needs_root
	server
	account
	# shellcheck disable=SC2016
	letter | unshare -u sh -c 'hostname lonely &&
	    exec "$0" -C sendoff.conf you@example.test' "$sendoff" 2>err
	status=${PIPESTATUS[1]}
	expect_exit 0
	expect_transcript '^> EHLO \[127\.0\.0\.1\]$'
}

case_the_hello_name_of_a_host_with_domain() {
	needs_root
	server
	account
	# shellcheck disable=SC2016
	letter | unshare -u sh -c 'hostname shop.example.org &&
	    exec "$0" -C sendoff.conf you@example.test' "$sendoff" 2>err
	status=${PIPESTATUS[1]}
	expect_exit 0
	expect_transcript '^> EHLO shop\.example\.org$'
}

case_an_account_from_options_alone() {
	server
	(cd / && run_sendoff --host=127.0.0.1 --port="$port" --tls=off \
	    --auth=off --from=me@example.test you@example.test < <(letter))
	status=$(<status)
	expect_exit 0
	expect_messages 1
}

case_pretend_sends_nothing() {
	server
	account
	send_letter --pretend
	expect_exit 0
	expect_no_connection
	grep -q 'you@example.test' out || fail "no envelope shown"
	grep -q 'Subject: a test' out || fail "no message shown"
}

run_cases
