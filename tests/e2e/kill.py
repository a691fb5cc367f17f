"""kill.py RUNS STORE COMMAND...: run the command so often, kill it at random
moments, and compare what it claims with what the server has."""
import glob
import os
import random
import subprocess
import sys
import time

LINES = 400


def body_of(number):
    return "".join(f"run {number} line {i}\n" for i in range(LINES))


def run_once(command, number, delay):
    """The exit status; negative when killed."""
    with subprocess.Popen(command, stdin=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as p:
        try:
            p.stdin.write(f"Subject: {number}\n\n{body_of(number)}".encode())
            p.stdin.close()
        except BrokenPipeError:
            pass
        try:
            return p.wait(delay)
        except subprocess.TimeoutExpired:
            p.kill()
            return p.wait()


def usual_time(command):
    times = []
    for number in range(-5, 0):
        start = time.monotonic()
        status = run_once(command, number, 30)
        if status != 0:
            sys.exit(f"an undisturbed run ended with {status}")
        times.append(time.monotonic() - start)
    return sorted(times)[len(times) // 2]


def messages(store):
    """Subject to body of every message that was taken, and the broken."""
    found, broken = {}, []
    for path in glob.glob(os.path.join(store, "message-*.eml")):
        with open(path, encoding="ascii", newline="") as f:
            head, _, body = f.read().partition("\r\n\r\n")
        number = next(line[9:] for line in head.split("\r\n")
                      if line.startswith("Subject: "))
        if body.replace("\r\n", "\n") != body_of(number):
            broken.append(path)
        found[number] = found.get(number, 0) + 1
    return found, broken


def main(runs, store, command):
    span = usual_time(command) * 1.2
    random.seed(runs)
    ends = {n: run_once(command, n, random.uniform(0, span))
            for n in range(runs)}
    time.sleep(0.5)
    found, broken = messages(store)
    done = [n for n, status in ends.items() if status == 0]
    killed = [n for n, status in ends.items() if status < 0]
    lost = [n for n in done if str(n) not in found]
    print(f"{len(done)} done, {len(killed)} killed, {len(found)} stored")
    if broken or lost or len(done) + len(killed) != runs:
        print(f"broken: {broken}\nlost: {lost}\nends: {set(ends.values())}")
        return 1
    if len(killed) < runs // 5 or max(found.values()) > 1:
        print("too few were killed, or a message came twice")
        return 1
    return 0


sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
