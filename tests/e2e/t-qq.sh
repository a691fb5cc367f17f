#!/bin/bash
# QQ Mail, whose server has ways of its own (qq.script), by its preset.
. "$(dirname "$0")/lib.sh"

code=ckfqgefngpaphagd # 16 letters, as they are handed out

# qq TLS [SERVER OPTION...]: the server, and an account with the preset.
qq() {
	local tls=$1 starttls=
	shift
	[ "$tls" != starttls ] || starttls='250-STARTTLS\n'
	server --tls "$tls" --auth "LOGIN PLAIN XOAUTH XOAUTH2" \
	    --user 10001@qq.com --password "$code" --size 73400320 "$@" \
	    --on 'ehlo n=1 reply "250-newxmesmtplogicsvrszc2-0.qq.com\n250-PIPELINING\n250-SIZE 73400320\n'"$starttls"'250-AUTH LOGIN PLAIN XOAUTH XOAUTH2\n250-AUTH=LOGIN\n250-MAILCOMPRESS\n250 8BITMIME"' \
	    --on 'ehlo reply "250-newxmesmtplogicsvrszc2-0.qq.com\n250-PIPELINING\n250-SIZE 73400320\n250-AUTH LOGIN PLAIN XOAUTH XOAUTH2\n250-AUTH=LOGIN\n250-MAILCOMPRESS\n250 8BITMIME"' \
	    --script "$here/qq.script"
	export SENDOFF_PROVIDERS=$here/../../conf/providers.conf
	qq_account "tls = \"$tls\";"
}

qq_account() {
	config <<-END
		default_account = "qq";
		aliases = "off";
		log = "off";
		accounts: {
		  qq: {
		    provider = "qq"; host = "localhost"; port = $port;
		    tls_trust_file = "$CERTS/ca.pem";
		    user = "10001@qq.com"; password = "$code";
		    $*
		  };
		};
	END
}

# message LINE...: a header of these lines and a short body.
message() {
	printf '%s\n' "$@" 'Subject: test' '' 'hello, this is a test'
}

arrives() {
	send bob@163.com < <(message 'From: 10001@qq.com' 'To: bob@163.com')
	expect_exit 0
	expect_silence
	expect_messages 1
	expect_json "$store/envelope-1.json" 'user == "10001@qq.com"' \
	    'mechanism == "PLAIN"' \
	    'mail.startswith("FROM:<10001@qq.com> SIZE=")'
}

case_the_authorization_code_over_implicit_tls() {
	qq implicit
	arrives
	expect_turns 3
}

case_the_authorization_code_over_starttls() {
	qq starttls
	arrives
}

# TLS is the preset's; nothing is said in the clear where it is not offered.
case_a_plain_port_is_no_way_in() {
	qq off
	qq_account 'tls = "starttls";'
	send bob@163.com < <(message 'From: 10001@qq.com')
	expect_exit 69
	expect_says 'STARTTLS'
	expect_transcript_not '^> AUTH' '^> MAIL'
}

case_old_way_of_offering_alone() {
	qq implicit --on 'ehlo reply "250-smtp.qq.com\n250-AUTH=LOGIN\n250 8BITMIME"'
	send bob@163.com < <(message 'From: 10001@qq.com')
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "LOGIN"'
}

# refused_login REPLY [PATTERN...]: 77, one attempt, and what to do.
refused_login() {
	local reply=$1
	shift
	qq implicit --on "outcome reply \"$reply\""
	send bob@163.com < <(message 'From: 10001@qq.com')
	expect_exit 77
	expect_says "$@"
	[ "$(transcripts | grep -c '^> AUTH')" -eq 1 ] ||
	    fail "another attempt, which locks the account"
	expect_nothing_sent
}

case_the_password_in_place_of_the_code() {
	refused_login '535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256' \
	    'Please enter your authorization code' \
	    'hint: .*16-letter authorization code'
}

case_the_same_words_in_gbk() {
	refused_login '535 Error: \xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc\xa1\xa3' \
	    'Error: .xc7.xeb' 'hint: .*16-letter authorization code'
	! LC_ALL=C grep -q "$(printf '\xc7')" err || fail "raw octets are shown"
}

case_logins_that_come_too_fast() {
	refused_login '535 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com/detail/108/1023' \
	    'login frequency limited' 'hint: .*wait 10 minutes'
}

# Cron's root@host would be refused: the preset has the account's own address.
case_the_sender_is_who_logged_in() {
	qq implicit
	send -f root@host.example bob@163.com \
	    < <(message 'From: Cron <root@host.example>' 'To: bob@163.com')
	expect_exit 0
	expect_transcript '^> MAIL FROM:<10001@qq\.com>'
	expect_header '^From: Cron <10001@qq\.com>$' '^Reply-To: root@host'
}

case_another_sender_is_refused() {
	qq implicit --on 'rcpt reply "503 Error: need MAIL command first"' \
	    --on 'data reply "503 Error: need RCPT command first"'
	qq_account 'from_policy = "keep"; tls = "implicit";'
	send -f root@host.example bob@163.com \
	    < <(message 'From: root@host.example')
	expect_exit 65
	expect_says '501 Mail from address must be same as authorization user' \
	    'hint: .*from_policy = "fix"'
	expect_nothing_sent
}

case_a_from_field_that_is_refused() {
	qq implicit --on 'dot reply "550 The \"From\" header is missing or invalid. Please follow RFC5322, RFC2047, RFC822 standard protocol. https://service.mail.qq.com/detail/124/995."'
	send bob@163.com < <(message 'From: 10001@qq.com')
	expect_exit 69
	expect_says 'missing or invalid' 'hint: .*RFC 5322 and 2047'
}

# What Header(sender, 'utf-8') makes of a From: no address is left in it.
case_a_from_field_encoded_whole_is_mended() {
	qq implicit
	send bob@163.com \
	    < <(message 'From: =?utf-8?b?54ix5Li95LidIDwxMDAwMUBxcS5jb20+?=')
	expect_exit 0
	expect_header '^From: .*<?10001@qq\.com>?$'
}

case_a_missing_from_field_is_added() {
	qq implicit
	send bob@163.com < <(printf 'Subject: test\n\nhello\n')
	expect_exit 0
	expect_header '^From: .*10001@qq\.com' '^Date: ' '^Message-ID: <'
}

# After HELO there are no extensions, whatever its lines look like.
case_helo_lines_are_no_extensions() {
	qq implicit --open --on 'ehlo reply "502 Error: command not implemented"'
	qq_account 'tls = "implicit"; auth = "off";'
	send bob@163.com < <(message 'From: 10001@qq.com')
	expect_exit 0
	expect_transcript '^> MAIL FROM:<10001@qq\.com>$'
}

case_its_farewell_is_no_reply() {
	qq implicit
	send --debug-level=1 bob@163.com < <(message 'From: 10001@qq.com')
	expect_exit 0
	grep -qx '< 250 OK: queued as\.' err || fail "no answer to the dot"
	grep -q 'accepted 1, refused 0' err || fail "no word of its success"
}

case_what_it_offers() {
	local word
	qq implicit
	send --server-info </dev/null
	expect_exit 0
	for word in 73400320 XOAUTH2 MAILCOMPRESS; do
		grep -q "$word" out || fail "no $word"
	done
}

run_cases
