"""What real servers offered, and what was used with them.

matrix.py row DIR MECHANISM...: one server's row, and on standard error what
it lacks.  DIR has what --server-info said (implicit.json, starttls.json and
off.json, as far as there are such ports), the JSON trace of every message
sent (trace), and the server's name (name).  The mechanisms are those that
sendoff knows.

matrix.py table FILE...: the rows in columns."""
import json
import os
import sys

EXTENSIONS = ["PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "DSN", "SIZE"]
NOT_OURS = {"CHUNKING"}  # content goes by DATA, always
COLUMNS = ["server", "implicit TLS", "STARTTLS", "DATA"] + EXTENSIONS + ["AUTH"]


def offers(where):
    """Keyword to parameters, over all ways in; DATA goes without saying."""
    found = {"DATA": ""}
    for way in "off", "starttls", "implicit":
        path = os.path.join(where, way + ".json")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as f:
            info = json.load(f)
        if way == "implicit" and info["tls"]:
            found["implicit TLS"] = ""
        for offer in info["offers"]:
            found[offer["keyword"].upper()] = offer["parameters"].upper()
    return found


def deliveries(where):
    """The events of each run by which somebody has got the message."""
    runs = {}
    with open(os.path.join(where, "trace"), encoding="utf-8") as f:
        for line in f:
            event = json.loads(line)
            runs.setdefault(event["sid"], []).append(event)
    return [run for run in runs.values() if run[-1].get("accepted")]


def in_one_flight(run):
    """No reply was read between MAIL and DATA."""
    talk = [(e["ev"], e["verb"]) for e in run if e["ev"] in ("cmd", "reply")]
    return ("cmd", "DATA") in talk and talk.index(("cmd", "DATA")) < \
        talk.index(("reply", "MAIL"))


def answered(run, verb, code):
    return any(e["ev"] == "reply" and e["verb"] == verb and e["code"] == code
               for e in run)


def used_in(run):
    """The extensions and mechanisms that this run made use of."""
    said = [e for e in run if e["ev"] == "cmd"]
    words = {(e["verb"], word.partition("=")[0])
             for e in said for word in e["line"].split()[1:]}
    encrypted = any(e["ev"] == "tls" for e in run)
    return {name for name, holds in {
        "implicit TLS": encrypted and run[0]["tls"] == "implicit",
        "STARTTLS": encrypted and answered(run, "STARTTLS", 220),
        "DATA": answered(run, "DATA", 354),
        "PIPELINING": in_one_flight(run),
        "CHUNKING": any(e["verb"] == "BDAT" for e in said),
        "8BITMIME": ("MAIL", "BODY") in words,
        "SMTPUTF8": ("MAIL", "SMTPUTF8") in words,
        "DSN": ("RCPT", "NOTIFY") in words,
        "SIZE": ("MAIL", "SIZE") in words,
    }.items() if holds} | mechanism_of(run, said)


def mechanism_of(run, said):
    """The last that was tried, if it was let in; answers have no line."""
    tried = [e["line"].split()[1] for e in said
             if e["line"].startswith("AUTH ")]
    return set(tried[-1:]) if answered(run, "AUTH", 235) else set()


def state(name, offered, used):
    return "used" if name in used else "offered" if name in offered else "-"


def mechanisms_cell(mechanisms, used):
    """Those that nobody logged in with stand in brackets."""
    return " ".join(m if m in used else f"({m})" for m in mechanisms) or "-"


def lacks(offered, mechanisms, used, known):
    """What should have been used and was not, and the other way round."""
    names = [n for n in COLUMNS[1:-1] if n in offered and n not in NOT_OURS]
    names += [m for m in mechanisms if m in known]
    yield from (f"{n}: offered, not used" for n in names if n not in used)
    yield from (f"{n}: used, not offered" for n in sorted(used)
                if n not in offered and n not in mechanisms)


def row(where, known):
    offered = offers(where)
    mechanisms = offered.get("AUTH", "").split()
    used = set().union(*map(used_in, deliveries(where)))
    with open(os.path.join(where, "name"), encoding="utf-8") as f:
        cells = [f.read().strip()]
    cells += [state(name, offered, used) for name in COLUMNS[1:-1]]
    print("\t".join(cells + [mechanisms_cell(mechanisms, used)]))
    missing = list(lacks(offered, mechanisms, used, known))
    for line in missing:
        print(line, file=sys.stderr)
    return 1 if missing else 0


def table(paths):
    rows = [COLUMNS]
    for path in paths:
        with open(path, encoding="utf-8") as f:
            text = f.read().rstrip("\n")
        if text:
            rows.append(text.split("\t"))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for cells in rows:
        print("  ".join(c.ljust(w) for c, w in zip(cells, widths)).rstrip())
    return 0


if sys.argv[1] == "row":
    sys.exit(row(sys.argv[2], sys.argv[3:]))
sys.exit(table(sys.argv[2:]))
