"""Hold the same mail, sent by smtplib and by sendoff, against each other.

usage: note_same.py SMTPLIB_TRACE SENDOFF_TRACE STORE: in the store are
message-1 and envelope-1 of the one, message-2 and envelope-2 of the other.
Prints both side by side; fails when they do not say the same.
"""

import email
import email.policy
import json
import re
import sys
from itertools import zip_longest

TIME = re.compile(r'\d\d:\d\d:\d\d\.\d{6} ')
WIDTH = 64
wrong = []


def same(what, a, b):
    print('%-8s %s' % (what, 'the same: %r' % (a,) if a == b else
                       'DIFFERS: %r, but %r' % (a, b)))
    if a != b:
        wrong.append(what)


def message(store, n):
    with open('%s/message-%d.eml' % (store, n), 'rb') as f:
        raw = f.read()
    return raw, email.message_from_bytes(raw, policy=email.policy.default)


def envelope(store, n):
    with open('%s/envelope-%d.json' % (store, n), encoding='utf-8') as f:
        e = json.load(f)
    path = re.compile(r'(?:FROM|TO):<([^>]*)>', re.I)
    return {'user': e['user'], 'mail': path.match(e['mail']).group(1),
            'rcpt': [path.match(r['line']).group(1) for r in e['rcpt']]}


def lines(path):
    with open(path, encoding='utf-8') as f:
        return f.read().splitlines()


def without_time(trace):
    for line in trace:
        if not TIME.match(line):
            wrong.append('no time in front of: ' + line)
    return [TIME.sub('', line, count=1) for line in trace]


def smtplib_steps(trace):
    """The verbs it sent, and the codes it heard."""
    said = []
    for line in trace:
        m = re.match(r"send: b?['\"](\w[\w-]*)(?:[ :\\]|$)", line)
        if m:
            verb = m.group(1).upper()
            said.append(verb if verb in VERBS else 'message')
    heard = re.findall(r'retcode \((\d+)\)', '\n'.join(trace))
    return said, heard


def sendoff_steps(trace):
    said, heard = [], []
    for line in trace:
        m = re.match(r' *[\d.]+ > (\[message|\w+)', line)
        if m:
            said.append(m.group(1).lstrip('['))
        m = re.match(r' *[\d.]+ < (\d{3})(?: |$)', line)
        if m:
            heard.append(m.group(1))
    return said, heard


VERBS = ('EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'QUIT')


def shown(line):
    line = line.rstrip('\r')
    return line if len(line) <= WIDTH else line[:WIDTH - 3] + '...'


def side_by_side(title, a, b):
    print('---- %s: smtplib | sendoff ----' % title)
    for x, y in zip_longest(a, b, fillvalue=''):
        print('%-*s | %s' % (WIDTH, shown(x), shown(y)))


def text_of(m):
    return m.get_content().replace('\r\n', '\n').rstrip('\n')


theirs, ours, store = sys.argv[1:]
raw1, m1 = message(store, 1)
raw2, m2 = message(store, 2)
trace1, trace2 = lines(theirs), lines(ours)

side_by_side('stored', raw1.decode('utf-8', 'replace').split('\n'),
             raw2.decode('utf-8', 'replace').split('\n'))
side_by_side('trace', trace1, trace2)
for name in ('Subject', 'From', 'To'):
    same(name, str(m1[name]), str(m2[name]))
same('charset', m1.get_content_charset(), m2.get_content_charset())
same('body', text_of(m1), text_of(m2))
same('envelope', envelope(store, 1), envelope(store, 2))

said1, heard1 = smtplib_steps(without_time(trace1))
said2, heard2 = sendoff_steps(without_time(trace2))
same('steps', said1, said2)
same('want', said1, ['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'message',
                     'QUIT'])
# smtplib was connected before it was told to trace; sendoff does not wait for
# the answer to QUIT.
same('answers', ['220'] + heard1[:-1], heard2[:len(heard1)])

sys.exit('; '.join(wrong) if wrong else 0)
