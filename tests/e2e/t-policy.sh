#!/bin/bash
# from_policy: as whom an account sends.
. "$(dirname "$0")/lib.sh"

# from HEADER-LINES...: a message with these fields.
from() {
	printf '%s\n' "$@" 'To: you@example.test' 'Subject: a test' '' 'hello'
}

case_keep_changes_nothing() {
	server
	account
	send -f boss@example.test you@example.test \
	    < <(from 'From: boss@example.test')
	expect_exit 0
	expect_transcript '^> MAIL FROM:<boss@example.test>'
	expect_header '^From: boss@example.test$'
}

case_fix_makes_it_the_accounts_own() {
	server
	account 'from_policy = "fix";'
	send -f root@host you@example.test < <(from 'From: Cron <root@host>')
	expect_exit 0
	expect_transcript '^> MAIL FROM:<me@example.test>'
	expect_header '^From: Cron <me@example.test>$' '^Reply-To: root@host$'
}

case_fix_leaves_an_encoded_name_as_it_is() {
	server
	account 'from_policy = "fix";'
	send you@example.test < <(from 'From: =?UTF-8?B?5byg5LiJ?= <root@host>')
	expect_exit 0
	expect_header '^From: =\?UTF-8\?B\?5byg5LiJ\?= <me@example.test>$'
}

case_fix_keeps_a_reply_to() {
	server
	account 'from_policy = "fix";'
	send you@example.test < <(from 'From: root@host' 'Reply-To: ops@example.test')
	expect_exit 0
	expect_header '^Reply-To: ops@example.test$'
	expect_no_header 'root@host'
}

case_fix_lets_nobody_stand_beside_it() {
	server
	account 'from_policy = "fix";'
	send you@example.test \
	    < <(from 'From: me@example.test, boss@victim.test')
	expect_exit 0
	expect_header '^From: me@example.test$'
}

case_fix_makes_one_of_two_fields() {
	server
	account 'from_policy = "fix";'
	send you@example.test \
	    < <(from 'From: me@example.test' 'From: boss@victim.test')
	expect_exit 0
	[ "$(grep -c '^From:' "$store/message-1.eml")" -eq 1 ] ||
	    fail "there is more than one From"
	expect_no_header '^From:.*victim'
}

case_fix_replaces_what_cannot_be_read() {
	server
	account 'from_policy = "fix";'
	send you@example.test < <(from 'From: boss <boss@victim.test')
	expect_exit 0
	expect_header '^From: .*me@example.test>?$'
	expect_no_header '^From:.*victim'
}

case_a_pattern_allows_more() {
	server
	account_at 127.0.0.1 'tls = "off"; from_policy = "fix";' \
	    'from = ["me@example.test", "*@alerts.example.test"];'
	send -f disk@alerts.example.test you@example.test \
	    < <(from 'From: disk@alerts.example.test')
	expect_exit 0
	expect_transcript '^> MAIL FROM:<disk@alerts.example.test>'
	expect_header '^From: disk@alerts.example.test$'
}

case_reject_refuses_the_envelope_sender() {
	server
	account 'from_policy = "reject";'
	send -f boss@victim.test you@example.test \
	    < <(from 'From: me@example.test')
	expect_exit 65
	expect_says 'boss@victim.test'
	expect_no_connection
}

case_reject_refuses_the_header() {
	server
	account 'from_policy = "reject";'
	send -f me@example.test you@example.test \
	    < <(from 'From: boss@victim.test')
	expect_exit 65
	expect_says 'boss@victim.test'
	expect_no_connection
}

# ---- a user that nobody knows ---------------------------------------------------

nobody_sends() {
	chmod 711 "$TMPDIR" "$dir" "$HOME"
	chmod "${mode:-644}" "$dir/sendoff.conf"
	cp "$sendoff" "$dir/program"
	timeout 60 setpriv --reuid 54321 --clear-groups "$dir/program" \
	    -C "$dir/sendoff.conf" "$@" < <(letter) >"$dir/out" 2>"$dir/err"
	status=$?
}

case_an_unknown_user_has_no_address() {
	needs_root
	server
	account_at 127.0.0.1 'tls = "off";'
	nobody_sends you@example.test
	expect_exit 71
	expect_says 'user id 54321' '-f'
	expect_no_connection
	nobody_sends -f me@example.test you@example.test
	expect_exit 0
}

case_an_unknown_user_sends_as_the_account() {
	needs_root
	server
	account
	nobody_sends you@example.test
	expect_exit 0
	expect_transcript '^> MAIL FROM:<me@example.test>'
}

# As cron hands it on, where it was started from root's shell.
case_a_home_of_somebody_else_does_not_count() {
	needs_root
	server
	account
	mkdir -p "$HOME/.config/sendoff"
	cp "$dir/sendoff.conf" "$HOME/.config/sendoff"
	chmod -R go= "$HOME/.config"
	chmod 711 "$TMPDIR" "$dir" "$HOME"
	cp "$sendoff" "$dir/program"
	status=0
	SENDOFF_URL="smtp://127.0.0.1:$(cat "$dir/port")" SENDOFF_TLS=off \
	    timeout 60 setpriv --reuid nobody --clear-groups "$dir/program" \
	    -f me@example.test you@example.test \
	    < <(letter) >"$dir/out" 2>"$dir/err" || status=$?
	expect_exit 0
}

case_a_configuration_that_this_user_may_not_read() {
	needs_root
	server
	account
	mode=600 nobody_sends you@example.test
	expect_exit 77
	expect_says 'cannot open .*: permission denied' 'user id 54321'
	expect_no_connection
}

run_cases
