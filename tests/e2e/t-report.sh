#!/bin/bash
# What a run says of itself.
. "$(dirname "$0")/lib.sh"

case_json_of_a_success() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	send_letter --report=json
	expect_exit 0
	[ ! -s err ] || fail "standard error is not empty"
	expect_report 'error == "none"' 'exit == 0' 'account == "test"' \
	    '"localhost" in host' '"1.3" in tls' \
	    'message_id == "<1@example.test>" or message_id == "1@example.test"' \
	    'maybe_delivered == False' 'len(recipients) == 1' \
	    'recipients[0]["address"] == "you@example.test"' \
	    'recipients[0]["status"] == "accepted"' 'recipients[0]["code"] == 250' \
	    'recipients[0]["enhanced"] == "2.0.0"' \
	    '"queued as message-1" in recipients[0]["text"]'
}

case_json_of_mixed_verdicts() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 unknown user"' \
	    --on 'rcpt has=later@ reply "450 4.2.1 later"'
	account
	send --report=json a@example.test bad@example.test later@example.test \
	    < <(letter)
	expect_exit 75
	expect_report 'exit == 75' \
	    '[r["status"] for r in recipients] == ["accepted", "refused", "deferred"]' \
	    '[r["code"] for r in recipients] == [250, 550, 450]' \
	    '[r["enhanced"] for r in recipients] == ["2.0.0", "5.1.1", "4.2.1"]'
}

# kind_of NAME [SERVER OPTION...]: the error is called so.
kind_of() {
	local name=$1
	shift
	server "$@"
	account "${more:-}"
	send_letter --report=json
	expect_report "error == '$name'" "exit == $status" \
	    'len(recipients) == 1' 'recipients[0]["status"] != "accepted"'
}

case_kind_greeting() {
	kind_of greeting --on 'greeting reply "554 no"'
}

case_kind_helo() {
	kind_of helo --on 'ehlo reply "500 no"' --on 'helo reply "500 no"'
}

case_kind_timeout() {
	more='timeout = "1s";'
	kind_of timeout --on 'ehlo silent'
}

case_kind_disconnected() {
	kind_of disconnected --on 'ehlo cut'
}

case_kind_protocol() {
	kind_of protocol --on 'ehlo reply "hello"'
}

case_kind_sender_refused() {
	kind_of sender_refused --on 'mail reply "550 5.7.1 no"'
}

case_kind_recipients_refused() {
	kind_of recipients_refused --on 'rcpt reply "550 5.1.1 no"'
}

case_kind_data_refused() {
	kind_of data_refused --on 'dot reply "554 5.6.0 no"'
}

case_kind_not_supported() {
	more='user = "user"; password = "secret"; auth_without_tls = true;'
	kind_of not_supported
}

case_kind_connect() {
	server
	servers_die
	account
	send_letter --report=json
	expect_report 'error == "connect"' 'exit == 75'
}

case_kind_resolve() {
	server
	account
	send_letter --report=json --host=no-such-host.invalid
	expect_report 'error == "resolve"'
}

case_maybe_delivered() {
	server --on 'dot cut'
	account
	send_letter --report=json
	expect_exit 75
	expect_report 'maybe_delivered == True'
}

case_not_maybe_delivered_before_the_dot() {
	server --on 'data cut'
	account
	send_letter --report=json
	expect_exit 75
	expect_report 'maybe_delivered == False'
}

case_text_report() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 unknown-user"'
	account
	send --report=text a@example.test bad@example.test < <(letter)
	expect_exit 67
	cat out err | grep -q 'bad@example\.test.*unknown-user' ||
	    fail "no word of the refused"
}

case_quiet_report() {
	server
	account
	send_letter --report=quiet
	expect_exit 0
	expect_silence
}

case_json_with_hostile_words() {
	server --on 'rcpt reply "550 5.1.1 \"\\ \x00\x1b\xff \xe2\x82\xac \xc2\x85"'
	account
	send_letter --report=json
	expect_report 'recipients[0]["code"] == 550' '"€" in recipients[0]["text"]'
}

case_an_error_names_host_and_step() {
	server --on 'mail reply "451 4.3.0 no-space"'
	account
	send_letter
	expect_says '127\.0\.0\.1' 'no-space' 'MAIL|sender'
}

# early_error EXPRESSION [ARGUMENT...]
early_error() {
	local expression=$1
	shift
	send --report=json "$@" < <(letter)
	expect_json "$dir/out" "$expression"
}

case_json_of_early_errors_names_the_recipients() {
	local waits='[(r["address"], r["status"]) for r in recipients] == [("a@x.test", "pending"), ("b@x.test", "pending")]'
	server
	account
	echo 'piped: |cat' >aliases
	sed -i "s|^aliases = .*|aliases = \"$dir/aliases\";|" sendoff.conf
	early_error "$waits" -a nope a@x.test b@x.test
	early_error '[r["address"] for r in recipients] == ["a@x.test", "piped"]' \
	    a@x.test piped
	early_error 'recipients[0]["status"] == "refused"' 'a@b c@d'
	echo 'acounts: {};' | config
	early_error "$waits" a@x.test b@x.test
}

case_all_or_nobody() {
	server --on 'rcpt has=bad@ reply "550 5.1.1 nobody"'
	account 'recipients = "all";'
	send --report=json ann@x.test bad@x.test < <(letter)
	expect_exit 67
	expect_json "$dir/out" '[r["status"] for r in recipients] == ["pending", "refused"]' \
	    'recipients[0]["code"] == 0'
	send ann@x.test bad@x.test < <(letter)
	expect_says 'ann@x.test: not sent, because another recipient was refused'
}

run_cases
