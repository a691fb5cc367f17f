#!/bin/bash
# Two Postfixes in a row, of which the first dies while mail goes through it:
# what it had not got goes through the second, and nothing is lost.
. "$(dirname "$0")/real.sh"

# How many wait when a run begins, how many of them the first gets at least,
# and how many are handed in beside it before its death and after.
many=200
some=20
before=3
after=10

# The lines of each message's body.
lines=400

# ---- the relays --------------------------------------------------------------

# relay NAME ADDRESS: its mailbox is $house/mail/NAME/.  When it starts anew,
# what looks at its queue writes to the log as its user.
relay() {
	local p=$house/$1
	mkdir -p "$p/etc" "$p/queue" "$p/data"
	: >"$p/log"
	chown postfix "$p/data" "$p/log"
	next_port >"$p/port"
	cat >"$p/etc/main.cf" <<-END
		compatibility_level = 3.6
		queue_directory = $p/queue
		data_directory = $p/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		maillog_file_prefixes = $p
		maillog_file = $p/log
		myhostname = $1.example.test
		mydestination =
		mynetworks = 127.0.0.0/8
		inet_interfaces = loopback-only
		inet_protocols = ipv4
		smtpd_peername_lookup = no
		smtpd_tls_security_level = may
		smtpd_tls_cert_file = $house/certs/good.pem
		smtpd_tls_key_file = $house/certs/good.key
		virtual_mailbox_domains = example.test
		virtual_mailbox_base = $house/mail
		virtual_mailbox_maps = static:$1/
		virtual_uid_maps = static:$(id -u mail)
		virtual_gid_maps = static:$(id -g mail)
		virtual_minimum_uid = 1
		in_flow_delay = 0
		queue_run_delay = 1s
		minimal_backoff_time = 1s
	END
	cat >"$p/etc/master.cf" <<-END
		$2:$(<"$p/port") inet n - n - - smtpd
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		tlsmgr unix - - n 1000? 1 tlsmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		proxymap unix - - n - - proxymap
		error unix - - n - - error
		retry unix - - n - - error
		virtual unix - n n - - virtual
		anvil unix - - n - 1 anvil
		postlog unix-dgram n - n - 1 postlogd
	END
}

start() {
	postfix -c "$house/$1/etc" start >"$house/$1/start" 2>&1
	wait_for "the $1 relay: $(tail -n 5 "$house/$1/start")" relay_listens "$1"
}

relay_listens() {
	(: <"/dev/tcp/$(address_of "$1")/$(<"$house/$1/port")") 2>/dev/null
}

address_of() {
	[ "$1" = first ] && echo 127.0.0.1 || echo 127.0.0.2
}

# The master and all that it has started, in one blow: they are one group.
kill_relay() {
	local master
	read -r master <"$house/$1/queue/pid/master.pid"
	kill -KILL -- "-$master" || fail "the $1 relay has no group"
	wait_for "its death" relay_is_dead "$1"
	! spool_is_empty || fail "too late: all have gone through the $1"
}

relay_is_dead() {
	! relay_listens "$1"
}

stop_postfix() {
	local name
	for name in first second; do
		postfix -c "$house/$name/etc" stop
	done
}

# ---- what they have got ------------------------------------------------------

# delivered NAME: how many are in its mailbox.
delivered() {
	find "$house/mail/$1/new" -type f 2>/dev/null | wc -l
}

has_got() {
	[ "$(delivered "$1")" -ge "$2" ]
}

# What it has taken charge of lies here with the x bit set, until delivered.
has_no_work() {
	local q=$house/$1/queue
	[ -z "$(find "$q/incoming" "$q/active" "$q/deferred" -type f -perm -100)" ]
}

# arrivals NAME: for each time that it has taken charge of one, its own name
# and id for that, the Message-ID, and how many lines of body there are.
arrivals() {
	find "$house/mail/$1/new" -type f -exec awk -v name="$1" '
		function tell() {
			if (msgid != "") print name, id, msgid, body
			msgid = id = ""
			body = -1
		}
		FNR == 1 { tell() }
		body >= 0 { body++; next }
		/^\tby .* with E?SMTPS? id / {
			id = $0
			sub(/.* id /, "", id)
			sub(/[^0-9A-Za-z].*/, "", id)
		}
		/^Message-ID: / { msgid = substr($2, 2, length($2) - 2) }
		/^$/ { body = 0 }
		END { tell() }' '{}' + | sort -u
}

# calls NAME: how often it was connected to, but for our looking whether it
# listens; and hangups, of these.
calls() {
	grep -cF ": connect from unknown[$source]" "$house/$1/log"
}

hangups() {
	grep -cF ": disconnect from unknown[$source]" "$house/$1/log"
}

is_left_alone() {
	[ "$(calls "$1")" -eq "$(hangups "$1")" ]
}

# ---- what is sent ------------------------------------------------------------

# both SOURCE [KEY = VALUE;...]: an account with both of them, and mailboxes
# that are empty.
both() {
	source=$1
	shift
	rm -rf "$house/mail"/*
	relay_listens first || start first
	config <<-END
		default_account = "test";
		domain = "example.test";
		aliases = "off";
		log = "$dir/log";
		defaults: { timeout = "5s"; };
		accounts: { test: {
		  host = ["127.0.0.1:$(<"$house/first/port")",
		    "127.0.0.2:$(<"$house/second/port")"];
		  source_ip = "$source";
		  from = "me@example.test";
		  on_failure = "queue";
		  $*
		}; };
	END
}

# note ID: a letter whose body says whether it is whole.
note() {
	printf '%s\n' 'From: me@example.test' 'To: you@example.test' \
	    "Subject: $1" 'Date: Sun, 22 Nov 2026 19:14:37 +0800' \
	    "Message-ID: <$1@example.test>" ''
	seq "$lines"
}

# fill N: so many in the spool.
fill() {
	local i
	for i in $(seq "$1"); do
		note "spool-$i" >"letter-$i"
	done
	# shellcheck disable=SC2016
	seq "$1" | xargs -P 2 -I '{}' sh -c '
		"$1" -C "$2" -odq you@example.test <"letter-{}" || echo "{}: $?"' \
	    sh "$sendoff" "$dir/sendoff.conf" >filled 2>&1
	[ ! -s filled ] || fail "not taken: $(<filled)"
	waiting "$1"
	cut -d ' ' -f 3 log | sed 's/^msgid=//' >sent
	: >log
}

# waiting N: is that how many there are?
waiting() {
	local n
	n=$(find "$SENDOFF_SPOOL" -type f | wc -l)
	[ "$n" -eq "$1" ] || fail "$n messages wait, not $1"
}

spool_is_empty() {
	[ -z "$(find "$SENDOFF_SPOOL" -type f)" ]
}

# A run, and how it ended in $dir/ran.
begin_run() {
	{
		"$sendoff" -C sendoff.conf --debug-level=1 --debug-format=json \
		    --debug-file=trace --flush >ran.out 2>&1 </dev/null
		echo $? >ran
	} &
	run=$!
}

# pause_run N: hold it once the first has so many, however slow we are.
pause_run() {
	wait_for "$1 at the first" has_got first "$1"
	pkill -STOP -P "$run" || fail "too late: the run is over"
}

resume_run() {
	pkill -CONT -P "$run" || fail "the run is gone"
}

end_run() {
	wait "$run"
	[ "$(<ran)" = 0 ] || fail "the run has status $(<ran)"
	[ ! -s ran.out ] || fail "the run says: $(<ran.out)"
}

# hand_in_until FILE: one after the other, a process each; what came of each in
# $dir/handed, and which hosts were tried after the death in trace-after.
hand_in_until() {
	local n=0 when=before
	until [ -e "$1" ]; do
		[ "$n" -lt "$before" ] || wait_for "the death" test -e dead
		n=$((n + 1))
		[ ! -e dead ] || when=after
		note "$when-$n" |
		    "$sendoff" -C sendoff.conf --debug-level=1 \
			--debug-format=json --debug-file="trace-$when" \
			you@example.test >said 2>&1
		echo "$? $when-$n@example.test $(<said)" >>handed
	done
}

handed_in() {
	[ -e handed ] && [ "$(grep -cE "^[0-9]+ $1-" handed)" -ge "$2" ]
}

# ---- what came of it ---------------------------------------------------------

# tries FILE NAME: how often a process set out for that relay.
tries() {
	grep '"start"' "$1" |
	    grep -cE "\"port\": ?$(<"$house/$2/port")[,}]"
}

uncertain() {
	sed -n '/ maybe_delivered=yes /s/.* msgid=\([^ ]*\).*/\1/p' log | sort -u
}

# The first comes back and delivers what it had taken charge of.
collect() {
	start first
	wait_for "the first's last deliveries" has_no_work first
	wait_for "the second's" has_no_work second
	wait_for "the last hangup" is_left_alone second
	{
		arrivals first
		arrivals second
	} >arrived
	cut -d ' ' -f 3 arrived | sort >came
	uniq -d came >twice
	uncertain >unsure
}

# none WHAT: standard input is empty; else it is WHAT.
none() {
	local found
	found=$(cat)
	[ -z "$found" ] || fail "$1: $(wc -l <<<"$found"), $(head -n 5 <<<"$found")"
}

# Whatever is in "sent" is there, whole; and again only if the log has said so.
expect_all_of_it() {
	sort sent | comm -23 - <(sort -u came) | none "lost"
	sort sent | comm -13 - <(sort -u came) | none "sent by nobody"
	comm -23 twice unsure | none "twice, and not in the log as uncertain"
	awk -v n="$lines" '$4 != n' arrived | none "not whole"
}

# ms ADDRESS: of the average message that this host was the last for.
ms() {
	grep -F " host=$1 " log | grep ' status=sent ' |
	    sed 's/.* ms=\([0-9]*\).*/\1/' |
	    awk '{ s += $1 } END { printf "%.1f", NR ? s / NR : 0 }'
}

# figures WHAT: a line for whoever reads along.
figures() {
	printf '%s: %d messages, %d through the first, %d through the second, %d twice, %d uncertain; %s ms each before, %s ms after; %d and %d connections\n' \
	    "$1" "$(wc -l <sent)" "$(grep -c ^first arrived)" \
	    "$(grep -c ^second arrived)" "$(wc -l <twice)" \
	    "$(wc -l <unsure)" "$(ms 127.0.0.1)" "$(ms 127.0.0.2)" \
	    "$(calls first)" "$(calls second)" >>"$house/figures"
}

# Once is enough to find out that it is dead; the second is called once, too.
case_the_first_dies_in_a_run() {
	both 127.0.0.11 'tls = "off";'
	fill "$many"
	begin_run
	pause_run "$some"
	kill_relay first
	resume_run
	end_run
	[ "$(tries trace first)-$(tries trace second)" = 2-1 ] ||
	    fail "$(tries trace first) tries of the first, $(tries trace second) of the second"
	waiting "$(uncertain | wc -l)"
	send --retry=all </dev/null
	send --flush </dev/null
	expect_exit 0
	spool_is_empty || fail "messages are left"
	[ ! -e "$dir/trace" ] || [ "$(tries trace first)" -eq 0 ] ||
	    fail "the next run asks the dead one again"
	collect
	expect_all_of_it
	figures "a run"
}

# Those that are handed in meanwhile start runs of their own on the side.
case_the_first_dies_while_many_send() {
	both 127.0.0.12 'tls = "starttls";' \
	    "tls_trust_file = \"$house/certs/ca.pem\"; tls_host = \"localhost\";"
	fill "$many"
	send --hold=all </dev/null
	hand_in_until enough &
	sender=$!
	wait_for "$before handed in" handed_in before "$before"
	send --release=all </dev/null
	begin_run
	pause_run "$some"
	kill_relay first
	resume_run
	: >dead
	wait_for "$after handed in" handed_in after "$after"
	: >enough
	wait "$sender"
	end_run
	wait_for "the runs on the side" is_left_alone second
	! grep -vqE '^0 [^ ]* $' handed || fail "$(<handed)"
	[ "$(tries trace-after first)" -le 1 ] ||
	    fail "those after the death ask the first again"
	[ "$(tries trace first)" -le 2 ] || fail "so does the run"
	cut -d ' ' -f 2 handed >>sent
	send --retry=all </dev/null
	send --flush </dev/null
	expect_exit 0
	wait_for "an empty spool" spool_is_empty
	collect
	expect_all_of_it
	figures "a run, and senders beside it"
}

row=relays
need_root_and postfix
open_house
relay first 127.0.0.1
relay second 127.0.0.2
dir=$house
start first
start second
run_cases
[ ! -e "$house/figures" ] || sed 's/^/# relays: /' "$house/figures"
