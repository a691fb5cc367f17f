#!/bin/bash
# Those that run jobs and mail what they print.
. "$(dirname "$0")/lib.sh"
export patience=80 # cron's minute, and then some

# crontab_of USER LINE...
crontab_of() {
	local user=$1
	shift
	printf '%s\n' "$@" | crontab -u "$user" -
}

daemons=()
[ -z "$(wanted_cases)" ] || {
	crontab_of alice '* * * * * printf "cron-body\n.\nf\303\274nf\n"'
	crontab_of bob 'MAILTO="one@example.test,two@example.test"' \
	    '* * * * * echo cron-two'
	crontab_of carol 'MAILTO=refused@example.test' \
	    '* * * * * echo cron-refused'
	printf '%s\n' '* * * * * root echo cron-system' >/etc/cron.d/system
	chmod 644 /etc/cron.d/system
	cron -f -L 15 &
	daemons+=($!)
	atd -f &
	daemons+=($!)
	trap 'kill "${daemons[@]}"' EXIT
}

case_at() {
	as alice at now < <(echo 'echo at-body; echo .; echo behind')
	expect_exit 0
	expect_mail at-body "sender == 'alice@example.test'" \
	    "rcpt == ['alice@example.test']" \
	    "addresses('to') == ['alice@example.test']" \
	    "people('from') == [('Alice O. Test', 'alice@example.test')]" \
	    "head['subject'].startswith('Output from your job')" \
	    "text == 'at-body\\n.\\nbehind\\n'"
}

# run_anacron MAILTO COMMAND: one job that is due.
run_anacron() {
	mkdir "$dir/spool"
	printf '%s\n' 'SHELL=/bin/sh' 'PATH=/usr/sbin:/usr/bin:/sbin:/bin' \
	    "MAILTO=$1" "1 0 job $2" >"$dir/anacrontab"
	as root /usr/sbin/anacron -d -f -n -t "$dir/anacrontab" -S "$dir/spool"
}

case_anacron() {
	run_anacron root 'echo from-ana; printf "no end"'
	expect_mail from-ana "sender == 'root@example.test'" \
	    "rcpt == ['root@example.test']" \
	    "head['from'] == 'Anacron <root@example.test>'" \
	    "addresses('to') == ['root@example.test']" \
	    "'job' in head['subject']" "text == 'from-ana\\nno end\\n'"
	expect_says_not 'mailer process'
}

case_anacron_sees_a_refusal() {
	run_anacron refused 'echo anacron-refused'
	expect_logged 'anacron.*mailer process.*exited with status 67'
	expect_no_mail anacron-refused
}

# A unit that has failed, as systemctl would tell it.
fake_systemctl() {
	cat >"$dir/systemctl" <<-'END'
		#!/bin/sh
		case "$*" in
		*User*) echo User=root ;;
		*Environment*) echo Environment=MAILTO=alice A=b ;;
		*) echo "unit-output" && exit 3 ;;
		esac
	END
	chmod 755 "$dir/systemctl"
}

case_systemd_cron() {
	local script
	script=$(find /opt/systemd-cron -name 'mail_on_failure' | head -n 1)
	[ -n "$script" ] || fail "its script is missing"
	fake_systemctl
	as root PATH="$dir:/usr/sbin:/usr/bin:/bin" python3 "$script" a.service
	expect_exit 0
	expect_silence
	expect_mail unit-output "sender == 'root@example.test'" \
	    "rcpt == ['alice@example.test']" \
	    "addresses('from') == ['root@example.test']" \
	    "'job a.service failed' in head['subject']" \
	    "text == 'unit-output\\n'"
}

case_cron() {
	expect_mail cron-body "sender == 'alice@example.test'" \
	    "rcpt == ['alice@example.test']" \
	    "head['from'] == 'root@example.test (Cron Daemon)'" \
	    "addresses('to') == ['alice@example.test']" \
	    "'x-cron-env' in head" "'cron-body' in head['subject']" \
	    "text == 'cron-body\\n.\\nfünf\\n'"
}

case_cron_to_two() {
	expect_mail cron-two "sender == 'bob@example.test'" \
	    "rcpt == ['one@example.test', 'two@example.test']" \
	    "text == 'cron-two\\n'"
}

case_cron_of_the_system() {
	expect_mail cron-system "sender == 'root@example.test'" \
	    "rcpt == ['root@example.test']" "text == 'cron-system\\n'"
}

case_cron_logs_a_refusal() {
	expect_logged 'CRON.*carol.* got status 0x0043 from MTA'
	expect_no_mail cron-refused
}

run_cases
