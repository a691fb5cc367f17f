#!/bin/bash
# Aliases: who gets what is for a local name; newaliases, -bi, -bv, -n.
. "$(dirname "$0")/lib.sh"

# aliases <<END: the file, and an account that reads it.
aliases() {
	cat >"$dir/aliases"
	server
	account
	sed -i "s|^aliases = .*|aliases = \"$dir/aliases\";|" "$dir/sendoff.conf"
}

# leads FROM TO...: a letter for FROM goes to these.
leads() {
	local from=$1 want
	shift
	send "$from" < <(letter)
	expect_exit 0
	expect_silence
	want=$(printf '"TO:<%s>", ' "$@")
	expect_json "$store/envelope-1.json" "[r['line'] for r in rcpt] == [$want]"
}

# refused FROM PATTERN: exit 78, the file and the line, nothing sent.
refused() {
	send "$1" < <(letter)
	expect_exit 78
	expect_says "$2"
	expect_no_connection
}

case_a_name_leads_elsewhere() {
	aliases <<<'root: admin@corp.test'
	leads root admin@corp.test
}

case_a_name_that_is_none_is_qualified() {
	aliases <<<'root: admin@corp.test'
	leads ann ann@example.test
}

case_a_list_over_lines_with_comments() {
	aliases < <(printf '%s\n' '# the team' 'team: bob@corp.test,' \
	    '  # not the boss' "$(printf '\tcarol@corp.test,') \\" \
	    'dave@corp.test' '' 'other: x@corp.test')
	leads team bob@corp.test carol@corp.test dave@corp.test
}

case_any_case_quoted_and_spaced_names() {
	aliases <<-'END'
		RooT : a@corp.test
		"two words": b@corp.test
	END
	leads root a@corp.test
}

case_crlf_and_no_last_line_end() {
	aliases < <(printf 'x: y@corp.test\r\nroot: a@corp.test,\r\n\tb@corp.test')
	leads root a@corp.test b@corp.test
}

case_aliases_of_aliases() {
	aliases <<-'END'
		postmaster: root
		root: admin@corp.test, team
		team: bob@corp.test, root, admin@corp.test
	END
	leads postmaster admin@corp.test bob@corp.test
}

case_duplicates_add_up() {
	aliases <<-'END'
		root: a@corp.test
		x: y
		root: b@corp.test
	END
	leads root a@corp.test b@corp.test
}

case_duplicates_that_lead_to_the_same() {
	aliases <<-'END'
		dup: both
		dup: both
		both: a@corp.test
	END
	leads dup a@corp.test
}

case_a_quoted_local_part() {
	aliases <<<'"q n": a@corp.test'
	leads '"q n"' a@corp.test
}

case_closed_to_us() {
	needs_root
	aliases <<<'root: a@corp.test'
	chmod 0 aliases
	chmod 755 "$dir" "$dir/.."
	chmod 644 sendoff.conf
	cp "$sendoff" "$dir/sendoff"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$dir/sendoff" -C sendoff.conf root 2>err < <(letter)
	status=$?
	expect_exit 78
	expect_says 'aliases.*Permission denied'
}

case_a_name_that_names_itself_is_a_mailbox() {
	aliases <<<'root: root, a@corp.test'
	leads root root@example.test a@corp.test
}

case_a_backslash_ends_it() {
	aliases <<-'END'
		root: \ann, a@corp.test
		ann: nobody@corp.test
	END
	leads root ann@example.test a@corp.test
}

case_a_backslash_in_an_operand() {
	aliases <<<'root: a@corp.test'
	leads '\root' root@example.test
}

case_n_means_none() {
	aliases <<<'root: a@corp.test'
	send -n root < <(letter)
	expect_exit 0
	expect_transcript '^> RCPT TO:<root@example\.test>$'
}

case_localhost_is_local() {
	aliases <<<'root: a@corp.test'
	leads root@localhost a@corp.test
}

case_the_mail_domain_is_not_local() {
	aliases <<<'root: a@corp.test'
	leads root@example.test root@example.test
}

case_recipients_from_the_header_too() {
	aliases <<<'root: a@corp.test'
	send -t < <(printf '%s\n' 'To: root' 'Subject: x' '' b)
	expect_exit 0
	expect_transcript '^> RCPT TO:<a@corp\.test>$'
	expect_header '^To: root@example\.test$'
}

case_names_and_comments() {
	aliases <<<'root: "Admin, The" <a@corp.test>, b@corp.test (Bob)'
	leads root a@corp.test b@corp.test
}

case_catch_all() {
	aliases <<-'END'
		*: all@corp.test
		root: ann
	END
	leads nobody all@corp.test
}

case_catch_all_leads_to_a_mailbox_here() {
	aliases <<<'*: ann'
	leads bob ann@example.test
}

case_included() {
	printf '%s\n' '# the list' 'a@corp.test, b@corp.test' '' ann >"$dir/list"
	chmod 644 "$dir/list"
	aliases <<-END
		team: :include:$dir/list, c@corp.test
		ann: ann@corp.test
	END
	leads team a@corp.test b@corp.test ann@corp.test c@corp.test
}

case_included_that_others_can_write() {
	echo a@corp.test >"$dir/list"
	chmod 666 "$dir/list"
	aliases <<<"team: :include:$dir/list"
	refused team "aliases:1: alias 'team' includes a file that others can"
}

case_included_of_somebody_elses() {
	needs_root
	echo a@corp.test >"$dir/list"
	chmod 644 "$dir/list"
	chown 12345 "$dir/list"
	aliases <<<"team: :include:$dir/list"
	refused team "somebody else's"
}

case_included_that_is_no_file() {
	mkfifo "$dir/list"
	aliases <<<"team: :include:$dir/list"
	refused team 'no regular file'
}

case_included_that_includes_itself() {
	echo ":include:$dir/list" >"$dir/list"
	chmod 644 "$dir/list"
	aliases <<<"team: :include:$dir/list"
	refused team 'leads too far'
}

case_what_we_do_not_do_is_refused_when_used() {
	aliases <<-'END'
		root: a@corp.test
		piped: "|/bin/cat > out"
		plain: |/bin/cat
		filed: /var/mail/x
		empty:
		words: a@x.test b@x.test
	END
	refused piped "aliases:2: alias 'piped' runs a command"
	refused plain "aliases:3: alias 'plain' runs a command"
	refused filed "aliases:4: alias 'filed' writes into a file"
	refused empty "aliases:5: alias 'empty' leads nowhere"
	refused words "aliases:6: alias 'words': malformed address"
	leads root a@corp.test
}

case_a_circle_leads_nowhere() {
	aliases <<-'END'
		one: two
		two: one
		three: one, a@corp.test
	END
	refused one 'leads nowhere'
	leads three a@corp.test
}

case_dev_null_is_the_end_of_it() {
	aliases <<<'null: /dev/null'
	send null < <(letter)
	expect_exit 0
	expect_silence
	expect_no_connection
}

case_reports_name_the_address_before() {
	aliases <<<'root: a@corp.test'
	send -N failure root < <(letter)
	expect_exit 0
	expect_transcript '^> RCPT TO:<a@corp\.test> NOTIFY=FAILURE ORCPT=rfc822;root@example\.test'
}

case_a_file_that_is_named_must_be_there() {
	server
	account
	sed -i "s|^aliases = .*|aliases = \"$dir/missing\";|" "$dir/sendoff.conf"
	refused root 'missing'
	send --aliases="$dir/missing" root < <(letter)
	expect_exit 66
	expect_no_connection
	send root@corp.test < <(letter)
	expect_exit 0
}

case_a_line_that_is_none_stops_no_mail() {
	aliases <<-'END'
		this is no alias
		root: a@corp.test
	END
	leads root a@corp.test
}

case_a_hundred_thousand() {
	aliases < <(seq 100000 | sed 's/.*/name&: name&@corp.test/')
	leads name99999 name99999@corp.test
}

# ---- looking ----------------------------------------------------------------------

new_aliases() {
	ln -sf "$sendoff" "$dir/newaliases"
	sendoff=$dir/newaliases SENDOFF_CONFIG=$dir/sendoff.conf run_sendoff "$@"
}

case_newaliases_is_silent_when_all_is_well() {
	aliases <<<'root: a@corp.test'
	new_aliases
	expect_exit 0
	expect_silence
	new_aliases -v
	expect_exit 0
	grep -q 'aliases: 1 alias; nothing has to be rebuilt' "$dir/out" ||
	    fail "it does not say so"
}

case_newaliases_tells_what_is_wrong() {
	aliases <<-'END'
		fine: a@corp.test
		this is no alias
		words: a@x.test b@x.test
		open: "a
		empty:
	END
	new_aliases
	expect_exit 78
	expect_says 'aliases:2: this is no alias' "aliases:3: alias 'words'" \
	    "aliases:4: alias 'open' has a quote" "aliases:5: alias 'empty'"
	send -bi
	expect_exit 78
	send -I
	expect_exit 78
}

case_newaliases_lets_what_is_not_used_be() {
	aliases <<<'piped: "|/bin/cat > out"'
	new_aliases
	expect_exit 0
	expect_silence
	new_aliases -v
	expect_exit 0
	expect_says "aliases:1: alias 'piped' runs a command"
}

case_newaliases_of_a_named_file() {
	aliases <<<'root: a@corp.test'
	new_aliases -oA"$dir/missing"
	expect_exit 66
	new_aliases -oA"$dir/aliases"
	expect_exit 0
}

case_bv_shows_where_it_leads() {
	aliases <<-'END'
		root: a@corp.test, ann
		piped: |x
		null: /dev/null
	END
	send -bv root x@y.test null
	expect_exit 0
	cat >want <<-'END'
		a@corp.test... deliverable: mailer relay, host 127.0.0.1, user a@corp.test
		ann@example.test... deliverable: mailer relay, host 127.0.0.1, user ann@example.test
		x@y.test... deliverable: mailer relay, host 127.0.0.1, user x@y.test
		null... deliverable: nothing more to do
	END
	cmp -s want "$dir/out" || fail "it says: $(<"$dir/out")"
	expect_no_connection
	send -bv piped
	expect_exit 67
	grep -q '^piped\.\.\. undeliverable: .*aliases:2' "$dir/out" ||
	    fail "it says: $(<"$dir/out")"
	send -bv
	expect_exit 64
}

case_newaliases_follows_each_name() {
	aliases <<-'END'
		zoe: z@corp.test
		one: two
		two: one
		gone: :include:/nonexistent/list
		piped: |x
		uses: piped
		*: zoe
	END
	send -bi
	expect_exit 0
	expect_silence
	send -v -bi
	expect_exit 0
	grep -oE 'aliases:[0-9]+' "$dir/err" >got
	printf 'aliases:%s\n' 2 3 4 5 | cmp - got || fail "$(<"$dir/err")"
}

run_cases
