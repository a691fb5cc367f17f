#!/bin/sh
# Who may look at whom: compares every include of a room with this list, and
# the map in lib/README with the tree.  usage: tests/floors.sh [TREE]
set -eu
cd "${1:-$(dirname "$0")/..}"
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# ROOM: the rooms it may include, besides itself.
allowed() {
	case $1 in
	base) echo ;;
	mail | sasl | net) echo base ;;
	conf | compose | spool) echo base mail ;;
	smtp) echo base mail sasl ;;
	client) echo base mail sasl net smtp ;;
	submit) echo base mail sasl net conf compose spool smtp client ;;
	queue) echo base mail sasl net conf compose spool smtp client submit ;;
	cmd) echo base mail sasl net conf compose spool smtp client submit \
	    queue ;;
	*) echo "no such room: $1" >&2 && exit 1 ;;
	esac
}

# FILE ROOM: includes of other rooms that the list does not have, and those
# that do not say the room.
check_rooms() {
	grep -Hn '^ *# *include *"' "$1" |
	    grep -v ':#include "[a-z]*/[a-z0-9_]*\.h"$' || :
	sed -n 's|^#include "\([a-z]*\)/.*|\1|p' "$1" | sort -u |
	    while read -r seen; do
		case " $2 $(allowed "$2") " in
		*" $seen "*) ;;
		*) echo "$1 looks up at $seen" ;;
		esac
	    done
}

# HEADER-PATTERN FILES...: nobody else may include such a header.
check_library() {
	pattern=$1
	shift
	grep -l "^#include <$pattern" lib/*/*.[ch] cmd/*.[ch] |
	    while read -r file; do
		case " $* " in
		*" $file "*) ;;
		*) echo "$file includes $pattern" ;;
		esac
	    done
}

# shellcheck disable=SC2129
for file in lib/*/*.[ch]; do
	room=${file#lib/}
	check_rooms "$file" "${room%%/*}"
done >>"$bad"
for file in cmd/*.[ch]; do
	check_rooms "$file" cmd
done >>"$bad"

# shellcheck disable=SC2046
{
	check_library gnutls/ lib/sasl/crypto.c $(echo lib/net/tls*.[ch]) \
	    $(echo lib/net/*_session.h) lib/net/bundle.c lib/net/pin.c \
	    cmd/gnutls.c
	check_library libconfig lib/conf/file.c
	check_library 'uni\(str\|norm\|ctype\|gbrk\)\.h' lib/base/clean.c lib/base/idn.c
	check_library idn2 lib/base/idn.c
	check_library iconv lib/base/charset.c
} >>"$bad"

# smtp and net meet in client, and nowhere else.
for file in lib/queue/*.[ch] lib/submit/*.[ch]; do
	! grep -q '^#include "net/' "$file" || echo "$file includes net"
done >>"$bad"

# The map names every file, and no file that is not there.
for file in lib/*/*.[ch]; do
	name=${file##*/}
	room=${file#lib/}
	sed -n "/^${room%%\/*}\//,/^\$/p" lib/README |
	    grep -q "^ *${name%.[ch]} " || echo "lib/README does not have $file"
done >>"$bad"
room=
while read -r first rest; do
	case $first in
	[a-z]*/) room=${first%/} ;;
	'') room= ;;
	*)
		[ -z "$room" ] || [ -z "$rest" ] ||
		    [ -e "lib/$room/$first.c" ] || [ -e "lib/$room/$first.h" ] ||
		    echo "lib/README has $room/$first, the tree has not"
		;;
	esac
done <lib/README >>"$bad"

cat "$bad"
[ ! -s "$bad" ]
