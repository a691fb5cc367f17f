#!/bin/bash
# What keeps watch over a system, and what forwards mail in it.
. "$(dirname "$0")/lib.sh"

# smartd itself wants a disk; what it starts for its mail does not.
case_smartd() {
	as root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    /usr/share/smartmontools/smartd-runner \
	    -s 'SMART error (EmailTest) on host: box' root \
	    < <(printf 'TEST EMAIL from smartd\n\nfor /dev/sda\n')
	expect_exit 0
	expect_mail 'SMART error (EmailTest)' "sender == 'root@example.test'" \
	    "rcpt == ['root@example.test']" \
	    "addresses('to') == ['root@example.test']" \
	    "text == 'TEST EMAIL from smartd\\n\\nfor /dev/sda\\n'"
}

# An array need not be there for its test message.
case_mdadm() {
	printf '%s\n' 'MAILADDR root' \
	    'ARRAY /dev/md7 UUID=01234567:89abcdef:01234567:89abcdef' \
	    >"$dir/mdadm.conf"
	as root /sbin/mdadm --monitor --scan --oneshot --test --config "$dir/mdadm.conf"
	expect_mail 'TestMessage event on' "sender == 'root@example.test'" \
	    "rcpt == ['root@example.test']" \
	    "addresses('to') == ['root@example.test']" \
	    "head['from'].startswith('mdadm monitoring <root@')" \
	    "'/dev/md7' in text"
}

case_logwatch() {
	as root PATH=/usr/sbin:/usr/bin:/sbin:/bin logwatch --output mail \
	    --mailto 'root dave@example.test' --service zz-network \
	    --range all --subject logwatch-subject
	expect_exit 0
	expect_mail logwatch-subject \
	    "rcpt == ['root@example.test', 'dave@example.test']" \
	    "addresses('from')[0].endswith('@example.test')" \
	    "'Network' in text" "'Logwatch End' in text"
}

case_sudo() {
	cat >/etc/sudoers.d/mail <<-'END'
		Defaults mail_always, mailto="root"
		alice ALL=(ALL) NOPASSWD: /usr/bin/true
	END
	chmod 440 /etc/sudoers.d/mail
	as alice sudo -n /usr/bin/true
	expect_exit 0
	expect_mail 'COMMAND=/usr/bin/true' "sender == 'alice@example.test'" \
	    "rcpt == ['root@example.test']" \
	    "addresses('to') == ['root@example.test']" \
	    "addresses('from') == ['alice@example.test']" \
	    "head['auto-submitted'] == 'auto-generated'"
}

# A jail that watches a file; its action is fail2ban's own.
case_fail2ban() {
	cp -r /etc/fail2ban "$dir/conf"
	rm -rf "$dir/conf/jail.d" && : >"$dir/log"
	printf '%s\n' '[Definition]' 'failregex = ^bad <HOST>$' \
	    >"$dir/conf/filter.d/mine.conf"
	cat >"$dir/conf/jail.local" <<-END
		[mine]
		enabled = true
		backend = polling
		logpath = $dir/log
		action = sendmail[name=mine, dest=root, sender=fail2ban]
	END
	fail2ban_client start
	fail2ban_client set mine banip 192.0.2.7
	expect_mail '192.0.2.7' "sender == 'fail2ban@example.test'" \
	    "rcpt == ['root@example.test']" \
	    "head['from'] == 'Fail2Ban <fail2ban@example.test>'" \
	    "'banned 192.0.2.7' in head['subject']" \
	    "text.endswith('Fail2Ban\\n')"
	fail2ban_client stop
	! grep -E 'ERROR.*action' "$dir/fail2ban.log" >"$dir/why" || exit 1
}

fail2ban_client() {
	as root PATH=/usr/sbin:/usr/bin:/sbin:/bin fail2ban-client \
	    -c "$dir/conf" -s "$dir/sock" -p "$dir/pid" \
	    --logtarget "$dir/fail2ban.log" "$@"
}

# The function that mails its summary, with what it would hand over.
case_unattended_upgrades() {
	cat >"$dir/summary.py" <<-'END'
		from importlib.machinery import SourceFileLoader
		u = SourceFileLoader("u", "/usr/bin/unattended-upgrade").load_module()
		u._send_mail_using_sendmail("root", "root", "unattended-subject",
		                            "Pakete: grün\n.\n")
	END
	as root PATH=/usr/sbin:/usr/bin:/sbin:/bin python3 -W ignore \
	    "$dir/summary.py"
	expect_exit 0
	expect_mail unattended-subject "sender == 'root@example.test'" \
	    "rcpt == ['root@example.test']" \
	    "head['from'] == 'root@example.test'" "text == 'Pakete: grün\\n.\\n'"
}

case_bts() {
	as alice DEBEMAIL=alice@example.test DEBFULLNAME='Alice Test' \
	    bts --no-use-default-cc --no-interactive tag 123456 + patch
	expect_exit 0
	expect_mail 'tagging 123456' "'control@bugs.debian.org' in rcpt" \
	    "sender == 'alice@example.test'" "'tag' in text"
}

case_bts_sees_a_refusal() {
	as alice DEBEMAIL=alice@example.test DEBFULLNAME='Alice Test' \
	    BUGS_SENDER=alice bts --no-use-default-cc --no-interactive \
	    --cc-addr=refused@example.test tag 123457 + patch
	expect_failure
}

# A message as a mailbox has it, for those that pass mail on.
delivered() {
	printf '%s\n' 'From dave@example.test  Sun Nov 22 19:14:37 2026' \
	    'Return-Path: <dave@example.test>' 'From: dave@example.test' \
	    'To: alice@example.test' "Subject: $1" \
	    'Date: Sun, 22 Nov 2026 19:14:37 +0800' \
	    'Message-ID: <procmail-1@example.test>' '' 'body' '.' \
	    '>From here on' 'end'
}

case_procmail_forwards() {
	procmailrc 'friend@example.test'
	as alice procmail "$(home_of alice)/rc" < <(delivered procmail-forwards)
	expect_exit 0
	expect_mail procmail-forwards "rcpt == ['friend@example.test']" \
	    "head['from'] == 'dave@example.test'" "'return-path' not in head" \
	    "text.rstrip() == 'body\\n.\\n>From here on\\nend'"
}

procmailrc() {
	printf '%s\n' 'DEFAULT=$HOME/mbox' ':0 w' "! $1" >"$(home_of alice)/rc"
	chown alice: "$(home_of alice)/rc"
}

# What cannot be forwarded stays.
case_procmail_keeps_what_is_refused() {
	procmailrc 'refused@example.test'
	as alice procmail "$(home_of alice)/rc" < <(delivered procmail-refused)
	grep -q 'Subject: procmail-refused' "$(home_of alice)/mbox" ||
	    fail "the message is lost"
}

case_vacation() {
	printf '%s\n' 'Subject: vacation-subject' '' 'I am away.' \
	    >"$(home_of alice)/.vacation.msg"
	chown alice: "$(home_of alice)/.vacation.msg"
	as alice vacation -I
	as alice vacation alice < <(delivered away)
	expect_exit 0
	expect_mail vacation-subject "rcpt == ['dave@example.test']" \
	    "sender == 'alice@example.test'" "'I am away.' in text"
}

run_cases
