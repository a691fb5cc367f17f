#!/bin/bash
# Is the world what it is said to be: sendoff by every name, and no other?
. "$(dirname "$0")/lib.sh"

case_every_name_is_sendoff() {
	local name
	for name in /usr/sbin/sendmail /usr/lib/sendmail /usr/bin/mailq \
	    /usr/bin/newaliases; do
		[ "$(readlink -f "$name")" = /usr/bin/sendoff ] ||
		    fail "$name is not sendoff"
	done
}

case_no_other_agent_is_installed() {
	# shellcheck disable=SC2016
	dpkg-query -W -f '${Package} ${db:Status-Status} ${Provides}\n' |
	    grep ' installed .*mail-transport-agent' >agents
	[ "$(cut -d ' ' -f 1 agents)" = sendoff ] || fail "$(cat agents)"
}

case_newaliases_is_content() {
	as root newaliases
	expect_exit 0
}

case_mailq_shows_an_empty_queue() {
	as alice mailq
	expect_exit 0
	expect_prints '^Mail queue is empty$'
}

run_cases
