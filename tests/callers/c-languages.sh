#!/bin/bash
# Mail functions and modules of programming languages.
. "$(dirname "$0")/lib.sh"

php_mail() {
	as alice php -r '
		$head = "From: web@example.test\r\nBcc: blind@example.test\r\n" .
		    "Content-Type: text/plain; charset=utf-8\r\n" .
		    "Content-Transfer-Encoding: 8bit";
		$ok = mail($argv[1], $argv[2], "Grüße\n.\r\nend\n", $head,
		    "-fbounce@example.test");
		exit($ok ? 0 : 1);' -- "$@"
}

case_php_mail() {
	php_mail dave@example.test php-subject
	expect_exit 0
	expect_silence
	expect_mail php-subject "sender == 'bounce@example.test'" \
	    "rcpt == ['dave@example.test', 'blind@example.test']" \
	    "head['from'] == 'web@example.test'" \
	    "text == 'Grüße\\n.\\nend\\n\\n'"
}

case_php_mail_sees_a_refusal() {
	php_mail refused@example.test php-refused
	expect_exit 1
	expect_no_mail php-refused-alone
}

case_php_mail_cannot_be_led_astray() {
	as alice php -r '
		exit(mail("dave@example.test", "php-inert", "hello\n", "",
		    "-X/tmp/log-of-php -OQueueDirectory=/tmp") ? 0 : 1);'
	expect_exit 0
	expect_mail php-inert "rcpt == ['dave@example.test']"
	[ ! -e /tmp/log-of-php ] || fail "-X wrote a file"
}

email_sender() {
	as alice perl -MEmail::Sender::Simple=sendmail \
	    -MEmail::Sender::Transport::Sendmail -e '
		sendmail(join("\n", "From: Alice <alice\@example.test>",
		    "To: $ARGV[0]", "Subject: $ARGV[1]", "", "body", ".", "end", ""),
		    { from => "bounce\@example.test",
		      to => [$ARGV[0], "more\@example.test"],
		      transport => Email::Sender::Transport::Sendmail->new });' \
	    "$@"
}

case_perl_email_sender() {
	email_sender dave@example.test email-sender
	expect_exit 0
	expect_silence
	expect_mail email-sender "sender == 'bounce@example.test'" \
	    "rcpt == ['dave@example.test', 'more@example.test']" \
	    "text == 'body\\n.\\nend\\n'"
}

case_perl_email_sender_sees_a_refusal() {
	email_sender refused@example.test email-sender-refused
	expect_failure
}

mime_lite() {
	as alice perl -MMIME::Lite -e '
		my $m = MIME::Lite->new(From => "alice\@example.test",
		    To => $ARGV[0], Bcc => "blind\@example.test",
		    Subject => $ARGV[1], Type => "multipart/mixed");
		$m->attach(Type => "TEXT", Data => "body\n.\nend\n");
		$m->attach(Type => "text/csv", Data => "a;b\n",
		    Filename => "t.csv", Disposition => "attachment");
		$m->send or die "not sent";' "$@"
}

case_perl_mime_lite() {
	mime_lite dave@example.test mime-lite
	expect_exit 0
	expect_silence
	expect_mail mime-lite "sender == 'alice@example.test'" \
	    "rcpt == ['dave@example.test', 'blind@example.test']" \
	    "text == 'body\\n.\\nend\\n'" \
	    "[p.get_filename() for p in msg.walk()][-1] == 't.csv'"
}

case_perl_mime_lite_dies_of_a_refusal() {
	mime_lite refused@example.test mime-lite-refused
	expect_failure
}

mail_mailer() {
	as alice perl -MMail::Mailer -e '
		my $m = Mail::Mailer->new("sendmail");
		$m->open({ To => [$ARGV[0], "erin"], Subject => $ARGV[1] });
		print $m "body\n";
		$m->close or die "not sent";' "$@"
}

case_perl_mail_mailer() {
	mail_mailer dave@example.test mail-mailer
	expect_exit 0
	expect_silence
	expect_mail mail-mailer "sender == 'alice@example.test'" \
	    "rcpt == ['dave@example.test', 'erin@example.test']" \
	    "people('from') == [('Alice O. Test', 'alice@example.test')]" \
	    "text == 'body\\n'"
}

case_perl_mail_mailer_sees_a_refusal() {
	mail_mailer refused@example.test mail-mailer-refused
	expect_failure
}

python_sends() {
	as alice python3 -c '
import email.message, subprocess, sys
m = email.message.EmailMessage()
m["From"], m["To"], m["Subject"] = "alice@example.test", *sys.argv[1:]
m.set_content("Grüße\n.\nend\n", cte="8bit")
subprocess.run(["/usr/sbin/sendmail", "-t", "-oi"], input=m.as_bytes(),
               check=True)' "$@"
}

case_python() {
	python_sends dave@example.test python-subject
	expect_exit 0
	expect_silence
	expect_mail python-subject "rcpt == ['dave@example.test']" \
	    "text == 'Grüße\\n.\\nend\\n'"
}

case_python_sees_a_refusal() {
	python_sends refused@example.test python-refused
	expect_failure
	expect_prints 'exit status 67'
	expect_no_mail python-refused
}

run_cases
