"""A client of sendmail -bs: SMTP over a pair of pipes, as mailers speak it.

usage: bs.py PROGRAM ARGUMENT... < SCRIPT

A line of the script is sent as it is (\\r, \\n, \\0, \\\\ and \\xHH mean what
they do in Python), and its replies are printed, one logical reply a line,
its lines joined by " / ".  "* N" in front of a line: N replies are awaited
instead of one.  "= TEXT" sends without waiting.  "." alone closes.
"""
import re
import subprocess
import sys


def unescape(text):
    return re.sub(rb"\\(x[0-9a-fA-F]{2}|.)", lambda m: {
        b"r": b"\r", b"n": b"\n", b"0": b"\0", b"t": b"\t"}.get(
            m[1], bytes([int(m[1][1:], 16)]) if m[1][:1] == b"x" else m[1]),
        text)


def reply(out):
    lines = []
    while True:
        line = out.readline()
        if not line:
            return " / ".join(lines + ["(closed)"])
        assert line.endswith(b"\r\n"), line
        lines.append(line[:-2].decode())
        if line[3:4] != b"-":
            return " / ".join(lines)


def main():
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    print(reply(program.stdout))
    for line in sys.stdin.buffer.read().splitlines():
        replies = 1
        if line == b".":
            break
        if line.startswith(b"* "):
            _, n, line = line.split(b" ", 2)
            replies = int(n)
        elif line.startswith(b"= "):
            replies, line = 0, line[2:]
        program.stdin.write(unescape(line))
        program.stdin.flush()
        for _ in range(replies):
            print(reply(program.stdout))
    program.stdin.close()
    for line in program.stdout:
        print(line.decode().rstrip("\r\n"))
    sys.exit(program.wait(60))


main()
