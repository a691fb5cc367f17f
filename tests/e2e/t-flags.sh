#!/bin/bash
# Every row of the table of sendmail's flags, from the file `flags'.
. "$(dirname "$0")/lib.sh"

# The trials of a row, and the names of the rows.
trials() {
	awk -v row="$1" '/^#/ || /^$/ { next }
	    /^= / { n++; next }
	    n == row { print }' "$here/flags"
}

row_names() {
	sed -n 's/^= //p' "$here/flags"
}

flag_letter() {
	printf '%s\n' 'From: me@example.test' 'To: to@example.test' \
	    'Cc: cc@example.test' 'Bcc: bcc@example.test' 'Subject: a flag' \
	    '' 'before' '.' 'after'
}

# ---- what is expected ---------------------------------------------------------

matches() {
	local what=$1 pattern=$2 text=$3
	[[ "$text" =~ $pattern ]] || grep -qE -e "$pattern" <<<"$text" ||
	    fail "$trial: $what does not match '$pattern': $text"
}

matches_not() {
	local what=$1 pattern=$2 text=$3
	! grep -qE -e "$pattern" <<<"$text" ||
	    fail "$trial: $what matches '$pattern': $text"
}

# The member of the stored envelope, as Python says it.
envelope() {
	"$python" - "$store/envelope-$n.json" "$1" <<-'END'
		import json, sys
		e = json.load(open(sys.argv[1]))
		path = lambda line: line.split("<", 1)[1].split(">", 1)[0]
		print({"to": lambda: ",".join(path(r["line"]) for r in e["rcpt"]),
		    "from": lambda: path(e["mail"]),
		    "mail": lambda: e["mail"],
		    "rcpt": lambda: "\n".join(r["line"] for r in e["rcpt"])}[sys.argv[2]]())
	END
}

is_status() {
	[ "$status" -eq "$1" ] ||
	    fail "$trial: exit status $status, not $1: $(<"$dir/err")"
}

sends_nothing() {
	[ ! -e "$store/message-$((sent + 1)).eml" ] ||
	    fail "$trial: something was sent"
}

expectation() {
	local head
	case $1 in
	sent)
		is_status 0
		[ ! -s "$dir/out" ] || fail "$trial: not silent"
		[ ! -s "$dir/err" ] || fail "$trial: not silent: $(<"$dir/err")"
		[ -e "$store/message-$n.eml" ] || fail "$trial: nothing was sent"
		;;
	kept)
		is_status 0
		sends_nothing
		;;
	0)
		is_status 0
		[ -e "$store/message-$n.eml" ] || fail "$trial: nothing was sent"
		;;
	[1-9]*)
		is_status "$1"
		sends_nothing
		[ "$(wc -l <"$dir/err")" -eq 1 ] ||
		    fail "$trial: not one line: $(<"$dir/err")"
		;;
	dot) grep -q '^after' "$store/message-$n.eml" || fail "$trial: cut" ;;
	cut) ! grep -q '^after' "$store/message-$n.eml" || fail "$trial: not cut" ;;
	unwritten) [ ! -e "$dir/traffic" ] || fail "$trial: a file was written" ;;
	to=* | from=*)
		[ "$(envelope "${1%%=*}")" = "${1#*=}" ] ||
		    fail "$trial: ${1%%=*} is $(envelope "${1%%=*}")"
		;;
	mail=* | rcpt=*) matches "${1%%=*}" "${1#*=}" "$(envelope "${1%%=*}")" ;;
	out=*) matches output "${1#*=}" "$(<"$dir/out")" ;;
	err=*) matches "standard error" "${1#*=}" "$(<"$dir/err")" ;;
	no-out=*) matches_not output "${1#*=}" "$(<"$dir/out")" ;;
	head=* | no-head=*)
		head=$(sed '/^\r$/q; s/\r$//' "$store/message-$n.eml")
		if [ "${1%%=*}" = head ]; then
			matches "the header" "${1#*=}" "$head"
		else
			matches_not "the header" "${1#*=}" "$head"
		fi
		;;
	*) fail "$trial: what is '$1'?" ;;
	esac
}

# ---- running -------------------------------------------------------------------

try() {
	local trial=$1 args name=sendmail word expected
	args=${trial%%=>*}
	read -ra expected <<<"${trial##*=>}"
	if [[ $args =~ as=([a-z]+) ]]; then
		name=${BASH_REMATCH[1]}
		args=${args/${BASH_REMATCH[0]}/}
	fi
	eval "set -- $args"
	sent=$(find "$store" -name 'message-*.eml' | wc -l)
	n=$((sent + 1))
	ln -sf "$sendoff" "$dir/$name"
	sendoff=$dir/$name SENDOFF_CONFIG=$dir/sendoff.conf run_sendoff "$@" \
	    < <(flag_letter)
	for word in "${expected[@]}"; do
		expectation "$word"
	done
}

run_sendoff() {
	timeout 60 "$sendoff" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

# try_row N
try_row() {
	local line count=0 row=$1
	server
	account
	sed /^log/d sendoff.conf >plain.conf
	while read -r line; do
		try "$line"
		count=$((count + 1))
	done < <(trials "$row")
	[ "$count" -gt 0 ] || fail "the row has no trial"
}

rows=0 tried=0
while read -r name; do
	rows=$((rows + 1))
	[ -z "$(trials $rows)" ] || tried=$((tried + 1))
	case_name="row $rows, $name"
	[[ "$suite: $case_name" == *"${ONLY:-}"* ]] || continue
	eval "case_$rows() { try_row $rows; }"
	run_case "$rows" | sed "s|^\\(.*ok\\) flags: $rows\$|\\1 flags: $case_name|"
done < <(row_names)
[[ -n "${ONLY:-}" ]] || echo "# flags: $tried of $rows rows of the table have trials"
