"""mime.py write DIRECTORY COUNT: messages of all shapes, NUMBER.eml each.
mime.py compare DIRECTORY STORE: what the server has of each is 7-bit, and
Python's parser finds in it what it finds in the original.

Seeded: the same messages each time.
"""
import email
import random
import sys
from pathlib import Path

CHARSETS = {
    "utf-8": "漢字かな 한글 Ελληνικά кириллица עברית العربية ünïcödé 😀 ",
    "iso-8859-1": "àéîõü ÄÖÜß çñ £ § ",
    "iso-8859-15": "€ šž Œœ Ÿ ",
    "windows-1252": "“quotes” — dash … € ",
    "koi8-r": "съешь же ещё этих мягких булок ",
    "gb18030": "主题内容测试中文字符 ",
    "big5": "繁體中文測試 ",
    "shift_jis": "日本語テキスト ",
    "euc-kr": "한국어 텍스트 ",
    "us-ascii": "plain words, =3D and =, tabs\tand trailing blanks ",
}


def text(r, charset):
    alphabet = CHARSETS[charset] + "abc .-=_From "
    lines = []
    for _ in range(r.choice([0, 1, 2, 5, 40])):
        kind = r.randrange(12)
        n = r.choice([0, 1, 5, 40, 75, 76, 77, 200])
        line = "".join(r.choice(alphabet) for _ in range(n))
        if kind == 0:
            line = "." + line
        elif kind == 1:
            line = "From " + line
        elif kind == 2:
            line += "  \t"
        elif kind == 3:
            line = "--" + line
        elif kind == 4 and r.randrange(4) == 0:
            line = line.ljust(1500, "x") + "--b0"
        lines.append(line)
    return "\n".join(lines).encode(charset)


def header(r, kind, encoding, extra=""):
    names = [f"Content-Type: {kind}{extra}\n"]
    if encoding:
        names.append(f"Content-Transfer-Encoding: {encoding}\n")
    if r.randrange(4) == 0:
        names.append("Content-Description: some\n\tfolded text\n")
    r.shuffle(names)
    return "".join(names).encode()


def leaf(r):
    charset = r.choice(list(CHARSETS))
    kind = r.choice(["text/plain", "text/html", "text/x-diff",
                     "application/octet-stream"])
    how = r.randrange(10)
    if how == 0:
        return header(r, kind, "base64") + b"\n5pel5pys6Kqe\nYWJj\n"
    if how == 1:
        return header(r, kind, "Quoted-Printable") + b"\n=C3=A4 a=\nb =20\n"
    if how == 2:
        return b"\n" + text(r, "us-ascii")
    if how == 3:
        return b"\n" + text(r, "utf-8")
    encoding = r.choice(["8bit", "8BIT", "binary", "7bit", None, "8bit (x)"])
    extra = r.choice([f"; charset={charset}", f';\n charset="{charset}"'])
    return header(r, kind, encoding, extra) + b"\n" + text(r, charset)


def multipart(r, depth, kind=None):
    boundary = r.choice([f"b{depth}", f"=_{r.randrange(10**9)}_=",
                         f"b{depth}--", "b x" + "x" * depth,
                         "'()+_,-./:=?"[:4] + str(depth)])
    kind = kind or r.choice(["mixed", "alternative", "related", "digest"])
    quoted = boundary.replace("\\", "\\\\")
    encoding = r.choice(["8bit", "binary", None, None])
    out = header(r, f"multipart/{kind}", encoding,
                 f';\n boundary="{quoted}"') + b"\n"
    if r.randrange(3) == 0:
        out += b"A preamble for nobody.\n"
    for _ in range(r.choice([1, 2, 3, 5])):
        part = entity(r, depth + 1)
        if kind == "digest":
            part = b"\n" + message(r, depth + 1)
        out += b"--" + boundary.encode() + b"\n" + part + b"\n"
    out += b"--" + boundary.encode() + b"--"
    if r.randrange(3) == 0:
        out += b"  \nAn epilogue."
    return out + b"\n"


def message(r, depth):
    return (b"From: a@example.test\nSubject: inner\nMIME-Version: 1.0\n"
            + entity(r, depth + 1))


def entity(r, depth):
    kind = r.randrange(10)
    if depth > 5 or kind < 6:
        return leaf(r)
    if kind == 6:
        return (header(r, "message/rfc822", r.choice(["8bit", None]))
                + b"\n" + message(r, depth))
    return multipart(r, depth)


def whole(r, number):
    top = (f"From: me@example.test\nTo: you@example.test\n"
           f"Date: Sun, 22 Nov 2026 19:14:37 +0800\n"
           f"Message-ID: <{number}@example.test>\n"
           f"Subject: number {number}\nMIME-Version: 1.0\n").encode()
    kind = r.randrange(12)
    if kind == 0:
        return top + leaf(r)
    if kind == 1:
        return top + header(r, "message/rfc822", "8bit") + b"\n" + message(r, 1)
    return top + multipart(r, 0)


def write(directory, count):
    r = random.Random(6152)
    for number in range(1, count + 1):
        (directory / f"{number}.eml").write_bytes(whole(r, number))


def shape(part):
    """What a reader sees of a part, and of those in it."""
    head = [(k, v) for k, v in part.items()
            if k.lower() not in ("content-transfer-encoding", "mime-version")]
    inside = part.get_payload()
    if isinstance(inside, list):
        return head, [shape(p) for p in inside]
    return head, part.get_payload(decode=True).rstrip(b"\n")


def parse(raw):
    return email.message_from_bytes(raw.replace(b"\r\n", b"\n"))


def difference(want, got):
    if isinstance(want, (list, tuple)) and type(want) is type(got):
        for a, b in zip(want, got):
            if a != b:
                return difference(a, b)
    if isinstance(want, bytes) and isinstance(got, bytes):
        at = next((i for i, (a, b) in enumerate(zip(want, got)) if a != b),
                  min(len(want), len(got)))
        want, got = want[max(at - 20, 0):at + 40], got[max(at - 20, 0):at + 40]
    return f"\n{str(want)[:300]}\n{str(got)[:300]}"


def claims_8bit(part):
    encoding = part.get("Content-Transfer-Encoding", "").lower()
    return encoding.startswith(("8bit", "binary"))


def complaint(original, stored):
    if max(stored) > 127:
        return "it is not 7-bit"
    if max(map(len, stored.split(b"\r\n"))) > 998:
        return "a line is too long"
    want, got = parse(original), parse(stored)
    if max(original) > 127 and any(claims_8bit(p) for p in got.walk()):
        return "it claims to be 8-bit"
    if "Content-Type" not in want:  # what it is taken for is said aloud
        del got["Content-Type"]
    want, got = shape(want), shape(got)
    return "" if want == got else difference(want, got)


def compare(directory, store):
    found = {}
    for path in store.glob("message-*.eml"):
        raw = path.read_bytes()
        found[parse(raw)["Message-ID"]] = raw
    bad = leaves = eight_bit = 0
    originals = list(directory.glob("*.eml"))
    for path in originals:
        original = path.read_bytes()
        stored = found.get(f"<{path.stem}@example.test>")
        said = complaint(original, stored) if stored else "it did not come"
        if said:
            print(f"{path}: {said}"[:1500])
            bad += 1
        leaves += sum(not p.is_multipart() for p in parse(original).walk())
        eight_bit += max(original) > 127
    print(f"{len(originals)} messages, {eight_bit} of them 8-bit, with "
          f"{leaves} parts: {bad} differ")
    return bad > 0 or eight_bit == 0


if sys.argv[1] == "write":
    write(Path(sys.argv[2]), int(sys.argv[3]))
else:
    sys.exit(compare(Path(sys.argv[2]), Path(sys.argv[3])))
