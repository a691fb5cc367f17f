#!/bin/bash
# -t: recipients from the header (sendmail's, and smtplib's send_message).
. "$(dirname "$0")/lib.sh"

# recipients "a b c": exactly those, in this order.
recipients() {
	local want names
	read -ra names <<<"$1"
	want=$(printf '"%s@example.test",' "${names[@]}")
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    "[r['line'][4:-1] for r in rcpt] == [$want]"
}

# message LINE...: a header of these lines and a short body.
message() {
	printf '%s\n' "$@" 'Subject: x' '' 'hello'
}

case_to_cc_and_bcc() {
	server
	account
	message 'To: a@example.test' 'Cc: b@example.test' \
	    'Bcc: c@example.test' | send -t
	recipients 'a b c'
	expect_no_header '^Bcc'
	expect_header '^To: a@example\.test' '^Cc: b@example\.test'
}

case_repeated_fields_all_count() {
	server
	account
	message 'To: a@example.test' 'To: b@example.test' \
	    'to: c@example.test' | send -t
	recipients 'a b c'
}

case_arguments_are_added() {
	server
	account
	message 'To: a@example.test' | send -t b@example.test
	expect_exit 0
	expect_json "$store/envelope-1.json" \
	    'sorted(r["line"][4] for r in rcpt) == ["a", "b"]'
}

case_a_quoted_comma() {
	server
	account
	message 'To: "Doe, Jane" <a@example.test>, b@example.test' | send -t
	recipients 'a b'
}

case_groups() {
	server
	account
	message 'To: friends: a@example.test, "B, C" <b@example.test>;, c@example.test' \
	    'Cc: undisclosed-recipients:;' | send -t
	recipients 'a b c'
}

case_comments() {
	server
	account
	message 'To: a@example.test (one (nested, comment)), (x) b@example.test' |
	    send -t
	recipients 'a b'
}

case_folded_lists() {
	server
	account
	message 'To: a@example.test,' ' b@example.test,' \
	    '	"c' ' d" <c@example.test>' | send -t
	recipients 'a b c'
}

case_encoded_names() {
	server
	account
	message 'To: =?utf-8?B?5byg5LiJ?= <a@example.test>' | send -t
	recipients 'a'
}

case_a_folded_bcc_goes_entirely() {
	server
	account
	message 'To: a@example.test' 'Bcc: b@example.test,' \
	    ' c@example.test,' '	d@example.test' | send -t
	recipients 'a b c d'
	expect_no_header '[ ,<]b@' '[ ,<]c@' '[ ,<]d@'
}

case_a_resent_block_alone_counts() {
	server
	account
	message 'Resent-From: me@example.test' 'Resent-To: r@example.test' \
	    'Resent-Bcc: s@example.test' 'Resent-Date: Sun, 22 Nov 2026 19:14:37 +0800' \
	    'To: a@example.test' 'Cc: b@example.test' | send -t
	recipients 'r s'
	expect_no_header '^Resent-Bcc'
	expect_header '^To: a@example'
}

resent_twice() {
	message 'Resent-From: me@example.test' 'Resent-To: r@example.test' \
	    'Resent-Date: Sun, 22 Nov 2026 19:14:37 +0800' \
	    'Resent-From: him@example.test' 'Resent-To: me@example.test' \
	    'Resent-Date: Sat, 21 Nov 2026 19:14:37 +0800' 'To: a@example.test'
}

case_all_resent_blocks_count() {
	server
	account
	resent_twice | send -t
	recipients 'r me'
}

case_two_resent_blocks_name_no_sender() {
	server
	account
	resent_twice | send -t --read-envelope-from
	expect_exit 65
	expect_says 'resent more than once'
	expect_no_connection
}

case_a_resent_bcc_alone() {
	server
	account
	message 'Resent-Bcc: s@example.test' 'To: a@example.test' | send -t
	recipients 's'
}

case_no_recipient_at_all() {
	server
	account
	message 'X-To: a@example.test' | send -t
	expect_exit 64
	expect_says 'recipient'
	expect_no_connection
}

case_an_empty_group_is_no_recipient() {
	server
	account
	message 'To: undisclosed-recipients:;' | send -t
	expect_exit 64
	expect_no_connection
}

case_a_malformed_address() {
	server
	account
	message 'To: "unbalanced <a@example.test>' | send -t
	expect_exit 65
	expect_no_connection
}

case_two_words_without_a_comma() {
	server
	account
	message 'To: a@example.test b@example.test' | send -t
	expect_exit 65
	expect_no_connection
}

case_blank_before_the_colon() {
	server
	account
	message 'To : a@example.test' | send -t
	recipients 'a'
}

case_the_sender_is_the_accounts() {
	server
	account
	message 'From: boss@example.test' 'To: a@example.test' | send -t
	recipients 'a'
	expect_json "$store/envelope-1.json" \
	    'mail.startswith("FROM:<me@example.test>")'
	expect_header '^From: boss@example\.test'
}

case_the_envelope_sender_from_the_header() {
	server
	account
	message 'From: boss@example.test' 'To: a@example.test' |
	    send -t --read-envelope-from
	expect_json "$store/envelope-1.json" \
	    'mail.startswith("FROM:<boss@example.test>")'
}

case_the_sender_field_stands_before_from() {
	server
	account
	message 'From: boss@example.test, chief@example.test' \
	    'Sender: Secretary <sec@example.test>' 'To: a@example.test' |
	    send -t --read-envelope-from
	recipients 'a'
	expect_json "$store/envelope-1.json" \
	    'mail.startswith("FROM:<sec@example.test>")'
	expect_header '^From: boss@example\.test, chief@example\.test' \
	    '^Sender: Secretary <sec@example\.test>'
}

case_duplicates_are_sent_once() {
	server
	account
	message 'To: a@example.test, a@EXAMPLE.TEST' 'Cc: a@example.test' |
	    send -t
	expect_exit 0
	expect_json "$store/envelope-1.json" 'len(rcpt) == 1'
}

# ---- addresses that are none ----------------------------------------------------

case_a_bad_operand_does_not_keep_it_from_the_others() {
	server
	account
	send 'foo@' you@example.test < <(letter)
	expect_exit 65
	expect_says "malformed address 'foo@'"
	[ "$(wc -l <"$dir/err")" -eq 1 ] || fail "not one line"
	expect_json "$store/envelope-1.json" 'len(rcpt) == 1'
}

case_a_bad_address_in_a_field_neither() {
	server
	account
	send -t --report=json < <(printf '%s\n' \
	    'To: two words@example.test, you@example.test' '' b)
	expect_exit 65
	expect_report 'error == "address"' 'len(recipients) == 2' \
	    'recipients[0]["status"] == "accepted"' \
	    'recipients[1]["address"] == "two words@example.test"' \
	    'recipients[1]["status"] == "refused"'
	expect_messages 1
}

case_bad_addresses_alone_call_nobody() {
	server
	account
	send -t '@' < <(printf '%s\n' 'To: foo@' '' b)
	expect_exit 65
	expect_no_connection
}

case_all_or_nobody_is_nobody() {
	server
	account 'recipients = "all";'
	send 'foo@' you@example.test < <(letter)
	expect_exit 65
	expect_no_connection
}

case_where_the_end_is_uncertain_nothing_is_sent() {
	server
	account
	send -t you@example.test < <(printf '%s\n' 'To: "a <a@x.test>, b@x.test' '' b)
	expect_exit 65
	expect_says 'a quoted string has no end'
	expect_no_connection
}

# ---- bare addresses in the header -------------------------------------------------

cron_letter() {
	printf '%s\n' 'From: root (Cron Daemon)' 'To: root,' '  "B, C" <bob>' \
	    'Reply-To: ann' 'Cc: c@x.test' 'Subject: root' '' 'b'
}

case_bare_addresses_get_the_domain() {
	server
	account
	send you@example.test < <(cron_letter)
	expect_exit 0
	expect_header '^From: root@example\.test \(Cron Daemon\)$' \
	    '^To: root@example\.test,$' '^  "B, C" <bob@example\.test>$' \
	    '^Reply-To: ann@example\.test$' '^Cc: c@x\.test$' '^Subject: root$'
	sed '/^\r$/q; s/\r$//' "$store/message-1.eml" | tail -7 | head -1 >line
	grep -q '^From:' line || fail "the order changed: $(<line)"
}

case_a_gateway_changes_none() {
	server
	account
	send -G you@example.test < <(cron_letter)
	expect_exit 0
	expect_header '^From: root \(Cron Daemon\)$' '^To: root,$' \
	    '^Reply-To: ann$'
}

case_an_unreadable_field_stays() {
	server
	account
	send you@example.test < <(printf '%s\n' 'From: root' 'To: two words' '' b)
	expect_exit 0
	expect_header '^To: two words$' '^From: root@example\.test$'
}

case_a_long_field_is_not_made_longer_than_a_line_may_be() {
	server
	account
	send you@example.test \
	    < <(printf 'To: root (%0983d)\nCc: %s\n\nb\n' 1 bob)
	expect_exit 0
	expect_header '^Cc: bob@example\.test$'
	awk 'length > 999 { exit 1 }' "$store/message-1.eml" ||
	    fail "a line is too long"
}

case_resent_to_somebody_unnamed() {
	server
	account
	send -t < <(printf '%s\n' 'From: a@x.test' 'Resent-Bcc: you@example.test' \
	    '' body)
	expect_exit 0
	expect_header '^Resent-From: ' '^Resent-Date: ' '^Resent-Message-ID: '
	expect_no_header '^Resent-Bcc' '^Message-ID: '
}

run_cases
