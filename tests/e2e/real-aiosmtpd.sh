#!/bin/bash
# aiosmtpd, the server that Python programs are tested with: a class, so the
# server around it is aiosmtpd_server.py.
. "$(dirname "$0")/real.sh"

start_aiosmtpd() {
	local end=$((SECONDS + 20))
	"$python" "$here/aiosmtpd_server.py" "$house/certs/good.pem" \
	    "$house/certs/good.key" "$house/mail" "$house/ports" \
	    >"$house/log" 2>&1 &
	aiosmtpd=$!
	until [ -e "$house/ports" ]; do
		[ "$SECONDS" -lt "$end" ] || break
		sleep 0.02
	done
	read -r implicit_port starttls_port lmtp_port <"$house/ports"
	up aiosmtpd "$implicit_port" "$house/log"
}

stop_aiosmtpd() {
	kill "$aiosmtpd"
}

# came NAME SUBJECT WAY
came() {
	grep -qx "Received: with $3" "$(find_mail "$1" "$2")" ||
	    fail "not with $3: $(head -n 1 "$(find_mail "$1" "$2")")"
}

# through TLS PORT AUTH SUBJECT
through() {
	login_account "$1" "$2" "auth = \"$3\";"
	hard_letter "$4" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_mail you message
	came you "$4" ESMTPSA
}

case_implicit_tls_plain() {
	through implicit "$implicit_port" PLAIN implicit-plain
}

case_implicit_tls_login() {
	through implicit "$implicit_port" LOGIN implicit-login
}

case_starttls_plain() {
	through starttls "$starttls_port" PLAIN starttls-plain
}

case_starttls_login() {
	through starttls "$starttls_port" LOGIN starttls-login
}

refused_with() {
	real_account localhost "$implicit_port" "tls = \"implicit\"; auth = \"$1\";" \
	    'user = "user"; password = "wrong";'
	hard_letter "refused-$1" >message
	send -i you@example.test <message
	expect_exit 77
	expect_no_mail "refused-$1"
}

case_wrong_password_plain() {
	refused_with PLAIN
}

case_wrong_password_login() {
	refused_with LOGIN
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

case_utf8_address() {
	login_account starttls "$starttls_port"
	utf8_letter utf8 >message
	send -i 用户@example.test <message
	expect_exit 0
	expect_mail 用户 message
	came 用户 "关于 utf8" UTF8SMTPSA
}

case_ten_megabytes() {
	login_account implicit "$implicit_port" 'timeout = "60s";'
	large_letter large >message
	send -i you@example.test <message
	expect_exit 0
	expect_mail you message
}

case_lmtp() {
	row="aiosmtpd-lmtp"
	real_account 127.0.0.1 "$lmtp_port" 'protocol = "lmtp"; tls = "off";'
	hard_letter lmtp >message
	send -i --report=json you@example.test nobody@example.test \
	    two@example.test <message
	expect_exit 67
	expect_report '[r["status"] for r in recipients] == ["accepted", "refused", "accepted"]'
	expect_mail you message
	expect_mail two message
	came two lmtp LMTP
}

case_lmtp_utf8_address() {
	row="aiosmtpd-lmtp"
	real_account 127.0.0.1 "$lmtp_port" 'protocol = "lmtp"; tls = "off";'
	utf8_letter lmtp-utf8 >message
	send -i 用户@example.test <message
	expect_exit 0
	expect_mail 用户 message
	came 用户 "关于 lmtp-utf8" UTF8LMTP
}

case_the_matrix_of_submission() {
	needs_all_cases
	look implicit "$implicit_port"
	look off "$starttls_port"
	look starttls "$starttls_port"
	expect_row "aiosmtpd $(version_of python3-aiosmtpd)"
}

case_the_matrix_of_lmtp() {
	needs_all_cases
	row="aiosmtpd-lmtp"
	look off "$lmtp_port" 'protocol = "lmtp";'
	expect_row "aiosmtpd $(version_of python3-aiosmtpd) LMTP"
}

row=aiosmtpd
need_root_and python3-aiosmtpd
open_house
start_aiosmtpd
run_cases
