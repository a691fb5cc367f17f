"""load.py BUILD DIRECTORY N: eight processes hand in N messages while three
runs over the queue, two connections each, send them to a server that refuses
one command in five and hangs up on one in twenty, at the dot when it has the
message whole.  Each must be taken once, and come a second time only when the
answer to its dot was lost."""
import collections
import os
import re
import sys
import threading
import time

from world import Server, World, arrived, letter, waiting

TO = "good@example.test"
SENDERS, RUNNERS, SEED = 8, 3, 7
MOST = 3600  # seconds to wait for the last
PAUSE = 0.1

# The first that fits: the one that hangs up comes before the other.
RULES = ["any chance=5 reset", "dot chance=5 reset",
         'any chance=20 reply "451 4.3.0 not now"',
         'dot chance=20 reply "451 4.3.0 not now"']

PACE = 'connections = 2; retry_min = "1s"; retry_max = "2s"; warn_after = "0s";'


def hand_in(world, server, spool, numbers, promised):
    for n in numbers:
        if world.run(server, spool, ["-odq", TO], letter(f"point-{n}")) == 0:
            promised.append(n)


def run_queue(world, server, spool, over):
    """As -q would, but with less of a pause."""
    while not over.wait(PAUSE):
        world.run(server, spool, ["--flush"])


def uncertain(server):
    """How often the log says of each that it may have been delivered."""
    with open(server.config.replace(".conf", ".log"), encoding="utf-8") as f:
        return collections.Counter(
            m.group(1) for line in f if "maybe_delivered=yes" in line
            for m in [re.search(r"msgid=(point-\d+)@", line)] if m)


def settle(spool):
    end = time.monotonic() + MOST
    while waiting(spool) and time.monotonic() < end:
        time.sleep(0.2)
    return waiting(spool)


def threads(function, many):
    all_of_them = [threading.Thread(target=function, args=a) for a in many]
    for t in all_of_them:
        t.start()
    return all_of_them


def join(all_of_them):
    for t in all_of_them:
        t.join()


def work(world, server, n):
    """Seconds until all were handed in, and all were gone; which were taken
    charge of, and what is left."""
    spool = os.path.join(world.dir, "spool")
    promised, start, over = [], time.monotonic(), threading.Event()
    runners = threads(run_queue, [(world, server, spool, over)] * RUNNERS)
    join(threads(hand_in, [(world, server, spool, range(k, n, SENDERS),
                            promised) for k in range(SENDERS)]))
    handed = time.monotonic() - start
    left = settle(spool)
    took = time.monotonic() - start
    over.set()
    join(runners)
    return handed, took, promised, left


def main(build, directory, n):
    world = World(build, directory)
    server = Server(world, "bad", "--seed", str(SEED),
                    *(w for rule in RULES for w in ("--on", rule)), more=PACE)
    handed, took, promised, left = work(world, server, n)
    taken, unanswered = arrived(server), arrived(server, kind="unanswered")
    server.stop()
    unsure = uncertain(server)
    came = {tag for tag, _ in taken}
    lost = {f"point-{k}" for k in promised} - came
    twice = [tag for (tag, _), k in taken.items() if k > 1]
    unexplained = [tag for (tag, _), k in unanswered.items()
                   if k > unsure[tag]]
    print(f"load: {n} messages, {len(promised)} promised in {handed:.0f} s, "
          f"{len(came)} taken in {took:.0f} s, {len(twice)} of them twice; "
          f"{sum(unanswered.values())} copies more whose dot had no answer, "
          f"{len(unexplained)} of them not told of in the log")
    if lost or left or twice or unexplained or len(promised) != n or \
            len(came) != n:
        print(f"  WRONG: lost {lost}, left {left}, twice {twice}, "
              f"unexplained {unexplained}")
        return 1
    return 0


sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
