"""bench.py [MESSAGES [ROUNDS]]: what keeping a message costs, and how fast
those that wait are sent, by sendoff and by its peers.

In each round each peer has its turn: MESSAGES are handed in by one process
each, one at a time, and sent to a server on this machine by the peer's own
means; then the same, four at a time, and sent in the peer's other way, if it
has one.  The rounds take turns as to who begins.  All queues are on one disk.

The syncs of one tell what the rates are worth: who makes none may lose, when
the power fails, what it has said to have."""
import collections
import re
import select
import statistics
import subprocess
import sys
import time

from peers import (PORT, Dma, Nullmailer, OpenSMTPD, Postfix, Sendoff, run)

LETTER = "/srv/letter"
TRACE, DAEMON = "/srv/trace", "/srv/trace-daemon"
AT_ONCE = (1, 4)
PATIENCE = 120  # seconds, for all that wait to come
NUDGE = 15  # how long a peer may be silent

SYNC = r"(fsync|fdatasync|sync_file_range|syncfs)\("
CREATE = r"(linkat?|mkdirat?)\(|O_CREAT|O_TMPFILE"
PROCESS = r"(clone3?|v?fork)\("


class Sink:
    """The server."""

    def __init__(self, count):
        self.process = subprocess.Popen(["/srv/sink", str(PORT), str(count)],
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def last(self, peer):
        """When the last message was answered, and how many connections."""
        for _ in range(PATIENCE // NUDGE):
            if select.select([self.process.stdout], [], [], NUDGE)[0]:
                break
            print(f"{peer.name} is asked again", file=sys.stderr)
            peer.nudge()
        else:
            raise SystemExit(f"bench: not all of {peer.name} has come")
        when, connections = self.process.stdout.readline().split()
        return float(when), int(connections)

    def close(self):
        self.process.terminate()
        self.process.wait()


def enqueue(peer, count, at_once):
    """Messages a second."""
    done = subprocess.run(
        ["/srv/crowd", str(count), str(at_once), LETTER, *peer.enqueue],
        check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)


def drain(peer, way, count):
    """Messages a second, and connections."""
    sink = Sink(count)
    peer.make_ready(way)
    start = time.monotonic()
    peer.send_all(way)
    end, connections = sink.last(peer)
    peer.stop()
    sink.close()
    return count / (end - start), connections


def traced(file):
    return ["strace", "-f", "-qq", "-o", file]


def calls(file):
    with open(file, encoding="latin-1") as f:
        return [line for line in f if re.match(r"\d+ +\w+\(", line)]


def trace(argv):
    with open(LETTER, "rb") as f:
        subprocess.run(traced(TRACE) + argv, stdin=f, check=True,
                       stdout=subprocess.DEVNULL)
    return calls(TRACE)


def count_of(pattern, lines):
    return sum(1 for line in lines if re.search(pattern, line))


def syncs(peer):
    """How many one enqueue makes, together with what runs for it."""
    open(DAEMON, "w", encoding="ascii").close()
    peer.open_up(*traced(DAEMON))
    enqueue(peer, 1, 1)  # what is done once is done
    before = count_of(SYNC, calls(DAEMON))
    n = count_of(SYNC, trace(peer.enqueue))
    n += count_of(SYNC, calls(DAEMON)) - before
    drain(peer, peer.ways[0], 2)
    return n


class Figures:
    """What was measured, by row and column."""

    def __init__(self):
        self.all = collections.defaultdict(list)

    def add(self, row, column, value):
        self.all[row, column].append(value)

    def median(self, row, column):
        return statistics.median(self.all[row, column])

    def show(self, row, column, first):
        """Median, range, and how often it goes into the first row's."""
        values = self.all[row, column]
        lead = self.median(first, column) / self.median(row, column)
        return (f"{self.median(row, column):7.0f} "
                f"{f'{min(values):.0f}-{max(values):.0f}':>11} {lead:6.1f}")


def measure(peers, figures, count, rounds):
    for i in range(rounds):
        for peer in peers[i % len(peers):] + peers[:i % len(peers)]:
            for n, at_once in enumerate(AT_ONCE):
                peer.open_up()
                figures.add(peer.name, at_once, enqueue(peer, count, at_once))
                way = peer.ways[n % len(peer.ways)]
                rate, connections = drain(peer, way, count)
                figures.add((peer.name, way), "rate", rate)
                figures.add((peer.name, way), "connections", connections)
        print(f"round {i + 1} of {rounds} is over", file=sys.stderr)


def print_enqueue(peers, figures):
    print("\nkeeping a message, one process each; messages a second, and "
          "sendoff's lead\n"
          f"{'':12}{'one at a time':>26}{'four at a time':>28}  syncs of one")
    for peer in peers:
        print(f"{peer.name:12}", *(figures.show(peer.name, n, "sendoff")
                                   for n in AT_ONCE),
              f"{figures.median(peer.name, 'syncs'):9.0f}")


def print_flush(peers, figures):
    first = ("sendoff", Sendoff.ways[0])
    print("\nsending what waits; messages a second, and the lead of sendoff's "
          "one connection\n"
          f"{'':28}{'':26}  connections")
    for peer in peers:
        for way in peer.ways:
            row = (peer.name, way)
            print(f"{peer.name + ', ' + way:28}",
                  figures.show(row, "rate", first),
                  f"{figures.median(row, 'connections'):11.0f}")


def print_direct(sendoff):
    """What a message that need not wait pays for those that may."""
    print("\nsendoff, a message delivered at once; system calls\n"
          f"{'on_failure':12}{'all':>8}{'syncs':>8}{'files made':>12}"
          f"{'processes':>11}")
    for choice in ("fail", "queue"):
        sink = Sink(1)
        lines = trace(sendoff.direct(choice))
        sink.close()
        print(f"{choice:12}{len(lines):8}{count_of(SYNC, lines):8}"
              f"{count_of(CREATE, lines):12}{count_of(PROCESS, lines):11}")


def write_letter():
    with open(LETTER, "w", encoding="ascii") as f:
        f.write("From: me@example.test\nTo: you@example.test\n"
                "Subject: a test\n\n")
        f.writelines(f"line {i:4} of a message of about two thousand octets\n"
                     for i in range(36))


def main(count=100, rounds=5):
    sendoff = Sendoff()
    peers = [sendoff, Nullmailer(), Dma(), OpenSMTPD(), Postfix()]
    figures = Figures()
    run("ip", "link", "set", "lo", "up")
    write_letter()
    for peer in peers:
        peer.prepare()
        figures.add(peer.name, "syncs", syncs(peer))
    measure(peers, figures, count, rounds)
    print(f"{count} messages of 2 KiB, {rounds} rounds: median, least to most")
    print_enqueue(peers, figures)
    print_flush(peers, figures)
    print_direct(sendoff)


main(*map(int, sys.argv[1:]))
