"""The programs that are measured: how each is told to keep a message and send
none, and to send all that waits to the server at PORT."""
import glob
import os
import pwd
import shutil
import signal
import subprocess
import time

PORT = 2525
SPOOLS = "/var/spool"
ME, TO = "me@example.test", "you@far.example.test"


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as f:
        f.write(text)
    os.chmod(path, mode)


def run(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def add_user(name, group):
    """One whom its package would have made."""
    for command in (["groupadd", "--force", "--system", group],
                    ["groupadd", "--force", "--system", name],
                    ["useradd", "--system", "--gid", name, "--home-dir",
                     "/nonexistent", name]):
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    pwd.getpwnam(name)


def make_spool(path, owner=None, group=None, mode=0o700):
    os.makedirs(path, exist_ok=True)
    if owner or group:
        shutil.chown(path, owner, group)
    os.chmod(path, mode)


def files_in(*places):
    return [os.path.join(at, name) for place in places
            for at, _, names in os.walk(place) for name in names]


def wait_for(what, holds, most=60):
    end = time.monotonic() + most
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"bench: waited in vain for {what}")
        time.sleep(0.02)


class Peer:
    """`ways' are those of sending what waits, each with a name for the table.
    An enqueue is `enqueue' with the message on standard input."""

    name, ways, process = "", (), None

    def prepare(self):
        """Once: its configuration and its queue."""

    def open_up(self, *before):
        """Start whatever has to run while messages are handed in, with the
        words of another command before it."""

    def make_ready(self, way):
        """All that comes before the clock is started."""

    def send_all(self, way):
        """The clock runs."""

    def nudge(self):
        """Not all has come for a while."""

    def stop(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()
            self.process = None

    def start(self, *argv):
        self.process = subprocess.Popen(
            argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)


class Sendoff(Peer):
    name = "sendoff"
    ways = ("1 connection", "4 connections")
    program = "/srv/sendoff"

    def configure(self, name, *lines):
        path = f"/etc/sendoff/{name}.conf"
        write(path, f"""
            domain = "example.test"; aliases = "off"; spool = "{SPOOLS}/sendoff";
            accounts: {{ bench: {{ host = "127.0.0.1"; port = {PORT};
                tls = "off"; from = "{ME}"; {" ".join(lines)} }}; }};
            default_account = "bench";
            """, 0o600)
        return path

    def prepare(self):
        make_spool(f"{SPOOLS}/sendoff")
        self.files = [self.configure("one"),
                      self.configure("four", "connections = 4;")]
        self.enqueue = [self.program, "-C", self.files[0], "-odq", TO]

    def send_all(self, way):
        self.start(self.program, "-C", self.files[self.ways.index(way)],
                   "--flush")

    def stop(self):
        self.process.wait()

    def direct(self, on_failure):
        """A message that is delivered while its sender waits."""
        return [self.program, "-C", self.configure(
            "direct", f'on_failure = "{on_failure}";'), TO]


class Nullmailer(Peer):
    name = "nullmailer"
    ways = ("nullmailer-send",)
    enqueue = ["/usr/bin/nullmailer-inject", "-f", ME, TO]

    def prepare(self):
        spool = f"{SPOOLS}/nullmailer"
        for place in ("", "queue", "tmp", "failed"):
            make_spool(os.path.join(spool, place), "mail", "mail")
        os.mkfifo(os.path.join(spool, "trigger"))
        shutil.chown(os.path.join(spool, "trigger"), "mail", "mail")
        write("/etc/nullmailer/remotes", f"127.0.0.1 smtp --port={PORT}\n")

    def send_all(self, way):
        self.start("/usr/bin/setpriv", "--reuid", "mail", "--regid", "mail",
                   "--clear-groups", "/usr/sbin/nullmailer-send")


class Dma(Peer):
    name = "dma"
    ways = ("dma -q",)
    enqueue = ["/usr/sbin/dma", "-f", ME, TO]

    def prepare(self):
        make_spool(f"{SPOOLS}/dma", "root", "mail", 0o2775)
        write(f"{SPOOLS}/dma/flush", "", 0o660)
        shutil.chown(f"{SPOOLS}/dma/flush", "root", "mail")
        write("/etc/dma/auth.conf", "")
        write("/etc/dma/dma.conf", f"SMARTHOST 127.0.0.1\nPORT {PORT}\n"
              "MAILNAME example.test\nDEFER\n")

    def send_all(self, way):
        self.start("/usr/sbin/dma", "-q")

    def stop(self):
        self.process.wait()
        wait_for("dma's end", lambda: not glob.glob(f"{SPOOLS}/dma/[MQ]*"))


class Postfix(Peer):
    """Not running, it takes messages with the least work: they are moved into
    its queue and put off before the clock is started."""

    name = "Postfix"
    ways = ("1 connection", "its default")
    etc, spool = "/etc/postfix-bench", f"{SPOOLS}/postfix"
    enqueue = ["/opt/postfix/sendmail", "-C", etc, "-f", ME, TO]

    def prepare(self):
        add_user("postfix", "postdrop")
        make_spool(self.spool, mode=0o755)
        make_spool(f"{SPOOLS}/postfix-data", "postfix")
        write(f"{self.etc}/main.cf", f"""
compatibility_level = 3.6
queue_directory = {self.spool}
data_directory = {SPOOLS}/postfix-data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file_prefixes = {SPOOLS}
maillog_file = {SPOOLS}/postfix-data/log
myhostname = box.example.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = [127.0.0.1]:{PORT}
smtp_host_lookup = native
alias_maps =
""")
        write(f"{self.etc}/master.cf", """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""")
        for what in ("start", "stop"):
            run("postfix", "-c", self.etc, what)

    def make_ready(self, way):
        limit = "1" if way == "1 connection" else "20"
        run("postconf", "-c", self.etc, "defer_transports = smtp",
            f"smtp_destination_concurrency_limit = {limit}")
        run("postfix", "-c", self.etc, "start")
        wait_for("Postfix", lambda: not files_in(
            *(f"{self.spool}/{d}" for d in ("maildrop", "incoming", "active"))))
        run("postconf", "-c", self.etc, "-X", "defer_transports")
        run("postfix", "-c", self.etc, "reload")
        time.sleep(1)

    def send_all(self, way):
        self.start("/usr/sbin/postqueue", "-c", self.etc, "-f")

    def stop(self):
        wait_for("Postfix's end", lambda: not files_in(f"{self.spool}/active"))
        run("postfix", "-c", self.etc, "stop")


class OpenSMTPD(Peer):
    """Runs while it takes messages, and keeps them to itself."""

    name = "OpenSMTPD"
    ways = ("its default",)
    enqueue = ["/opt/opensmtpd/sendmail", "-f", ME, TO]

    def prepare(self):
        add_user("opensmtpd", "opensmtpq")
        add_user("opensmtpq", "opensmtpq")
        os.remove(self.enqueue[0])
        os.symlink("/usr/sbin/smtpctl", self.enqueue[0])
        shutil.chown("/usr/sbin/smtpctl", "root", "opensmtpq")
        os.chmod("/usr/sbin/smtpctl", 0o2755)
        make_spool("/var/lib/opensmtpd/empty", mode=0o755)
        make_spool(f"{SPOOLS}/smtpd", mode=0o711)
        write("/etc/smtpd.conf", f"""
listen on socket
action "relay" relay host smtp://127.0.0.1:{PORT}
match from any for any action "relay"
""", 0o600)

    def open_up(self, *before):
        self.start(*before, "/usr/sbin/smtpd", "-d")
        wait_for("OpenSMTPD", lambda: subprocess.run(
            ["smtpctl", "pause", "mta"], check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0)

    def send_all(self, way):
        run("smtpctl", "resume", "mta")
        run("smtpctl", "schedule", "all")

    def nudge(self):
        """Now and then some are tried before the pause has come everywhere,
        and the relay was not there."""
        run("smtpctl", "schedule", "all")

    def stop(self):
        super().stop()
        time.sleep(0.2)
