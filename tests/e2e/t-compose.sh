#!/bin/bash
# Messages that are made here: the standard input is the body.
. "$(dirname "$0")/lib.sh"

# compose ARGUMENT...: the body is standard input, the recipient bob.
compose() {
	server
	account
	send "$@" bob@example.net
}

# expect_composed EXPRESSION...: of the message, as Python reads it.
expect_composed() {
	[ "$status" -eq 0 ] || fail "exit status $status"
	expect_silence
	"$python" "$here/composed.py" "$store/message-1.eml" "$@" \
	    >"$dir/composed" 2>&1 || fail "$(tail -n 5 "$dir/composed")"
}

# expect_usage TEXT ARGUMENT...: refused, and nobody was called.
expect_usage() {
	local text=$1
	shift
	send "$@" bob@example.net <<<hi
	expect_exit 64
	expect_says "$text"
}

# ---- text ----------------------------------------------------------------------

case_ascii() {
	compose --subject='hello there' <<<$'hi\n.\n.dot\nFrom me'
	expect_composed 'm["Subject"] == "hello there"' \
	    'm["To"] == "bob@example.net"' 'm["MIME-Version"] == "1.0"' \
	    'm["Content-Type"] == "text/plain; charset=\"us-ascii\""' \
	    'm["Content-Transfer-Encoding"] == "7bit"' \
	    'm["Date"].datetime' 'm["Message-ID"].endswith("@example.test>")' \
	    'm["From"].addresses[0].addr_spec == "me@example.test"' \
	    'text(m) == "hi\n.\n.dot\nFrom me\n"' 'len(m.keys()) == 8'
}

case_chinese() {
	compose --subject=关于找回密码的测试邮件 --from='爱丽丝 <alice@example.org>' \
	    --to='鲍勃 <bob@example.net>' \
	    <<<$'你好，\n这是一封由命令行发送的邮件。\n.点开头的行'
	expect_composed 'm["Subject"] == "关于找回密码的测试邮件"' \
	    'names("From") == [("爱丽丝", "alice@example.org")]' \
	    'names("To") == [("鲍勃", "bob@example.net"), ("", "bob@example.net")]' \
	    'm.get_content_charset() == "utf-8"' \
	    'm["Content-Transfer-Encoding"] == "base64"' \
	    'text(m) == "你好，\n这是一封由命令行发送的邮件。\n.点开头的行\n"'
	expect_transcript '^> MAIL FROM:<alice@example.org>'
}

case_mostly_ascii_is_quoted_printable() {
	compose --subject=x <<<$'Grüße aus Köln, und noch etwas mehr Text \nFrom x\n.y'
	expect_composed 'm["Content-Transfer-Encoding"] == "quoted-printable"' \
	    'text(m) == "Grüße aus Köln, und noch etwas mehr Text \nFrom x\n.y\n"' \
	    'b"=20\r\n=46rom x\r\n=2Ey\r\n" in raw'
}

case_a_line_that_is_too_long() {
	head -c 1200 /dev/zero | tr '\0' x >long
	compose --subject=x <long
	expect_composed 'm["Content-Transfer-Encoding"] == "quoted-printable"' \
	    'm.get_content_charset() == "us-ascii"' \
	    'text(m) == 1200 * "x" + "\n"'
}

case_nul_and_bare_cr() {
	printf 'a\0b\rc\r\nd' | compose --subject=x
	expect_composed 'm.get_content_charset() == "us-ascii"' \
	    'm.get_payload(decode=True) == b"a\0b\r\nc\r\nd\r\n"'
}

case_no_body_at_all() {
	compose --subject=x </dev/null
	expect_composed 'text(m) == ""' \
	    'm["Content-Transfer-Encoding"] == "7bit"'
}

case_a_text_larger_than_memory() {
	"$python" -c 'print("für die Datei, Zeile um Zeile\n" * 40000, end="")' >text
	compose --subject=x <text
	expect_composed 'text(m) == open("text", encoding="utf-8").read()' \
	    'm["Content-Transfer-Encoding"] == "quoted-printable"'
	send --subject=x bob@example.net < <("$python" -c 'print("汉字行\n" * 60000)')
	expect_exit 0
	"$python" "$here/composed.py" "$store/message-2.eml" \
	    'text(m) == "汉字行\n" * 60000 + "\n"' || fail "the second"
}

case_a_leading_field_is_text() {
	compose --subject=x <<<$'Bcc: evil@example.com\n\ntext'
	expect_composed 'text(m) == "Bcc: evil@example.com\n\ntext\n"'
	expect_transcript_not 'evil'
}

# ---- charsets --------------------------------------------------------------------

case_text_that_is_not_utf_8() {
	server
	account
	printf 'Gr\xfc\xdfe' | send --subject=x bob@example.net
	expect_exit 65
	expect_says 'byte 3 of the body is not UTF-8' 'charset=NAME'
	printf 'abc\xe4\xb8' | send --subject=x bob@example.net
	expect_exit 65
	expect_says 'byte 4 of the body is not UTF-8'
	expect_no_connection
}

case_text_keeps_the_charset_it_is_said_to_have() {
	compose --charset=GBK --subject=hi < <(printf '\xd6\xd0\xce\xc4\n.\n')
	expect_composed 'm.get_content_charset() == "gbk"' \
	    'm.get_payload(decode=True) == b"\xd6\xd0\xce\xc4\r\n.\r\n"' \
	    'text(m) == "中文\n.\n"'
}

case_seven_bit_charsets_are_not_ascii() {
	compose --charset=ISO-2022-JP --subject=hi \
	    < <(printf '\033\44B\44"\033(B\n')
	expect_composed 'm.get_content_charset() == "iso-2022-jp"' \
	    'text(m) == "あ\n"'
}

case_ascii_in_any_charset_is_ascii() {
	compose --charset=ISO-8859-1 --subject=hi <<<plain
	expect_composed 'm.get_content_charset() == "us-ascii"'
}

case_utf_16_becomes_utf_8() {
	compose --charset=UTF-16 --subject=中 \
	    < <("$python" -c 'import sys; sys.stdout.buffer.write("Ĥello\n中\n".encode("utf-16"))')
	expect_composed 'm.get_content_charset() == "utf-8"' \
	    'text(m) == "Ĥello\n中\n"' 'm["Subject"] == "中"'
}

case_text_that_is_not_of_its_charset() {
	server
	account
	printf 'ab\xd6\xd0\xff\xff' | send --charset=GBK --subject=x bob@example.net
	expect_exit 65
	expect_says 'byte 5 of the body is not GBK'
	expect_no_connection
}

case_options_are_in_the_charset_of_the_locale() {
	compose --charset=GBK --subject=中文 --to='中 <x@example.net>' \
	    < <(printf '\xd6\xd0\xce\xc4\n')
	expect_composed 'm["Subject"] == "中文"' \
	    'names("To")[0] == ("中", "x@example.net")' 'text(m) == "中文\n"'
}

case_options_that_are_not_of_their_charset() {
	server
	account
	expect_usage 'byte 1 of --subject is not UTF-8' --subject=$'\xd6\xd0'
	expect_usage "unknown charset 'klingon'" --charset=klingon
	expect_usage "unknown charset 'UTF-8//IGNORE'" --charset=UTF-8//IGNORE
	expect_no_connection
}

case_no_locale_means_utf_8() {
	LC_ALL=C compose --subject=中文 <<<Grüße
	expect_composed 'm["Subject"] == "中文"' 'text(m) == "Grüße\n"'
}

# ---- the header -------------------------------------------------------------------

case_one_thousand_messages_are_what_they_were() {
	port=1
	account
	"$python" "$here/compose.py" 1000 "$sendoff" -C "$dir/sendoff.conf" \
	    >said || fail "$(head -c 2000 said)"
	tail -n 1 said
}

case_a_long_chinese_subject() {
	local subject
	subject=$(printf '关于找回密码的测试邮件，%.0s' 1 2 3 4 5 6 7 8)
	compose --subject="$subject" <<<hi
	expect_composed "m['Subject'] == '$subject'" \
	    'b"\r\nSubject: =?UTF-8?B?" in raw'
}

case_a_long_ascii_subject_is_folded() {
	local subject
	subject=$(printf 'nine words that are all plain ASCII, and more %.0s' 1 2 3 4)
	compose --subject="$subject" <<<hi
	expect_composed "m['Subject'] == '${subject% }'" 'b"=?" not in raw'
}

case_a_word_longer_than_any_line() {
	head -c 1500 /dev/zero | tr '\0' x >word
	compose --subject="$(<word)" <<<hi
	expect_composed 'm["Subject"] == 1500 * "x"'
}

case_a_subject_that_looks_encoded() {
	compose --subject='=?UTF-8?Q?no?= really' <<<hi
	expect_composed 'm["Subject"] == "=?UTF-8?Q?no?= really"'
}

case_display_names() {
	compose --to='"Smith, J." <a@x.example>, (Comment) b@x.example' \
	    --to='李四 <c@x.example>' --cc='"quo\"te" <d@x.example>' \
	    --reply-to='王五 <e@x.example>' --subject=x <<<hi
	expect_composed \
	    'names("To")[0] == ("Smith, J.", "a@x.example")' \
	    'names("To")[2] == ("李四", "c@x.example")' \
	    'names("To")[3] == ("", "bob@example.net")' \
	    'names("Cc") == [("quo\"te", "d@x.example")]' \
	    'names("Reply-To") == [("王五", "e@x.example")]'
	expect_transcript 'RCPT TO:<a@x.example>' 'RCPT TO:<d@x.example>'
	expect_transcript_not 'RCPT TO:<e@x.example>'
}

case_cc_and_bcc() {
	server
	account
	send --subject=x --to=a@x.example --cc=b@x.example \
	    --bcc='c@x.example, d@x.example' --bcc=e@x.example <<<hi
	expect_composed 'm["To"] == "a@x.example"' 'm["Cc"] == "b@x.example"' \
	    'm["Bcc"] is None' 'b"c@x.example" not in raw'
	expect_transcript 'RCPT TO:<c@x.example>' 'RCPT TO:<d@x.example>' \
	    'RCPT TO:<e@x.example>'
}

case_recipients_that_nobody_sees() {
	server
	account
	send --subject=x --to='undisclosed-recipients:;' --bcc=c@x.example <<<hi
	expect_composed 'm["To"] == "undisclosed-recipients:;"'
	expect_transcript 'RCPT TO:<c@x.example>'
}

case_nobody_to_send_to() {
	server
	account
	send --subject=x <<<hi
	expect_exit 64
	expect_says 'no recipient' '--to'
	expect_no_connection
}

case_one_bad_address_stops_it_all() {
	server
	account
	send --subject=x --to='a@x.example, b@' c@x.example <<<hi
	expect_exit 65
	expect_says "--to: malformed address 'b@'"
	expect_no_connection
}

case_an_international_domain() {
	compose --subject=x --to='Jörg <a@bücher.example>' <<<hi
	expect_composed 'names("To")[0] == ("Jörg", "a@xn--bcher-kva.example")'
}

case_more_fields() {
	compose --subject=x --header='X-Note: Grüße' --header=$'X-Tab:\ta\tb' \
	    --header='In-Reply-To: <1@x.example>' --header='x-note: again' \
	    --header='Date: Sun, 22 Nov 2026 19:14:37 +0800' \
	    --header='Sender: 李 <s@x.example>' --header='X-Empty:' <<<hi
	expect_composed 'm.get_all("X-Note") == ["Grüße", "again"]' \
	    'm["X-Tab"] == "a b"' 'm["In-Reply-To"] == "<1@x.example>"' \
	    'm["Date"] == "Sun, 22 Nov 2026 19:14:37 +0800"' \
	    'names("Sender") == [("李", "s@x.example")]' \
	    'm["X-Empty"] == ""' 'len(m.get_all("Date")) == 1'
}

case_a_from_of_ones_own() {
	compose --subject=x --header='From: 王 <w@x.example>' -f me@example.test <<<hi
	expect_composed 'names("From") == [("王", "w@x.example")]' \
	    'len(m.get_all("From")) == 1'
	expect_transcript 'MAIL FROM:<me@example.test>'
}

case_fields_that_cannot_be_given() {
	server
	account
	expect_usage 'Content-Type cannot be given' --header='Content-Type: x/y'
	expect_usage 'MIME-Version cannot' --header='mime-version: 1.0'
	expect_usage 'Resent-To cannot' --header='Resent-To: a@x.example'
	expect_usage 'Subject is there already' --subject=x --header='Subject: y'
	expect_usage 'Subject is there already' --subject=x --subject=y
	expect_usage 'To is there already' --header='To: a@x.example'
	expect_usage 'From is there already' --header='From: a@x.example' \
	    --from='B <b@x.example>'
	expect_usage 'does not take' --header='no colon'
	expect_usage 'does not take' --header=': no name'
	expect_usage 'does not take' --header='a b: c'
	expect_usage 'does not take' --header='ü: c'
	expect_usage 'Message-ID cannot hold' --header='Message-ID: <ü@x>'
	expect_usage 'names nobody' --cc=''
	expect_usage 'names nobody' --cc=' , '
	expect_no_connection
}

case_nothing_can_be_smuggled_into_the_header() {
	local option
	server
	account
	for option in --subject --to --cc --bcc --reply-to --attach-name --html \
	    --attach --attach-type --charset --from; do
		send --attach=/dev/null "$option"=$'a@x.example\nBcc: evil@x.example' \
		    bob@example.net <<<hi
		expect_exit 64
		expect_says 'control character'
		send --attach=/dev/null "$option"=$'a@x.example\rBcc: evil@x.example' \
		    bob@example.net <<<hi
		expect_exit 64
	done
	expect_usage 'control character' --header=$'X: a\nBcc: evil@x.example'
	expect_usage 'control character' --header=$'X\r\nY: a'
	expect_usage 'control character' --subject=$'C1 \u009b2J'
	send --subject=x $'a@x.example\nb@x.example' <<<hi
	expect_exit 64
	expect_no_connection
}

# ---- files --------------------------------------------------------------------------

case_an_attachment() {
	head -c 70000 /dev/urandom >'my report.pdf'
	compose --subject=x --attach='my report.pdf' <<<hi
	expect_composed 'm.get_content_type() == "multipart/mixed"' \
	    'text(parts[0]) == "hi\n"' \
	    'parts[1].get_content_type() == "application/pdf"' \
	    'parts[1].get_filename() == "my report.pdf"' \
	    'parts[1].get_content_disposition() == "attachment"' \
	    'parts[1].get_content() == open("my report.pdf", "rb").read()' \
	    'len(m.get_boundary()) <= 70' 'len(parts) == 2'
}

case_attachments_with_names_of_all_kinds() {
	mkdir -p 目录
	: >目录/季度报告.pdf
	compose --subject=x --attach=目录/季度报告.pdf \
	    --attach=/dev/null --attach-name='/path/of "quotes" \.txt' \
	    --attach=/dev/null --attach-name="$(printf '很长的名字%.0s' 1 2 3 4 5 6 7).zip" \
	    --attach-type=application/x-mine \
	    --attach=/dev/null --attach-name='a  b =?UTF-8?Q?x?=' <<<hi
	expect_composed 'parts[1].get_filename() == "季度报告.pdf"' \
	    'parts[1].get_content_type() == "application/pdf"' \
	    "parts[2].get_filename() == 'of \"quotes\" \\\\.txt'" \
	    'parts[3].get_filename() == 7 * "很长的名字" + ".zip"' \
	    'parts[3].get_content_type() == "application/x-mine"' \
	    'parts[4].get_filename() == "a  b =?UTF-8?Q?x?="' \
	    "b\"filename*=utf-8''%E5%AD%A3\" in raw" \
	    "b\"filename*0*=utf-8''\" in raw" \
	    'all(len(l) <= 78 for l in raw.split(b"\r\n"))'
}

case_text_attachments_have_a_charset_if_it_is_certain() {
	echo plain >a.txt
	printf '%16383s中\n' '' >b.txt
	printf 'Gr\xfc\xdfe\n' >c.txt
	compose --subject=x --attach=a.txt --attach=b.txt --attach=c.txt <<<hi
	expect_composed \
	    'parts[1]["Content-Type"] == "text/plain; charset=\"us-ascii\""' \
	    'parts[2].get_content_charset() == "utf-8"' \
	    'parts[3].get_content_charset() is None' \
	    'parts[2].get_payload(decode=True) == open("b.txt", "rb").read()'
}

case_a_message_is_attached_as_octets() {
	letter >a.eml
	compose --subject=x --attach=a.eml <<<hi
	expect_composed \
	    'parts[1].get_content_type() == "application/octet-stream"' \
	    'parts[1].get_content() == open("a.eml", "rb").read()'
	expect_usage 'no file can be attached as .message/rfc822' \
	    --attach=a.eml --attach-type=message/rfc822
	expect_usage 'is no media type' --attach=a.eml --attach-type=text
}

case_the_standard_input_is_attached() {
	head -c 100000 /dev/urandom >data
	compose --subject=x --attach=- --attach-name=dump.gz <data
	expect_composed 'len(parts) == 1' \
	    'parts[0].get_filename() == "dump.gz"' \
	    'parts[0].get_content() == open("data", "rb").read()'
	expect_usage 'can be but one part' --attach=- --attach=-
	expect_usage 'can be but one part' --attach=- --html=-
}

case_pipes_are_attached() {
	compose --subject=x --attach=<(seq 1 20000) --attach=<(seq 5) \
	    --attach-name=five.txt <<<hi
	seq 1 20000 >want
	expect_composed 'parts[1].get_content() == open("want", "rb").read()' \
	    'parts[1].get_filename() is None' \
	    'parts[2].get_filename() == "five.txt"' \
	    'text(parts[2]) == "1\n2\n3\n4\n5\n"'
}

case_an_empty_file() {
	compose --subject=x --attach=/dev/null --attach-name=empty.bin </dev/null
	expect_composed 'parts[1].get_content() == b""' 'len(parts) == 2'
}

case_a_file_that_is_not_there() {
	server
	account
	send --subject=x --attach=nothing.pdf bob@example.net <<<hi
	expect_exit 66
	expect_says "cannot read 'nothing.pdf': No such file"
	send --subject=x --attach=. bob@example.net <<<hi
	expect_exit 66
	expect_says "cannot read '\\.': Is a directory"
	send --subject=x --html=nothing.html bob@example.net <<<hi
	expect_exit 66
	expect_no_connection
}

case_a_file_that_cannot_be_read_to_its_end() {
	server
	account
	send --subject=x --attach=/proc/self/mem bob@example.net <<<hi
	expect_exit 74
	expect_says "cannot read '/proc/self/mem'"
	expect_no_connection
}

case_attachments_want_something_to_name() {
	server
	account
	expect_usage 'no --attach stands before --attach-name' --attach-name=x
	expect_usage 'no --attach stands before --attach-type' \
	    --attach-type=text/plain --attach=/dev/null
}

case_twenty_megabytes_in_constant_memory() {
	local peak most=40000
	! grep -q __asan_init "$sendoff" || most=4000000
	server
	account 'timeout = "60s";'
	head -c 20000000 /dev/urandom >big
	"$python" - "$dir/peak" "$sendoff" -C "$dir/sendoff.conf" --subject=x \
	    --attach=big bob@example.net <<-'END'
		import resource, subprocess, sys
		p = subprocess.run(sys.argv[2:], input=b"hi\n")
		peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		open(sys.argv[1], "w").write(f"{peak}")
		sys.exit(p.returncode)
	END
	status=$?
	expect_exit 0
	peak=$(<"$dir/peak")
	[ "$peak" -lt "$most" ] || fail "$peak kB"
	"$python" - "$store/message-1.eml" <<-'END' || fail "it differs"
		import email, sys
		m = email.message_from_binary_file(open(sys.argv[1], "rb"))
		data = m.get_payload()[1].get_payload(decode=True)
		sys.exit(data != open("big", "rb").read())
	END
}

# ---- HTML -----------------------------------------------------------------------------

case_the_body_is_html() {
	compose --subject=x --html=- <<<'<p>Grüße</p>'
	expect_composed 'm.get_content_type() == "text/html"' \
	    'text(m) == "<p>Grüße</p>\n"'
}

case_text_and_html() {
	echo '<p>你好</p>' >a.html
	compose --subject=x --html=a.html <<<你好
	expect_composed 'm.get_content_type() == "multipart/alternative"' \
	    '[p.get_content_type() for p in parts] == ["text/plain", "text/html"]' \
	    'text(parts[0]) == "你好\n"' 'text(parts[1]) == "<p>你好</p>\n"'
}

case_text_and_html_and_files() {
	echo '<p>hi</p>' >a.html
	compose --subject=x --html=a.html --attach=a.html <<<hi
	expect_composed 'm.get_content_type() == "multipart/mixed"' \
	    '[p.get_content_type() for p in m.walk()] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/html"]' \
	    'text(parts[0]) == "hi\n"' 'text(parts[1]) == "<p>hi</p>\n"' \
	    'parts[2].get_filename() == "a.html"'
}

case_html_that_is_not_utf_8() {
	server
	account
	printf '<p>\xff' >a.html
	send --subject=x --html=a.html bob@example.net <<<hi
	expect_exit 65
	expect_says 'byte 4 of a.html is not UTF-8'
	expect_no_connection
}

# ---- with other options -------------------------------------------------------------------

case_it_is_shown_with_pretend() {
	port=1
	account
	send --pretend --subject=Grüße --attach=/dev/null bob@example.net <<<hi
	expect_exit 0
	grep -q '^recipient = <bob@example.net>' "$dir/out" || fail "no envelope"
	grep -q '^Subject: =?UTF-8?B?R3LDvMOfZQ==?=' "$dir/out" ||
	    fail "no subject"
}

case_there_is_no_header_to_be_read() {
	server
	account
	for option in -t -G --read-envelope-from; do
		send "$option" --subject=x --cc=c@x.example <<<hi
		expect_exit 64
	done
	expect_no_connection
}

# saved TEXT: the text is in dead.letter, and the report says so.
saved() {
	expect_says 'saved in .*dead.letter'
	grep -qaF "$1" "$HOME/dead.letter" || fail "it was not saved"
	grep -q '^X-Unsent-To: bob@example.net' "$HOME/dead.letter" ||
	    fail "nobody is named"
	grep -q '^Subject: x' "$HOME/dead.letter" || fail "no subject"
}

case_text_that_cannot_be_sent_is_saved() {
	server
	account
	printf 'precious \xff text\nand more\n' | send --subject=x bob@example.net
	expect_exit 65
	saved $'precious \xff text'
	saved 'and more'
	rm "$HOME/dead.letter"
	printf 'precious\n' | send --subject=x --attach=/nowhere bob@example.net
	expect_exit 66
	saved precious
	rm "$HOME/dead.letter"
	printf 'precious\n' |
	    send --subject=x --attach=/proc/self/mem bob@example.net
	expect_exit 74
	saved precious
	rm "$HOME/dead.letter"
	printf 'precious\n' | send --subject=x --cc=b@@x bob@example.net
	expect_exit 65
	saved precious
	rm "$HOME/dead.letter"
	printf 'precious\n' | send --subject=$'x\ny' bob@example.net
	expect_exit 64
	[ ! -e "$HOME/dead.letter" ] || fail "saved after a usage error"
	expect_no_connection
}

case_who_will_not_get_it_is_told() {
	server
	account
	send --report=json --subject=x --cc='C <c@x.example>' \
	    --attach=/nowhere bob@example.net <<<hi
	expect_exit 66
	expect_json "$dir/out" 'len(recipients) == 2' \
	    'recipients[0]["status"] == "pending"'
}

case_a_name_with_a_comma_wants_quotes() {
	server
	account
	send --subject=x --to='Smith, John <js@x.example>' <<<hi
	expect_exit 64
	expect_says "'Smith' has no domain" 'wants quotes'
	expect_no_connection
	compose --to='"Smith, John" <js@x.example>, root' <<<hi
	expect_composed 'names("To")[0] == ("Smith, John", "js@x.example")'
}

case_a_closed_input_is_no_text() {
	server
	account
	send --subject=x bob@example.net <&-
	expect_exit 74
	expect_no_connection
}

case_another_name_for_the_input() {
	server
	account
	printf payload | send --subject=x --attach=/dev/stdin bob@example.net
	expect_exit 64
	expect_says 'is the standard input' 'say -'
	expect_no_connection
}

case_a_text_that_is_written_meanwhile() {
	: >log.txt
	(sleep 0.5; printf 'Grüße\n' >log.txt; printf hi) |
	    compose --subject=x --attach=log.txt
	expect_composed 'parts[1].get_content_charset() == "utf-8"'
}

case_an_international_address_in_the_header() {
	server --without SMTPUTF8
	account
	send --subject=x --reply-to='李 <用户@x.example>' bob@example.net <<<hi
	expect_exit 69
	expect_says 'needs SMTPUTF8'
	expect_messages 0
}

case_a_charset_with_a_name_of_its_own() {
	compose --charset=8859_1 --subject=hi < <(printf 'caf\xe9\n')
	expect_composed 'm.get_content_charset() == "utf-8"' \
	    'text(m) == "café\n"'
}

case_composing_is_sending() {
	server
	account
	for action in --check -bp -bs -bv --server-info --help --version; do
		send "$action" --subject=x </dev/null
		expect_exit 64
	done
	expect_no_connection
}

case_sendmail_attaches_no_files() {
	server
	account
	ln -s "$sendoff" sendmail
	for option in --attach=/etc/passwd --html=/etc/passwd; do
		sendoff=./sendmail send "$option" bob@example.net <<<hi
		expect_exit 64
		expect_says "${option%%=*} is not taken under the name sendmail"
	done
	expect_no_connection
	! grep -q root: "$dir/out" || fail "it was read"
}

case_an_operand_that_is_no_alias() {
	server
	account
	echo 'bob: robert@x.example' >aliases
	send --subject=x --aliases=aliases '\bob' bob2@x.example <<<hi
	expect_composed 'm["To"] == "bob@example.test, bob2@x.example"'
	expect_transcript 'RCPT TO:<bob@example.test>'
	expect_transcript_not 'robert'
}

case_the_account_gives_the_name() {
	server
	account 'from_name = "王小二";'
	send --subject=x bob@example.net <<<hi
	expect_composed 'names("From") == [("王小二", "me@example.test")]'
	send --subject=x --from='李四 <me@example.test>' bob@example.net <<<hi
	expect_exit 0
	"$python" "$here/composed.py" "$store/message-2.eml" \
	    'names("From") == [("李四", "me@example.test")]' || fail "the second"
}

run_cases
