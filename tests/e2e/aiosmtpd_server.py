"""aiosmtpd_server.py CERT KEY DIR PORTS: three servers in one, with implicit
TLS, with STARTTLS and with LMTP.  The ports go into the file PORTS, when all
of them listen.  Mail for NAME@... is put into DIR/NAME, with a Received field
in front that tells the way it came; nobody@... is refused."""
import asyncio
import os
import ssl
import sys

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def way_of(server, session, envelope):
    """As RFC 3848 and 6531 name it: ESMTPSA, UTF8LMTP and such."""
    base = "LMTP" if isinstance(server, LMTP) else "SMTP"
    secure = server.transport.get_extra_info("ssl_object") is not None
    return (("UTF8" if envelope.smtp_utf8 else "" if base == "LMTP" else "E")
            + base + "S" * secure + "A" * bool(session.authenticated))


class Mailboxes:
    def __init__(self, where):
        self.where = where
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        content = envelope.content.replace(b"\r\n", b"\n")
        if b"\r" in content or content.count(b"\n") != \
                envelope.content.count(b"\r\n"):
            return "554 5.6.0 a lone CR or LF"
        front = f"Received: with {way_of(server, session, envelope)}\n"
        for address in envelope.rcpt_tos:
            self.keep(address.partition("@")[0], front.encode() + content)
        # In LMTP everybody gets a reply; aiosmtpd leaves that to its handler.
        n = len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1
        return "\r\n".join(["250 2.0.0 kept"] * n)

    def keep(self, name, content):
        self.count += 1
        os.makedirs(os.path.join(self.where, name, "tmp"), exist_ok=True)
        draft = os.path.join(self.where, name, "tmp", str(self.count))
        with open(draft, "wb") as f:
            f.write(content)
        os.rename(draft, os.path.join(self.where, name, str(self.count)))


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data == LoginPassword(b"user", b"secret"),
                      handled=False)


async def serve(cert, key, where, ports_file):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(cert, key)
    loop = asyncio.get_running_loop()
    common = {"handler": Mailboxes(where), "enable_SMTPUTF8": True,
              "loop": loop, "hostname": "mail.example.test"}
    login = {"auth_required": True, "authenticator": authenticate}
    servers = [
        await loop.create_server(
            lambda: SMTP(**common, **login, auth_require_tls=False),
            "127.0.0.1", 0, ssl=tls),
        await loop.create_server(
            lambda: SMTP(**common, **login, tls_context=tls,
                         require_starttls=True), "127.0.0.1", 0),
        await loop.create_server(lambda: LMTP(**common), "127.0.0.1", 0),
    ]
    with open(ports_file + ".new", "w", encoding="ascii") as f:
        print(*(s.sockets[0].getsockname()[1] for s in servers), file=f)
    os.rename(ports_file + ".new", ports_file)
    await asyncio.gather(*(s.serve_forever() for s in servers))


asyncio.run(serve(*sys.argv[1:]))
