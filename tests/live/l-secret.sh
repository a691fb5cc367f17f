#!/bin/bash
# alice tries to come by the password, while a service process has it.
. "$(dirname "$0")/lib.sh"

# A process that waits for its relay: its id in $pid, its credentials in
# $credentials.  What it sends is alice's own, so nothing is closer to her.
service_at_work() {
	relay 'dot delay 6000'
	mail_from_behind alice you@example.test
	wait_for "a service process" is_at_work
	credentials=$(find /run/credentials -path '*sendoff.service*' -name relay.conf)
	grep -q "$secret" "$credentials" ||
	    fail "there is no credential to be protected"
}

# Its output is not the case's own.
mail_from_behind() {
	mkdir "$dir/slow"
	dir=$dir/slow mail_from "$@" &
}

# It is the program, and has a connection to port 2525.
is_at_work() {
	grep -q ':09DD 01 ' /proc/net/tcp &&
	    pid=$(pgrep -o -P "$(main_pid)") &&
	    [ "$(cat "/proc/$pid/comm")" = sendoff ]
}

main_pid() {
	systemctl show sendoff.service -p MainPID --value
}

# denied COMMAND...: alice gets a failure, and nothing of the file.
denied() {
	as alice "$@"
	# shellcheck disable=SC2154 # of `as'
	case $status in
	0) fail "alice may: $*" ;;
	126 | 127) fail "it is not there: $*" ;;
	esac
	tells_nothing "$@"
}

tells_nothing() {
	! grep -qaE "$secret|how the service sends" "$dir/out" "$dir/err" ||
	    fail "it tells: $*"
}

case_files_are_closed() {
	service_at_work
	denied cat /etc/sendoff/relay.conf
	denied cat "$credentials"
	denied ls "${credentials%/*}"
	denied ls "$spool"
	denied ls /run/sendoff/limits
}

case_its_processes_are_closed() {
	service_at_work
	is_closed
	pid=$(main_pid)
	is_closed
}

is_closed() {
	[ "$(stat -c %U "/proc/$pid/environ")" = root ] ||
	    fail "the process can be dumped"
	denied cat "/proc/$pid/environ"
	denied cat "/proc/$pid/maps"
	denied head -c 1 "/proc/$pid/mem"
	denied ls "/proc/$pid/fd"
	denied ls "/proc/$pid/root/"
	denied ls "/proc/$pid/cwd/"
	as alice cat "/proc/$pid/cmdline" "/proc/$pid/status"
	expect_exit 0
	tells_nothing cmdline
	! grep -qa "$secret" "/proc/$pid/environ" ||
	    fail "it is in the environment"
}

case_its_process_cannot_be_traced_or_made_to_dump() {
	service_at_work
	denied sh -c "kill -ABRT $pid"
	denied sh -c "kill -STOP $pid"
	denied timeout 5 strace -p "$pid"
	if command -v gdb >/dev/null; then
		as alice gdb -nx -batch -p "$pid" -ex 'info registers'
		expect_says 'ptrace: Operation not permitted'
	fi
	grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits" ||
	    fail "core dumps are not off"
	kill -0 "$pid" || fail "it is gone"
}

case_her_own_client_does_not_know_it() {
	relay
	mail_from alice you@example.test -v
	expect_exit 0
	expect_says 'LHLO'
	tells_nothing -v
	as alice sendoff --debug-level=3 --show-secrets you@example.test \
	    < <(letter)
	expect_exit 0
	tells_nothing --debug-level=3
	as alice sendoff --show-config
	expect_exit 0
	expect_prints '/run/sendoff/submit'
	tells_nothing --show-config
}

case_no_configuration_leads_to_it() {
	service_at_work
	denied sendoff -C /etc/sendoff/relay.conf --show-config
	denied sendoff -C "$credentials" --show-config
	denied sendoff -C "$credentials" --check
	denied env SENDOFF_CONFIG=/etc/sendoff/relay.conf sendoff --check
	cat >"$dir/her.conf" <<-'END'
		accounts: { a: { host = "127.0.0.1"; port = 2525; tls = "off";
		  auth_without_tls = true; user = "machine@example.org";
		  password: { file = "/etc/sendoff/relay.conf"; }; }; };
	END
	chmod 644 "$dir/her.conf"
	denied sendoff -C "$dir/her.conf" you@example.test < <(letter)
	expect_exit 77
	echo '@include "/etc/sendoff/relay.conf"' >"$dir/her.conf"
	denied sendoff -C "$dir/her.conf" --show-config
	denied /usr/sbin/sendmail --aliases=/etc/sendoff/relay.conf -bv root
}

# What a reply or a report says comes from the relay, which knows it too.
case_no_refusal_tells_it() {
	relay 'mail reply "550 5.7.1 not %{password} nor %{password64}"'
	mail_from alice you@example.test -v
	expect_exit 65 69 75
	tells_nothing 'a refusal'
	! grep -q "$(printf %s "$secret" | base64)" "$dir/out" "$dir/err" ||
	    fail "it tells it in base64"
	! journalctl --quiet --no-pager --boot | grep -v 'systemd-run\|smtp-server' |
	    grep -q "$secret" || fail "the log has it"
}

run_cases
