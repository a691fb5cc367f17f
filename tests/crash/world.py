"""What the crash tests share: a directory with a configuration, a spool and
servers, and what these have got."""
import collections
import glob
import json
import os
import re
import shutil
import subprocess
import time

ME = "me@example.test"

CONFIG = """
default_account = "test";
domain = "example.test";
aliases = "off";
log = "%(log)s";
defaults: { timeout = "5s"; };
accounts: {
  test: {
    host = "127.0.0.1"; port = %(port)s;
    tls = "off"; from = "me@example.test"; on_failure = "queue";
    %(more)s
  };
};
"""


class Server:
    """One of tests/server, with a store of its own, and its configuration."""

    def __init__(self, world, name, *options, more=""):
        self.store = os.path.join(world.dir, "store-" + name)
        port_file = os.path.join(world.dir, "port-" + name)
        self.process = subprocess.Popen(
            [os.path.join(world.build, "smtp-server"), "--quiet", "--open",
             "--port-file", port_file, "--store", self.store,
             "--idle", "20", *options])
        while not os.path.exists(port_file):
            time.sleep(0.01)
        with open(port_file, encoding="ascii") as f:
            port = f.read().strip()
        self.config = os.path.join(world.dir, name + ".conf")
        with open(self.config, "w", encoding="ascii") as f:
            f.write(CONFIG % {"port": port, "more": more, "log":
                              os.path.join(world.dir, name + ".log")})
        os.chmod(self.config, 0o600)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def messages(self, kind):
        """Each that has come: its text, and who it was accepted for."""
        # Clients that were killed may have left a session that still ends.
        while glob.glob(os.path.join(self.store, ".conn-*")):
            time.sleep(0.05)
        for path in glob.glob(os.path.join(self.store, kind + "-*.eml")):
            number = re.search(r"-(\d+)\.eml$", path).group(1)
            with open(path, encoding="latin-1", newline="") as f:
                text = f.read()
            with open(os.path.join(self.store, f"envelope-{number}.json"),
                      encoding="latin-1") as f:
                rcpt = json.load(f)["rcpt"]
            yield text, [re.search("<(.*?)>", r["line"]).group(1)
                         for r in rcpt if r["code"] // 100 in (0, 2)]


class World:
    def __init__(self, build, directory):
        self.build = os.path.abspath(build)
        self.dir = os.path.abspath(directory)
        self.sendoff = os.path.join(self.build, "sendoff")

    def environment(self, spool):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("SENDOFF_")}
        env.update(HOME=self.dir, SENDOFF_SPOOL=spool, LC_ALL="C.UTF-8",
                   XDG_CONFIG_HOME=self.dir)
        return env

    def run(self, server, spool, arguments, text="", before=()):
        """The exit status; negative when it was killed."""
        return subprocess.run(
            [*before, self.sendoff, "-C", server.config, *arguments],
            input=text.encode(), env=self.environment(spool), check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def flush(self, server, spool):
        """Send all that waits, and the reports that come of it."""
        for _ in range(4):
            if not waiting(spool):
                break
            self.run(server, spool, ["-qR@"])
        left = waiting(spool)
        shutil.rmtree(spool, ignore_errors=True)
        return left


def waiting(spool):
    return [os.path.join(at, name) for at, _, names in os.walk(spool)
            for name in names]


def letter(tag):
    return f"Subject: {tag}\nMessage-ID: <{tag}@example.test>\n\nhello\n"


def arrived(*servers, kind="message"):
    """How often each tag came for each recipient, or in a report.  Of the kind
    "unanswered" are those that came whole before the server hung up."""
    count = collections.Counter()
    for server in servers:
        for text, recipients in server.messages(kind):
            tag = re.search(r"^Subject: (point-\S+)\r$", text, re.M).group(1)
            report = "multipart/report" in text
            for to in recipients:
                count[tag, "report" if report else to] += 1
    return count
