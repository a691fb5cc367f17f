# Reads the notice of test_notice.c as a stranger would.
import email
import email.policy
import sys

ni = "\u4f60@example.net"
notice = email.message_from_bytes(sys.stdin.buffer.read(),
                                  policy=email.policy.SMTPUTF8)
assert notice.get_content_type() == "multipart/report"
assert notice.get_param("report-type") == "delivery-status"
assert notice["To"] == "me@example.org"
assert notice["Auto-Submitted"] == "auto-replied"

text, status, original = notice.iter_parts()
assert "<bob@example.net>" in text.get_content()
assert f"<{ni}>" in text.get_content()

# Another type than it knows: it is read as the header that it looks like.
assert status.get_content_type() == "message/global-delivery-status"
inside = status.get_payload()
inside = inside[0].as_bytes() if isinstance(inside, list) else \
    status.get_payload(decode=True)
blocks = [email.message_from_bytes(b, policy=email.policy.SMTPUTF8)
          for b in inside.replace(b"\r\n", b"\n").strip().split(b"\n\n")]
assert len(blocks) == 3, inside
assert blocks[0]["Reporting-MTA"] == "dns; host.example"
assert blocks[1]["Final-Recipient"] == "rfc822; bob@example.net"
assert blocks[1]["Status"] == "5.1.1"
assert blocks[2]["Final-Recipient"] == f"utf-8; {ni}", blocks[2].as_bytes()

message = original.get_content()
assert message["Subject"] == "hello"
assert message.get_content() == "How are you?\r\n", message.get_content()
for part in notice.walk():
    assert not part.defects, part.defects
