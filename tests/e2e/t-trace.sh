#!/bin/bash
# The debug trace, and what it must never show.
. "$(dirname "$0")/lib.sh"

traced() {
	server --tls implicit --auth "PLAIN" --name smtp.example.test
	tls_account 'tls = "implicit";'
	send_letter "$@"
	expect_exit 0
	[ ! -s out ] || fail "the trace is on standard output"
}

# lines PATTERN...: the trace has a line that is matched whole.
lines() {
	local pattern
	for pattern; do
		grep -qxE -e "$pattern" err || fail "no trace line: $pattern"
	done
}

case_off_by_default() {
	traced
	expect_silence
}

case_level_1() {
	traced --debug-level=1
	lines '< 220 smtp\.example\.test ESMTP ready' '> EHLO .*' \
	    '< 250-smtp\.example\.test greets .*' '< 250[- ]AUTH PLAIN' \
	    '> AUTH PLAIN \[credentials for user, [0-9]+ octets, hidden\]' \
	    '< 235 2\.7\.0 Authentication successful' \
	    '> MAIL FROM:<me@example\.test>.*' '> RCPT TO:<you@example\.test>' \
	    '> DATA' '< 354 go on' '< 250 2\.0\.0 queued as message-1' '> QUIT'
	grep -qE '^\* .*TLS ?1\.3' err || fail "no word of TLS"
	grep -qE '^> \[message: [0-9]+ octets' err || fail "no size"
	! grep -q hello err || fail "the body is shown"
}

case_verbose_is_level_1() {
	traced -v
	lines '> DATA' '< 354 go on'
}

case_level_2_has_the_time_in_front() {
	traced --debug-level=2
	! grep -qvE '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} +[0-9]+\.[0-9] [*<>|] ' err ||
	    fail "a line without its time"
	grep -qE '^[0-9:.]{15} +[0-9.]+ > DATA$' err || fail "no DATA"
}

case_level_3_tells_more() {
	local n
	traced --debug-level=2
	n=$(wc -l <err)
	send_letter --debug-level=3
	[ "$(wc -l <err)" -gt "$n" ] || fail "level 3 says no more than 2"
	grep -qE '127\.0\.0\.1' err || fail "no address"
	grep -qE 'sha256|SHA256|[0-9A-F]{2}(:[0-9A-F]{2}){31}' err ||
	    fail "no fingerprint"
	! grep -qx '.*| hello' err || fail "the body is shown"
}

case_a_file_for_the_trace() {
	traced --debug-level=1 --debug-file="$dir/trace"
	expect_silence
	grep -qx '> DATA' trace || fail "nothing in the file"
	[ "$(stat -c %a trace)" = 600 ] || fail "mode $(stat -c %a trace)"
	send_letter --debug-level=1 --debug-file="$dir/trace"
	[ "$(grep -cx '> DATA' trace)" -eq 2 ] || fail "not appended"
}

case_a_link_is_no_file_for_the_trace() {
	: >elsewhere
	ln -s elsewhere trace
	server
	account
	send_letter --debug-level=1 --debug-file="$dir/trace"
	[ ! -s elsewhere ] || fail "it followed the link"
}

case_the_level_from_the_configuration() {
	server
	account 'debug_level = 1;'
	send_letter
	lines '> DATA'
}

case_json() {
	traced --debug-level=1 --debug-format=json
	sed '1s/^/[/; $!s/$/,/; $s/$/]/' err >all
	expect_json all 'all("ev" in v and "ts" in v and "t" in v and "sid" in v for v in it)' \
	    'len(set(v["sid"] for v in it)) == 1' \
	    '{"connect", "tls", "cmd", "reply", "result"} <= {v["ev"] for v in it}' \
	    '{v["ev"] for v in it} <= set("start resolve connect tls cmd reply auth data warn result close".split())' \
	    '[v["verb"] for v in it if v["ev"] == "cmd"][:5] == "EHLO AUTH MAIL RCPT DATA".split()' \
	    '[v["code"] for v in it if v["ev"] == "reply" and v["verb"] == "AUTH"] == [235]' \
	    'all(a["t"] <= b["t"] for a, b in zip(it, it[1:]))'
}

case_json_at_level_3() {
	traced --debug-level=3 --debug-format=json
	sed '1s/^/[/; $!s/$/,/; $s/$/]/' err >all
	expect_json all 'all("ev" in v for v in it)'
}

case_control_characters_are_escaped() {
	server --on 'rcpt reply "250 2.1.5 \x1b[2Jodd\x00\x07\x7f\xff"'
	account
	send_letter --debug-level=1
	expect_exit 0
	grep -qF '< 250 2.1.5 \x1B[2Jodd\x00\x07\x7F\xFF' err ||
	    grep -qiF '< 250 2.1.5 \x1b[2Jodd\x00\x07\x7f\xff' err ||
	    fail "not as \\xHH"
}

case_what_is_ignored_after_quit() {
	server --on 'quit send "\x00\x00\x00\x1a\x00\x00\x00" close'
	account
	send_letter --debug-level=1
	expect_exit 0
}

# on_terminal ARGUMENT...: the standard error is one, and goes to $dir/seen.
on_terminal() {
	"$python" "$here/on_terminal.py" "$dir/seen" "$sendoff" \
	    -C "$dir/sendoff.conf" "$@" you@example.test < <(letter)
	status=$?
	expect_exit 0
}

esc=$(printf '\033')

case_colours_on_a_terminal() {
	server
	account
	export TERM=xterm
	on_terminal --debug-level=2
	grep -q "${esc}\[36m> DATA$esc\[0m" seen || fail "no cyan"
	grep -q "${esc}\[32m< 354 go on$esc\[0m" seen || fail "no green"
	grep -qE "^[0-9:.]{15} +[0-9.]+ $esc\[2m\* done" seen || fail "nothing dim"
}

case_no_colours_where_they_are_not_wanted() {
	server
	account
	export TERM=xterm
	NO_COLOR=1 on_terminal --debug-level=1
	TERM=dumb on_terminal --debug-level=1
	on_terminal --debug-level=1 --debug-format=json
	on_terminal --debug-level=1 --debug-file="$dir/trace"
	send_letter --debug-level=1
	! grep -q "$esc" seen trace err || fail "there are colours"
}

case_an_error_is_told_once_below_the_trace() {
	server --on 'mail reply "550 5.1.8 unwanted"'
	account
	send_letter --debug-level=1
	expect_exit 65
	lines '< 550 5\.1\.8 unwanted'
}

# What the mechanisms make of the password is looked for by a program that
# knows them all.
password='Tr0ub4dor&3=;x"y'

# no_leaks MECHANISM SERVER_OPTIONS...: at every level, in both formats, when
# all goes well and when the server sends everything back in its refusal.
no_leaks() {
	local mechanism=$1 level format options
	shift
	for options in '' "$@"; do
		rm -rf port store
		# shellcheck disable=SC2086
		eval "server --tls implicit --auth '$mechanism' --user jane \
		    --password '$password' $options"
		tls_account "tls = \"implicit\"; auth = \"$mechanism\";"
		sed -i 's/user = "user"; password = "secret";//; s/from = "me@example.test";//' sendoff.conf
		sed -i 's/port = /user = "jane"; password = "Tr0ub4dor\&3=;x\\"y"; from = "me@example.test"; &/' sendoff.conf
		for level in 1 2 3; do
			for format in text json; do
				send_letter --debug-level=$level \
				    --debug-format=$format --report=json
				cat err out >>seen
			done
		done
		[ -n "$options" ] || expect_exit 0
	done
	"$python" "$here/leaks.py" "$password" jane "$dir"/store/*.in <seen \
	    >leaks 2>&1 || fail "$(<leaks)"
}

echo_all="--on 'outcome reply \"535 5.7.8 you sent %{line} that is %{decoded} for %{password} %{password64}\"'"

echo_answer="--on 'answer n=1 reply \"535 5.7.8 you said %{line} that is %{decoded}\"'"

case_no_leak_of_plain() {
	no_leaks PLAIN "$echo_all"
}

case_no_leak_of_login() {
	no_leaks LOGIN "$echo_all" "$echo_answer"
}

case_no_leak_of_cram_md5() {
	no_leaks CRAM-MD5 "$echo_all" "$echo_answer"
}

case_no_leak_of_scram_sha_1() {
	no_leaks SCRAM-SHA-1 "$echo_all" "$echo_answer"
}

case_no_leak_of_scram_sha_256() {
	no_leaks SCRAM-SHA-256 "$echo_all" "$echo_answer"
}

case_no_leak_of_scram_sha_256_plus() {
	no_leaks SCRAM-SHA-256-PLUS "$echo_all" "$echo_answer"
}

case_no_leak_of_xoauth2() {
	no_leaks XOAUTH2 "$echo_all"
}

case_no_leak_of_oauthbearer() {
	no_leaks OAUTHBEARER "$echo_all"
}

case_no_leak_in_a_later_refusal() {
	no_leaks PLAIN "--on 'rcpt reply \"550 5.1.1 %{password} %{password64}\"'"
}

case_no_leak_of_a_wrong_password() {
	server --tls implicit --auth "PLAIN LOGIN" --password other \
	    --on 'outcome reply "535 5.7.8 %{line} %{decoded}"'
	tls_account 'tls = "implicit";'
	sed -i 's/"secret"/"sesame-open"/' sendoff.conf
	send_letter --debug-level=3 --report=json
	expect_exit 77
	cat err out >seen
	"$python" "$here/leaks.py" sesame-open user "$dir"/store/*.in <seen \
	    >leaks 2>&1 || fail "$(<leaks)"
}

case_secrets_are_shown_when_told() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	send_letter --debug-level=1 --show-secrets
	expect_exit 0
	grep -qF 'AHVzZXIAc2VjcmV0' err || fail "still hidden"
}

case_a_fifo_with_and_without_a_reader() {
	server
	account
	mkfifo fifo
	send --debug-file=fifo -v you@example.test < <(letter)
	expect_exit 64
	expect_says 'cannot open'
	expect_no_connection
	(sleep 0.3; cat) <fifo >got &
	wait_for "the reader" can_write fifo
	send --debug-file=fifo --debug-level=1 \
	    $(seq -f 'a%05.0f@example.test' 4000) < <(letter)
	expect_exit 0
	wait_for "the last line" grep -q '^\* done' got
	[ "$(grep -c '^> RCPT' got)" -eq 4000 ] || fail "lines were lost"
}

can_write() {
	exec 6>"$1"
}

run_cases
