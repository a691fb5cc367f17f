#!/bin/bash
# Lists of hosts: which failures go on to the next one, and which must not.
. "$(dirname "$0")/lib.sh"

# two_hosts [RULE...]: the first server has the rules, the second none.
two_hosts() {
	local rules=() rule
	for rule; do
		rules+=(--on "$rule")
	done
	server_of 1 "${rules[@]}"
	server_of 2
	config <<-END
		default_account = "test";
		defaults: { timeout = "2s"; };
		accounts: { test: {
		  host = ["127.0.0.1:$(<"$dir/port1")", "127.0.0.1:$(<"$dir/port2")"];
		  tls = "off"; from = "me@example.test";
		}; };
	END
}

second_has() {
	store=$dir/store2
	expect_messages "$1"
}

case_the_first_comes_first() {
	two_hosts
	send_letter
	expect_exit 0
	second_has 0
	store=$dir/store1
	expect_messages 1
}

case_next_when_refused() {
	two_hosts
	kill_first
	send_letter
	expect_exit 0
	expect_silence
	second_has 1
}

case_next_after_a_5yz_greeting() {
	two_hosts 'greeting reply "554 5.3.2 nobody"'
	send_letter
	expect_exit 0
	second_has 1
}

case_next_after_a_421_greeting() {
	two_hosts 'greeting reply "421 4.3.2 busy" close'
	send_letter
	expect_exit 0
	second_has 1
}

case_next_after_a_silent_greeting() {
	two_hosts 'greeting silent'
	send_letter
	expect_exit 0
	second_has 1
}

case_next_after_a_disconnect_before_content() {
	two_hosts 'mail cut'
	send_letter
	expect_exit 0 75
	[ "$status" -eq 75 ] || second_has 1
}

case_never_the_next_after_the_dot() {
	two_hosts 'dot cut'
	send_letter
	expect_exit 75
	second_has 0
}

case_never_the_next_after_a_refusal() {
	two_hosts 'rcpt reply "550 5.1.1 unknown"'
	send_letter
	expect_exit 67
	second_has 0
}

kill_first() {
	local first
	read -r first <pids
	kill "$first"
	wait_for "the server to die" sh -c "! kill -0 $first 2>/dev/null"
}

first_has_been_called() {
	store=$dir/store1
	[ "$(connections)" -eq "$1" ] ||
	    fail "the first was called $(connections) times, not $1"
}

case_the_next_call_goes_straight_to_the_second() {
	two_hosts 'greeting reply "554 5.3.2 nobody"'
	for _ in 1 2 3; do
		send_letter
		expect_exit 0
		expect_silence
	done
	second_has 3
	first_has_been_called 1
	[ "$(stat -c %a state)-$(stat -c %a state/hosts)" = 700-700 ] ||
	    fail "the directory is open to others"
	[ "$(stat -c %a state/hosts/*)" = 600 ] || fail "the file, too"
}

# It is tried again when its time is over, and is then the first again.
case_the_dead_one_comes_back() {
	two_hosts 'greeting conn=1 reply "554 5.3.2 nobody"'
	send_letter
	touch -d '-61 seconds' state/hosts/*
	send_letter
	expect_exit 0
	[ ! -e state/hosts ] || fail "it is still known as dead"
	send_letter
	second_has 1
	first_has_been_called 3
}

case_twice_as_long_the_second_time() {
	two_hosts 'greeting reply "554 5.3.2 nobody"'
	send_letter
	touch -d '-61 seconds' state/hosts/*
	send_letter
	touch -d '-115 seconds' state/hosts/*
	send_letter
	second_has 3
	first_has_been_called 2
}

case_the_dead_one_is_better_than_none() {
	two_hosts 'greeting conn=1 reply "421 4.3.2 busy" close'
	send_letter
	second_has 1
	kill "$(tail -1 pids)"
	wait_for "the second to die" sh -c "! kill -0 $(tail -1 pids) 2>/dev/null"
	send_letter
	expect_exit 0
	first_has_been_called 2
	expect_messages 1
}

# Neither success nor a refusal is anything to remember; nor is one host alone.
case_nothing_to_remember() {
	two_hosts 'rcpt reply "550 5.1.1 unknown"'
	send_letter
	expect_exit 67
	kill_first
	account_at "127.0.0.1:$(<port1)" 'tls = "off"; from = "me@example.test";'
	send_letter
	expect_exit 75
	[ ! -e state ] || fail "something is remembered"
}

case_what_cannot_be_remembered() {
	two_hosts 'greeting reply "554 5.3.2 nobody"'
	: >state
	send_letter
	send_letter
	expect_exit 0
	expect_silence
	second_has 2
	first_has_been_called 2
}

# The deadline was used up by the first: the second is not to blame.
case_no_blame_for_lost_time() {
	two_hosts 'greeting silent'
	sed -i 's/tls = "off";/& deadline = "1s";/' sendoff.conf
	send_letter
	expect_exit 75
	[ "$(find state/hosts -type f | wc -l)" -eq 1 ] ||
	    fail "not one host is remembered"
	[ -e "state/hosts/127.0.0.1%3A$(<port1)" ] || fail "not the first one"
}

case_in_random_order() {
	local i
	two_hosts
	sed -i 's/tls = "off";/& host_order = "random";/' sendoff.conf
	for i in $(seq 16); do
		send_letter
		expect_exit 0
	done
	for i in 1 2; do
		store=$dir/store$i
		[ "$(connections)" -gt 0 ] || fail "one was never called"
	done
}

case_all_of_them_fail() {
	two_hosts
	servers_die
	send_letter
	expect_exit 75
	expect_says "$(<port1)" "$(<port2)"
}

case_those_put_off_by_the_first_go_to_the_next() {
	two_hosts 'rcpt n=1 reply "450 4.2.1 later"' 'data close'
	send one@example.test two@example.test < <(letter)
	expect_exit 0
	second_has 1
	expect_json "$dir/store2/envelope-1.json" 'len(rcpt) == 2'
}

case_next_after_a_421_at_rcpt() {
	two_hosts 'rcpt reply "421 4.3.2 going down" close'
	send_letter
	expect_exit 0
	second_has 1
}

case_an_options_port_stands_above_the_hosts() {
	server
	account_at 127.0.0.1:1 'tls = "off"; from = "me@example.test";'
	send_letter --port="$port"
	expect_exit 0
	expect_messages 1
}

case_an_unknown_name_among_them() {
	server
	account_at no-such-host.invalid 'tls = "off"; from = "me@example.test";'
	sed -i "s/host = [^;]*;/host = [\"no-such-host.invalid\", \"127.0.0.1\"];/" \
	    sendoff.conf
	send_letter
	expect_exit 0
	expect_messages 1
}

case_the_port_in_the_host() {
	server
	account_at "127.0.0.1:$port" 'tls = "off"; from = "me@example.test";'
	sed -i 's/ port = [0-9]*;//' sendoff.conf
	send_letter
	expect_exit 0
}

case_an_ipv6_literal() {
	[ -e /proc/net/if_inet6 ] && [ -s /proc/net/if_inet6 ] || return 0
	server --address ::1
	account_at '::1' 'tls = "off"; from = "me@example.test";'
	send_letter
	expect_exit 0
	account_at "[::1]:$port" 'tls = "off"; from = "me@example.test";'
	sed -i 's/ port = [0-9]*;//' sendoff.conf
	send_letter
	expect_exit 0
	expect_messages 2
}

case_the_name_to_verify_is_without_the_port() {
	server --tls implicit
	tls_account 'tls = "implicit"; auth = "off";'
	sed -i "s/host = \"localhost\"; port = [0-9]*;/host = \"localhost:$port\";/" \
	    sendoff.conf
	send_letter
	expect_exit 0
	record >/dev/null
	expect_json "$store/conn-1.json" 'asked_name == "localhost"'
}

case_a_port_that_is_no_number() {
	server
	account_at '127.0.0.1:smtp' 'tls = "off";'
	sed -i 's/ port = [0-9]*;//' sendoff.conf
	send_letter
	expect_exit 78
	expect_says 'smtp'
}

case_a_source_address() {
	server
	account 'source_ip = "127.0.0.7";'
	send_letter
	expect_exit 0
	record >/dev/null
	expect_json "$store/conn-1.json" 'client.startswith("127.0.0.7:")'
}

case_a_source_address_with_a_port() {
	local mine
	server
	mine=$(next_port)
	account "source_ip = \"127.0.0.7:$mine\";"
	send_letter
	expect_exit 0
	record >/dev/null
	expect_json "$store/conn-1.json" "client == '127.0.0.7:$mine'"
	account
	mine=$(next_port)
	send_letter --source-ip="127.0.0.8:$mine"
	expect_exit 0
	record 2 >/dev/null
	expect_json "$store/conn-2.json" "client == '127.0.0.8:$mine'"
}

case_a_source_port_that_is_taken() {
	server
	account "source_ip = \"127.0.0.1:$port\";"
	send_letter
	expect_exit 75
	expect_says 'in use' "its port $port free"
	expect_no_connection
}

# The port is free again for the next host, though its last connection has only
# just ended.
case_a_source_port_for_one_host_after_another() {
	two_hosts 'greeting reply "554 5.3.2 nobody"'
	sed -i "s/tls = \"off\";/& source_ip = \"127.0.0.7:$(next_port)\";/" \
	    sendoff.conf
	send_letter
	expect_exit 0
	second_has 1
}

case_a_source_port_that_is_none() {
	server
	account 'source_ip = "127.0.0.7:0";'
	send_letter
	expect_exit 78
	send_letter --source-ip='[::1]:smtp'
	expect_exit 78 64
	expect_no_connection
}

# "localhost" may be both families: the address of the other one is skipped.
case_a_source_address_of_one_family() {
	server
	account 'source_ip = "127.0.0.7";'
	sed -i 's/host = "127.0.0.1"/host = "localhost"/' sendoff.conf
	send_letter
	expect_exit 0
	account 'source_ip = "[::1]:4025";'
	send_letter
	expect_exit 75
	expect_says 'another family'
	expect_messages 1
}

case_a_source_address_that_is_not_ours() {
	server
	account 'source_ip = "192.0.2.1";'
	send_letter
	expect_exit 75
	expect_says '192\.0\.2\.1'
}

# two_machines RULE: two addresses by one name and port; the first has the rule.
two_machines() {
	needs_root
	server_of 1 --address 127.0.0.2 --on "$1"
	server_of 2 --address 127.0.0.3 --port "$port"
	account
	sed -i 's/host = "127.0.0.1"/host = "two.test"/' sendoff.conf
	printf '127.0.0.%s two.test\n' 2 3 >hosts
	# shellcheck disable=SC2016
	letter | unshare -m sh -c 'mount --bind hosts /etc/hosts &&
	    exec "$0" -C sendoff.conf -v you@example.test' "$sendoff" 2>err
	status=${PIPESTATUS[1]}
}

case_a_machine_is_ill() {
	local rule
	for rule in 'greeting reply "421 4.3.2 busy" close' \
	    'greeting reply "554 5.3.2 nobody"' 'ehlo cut' 'mail cut'; do
		rm -rf store* port*
		two_machines "$rule"
		expect_exit 0
		expect_says 'connected to 127.0.0.2' 'next address' \
		    'connected to 127.0.0.3'
		second_has 1
		servers_die
	done
}

case_a_machine_may_have_it() {
	two_machines 'dot cut'
	expect_exit 75
	expect_says 'may have been delivered'
	second_has 0
}

case_the_words_of_the_ill_machine_stay() {
	two_machines 'greeting reply "421 4.3.2 busy" close'
	kill "$(tail -1 pids)"
	wait "$(tail -1 pids)"
	# shellcheck disable=SC2016
	letter | unshare -m sh -c 'mount --bind hosts /etc/hosts &&
	    exec "$0" -C sendoff.conf you@example.test' "$sendoff" 2>err
	status=${PIPESTATUS[1]}
	expect_exit 75
	expect_says '421 4.3.2 busy'
}

run_cases
