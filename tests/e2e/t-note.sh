#!/bin/bash
# What the note's program sends with smtplib, sendoff sends with options: the
# same mail, step by step.  SHOW=1 shows both, side by side.
. "$(dirname "$0")/lib.sh"

exec 5>&1 # past the case's own output

user=10001@qq.com
code=ckfqgefngpaphagd
to=xxxxxx@163.com

text() {
	printf '%s\n' 'hello,  this is a test email sent by Python' \
	    '关于找回密码: 请点下面的链接。' '.一个点开头的行'
}

smtplib_sends() {
	text | "$python" "$here/note.py" localhost "$port" "$CERTS/ca.pem" \
	    "$user" "$code" "$to" "$1" >"$dir/out" 2>"$dir/smtplib" ||
	    fail "the note's program failed: $(tail -1 "$dir/smtplib")"
}

sendoff_sends() {
	send --subject="$1" --to="$to" --from="$user" --debug-level=2 < <(text)
	expect_exit 0
	[ ! -s "$dir/out" ] || fail "standard output is not empty"
}

note_account() {
	config <<-END
		default_account = "qq";
		aliases = "off";
		log = "off";
		accounts: { qq: {
		  host = "localhost"; port = $port; tls = "implicit";
		  tls_trust_file = "$CERTS/ca.pem";
		  user = "$user"; password = "$code";
		}; };
	END
}

# the_same SUBJECT: sent by both, and held against each other.
the_same() {
	server --tls implicit --auth "LOGIN PLAIN" --user "$user" \
	    --password "$code" --size 73400320
	note_account
	smtplib_sends "$1"
	expect_messages 1
	"$sendoff" --help | grep -q -e '--subject' ||
	    skip "sendoff does not compose"
	sendoff_sends "$1"
	expect_messages 2
	"$python" "$here/note_same.py" "$dir/smtplib" "$dir/err" "$store" \
	    >"$dir/same" 2>"$dir/differs" || {
		grep DIFFERS "$dir/same"
		fail "$(<"$dir/differs")"
	}
	[ -z "${SHOW:-}" ] || sed 's/^/# /' "$dir/same" >&5
	! grep -q "$code" "$dir/err" || fail "the trace shows the code"
}

case_a_subject_of_ascii() {
	the_same test
}

case_a_subject_in_chinese() {
	the_same 关于找回密码的测试邮件
}

case_a_long_subject_in_chinese() {
	the_same 关于找回密码的测试邮件,请在二十四小时之内点击下面的链接重新设置您的密码,否则链接将会失效
}

run_cases
