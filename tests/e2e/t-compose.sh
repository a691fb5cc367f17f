#!/bin/bash
# Composing: standard input is the body, the options are the header.
. "$(dirname "$0")/lib.sh"

# compose ARGUMENT...: standard input is the body.
compose() {
	server
	account
	send "$@"
}

# decoded EXPRESSION...: about the message as an email.message.EmailMessage m.
decoded() {
	"$python" - "$store/message-1.eml" "$@" <<-'END' || fail "see above"
		import email, email.policy, sys
		with open(sys.argv[1], "rb") as f:
		    raw = f.read()
		m = email.message_from_bytes(raw, policy=email.policy.default)
		def text(part):
		    return part.get_content().replace("\r\n", "\n")
		for e in sys.argv[2:]:
		    if not eval(e):
		        print("does not hold:", e)
		        print(raw.decode("utf-8", "replace"))
		        sys.exit(1)
	END
}

case_plain_ascii() {
	echo hello | compose --subject=hi --to=you@example.test
	expect_exit 0
	decoded 'm["Subject"] == "hi"' 'm["To"] == "you@example.test"' \
	    'text(m) == "hello\n"' 'm["Date"] and m["Message-ID"] and m["From"]'
	expect_json "$store/envelope-1.json" \
	    'rcpt[0]["line"] == "TO:<you@example.test>"'
}

case_chinese() {
	printf '你好\n.这一行以点开头\n' |
	    compose --subject=关于找回密码的测试邮件 --to='鲍勃 <bob@example.test>'
	expect_exit 0
	decoded 'm["Subject"] == "关于找回密码的测试邮件"' \
	    'm["To"].addresses[0].display_name == "鲍勃"' \
	    'text(m) == "你好\n.这一行以点开头\n"'
}

case_words_and_lines_within_their_limits() {
	echo x | compose --to=you@example.test \
	    --subject=找回密码找回密码找回密码找回密码找回密码找回密码找回密码找回密码找回密码找回密码
	expect_exit 0
	decoded 'm["Subject"] == "找回密码" * 10' \
	    'all(len(l) <= 76 for l in raw.split(b"\r\n\r\n")[0].split(b"\r\n") if b"=?" in l)' \
	    'all(len(w) <= 75 for w in raw.split(b"\r\n\r\n")[0].split() if w.startswith(b"=?"))'
}

case_cc_and_bcc() {
	echo x | compose --to=a@example.test --cc=b@example.test \
	    --bcc=c@example.test --subject=x
	expect_exit 0
	expect_json "$store/envelope-1.json" 'len(rcpt) == 3'
	decoded 'm["Cc"] == "b@example.test"' 'm["Bcc"] is None' \
	    'b"c@example" not in raw'
}

case_reply_to_and_more() {
	echo x | compose --to=a@example.test --subject=x \
	    --reply-to=r@example.test --header='X-Odd: yes'
	expect_exit 0
	decoded 'm["Reply-To"] == "r@example.test"' 'm["X-Odd"] == "yes"'
}

case_an_attachment() {
	head -c 5000 /dev/urandom >data.bin
	echo body | compose --to=a@example.test --subject=x --attach=data.bin
	expect_exit 0
	decoded 'len(list(m.iter_attachments())) == 1' \
	    'next(m.iter_attachments()).get_filename() == "data.bin"' \
	    'next(m.iter_attachments()).get_payload(decode=True) == open("data.bin", "rb").read()' \
	    'text(m.get_body()) == "body\n"'
}

case_an_attachment_with_a_chinese_name() {
	echo text >报告.txt
	echo body | compose --to=a@example.test --subject=x --attach=报告.txt
	expect_exit 0
	decoded 'next(m.iter_attachments()).get_filename() == "报告.txt"'
}

case_an_attachment_that_is_missing() {
	server
	account
	echo x | send --to=a@example.test --attach=none.bin
	expect_exit 66
	expect_says 'none\.bin'
	expect_no_connection
}

case_a_line_end_in_a_header() {
	server
	account
	echo x | send --to=a@example.test --header=$'X: y\nBcc: evil@example.test'
	expect_exit 64
	expect_no_connection
}

run_cases
