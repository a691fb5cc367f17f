#!/bin/bash
# Dovecot: LMTP into mailboxes (Unix socket and TCP), and its submission
# service, which relays to a server of ours.
. "$(dirname "$0")/real.sh"

lmtp_letter() {
	row=dovecot-lmtp
	hard_letter "$1" >message
	send -i "$1-user@example.test" <message
	expect_exit 0
	expect_silence
	expect_mail "$1-user" message
}

case_lmtp_over_a_unix_socket() {
	config <<-END
		accounts: { test: { protocol = "lmtp"; host = "$house/dovecot/lmtp";
		  from = "user@example.test"; }; };
		default_account = "test";
	END
	lmtp_letter unix
}

case_lmtp_over_tcp() {
	real_account 127.0.0.1 "$lmtp_port" 'protocol = "lmtp"; tls = "off";'
	lmtp_letter tcp
}

case_lmtp_over_starttls() {
	real_account localhost "$lmtp_port" 'protocol = "lmtp"; tls = "starttls";'
	lmtp_letter starttls
}

case_lmtp_to_several() {
	row=dovecot-lmtp
	real_account 127.0.0.1 "$lmtp_port" 'protocol = "lmtp"; tls = "off";'
	hard_letter several >message
	send -i --report=json a@example.test b@example.test c@example.test <message
	expect_exit 0
	expect_report '[r["status"] for r in recipients] == ["accepted"] * 3'
	expect_mail a message
	expect_mail b message
	expect_mail c message
}

# submits TLS PORT AUTH SUBJECT
submits() {
	login_account "$1" "$2" "auth = \"$3\";"
	hard_letter "$4" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_relayed message
}

case_submissions_plain() {
	submits implicit "$submissions_port" PLAIN submissions-plain
}

case_submission_plain() {
	submits starttls "$submission_port" PLAIN submission-plain
}

case_submission_login() {
	submits starttls "$submission_port" LOGIN submission-login
}

case_submission_cram_md5() {
	submits starttls "$submission_port" CRAM-MD5 submission-cram
}

case_submission_scram_sha_1() {
	submits starttls "$submission_port" SCRAM-SHA-1 submission-scram-1
}

case_submission_scram_sha_256() {
	submits starttls "$submission_port" SCRAM-SHA-256 submission-scram-256
}

# token PORT AUTH SUBJECT
token() {
	token_account implicit "$1" "$2" "$(token_for user)"
	hard_letter "$3" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_relayed message
}

case_submissions_oauthbearer() {
	token "$submissions_port" OAUTHBEARER submissions-oauthbearer
}

case_submissions_xoauth2() {
	token "$submissions_port" XOAUTH2 submissions-xoauth2
}

refused_token() {
	token_account implicit "$submissions_port" "$1" "$2"
	hard_letter "refused-$1" >message
	send -i you@example.test <message
	expect_exit 77
	expect_not_relayed "refused-$1"
}

case_a_token_that_is_none() {
	refused_token OAUTHBEARER 'bm8=.bm8=.bm8='
}

case_a_token_of_somebody_else() {
	refused_token XOAUTH2 "$(token_for somebody)"
}

case_submissions_external() {
	real_account localhost "$submissions_port" 'tls = "implicit";' \
	    'auth = "EXTERNAL";' "tls_cert_file = \"$house/certs/client.pem\";" \
	    "tls_key_file = \"$house/certs/client.key\";"
	hard_letter submissions-external >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_relayed message
}

case_auth_refused_in_the_flight_delivers_nothing() {
	real_account localhost "$submissions_port" 'tls = "implicit"; auth = "PLAIN";' \
	    'user = "user"; password = "wrong";'
	hard_letter refused >message
	send -i you@example.test <message
	expect_exit 77
	expect_not_relayed refused
}

case_the_matrix_of_submission() {
	needs_all_cases
	look implicit "$submissions_port"
	look off "$submission_port"
	look starttls "$submission_port"
	expect_row "Dovecot $(version_of dovecot-submissiond)"
}

case_the_matrix_of_lmtp() {
	needs_all_cases
	row=dovecot-lmtp
	look off "$lmtp_port" 'protocol = "lmtp";'
	look starttls "$lmtp_port" 'protocol = "lmtp";'
	expect_row "Dovecot $(version_of dovecot-lmtpd) LMTP"
}

row=dovecot
need_root_and dovecot-core dovecot-lmtpd dovecot-submissiond
open_house
start_relay
start_dovecot "submission_relay_host = 127.0.0.1" $'\n' \
    "submission_relay_port = $relay_port" $'\n' \
    "submission_relay_trusted = no"
run_cases
