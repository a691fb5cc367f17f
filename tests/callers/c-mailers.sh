#!/bin/bash
# Mail programs that people use.
. "$(dirname "$0")/lib.sh"

case_bsd_mailx() {
	as alice bsd-mailx -s 'bsd-mailx grün' -c copy@example.test \
	    -b blind@example.test dave@example.test \
	    < <(printf 'first\n..\nlast\n')
	expect_exit 0
	expect_silence
	expect_mail 'bsd-mailx grün' "sender == 'alice@example.test'" \
	    "rcpt == [x + '@example.test' for x in ('dave', 'copy', 'blind')]" \
	    "addresses('cc') == ['copy@example.test']" \
	    "people('from') == [('Alice O. Test', 'alice@example.test')]" \
	    "text == 'first\\n..\\nlast\\n'"
}

case_bsd_mailx_with_a_sender() {
	as alice bsd-mailx -r other@example.test -s bsd-mailx-r dave \
	    < <(echo hello)
	expect_exit 0
	expect_mail bsd-mailx-r "sender == 'other@example.test'" \
	    "rcpt == ['dave@example.test']" \
	    "addresses('to') == ['dave@example.test']" "text == 'hello\\n'"
}

# Its own exit status is 0 whatever happens; it does say what it saw.
case_bsd_mailx_tells_of_a_refusal() {
	as alice bsd-mailx -s bsd-refused refused@example.test < <(echo hello)
	expect_prints 'sendmail process failed with error code 67'
	expect_no_mail bsd-refused
}

case_mailutils() {
	as alice mail.mailutils -s mailutils-subject dave@example.test erin \
	    < <(printf 'one\n.two\n')
	expect_exit 0
	# It completes bare names itself, with the name of the machine.
	expect_mail mailutils-subject "rcpt ==
	        ['dave@example.test', 'erin@box.example.test']" \
	    "sender.startswith('alice@')" \
	    "head['from'].endswith('<%s>' % sender)" \
	    "text == 'one\\n.two\\n'"
}

case_mailutils_sees_a_refusal() {
	as alice mail.mailutils -s mailutils-refused refused@example.test \
	    < <(echo hello)
	expect_failure
	expect_no_mail mailutils-refused
}

case_s_nail() {
	as alice s-nail -n -s s-nail-subject -c copy@example.test \
	    -b blind@example.test -r alice@example.test dave@example.test \
	    < <(printf 'Grüße\n.\n')
	expect_exit 0
	expect_silence
	expect_mail s-nail-subject "sender == 'alice@example.test'" \
	    "sorted(rcpt) == [x + '@example.test' for x in ('blind', 'copy', 'dave')]" \
	    "text == 'Grüße\\n.\\n'"
}

case_s_nail_sees_a_refusal() {
	as alice s-nail -n -Ssendwait -s s-nail-refused refused@example.test \
	    < <(echo hello)
	expect_exit 4
	expect_no_mail s-nail-refused
}

case_mutt() {
	printf 'attached\n' >"$dir/file.txt"
	chmod 644 "$dir/file.txt"
	chmod 755 "$dir"
	as alice mutt -n -F /dev/null -s mutt-subject -c copy@example.test \
	    -b blind@example.test -a "$dir/file.txt" -- dave@example.test \
	    < <(printf 'line\n.\nGrüße\n')
	expect_exit 0
	expect_mail mutt-subject "sender == 'alice@example.test'" \
	    "rcpt == [x + '@example.test' for x in ('dave', 'copy', 'blind')]" \
	    "addresses('from')[0].startswith('alice@')" \
	    "text == 'line\\n.\\nGrüße\\n'" \
	    "[p.get_filename() for p in msg.walk()][-1] == 'file.txt'"
}

case_mutt_asks_for_notifications() {
	as alice mutt -n -F /dev/null -e 'set dsn_notify=failure,delay' \
	    -e 'set dsn_return=hdrs' -e 'set use_envelope_from' \
	    -e 'set from=alice@example.test' -s mutt-dsn -- \
	    dave@example.test < <(echo hello)
	expect_exit 0
	expect_mail mutt-dsn "sender == 'alice@example.test'" \
	    "rcpt == ['dave@example.test']"
	grep -qsE 'RCPT TO:<dave@example.test>.* NOTIFY=(FAILURE,DELAY|DELAY,FAILURE)' \
	    "$STORE"/conn-*.log || fail "NOTIFY was not asked for"
	grep -qsE 'MAIL FROM:<alice@example.test>.* RET=HDRS' \
	    "$STORE"/conn-*.log || fail "RET was not asked for"
}

case_mutt_names_a_refusal() {
	as alice mutt -n -F /dev/null -s mutt-refused refused@example.test \
	    < <(echo hello)
	expect_failure
	expect_prints 'child exited 67 \(User unknown\.\)'
	expect_no_mail mutt-refused
}

# nmh_send RECIPIENT SUBJECT: what is sent is a draft in a file.
nmh_send() {
	local home
	home=$(home_of alice)
	printf '%s\n' 'Path: Mail' >"$home/.mh_profile"
	mkdir -p "$home/Mail"
	printf '%s\n' 'From: alice@example.test' "To: $1" \
	    'Bcc: blind@example.test' "Subject: $2" '' 'nmh body' '.' 'end' \
	    >"$home/Mail/draft"
	chown -R alice: "$home/Mail" "$home/.mh_profile"
	as alice /usr/bin/mh/send "$home/Mail/draft"
}

case_nmh() {
	nmh_send dave@example.test nmh-subject
	expect_exit 0
	expect_mail nmh-subject "'dave@example.test' in rcpt" \
	    "sender == 'alice@example.test'" \
	    "text == 'nmh body\\n.\\nend\\n'"
}

case_nmh_sees_a_refusal() {
	nmh_send refused@example.test nmh-refused
	expect_prints 'exited 67'
}

# emacs_sends FUNCTION RECIPIENT SUBJECT: it takes any output for a failure.
emacs_sends() {
	cat >"$dir/send.el" <<-END
		(require 'message)
		(require 'sendmail)
		(setq user-mail-address "alice@example.test"
		      user-full-name "Alice Grün"
		      message-interactive t
		      mail-interactive t
		      send-mail-function 'sendmail-send-it
		      message-send-mail-function '$1)
		(message-mail "$2" "$3" '(("Bcc" . "blind@example.test")))
		(message-goto-body)
		(insert "Grüße\n.\nend\n")
		(message-send)
	END
	chmod 644 "$dir/send.el"
	as alice LC_ALL=C.UTF-8 emacs -Q --batch -l "$dir/send.el"
}

case_emacs_message_mode() {
	emacs_sends message-send-mail-with-sendmail dave@example.test emacs-message
	expect_exit 0
	expect_mail emacs-message "sender == 'alice@example.test'" \
	    "rcpt == ['dave@example.test', 'blind@example.test']" \
	    "head['from'] == 'Alice Grün <alice@example.test>'" \
	    "text == 'Grüße\\n.\\nend\\n'"
}

case_emacs_sendmail_el() {
	emacs_sends sendmail-send-it dave@example.test emacs-sendmail
	expect_exit 0
	expect_mail emacs-sendmail "sender == 'alice@example.test'" \
	    "'dave@example.test' in rcpt" "text == 'Grüße\\n.\\nend\\n'"
}

case_emacs_sees_a_refusal() {
	emacs_sends message-send-mail-with-sendmail refused@example.test emacs-ref
	expect_failure
	expect_prints 'failed with exit value 67'
}

# A repository with one commit, to send.
git_repository() {
	as alice sh -c 'rm -rf r && git init -q r && cd r &&
	    git config user.name "Alice Grün" &&
	    git config user.email alice@example.test &&
	    echo change >file && git add file && git commit -qm git-subject'
	expect_exit 0
}

git_sends() {
	as alice git -C r send-email --quiet --confirm=never \
	    --suppress-cc=all --to "$1" -1
}

case_git_send_email() {
	git_repository
	git_sends dave@example.test
	expect_exit 0
	expect_mail git-subject "sender in ('alice@example.test',)" \
	    "rcpt == ['dave@example.test']" \
	    "head['from'] == 'Alice Grün <alice@example.test>'" \
	    "head['subject'] == '[PATCH] git-subject'" "'+change' in text"
}

case_git_send_email_dies_of_a_refusal() {
	git_repository
	git_sends refused@example.test
	expect_failure
}

run_cases
