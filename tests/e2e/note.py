"""The program that the note has: a mail sent with smtplib.

usage: note.py HOST PORT CA_FILE SENDER CODE RECEIVER SUBJECT <TEXT
"""

import smtplib
import ssl
import sys
from email.header import Header
from email.mime.text import MIMEText

host, port, ca, sender, code, receiver, subject = sys.argv[1:]

msg = MIMEText(sys.stdin.read(), 'plain', 'utf-8')
msg['Subject'] = Header(subject, 'utf-8')
msg['from'] = sender
msg['to'] = receiver

# Without a context it would verify nothing.
server = smtplib.SMTP_SSL(host, int(port),
                          context=ssl.create_default_context(cafile=ca))
server.set_debuglevel(2)
server.login(sender, code)
server.sendmail(sender, [receiver], msg.as_string())
server.quit()
