#!/bin/sh
# The unit tests, and the main case (TLS, login, a message), under valgrind.
# usage: valgrind.sh BUILD_DIR
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/.."

memcheck() {
	valgrind -q --error-exitcode=9 --leak-check=full \
	    --errors-for-leak-kinds=definite \
	    --suppressions=tests/valgrind.supp "$@"
}

# In one process each, but for those that judge child processes.
suites=$(sed -n 's/^SUITE(suite_\(.*\))$/\1/p' "$build/suites.inc")
for suite in $suites; do
	[ "$suite" != conf_secret ] || continue
	(
		export CK_FORK=no CK_VERBOSITY=minimal CK_RUN_SUITE="$suite"
		memcheck "$build/unit"
	)
done

dir=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
"$build/smtp-server" --quiet --port-file "$dir/port" --store "$dir/store" \
    --tls implicit --certs "$dir/certs" --auth "SCRAM-SHA-256 PLAIN" \
    --user jane --password secret99 --idle 60 &
server=$!
tries=0
until [ -e "$dir/port" ]; do
	tries=$((tries + 1))
	[ "$tries" -lt 100 ] || exit 1
	sleep 0.1
done
export SENDOFF_PASSWORD=secret99
for auth in SCRAM-SHA-256 PLAIN; do
	printf 'To: bob@example.org\nSubject: x\n\nhi\n' |
	    memcheck "$build/sendoff" -t -f ann@example.org --timeout=60s \
		--host=localhost:"$(cat "$dir/port")" --tls=implicit \
		--tls-trust-file="$dir/certs/ca.pem" --user=jane --auth=$auth
	echo "valgrind: $auth is clean"
done
