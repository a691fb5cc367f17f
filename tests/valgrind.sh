#!/bin/sh
# The main case under valgrind: TLS, login, a message.  usage: BUILD_DIR
set -eu
build=$1
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
for auth in SCRAM-SHA-256 PLAIN; do
	printf 'To: bob@example.org\nSubject: x\n\nhi\n' |
	    SENDOFF_PASSWORD=secret99 valgrind -q --error-exitcode=9 \
		--leak-check=full --errors-for-leak-kinds=definite \
		"$build/sendoff" -t -f ann@example.org --timeout=60s \
		--host=localhost:"$(cat "$dir/port")" --tls=implicit \
		--tls-trust-file="$dir/certs/ca.pem" --user=jane --auth=$auth
	echo "valgrind: $auth is clean"
done
