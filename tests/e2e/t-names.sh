#!/bin/bash
# Called by another name; above all as sendmail, whose command line a stranger
# may have added to (PHP's mail() and its like).
. "$(dirname "$0")/lib.sh"

# as NAME [ARGUMENT...]: with the configuration found by itself.
as() {
	local name=$1
	shift
	ln -sf "$sendoff" "$dir/$name"
	sendoff=$dir/$name SENDOFF_CONFIG=$dir/sendoff.conf run_sendoff "$@" \
	    < <(letter)
}

refuses() {
	as sendmail "$@" you@example.test
	expect_exit 64
	expect_says 'under the name sendmail'
	expect_no_connection
}

case_sendmail_redirects_no_mail() {
	server
	account
	refuses --host=192.0.2.1
	refuses --tls=off
	refuses --tls-trust-file=/dev/null
	refuses --password-file=/etc/passwd
}

# as_caller [ARGUMENT...]: as sendmail -C, with a file that is not root's.
as_caller() {
	ln -sf "$sendoff" sendmail
	[ "$(id -u)" -ne 0 ] || chown 12345 sendoff.conf
	sendoff=./sendmail send_letter "$@"
}

case_sendmail_runs_no_command_of_the_callers() {
	server --auth PLAIN
	refuses "--password-command=touch $dir/ran"
	account "user = \"user\"; password: { command = [\"touch\", \"$dir/ran\"]; }; auth_without_tls = true;"
	sed -i '/^log/d' sendoff.conf
	as_caller
	expect_exit 77
	expect_says 'under the name sendmail no password is fetched'
	[ ! -e "$dir/ran" ] || fail "the command was run"
	expect_no_connection
}

case_sendmail_fetches_no_password_for_the_caller() {
	local from
	server --auth PLAIN
	echo precious >secret
	chmod 600 secret
	for from in 'file = "secret"' 'env = "PRECIOUS"' 'netrc = "secret"'; do
		account "user = \"user\"; password: { $from; }; auth_without_tls = true;"
		sed -i '/^log/d' sendoff.conf
		PRECIOUS=precious as_caller
		expect_exit 77
	done
	account 'user = "user"; auth_without_tls = true;'
	sed -i '/^log/d' sendoff.conf
	SENDOFF_PASSWORD=precious as_caller
	expect_exit 77
	expect_no_connection
}

case_sendmail_writes_no_file_of_the_callers() {
	server
	account
	as_caller
	expect_exit 78
	expect_says 'may name no log'
	sed -i "s|^log = .*|dead_letter = \"$dir/planted\";|" sendoff.conf
	as_caller
	expect_exit 78
	echo 'password = "secret";' >part
	chmod 600 part
	account 'user = "user"; auth_without_tls = true; @include "part"'
	sed -i '/^log/d; s/@include/\n&/; s/"part"/&\n/' sendoff.conf
	as_caller
	expect_exit 78
	if [ -e log ] || [ -e planted ]; then fail "a file was written"; fi
	expect_no_connection
}

case_sendmail_takes_a_password_that_the_file_holds() {
	server --auth PLAIN
	account 'user = "user"; password = "secret"; auth_without_tls = true;'
	sed -i '/^log/d' sendoff.conf
	as_caller
	expect_exit 0
	expect_messages 1
}

case_sendmail_trusts_a_file_of_roots() {
	needs_root
	server
	account
	ln -s "$sendoff" sendmail
	sendoff=./sendmail send_letter
	expect_exit 0
	[ -s log ] || fail "no log"
}

case_sendmail_writes_no_file_and_shows_no_secret() {
	server
	account
	refuses --debug-file="$dir/planted"
	refuses --show-secrets
	[ ! -e "$dir/planted" ] || fail "a file was written"
}

case_sendmail_takes_the_rest() {
	server
	account
	as sendmail --debug-level=1 --from=ann@example.test you@example.test
	expect_exit 0
	expect_says 'MAIL FROM:<ann@example.test>'
}

case_a_path_before_the_name() {
	mkdir "$dir/bin"
	ln -s "$sendoff" "$dir/bin/mailq"
	sendoff=$dir/bin/mailq run_sendoff </dev/null
	expect_exit 0
	grep -qx 'Mail queue is empty' "$dir/out" || fail "no queue is shown"
}

case_any_other_name_sends() {
	server
	account
	as send-mail you@example.test
	expect_exit 0
	expect_messages 1
}

case_the_name_stands_before_what_is_said() {
	server
	account
	as sendmail
	expect_exit 64
	expect_says '^sendmail: no recipient'
}

run_cases
