#!/bin/bash
# Asking a server: --verify, --expand, --command, --noop.
. "$(dirname "$0")/lib.sh"

ask() {
	send "$@" </dev/null
}

# expect_answer LINE...: this, and no more, is on the standard output.
expect_answer() {
	printf '%s\n' "$@" >want
	cmp want "$dir/out" >"$dir/cmp" 2>&1 ||
	    fail "the answer differs: $(<"$dir/cmp")"
}

case_verify_that_says_neither() {
	server
	account
	ask --verify=you@example.test
	expect_exit 0
	expect_answer '252 2.1.5 send and see'
	expect_transcript '^> VRFY you@example.test$'
	expect_commands 'EHLO VRFY QUIT'
}

case_verify_takes_no_name() {
	server --on 'vrfy reply "250 2.1.5 <you@example.test>"'
	account
	ask --verify='You Yes <you@example.test>'
	expect_exit 0
	expect_transcript '^> VRFY you@example.test$'
}

case_verify_of_a_bare_name() {
	server
	account
	ask --verify='Jane Doe'
	expect_exit 0
	expect_transcript '^> VRFY Jane Doe$'
}

case_verify_unknown() {
	server --on 'vrfy reply "550 5.1.1 no such user"'
	account
	ask --verify=nobody@example.test
	expect_exit 69
	expect_answer '550 5.1.1 no such user'
}

case_verify_put_off() {
	server --on 'vrfy reply "450 4.2.1 later"'
	account
	ask --verify=nobody@example.test
	expect_exit 75
}

case_verify_utf8() {
	server --extensions SMTPUTF8
	account
	ask --verify=你@example.test
	expect_exit 0
	expect_transcript '^> VRFY 你@example.test SMTPUTF8$'
}

case_verify_utf8_that_is_not_taken() {
	server --without SMTPUTF8
	account
	ask --verify=你@example.test
	expect_exit 69
	expect_transcript_not VRFY
}

case_expand() {
	server --on 'expn reply "250-Ann <ann@example.test>\n250 Bob <bob@example.test>"'
	account
	ask --expand=staff
	expect_exit 0
	expect_answer '250-Ann <ann@example.test>' \
	    '250 Bob <bob@example.test>'
	expect_transcript '^> EXPN staff$'
}

case_expand_that_is_not_known() {
	server --on 'expn reply "502 5.5.1 what?"'
	account
	ask --expand=staff
	expect_exit 69
	expect_answer '502 5.5.1 what?'
}

case_any_commands_in_order() {
	server
	account
	ask --command=HELP --noop --command='RSET' --verify=you@example.test
	expect_exit 0
	expect_answer '214 2.0.0 see RFC 5321' '250 2.0.0 ok' \
	    '250 2.0.0 forgotten' '252 2.1.5 send and see'
	expect_commands 'EHLO HELP NOOP RSET VRFY QUIT'
}

case_the_first_no_is_the_status() {
	server --on 'vrfy reply "450 4.2.1 later"' --on 'help reply "502 no"'
	account
	ask --noop --verify=a@example.test --command=HELP --noop
	expect_exit 75
	expect_answer '250 2.0.0 ok' '450 4.2.1 later' '502 no' '250 2.0.0 ok'
}

case_noop_logs_in() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	ask --noop
	expect_exit 0
	expect_answer '250 2.0.0 ok'
	expect_commands 'EHLO AUTH NOOP QUIT'
}

case_wrong_password() {
	server --tls starttls --auth PLAIN --password other
	tls_account 'tls = "starttls";'
	ask --noop
	expect_exit 77
	expect_says 'refused the login'
	expect_transcript_not NOOP
}

case_commands_that_are_none_to_be_asked() {
	server
	account
	for command in DATA data 'AUTH PLAIN AA==' STARTTLS 'BDAT 3 LAST' ''; do
		ask --command="$command"
		expect_exit 64
	done
	ask --command=$'NOOP\r\nMAIL FROM:<>'
	expect_exit 64
	ask --verify=$'a\nb'
	expect_exit 64
	expect_no_connection
}

case_one_thing_at_a_time() {
	server
	account
	for other in --check --pretend -S -bs -bp --show-config; do
		ask "$other" --verify=you@example.test
		expect_exit 64
		ask --noop "$other"
		expect_exit 64
	done
	expect_no_connection
}

case_a_blank_in_front_hides_no_command() {
	server
	account
	ask --command=' DATA'
	expect_exit 64
	expect_no_connection
}

case_what_wants_more_is_no_yes() {
	server --on 'noop reply "354 go on"'
	account
	ask --noop --noop
	expect_exit 76
	expect_commands 'EHLO NOOP'
}

case_no_message_is_read() {
	server
	account
	ask --noop you@example.test
	expect_exit 64
	ask --noop -t
	expect_exit 64
	expect_no_connection
}

case_json() {
	server --on 'expn reply "250-2.1.5 Ann\n250 2.1.5 Bob"'
	account
	ask --report=json --expand=staff --command='XUNKNOWN'
	expect_exit 69
	expect_json "$dir/out" 'exit == 69' 'error == "none"' \
	    'replies[0]["command"] == "EXPN staff"' \
	    'replies[0]["lines"] == ["2.1.5 Ann", "2.1.5 Bob"]' \
	    'replies[0]["code"] == 250' 'replies[0]["enhanced"] == "2.1.5"' \
	    'replies[1]["code"] // 100 == 5'
}

case_json_of_a_server_that_leaves() {
	server --on 'noop reply "421 4.3.2 going" close'
	account
	ask --report=json --verify=you@example.test --noop --noop
	expect_exit 75
	expect_json "$dir/out" 'exit == 75' 'error == "disconnected"' \
	    'len(replies) == 2' 'replies[1]["code"] == 421'
}

case_a_dead_host_gives_way() {
	server
	account "host = [\"127.0.0.1:1\", \"127.0.0.1:$port\"];"
	sed -i 's/host = "127.0.0.1"; port = [0-9]*;//' sendoff.conf
	ask --noop
	expect_exit 0
	ask --server-info
	expect_exit 0
}

case_what_a_server_says_is_shown_clean() {
	server --on $'help reply "214 \e[31mred"'
	account
	ask --command=HELP
	expect_exit 0
	expect_answer '214 \x1b[31mred'
}

run_cases
