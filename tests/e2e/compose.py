"""compose.py COUNT SENDOFF ARGUMENT...: subjects, names and names of files in
many scripts, composed by SENDOFF --pretend, are what Python's parser (policy
default) reads.  Seeded: the same each time.
"""
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import composed

SCRIPTS = {
    "ascii": list("abcdefghijklmnop QRSTUVWXYZ 0123456789 .,;:!?=_-'()[]@/&%#+*~"),
    "latin": list("àéîõüçñßøåÆŁőşžğİ aeiouxyz") + ["e\u0301", "o\u0302\u0323"],
    "greek": list("αβγδεζηθικλμνξοπρσςτυφχψωΆΈΉΊΌΎΏ"),
    "cyrillic": list("абвгдежзийклмнопрстуфхцчшщъыьэюяЁІЇЄҐ"),
    "hebrew": list("אבגדהוזחטיכלמנסעפצקרשת") + ["ש\u05c1", "ב\u05bc"],
    "arabic": list("ابتثجحخدذرزسشصضطظعغفقكلمنهوي") + ["م\u064e", "لا"],
    "devanagari": ["न", "म", "स्", "ते", "हि", "न्", "दी", "भा", "षा", "क्ष"],
    "thai": ["ส", "วั", "ส", "ดี", "ค", "รั", "บ", "ก", "ำ", "น้", "ำ"],
    "chinese": list("关于找回密码的测试邮件季度报告张三李四王五𠀀𪚥"),
    "japanese": list("日本語のテスト件名カタカナひらがな「」ー") + ["か\u3099"],
    "korean": list("한국어제목테스트가나다") + ["\u1112\u1161\u11ab"],
    "ethiopic": list("አማርኛሰላምለዓለም፡።"),
    "emoji": ["😀", "👍🏽", "👨\u200d👩\u200d👧\u200d👦", "🇩🇪", "🏳️\u200d🌈", "❤️", "1️⃣"],
}


def text(r, limit):
    scripts = list(SCRIPTS)
    mixed = r.randrange(4) == 0
    script = r.choice(scripts)
    words = []
    for _ in range(r.choice([1, 1, 2, 3, 8, limit])):
        letters = SCRIPTS[r.choice(scripts) if mixed else script]
        n = r.choice([1, 2, 5, 9, 30])
        words.append("".join(r.choice(letters) for _ in range(n)))
    out = " ".join(words)
    # White space in a row is nobody's but the folding's.
    return " ".join(out.split()) or "x"


def subject(r):
    s = text(r, 15)
    kind = r.randrange(20)
    if kind == 0:
        s = "=?UTF-8?Q?" + s
    elif kind == 1:
        s = s + " " + "x" * r.choice([70, 76, 77, 120, 980, 1200])
    return s


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def message(seed):
    r = random.Random(seed)
    it = {"subject": subject(r), "file": text(r, 12).replace("/", "-"),
          "to": [(text(r, 6), f"u{i}@example.net")
                 for i in range(r.choice([1, 1, 2, 5]))],
          "cc": [(text(r, 6), f"c{i}@bücher.example")
                 for i in range(r.choice([0, 0, 3]))],
          "body": "".join(text(r, 9) + "\n" for _ in range(r.choice([0, 1, 3])))}
    return it


def arguments(it):
    yield "--subject=" + it["subject"]
    yield "--attach=/dev/null"
    yield "--attach-name=" + it["file"]
    yield "--from=" + f"{quoted(it['to'][0][0])} <me@example.test>"
    for name, address in it["to"]:
        yield f"--to={quoted(name)} <{address}>"
    if it["cc"]:
        yield "--cc=" + ",".join(f"{quoted(n)} <{a}>" for n, a in it["cc"])


def compose(program, it):
    p = subprocess.run(program + ["--pretend", *arguments(it)],
                       input=it["body"].encode(), capture_output=True,
                       check=False)
    assert p.returncode == 0, (p.returncode, p.stderr)
    return p.stdout.partition(b"# message\n")[2]


def same(got, want, what):
    assert got == want, f"{what}: {got!r}, not {want!r}"


def check(program, seed):
    it = message(seed)
    raw = compose(program, it)
    composed.check(raw)
    m = composed.read(raw)
    composed.no_defects(m)
    same(m["Subject"], it["subject"], "subject")
    same(composed.names(raw, "To"), it["to"], "To")
    same(composed.names(raw, "From"), [(it["to"][0][0], "me@example.test")], "From")
    same(composed.names(raw, "Cc"),
         [(n, a.replace("bücher", "xn--bcher-kva")) for n, a in it["cc"]], "Cc")
    body, file = m.iter_parts()
    same(composed.text(body), it["body"], "body")
    same(file.get_filename(), it["file"], "file name")


def attempt(program, seed):
    try:
        check(program, seed)
    except Exception as e:  # whatever it is, it is told with its seed
        return f"message {seed}: {type(e).__name__}: {e}"
    return None


def main(count, program):
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda seed: attempt(program, seed), range(count))
        failures = [f for f in results if f is not None]
    print("\n".join(failures[:5]))
    print(f"{count} messages, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
