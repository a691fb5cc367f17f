#!/bin/bash
# Postfix: submission (STARTTLS) and submissions (implicit TLS), with SASL by
# Dovecot and mailboxes of its own.
. "$(dirname "$0")/real.sh"

start_postfix() {
	local p=$house/postfix
	mkdir -p "$p/etc" "$p/queue" "$p/data"
	chown postfix "$p/data"
	starttls_port=$(next_port)
	implicit_port=$(next_port)
	cat >"$p/etc/main.cf" <<-END
		compatibility_level = 3.6
		queue_directory = $p/queue
		data_directory = $p/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		maillog_file_prefixes = $p
		maillog_file = $p/log
		myhostname = mail.example.test
		mydestination =
		mynetworks = 127.0.0.0/8
		inet_interfaces = loopback-only
		inet_protocols = ipv4
		virtual_mailbox_domains = example.test
		virtual_mailbox_base = $house/mail
		virtual_mailbox_maps = inline:{ you@example.test=you/,
		  two@example.test=two/, user@example.test=user/,
		  用户@example.test=utf8/, unlucky@example.test=unlucky/ }
		transport_maps = inline:{ unlucky@example.test=unlucky }
		smtputf8_enable = yes
		virtual_uid_maps = static:$(id -u mail)
		virtual_gid_maps = static:$(id -g mail)
		virtual_minimum_uid = 1
		smtpd_tls_cert_file = $house/certs/good.pem
		smtpd_tls_key_file = $house/certs/good.key
		smtpd_sasl_type = dovecot
		smtpd_sasl_path = $house/dovecot/sasl
		smtpd_sasl_auth_enable = yes
		smtpd_sasl_mechanism_filter = !external, static:all
		smtpd_sasl_authenticated_header = yes
		smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
		message_size_limit = 30000000
	END
	cat >"$p/etc/master.cf" <<-END
		127.0.0.1:$starttls_port inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
		127.0.0.1:$implicit_port inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		tlsmgr unix - - n 1000? 1 tlsmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		proxymap unix - - n - - proxymap
		smtp unix - - n - - smtp
		error unix - - n - - error
		retry unix - - n - - error
		discard unix - - n - - discard
		virtual unix - n n - - virtual
		unlucky unix - n n - - pipe user=mail argv=/bin/false
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		postlog unix-dgram n - n - 1 postlogd
	END
	postfix -c "$p/etc" start >"$p/start" 2>&1
	up Postfix "$implicit_port" "$p/start"
}

stop_postfix() {
	postfix -c "$house/postfix/etc" stop
}

# through TLS PORT AUTH SUBJECT: one letter that way.
through() {
	login_account "$1" "$2" "auth = \"$3\";"
	hard_letter "$4" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_mail you message
	grep -qE 'with (UTF8SMTPS|ESMTPS)A ' "$(find_mail you "$4")" ||
	    fail "not as an authenticated user over TLS"
}

case_implicit_tls_plain() {
	through implicit "$implicit_port" PLAIN implicit-plain
}

case_implicit_tls_best_of_all() {
	through implicit "$implicit_port" auto implicit-auto
}

case_starttls_plain() {
	through starttls "$starttls_port" PLAIN starttls-plain
}

case_starttls_login() {
	through starttls "$starttls_port" LOGIN starttls-login
}

case_starttls_cram_md5() {
	through starttls "$starttls_port" CRAM-MD5 starttls-cram
}

case_starttls_scram_sha_1() {
	through starttls "$starttls_port" SCRAM-SHA-1 starttls-scram-1
}

case_starttls_scram_sha_256() {
	through starttls "$starttls_port" SCRAM-SHA-256 starttls-scram-256
}

# token TLS PORT AUTH SUBJECT
token() {
	token_account "$1" "$2" "$3" "$(token_for user)"
	hard_letter "$4" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_mail you message
}

case_implicit_tls_oauthbearer() {
	token implicit "$implicit_port" OAUTHBEARER implicit-oauthbearer
}

case_starttls_xoauth2() {
	token starttls "$starttls_port" XOAUTH2 starttls-xoauth2
}

case_auth_refused_in_the_flight_delivers_nothing() {
	real_account localhost "$implicit_port" 'tls = "implicit"; auth = "PLAIN";' \
	    'user = "user"; password = "wrong";'
	hard_letter refused >message
	send -i you@example.test <message
	expect_exit 77
	expect_no_mail refused
}

case_a_recipient_is_unknown() {
	login_account implicit "$implicit_port"
	hard_letter partial >message
	send -i you@example.test nobody@example.test two@example.test <message
	expect_exit 67
	expect_says 'nobody@example\.test'
	expect_mail you message
	expect_mail two message
}

case_ten_megabytes() {
	login_account implicit "$implicit_port" 'timeout = "60s";'
	large_letter large >message
	send -i you@example.test <message
	expect_exit 0
	expect_mail you message
}

case_more_than_it_takes() {
	login_account implicit "$implicit_port" 'timeout = "60s";'
	hard_letter huge >message
	yes 'sixty-nine octets of text, that is about what a line of mail holds..' |
	    head -n 500000 >>message
	send -i you@example.test <message
	expect_exit 69
	expect_no_mail huge
}

# Stock Postfix 3.7 takes LF . LF for the end of content.
case_smuggling_makes_no_second_message() {
	local end n=0
	login_account implicit "$implicit_port"
	for end in '\n.\r\n' '\n.\n' '\r\n.\n' '\r.\r' '\r.\r\n'; do
		n=$((n + 1))
		{
			printf 'Subject: smuggle-%d\n\nx' "$n"
			printf '%bMAIL FROM:<user@example.test>\r\nRCPT TO:<two@example.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n' "$end"
		} | send -i you@example.test
		expect_exit 0
		wait_for "message $n" has_mail you "smuggle-$n"
	done
	expect_no_mail smuggled-alone
	! has_mail two smuggled || fail "a second message"
}

case_utf8_address() {
	login_account implicit "$implicit_port"
	utf8_letter utf8 >message
	send -i 用户@example.test <message
	expect_exit 0
	expect_mail utf8 message
	grep -q 'with UTF8SMTPSA ' "$(find_mail utf8 "关于 utf8")" ||
	    fail "not with SMTPUTF8"
}

case_dsn_of_success() {
	login_account implicit "$implicit_port"
	hard_letter dsn-success >message
	send -i -N success -R hdrs -V 'id+1' \
	    --rcpt-option='ORCPT=rfc822;first+2Bx@example.test' \
	    you@example.test <message
	expect_exit 0
	expect_mail you message
	expect_reported dsn-success '^Original-Envelope-Id: id\+1$' \
	    '^Original-Recipient: rfc822; ?first\+x@example\.test$' \
	    '^Final-Recipient: rfc822; ?you@example\.test$' \
	    '^Action: (delivered|relayed)$' '^Content-Type: text/rfc822-headers'
	! grep -qx 'blanks at the end  ' "$(reported_as dsn-success)" ||
	    fail "the body came back"
}

# fails SUBJECT RETURN PATTERN: what is for him is taken, and fails later.
fails() {
	login_account implicit "$implicit_port"
	hard_letter "$1" >message
	send -i -N failure -R "$2" unlucky@example.test <message
	expect_exit 0
	expect_reported "$1" '^Action: failed$' '^Status: 5\.3\.0$' "$3"
}

case_dsn_of_failure_with_the_whole_message() {
	fails dsn-full full '^Content-Type: message/(rfc822|global)'
	grep -qx 'blanks at the end  ' "$(reported_as dsn-full)" ||
	    fail "the body did not come back"
}

case_dsn_of_failure_with_the_header() {
	fails dsn-header hdrs '^Content-Type: text/rfc822-headers'
	! grep -qx 'blanks at the end  ' "$(reported_as dsn-header)" ||
	    fail "the body came back"
}

case_dsn_unasked() {
	login_account implicit "$implicit_port"
	hard_letter dsn-never >message
	send -i -N never you@example.test <message
	expect_exit 0
	expect_mail you message
	sleep 0.5
	[ -z "$(reported_as dsn-never)" ] || fail "a report"
}

case_the_matrix() {
	needs_all_cases
	look implicit "$implicit_port"
	look starttls "$starttls_port"
	look off "$starttls_port"
	expect_row "Postfix $(version_of postfix)"
}

row=postfix
need_root_and postfix dovecot-core dovecot-lmtpd dovecot-submissiond
open_house
start_dovecot
start_postfix
run_cases
