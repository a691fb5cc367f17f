"""aged.py FILE SECONDS [DUE]: a message of the spool came so much earlier than it
says (sendoff-spool(5)), and is due since just now, or since then."""
import os
import sys
import time
import zlib


def line(words):
    return b"%08x %s\n" % (zlib.crc32(words), words)


def older(text, seconds, due):
    for was in text.splitlines(keepends=True):
        words = was[9:-1]
        if words.startswith(b"arrived "):
            yield line(b"arrived %d" % (int(words[8:]) - seconds))
        elif words.startswith(b"try "):
            _, tried, due_then, why = words.split(b" ", 3)
            yield line(b"try %d %s %s" % (int(tried) - seconds, due_then, why))
        else:
            yield was
    yield line(b"due %d" % due)


def main(path, seconds, due=None):
    with open(path, "r+b") as f:
        head = f.read(64)
        f.seek(64 + int(head.split()[2]))
        at = f.tell()
        lines = b"".join(older(f.read(), int(seconds), int(due or time.time())))
        f.seek(at)
        f.truncate()
        f.write(lines)
    os.utime(path, (1, 1))


main(*sys.argv[1:])
