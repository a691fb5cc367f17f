"""server_client.py CHECK PORT CERTS: one check of the test server, by a
client of the standard library alone."""
import base64
import hashlib
import hmac
import os
import socket
import ssl
import sys


def b64(octets):
    return base64.b64encode(octets).decode()


class Client:
    def __init__(self, port, certs=None, newest=None):
        self.sock = socket.create_connection(("127.0.0.1", port), 20)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if certs:
            context = ssl.create_default_context(
                cafile=os.path.join(certs, "ca.pem"))
            if newest:
                context.maximum_version = newest
            self.sock = context.wrap_socket(
                self.sock, server_hostname="localhost")
        self.file = self.sock.makefile("rb")
        self.hear("220")

    def hear(self, code=""):
        while True:
            line = self.file.readline().decode("latin-1").rstrip("\r\n")
            if line[3:4] != "-":
                break
        if not line.startswith(code):
            sys.exit(f"'{line}' is no {code}")
        return line

    def say(self, line, code=""):
        self.sock.sendall(line.encode() + b"\r\n")
        return self.hear(code)


def to_data(c):
    for line, code in (("EHLO x", "250"), ("MAIL FROM:<>", "250"),
                       ("RCPT TO:<a@b>", "250"), ("DATA", "354")):
        c.say(line, code)


def content_in_pieces(port, _certs):
    wire = b"a: b\r\n\r\n..x\r\n...\r\n..\ry\r\nz\n.\n\r\n.\r\n"
    for cut in range(1, 41):
        c = Client(port)
        to_data(c)
        c.sock.sendall(wire[:cut])
        if cut % 8 == 0:
            # Let them arrive as two.
            os.sched_yield()
            socket.create_connection(("127.0.0.1", port), 20).close()
        c.sock.sendall(wire[cut:])
        c.hear("250")


def cut_content(port, _certs):
    c = Client(port)
    to_data(c)
    c.sock.sendall(b"a: b\r\n\r\n.\n\r\n.\r")
    c.sock.close()
    c.file.close()


def lock_step(port, _certs):
    c = Client(port)
    to_data(c)
    c.say("a: b\r\n\r\nx\r\n.", "250")
    c.say("QUIT", "221")


def flights(port, _certs):
    c = Client(port)
    c.say("EHLO x", "250")
    c.say("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA", "250")
    c.hear("250")
    c.hear("354")
    c.say("a: b\r\n\r\nx\r\n.", "250")
    c.say("QUIT", "221")


def early(port, _certs):
    c = Client(port)
    c.say("EHLO x", "250")
    c.say("MAIL FROM:<>\r\nRCPT TO:<a@b>", "500")
    if c.file.readline() != b"":
        sys.exit("it goes on")


def unauthenticated(port, _certs):
    c = Client(port)
    c.say("EHLO x", "250")
    c.say("MAIL FROM:<>", "530")
    c.say("RCPT TO:<a@b>", "503")
    c.say("DATA", "503")


def scram(c, mechanism, user, password, gs2="n,,", binding=b""):
    """The code of the last answer."""
    digest = mechanism.replace("SCRAM-SHA-", "sha").replace("-PLUS", "")
    first = f"n={user},r=a-nonce-of-ours"
    line = c.say(f"AUTH {mechanism} {b64((gs2 + first).encode())}")
    if not line.startswith("334"):
        return line[:3]
    challenge = base64.b64decode(line[4:]).decode()
    parts = dict(p.split("=", 1) for p in challenge.split(","))
    salted = hashlib.pbkdf2_hmac(digest, password.encode(),
                                 base64.b64decode(parts["s"]),
                                 int(parts["i"]))
    key = hmac.digest(salted, b"Client Key", digest)
    final = f"c={b64(gs2.encode() + binding)},r={parts['r']}"
    text = ",".join((first, challenge, final)).encode()
    signature = hmac.digest(hashlib.new(digest, key).digest(), text, digest)
    proof = bytes(a ^ b for a, b in zip(key, signature))
    line = c.say(b64(f"{final},p={b64(proof)}".encode()))
    if not line.startswith("334"):
        return line[:3]
    server_key = hmac.digest(salted, b"Server Key", digest)
    if base64.b64decode(line[4:]).decode() != \
            "v=" + b64(hmac.digest(server_key, text, digest)):
        sys.exit("the server's signature is wrong")
    return c.say("")[:3]


def passwords(port, certs):
    for password, code in (("pässword", "235"), ("other", "535")):
        for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"):
            c = Client(port, certs)
            c.say("EHLO x", "250")
            got = scram(c, mechanism, "j=2Co=3De", password)
            if got != code:
                sys.exit(f"{mechanism} with {password}: {got}")
        c = Client(port, certs)
        c.say("EHLO x", "250")
        c.say("AUTH PLAIN " + b64(f"\0j,o=e\0{password}".encode()), code)
        c = Client(port, certs)
        c.say("EHLO x", "250")
        c.say("AUTH LOGIN", "334")
        c.say(b64(b"j,o=e"), "334")
        c.say(b64(password.encode()), code)
        c = Client(port, certs)
        c.say("EHLO x", "250")
        challenge = base64.b64decode(c.say("AUTH CRAM-MD5", "334")[4:])
        mac = hmac.new(password.encode(), challenge, "md5").hexdigest()
        c.say(b64(f"j,o=e {mac}".encode()), code)


def bindings(port, certs):
    old = ssl.TLSVersion.TLSv1_2
    for change, code in ((b"", "235"), (b"x", "535")):
        c = Client(port, certs, old)
        c.say("EHLO x", "250")
        binding = c.sock.get_channel_binding("tls-unique") + change
        got = scram(c, "SCRAM-SHA-256-PLUS", "user", "secret",
                    "p=tls-unique,,", binding)
        if got != code:
            sys.exit(f"a binding that is {'wrong' if change else 'right'}: {got}")
    c = Client(port, certs, old)
    c.say("EHLO x", "250")
    if scram(c, "SCRAM-SHA-256", "user", "secret", "y,,") != "535":
        sys.exit("a downgrade goes unnoticed")


globals()[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
