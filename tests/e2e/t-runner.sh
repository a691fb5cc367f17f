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
	transcript | sed -n 's/^> AUTH PLAIN //p' | base64 -d | tr '\0' ' '
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
	expect_exit 77
	expect_says "the spool is that of user id $(id -u nobody)"
	expect_nothing_sent
	send_letter
	expect_exit 0
	expect_messages 1
}

queueing_at_nobody() {
	port=$(next_port)
	queueing "$@"
}

case_a_message_with_a_host_of_its_own_stops_no_other() {
	server
	queueing
	send_letter -odq --port="$(next_port)"
	send_letter -odq
	run_queue
	expect_exit 0
	expect_messages 1
}

case_nor_does_one_that_the_server_cannot_take() {
	server --without SMTPUTF8
	queueing
	send -odq $'j\303\274rgen@example.test' < <(letter)
	send_letter -odq
	run_queue
	expect_exit 0
	expect_messages 2
	grep -q '^Status: 5\.6\.7' "$store/message-2.eml" ||
	    fail "the report has another status"
}

case_files_are_named_from_where_they_were() {
	server --auth PLAIN --auth-before-tls
	queueing 'auth_without_tls = true;'
	(umask 077 && echo secret >password)
	send_letter -odq --user=user --password-file=password
	cd /
	run_queue
	expect_exit 0
	expect_messages 1
}

case_an_account_that_is_gone() {
	server
	queueing
	send_letter -odq
	sed -i 's/test: {/another: {/; s/"test"/"another"/' "$dir/sendoff.conf"
	run_queue
	expect_exit 78
	expect_says '^sendoff: test: messages wait for an account ' \
	    'put it back, .*: test: \{ inherit = "another"; \};$'
	expect_nothing_sent
	[ -n "$(find "$SENDOFF_SPOOL/queue/test" -type f)" ] ||
	    fail "the message is gone"
	sed -i 's/accounts: {/& test: { inherit = "another"; };/' sendoff.conf
	send --retry=all </dev/null
	run_queue
	expect_exit 0
	expect_messages 1
}

# Whoever started us may ignore SIGCHLD, and with that waitpid(2) knows nothing.
case_what_children_say_is_heard() {
	server
	queueing
	send_letter -odq
	sed -i 's/test: {/another: {/; s/"test"/"another"/' "$dir/sendoff.conf"
	mkdir "$SENDOFF_SPOOL/queue/another"
	"$python" -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$sendoff" -C sendoff.conf --flush \
	    </dev/null >out 2>err
	status=$?
	expect_exit 78
}

case_a_clock_that_was_years_ahead() {
	server
	queueing
	send_letter -odq
	find "$SENDOFF_SPOOL/queue" -type f -exec touch -d 2090-01-01 {} +
	run_queue
	expect_exit 0
	expect_messages 1
}

# One was refused, and told of to nobody; the other one has it.
case_released_from_the_dead() {
	server --on 'rcpt has=one@ conn=1 reply "550 5.1.1 no such user"' \
	    --on 'rcpt has=two@ conn=1 reply "451 4.2.1 later"'
	queueing 'bounce_to = "off";'
	send -odq one@example.test two@example.test < <(letter)
	run_queue
	find "$SENDOFF_SPOOL" -type f -exec touch -d '1 hour ago' {} +
	send --retry=all </dev/null
	run_queue
	expect_messages 1
	[ -n "$(find "$SENDOFF_SPOOL/dead" -type f)" ] || fail "it is not dead"
	send --release=all </dev/null
	expect_exit 0
	send --retry=all </dev/null
	run_queue
	expect_exit 0
	expect_messages 2
	expect_json "$store/envelope-2.json" \
	    '[r["line"] for r in rcpt] == ["TO:<one@example.test>"]'
	[ -z "$(find "$SENDOFF_SPOOL" -type f)" ] || fail "something is left"
}

# A server that takes none is asked once for each way that leads to it.
case_two_ways_by_turns() {
	local n
	server --on 'mail reply "421 4.3.2 not now"'
	queueing
	for n in 1 2 3; do
		send_letter -odq
		send_letter -odq --ehlo-name="other.example.test"
	done
	run_queue
	expect_exit 0
	[ "$(connections)" -eq 2 ] || fail "$(connections) connections, not 2"
}

# Nobody is there, and nobody but the first is tried; all are late.
case_late_though_not_tried() {
	local n
	queueing_at_nobody 'warn_after = "1s";'
	for n in 1 2 3; do
		send_letter -odq
	done
	sleep 1.1
	run_queue
	n=$(grep -rl '^Action: delayed' "$SENDOFF_SPOOL" | wc -l)
	[ "$n" -eq 3 ] || fail "$n are told of, not 3"
}

# Of what was chosen the report leaves at once, and nothing else does.
case_a_choice_is_a_choice() {
	server --on 'rcpt has=one@ reply "550 5.1.1 no such user"'
	queueing
	send_letter -odq
	send -odq one@example.test < <(letter)
	send -qRone@ </dev/null
	expect_exit 0
	expect_messages 1
	grep -q '^Subject: Mail not delivered' "$store/message-1.eml" ||
	    fail "it was not the report"
}

case_a_file_among_the_accounts() {
	server
	queueing
	send_letter -odq
	: >"$SENDOFF_SPOOL/queue/README"
	send --queue </dev/null
	expect_exit 0
	run_queue
	expect_exit 0
	expect_messages 1
}

case_mailq_tells_of_the_damaged() {
	server
	queueing
	send_letter -odq
	find "$SENDOFF_SPOOL/queue" -type f -exec sh -c 'echo x >"$1"' - {} \;
	run_queue
	send --queue </dev/null
	expect_exit 0
	grep -q "^-- 1 damaged: see $SENDOFF_SPOOL/damaged$" out ||
	    fail "mailq does not tell"
	[ "$(tail -n 1 out)" = 'Mail queue is empty' ] ||
	    fail "the last line is not the one that scripts read"
}

case_mailq_of_a_broken_configuration() {
	server
	queueing
	send_letter -odq
	echo 'hots = "x";' >>sendoff.conf
	send --queue </dev/null
	expect_exit 78
	expect_says 'hots'
	grep -q 'you@example.test' out || fail "mailq shows nothing"
}

case_a_spool_here_and_there() {
	server
	queueing
	sed -i '1i spool = "here";' sendoff.conf
	send_letter -odq
	expect_exit 78
	expect_says 'is not a full path'
}

case_what_is_held_is_not_hastened() {
	server
	queueing
	send_letter -odq
	send --hold=all </dev/null
	send --retry="$(find "$SENDOFF_SPOOL/held" -type f -printf '%f')" \
	    </dev/null
	expect_exit 64
	expect_says 'has to be released'
}

# What is told of one of them is kept, but not that he is told of; then the
# other one is refused, too.
case_everybody_is_told_of() {
	server --on 'rcpt has=one@ reply "550 5.1.1 no such user"' \
	    --on 'rcpt has=two@ conn=1 reply "451 4.2.1 later"' \
	    --on 'rcpt has=two@ reply "550 5.1.1 no such user"' \
	    --on 'rcpt has=me@ reply "451 4.2.1 later"'
	queueing
	send -odq one@example.test two@example.test < <(letter)
	traced -o trace -e inject=pwrite64:error=ENOSPC:when=2+ \
	    "$sendoff" -C "$dir/sendoff.conf" --flush </dev/null 2>err
	expect_says 'No space left'
	find "$SENDOFF_SPOOL" -type f -exec touch -d '1 hour ago' {} +
	run_queue
	expect_exit 0
	for who in one two; do
		grep -rq "^Final-Recipient: rfc822; $who@" "$SENDOFF_SPOOL" ||
		    fail "$who is not told of"
	done
}

run_cases
