# shellcheck shell=bash
# Real mail servers for the real-*.sh cases: Debian's packages, with private
# directories and ports, started and stopped here.  Needs root, as they do.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Whose row of the matrix a case goes to; each file says.
row=

# need_root_and PACKAGE...: or there is nothing to be done here.
need_root_and() {
	[ -n "$(wanted_cases)" ] || exit 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "skip $suite: needs root and apt-get"
		exit 0
	fi
	env -u TMPDIR flock "$CERTS" sh "$here/../deps.sh" "$@" >&2 || exit 1
}

# unpack PACKAGE: one that cannot be installed beside another mail server,
# into $house/PACKAGE.
unpack() {
	(cd "$house" && apt-get download "$1" >/dev/null 2>&1 &&
	    dpkg -x "$1"_*.deb "$house/$1") || {
		echo "skip $suite: the package cannot be had"
		exit 0
	}
}

# Upstream's part of a version: of an installed package, of one unpacked.
version_of() {
	dpkg-query -W -f '${Version}' "$1" | upstream_part
}

version_unpacked() {
	dpkg-deb -f "$house/$1"_*.deb Version | upstream_part
}

upstream_part() {
	sed 's/^[0-9]*://; s/[-+].*//'
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
	for stop in stop_postfix stop_dovecot stop_exim stop_opensmtpd \
	    stop_aiosmtpd stop_relay; do
		declare -F "$stop" >/dev/null && "$stop" >/dev/null 2>&1
	done
	[ -n "${KEEP:-}" ] || rm -rf "${house:?}"
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

# A JSON Web Token that says who its bearer is, signed with the key "key".
token_for() {
	"$python" - "$1" <<-'END'
		import base64, hmac, json, sys, time
		def enc(b):
		    return base64.urlsafe_b64encode(b).rstrip(b"=")
		now = int(time.time())
		said = enc(b'{"alg":"HS256","typ":"JWT"}') + b"." + enc(json.dumps(
		    {"sub": sys.argv[1], "iat": now - 60, "exp": now + 3600}).encode())
		print((said + b"." + enc(hmac.digest(b"key", said, "sha256"))).decode())
	END
}

# token_account TLS PORT AUTH TOKEN
token_account() {
	real_account localhost "$2" "tls = \"$1\"; auth = \"$3\";" \
	    "user = \"user\"; password = \"$4\";"
}

# dovecot [LINE...]: SASL for Postfix, LMTP, submission; more configuration in
# the lines.
start_dovecot() {
	local d=$house/dovecot
	mkdir "$d" "$d/state"
	chmod 755 "$d"
	lmtp_port=$(next_port)
	submission_port=$(next_port)
	submissions_port=$(next_port)
	echo 'user:{PLAIN}secret' >"$d/users"
	chown dovecot "$d/users"
	chmod 600 "$d/users"
	mkdir -p "$d/keys/default/HS256"
	printf key | base64 >"$d/keys/default/HS256/default"
	cat >"$d/oauth2.conf" <<-END
		introspection_mode = local
		local_validation_key_dict = fs:posix:prefix=$d/keys/
		username_attribute = sub
	END
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
		ssl_ca = <$house/certs/ca.pem
		ssl_require_crl = no
		ssl_verify_client_cert = yes
		auth_ssl_username_from_cert = yes
		auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 oauthbearer xoauth2 external
		auth_failure_delay = 0
		disable_plaintext_auth = yes
		mail_location = maildir:$house/mail/%n
		first_valid_uid = 1
		passdb {
		  driver = passwd-file
		  mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
		  args = username_format=%u $d/users
		}
		passdb {
		  driver = oauth2
		  mechanisms = oauthbearer xoauth2
		  args = $d/oauth2.conf
		}
		passdb {
		  driver = static
		  mechanisms = external
		  args = nopassword=y
		}
		userdb {
		  driver = static
		  args = uid=mail gid=mail home=$house/mail/%n allow_all_users=yes
		}
		service anvil {
		  unix_listener anvil-auth-penalty {
		    mode = 0
		  }
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

# ---- a server of ours, to which others relay ---------------------------------

start_relay() {
	"$smtp_server" --quiet --port-file "$house/relay-port" --idle 600 \
	    --store "$house/relay" \
	    --extensions "PIPELINING,8BITMIME,SMTPUTF8,DSN" &
	relay=$!
	until [ -e "$house/relay-port" ]; do sleep 0.02; done
	# shellcheck disable=SC2034
	relay_port=$(<"$house/relay-port")
}

stop_relay() {
	[ -z "${relay:-}" ] || kill "$relay"
}

# relayed_as SUBJECT: the name of the file.
relayed_as() {
	grep -lsx "Subject: $1"$'\r' "$house"/relay/message-*.eml
}

# expect_relayed FILE: it has got there, but for fields put in front.
expect_relayed() {
	local subject
	subject=$(sed -n 's/^Subject: //p' "$1" | head -n 1)
	wait_for "the message at the relay" relayed_as "$subject"
	with_crlf <"$1" >want
	tail -c "$(wc -c <want)" "$(relayed_as "$subject")" | cmp - want ||
	    fail "the message differs"
}

expect_not_relayed() {
	sleep 0.5
	! grep -qsx "Subject: $1"$'\r' "$house"/relay/*.eml ||
	    fail "it was relayed"
}

# ---- the program and its result ----------------------------------------------

# send, as elsewhere; the conversation is kept for the matrix, under $row.
send() {
	mkdir -p "$MATRIX/$row"
	rm -f "$dir/trace"
	run_sendoff -C "$dir/sendoff.conf" --debug-level=1 --debug-format=json \
	    --debug-file="$dir/trace" "$@"
	[ ! -e "$dir/trace" ] || cat "$dir/trace" >>"$MATRIX/$row/trace"
}

# real_account HOST PORT LINES...
real_account() {
	local host=$1
	port=$2
	shift 2
	account_at "$host" "tls_trust_file = \"$house/certs/ca.pem\";" \
	    'from = "user@example.test";' "$@"
}

# login_account TLS PORT LINES...: with the user that all of them know.
login_account() {
	local tls=$1 at=$2
	shift 2
	real_account localhost "$at" "tls = \"$tls\";" \
	    'user = "user"; password = "secret";' "$@"
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

# Where the header and (by the caller's doing) an address are not ASCII.
utf8_letter() {
	hard_letter "关于 $1" | sed '/^Message-ID/s/关于 //'
}

# Ten megabytes.
large_letter() {
	hard_letter "$1"
	yes 'sixty-nine octets of text, that is about what a line of mail holds..' |
	    head -n 145000
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

# reported_as SUBJECT: the file of the sender's delivery report about it.
reported_as() {
	grep -rlsF --exclude-dir=tmp "$1@example.test" "$house/mail/user" |
	    xargs -r grep -lisE '^Content-Type: message/(global-)?delivery-status'
}

is_reported() {
	[ -n "$(reported_as "$1")" ]
}

# expect_reported SUBJECT PATTERN...: it has come, and has such lines.
expect_reported() {
	local pattern subject=$1 report
	shift
	wait_for "the report" is_reported "$subject"
	report=$(reported_as "$subject")
	for pattern; do
		grep -qiE -e "$pattern" "$report" ||
		    fail "not in the report: $pattern"
	done
}

# ---- the matrix --------------------------------------------------------------

# What a server offers, and what came into use with it in the cases of this
# file; so its case is the last, and needs the others.
needs_all_cases() {
	[ "$(wanted_cases | wc -l)" -eq "$(grep -c '^case_' "$0")" ] ||
	    skip "not all cases are asked for"
}

# look TLS PORT LINES...: ask what is offered that way.
look() {
	local way=$1 at=$2
	shift 2
	real_account localhost "$at" "tls = \"$way\";" "$@"
	send --server-info --report=json </dev/null
	expect_exit 0
	cp "$dir/out" "$MATRIX/$row/$way.json"
}

# The names that sendoff knows, in its own words.
known_mechanisms() {
	"$sendoff" --host=localhost --auth=none --show-config 2>&1 |
	    sed -n 's/.*one of: auto off //p'
}

# expect_row NAME: whatever it offers and sendoff knows was used.
expect_row() {
	local known
	known=$(known_mechanisms)
	[[ $known = *PLAIN* ]] || fail "no mechanisms"
	printf '%s\n' "$1" >"$MATRIX/$row/name"
	# shellcheck disable=SC2086
	"$python" "$here/matrix.py" row "$MATRIX/$row" $known \
	    >"$MATRIX/$row/row" 2>lacks || fail "$1: $(<lacks)"
}
