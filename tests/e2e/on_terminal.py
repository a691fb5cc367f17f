"""on_terminal.py FILE COMMAND...: run it with a terminal for its standard
error, and write what it says there to FILE; its status is ours."""
import os
import subprocess
import sys
import tty

master, slave = os.openpty()
tty.setraw(slave)
with subprocess.Popen(sys.argv[2:], stderr=slave) as child:
    os.close(slave)
    with open(sys.argv[1], "ab") as seen:
        while True:
            try:
                some = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not some:
                break
            seen.write(some)
sys.exit(child.wait())
