"""stored.py STORE WORD EXPRESSION...: find the one message with WORD that the
server took, and see whether the expressions hold for it.  Status 2: there is
none yet.  Names in the expressions:

sender, rcpt    of the envelope: an address, a list of addresses
head            name -> the field's value, its encoded words decoded
people(name)    what a field of addresses has, (phrase, address) each
addresses(name) the same, without the phrases
text            the body (the first text part's), decoded
raw             the message as it came over the wire, bytes
msg             the message as Python's email package sees it
"""
import email
import email.policy
import json
import re
import sys
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path


def find(store, word):
    for path in sorted(store.glob("message-*.eml")):
        raw = path.read_bytes()
        if word.encode() in raw or word in decoded_subject(raw):
            yield path.name[8:-4], raw


def decoded_subject(raw):
    msg = email.message_from_bytes(raw)
    return str(make_header(decode_header(msg.get("Subject", ""))))


def text_of(msg):
    part = next(p for p in msg.walk() if p.get_content_maintype() == "text")
    body = part.get_payload(decode=True).replace(b"\r\n", b"\n")
    return body.decode(part.get_content_charset("utf-8"), "replace")


def address(line):
    return re.search("<(.*)>", line)[1]


def names_of(store, number, raw):
    with open(store / f"envelope-{number}.json", encoding="utf-8") as f:
        envelope = json.load(f)
    msg = email.message_from_bytes(raw)
    text = {k.lower(): str(make_header(decode_header(v)))
            for k, v in msg.items() if isinstance(v, str)}
    return {
        "sender": address(envelope["mail"]),
        "rcpt": [address(r["line"]) for r in envelope["rcpt"]
                 if r["code"] == 250],
        "head": text,
        "people": lambda name: getaddresses(msg.get_all(name, [])),
        "addresses": lambda name: [a for _, a in
                                   getaddresses(msg.get_all(name, []))],
        "text": text_of(msg),
        "raw": raw,
        "msg": msg,
    }


# What holds for every message, whoever sent it.
ALWAYS = [
    "b'\\n' not in raw.replace(b'\\r\\n', b'')",
    "b'\\r' not in raw.replace(b'\\r\\n', b'')",
    "'bcc' not in head",
    "len(msg.get_all('From')) == 1 and '@' in head['from']",
    "'date' in head and 'message-id' in head",
]


def main(store, word, *expressions):
    found = list(find(Path(store), word))
    if not found:
        return 2
    names = names_of(Path(store), *found[0])
    for expression in [*ALWAYS, *expressions]:
        try:
            holds = eval(f"({expression})", names)
        except (KeyError, IndexError, TypeError) as e:
            holds, expression = False, f"{expression} ({e!r})"
        if not holds:
            print(f"does not hold: {expression}\n"
                  f"sender {names['sender']}, rcpt {names['rcpt']}")
            print(names["raw"].decode("utf-8", "replace"))
            return 1
    return 0


sys.exit(main(*sys.argv[1:]))
