# shellcheck shell=bash
# What the end-to-end cases share.  A t-*.sh file sources this, defines cases
# as functions named case_WHAT and ends with run_cases.  Each case runs in a
# subshell and a directory of its own ($dir); whatever it started dies with it.
#
# From the environment: BUILD (where sendoff and smtp-server are), CERTS (made
# by smtp-server --make-certs), PORTS (a file with the last port given away),
# ONLY (cases whose name holds it; all).
set -u
shopt -s lastpipe # what "| send" finds out stays known

sendoff=$BUILD/sendoff
smtp_server=$BUILD/smtp-server
# Not a version manager's slow front for it, if it can be helped.
python=$(command -v /usr/bin/python3 || command -v python3)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LC_ALL=C.UTF-8
unset SENDOFF_CONFIG SENDOFF_URL NAME EMAIL

# ---- running -----------------------------------------------------------------

fail() {
	printf '%s\n' "$*" >"$dir/why"
	exit 1
}

# This machine is none for the case.
skip() {
	printf '%s\n' "$*" >"$dir/skipped"
	exit 0
}

needs_root() {
	[ "$(id -u)" -eq 0 ] || skip "this is not root"
}

# What there is to see when a case has failed.
show_evidence() {
	local f
	for f in "$dir"/sendoff.conf "$dir"/status "$dir"/out "$dir"/err \
	    "$dir"/trace "$dir"/store*/conn-[1-9].log "$dir"/server.err; do
		[ -s "$f" ] || continue
		printf '#   --- %s\n' "${f#"$dir/"}"
		head -c 3000 "$f" | head -n 40 | tr -d '\000' |
		    awk '{ print "#   " $0 }' # with a newline at the end
	done
}

stop_servers() {
	local pid
	while read -r pid; do
		kill "$pid" 2>/dev/null
	done <"$dir/pids"
}

# The servers of this case end, and have ended when it returns: a server that
# was only told to still takes who comes meanwhile.
servers_die() {
	local pid
	stop_servers
	while read -r pid; do
		wait "$pid"
	done <"$dir/pids"
	: >"$dir/pids"
}

run_case() {
	local name=$1
	dir=$(mktemp -d "${TMPDIR:-/tmp}/sendoff-case.XXXXXX") || exit 1
	: >"$dir/pids"
	export HOME=$dir/home XDG_CONFIG_HOME=$dir/home/.config
	export SENDOFF_SPOOL=$dir/spool
	export STATE_DIRECTORY=$dir/state
	mkdir "$HOME"
	if ! (cd "$dir" && "case_$name") >"$dir/case.out" 2>&1; then
		echo "not ok $suite: $name"
		[ ! -s "$dir/why" ] || sed 's/^/#   /' "$dir/why"
		sed 's/^/#   /' "$dir/case.out" | head -n 20
		show_evidence
	elif [ -s "$dir/skipped" ]; then
		echo "skip $suite: $name: $(<"$dir/skipped")"
	else
		echo "ok $suite: $name"
	fi
	stop_servers
	[ -n "${KEEP:-}" ] || rm -rf "$dir"
}

suite=$(basename "$0" .sh)
suite=${suite#t-}

# The names of the cases that are asked for, in the order they stand.
wanted_cases() {
	local name
	sed -n 's/^case_\([a-z0-9_]*\)() {$/\1/p' "$0" | while read -r name; do
		[[ "$suite: $name" != *"${ONLY:-}"* ]] || echo "$name"
	done
}

run_cases() {
	local name
	for name in $(wanted_cases); do
		run_case "$name"
	done
}

# wait_for WHAT COMMAND...: poll until the command succeeds, ten seconds long.
wait_for() {
	local what=$1 end=$((SECONDS + 15))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || fail "waited in vain for $what"
		sleep 0.01
	done
}

# ---- the server --------------------------------------------------------------

# A port that nobody else of this run has had or will get, so that where a
# server was nobody is.  It is below those that the kernel gives to clients.
next_port() {
	(
		flock 9
		n=$(cat <&9)
		n=${n:-$((10000 + BASHPID % 20000))}
		until n=$((n < 32000 ? n + 1 : 10000)) && ! listens "$n"; do :; done
		echo "$n" | tee "$PORTS"
	) 9<>"$PORTS"
}

listens() {
	(: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# server [OPTION...]: start one; its port is in $port, what it keeps in $store.
# A second one keeps its things apart: server_of NAME OPTION...
server() {
	server_of '' "$@"
}

server_of() {
	local name=$1
	shift
	store=$dir/store$name
	"$smtp_server" --quiet --port "$(next_port)" \
	    --port-file "$dir/port$name" --store "$store" --certs "$CERTS" \
	    --idle 20 "$@" 2>>"$dir/server.err" &
	echo $! >>"$dir/pids"
	wait_for "the server" test -e "$dir/port$name"
	port=$(<"$dir/port$name")
}

# The record of connection N (1), when it has ended.
record() {
	local f=$store/conn-${1:-1}.json
	wait_for "the end of connection ${1:-1}" test -e "$f"
	cat "$f"
}

transcript() {
	record "${1:-1}" >/dev/null
	cat "$store/conn-${1:-1}.log"
}

# How many clients the server has had, when all of them have ended.
connections() {
	wait_for "the ends of all connections" have_ended
	find "$store" -name 'conn-*.json' | wc -l
}

# What was said to all of them, when they have ended.
transcripts() {
	connections >/dev/null
	cat "$store"/conn-*.log
}

have_ended() {
	[ "$(find "$store" -name '*conn-*.log' | wc -l)" -eq \
	    "$(find "$store" -name 'conn-*.json' | wc -l)" ]
}

# traced ARGUMENT...: strace, under which no leaks can be looked for.
traced() {
	command -v strace >/dev/null || skip "there is no strace"
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
	    timeout 60 strace -f "$@"
}

# ---- the program -------------------------------------------------------------

# config <<END: the configuration as it stands.
config() {
	(umask 077 && cat >"$dir/sendoff.conf")
}

# account [KEY = VALUE;...]: one account for the last server, with no TLS.
account() {
	account_at 127.0.0.1 'tls = "off"; from = "me@example.test";' "$@"
}

# tls_account: over TLS, with a user; `tls' itself comes with the arguments.
tls_account() {
	account_at localhost "tls_trust_file = \"$CERTS/ca.pem\";" \
	    'user = "user"; password = "secret"; from = "me@example.test";' "$@"
}

account_at() {
	local host=$1
	shift
	config <<-END
		default_account = "test";
		domain = "example.test";
		aliases = "off";
		log = "$dir/log";
		defaults: { timeout = "5s"; };
		accounts: {
		  test: {
		    host = "$host"; port = $port;
		    $*
		  };
		};
	END
}

# send [ARGUMENT...]: run the program with $dir/sendoff.conf; standard input
# is the message.  Leaves $status, $dir/out and $dir/err.
send() {
	run_sendoff -C "$dir/sendoff.conf" "$@"
}

run_sendoff() {
	timeout 60 "$sendoff" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	echo "$status" >"$dir/status"
}

# A small message, with the lines of the arguments as its body.
letter() {
	printf '%s\n' 'From: me@example.test' 'To: you@example.test' \
	    'Subject: a test' 'Date: Sun, 22 Nov 2026 19:14:37 +0800' \
	    'Message-ID: <1@example.test>' '' "${@:-hello}"
}

# The common run: a letter to one recipient, with more options if need be.
send_letter() {
	send "$@" you@example.test < <(letter)
}

# ---- what came of it ---------------------------------------------------------

# expect_exit CODE...: one of them.
expect_exit() {
	local code
	for code; do
		[ "$status" -ne "$code" ] || return 0
	done
	fail "exit status $status, not ${*}"
}

expect_silence() {
	[ ! -s "$dir/out" ] || fail "standard output is not empty"
	[ ! -s "$dir/err" ] || fail "standard error is not empty"
}

# expect_says PATTERN...: each (extended, any case) is on standard error.
expect_says() {
	local pattern
	for pattern; do
		grep -qiE -e "$pattern" "$dir/err" ||
		    fail "standard error does not say: $pattern"
	done
}

expect_says_not() {
	local pattern
	for pattern; do
		! grep -qiE -e "$pattern" "$dir/err" ||
		    fail "standard error says: $pattern"
	done
}

# expect_messages N: so many were taken, whole.
expect_messages() {
	local n
	n=$(find "$store" -name 'message-*.eml' | wc -l)
	[ "$n" -eq "$1" ] || fail "the server has taken $n messages, not $1"
}

# Nothing was sent: not even content that was refused or cut off.
expect_nothing_sent() {
	local n
	n=$(find "$store" -name '*.eml' | wc -l)
	[ "$n" -eq 0 ] || fail "the server has got content"
	! grep -qsx '\* \[content without its dot\]' "$store"/conn-*.log ||
	    fail "the server has got part of the content"
}

expect_no_connection() {
	[ -z "$(find "$store" -name '*conn-*' -print -quit)" ] ||
	    fail "the server was called"
}

# expect_stored FILE [N]: message N (1) is the bytes of FILE.
expect_stored() {
	local f=$store/message-${2:-1}.eml
	[ -e "$f" ] || fail "the server has no message"
	cmp "$1" "$f" >"$dir/cmp" 2>&1 ||
	    fail "the message differs: $(<"$dir/cmp")"
}

# expect_body FILE [N]: as expect_stored, behind the header.
expect_body() {
	local f=$store/message-${2:-1}.eml
	[ -e "$f" ] || fail "the server has no message"
	sed '1,/^\r$/d' "$f" >"$dir/body"
	cmp "$1" "$dir/body" >"$dir/cmp" 2>&1 ||
	    fail "the body differs: $(<"$dir/cmp")"
}

# expect_header PATTERN...: a line of the stored header matches (CR removed).
expect_header() {
	local pattern
	sed '/^\r$/q; s/\r$//' "$store/message-1.eml" >"$dir/head" ||
	    fail "the server has no message"
	for pattern; do
		grep -qE -e "$pattern" "$dir/head" ||
		    fail "no header line matches: $pattern"
	done
}

expect_no_header() {
	local pattern
	sed '/^\r$/q; s/\r$//' "$store/message-1.eml" >"$dir/head" ||
	    fail "the server has no message"
	for pattern; do
		! grep -qiE -e "$pattern" "$dir/head" ||
		    fail "a header line matches: $pattern"
	done
}

# expect_commands "EHLO MAIL ..." [N]: what the client sent, in order.
expect_commands() {
	local got
	got=$(commands "${2:-1}")
	[ "$got" = "$1" ] || fail "commands '$got', not '$1'"
}

commands() {
	record "$1" | sed 's/.*"flights":\[\([^]]*\)\].*/\1/; s/","/ /g; s/"//g'
}

# expect_flights "EHLO,AUTH MAIL RCPT DATA,content" [N]: and what in one go;
# a QUIT at the end may be behind the content or not.
expect_flights() {
	local got
	got=$(record "${2:-1}" |
	    sed 's/.*"flights":\[\([^]]*\)\].*/\1/; s/","/,/g; s/"//g')
	[ "${got%[, ]QUIT}" = "$1" ] || fail "flights '$got', not '$1'"
}

# expect_turns N [CONNECTION]
expect_turns() {
	local got
	got=$(record "${2:-1}" | sed 's/.*"turns":\([0-9]*\).*/\1/')
	[ "$got" = "$1" ] || fail "$got turns, not $1"
}

# expect_transcript PATTERN...: lines of connection 1's.
expect_transcript() {
	local pattern
	transcript 1 >"$dir/transcript"
	for pattern; do
		grep -qE -e "$pattern" "$dir/transcript" ||
		    fail "the server did not hear: $pattern"
	done
}

expect_transcript_not() {
	local pattern
	transcript 1 >"$dir/transcript"
	for pattern; do
		! grep -qE -e "$pattern" "$dir/transcript" ||
		    fail "the server heard: $pattern"
	done
}

# expect_json FILE EXPRESSION...: Python expressions about the object in it.
expect_json() {
	local file=$1
	shift
	"$python" "$here/json_holds.py" "$file" "$@" \
	    >"$dir/json" 2>&1 || fail "$(<"$dir/json")"
}

# ages SECONDS [DUE]: whatever waits came so much earlier, and is due since just
# now, or since then.
ages() {
	find "$SENDOFF_SPOOL/queue" -type f |
	    while read -r file; do
		    "$python" "$here/aged.py" "$file" "$@" || fail "not aged"
	    done
}

# The report of --report=json, which is standard output.
expect_report() {
	expect_json "$dir/out" "$@"
}

with_crlf() {
	sed 's/$/\r/'
}
