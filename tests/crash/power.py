"""power.py BUILD DIRECTORY: see whether a message is still there when the power
fails as soon as sendoff has promised to keep it, or has written down who has it.

A file system lies in a file, and what it has written so far is what stands in
that file: a copy of it is the disk after the loss, and is mounted in its place.
All that waits for a later time to be written is lost; that a message is, where
sendoff's calls for durability are left out, shows that it would be seen.  (What
a disk has in a cache of its own is not: the file systems see to that.)"""
import os
import subprocess
import sys

from world import Server, World, arrived, letter

SIZE = 320 << 20
DISKS = {
    "ext4": (["mkfs.ext4", "-q"], "commit=300"),
    "xfs": (["mkfs.xfs", "-q"], "defaults"),
    "btrfs": (["mkfs.btrfs", "-q"], "commit=300"),
}
NO_SYNC = ["strace", "-f", "-qqq", "-o", "/dev/null",
           "-e", "inject=fsync,fdatasync:retval=0"]
GOOD, LATE = "good@example.test", "late@example.test"


class Disk:
    def __init__(self, kind, directory):
        self.make, self.options = DISKS[kind]
        self.image = os.path.join(directory, "image")
        self.at = os.path.join(directory, "disk")
        os.makedirs(self.at, exist_ok=True)

    def __enter__(self):
        with open(self.image, "wb") as f:
            f.truncate(SIZE)
        subprocess.run([*self.make, self.image], check=True,
                       stdout=subprocess.DEVNULL)
        self.mount()
        subprocess.run(["sync", "-f", self.at], check=True)
        return self

    def __exit__(self, *ignored):
        subprocess.run(["umount", self.at], check=False)
        os.unlink(self.image)

    def mount(self):
        subprocess.run(["mount", "-o", "loop," + self.options, self.image,
                        self.at], check=True)

    def lose_power(self):
        copy = self.image + "-then"
        subprocess.run(["cp", "--sparse=always", self.image, copy], check=True)
        subprocess.run(["umount", self.at], check=True)
        os.rename(copy, self.image)
        self.mount()


class Power:
    def __init__(self, world):
        self.world = world
        self.healthy = Server(world, "healthy")
        self.mixed = Server(
            world, "mixed", "--on", f'rcpt has={LATE} reply "451 4.3.0 later"')
        self.servers = [self.healthy, self.mixed]
        self.tags = 0

    def run(self, server, spool, arguments, tag="", before=()):
        status = self.world.run(
            server, spool, arguments, letter(tag) if tag else "", before)
        if status != 0:
            raise SystemExit(f"power: {arguments} ended with {status}")

    def tag(self):
        self.tags += 1
        return f"point-{self.tags}"

    def keep(self, disk, arguments, before=(), first=None):
        """How often one that was promised comes after the loss."""
        tag, spool = self.tag(), os.path.join(disk.at, "spool")
        if first:
            self.run(self.healthy, spool, ["-odq", GOOD], first)
            subprocess.run(["sync", "-f", disk.at], check=True)
        self.run(self.mixed, spool, arguments, tag, before)
        disk.lose_power()
        self.world.flush(self.healthy, spool)
        return arrived(*self.servers)[tag, arguments[-1]]

    def part(self, disk, before=()):
        """How often one comes to who had it before the loss; and to the
        others."""
        tag, spool = self.tag(), os.path.join(disk.at, "spool")
        self.run(self.healthy, spool, ["-odq", GOOD, LATE], tag)
        subprocess.run(["sync", "-f", disk.at], check=True)
        self.run(self.mixed, spool, ["--flush"], before=before)
        disk.lose_power()
        self.world.flush(self.healthy, spool)
        came = arrived(*self.servers)
        return came[tag, GOOD], came[tag, LATE]

    def disk(self, kind):
        def on_new(what, *arguments, **more):
            with Disk(kind, self.world.dir) as disk:
                return what(disk, *arguments, **more)

        queued = ["-odq", GOOD]
        got = {
            "the first": on_new(self.keep, queued),
            "another": on_new(self.keep, queued, first=self.tag()),
            "put off": on_new(self.keep, [LATE]),
            "one of two has it": on_new(self.part),
            "the first, not synced": on_new(self.keep, queued, NO_SYNC),
            "one of two has it, not synced": on_new(self.part, NO_SYNC),
        }
        print(f"power, {kind}: " +
              ", ".join(f"{k}: {v}" for k, v in got.items()))
        return list(got.values()) == [1, 1, 1, (1, 1), 0, (2, 1)]

    def stop(self):
        for server in self.servers:
            server.stop()


def is_there(kind, directory):
    """Can this machine mount one?"""
    try:
        with Disk(kind, directory):
            return True
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"power, {kind}: skipped: {e}")
        return False


def main(build, directory):
    power = Power(World(build, directory))
    try:
        good = [power.disk(kind) for kind in DISKS
                if is_there(kind, directory)]
    finally:
        power.stop()
    return 0 if all(good) else 1


sys.exit(main(*sys.argv[1:]))
