#!/bin/bash
# What becomes of 8-bit messages where the server takes none (RFC 6152, 3).
. "$(dirname "$0")/lib.sh"

case_five_hundred_messages_mean_the_same() {
	local f
	server --without 8BITMIME
	account
	mkdir letters
	"$python" "$here/mime.py" write letters 500
	for f in letters/*.eml; do
		"$sendoff" -C "$dir/sendoff.conf" -i you@example.test <"$f" ||
		    fail "$f: $?"
	done
	"$python" "$here/mime.py" compare letters "$store" >said ||
	    fail "$(head -c 2000 said)"
	tail -1 said
}

# multipart PARAMETERS LINE...: the message that they are the body of.
multipart() {
	letter | sed '$d' | sed '$d'
	printf '%s\n' 'MIME-Version: 1.0' "Content-Type: multipart/$1" \
	    'Content-Transfer-Encoding: 8bit' '' "${@:2}"
}

case_signed_text_stays_as_it_is() {
	server --without 8BITMIME
	account
	multipart 'signed; protocol="x/y"; boundary=b' --b '' 'Grüße' --b \
	    'Content-Type: x/y' '' signature --b-- >message
	send you@example.test <message
	expect_exit 69
	expect_says 'a part is signed and holds 8-bit text' '8BITMIME' \
	    'quoted-printable before it is signed'
	expect_transcript_not '^> MAIL'
}

case_signed_text_goes_where_it_can() {
	server
	account
	multipart 'signed; boundary=b' --b '' 'Grüße' --b-- >message
	send you@example.test <message
	expect_exit 0
	sed 's/$/\r/' message >want
	expect_stored want
}

case_a_signed_line_that_is_too_long() {
	server
	account
	multipart 'signed; boundary=b' --b '' "$(head -c 1000 /dev/zero | tr '\0' x)" --b-- \
	    >message
	send you@example.test <message
	expect_exit 65
	expect_says 'a part is signed and holds a line of more than 998 octets'
	expect_no_connection
}

case_a_signed_part_spares_the_others() {
	server --without 8BITMIME
	account
	multipart 'mixed; boundary=b' --b 'Content-Type: multipart/signed; boundary=s' '' \
	    --s '' 'plain' --s '' sig --s-- --b '' 'Grüße' --b-- >message
	send you@example.test <message
	expect_exit 0
	grep -q '^Gr=C3=BC=C3=9Fe' "$store/message-1.eml" || fail 'not encoded'
	grep -q '^plain' "$store/message-1.eml" || fail 'not as it was'
}

# With 8BITMIME too: the part alone that has it.
case_long_lines_and_nuls_of_a_part() {
	server
	account
	{
		multipart 'mixed; boundary=b' --b '' 'Grüße' --b
		printf '\na\0b\n--b\n\n'
		head -c 3000 /dev/zero | tr '\0' x
		printf '\n--b--\n'
	} >message
	send you@example.test <message
	expect_exit 0
	expect_transcript 'BODY=8BITMIME'
	grep -q '^Grüße' "$store/message-1.eml" || fail 'text was touched'
	grep -q '^a=00b' "$store/message-1.eml" || fail 'NUL'
	[ "$(grep -c 'quoted-printable' "$store/message-1.eml")" -eq 2 ] ||
	    fail 'not the two parts'
}

# What nobody can take apart goes as it is, and that is said.
case_no_boundary() {
	server --without 8BITMIME
	account
	multipart 'mixed; x=y' 'Grüße' >message
	send --debug-level=1 you@example.test <message
	expect_exit 0
	expect_says 'no 8BITMIME'
	grep -q '^Grüße' "$store/message-1.eml" || fail 'it was touched'
}

run_cases
