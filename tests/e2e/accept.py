"""What systemd does for a socket unit, without systemd.

usage: accept.py SOCKET PROGRAM ARGUMENT...
       accept.py --hand-over SOCKET PROGRAM ARGUMENT...

The first is Accept=yes with StandardInput=socket: a process for each client,
whose standard input and output is the connection.  The second is Accept=no:
the socket that listens is descriptor 3 of one process, by LISTEN_FDS.
"""
import os
import socket
import subprocess
import sys


def listener(path):
    s = socket.socket(socket.AF_UNIX)
    os.umask(0o111)
    s.bind(path)
    os.umask(0o077)
    s.listen(64)
    return s


def hand_over(path, argv):
    s = listener(path)
    if s.fileno() != 3:
        os.dup2(s.fileno(), 3)
    os.set_inheritable(3, True)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    os.execv(argv[0], argv)


def accept(path, argv):
    s = listener(path)
    while True:
        client, _ = s.accept()
        subprocess.Popen(argv, stdin=client, stdout=client)
        client.close()


if sys.argv[1] == "--hand-over":
    hand_over(sys.argv[2], sys.argv[3:])
else:
    accept(sys.argv[1], sys.argv[2:])
