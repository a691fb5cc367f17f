#!/bin/bash
# Runs over the spool where one message must not be the other's ruin.
. "$(dirname "$0")/lib.sh"

queueing() {
	account 'on_failure = "queue"; retry_min = "1m";' "$@"
}

run_queue() {
	send --flush </dev/null
}

# What was said behind AUTH PLAIN on the last connection of a server's store.
said_plain() {
	sed -n 's/^> AUTH PLAIN //p' "$store/conn-1.log" | base64 -d | tr '\0' ' '
}

case_a_password_goes_to_its_own_server() {
	local first
	server_of one --auth PLAIN --auth-before-tls --user one --password secret1
	first=$port
	server_of two --auth PLAIN --auth-before-tls --user two --password secret2
	# shellcheck disable=SC2097,SC2098
	port=$first queueing 'user = "one"; password = "secret1";' \
	    'auth_without_tls = true;'
	(umask 077 && echo secret2 >password)
	send_letter -odq
	send_letter -odq --port="$port" --user=two --password-file="$dir/password"
	run_queue
	expect_exit 0
	record >/dev/null
	[ "$(said_plain)" = " two secret2" ] ||
	    fail "said to the second server: $(said_plain)"
	store=$dir/storeone expect_messages 1
}

case_what_is_another_s_is_not_run() {
	needs_root
	server
	queueing
	send_letter -odq
	chown -R nobody "$SENDOFF_SPOOL"
	run_queue
	expect_exit 73
	expect_says "the spool is that of user id $(id -u nobody)"
	expect_nothing_sent
	send_letter
	expect_exit 0
	expect_messages 1
}

run_cases
