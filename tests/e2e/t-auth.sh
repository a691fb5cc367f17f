#!/bin/bash
# AUTH: every mechanism, what is offered, what is refused.
. "$(dirname "$0")/lib.sh"

# logs_in MECHANISM [SERVER OPTION...]: only that one on offer.
logs_in() {
	local mechanism=$1
	shift
	server --tls implicit --auth "$mechanism" "$@"
	tls_account 'tls = "implicit";' "${more:-}"
	send_letter
	expect_exit 0
	expect_silence
	expect_json "$store/envelope-1.json" "mechanism == '$mechanism'" \
	    'user == "user"'
	expect_messages 1
}

case_plain() {
	logs_in PLAIN
	expect_turns 3
}

case_login() {
	logs_in LOGIN
	expect_transcript '^> AUTH LOGIN$'
}

case_login_with_an_initial_response_when_told() {
	more='auth_initial_response = true;'
	logs_in LOGIN
	expect_transcript '^> AUTH LOGIN dXNlcg==$'
}

case_cram_md5() {
	logs_in CRAM-MD5
}

case_scram_sha_1() {
	logs_in SCRAM-SHA-1
}

case_scram_sha_256() {
	logs_in SCRAM-SHA-256
}

case_scram_sha_512() {
	logs_in SCRAM-SHA-512
}

case_scram_sha_1_plus() {
	logs_in SCRAM-SHA-1-PLUS
}

case_scram_sha_256_plus() {
	logs_in SCRAM-SHA-256-PLUS
}

case_scram_sha_256_plus_by_tls_unique() {
	logs_in SCRAM-SHA-256-PLUS --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
}

case_xoauth2() {
	more='auth = "XOAUTH2";'
	logs_in XOAUTH2
}

case_oauthbearer() {
	more='auth = "OAUTHBEARER";'
	logs_in OAUTHBEARER
}

case_channel_binding_is_preferred() {
	server --tls implicit \
	    --auth "PLAIN LOGIN SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS"
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "SCRAM-SHA-256-PLUS"'
}

case_scram_is_preferred_to_plain() {
	server --tls implicit --auth "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256"
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "SCRAM-SHA-256"'
}

case_plain_is_preferred_to_login() {
	server --tls implicit --auth "LOGIN CRAM-MD5 PLAIN"
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "PLAIN"'
}

case_the_mechanism_that_was_told() {
	server --tls implicit --auth "PLAIN LOGIN SCRAM-SHA-256"
	tls_account 'tls = "implicit"; auth = "LOGIN";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "LOGIN"'
}

case_cram_md5_in_the_clear() {
	server --auth "PLAIN LOGIN CRAM-MD5"
	account 'user = "user"; password = "secret";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "CRAM-MD5"'
}

case_plain_in_the_clear_when_told() {
	server --auth PLAIN
	account 'user = "user"; password = "secret"; auth_without_tls = true;'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "PLAIN"'
}

case_scram_with_odd_characters() {
	# shellcheck disable=SC1003
	server --tls implicit --auth SCRAM-SHA-256 --user 'a,b=c' \
	    --password 'p,=w"x\'
	tls_account 'tls = "implicit";'
	sed -i 's/user = "user"; password = "secret"/user = "a,b=c"; password = "p,=w\\"x\\\\"/' \
	    sendoff.conf
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'user == "a,b=c"'
}

case_utf8_credentials() {
	local mechanism
	for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256; do
		rm -rf port store
		server --tls implicit --auth "$mechanism" --user jörg \
		    --password 密码
		tls_account 'tls = "implicit";'
		sed -i 's/user = "user"; password = "secret"/user = "jörg"; password = "密码"/' \
		    sendoff.conf
		send_letter
		expect_exit 0
		expect_json "$store/envelope-1.json" 'user == "jörg"'
	done
}

# With these the initial response is longer than a command line may be.
case_a_long_secret() {
	local mechanism secret
	secret=$(printf '%01500d' 7)
	for mechanism in PLAIN XOAUTH2 OAUTHBEARER; do
		rm -rf port store
		server --tls implicit --auth "$mechanism" --password "$secret"
		tls_account "tls = \"implicit\"; auth = \"$mechanism\";"
		sed -i "s/password = \"secret\"/password = \"$secret\"/" sendoff.conf
		send_letter
		expect_exit 0
		expect_transcript "^> AUTH $mechanism\$"
	done
}

case_no_initial_response_when_told() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit"; auth_initial_response = false;'
	send_letter
	expect_exit 0
	expect_transcript '^> AUTH PLAIN$'
}

case_an_initial_response_refused() {
	server --tls implicit --auth PLAIN \
	    --on 'auth has="PLAIN " reply "501 5.5.2 no initial response"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_messages 1
}

case_prompts_that_are_not_base64() {
	server --tls implicit --auth LOGIN \
	    --on 'challenge n=1 reply "334 Username:"' \
	    --on 'challenge n=2 reply "334 Password:"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
}

case_prompts_without_text() {
	server --tls implicit --auth LOGIN --on 'challenge reply "334 "'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
}

case_mechanism_names_in_any_case() {
	server --tls implicit --auth "plain" \
	    --on 'ehlo reply "250-mail\n250-auth plain login\n250 pipelining"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_turns 3
}

case_the_old_way_to_offer() {
	server --tls implicit --auth "LOGIN" \
	    --on 'ehlo reply "250-mail\n250-AUTH=LOGIN\n250 SIZE"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
}

case_offered_over_two_lines() {
	server --tls implicit --auth "PLAIN" \
	    --on 'ehlo reply "250-mail\n250-AUTH X-ODD\n250-AUTH PLAIN\n250 SIZE"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
}

case_mechanisms_that_nobody_knows() {
	server --tls implicit --auth "BOGUS PLAIN LOGIN CRAM-MD5"
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "PLAIN"'
}

case_not_offered() {
	server --tls implicit
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69
	expect_says 'AUTH' 'localhost'
	expect_commands "EHLO QUIT"
}

case_no_mechanism_in_common() {
	server --tls implicit --auth "X-ODD GSSAPI"
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69
	expect_says 'GSSAPI|mechanism'
	expect_commands "EHLO QUIT"
}

case_off_ignores_the_offer() {
	server --tls implicit --auth PLAIN --open
	tls_account 'tls = "implicit"; auth = "off";'
	send_letter
	expect_exit 0
	expect_transcript_not '^> AUTH'
}

case_already_authenticated() {
	server --tls implicit --auth PLAIN --open \
	    --on 'auth reply "503 5.5.1 already authenticated"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_messages 1
}

case_all_are_refused() {
	server --tls implicit --auth "SCRAM-SHA-256 CRAM-MD5 PLAIN" \
	    --on 'outcome reply "535 5.7.8 not-you"' \
	    --on 'auth has=SCRAM reply "504 5.5.4 not today"' \
	    --on 'auth has=PLAIN reply "535 5.7.8 not-you"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 77
	expect_says 'not-you'
	[ "$(transcripts | grep -c '^> AUTH')" -eq 3 ] ||
	    fail "not each of the three, once"
	expect_nothing_sent
}

case_falls_back_to_the_next() {
	server --tls implicit --auth "SCRAM-SHA-256 PLAIN" \
	    --on 'auth has=SCRAM reply "504 5.5.4 not today"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 0
	expect_json "$store/envelope-1.json" 'mechanism == "PLAIN"'
}

case_no_second_plaintext_try_after_535() {
	local n
	server --tls implicit --auth "PLAIN LOGIN" --password other
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 77
	n=$(transcripts | grep -c "^> AUTH")
	[ "$n" -eq 1 ] || fail "$n attempts with a wrong password"
	expect_nothing_sent
}

case_a_wrong_password() {
	local mechanism
	for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS \
	    XOAUTH2 OAUTHBEARER; do
		rm -rf port store
		server --tls implicit --auth "$mechanism" --password other
		tls_account "tls = \"implicit\"; auth = \"$mechanism\";"
		send_letter
		expect_says 'localhost'
		send_letter --report=json
		expect_exit 77
		expect_nothing_sent
		expect_report 'error == "auth"'
	done
}

case_a_454_is_for_now() {
	server --tls implicit --auth "PLAIN LOGIN" \
	    --on 'outcome reply "454 4.7.0 not-at-the-moment"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 75
	expect_says 'not-at-the-moment'
	expect_nothing_sent
}

case_a_421_ends_it() {
	server --tls implicit --auth "PLAIN LOGIN CRAM-MD5" \
	    --on 'outcome reply "421 4.7.0 too-many-errors" close'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 75
	[ "$(connections)" -eq 1 ] || fail "it came back"
}

case_closed_at_auth() {
	server --tls implicit --auth "PLAIN" --on 'auth cut'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 75
	expect_nothing_sent
}

case_endless_challenges() {
	local mechanism
	for mechanism in LOGIN CRAM-MD5 SCRAM-SHA-256; do
		rm -rf port store
		server --tls implicit --auth "$mechanism" --on 'answer reply "334 bW9yZQ=="' \
		    --on 'other reply "334 bW9yZQ=="'
		tls_account 'tls = "implicit";'
		send_letter
		expect_exit 75 76 77
		[ "$(transcript | grep -c '^>')" -lt 20 ] ||
		    fail "it went on and on"
	done
}

case_a_challenge_that_is_not_base64() {
	server --tls implicit --auth SCRAM-SHA-256 \
	    --on 'challenge n=1 reply "334 *not base64*"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69 76 77
	expect_transcript '^> \*$'
	expect_nothing_sent
}

case_scram_success_without_proof() {
	server --tls implicit --auth SCRAM-SHA-256 --on 'answer n=1 reply "235 2.7.0 fine"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69 76 77
	expect_nothing_sent
	expect_transcript_not '^> MAIL'
}

case_scram_with_a_wrong_signature() {
	server --tls implicit --auth SCRAM-SHA-256 \
	    --on 'challenge n=2 reply "334 dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69 76 77
	expect_nothing_sent
	expect_transcript_not '^> MAIL'
}

case_scram_with_few_iterations() {
	server --tls implicit --auth SCRAM-SHA-256 --iterations 10
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69 76 77
	expect_nothing_sent
}

case_scram_with_too_many_iterations() {
	server --tls implicit --auth SCRAM-SHA-256 \
	    --on 'challenge n=1 reply "334 cj1hLHM9c2FsdHNhbHQ9PSxpPTQyOTQ5NjcyOTU="'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 69 76 77
	expect_nothing_sent
}

case_qq_wants_an_authorization_code() {
	server --tls implicit --auth "LOGIN PLAIN" \
	    --on 'outcome reply "535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/cgi-bin/help"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 77
	expect_says 'authorization code to login'
}

case_a_refusal_in_another_charset() {
	server --tls implicit --auth "LOGIN PLAIN" \
	    --on 'outcome reply "535 Error: \xc7\xeb\xca\xb9\xd3\xc3"'
	tls_account 'tls = "implicit";'
	send_letter
	expect_exit 77
	expect_says 'xc7' 'Error'
	! LC_ALL=C grep -q "$(printf '\xc7')" err || fail "raw octets are shown"
}

run_cases
