#!/bin/bash
# Bad input: a clear word, the right code, and nothing sent.
. "$(dirname "$0")/lib.sh"

# bad CODE PATTERN ARGUMENT...: with a sound configuration.
bad() {
	local code=$1 pattern=$2
	shift 2
	server
	account
	send "$@" < <(letter)
	# shellcheck disable=SC2086
	expect_exit $code
	expect_says "$pattern"
	expect_no_connection
}

case_no_recipient() {
	bad 64 'recipient'
}

case_an_empty_recipient() {
	bad 64 'recipient|address' ''
}

case_a_recipient_of_angle_brackets_alone() {
	bad "64 65" 'recipient|address' '<>'
}

case_an_unknown_option() {
	bad 64 'bogus' --bogus you@example.test
}

case_an_option_almost_right() {
	bad 64 'debug-level' --debug-levle=1 you@example.test
}

case_an_option_without_its_value() {
	bad 64 'from|argument|value' --from
}

case_no_password_option() {
	bad 64 'password' --password=x you@example.test
	! grep -q '=x' err || fail "the password is shown"
}

case_a_bad_notify() {
	bad 64 'sometimes|notify' -N sometimes you@example.test
}

case_a_bad_return() {
	bad 64 'half|return' -R half you@example.test
}

case_a_malformed_address() {
	bad "64 65" 'foo@|address' 'foo@'
}

case_an_unclosed_quote() {
	bad "64 65" 'address|quote' '"foo@example.test'
}

case_crlf_in_a_recipient() {
	bad 64 'recipient|address|control|line' \
	    $'you@example.test>\r\nRCPT TO:<evil@example.test'
}

case_lf_in_a_recipient() {
	bad 64 'recipient|address|control|line' $'you@example.test\nevil'
}

case_cr_in_a_recipient() {
	bad 64 'recipient|address|control|line' $'you@example.test\r'
}

case_crlf_in_the_sender() {
	bad 64 'sender|address|control|line' \
	    -f $'me@example.test>\r\nRCPT TO:<evil@example.test' you@example.test
}

case_crlf_in_the_hello_name() {
	bad '64 78' 'ehlo|name|control|line' \
	    --ehlo-name=$'a\r\nMAIL FROM:<evil@example.test>' you@example.test
}

case_crlf_in_a_mail_option() {
	bad 64 'option|control|line' --mail-option=$'X=1\r\nRSET' you@example.test
}

case_crlf_in_an_envelope_id() {
	server --extensions DSN
	account
	send -V $'a\r\nRSET' you@example.test < <(letter)
	[ "$status" -eq 64 ] || expect_transcript_not '^> RSET'
}

case_a_line_end_in_a_full_name() {
	server
	account
	echo hello | send -F $'x\nBcc: evil@example.test' you@example.test
	[ "$status" -eq 64 ] || expect_no_header '^Bcc:'
}

case_an_unknown_account() {
	bad 78 'nobody' -a nobody you@example.test
}

case_a_missing_configuration() {
	server
	status=0
	run_sendoff -C "$dir/none.conf" you@example.test < <(letter)
	expect_exit 66
	expect_says 'none\.conf'
}

case_no_configuration_at_all() {
	[ ! -e /etc/sendoff/sendoff.conf ] || skip "this machine has one"
	run_sendoff you@example.test < <(letter)
	expect_exit 78
	expect_says 'account|configuration'
}

# misconfigured PATTERN...: what config() got is wrong, and err says where.
misconfigured() {
	send_letter
	expect_exit 78
	expect_says "$@"
}

case_an_unknown_key() {
	config <<-'END'
		default_account = "test";
		accounts: { test: {
		  host = "127.0.0.1";
		  tsl = "off";
		}; };
	END
	misconfigured 'sendoff\.conf:4' 'tsl' 'tls'
}

case_an_unknown_key_with_a_secret() {
	config <<-'END'
		accounts: { test: {
		  host = "127.0.0.1";
		  pasword = "hunter2hunter2";
		}; };
	END
	misconfigured 'sendoff\.conf:3' 'pasword'
	expect_says_not 'hunter2'
}

case_a_wrong_type() {
	config <<-'END'
		accounts: { test: {
		  host = "127.0.0.1";
		  port = "twenty-five";
		}; };
	END
	misconfigured 'sendoff\.conf:3' 'port'
}

case_a_port_out_of_range() {
	config <<-'END'
		accounts: { test: { host = "127.0.0.1";
		  port = 65536; }; };
	END
	misconfigured 'sendoff\.conf:2' 'port'
}

case_a_port_that_wraps() {
	config <<-'END'
		accounts: { test: { host = "127.0.0.1";
		  port = 4294967321; }; };
	END
	misconfigured 'sendoff\.conf:2' 'port'
}

case_a_timeout_of_nothing() {
	config <<-'END'
		accounts: { test: { host = "127.0.0.1";
		  timeout = 0; }; };
	END
	misconfigured 'sendoff\.conf:2' 'timeout'
}

case_a_bad_word() {
	config <<-'END'
		accounts: { test: { host = "127.0.0.1";
		  tls = "maybe"; }; };
	END
	misconfigured 'sendoff\.conf:2' 'maybe' 'starttls'
}

case_a_syntax_error() {
	config <<-'END'
		accounts: { test: {
		  host = "127.0.0.1
		}; };
	END
	misconfigured 'sendoff\.conf:[0-9]'
}

case_all_mistakes_at_once() {
	config <<-'END'
		accounts: { test: {
		  host = "127.0.0.1";
		  prt = 25;
		  tls = 7;
		  usr = "x";
		}; };
	END
	misconfigured 'conf:3' 'conf:4' 'conf:5'
}

case_an_account_without_a_host() {
	config <<-'END'
		accounts: { test: { user = "x"; }; };
	END
	misconfigured 'host' 'test'
}

case_a_world_readable_secret_in_the_configuration() {
	server
	tls_account 'tls = "off";'
	chmod 644 sendoff.conf
	send_letter
	expect_exit 77 78
	expect_says 'chmod' 'sendoff\.conf'
	expect_says_not '"secret"'
	expect_no_connection
}

# secret_file COMMAND: what is done to the file that holds the password.
secret_file() {
	server --tls implicit --auth PLAIN
	echo secret >pw
	chmod 600 pw
	tls_account 'tls = "implicit";'
	sed -i 's|password = "secret"|password: { file = "'"$dir"'/pw"; }|' sendoff.conf
	"$@"
	send_letter
}

case_a_secret_file() {
	secret_file true
	expect_exit 0
	expect_messages 1
}

case_a_world_readable_secret_file() {
	secret_file chmod 644 pw
	expect_exit 77 78
	expect_says 'chmod' 'pw'
	expect_no_connection
}

case_a_missing_secret_file() {
	secret_file rm pw
	expect_exit 66 77 78
	expect_says 'pw'
	expect_no_connection
}

case_an_empty_secret_file() {
	secret_file truncate -s 0 pw
	expect_exit 77 78
	expect_says 'pw|empty'
	expect_no_connection
}

# secret_command ARGV: as libconfig writes it.
secret_command() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	sed -i 's|password = "secret"|password: { command = '"$1"'; }|' sendoff.conf
	send_letter
}

case_a_secret_command() {
	secret_command '["printf", "secret\\\\nmore\\\\n"]'
	expect_exit 0
	expect_messages 1
}

case_a_secret_command_that_fails() {
	secret_command '["sh", "-c", "echo secret; exit 3"]'
	expect_exit 75 77 78
	expect_says '3'
	expect_says_not '^.*secret;'
	expect_no_connection
}

case_a_secret_command_that_is_not_there() {
	secret_command '["/no/such/program"]'
	expect_exit 66 75 77 78
	expect_says '/no/such/program'
	expect_no_connection
}

case_a_secret_from_the_environment() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	sed -i 's|password = "secret"|password: { env = "MAIL_PW"; }|' sendoff.conf
	MAIL_PW=secret send_letter
	expect_exit 0
}

case_a_secret_that_is_not_in_the_environment() {
	server --tls implicit --auth PLAIN
	tls_account 'tls = "implicit";'
	sed -i 's|password = "secret"|password: { env = "MAIL_PW"; }|' sendoff.conf
	send_letter
	expect_exit 77 78
	expect_says 'MAIL_PW'
	expect_no_connection
}

case_check_finds_nothing_wrong() {
	server
	account
	send --check </dev/null
	expect_exit 0
	expect_no_connection
}

case_check_finds_a_mistake() {
	config <<-'END'
		accounts: { test: { host = "127.0.0.1"; prt = 25; }; };
	END
	send --check </dev/null
	expect_exit 78
	expect_says 'prt'
}

case_show_config_hides_secrets() {
	server
	tls_account 'tls = "off";'
	send --show-config </dev/null
	expect_exit 0
	grep -q '127\.0\.0\.1\|localhost' out || fail "no host shown"
	! grep -q '"secret"\|c2VjcmV0' out || fail "the secret is shown"
}

case_an_unreadable_standard_input() {
	server
	account
	send you@example.test <"$dir"
	expect_exit 65 66 71 74
	expect_nothing_sent
}

run_cases
