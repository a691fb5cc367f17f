"""dsn_holds.py FILE EXPRESSION...: is FILE a report on a delivery (RFC 3464, in a
multipart/report) that another reader finds nothing wrong with, and do the
expressions hold for it?  In them are notice, the message; text, what it says to a
person; about, the fields about the message; to, those about each recipient, by
his address; original, what was returned, and returned, its type."""
import email
import email.policy
import email.utils
import re
import sys


def fields_of(part):
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        octets = part.get_payload(decode=True).replace(b"\r\n", b"\n")
        blocks = [email.message_from_bytes(b, policy=email.policy.SMTPUTF8)
                  for b in octets.strip().split(b"\n\n")]
    return blocks


def is_date(text):
    return email.utils.parsedate_to_datetime(text).tzinfo is not None


def check_message(notice):
    assert notice.get_content_type() == "multipart/report"
    assert notice.get_param("report-type") == "delivery-status"
    for name in "From", "To", "Subject", "Date", "Message-ID", \
            "Auto-Submitted", "MIME-Version":
        assert len(notice.get_all(name, [])) == 1, f"{name}: not once"
    assert notice["Auto-Submitted"] == "auto-replied"
    assert is_date(notice["Date"])
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", notice["Message-ID"])
    for part in notice.walk():
        assert not part.defects, part.defects


def check_about(about):
    assert re.fullmatch(r"dns; \S+", about["Reporting-MTA"])
    assert "Arrival-Date" not in about or is_date(about["Arrival-Date"])
    assert not set(about.keys()) - {"Original-Envelope-Id", "Reporting-MTA",
                                    "X-Sendoff-Queue-ID", "Arrival-Date"}


def check_recipient(to):
    classes = {"failed": "45", "delayed": "4", "relayed": "2"}
    status = re.fullmatch(r"([245])\.\d{1,3}\.\d{1,3}", to["Status"])
    assert status[1] in classes[to["Action"]], "the status does not fit"
    assert re.fullmatch(r"(rfc822|utf-8); \S+", to["Final-Recipient"])
    for name in "Last-Attempt-Date", "Will-Retry-Until":
        assert name not in to or is_date(to[name]), name
    for name in "Remote-MTA", "Diagnostic-Code":
        assert name not in to or re.match(r"[\w-]+; \S", to[name]), name
    assert ("Will-Retry-Until" in to) == (to["Action"] == "delayed")
    for name in to.keys():
        assert len(to.get_all(name)) == 1, name


def check(path, expressions):
    with open(path, "rb") as f:
        notice = email.message_from_binary_file(
            f, policy=email.policy.SMTPUTF8)
    check_message(notice)
    text, status, original = notice.iter_parts()
    about, *blocks = fields_of(status)
    check_about(about)
    for block in blocks:
        check_recipient(block)
    names = {
        "notice": notice, "about": about, "returned":
        original.get_content_type(), "original": original.as_string(),
        "text": " ".join(text.get_content().split()),
        "to": {b["Final-Recipient"].split("; ")[1]: b for b in blocks}}
    for expression in expressions:
        assert eval(expression, names), f"does not hold: {expression}"


def main(path, expressions):
    try:
        check(path, expressions)
    except (AssertionError, KeyError, TypeError, ValueError) as e:
        print(f"{e!r}\n")
        with open(path, encoding="utf-8", errors="replace") as f:
            print(f.read()[:4000])
        return 1
    return 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
