#!/bin/bash
# Hosts that a domain names in the DNS.
. "$(dirname "$0")/lib.sh"

# The addresses of all hosts are in /etc/hosts; "dead" refuses.
hosts_file() {
	printf '127.0.0.1 localhost %s\n' \
	    'mail.example.test one.example.test two.example.test'
	printf '127.0.0.1 %s\n' elsewhere.test dead.example.test
}

# dns RECORD...: a name server that has them; needs root for its port.
dns() {
	rm -f ready
	needs_root
	unshare -m true 2>"$dir/out" || skip "no namespaces for mounts"
	ns=127.77.$((RANDOM % 255)).$((RANDOM % 254 + 1))
	"$python" "$here/dns.py" "$ns" "$dir/ready" "$@" 2>>"$dir/dns.err" &
	echo $! >>"$dir/pids"
	wait_for "the name server" test -e "$dir/ready"
	printf 'nameserver %s\noptions timeout:1 attempts:1\n' "$ns" >resolv.conf
	hosts_file >hosts
}

# among_them ARGUMENT...: as send, where that name server is the machine's.
among_them() {
	# shellcheck disable=SC2016
	letter | timeout 60 unshare -m sh -c 'mount --bind hosts /etc/hosts &&
	    mount --bind resolv.conf /etc/resolv.conf && exec "$@"' sh \
	    "$sendoff" -C sendoff.conf "$@" you@example.test >out 2>err
	status=${PIPESTATUS[1]}
	echo "$status" >status
}

# srv_account [KEY = VALUE;...]: one for srv:example.test.
srv_account() {
	config <<-END
		default_account = "test";
		aliases = "off"; log = "off";
		defaults: { timeout = "5s"; connect_timeout = "5s"; };
		accounts: { test: {
		  host = "srv:example.test"; from = "me@example.test";
		  tls_trust_file = "$CERTS/ca.pem";
		  $*
		}; };
	END
}

store_of() {
	store=$dir/store$1
}

case_implicit_tls_and_the_port() {
	server --tls implicit
	dns "_submissions._tcp.example.test:0:0:$port:mail.example.test"
	srv_account
	among_them
	expect_exit 0
	expect_silence
	expect_messages 1
	record >/dev/null
	expect_json "$store/conn-1.json" 'asked_name == "mail.example.test"'
}

case_starttls_where_there_is_no_other() {
	server --tls starttls
	dns "_submission._tcp.example.test:0:0:$port:mail.example.test"
	srv_account
	among_them
	expect_exit 0
	expect_transcript STARTTLS
}

case_starttls_behind_implicit() {
	local implicit
	server_of 1 --tls implicit --on 'greeting reply "421 4.3.2 busy" close'
	implicit=$port
	server_of 2 --tls starttls
	dns "_submission._tcp.example.test:0:0:$port:mail.example.test" \
	    "_submissions._tcp.example.test:9:0:$implicit:mail.example.test"
	srv_account
	among_them
	expect_exit 0
	expect_messages 1
	store_of 1
	[ "$(connections)" -eq 1 ] || fail "the first was not asked"
}

case_only_what_tls_says() {
	server --tls starttls
	dns "_submission._tcp.example.test:0:0:$port:mail.example.test" \
	    "_submissions._tcp.example.test:0:0:$port:mail.example.test"
	srv_account 'tls = "starttls";'
	among_them
	expect_exit 0
	expect_messages 1
	[ "$(connections)" -eq 1 ] || fail "more than one connection"
}

case_by_priority() {
	server_of 1 --tls implicit
	local first=$port
	server_of 2 --tls implicit
	dns "_submissions._tcp.example.test:20:9:$port:mail.example.test" \
	    "_submissions._tcp.example.test:10:1:$first:mail.example.test"
	srv_account
	for _ in 1 2 3 4 5 6; do
		among_them
		expect_exit 0
	done
	expect_messages 0
	store_of 1
	expect_messages 6
}

case_the_dead_one_costs_once() {
	server --tls implicit
	dns "_submissions._tcp.example.test:10:0:1:dead.example.test" \
	    "_submissions._tcp.example.test:20:0:$port:mail.example.test"
	srv_account
	among_them -v
	expect_exit 0
	expect_says 'dead.example.test.*next host'
	among_them -v
	expect_exit 0
	expect_says_not 'next host'
	expect_says 'dead.example.test.*others first'
	expect_messages 2
}

case_not_offered() {
	dns "_submissions._tcp.example.test:0:0:0:." \
	    "_submission._tcp.example.test:0:0:0:."
	srv_account
	among_them
	expect_exit 68
	expect_says 'takes no mail from users'
}

case_nothing_is_known() {
	dns
	srv_account
	among_them
	expect_exit 68
	expect_says "no SRV record" 'without srv:'
}

case_the_next_host_when_nothing_is_known() {
	server --tls starttls
	dns
	srv_account "host = [\"srv:example.test\", \"mail.example.test:$port\"];"
	sed -i 's/host = "srv:example.test"; //' sendoff.conf
	among_them
	expect_exit 0
	expect_messages 1
}

case_no_name_server() {
	dns
	kill "$(tail -1 pids)"
	srv_account
	among_them
	expect_exit 75
	expect_says 'cannot look up|no answer in time'
}

# with_another HOST: behind the domain.
with_another() {
	srv_account "host = [\"srv:example.test\", \"$1\"];"
	sed -i 's/host = "srv:example.test"; //' sendoff.conf
}

# The name server's process, which alone can be asked.
stop_dns() {
	kill "$dns_pid"
	wait "$dns_pid" 2>/dev/null
}

case_what_is_not_answered_costs_once() {
	server --tls starttls
	dns
	dns_pid=$(tail -n 1 pids)
	with_another "mail.example.test:$port"
	stop_dns
	among_them -v
	expect_exit 0
	expect_says 'cannot look up|no answer in time'
	among_them -v
	expect_exit 0
	expect_says_not 'cannot look up|no answer in time'
	expect_says "'example.test'.*others first"
	expect_messages 2
}

case_what_was_not_answered_is_asked_last() {
	server --tls implicit
	dns
	dns_pid=$(tail -n 1 pids)
	with_another 'dead.example.test:1'
	stop_dns
	among_them
	expect_exit 75
	dns "_submissions._tcp.example.test:0:0:$port:mail.example.test"
	among_them -v
	expect_exit 0
	expect_says 'others first'
	expect_messages 1
	among_them -v
	expect_exit 0
	expect_says_not "'example.test'.*others first"
}

# The certificate is for mail.example.test, who is in the domain; the same name
# proves nothing where another domain's answer has led us there.
case_a_stranger_needs_the_domains_certificate() {
	server --tls implicit
	dns "_submissions._tcp.victim.test:0:0:$port:mail.example.test"
	srv_account
	sed -i 's/srv:example.test/srv:victim.test/' sendoff.conf
	among_them
	expect_exit 69
	expect_says 'victim.test'
	expect_nothing_sent
}

case_a_stranger_who_has_it() {
	server --tls implicit
	dns "_submissions._tcp.mail.example.test:0:0:$port:elsewhere.test"
	srv_account
	sed -i 's/srv:example.test/srv:mail.example.test/' sendoff.conf
	among_them
	expect_exit 0
	expect_messages 1
}

case_a_stranger_who_is_named() {
	server --tls implicit
	dns "_submissions._tcp.victim.test:0:0:$port:elsewhere.test"
	srv_account 'tls_host = "mail.example.test";'
	sed -i 's/srv:example.test/srv:victim.test/' sendoff.conf
	among_them
	expect_exit 0
	expect_messages 1
}

case_a_host_in_the_domain_needs_its_own() {
	server --tls implicit
	dns "_submissions._tcp.example.test:0:0:$port:one.example.test"
	srv_account
	among_them
	expect_exit 69
	expect_nothing_sent
}

case_what_the_server_offers() {
	server --tls implicit
	dns "_submissions._tcp.example.test:0:0:$port:mail.example.test"
	srv_account
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind hosts /etc/hosts &&
	    mount --bind resolv.conf /etc/resolv.conf &&
	    exec "$0" -C sendoff.conf --server-info' "$sendoff" >out 2>err ||
	    fail "it is not found"
	grep -q "mail.example.test" out || fail "its name is not told"
}

case_with_a_port_or_lmtp() {
	srv_account 'port = 465;'
	send_letter
	expect_exit 78
	expect_says "'port' has no say"
	srv_account
	send_letter --port=465
	expect_exit 78 64
	srv_account 'protocol = "lmtp";'
	send_letter
	expect_exit 78
	expect_says 'not LMTP'
}

case_shown() {
	srv_account
	run_sendoff -C sendoff.conf --show-config
	expect_exit 0
	grep -q 'host = "srv:example.test"' out || fail "the host is not shown"
	! grep -q 'port = ' out || fail "a port is shown"
	grep -q 'tls = "required"' out || fail "TLS is not shown"
}

run_cases
