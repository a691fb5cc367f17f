#!/bin/bash
# Holds the table in tests/contract against the rows that must be in it, and
# against the tests: none may be missing, none may be without a test that
# there is.  usage: tests/contract.sh [TREE]
set -eu
cd "${1:-$(dirname "$0")/..}"
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# PREFIX N...: PREFIX1 to PREFIXN.
numbered() {
	seq -f "$1%.0f" "$2"
}

words() {
	tr -s ' \n\t' '\n' | grep .
}

must_be_there() {
	numbered C 11
	numbered X 17
	numbered M 22
	numbered D 18
	numbered E 8
	numbered Q 7
	numbered B 5
	numbered S 10
	numbered K 5
	words <<-'END'
		M2.command M5.helo M8.has_extn M11.login M12.auth M16.starttls
		M17.quit M19.mail M20.rcpt M21.data Q4.compose
		T.level1 T.level2 T.level3 T.where T.clean T.cut T.redact
		T.secrets T.body T.json T.colour T.quit
		General.testQuoteData General.testBasic1 General.testBasic2
		General.testSourceAddress General.testLocalHostName
		General.testTimeoutDefault General.testTimeoutNone
		General.testTimeoutZero General.testTimeoutValue
		General.test_debuglevel General.test_debuglevel_2
		LMTP.testUnixDomainSocketTimeoutDefault
		Debugging.testBasic Debugging.testSourceAddress
		Debugging.testNOOP Debugging.testRSET Debugging.testELHO
		Debugging.testEXPNNotImplemented
		Debugging.test_issue43124_putcmd_escapes_newline
		Debugging.testVRFY Debugging.testHELP Debugging.testSend
		Debugging.testSendBinary Debugging.testSendNeedingDotQuote
		Debugging.test_issue43124_escape_localhostname
		Debugging.test_issue43124_escape_options
		Debugging.testSendNullSender Debugging.testSendMessage
		Debugging.testSendMessageWithAddresses
		Debugging.testSendMessageWithSomeAddresses
		Debugging.testSendMessageWithSpecifiedAddresses
		Debugging.testSendMessageWithMultipleFrom
		Debugging.testSendMessageResent
		Debugging.testSendMessageMultipleResentRaises
		NonConnecting.testNonnumericPort
		Default.testSendMessage Default.testSendMessageWithMailOptions
		BadHELO.testFailingHELO TooLongLine.testLineTooLong
		Sim.testBasic Sim.testEHLO Sim.testVRFY Sim.testEXPN
		Sim.testAUTH_PLAIN Sim.testAUTH_LOGIN Sim.testAUTH_CRAM_MD5
		Sim.testAUTH_LOGIN_initial_response_ok
		Sim.testAUTH_LOGIN_initial_response_notok
		Sim.testAUTH_BUGGY Sim.testAUTH_multiple Sim.test_auth_function
		Sim.test_quit_resets_greeting
		Sim.test_with_statement_QUIT_failure
		Sim.test__rest_from_mail_cmd Sim.test_421_from_mail_cmd
		Sim.test_421_from_rcpt_cmd Sim.test_421_from_data_cmd
		Sim.test_smtputf8_NotSupportedError_if_no_server_support
		Sim.test_send_unicode_without_SMTPUTF8
		Sim.test_send_message_error_on_non_ascii_addrs_if_no_smtputf8
		Sim.test_name_field_not_included_in_envelop_addresses
		UTF8Sim.test_test_server_supports_extensions
		UTF8Sim.test_send_unicode_with_SMTPUTF8_via_sendmail
		UTF8Sim.test_send_unicode_with_SMTPUTF8_low_level_API
		UTF8Sim.test_send_message_uses_smtputf8_if_addrs_non_ascii
		AuthInitial.testAUTH_PLAIN_initial_response_login
		AuthInitial.testAUTH_PLAIN_initial_response_auth
		Net.test_smtpnet
	END
}

# All tests there are, as the table names them.
tests_there_are() {
	local f name
	for f in tests/e2e/t-*.sh tests/e2e/real-*.sh; do
		name=${f##*/}
		name=${name%.sh}
		sed -n "s/^case_\([a-z0-9_]*\)() {\$/${name#t-}: \1/p" "$f"
	done
	for f in tests/unit/*/*.c; do
		name=${f%/*}
		sed -n "s/^START_TEST(\([a-z0-9_]*\))\$/unit ${name##*/}: \1/p" "$f"
	done
	for f in tests/talks/*.talk; do
		name=${f##*/}
		echo "talk: ${name%.talk}"
	done
	for f in tests/fuzz/fuzz_*.c; do
		name=${f##*/fuzz_}
		echo "fuzz: ${name%.c}"
	done
}

# The table: ROW <tab> TEST, a test a line; "-" for none.
rows() {
	awk -F ' [|] ' '
	/^# pending/ { pending = 1 }
	/^#/ || /^$/ { next }
	NF != 4 { printf "%s\t!it has %d parts, not 4\n", $1, NF; next }
	$4 == "-" {
		printf "%s\t%s\n", $1,
		    pending && $3 ~ /^pending/ ? "-" : "!it has no test"
		next
	}
	{
		n = split($4, groups, /; */)
		for (i = 1; i <= n; i++) {
			if (!match(groups[i], /^[a-z][a-z ]*: /)) {
				printf "%s\t!no test is written so: %s\n", $1, groups[i]
				continue
			}
			kind = substr(groups[i], 1, RLENGTH)
			m = split(substr(groups[i], RLENGTH + 1), names, /, */)
			for (j = 1; j <= m; j++)
				printf "%s\t%s%s\n", $1, kind, names[j]
		}
	}' tests/contract
}

complain() {
	local text=$1
	sed "s/^/tests\/contract: $text: /"
}

{
	rows | sed -n 's/^\(.*\)\t!/tests\/contract: \1: /p'
	comm -23 <(must_be_there | sort) <(rows | cut -f1 | sort -u) |
	    complain 'there is no row'
	comm -13 <(must_be_there | sort) <(rows | cut -f1 | sort -u) |
	    complain 'nobody asks for row'
	grep -v '^#' tests/contract | sed -n 's/ | .*//p' | sort | uniq -d |
	    complain 'this row stands twice'
	comm -23 <(rows | cut -f2 | grep -v '^[-!]' | sort -u) \
	    <(tests_there_are | sort -u) | complain 'there is no test'
} >"$bad"
cat "$bad"
[ ! -s "$bad" ] || exit 1
printf 'contract: %d rows, %d pending\n' "$(rows | cut -f1 | sort -u | wc -l)" \
    "$(rows | grep -c '	-$' || :)"
