#!/bin/sh
# Sends a message to a server on this machine and shows what became of it.
# usage: demo.sh BUILD_DIR; any difference from what was promised is a failure.
set -eu

build=$1
user=10001@qq.com
code=ckfqgefngpaphagd # an authorization code, as such providers hand out
dir=$(mktemp -d)
server=

clean_up() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

fail() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

say() {
	printf '\n== %s\n' "$*"
}

# Wait for a file that a background process writes.
wait_for() {
	tries=0
	until [ -e "$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "'$1' did not appear"
		sleep 0.1
	done
}

# A server like the provider's: implicit TLS, AUTH, and its odd farewell.
start_server() {
	"$build/smtp-server" --quiet --port-file "$dir/port" \
	    --store "$dir/store" --tls implicit --certs "$dir/certs" \
	    --auth "PLAIN LOGIN" --user "$user" --password "$code" \
	    --name smtp.qq.com --size 73400320 \
	    --extensions "PIPELINING,8BITMIME" \
	    --on 'quit send "\x00\x00\x00\x1a\x00\x00\x00" close' &
	server=$!
	wait_for "$dir/port"
}

write_config() {
	(umask 077 && cat >"$dir/sendoff.conf") <<-END
		default_account = "qq";
		accounts: {
		  qq: {
		    host = "localhost";
		    port = $(cat "$dir/port");
		    tls = "implicit";
		    tls_trust_file = "$dir/certs/ca.pem";
		    user = "$user";
		    password = "$code";
		  };
		};
	END
}

write_body() {
	cat >"$dir/body" <<-'END'
		你好,鲍勃!

		这是一封测试邮件:重置密码的链接在下面。
		.这一行以点开头。
		..
		再见
	END
}

write_message() {
	cat >"$dir/head" <<-END
		From: =?utf-8?B?5byg5LiJ?= <$user>
		To: bob@example.org
		Subject: 关于找回密码的测试邮件
		MIME-Version: 1.0
		Content-Type: text/plain; charset=utf-8
		Content-Transfer-Encoding: 8bit
	END
	{
		cat "$dir/head"
		echo
		cat "$dir/body"
	} >"$dir/message"
}

with_crlf() {
	sed 's/$/\r/' "$1"
}

# Every line of the header that was given, and those that were missing.
check_head() {
	sed '/^\r$/q' "$1" >"$dir/stored-head"
	with_crlf "$dir/head" >"$dir/want-head"
	while IFS= read -r line; do
		grep -Fqxe "$line" "$dir/stored-head" ||
		    fail "the header lacks: $line"
	done <"$dir/want-head"
	for name in Date Message-ID; do
		grep -q "^$name: " "$dir/stored-head" ||
		    fail "the header lacks a $name field"
	done
}

check_body() {
	sed '1,/^\r$/d' "$1" >"$dir/stored-body"
	with_crlf "$dir/body" >"$dir/want-body"
	cmp "$dir/want-body" "$dir/stored-body" || fail "the body differs"
}

check_lines() {
	# shellcheck disable=SC2126
	bare=$(grep -av "$(printf '\r')$" "$1" | wc -l)
	[ "$bare" -eq 0 ] || fail "$bare lines do not end with CRLF"
}

write_body
write_message
start_server
write_config

say "the message"
cat "$dir/message"

say "sendoff -C sendoff.conf --debug-level=2 bob@example.org"
"$build/sendoff" -C "$dir/sendoff.conf" -i --debug-level=2 \
    bob@example.org <"$dir/message" >"$dir/out" 2>"$dir/trace" && status=0 ||
    status=$?
cat "$dir/trace"
printf 'exit status %s\n' "$status"
[ "$status" -eq 0 ] || fail "it was not sent"
[ ! -s "$dir/out" ] || fail "something was printed on standard output"
if grep -qF -e "$code" -e "$(printf '\0%s\0%s' "$user" "$code" | base64)" \
    "$dir/trace"; then
	fail "the trace shows the password"
fi

say "the message as the server has it"
stored=$dir/store/message-1.eml
[ -e "$stored" ] || fail "the server has no message"
cat "$stored"
check_head "$stored"
check_body "$stored"
check_lines "$stored"

say "sent: $(wc -c <"$stored") octets, every byte as promised"
