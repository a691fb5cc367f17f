# shellcheck shell=bash
# What the callers' cases share, on top of what all cases do: a c-*.sh file
# sources this, defines cases and ends with run_cases.  From the environment,
# by cases.sh: STORE (what the server took) and SYSLOG (what was logged).
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
suite=${suite#c-}
callers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# as USER COMMAND...: what it says in $dir/out and $dir/err, its end in $status.
# The environment is nearly as bare as cron's.
as() {
	local user=$1
	shift
	chmod 755 "$dir"
	timeout 100 runuser -u "$user" -- env -i -C "$(home_of "$user")" \
	    HOME="$(home_of "$user")" LOGNAME="$user" SHELL=/bin/sh \
	    PATH=/usr/bin:/bin LANG=C.UTF-8 "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	echo "$status" >"$dir/status"
}

home_of() {
	getent passwd "$1" | cut -d : -f 6
}

# expect_mail WORD EXPRESSION...: the server took a message with that word, and
# the expressions of stored.py hold for it.  Waits: some callers do not.
expect_mail() {
	local end=$((SECONDS + ${patience:-15})) result
	# shellcheck disable=SC2153 # it is the environment's
	until "$python" "$callers/stored.py" "$STORE" "$@" >"$dir/stored" 2>&1; do
		result=$?
		[ "$result" -eq 2 ] || fail "$(head -c 3000 "$dir/stored")"
		[ "$SECONDS" -lt "$end" ] || fail "no message with '$1' has come"
		sleep 0.2
	done
}

expect_no_mail() {
	local result=0
	"$python" "$callers/stored.py" "$STORE" "$1" >"$dir/stored" 2>&1 ||
	    result=$?
	[ "$result" -eq 2 ] || fail "a message with '$1' has come"
}

# The caller itself saw a failure.
expect_failure() {
	[ "$status" -ne 0 ] || fail "the caller saw no failure"
}

expect_prints() {
	grep -qE -e "$1" "$dir/out" "$dir/err" || fail "it does not print: $1"
}

# expect_logged PATTERN: in the system's log, by whomever.
expect_logged() {
	local end=$((SECONDS + ${patience:-15}))
	until grep -qaE -e "$1" "$SYSLOG"; do
		[ "$SECONDS" -lt "$end" ] || fail "not logged: $1"
		sleep 0.2
	done
}
