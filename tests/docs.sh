#!/bin/bash
# Every option and every key is in its manual page, and the other way round;
# the pages are clean.  usage: tests/docs.sh BUILD_DIR
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/.."
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# Long and short names in the table of options.
table_options() {
	sed -n '/^const struct option_row option_rows/,/^};/p' cmd/option_table.c |
	    sed -n "s/^	{ \(\"\([a-z-]*\)\"\|NULL\), '\([^']*\)', .*/\2 \3/p" |
	    tr ' ' '\n' | grep -v '^\\0$' | grep . | sort -u
}

# The same in the page: "Fl -name" and "Fl x", and those it lists as ignored.
page_options() {
	{
		grep '^\.It Fl' man/sendoff.1 |
		    grep -oE 'Fl -?[A-Za-z-]+' | sed 's/^Fl -*//'
		sed -nE '/^\.\\" (ignored|refused)/,/^\.\\" end/p' \
		    man/sendoff.1 |
		    grep -oE '\b[A-Za-z]\b'
	} | sort -u
}

# Without the places a password may come from.
page_keys() {
	sed -n 's/^\.It Ic \([a-z_]*\).*/\1/p' man/sendoff.conf.5 |
	    grep -vxE 'command|credential|env|file|keyring|netrc|prompt' | sort -u
}

comm -3 <(table_options) <(page_options) >"$bad"
sed 's/^\t\(.*\)/only in sendoff.1: \1/; t; s/^/not in sendoff.1: /' "$bad"
[ ! -s "$bad" ] || exit 1

comm -3 <("$build/keys") <(page_keys) >"$bad"
sed 's/^\t\(.*\)/only in sendoff.conf.5: \1/; t; s/^/not in sendoff.conf.5: /' \
    "$bad"
[ ! -s "$bad" ] || exit 1

for page in man/*.[1-9]; do
	mandoc -Tlint -Wwarning "$page"
done
