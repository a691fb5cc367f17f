#!/bin/bash
# OpenSMTPD, which cannot be installed beside another mail server: its package
# is unpacked.  It insists on its users and on directories of its own, so it
# lives in a mount namespace that has them.  It relays to a server of ours.
. "$(dirname "$0")/real.sh"

# What it finds in place of /etc/passwd, /etc/group, /var/spool, /var/lib, /run.
furnish() {
	local n=58000 user
	mkdir -p "$x/spool/smtpd" "$x/lib/opensmtpd/empty" "$x/run"
	chmod 711 "$x/spool/smtpd" "$x/lib/opensmtpd" "$x/lib/opensmtpd/empty"
	cp /etc/passwd /etc/group "$x"
	for user in opensmtpd opensmtpq; do
		n=$((n + 1))
		echo "$user:x:$n:$n::/var/lib/opensmtpd/empty:/bin/false" >>"$x/passwd"
		echo "$user:x:$n:" >>"$x/group"
	done
}

# The password is "secret", as crypt(3) has it.
configure() {
	# shellcheck disable=SC2016
	echo 'user $6$SUn2fWTPDvokat4t$B9NK414fJ25HUBmmPb2dtGnjNoDhvyYjaRifg34VVeEADPL0nAHr2K8Sybcd01r1K5fcIE/zI9ddWKeyvCg6K1' >"$x/users"
	cat >"$x/smtpd.conf" <<-END
		pki mail.example.test cert "$house/certs/good.pem"
		pki mail.example.test key "$house/certs/good.key"
		table users file:$x/users
		listen on 127.0.0.1 port $implicit_port smtps pki mail.example.test \
		  hostname mail.example.test auth <users>
		listen on 127.0.0.1 port $starttls_port tls-require pki mail.example.test \
		  hostname mail.example.test auth <users>
		action "on" relay host "smtp://127.0.0.1:$relay_port"
		match auth from any for rcpt-to { "you@example.test", "two@example.test" } \
		  action "on"
	END
}

start_opensmtpd() {
	x=$house/x
	implicit_port=$(next_port)
	starttls_port=$(next_port)
	furnish
	configure
	"${CC:-gcc}" -D_GNU_SOURCE -shared -fPIC -o "$x/key.so" \
	    "$here/opensmtpd_key.c" || exit 1
	# shellcheck disable=SC2016
	X=$x unshare -m sh -ec '
		for f in passwd group; do mount --bind "$X/$f" "/etc/$f"; done
		for d in spool lib; do mount --bind "$X/$d" "/var/$d"; done
		mount --bind "$X/run" /run
		export LD_PRELOAD="$X/key.so"
		exec "$0" -d -f "$X/smtpd.conf"' \
	    "$house/opensmtpd/usr/sbin/smtpd" >"$x/log" 2>&1 &
	opensmtpd=$!
	up OpenSMTPD "$implicit_port" "$x/log"
}

stop_opensmtpd() {
	kill "$opensmtpd"
	wait "$opensmtpd"
}

# through TLS PORT AUTH SUBJECT
through() {
	login_account "$1" "$2" "auth = \"$3\";"
	hard_letter "$4" >message
	send -i you@example.test <message
	expect_exit 0
	expect_silence
	expect_relayed message
	grep -q 'with ESMTPSA ' "$(relayed_as "$4")" ||
	    fail "not as an authenticated user over TLS"
}

case_implicit_tls_plain() {
	through implicit "$implicit_port" PLAIN implicit-plain
}

case_implicit_tls_login() {
	through implicit "$implicit_port" LOGIN implicit-login
}

case_starttls_plain() {
	through starttls "$starttls_port" PLAIN starttls-plain
}

case_starttls_login() {
	through starttls "$starttls_port" LOGIN starttls-login
}

# It closes the connection on whoever does not wait for each reply.
case_one_command_at_a_time() {
	through implicit "$implicit_port" auto lock-step
	! grep -q PIPELINING "$dir/trace" || fail "it can now"
	expect_json <(sed 's/^/,/; 1s/,/[/; $s/$/]/' "$dir/trace") \
	    'all(a["ev"] != "cmd" or b["ev"] != "cmd" for a, b in zip(it, it[1:]))'
}

refused_with() {
	real_account localhost "$implicit_port" "tls = \"implicit\"; auth = \"$1\";" \
	    'user = "user"; password = "wrong";'
	hard_letter "refused-$1" >message
	send -i you@example.test <message
	expect_exit 77
	expect_not_relayed "refused-$1"
}

case_wrong_password_plain() {
	refused_with PLAIN
}

case_wrong_password_login() {
	refused_with LOGIN
}

case_a_recipient_is_unknown() {
	login_account implicit "$implicit_port"
	hard_letter partial >message
	send -i --report=json you@example.test nobody@example.test \
	    two@example.test <message
	expect_exit 67
	expect_report '[r["status"] for r in recipients] == ["accepted", "refused", "accepted"]'
	expect_relayed message
}

# It asks the relay for what it was asked for.
case_dsn() {
	login_account implicit "$implicit_port"
	hard_letter dsn >message
	send -i -N success,failure -R hdrs -V 'id+1' you@example.test <message
	expect_exit 0
	expect_relayed message
	grep -hsE 'NOTIFY=SUCCESS, ?FAILURE' "$house"/relay/envelope-*.json |
	    grep -q 'ENVID=id+2B1' || fail "no such parameters at the relay"
}

case_ten_megabytes() {
	login_account implicit "$implicit_port" 'timeout = "60s";'
	large_letter large >message
	send -i you@example.test <message
	expect_exit 0
	expect_relayed message
}

case_the_matrix() {
	needs_all_cases
	look implicit "$implicit_port"
	look off "$starttls_port"
	look starttls "$starttls_port"
	expect_row "OpenSMTPD $(version_unpacked opensmtpd)"
}

row=opensmtpd
need_root_and libdb5.3 libevent-2.1-7 libpam0g libssl3
unshare -m true 2>/dev/null || {
	echo "skip $suite: no mount namespace can be had"
	exit 0
}
open_house
unpack opensmtpd
start_relay
start_opensmtpd
run_cases
