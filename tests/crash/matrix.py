"""matrix.py BUILD DIRECTORY: kill sendoff at each of its system calls, and let
each that matters to the spool fail, while it keeps messages and sends them; see
whether what was promised is what arrives.

strace kills at the entry of a call: it is not carried out any more.  Each call
is told by its name and its number among those of that name.  A point is one run
that was disturbed; its messages bear its tag, and what arrived of them is looked
at when the phase is over."""
import collections
import concurrent.futures
import itertools
import os
import re
import sys
import time

from world import ME, Server, World, arrived, letter

FAULTS = ("write pwrite64 fsync fdatasync linkat renameat renameat2 ftruncate "
          "mkdir mkdirat utimensat unlinkat fallocate").split()
TEMPORARY = {73, 74, 75}
GOOD, LATE, BAD = "good@example.test", "late@example.test", "bad@example.test"
WORKERS = 3

Point = collections.namedtuple(
    "Point", "tags call killed injected status stage left")


class Phase:
    """What is done in it.  `prepare' tags are kept before; `act' is what is
    disturbed, with the tags that it hands in itself; `to' are the recipients
    and how often each gets a message."""

    def __init__(self, name, server, arguments, to, before=0):
        self.name, self.server, self.arguments = name, server, arguments
        self.to, self.before = to, before

    def flushes(self):
        return self.before > 0


def stage_of(trace):
    """How far the last message had come: None (not all of it was sent),
    "asked" (the server may have it; no answer was read), "answered" (and
    nothing is noted)."""
    stage = None
    for line in trace.splitlines():
        done = re.search(r"= \d+$", line) is not None
        if "sendto(" in line and r"\r\n.\r\n" in line:
            stage = "asked"
        elif stage == "asked" and "recvfrom(" in line and done:
            stage = "answered"
        elif re.search(r"(unlinkat|pwrite64|ftruncate)\(", line) and \
                stage == "answered" and " = ?" not in line:
            stage = None
    return stage


class Matrix:
    def __init__(self, world, servers, healthy):
        self.world, self.servers, self.healthy = world, servers, healthy
        self.numbers = itertools.count(1)
        self.failed = False

    def trace_file(self, name):
        return os.path.join(self.world.dir, "trace-" + name)

    def disturb(self, phase, injection, call):
        """One run of the phase, with what strace is to do."""
        name = f"point-{next(self.numbers)}"
        spool = os.path.join(self.world.dir, "spool-" + name)
        file = self.trace_file(name)
        tags = [f"{name}.{i}" for i in range(max(phase.before, 1))]
        for tag in tags[:phase.before]:
            self.world.run(self.healthy, spool, ["-odq", *phase.to],
                           letter(tag))
        status = self.world.run(
            phase.server, spool, phase.arguments,
            "" if phase.flushes() else letter(tags[0]),
            ["strace", "-f", "-s", "4096", "-o", file, *injection])
        with open(file, encoding="latin-1") as f:
            trace = f.read()
        os.unlink(file)
        left = self.world.flush(self.healthy, spool)
        return Point(tags, call, "killed by SIGKILL" in trace,
                     "(INJECTED)" in trace, status, stage_of(trace), left)

    def calls(self, phase):
        """The names of the system calls that it does."""
        file = self.trace_file("all")
        spool = os.path.join(self.world.dir, "spool-all")
        for i in range(phase.before):
            self.world.run(self.healthy, spool, ["-odq", *phase.to],
                           letter(f"point-0.{i}"))
        self.world.run(phase.server, spool, phase.arguments,
                       "" if phase.flushes() else letter("point-0.0"),
                       ["strace", "-f", "-o", file])
        with open(file, encoding="latin-1") as f:
            names = set(re.findall(r"^\d+ +(\w+)\(", f.read(), re.M))
        self.world.flush(self.healthy, spool)
        return sorted(names - {"execve"})  # the first is strace's

    def series(self, phase, name, inject, disturbed):
        """The first, the second... such call, until there is none left."""
        points = []
        for n in itertools.count(1):
            point = self.disturb(
                phase, ["-e", f"inject={name}:{inject}:when={n}"],
                f"{name} {n}")
            points.append(point)
            if not disturbed(point):
                return points

    def all_series(self, phase, kinds, disturbed):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            runs = [pool.submit(self.series, phase, name, inject, disturbed)
                    for name, inject in kinds]
            return [p for run in runs for p in run.result()]

    def complain(self, phase, point, what):
        self.failed = True
        print(f"  WRONG {phase.name}: {point.call} (exit {point.status}, "
              f"{point.tags}): {what}")

    def too_early(self, injection):
        """A run over the queue that sees a message before it is durable: the
        exit status of who keeps it, and how often it came meanwhile, and in
        all."""
        name = f"point-{next(self.numbers)}"
        spool = os.path.join(self.world.dir, "spool-" + name)
        place = os.path.join(spool, "queue", "test")
        os.makedirs(place, 0o700)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            keeping = pool.submit(
                self.world.run, self.healthy, spool, ["-odq", GOOD],
                letter(name), ["strace", "-f", "-o", "/dev/null", "-e",
                               "inject=fsync:delay_enter=700000" + injection])
            while not os.listdir(place) and not keeping.done():
                time.sleep(0.01)
            self.world.run(self.healthy, spool, ["-qR@"])
            meanwhile = arrived(self.healthy)[name, GOOD]
            status = keeping.result()
        self.world.flush(self.healthy, spool)
        return status, meanwhile, arrived(self.healthy)[name, GOOD]

    def race(self):
        for injection, want in (("", (0, 0, 1)), (":error=EIO", (75, 0, 0))):
            got = self.too_early(injection)
            print(f"looked at before it was durable{injection}: exit {got[0]}, "
                  f"{got[1]} sent meanwhile, {got[2]} in all")
            if got != want:
                self.failed = True
                print(f"  WRONG: not {want}")

    # ---- judging ------------------------------------------------------------

    def judge(self, phase, points, may_repeat):
        """Compare what arrived with what was promised; the points at which
        something arrived twice."""
        came = arrived(*self.servers)
        twice = []
        for p in points:
            if p.left:
                self.complain(phase, p, f"stays in the spool: {p.left}")
            counts = [(came[tag, to], want) for tag in p.tags
                      for to, want in phase.to.items()]
            counts += [(came[tag, "report"], 1) for tag in p.tags
                       if BAD in phase.to and came[tag, GOOD]]
            promised = phase.flushes() or p.status == 0
            if promised and any(n < want for n, want in counts):
                self.complain(phase, p, f"lost: {counts}")
            if not promised and not p.killed and \
                    any(n > 0 for n, _ in counts):
                self.complain(phase, p, f"owned by two: {counts}")
            if any(n > want for n, want in counts):
                twice.append(p)
                if not may_repeat(p):
                    self.complain(phase, p, f"came twice: {counts}")
        return twice

    def kill(self, phase):
        points = self.all_series(
            phase, [(c, "signal=KILL") for c in self.calls(phase)],
            lambda p: p.killed)
        killed = [p for p in points if p.killed]
        for p in points:
            if not p.killed and p.status != 0:
                self.complain(phase, p, "an undisturbed run failed")
        twice = self.judge(phase, points, lambda p: p.stage is not None)
        wide = [p for p in killed if p.stage == "answered"]
        print(f"{phase.name}: killed at {len(killed)} system calls, "
              f"{len(points) - len(killed)} runs to the end")
        for stage, meaning in (
                ("asked", "before the answer was read"),
                ("answered", "after it was read")):
            at = [p.call for p in twice if p.stage == stage]
            print(f"  arrived twice, killed {meaning}: {len(at)} "
                  f"({', '.join(at) or 'none'})")
        # A report leaves in the same run as what it is about.
        most = phase.before * (2 if BAD in phase.to else 1)
        if len(wide) > most:
            self.complain(phase, wide[0], "the window is wider than one call "
                          f"a message: {[p.call for p in wide]}")

    def fail(self, phase, error):
        points = self.all_series(
            phase, [(name, f"error={error}") for name in FAULTS],
            lambda p: p.injected)
        hurt = [p for p in points if p.injected]
        for p in hurt:
            if p.status not in TEMPORARY | {0}:
                self.complain(phase, p, "this is no status for it")
        twice = self.judge(
            phase, points,
            lambda p: False)
        refused = sum(p.status != 0 for p in hurt)
        print(f"{phase.name}, {error}: {len(hurt)} calls failed, "
              f"{refused} runs said so; arrived twice: "
              f"{', '.join(p.call for p in twice) or 'none'}")


def main(build, directory):
    world = World(build, directory)
    healthy = Server(world, "healthy",
                     "--on", f'rcpt has={BAD} reply "550 5.1.1 unknown"')
    refusing = Server(world, "refusing",
                      "--on", 'rcpt reply "451 4.3.0 not now"')
    mixed = Server(world, "mixed",
                   "--on", f'rcpt has={BAD} reply "550 5.1.1 unknown"',
                   "--on", f'rcpt has={LATE} reply "451 4.3.0 not now"')
    servers = [healthy, refusing, mixed]
    matrix = Matrix(world, servers, healthy)
    one, many = {GOOD: 1}, {GOOD: 1, LATE: 1, BAD: 0}
    enqueue = Phase("enqueue", healthy, ["-odq", GOOD], one)
    fall_back = Phase("fall back", refusing, [GOOD], one)
    phases = [enqueue, fall_back,
              Phase("flush two", healthy, ["--flush"], one, before=2),
              Phase("flush to three", mixed, ["--flush"], many, before=1)]
    try:
        for phase in phases:
            matrix.kill(phase)
        matrix.race()
        for phase in phases:
            for error in ("ENOSPC", "EIO"):
                matrix.fail(phase, error)
    finally:
        for server in servers:
            server.stop()
    return 1 if matrix.failed else 0


sys.stdout.reconfigure(line_buffering=True)
sys.exit(main(*sys.argv[1:]))
