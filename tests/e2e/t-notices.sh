#!/bin/bash
# What a sender is told of his message that waits: reports on delivery.
. "$(dirname "$0")/lib.sh"
. "$here/spool.sh"

# kept SERVER-OPTION...: a letter that waits for a server that is there now.
# As it is to be asked for stands in the array asked, the account's in settings.
settings=()
asked=()
kept() {
	server "$@"
	queueing 'deliver = "queue";' "${settings[@]}"
	send_letter "${asked[@]}"
	expect_exit 0
	expect_waiting queue 1
}

flush() {
	send --flush </dev/null
	expect_exit 0
}

hour=3600
day=86400
later='rcpt has=you@ reply "451 4.2.1 greylisted"'
unknown='rcpt has=you@ reply "550 5.1.1 no such user"'

# ---- late --------------------------------------------------------------------

case_one_warning_and_no_other() {
	kept --on "$later"
	flush
	expect_reports 0
	ages $((5 * hour))
	flush
	expect_reports 1
	expect_waiting queue 1
	expect_dsn 'notice["To"] == "me@example.test"' \
	    'notice["From"].addresses[0].addr_spec == "mailer-daemon@example.test"' \
	    'notice["References"] == "<1@example.test>"' \
	    '"no need to send it once more" in text' \
	    '"will be tried until" in text and "be given up" in text' \
	    'to["you@example.test"]["Action"] == "delayed"' \
	    'to["you@example.test"]["Status"] == "4.2.1"' \
	    'to["you@example.test"]["Diagnostic-Code"] == "smtp; 451 4.2.1 greylisted"' \
	    'returned == "text/rfc822-headers"' '"hello" not in original' \
	    '"Subject: a test" in original'
	ages $((5 * hour))
	flush
	expect_reports 1
	expect_waiting queue 1
}

case_no_warning_before_its_time() {
	settings=('warn_after = "6h";')
	kept --on "$later"
	ages $((5 * hour))
	flush
	expect_reports 0
	ages $hour
	flush
	expect_reports 1
}

case_no_warning_where_none_is_wanted() {
	local notify
	for notify in failure success,failure never; do
		asked=(-N "$notify")
		kept --on "$later"
		ages $((5 * hour))
		flush
		expect_messages 0
		expect_waiting queue 1
		rm -rf "$SENDOFF_SPOOL" "$dir/port" "$store"
	done
	asked=(-N delay)
	kept --on "$later"
	ages $((5 * hour))
	flush
	expect_reports 1
}

case_no_warnings_at_all() {
	settings=('warn_after = 0;')
	kept --on "$later"
	ages $((100 * hour))
	flush
	expect_messages 0
	expect_waiting queue 1
}

# ---- too late ----------------------------------------------------------------

case_too_old_is_given_up() {
	settings=('expire = "2d";')
	kept --on "$later"
	ages $((2 * day + 60))
	flush
	expect_reports 1
	expect_dsn 'to["you@example.test"]["Action"] == "failed"' \
	    'to["you@example.test"]["Status"] == "4.2.1"' \
	    'to["you@example.test"]["Diagnostic-Code"] == "smtp; 451 4.2.1 greylisted"' \
	    '"tried for 2 days, and is given up now" in text' \
	    '"Nothing more will be tried" in text' \
	    'returned == "message/rfc822"' '"hello" in original'
	expect_empty_queue
}

case_too_old_without_a_status_is_given_up() {
	kept --on 'mail reply "421 later" close' --extensions PIPELINING
	ages $((6 * day))
	flush
	expect_waiting queue 1
	servers_die
	rm -rf store port
	server_again
	ages 0
	flush
	expect_dsn 'to["you@example.test"]["Status"] == "4.4.7"' \
	    'to["you@example.test"]["Diagnostic-Code"] == "smtp; 421 later"' \
	    '"Your own address" not in text'
}

# What has no reply has no Remote-MTA.
case_too_old_at_a_dead_host_is_given_up() {
	dead_server
	queueing 'warn_after = 0;'
	send_letter
	expect_waiting queue 1
	ages $((6 * day))
	flush
	expect_waiting queue 1
	server_again
	ages 0
	flush
	expect_reports 1
	expect_dsn 'to["you@example.test"]["Status"] == "4.4.7"' \
	    '"efused" in to["you@example.test"]["Diagnostic-Code"]' \
	    '"Remote-MTA" not in to["you@example.test"]'
	expect_empty_queue
}

# The machine slept, or its clock has only now been set: what was to be tried long
# before may be tried now before the network is there.
case_too_old_when_it_wakes_up_is_tried_on() {
	settings=('expire = "2d"; warn_after = 0;')
	kept --on "$later"
	ages $((3 * day)) $(($(date +%s) - 1 * day))
	for _ in 1 2 3 4 5 6 7; do
		ages 0 1
		flush
		expect_reports 0
		expect_waiting queue 1
	done
	ages 0
	flush
	expect_reports 1
	expect_empty_queue
}

case_too_old_when_it_wakes_up_at_a_dead_host() {
	dead_server
	queueing 'warn_after = 0;'
	send_letter
	send_letter
	ages $((6 * day)) 1
	flush
	expect_waiting queue 2
	server_again
	ages 0 1
	flush
	expect_messages 2
	expect_reports 0
	expect_empty_queue
}

# Somebody asks for it early, or again and again.
case_too_old_and_hurried() {
	settings=('warn_after = 0;')
	kept --on "$later"
	ages $((6 * day)) $(($(date +%s) + day))
	send -qR@ </dev/null
	send --retry=all </dev/null
	flush
	flush_now
	expect_reports 0
	expect_waiting queue 1
}

# Not by what another message brings along.
case_too_old_is_each_ones_own() {
	dead_server
	queueing 'expire = "30d"; bounce_to = "off"; warn_after = 0;'
	send_letter
	SENDOFF_EXPIRE=2d send_letter
	send_letter
	flush_now
	ages $((6 * day))
	flush
	expect_waiting queue 2
	expect_waiting dead 1
	server_again
	flush_now
	expect_messages 2
}

case_too_old_and_its_password_is_gone() {
	server
	queueing 'deliver = "queue"; expire = "30d"; warn_after = 0;
	    auth_without_tls = true;'
	SENDOFF_USER=jane SENDOFF_PASSWORD=sesame send_letter
	ages $((6 * day))
	send --flush </dev/null
	expect_exit 77
	expect_waiting queue 1
	expect_messages 0
}

case_too_old_and_nobody_wants_to_know() {
	asked=(-N never)
	kept --on "$later"
	ages $((6 * day))
	flush
	expect_messages 0
	expect_empty_queue
}

# ---- who is told -------------------------------------------------------------

case_somebody_else_is_told() {
	settings=('bounce_to = "postmaster@example.test";')
	kept --on "$unknown"
	flush
	expect_reports 1
	expect_json "$store/envelope-1.json" 'mail == "FROM:<>"' \
	    '[r["line"] for r in rcpt] == ["TO:<postmaster@example.test>"]'
	expect_dsn 'notice["To"] == "postmaster@example.test"' \
	    '"This message did not reach" in text' \
	    '"From: me@example.test" in text'
	expect_empty_queue
}

case_nobody_is_told() {
	settings=('bounce_to = "off";')
	kept --on "$unknown"
	flush
	expect_messages 0
	expect_waiting queue 0
	expect_waiting dead 1
	expect_queue '^[0-9A-Z]+#.* me@example\.test$' \
	    '^ +\(.*no such user\)$' '^ +you@example\.test$'
}

case_a_message_without_a_sender_is_dead() {
	server --on "$unknown"
	queueing 'deliver = "queue";'
	send_letter -f '<>'
	flush
	expect_messages 0
	expect_waiting queue 0
	expect_waiting dead 1
	expect_queue '^[0-9A-Z]+#.* MAILER-DAEMON$' \
	    '^ +\(.*no such user\)$' '^ +you@example\.test$'
	send --queue --report=json </dev/null
	expect_json "$dir/out" 'place == "dead"' 'sender == ""' \
	    '"no such user" in why' 'recipients == ["you@example.test"]'
	flush
	expect_waiting dead 1
}

# expect_dead_in_log ID: said there where it is, and not with every run.
expect_dead_in_log() {
	[ "$(grep -oE ' dead=[^ ]+' log)" = " dead=$SENDOFF_SPOOL/dead/test/$1" ] ||
	    fail "the log does not say it once: $(<log)"
}

case_the_dead_are_told_of() {
	local id
	server --on "$unknown"
	queueing 'deliver = "queue";'
	send_letter -f '<>'
	id=$(only_id queue)
	send two@example.test < <(letter)
	flush
	expect_silence
	expect_messages 1
	expect_dead_in_log "$id"
	send --flush -v </dev/null
	expect_exit 0
	expect_says "^sendoff: 1 dead: see $SENDOFF_SPOOL/dead\$"
	expect_dead_in_log "$id"
	expect_queue "^-- 1 dead: see $SENDOFF_SPOOL/dead\$"
	[[ $(tail -n 1 queue) == "-- "*" in 1 Request." ]] || fail "$(<queue)"
	send --remove="$id" </dev/null
	expect_exit 0
	expect_empty_queue
	send --flush -v </dev/null
	! grep ' dead: ' err || fail "it is still told"
}

# Not before all is decided; who was refused earlier is shown, too.
case_a_message_without_a_sender_waits_for_the_others() {
	server --on "$unknown" --on 'rcpt has=two@ conn=1 reply "451 later"'
	queueing 'deliver = "queue";'
	send -f '<>' you@example.test two@example.test < <(letter)
	flush
	expect_waiting queue 1
	ages 0
	flush
	expect_messages 1
	expect_waiting queue 0
	expect_waiting dead 1
	expect_queue '^ +\(.*no such user\)$' '^ +you@example\.test$'
	! grep -q 'two@' queue || fail "two@ has it, and is shown"
}

# One of two was refused, which nobody is told of, and the other gets it now.
refused_and_sent() {
	server --on 'rcpt has=gone@ reply "550 5.1.1 no such user"' \
	    --on 'rcpt has=late@ conn=1 reply "451 4.2.1 later"'
	queueing 'deliver = "queue"; bounce_to = "off";'
	send gone@example.test late@example.test < <(letter)
	flush
	ages 0
}

expect_gone_is_dead() {
	expect_messages 1
	expect_waiting queue 0
	expect_waiting dead 1
	expect_dead_in_log "$(only_id dead)"
	expect_queue '^ +\(.*no such user\)$' '^ +gone@example\.test$'
}

case_killed_before_the_untold_is_dead() {
	refused_and_sent
	traced -o calls -e inject=renameat,renameat2,linkat:signal=KILL \
	    "$sendoff" -C sendoff.conf --flush </dev/null 2>err
	expect_messages 1
	expect_waiting queue 1
	flush
	expect_gone_is_dead
}

case_nowhere_to_lay_the_dead() {
	refused_and_sent
	: >"$SENDOFF_SPOOL/dead"
	send --flush </dev/null
	expect_exit 73
	rm "$SENDOFF_SPOOL/dead"
	ages 0
	flush
	expect_gone_is_dead
}

# What is not known to be told of is dead, and not forgotten.
case_decided_and_its_account_is_gone() {
	refused_and_sent
	: >"$SENDOFF_SPOOL/dead"
	send --flush </dev/null
	expect_exit 73
	rm "$SENDOFF_SPOOL/dead"
	sed -i 's/ test: {/ another: {/; s/"test"/"another"/' sendoff.conf
	ages 0
	flush
	expect_gone_is_dead
	expect_queue '(test: 550 5.1.1 no such user)'
}

# It tells somebody who is not its sender, which makes no circle.
case_of_a_message_without_a_sender_somebody_else_is_told() {
	server --on "$unknown"
	queueing 'deliver = "queue"; bounce_to = "postmaster@example.test";'
	send_letter -f '<>'
	flush
	expect_reports 1
	expect_dsn 'notice["To"] == "postmaster@example.test"' \
	    '"you@example.test" in to'
	expect_empty_queue
}

case_of_a_message_without_a_sender_that_is_late_or_passed_on() {
	server --without DSN --on 'rcpt has=you@ conn=1 reply "451 4.2.1 later"'
	queueing 'deliver = "queue"; bounce_to = "postmaster@example.test";'
	send_letter -f '<>' -N success,delay
	ages $((5 * hour))
	flush
	expect_reports 1
	expect_dsn 'notice["To"] == "postmaster@example.test"' \
	    'to["you@example.test"]["Action"] == "delayed"'
	ages 0
	flush
	expect_reports 2
	expect_dsn 'notice["To"] == "postmaster@example.test"' \
	    'to["you@example.test"]["Action"] == "relayed"'
	expect_empty_queue
}

case_of_a_report_none_is_made() {
	settings=('bounce_to = "postmaster@example.test";')
	kept --on 'rcpt reply "550 5.1.1 no such user"'
	flush
	flush
	expect_messages 0
	expect_waiting queue 0
	expect_waiting dead 1
	expect_queue '^[0-9A-Z]+#.* MAILER-DAEMON$' '^ +\(.*no such user\)$' \
	    '^ +postmaster@example\.test$'
	grep -qra '^hello' "$SENDOFF_SPOOL/dead" ||
	    fail "it was made shorter, which was of no use"
}

# A provider that wants its own sender gets a report with one; he is told that
# nobody is to report on it.
case_a_report_from_the_account_itself() {
	settings=('from_policy = "fix";')
	kept --on "$unknown"
	flush
	expect_reports 1
	expect_json "$store/envelope-1.json" 'mail == "FROM:<me@example.test>"' \
	    '[r["line"] for r in rcpt] == ["TO:<me@example.test> NOTIFY=NEVER"]'
	expect_dsn 'notice["From"].addresses[0].addr_spec == "me@example.test"'
}

case_a_report_from_the_account_itself_that_fails() {
	settings=('from_policy = "fix";')
	kept --on 'rcpt reply "550 5.1.1 no such user"'
	flush
	flush
	expect_waiting queue 0
	expect_waiting dead 1
}

# ---- what it says ------------------------------------------------------------

case_the_message_comes_back() {
	asked=(-R full)
	kept --on "$unknown"
	flush
	expect_dsn 'returned == "message/rfc822"' '"hello" in original' \
	    '"The message is attached." in text'
}

case_its_header_comes_back() {
	asked=(-R hdrs)
	kept --on "$unknown"
	flush
	expect_dsn 'returned == "text/rfc822-headers"' '"hello" not in original' \
	    '"Message-ID: <1@example.test>" in original' \
	    '"The header of the message is attached" in text'
}

# comes_back SERVER-OPTION...: of a message with RET=FULL the header alone does.
comes_back_short() {
	asked=(-R full "${asked[@]}")
	kept "$@"
	flush
	expect_reports 1
	expect_dsn 'returned == "text/rfc822-headers"' '"hello" not in original' \
	    '"Subject: a test" in original' \
	    '"The header of the message is attached" in text'
	expect_waiting dead 0
	expect_waiting queue 0
}

case_what_was_refused_is_not_sent_again() {
	comes_back_short --on 'dot n=1 reply "554 5.7.1 looks like spam"'
}

# The message was never looked at; the report is, with what is in it.
case_a_report_that_is_refused_comes_back_short() {
	kept --on "$unknown" --on 'dot conn=1 reply "554 5.7.1 looks like spam"'
	flush
	expect_reports 0
	expect_waiting queue 1
	expect_waiting dead 1
	flush
	expect_reports 1
	expect_dsn 'returned == "text/rfc822-headers"' '"hello" not in original' \
	    '"Subject: a test" in original' \
	    '"The header of the message is attached" in text' \
	    'to["you@example.test"]["Status"] == "5.1.1"' \
	    'notice["To"] == "me@example.test"'
	expect_json "$store/envelope-1.json" 'mail == "FROM:<>"' \
	    '[r["line"] for r in rcpt] == ["TO:<me@example.test>"]'
	expect_empty_queue
}

# The long one leaves the queue before the short one is in it: nobody can send
# both.
case_killed_before_it_is_dead() {
	kept --on "$unknown" --on 'dot conn=1 reply "554 5.7.1 looks like spam"'
	traced -qq -o calls -e inject=renameat,renameat2:signal=KILL \
	    "$sendoff" -C sendoff.conf --flush >killed 2>&1 </dev/null || :
	expect_waiting queue 1
	expect_waiting dead 0
	send --retry=all </dev/null
	flush
	expect_reports 1
	expect_dsn 'returned == "message/rfc822"'
	expect_empty_queue
}

# Whoever releases the long one wants no short one.
case_released_before_it_was_tried_again() {
	kept --on "$unknown" --on 'dot conn=1 reply "554 5.7.1 looks like spam"'
	flush
	send --release="$(only_id dead)" </dev/null
	expect_exit 0
	flush
	expect_reports 1
	expect_dsn 'returned == "message/rfc822"'
	expect_empty_queue
}

case_but_once_alone() {
	kept --on "$unknown" --on 'dot reply "554 5.7.1 looks like spam"'
	flush
	flush
	flush
	expect_messages 0
	expect_waiting queue 0
	expect_waiting dead 1
	grep -qra '^hello' "$SENDOFF_SPOOL/dead" || fail "its text is lost"
}

case_who_is_unknown_in_the_end_sees_all() {
	asked=(-R full)
	kept --on 'dot n=1 reply "550 5.1.1 no such user"'
	flush
	expect_dsn 'returned == "message/rfc822"'
}

case_what_is_larger_than_the_server_takes() {
	comes_back_short --size 9000 --on "$unknown"
}

# Nobody else's mail waits for that, and the report leaves in the same run.
case_what_is_too_large() {
	server --size 20000
	queueing 'deliver = "queue";'
	letter "$(yes 'a line that is long' | head -n 1000)" >large
	send -R full you@example.test <large
	send_letter
	flush
	expect_messages 2
	expect_reports 1
	expect_dsn 'returned == "text/rfc822-headers"' \
	    'to["you@example.test"]["Status"] == "5.3.4"' \
	    '"too large" in text'
	expect_empty_queue
}

case_what_has_eight_bits() {
	eight_bits 'Subject: gr\xc3\xbcn\n\n.' message/global-headers \
	    message/global
	eight_bits 'Subject: x\n\ngr\xc3\xbcn' message/rfc822 message/rfc822
}

# eight_bits MESSAGE SEVEN EIGHT: what comes back without 8BITMIME and with it.
eight_bits() {
	rm -rf "$dir/port" "$dir/store"
	server --without 8BITMIME,SMTPUTF8 --on "$unknown"
	queueing 'deliver = "queue";'
	send -R full you@example.test < <(printf '%b\n' "$1")
	flush
	expect_dsn "returned == '$2'"
	expect_json "$store/envelope-1.json" 'not content["eight_bit"]'
	rm -rf "$dir/port" "$store"
	server --on "$unknown"
	queueing 'deliver = "queue";'
	send -R full you@example.test < <(printf '%b\n' "$1")
	flush
	expect_dsn "returned == '$3'"
	expect_json "$store/envelope-1.json" 'content["eight_bit"]'
}

case_what_it_was_called() {
	printf 'root: you@example.test\n' >aliases
	server --on "$unknown"
	queueing 'deliver = "queue";'
	send -N failure -V 'id=1' --aliases=aliases root < <(letter)
	expect_waiting queue 1
	flush
	expect_dsn 'about["Original-Envelope-Id"] == "id=1"' \
	    'to["you@example.test"]["Original-Recipient"] == "rfc822; root@example.test"' \
	    '"you wrote to <root@example.test>" in text' \
	    'to["you@example.test"]["Remote-MTA"] == "dns; 127.0.0.1"' \
	    '"Arrival-Date" in about and "X-Sendoff-Queue-ID" in about' \
	    '"Last-Attempt-Date" in to["you@example.test"]'
}

# One has it, one is refused, one is asked again: of him who is late and of him
# who gets it there is nothing in the first report.
case_several_recipients() {
	server --on 'rcpt has=two@ reply "550 5.1.1 no such user"' \
	    --on 'rcpt has=three@ conn=1-2 reply "451 4.2.1 later"' \
	    --on 'rcpt has=four@ reply "553 5.1.3 what a name"'
	queueing 'deliver = "queue";'
	send one@example.test two@example.test three@example.test \
	    four@example.test < <(letter)
	flush
	expect_messages 2
	expect_dsn 'sorted(to) == ["four@example.test", "two@example.test"]' \
	    '"one@" not in text and "three@" not in text' \
	    'notice["Subject"] == "Mail not delivered to 2 recipients"' \
	    'to["two@example.test"]["Status"] == "5.1.1"' \
	    'to["four@example.test"]["Status"] == "5.1.3"' \
	    '"check how the address is spelled" in text'
	expect_waiting queue 1
	expect_queue '^ +three@example\.test$'
	ages $((5 * hour))
	flush
	expect_reports 2
	expect_dsn 'list(to) == ["three@example.test"]' \
	    'to["three@example.test"]["Action"] == "delayed"'
	ages 0
	flush
	expect_reports 2
	expect_messages 4
	expect_json "$store/envelope-4.json" \
	    '[r["line"] for r in rcpt] == ["TO:<three@example.test>"]'
	expect_empty_queue
}

# ---- passed on ---------------------------------------------------------------

case_passed_on_to_a_server_that_does_not_tell() {
	asked=(-N 'success,failure' -R full -V id1)
	kept --without DSN
	flush
	expect_messages 2
	expect_json "$store/envelope-2.json" 'mail == "FROM:<>"' \
	    '[r["line"] for r in rcpt] == ["TO:<me@example.test>"]'
	expect_dsn 'to["you@example.test"]["Action"] == "relayed"' \
	    'to["you@example.test"]["Status"] == "2.0.0"' \
	    'to["you@example.test"]["Remote-MTA"] == "dns; 127.0.0.1"' \
	    'about["Original-Envelope-Id"] == "id1"' \
	    '"nothing more will be heard of it" in text' \
	    'returned == "text/rfc822-headers"'
	expect_empty_queue
	flush
	expect_messages 2
}

# It tells itself, or it was not asked to.
case_not_a_word_of_a_success() {
	local notify
	asked=(-N success)
	kept
	flush
	expect_messages 1
	for notify in failure delay never; do
		rm -rf "$dir/port" "$store"
		asked=(-N "$notify")
		kept --without DSN
		flush
		expect_messages 1
		expect_empty_queue
	done
	rm -rf "$dir/port" "$store"
	asked=()
	kept --without DSN
	flush
	expect_messages 1
}

case_an_account_that_asks_for_it() {
	settings=('dsn_notify = "success";')
	kept --without DSN
	flush
	expect_messages 2
	expect_dsn 'to["you@example.test"]["Action"] == "relayed"'
}

case_a_part_of_them_passed_on() {
	server --without DSN --on "$unknown" \
	    --on 'rcpt has=two@ conn=1 reply "451 4.2.1 later"'
	queueing 'deliver = "queue";'
	send -N success,failure you@example.test one@example.test \
	    two@example.test < <(letter)
	flush
	expect_reports 2
	expect_dsn 'list(to) in (["one@example.test"], ["you@example.test"])'
	ages 0
	flush
	expect_reports 3
	expect_dsn 'list(to) == ["two@example.test"]' \
	    'to["two@example.test"]["Action"] == "relayed"'
	expect_messages 5
	expect_empty_queue
}

talk() {
	"$python" "$here/bs.py" "$sendoff" -C "$dir/sendoff.conf" -bs \
	    >out 2>err <<-END
		EHLO x\\r\\n
		MAIL FROM:<ann@example.test>\\r\\n
		RCPT TO:<you@example.test> NOTIFY=$1\\r\\n
		RCPT TO:<two@example.test>\\r\\n
		DATA\\r\\n
		Subject: x\\r\\n\\r\\nb\\r\\n.\\r\\n
		QUIT\\r\\n
	END
}

case_passed_on_while_the_client_waits() {
	server --without DSN
	queueing
	talk SUCCESS
	expect_silence_of err
	wait_for "the report" test -e "$store/message-2.eml"
	wait_for "its end" sh -c "[ -z \"\$(find $SENDOFF_SPOOL -type f)\" ]"
	expect_messages 2
	expect_dsn 'notice["To"] == "ann@example.test"' \
	    'list(to) == ["you@example.test"]' \
	    'to["you@example.test"]["Action"] == "relayed"'
}

expect_silence_of() {
	[ ! -s "$1" ] || fail "it says something: $(<"$1")"
}

case_no_spool_for_what_was_passed_on() {
	server --without DSN
	account
	talk SUCCESS
	expect_silence_of err
	queueing
	talk FAILURE
	expect_messages 2
	[ ! -e "$SENDOFF_SPOOL" ] || fail "there is a spool"
}

# ---- all or nobody -----------------------------------------------------------

gone='rcpt has=gone@ reply "550 5.1.1 no such user"'

case_what_cannot_go_to_all_waits_no_more() {
	settings=('recipients = "all";')
	asked=(gone@example.test late@example.test)
	kept --on "$gone" --on 'rcpt has=late@ reply "451 4.2.1 later"'
	flush
	expect_reports 1
	expect_dsn 'to["gone@example.test"]["Status"] == "5.1.1"' \
	    'to["you@example.test"]["Action"] == "failed"' \
	    'to["you@example.test"]["Status"] == "5.0.0"' \
	    'to["late@example.test"]["Action"] == "failed"' \
	    '"to all or to nobody, and somebody else was refused" in text' \
	    'returned == "message/rfc822"' '"hello" in original'
	expect_empty_queue
}

case_what_may_go_to_all_waits() {
	settings=('recipients = "all";')
	asked=(late@example.test)
	kept --on 'rcpt has=late@ conn=1 reply "451 4.2.1 later"'
	flush
	expect_messages 0
	expect_waiting queue 1
	ages 0
	flush
	expect_messages 1
	expect_json "$store/envelope-1.json" 'len(rcpt) == 2'
	expect_empty_queue
}

# By LMTP each has an answer of his own, and who may have it may have it.
case_what_went_to_some_goes_to_the_others() {
	server --lmtp --on 'dot n=1 conn=1 reply "552 5.2.2 full"' \
	    --on 'dot n=2 conn=1 reply "451 4.2.1 later"'
	queueing 'deliver = "queue"; recipients = "all"; protocol = "lmtp";'
	send full@example.test late@example.test you@example.test < <(letter)
	flush
	expect_reports 1
	expect_dsn 'list(to) == ["full@example.test"]'
	expect_waiting queue 1
	ages 0
	flush
	expect_messages 3
	expect_empty_queue
}

case_what_cannot_go_to_all_is_refused_at_once() {
	local late
	for late in 'reply "451 4.2.1 later"' 'reply "421 4.3.2 bye" close' cut; do
		rm -rf "$dir/port" "$dir/store"
		server --on "$gone" --on "rcpt has=late@ $late"
		queueing 'recipients = "all";'
		send gone@example.test late@example.test < <(letter)
		expect_exit 67
		expect_waiting . 0
	done
}

case_what_cannot_go_to_all_is_not_kept() {
	server --on "$gone"
	queueing 'recipients = "all";'
	send gone@example.test you@example.test < <(letter)
	expect_exit 67
	expect_says 'you@example.test: not sent, because another'
	expect_waiting . 0
	printf '%s\r\n' 'EHLO x' 'MAIL FROM:<me@example.test>' \
	    'RCPT TO:<gone@example.test>' 'RCPT TO:<you@example.test>' DATA \
	    'Subject: x' '' hello . QUIT | send -bs
	grep -q '^550 5\.1\.1 gone@' out || fail "it says: $(<out)"
	expect_waiting . 0
	expect_messages 0
}

# ---- at once -----------------------------------------------------------------

case_connections_at_once() {
	local i
	server --on 'mail delay 400 default'
	queueing 'deliver = "queue"; connections = 3;'
	for i in 1 2 3 4 5 6; do
		send_letter
	done
	expect_waiting queue 6
	flush
	expect_messages 6
	expect_empty_queue
	[ "$(connections)" -eq 3 ] || fail "$(connections) connections"
	for i in 1 2 3; do
		transcript "$i" | grep -q '^. MAIL FROM' ||
		    fail "connection $i had nothing to do"
	done
}

run_cases
