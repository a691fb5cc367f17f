"""aged.py FILE SECONDS: a message of the spool came so much earlier than it says
(sendoff-spool(5)), and is due."""
import os
import sys
import zlib


def line(words):
    return b"%08x %s\n" % (zlib.crc32(words), words)


def older(text, seconds):
    for was in text.splitlines(keepends=True):
        words = was[9:-1]
        if words.startswith(b"arrived "):
            yield line(b"arrived %d" % (int(words[8:]) - seconds))
        else:
            yield was
    yield line(b"due 1")


def main(path, seconds):
    with open(path, "r+b") as f:
        head = f.read(64)
        f.seek(64 + int(head.split()[2]))
        at = f.tell()
        lines = b"".join(older(f.read(), seconds))
        f.seek(at)
        f.truncate()
        f.write(lines)
    os.utime(path, (1, 1))


main(sys.argv[1], int(sys.argv[2]))
