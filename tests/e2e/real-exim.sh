#!/bin/bash
# Exim, which cannot be installed beside another mail server: its package is
# unpacked into a private directory.
. "$(dirname "$0")/real.sh"

# The program does not start without its user; installing the package would
# have made it.
make_user() {
	getent passwd Debian-exim >/dev/null ||
	    useradd --system --no-create-home --home-dir /var/spool/exim4 \
		--shell /usr/sbin/nologin Debian-exim
}

start_exim() {
	local x=$house/exim
	mkdir "$x" "$x/spool"
	chown mail:mail "$x" "$x/spool"
	starttls_port=$(next_port)
	implicit_port=$(next_port)
	cat >"$x/exim.conf" <<-END
		exim_path = $exim
		exim_user = mail
		exim_group = mail
		never_users =
		spool_directory = $x/spool
		log_file_path = $x/%slog
		pid_file_path = $x/pid
		primary_hostname = mail.example.test
		local_interfaces = 127.0.0.1
		daemon_smtp_ports = $starttls_port : $implicit_port
		tls_on_connect_ports = $implicit_port
		tls_advertise_hosts = *
		tls_certificate = $house/certs/good.pem
		tls_privatekey = $house/certs/good.key
		acl_smtp_rcpt = acl_rcpt
		smtp_accept_max = 20
		host_lookup =
		rfc1413_query_timeout = 0s
		message_size_limit = 30M
		dsn_advertise_hosts = *
		keep_environment =

		begin acl
		acl_rcpt:
		  deny message = no such user
		       local_parts = nobody
		  accept

		begin routers
		all:
		  driver = accept
		  transport = maildir

		begin transports
		maildir:
		  driver = appendfile
		  directory = $house/mail/\${if eq{\$local_part}{user}{user}{you}}
		  maildir_format
		  user = mail
		  group = mail
		  return_path_add
		  envelope_to_add

		begin retry
		* * F,2h,15m

		begin authenticators
		plain:
		  driver = plaintext
		  public_name = PLAIN
		  server_prompts = :
		  server_condition = \${if and{{eq{\$auth2}{user}}{eq{\$auth3}{secret}}}}
		  server_set_id = \$auth2
		login:
		  driver = plaintext
		  public_name = LOGIN
		  server_prompts = Username:: : Password::
		  server_condition = \${if and{{eq{\$auth1}{user}}{eq{\$auth2}{secret}}}}
		  server_set_id = \$auth1
		cram:
		  driver = cram_md5
		  public_name = CRAM-MD5
		  server_secret = \${if eq{\$auth1}{user}{secret}fail}
		  server_set_id = \$auth1
	END
	chmod 644 "$x/exim.conf"
	chown mail:mail "$house/certs" "$house/certs"/*
	"$exim" -C "$x/exim.conf" -bdf 2>"$x/start" &
	exim_pid=$!
	up Exim "$implicit_port" "$x/start"
}

stop_exim() {
	kill "$exim_pid"
	wait "$exim_pid" # its last words would bring the directory back
}

# through TLS PORT AUTH SUBJECT
through() {
	login_account "$1" "$2" "auth = \"$3\";"
	hard_letter "$4" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_mail you message
	grep -q 'with \(utf8\)\?esmtpsa' "$(find_mail you "$4")" ||
	    fail "not as an authenticated user over TLS"
}

case_implicit_tls_plain() {
	through implicit "$implicit_port" PLAIN implicit-plain
}

case_starttls_plain() {
	through starttls "$starttls_port" PLAIN starttls-plain
}

case_starttls_login() {
	through starttls "$starttls_port" LOGIN starttls-login
}

case_starttls_cram_md5() {
	through starttls "$starttls_port" CRAM-MD5 starttls-cram
}

case_auth_refused_in_the_flight_delivers_nothing() {
	real_account localhost "$implicit_port" 'tls = "implicit"; auth = "PLAIN";' \
	    'user = "user"; password = "wrong";'
	hard_letter refused >message
	send -i you@example.test <message
	expect_exit 77
	expect_no_mail refused
}

case_a_recipient_is_unknown() {
	login_account implicit "$implicit_port"
	hard_letter partial >message
	send -i you@example.test nobody@example.test <message
	expect_exit 67
	expect_says 'nobody@example\.test'
	expect_mail you message
}

case_utf8_address() {
	login_account implicit "$implicit_port"
	utf8_letter utf8 >message
	send -i 用户@example.test <message
	expect_exit 0
	expect_mail you message
	grep -q '^Envelope-to: 用户@example\.test$' "$(find_mail you "关于 utf8")" ||
	    fail "not to that address"
}

case_dsn() {
	login_account implicit "$implicit_port"
	hard_letter dsn >message
	send -i -N success -R hdrs -V 'id-1' you@example.test <message
	expect_exit 0
	expect_mail you message
	expect_reported dsn '^Original-Envelope-Id: id-1$' '^Action: delivered' \
	    '^Final-Recipient: rfc822; ?you@example\.test$'
}

case_the_matrix() {
	needs_all_cases
	look implicit "$implicit_port"
	look off "$starttls_port"
	look starttls "$starttls_port"
	expect_row "Exim $(version_unpacked exim4-daemon-light)"
}

row=exim
need_root_and libdb5.3 libgnutls-dane0 libidn12 libnsl2 libpcre2-8-0
open_house
unpack exim4-daemon-light
exim=$house/exim4-daemon-light/usr/sbin/exim4
make_user
start_exim
run_cases
