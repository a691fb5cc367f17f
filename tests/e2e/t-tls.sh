#!/bin/bash
# TLS: whom to believe, and what must never happen in the clear.
. "$(dirname "$0")/lib.sh"

case_implicit() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_silence
	expect_json "$store/envelope-1.json" 'tls == "TLS1.3"' \
	    'user == "user"' 'mechanism == "PLAIN"'
	record >/dev/null
	expect_json "$store/conn-1.json" 'asked_name == "localhost"' \
	    'close_notify'
}

case_starttls() {
	server --tls starttls --auth PLAIN
	tls_account 'tls = "starttls";'
	send_letter
	expect_exit 0
	expect_silence
	expect_flights "EHLO,STARTTLS,EHLO,AUTH MAIL RCPT DATA,content"
}

case_tls_12_alone() {
	server --tls implicit --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'tls == "TLS1.2"'
}

case_tls_13_alone() {
	server --tls implicit --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter
	expect_exit 0
}

case_tls_11_is_too_old() {
	server --tls implicit --priority NORMAL:-VERS-ALL:+VERS-TLS1.1
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter
	expect_exit 69 76
	expect_nothing_sent
}

case_tls_12_is_too_old_when_told() {
	server --tls implicit --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
	tls_account 'tls = "implicit"; auth = "off"; tls_min_version = "1.3";'
	send_letter
	expect_exit 69 76
	expect_nothing_sent
}

# distrusted CERTIFICATE PATTERN...: with implicit TLS and with STARTTLS.
distrusted() {
	local cert=$1 tls
	shift
	for tls in implicit starttls; do
		rm -rf "$dir/port" "$dir/store"
		server --tls "$tls" --cert "$cert" --auth PLAIN
		tls_account "tls = \"$tls\";"
		send_letter
		expect_says 'localhost' "$@"
		send_letter --report=json
		expect_exit 69
		expect_report 'error == "tls_verify"' 'exit == 69'
		expect_nothing_sent
		expect_transcript_not '^> AUTH' '^> MAIL'
	done
}

case_a_wrong_name() {
	distrusted wrong-name 'name'
}

case_expired() {
	distrusted expired 'expired'
}

case_not_yet_valid() {
	distrusted not-yet 'not (yet )?valid|not yet|activ'
}

case_self_signed() {
	distrusted self-signed 'self-signed|issuer|trust'
}

case_an_unknown_ca() {
	distrusted unknown-ca 'issuer|trust|authorit|signature'
}

case_a_weak_key() {
	distrusted weak 'weak|insecure|algorithm|key'
}

case_an_address_as_certificate_for_a_name() {
	distrusted ip 'name'
}

case_a_client_certificate_of_a_server() {
	distrusted client 'purpose|name|usage|client'
}

# The account of a server that is known by its address.
by_address() {
	account_at 127.0.0.1 "tls_trust_file = \"$CERTS/ca.pem\";" \
	    'tls = "implicit"; from = "me@example.test";' "$@"
}

case_an_address_verified() {
	server --tls implicit --cert ip
	by_address
	send_letter
	expect_exit 0
	record >/dev/null
	expect_json "$store/conn-1.json" 'asked_name == ""'
}

case_an_address_with_the_name_to_verify() {
	server --tls implicit
	by_address 'tls_host = "mail.example.test";'
	send_letter
	expect_exit 0
	record >/dev/null
	expect_json "$store/conn-1.json" 'asked_name == "mail.example.test"'
}

case_the_system_does_not_trust_it() {
	server --tls implicit
	account 'tls = "implicit"; auth = "off";'
	sed -i 's/tls = "off";//; s/127\.0\.0\.1/localhost/' sendoff.conf
	send_letter
	expect_exit 69
	expect_nothing_sent
}

case_verification_switched_off() {
	server --tls implicit --cert self-signed
	tls_account 'tls = "implicit"; auth = "off"; tls_verify = "off";'
	send_letter
	expect_exit 0
}

fingerprint_of() {
	"$python" -c 'import hashlib, ssl, sys
der = ssl.PEM_cert_to_DER_cert(open(sys.argv[1]).read())
print(hashlib.sha256(der).hexdigest().upper())' "$CERTS/$1.pem"
}

case_a_pinned_certificate() {
	server --tls implicit
	tls_account 'tls = "implicit"; auth = "off";' \
	    "tls_fingerprint = \"$(fingerprint_of good)\";"
	send_letter
	expect_exit 0
}

case_a_pin_that_differs() {
	server --tls implicit
	tls_account 'tls = "implicit"; auth = "off";' \
	    "tls_fingerprint = \"$(fingerprint_of ip)\";"
	send_letter
	expect_exit 69
	expect_says 'fingerprint|pin'
	expect_nothing_sent
}

case_a_missing_trust_file() {
	server --tls implicit
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter --tls-trust-file="$dir/none.pem"
	expect_exit 66 69 78
	expect_says 'none\.pem'
	expect_nothing_sent
}

case_a_client_certificate() {
	server --tls implicit --client-cert demand --auth EXTERNAL
	tls_account 'tls = "implicit";' \
	    "tls_cert_file = \"$CERTS/client.pem\"; tls_key_file = \"$CERTS/client.key\";"
	sed -i 's/user = "user"; password = "secret";//' sendoff.conf
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "EXTERNAL"' \
	    'user == "client@example.test"'
	expect_turns 3
}

case_a_client_certificate_is_wanted() {
	server --tls implicit --client-cert demand
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter
	expect_exit 69 76
	expect_nothing_sent
}

case_starttls_is_not_offered() {
	server
	tls_account 'tls = "starttls";'
	send_letter
	expect_exit 69
	expect_says 'STARTTLS' 'localhost'
	expect_commands "EHLO QUIT"
}

case_starttls_is_not_offered_with_helo() {
	server --on 'ehlo reply "500 what"'
	tls_account 'tls = "starttls";'
	send_letter
	expect_exit 69
	expect_transcript_not '^> AUTH' '^> MAIL'
}

# starttls_answered REPLY CODE...
starttls_answered() {
	local reply=$1
	shift
	server --tls starttls --auth PLAIN --auth-before-tls \
	    --on "starttls reply \"$reply\""
	tls_account 'tls = "starttls";'
	send_letter
	expect_exit "$@"
	expect_says "${reply##* }"
	expect_transcript_not '^> AUTH' '^> MAIL'
}

case_starttls_454() {
	starttls_answered '454 4.7.0 tls-not-available' 75
}

case_starttls_501() {
	starttls_answered '501 5.5.4 syntax-error' 69 76
}

case_starttls_of_several_lines() {
	server --tls starttls --on 'starttls reply "220-ready\n220 go"'
	tls_account 'tls = "starttls"; auth = "off";'
	send_letter
	expect_exit 0
}

# injected TEXT...: plaintext behind the 220 must end it all.
injected() {
	server --tls starttls --auth PLAIN --on "starttls $*"
	tls_account 'tls = "starttls";'
	send_letter
	expect_exit 75 76
	expect_nothing_sent
	expect_transcript_not '^> AUTH' '^> MAIL'
}

case_injection_in_the_same_segment() {
	injected 'send "220 go\r\n250-evil.example.test\r\n250 AUTH PLAIN\r\n"'
}

case_injection_of_half_a_line() {
	injected 'send "220 go\r\n250-evil"'
}

case_injection_a_little_later() {
	injected 'reply "220 go" delay 100 send "250 AUTH PLAIN\r\n"'
}

case_what_was_offered_before_is_forgotten() {
	server --tls starttls --auth PLAIN --open \
	    --on 'ehlo n=2 reply "250 mail"'
	tls_account 'tls = "starttls"; auth = "off";'
	send_letter
	expect_exit 0
	expect_flights "EHLO,STARTTLS,EHLO,MAIL,RCPT,DATA,content"
}

case_auth_offered_before_and_not_after() {
	server --tls starttls --auth PLAIN --auth-before-tls \
	    --on 'ehlo n=2 reply "250 mail"'
	tls_account 'tls = "starttls";'
	send_letter
	expect_exit 69
	expect_transcript_not '^> AUTH' '^> MAIL'
}

case_starttls_offered_again_inside() {
	server --tls starttls \
	    --on 'ehlo n=2 reply "250-mail\n250-STARTTLS\n250 PIPELINING"'
	tls_account 'tls = "starttls"; auth = "off";'
	send_letter
	expect_exit 0
	expect_flights "EHLO,STARTTLS,EHLO,MAIL RCPT DATA,content"
}

case_the_wrong_port_speaks_plainly() {
	server
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69 75 76
	expect_says 'starttls|plain|SMTP'
	expect_nothing_sent
}

case_the_wrong_port_waits_for_tls() {
	server --tls implicit
	tls_account 'tls = "starttls"; timeout = "1s";'
	send_letter
	expect_exit 75 76
	expect_says 'implicit|TLS'
}

case_the_handshake_stalls() {
	server --on 'connect hang'
	tls_account 'tls = "implicit"; timeout = "1s";'
	send_letter
	expect_exit 75
	expect_says 'time|timed out'
}

case_the_handshake_breaks_off() {
	server --on 'connect close'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 75 76
}

case_cut_without_close_notify_within_a_reply() {
	server --tls implicit --on 'dot send "250 2.0.0 queued\r" cut'
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter
	expect_exit 75
}

case_cut_without_close_notify_after_quit() {
	server --tls implicit --on 'quit cut'
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter
	expect_exit 0
	expect_silence
}

case_credentials_want_tls() {
	server --auth PLAIN
	account 'user = "user"; password = "secret";'
	send_letter
	expect_exit 69 77
	expect_transcript_not 'AUTH PLAIN .' '^> MAIL'
	expect_says 'TLS|plaintext|clear'
}

# GnuTLS is loaded when it is needed, and then only.
load_libraries() {
	LD_DEBUG=files LD_DEBUG_OUTPUT=$dir/loaded send_letter
	expect_exit 0
	grep -q 'file=libconfig' "$dir"/loaded.* || fail "nothing is known"
}

case_gnutls_is_loaded() {
	server --tls starttls
	tls_account 'tls = "starttls"; auth = "off";'
	load_libraries
	grep -q 'file=libgnutls' "$dir"/loaded.* || fail "how does it do TLS?"
}

case_gnutls_is_not_loaded() {
	server --auth PLAIN
	account 'user = "user"; password = "secret"; auth_without_tls = true;'
	load_libraries
	! grep -q 'file=libgnutls' "$dir"/loaded.* || fail "what for?"
}

without_gnutls() {
	mkdir -p "$dir/broken"
	echo "none" >"$dir/broken/libgnutls.so.30"
	LD_LIBRARY_PATH=$dir/broken send_letter
}

case_gnutls_is_not_there() {
	server --tls starttls
	tls_account 'tls = "starttls"; auth = "off";'
	without_gnutls
	expect_exit 71
	expect_says 'TLS cannot be set up: .*libgnutls'
	expect_nothing_sent
}

case_gnutls_is_not_there_for_a_hash() {
	server --auth CRAM-MD5
	account 'user = "user"; password = "secret"; auth_without_tls = true;'
	without_gnutls
	expect_exit 71
	expect_says 'login .*libgnutls'
	expect_nothing_sent
}

case_gnutls_is_not_there_and_not_needed() {
	server
	account
	without_gnutls
	expect_exit 0
	expect_silence
}

run_cases
