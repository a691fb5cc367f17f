"""leaks.py PASSWORD USER FILE...: does standard input show the password, its
base64 wherever in a longer text it stands, or an answer to a challenge of the
connections whose octets are in the files?"""
import base64
import re
import sys


def alignments(secret):
    """The part of the base64 of x + secret + y that x and y do not touch."""
    for skip in range(3):
        text = base64.b64encode(b"\0" * skip + secret).rstrip(b"=").decode()
        first = (skip * 8 + 5) // 6
        last = (skip + len(secret)) * 8 // 6
        yield text[first:last]


def answers(raw):
    """What a client said behind AUTH, up to its next command."""
    verbs = rb"(?:MAIL|QUIT|EHLO|RSET|AUTH|NOOP) |QUIT$|\*$"
    said = False
    for line in raw.split(b"\r\n"):
        auth = re.match(rb"AUTH \S+(?: (.*))?$", line)
        if auth:
            said = True
            if auth.group(1):
                yield auth.group(1)
        elif re.match(verbs, line):
            said = False
        elif said:
            yield line


def main(password, user, paths):
    seen = sys.stdin.buffer.read().decode("utf-8", "replace")
    needles = {password: "the password"}
    for text in alignments(password.encode()):
        needles[text] = "the password in base64"
    for path in paths:
        with open(path, "rb") as f:
            for said in answers(f.read()):
                text = said.decode("latin-1")
                try:
                    plain = base64.b64decode(said).decode("utf-8")
                except ValueError:
                    plain = ""
                if plain in ("", "=", "\1", user):
                    continue
                needles[text] = "an answer"
                if re.search("(?:^|,)p=", plain):
                    needles[plain.rsplit("p=", 1)[1]] = "a proof"
                elif re.fullmatch(r"\S+ [0-9a-f]{32}", plain):
                    needles[plain.split()[1]] = "a digest"
    # JSON writes some octets otherwise.
    shown = (seen, seen.replace('\\"', '"').replace("\\\\", "\\"))
    leaks = [f"{what} is shown: {needle}" for needle, what in needles.items()
             if any(needle in s for s in shown)]
    print("\n".join(leaks))
    return 1 if leaks else 0


sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
