"""composed.py FILE EXPRESSION...: do the expressions hold for the message in
FILE, as Python's parser (policy default) reads it?  In them `m' is the message,
`parts' its leaves, `raw' its octets; `text(part)' is a text without its line
ends' CRs, `names("To")' what a field has of names and addresses.  (The parser
keeps white space between encoded words in names, which RFC 2047 (6.2) drops;
the older functions for them do not.)"""
import email
import email.header
import email.policy
import email.utils
import re
import sys

WORD = re.compile(rb"=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=")


def text(part):
    return part.get_content().replace("\r\n", "\n")


def names(raw, field):
    value = email.message_from_bytes(raw)[field]
    if value is None:
        return []
    unfolded = str(value).replace("\r\n", "")
    return [(str(email.header.make_header(email.header.decode_header(name))), spec)
            for name, spec in email.utils.getaddresses([unfolded])]


def check_header(header):
    """RFC 2047, 2; RFC 5322, 2.1.1; and no line that could have been folded."""
    for line in header.split(b"\r\n"):
        assert all(32 <= c < 127 or c == 9 for c in line), line
        assert line.strip(), "a line of white space"
        body = re.sub(rb"^[^\s:]+:", b"", line).strip()
        assert body or line.startswith(b"X-Empty:"), line
        assert len(line) <= 78 or not re.search(rb"\s", body), line
        assert len(line) <= 998, line
        for word in WORD.findall(line):
            assert len(word) <= 75 and len(line) <= 76, line
            decoded, charset = email.header.decode_header(word.decode())[0]
            decoded.decode(charset)


def check(raw):
    for line in raw.split(b"\r\n"):
        assert len(line) <= 998, line
        assert b"\r" not in line and b"\n" not in line, line
    assert all(c < 128 for c in raw), "8-bit"
    check_header(raw.partition(b"\r\n\r\n")[0])


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def no_defects(m):
    for part in m.walk():
        assert not part.defects, part.defects
        for name, value in part.items():
            assert not value.defects, (name, value, value.defects)


def main(path, expressions):
    with open(path, "rb") as f:
        raw = f.read()
    check(raw)
    m = read(raw)
    no_defects(m)
    known = {"m": m, "raw": raw, "text": text,
             "names": lambda field: names(raw, field),
             "parts": [p for p in m.walk() if not p.is_multipart()]}
    for expression in expressions:
        try:
            holds = eval(expression, known)
        except (KeyError, IndexError, AttributeError, TypeError) as e:
            holds, expression = False, f"{expression} ({e!r})"
        if not holds:
            print(f"does not hold: {expression}\n{raw[:2000]!r}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
