# shellcheck shell=bash
# Real mail servers for the real-*.sh cases: Debian's packages, with private
# directories and ports, started and stopped here.  Needs root, as they do.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# need_root_and PACKAGE...: or there is nothing to be done here.
need_root_and() {
	[ -n "$(wanted_cases)" ] || exit 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "skip $suite: needs root and apt-get"
		exit 0
	fi
	flock "$CERTS" sh "$here/../deps.sh" "$@" >&2 || exit 1
}

# A directory that the servers' own users may enter.
open_house() {
	house=$(mktemp -d /tmp/sendoff-real.XXXXXX) || exit 1
	chmod 755 "$house"
	cp -r "$CERTS" "$house/certs"
	mkdir "$house/mail"
	chown mail:mail "$house/mail"
	trap close_house EXIT
	trap 'exit 1' HUP INT TERM
}

close_house() {
	local stop
	for stop in stop_postfix stop_dovecot stop_exim stop_relay; do
		declare -F "$stop" >/dev/null && "$stop" >/dev/null 2>&1
	done
	[ -n "${KEEP:-}" ] || rm -rf "${house:?}"
}

free_port() {
	"$python" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

listens() {
	(: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# up WHAT PORT LOG: wait until it takes connections.
up() {
	local end=$((SECONDS + 20))
	until listens "$2"; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "not ok $suite: $1 does not come up"
			sed 's/^/#   /' "$3" | tail -n 20
			exit 0
		fi
		sleep 0.02
	done
}

# ---- Dovecot -----------------------------------------------------------------

# dovecot [LINE...]: SASL for Postfix, LMTP, submission; more configuration in
# the lines.
start_dovecot() {
	local d=$house/dovecot
	mkdir "$d" "$d/state"
	chmod 755 "$d"
	lmtp_port=$(free_port)
	submission_port=$(free_port)
	submissions_port=$(free_port)
	echo 'user:{PLAIN}secret' >"$d/users"
	chown dovecot "$d/users"
	chmod 600 "$d/users"
	cat >"$d/dovecot.conf" <<-END
		base_dir = $d/run
		state_dir = $d/state
		log_path = $d/log
		auth_verbose = yes
		protocols = lmtp submission
		listen = 127.0.0.1
		hostname = mail.example.test
		ssl = yes
		ssl_cert = <$house/certs/good.pem
		ssl_key = <$house/certs/good.key
		auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
		auth_failure_delay = 0
		disable_plaintext_auth = yes
		mail_location = maildir:$house/mail/%n
		first_valid_uid = 1
		passdb {
		  driver = passwd-file
		  args = username_format=%u $d/users
		}
		userdb {
		  driver = static
		  args = uid=mail gid=mail home=$house/mail/%n allow_all_users=yes
		}
		service auth {
		  unix_listener $d/sasl {
		    mode = 0666
		  }
		}
		service lmtp {
		  unix_listener $d/lmtp {
		    mode = 0666
		  }
		  inet_listener lmtp {
		    port = $lmtp_port
		  }
		}
		service submission-login {
		  inet_listener submission {
		    port = $submission_port
		  }
		  inet_listener submissions {
		    port = $submissions_port
		    ssl = yes
		  }
		}
		service stats {
		  inet_listener http {
		    port = 0
		  }
		}
		$*
	END
	dovecot -c "$d/dovecot.conf" 2>"$d/log" || :
	up Dovecot "$submissions_port" "$d/log"
	up "Dovecot's LMTP" "$lmtp_port" "$d/log"
}

stop_dovecot() {
	doveadm -c "$house/dovecot/dovecot.conf" stop
}

# ---- the program and its result ----------------------------------------------

# real_account HOST PORT LINES...
real_account() {
	local host=$1
	port=$2
	shift 2
	account_at "$host" "tls_trust_file = \"$house/certs/ca.pem\";" \
	    'from = "user@example.test";' "$@"
}

# A message that has much of what goes wrong; the subject tells them apart.
hard_letter() {
	printf '%s\n' 'From: user@example.test' 'To: you@example.test' \
	    "Subject: $1" 'Date: Sun, 22 Nov 2026 19:14:37 +0800' \
	    "Message-ID: <$1@example.test>" 'MIME-Version: 1.0' \
	    'Content-Type: text/plain; charset=utf-8' \
	    'Content-Transfer-Encoding: 8bit' 'X-Folded: a' '	b' '' \
	    '.' '..' '.x' '你好' 'From here on' '' 'blanks at the end  ' \
	    "$(printf '%0900d' 0)" '.' 'end'
}

# find_mail NAME SUBJECT: print the file of that mailbox with that subject.
# Dovecot's index has the subject too, and tmp what is still being written.
find_mail() {
	grep -rlsx --exclude='dovecot*' --exclude-dir=tmp "Subject: $2" \
	    "$house/mail/$1" | head -n 1
}

has_mail() {
	[ -n "$(find_mail "$1" "$2")" ]
}

# expect_mail NAME FILE: it is in the mailbox, but for fields put in front.
expect_mail() {
	local subject mail size
	subject=$(sed -n 's/^Subject: //p' "$2" | head -n 1)
	wait_for "the message in the mailbox" has_mail "$1" "$subject"
	mail=$(find_mail "$1" "$subject")
	size=$(wc -c <"$2")
	tail -c "$size" "$mail" | cmp -s - "$2" ||
	    fail "the message differs: $(tail -c "$size" "$mail" | diff - "$2" | head)"
	! head -c "-$size" "$mail" |
	    grep -qviE '^(Return-Path|Delivered-To|X-Original-To|Received|Envelope-to|Delivery-date): |^[ 	]' ||
	    fail "odd fields in front: $(head -c "-$size" "$mail")"
}

# expect_no_mail SUBJECT: not even after a while.
expect_no_mail() {
	sleep 0.5
	! grep -rqsx "Subject: $1" "$house/mail" "$house"/*/spool \
	    "$house"/*/queue || fail "there is a message"
}
