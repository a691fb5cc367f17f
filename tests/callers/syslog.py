"""syslog.py FILE: listen at /dev/log and write what comes, a line each."""
import os
import socket
import sys


def main(path):
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    with open(path, "ab", buffering=0) as f:
        while True:
            f.write(log.recv(65536).rstrip(b"\0\n") + b"\n")


main(sys.argv[1])
