#!/bin/bash
# Servers that close, stall, lie or babble.
. "$(dirname "$0")/lib.sh"

# gone STEP DEED...: the connection ends like that at that step.
gone() {
	local step=$1
	shift
	server --on "$step $*"
	account
	send_letter
	expect_exit 75
	expect_says '127\.0\.0\.1|localhost'
}

case_closes_at_connect() {
	gone connect close
}

case_resets_at_connect() {
	gone connect reset
}

case_closes_within_the_greeting() {
	gone greeting 'send "220 mail.exam" cut'
}

case_closes_after_the_greeting() {
	server --on 'greeting default close'
	account
	send_letter
	expect_exit 75
	expect_nothing_sent
}

case_closes_at_ehlo() {
	gone ehlo close
	expect_nothing_sent
}

case_closes_within_the_ehlo_reply() {
	gone ehlo 'send "250-mail.example.test\r\n250-SIZE 1000\r\n" cut'
	expect_nothing_sent
}

case_an_ehlo_reply_cut_in_its_last_line() {
	gone ehlo 'send "250-mail.example.test\r\n250 PIPELI" cut'
	expect_nothing_sent
}

case_closes_at_mail() {
	gone mail close
	expect_nothing_sent
}

case_resets_at_mail() {
	gone mail reset
	expect_nothing_sent
}

case_closes_at_rcpt() {
	gone rcpt close
	expect_nothing_sent
}

case_closes_at_data() {
	gone data close
	expect_nothing_sent
}

case_closes_within_content() {
	server --on 'body bytes=100000 cut'
	account
	{
		letter
		seq -f '%070.0f' 20000
	} | send you@example.test
	expect_exit 75
	expect_messages 0
}

case_resets_within_content() {
	server --on 'body bytes=100000 reset'
	account
	{
		letter
		seq -f '%070.0f' 20000
	} | send you@example.test
	expect_exit 75
	expect_messages 0
}

case_refuses_within_content() {
	server --on 'body bytes=100000 reply "552 5.3.4 enough-of-it" cut'
	account
	{
		letter
		seq -f '%070.0f' 200000
	} | send you@example.test
	expect_exit 69
	expect_messages 0
	expect_says 'enough-of-it'
}

case_421_within_content() {
	server --on 'body bytes=100000 reply "421 4.3.2 shutting-down" cut'
	account
	{
		letter
		seq -f '%070.0f' 200000
	} | send you@example.test
	expect_exit 75
	expect_messages 0
	expect_says 'shutting-down'
}

case_closes_instead_of_the_final_answer() {
	gone dot cut
	expect_says 'may|unknown|twice|more than once'
}

case_resets_instead_of_the_final_answer() {
	gone dot reset
}

case_closes_within_the_final_answer() {
	gone dot 'send "250 2.0.0 que" cut'
}

case_closes_after_the_first_line_of_the_final_answer() {
	gone dot 'send "250-2.0.0 queued\r\n" cut'
}

case_a_stalled_greeting_times_out() {
	server --on 'greeting silent'
	account 'timeout = "1s";'
	send_letter
	expect_exit 75
	expect_says 'time|timed out'
}

case_a_stalled_final_answer_times_out() {
	server --on 'dot hang'
	account 'timeout = "1s";'
	send_letter --report=json
	expect_exit 75
	expect_report 'maybe_delivered == True'
}

case_a_stalled_reader_times_out() {
	server --on 'body bytes=100000 hang'
	account 'timeout = "1s";'
	{
		letter
		head -c 30000000 /dev/zero | tr '\0' x | fold -w 70
	} | send you@example.test
	expect_exit 75
	expect_messages 0
}

case_a_dripped_reply_meets_its_deadline() {
	local before=$SECONDS
	server --on 'ehlo drip 2 reply "250-mail.example.test greets you warmly\n250 SIZE"'
	account 'timeout = "2s";'
	send_letter
	expect_exit 75
	[ $((SECONDS - before)) -lt 12 ] || fail "it took $((SECONDS - before)) s"
}

case_a_whole_session_meets_its_deadline() {
	local before=$SECONDS
	server --without PIPELINING --on 'any delay 700'
	account 'deadline = "1s";'
	send_letter
	expect_exit 75
	[ $((SECONDS - before)) -lt 10 ] || fail "it took $((SECONDS - before)) s"
}

# nonsense STEP DEED...
nonsense() {
	local step=$1
	shift
	server --on "$step $*"
	account
	send_letter
	expect_exit 76
	expect_nothing_sent
}

case_a_web_server_greets() {
	nonsense greeting 'send "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n" cut'
}

case_binary_garbage_greets() {
	nonsense greeting 'send "\x16\x03\x01\x00\xff\x0a\x0d\x0a" cut'
}

case_garbage_answers_ehlo() {
	nonsense ehlo 'send "yes, hello there\r\n"'
}

case_a_code_out_of_range() {
	nonsense mail 'reply "650 what"'
}

case_a_code_of_two_digits() {
	nonsense mail 'reply "25 what"'
}

case_codes_that_differ_within_a_reply() {
	nonsense mail 'reply "250-yes\n550 no"'
}

case_an_endless_reply() {
	nonsense ehlo 'endless "250-X\r\n"'
}

case_an_endless_line() {
	nonsense ehlo 'endless "x"'
}

case_an_over_long_line() {
	nonsense ehlo 'send "250-" repeat 100000 "x" send "\r\n250 ok\r\n"'
}

case_an_empty_line() {
	nonsense mail 'send "\r\n250 ok\r\n"'
}

case_an_answer_before_the_question() {
	server --on 'greeting reply "220 mail ESMTP\n250-mail\n250 PIPELINING"'
	account
	send_letter
	expect_exit 75 76
	expect_nothing_sent
}

case_an_answer_too_many_is_not_the_final_one() {
	server --on 'data send "354 go on\r\n250 2.0.0 queued\r\n"' --on 'dot cut'
	account
	send_letter
	expect_exit 75 76
	expect_messages 0
}

case_lines_that_end_with_lf_alone() {
	server --on 'greeting send "220 mail\n"' \
	    --on 'ehlo send "250-mail\n250 SIZE 100000\n"'
	account
	send_letter
	expect_exit 0
	expect_messages 1
}

case_server_text_is_shown_clean() {
	server --on 'rcpt reply "550 5.1.1 \x1b[31mred\x07 \xc2\x9b and \xff"'
	account
	send_letter
	expect_exit 67
	! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' err ||
	    fail "control octets reach the terminal"
	expect_says 'x1b\[31mred'
}

case_nothing_before_the_greeting() {
	server --strict --latency 50
	account
	send_letter
	expect_exit 0
}

case_refused_connections() {
	server
	servers_die
	account
	send_letter
	expect_exit 75
	expect_says "127\.0\.0\.1.*$port|refused"
}

case_an_unknown_host() {
	server
	account
	send_letter --host=no-such-host.invalid
	expect_exit 68 75
	expect_says 'no-such-host\.invalid'
	expect_no_connection
}

run_cases
