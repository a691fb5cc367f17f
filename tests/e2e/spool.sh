# shellcheck shell=bash
# What the cases about messages that wait share, over lib.sh.
# shellcheck disable=SC2154 # which sets dir, here, port, python, store

# queueing [KEY = VALUE;...]: an account that keeps what it cannot send.
queueing() {
	account 'on_failure = "queue"; retry_min = "1m";' "$@"
}

# A server that was there, and its port.
dead_server() {
	server
	server_dies
}

server_dies() {
	servers_die
	rm -rf store port
}

# The same port again, with somebody behind it.
server_again() {
	server --port "$port" "$@"
}

# waiting PLACE: how many there are.
waiting() {
	find "$SENDOFF_SPOOL/$1" -type f 2>/dev/null | wc -l
}

expect_waiting() {
	local n
	n=$(waiting "$1")
	[ "$n" -eq "$2" ] || fail "$n messages in $1, not $2"
}

only_id() {
	find "$SENDOFF_SPOOL/$1" -type f -printf '%f\n'
}

# Whatever stands in the file about when: it is tried now.
flush_now() {
	send --retry=all </dev/null
	expect_exit 0
	send --flush </dev/null
}

mailq() {
	send --queue </dev/null
	expect_exit 0
	cp out queue
}

expect_queue() {
	local pattern
	mailq
	for pattern; do
		grep -qE -e "$pattern" queue || fail "mailq does not say: $pattern"
	done
}

expect_empty_queue() {
	expect_queue '^Mail queue is empty$'
	expect_waiting . 0
}

# The reports that the server has, whoever they are for.
reports() {
	grep -lsx 'Auto-Submitted: auto-replied.' "$store"/message-*.eml |
	    sort -V
}

expect_reports() {
	local n
	n=$(reports | wc -l)
	[ "$n" -eq "$1" ] || fail "$n reports, not $1"
}

# expect_dsn EXPRESSION...: about the last of them, see dsn_holds.py.
expect_dsn() {
	local file
	file=$(reports | tail -n 1)
	[ -n "$file" ] || fail "there is no report"
	"$python" "$here/dsn_holds.py" "$file" "$@" >"$dir/dsn" 2>&1 ||
	    fail "$(<"$dir/dsn")"
}
