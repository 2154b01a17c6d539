# SPDX-License-Identifier: Apache-2.0
"""Mail that somebody made to harm whoever reads it. What each must come to is written beside it: `answered`
if it is a letter all the same, and its author may be acknowledged like anybody else's."""
import collections

SUPPORT = "support@example.com"
SITE = "hostile.example"
VICTIM = "victim@bystander.example"

Hostile = collections.namedtuple("Hostile", "name data answered")


def author(name):
    return f"{name}@{SITE}"


def header(name, **changed):
    """The header block of a decent letter, with these fields changed (None: left out) and no empty line."""
    fields = {"Return-Path": f"<{author(name)}>", "From": author(name), "To": SUPPORT,
              "Subject": "A question", "Message-ID": f"<{name}@{SITE}>", "MIME-Version": "1.0"}
    fields.update({field.replace("_", "-"): value for field, value in changed.items()})
    return b"".join(field.encode() + b": " + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"
                    for field, value in fields.items() if value is not None)


def letter(name, body=b"How are you?\r\n", **changed):
    return header(name, **changed) + b"\r\n" + body


def hostile(name, answered, body=b"How are you?\r\n", **changed):
    return Hostile(name, letter(name, body, **changed), answered)


def multipart(name, answered, parts):
    return hostile(name, answered, parts, Content_Type='multipart/mixed; boundary="b"')


def nested_multiparts(name, depth):
    part = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
    inner = b"".join(part % (i, i) for i in range(depth))
    return header(name) + inner + b"Content-Type: text/plain\r\n\r\nHow are you?\r\n"


def nested_messages(name, depth):
    return header(name) + b"Content-Type: message/rfc822\r\n\r\n" * depth + \
        b"Content-Type: text/plain\r\n\r\nHow are you?\r\n"


def _no_letters():
    """What is hardly a message at all."""
    yield Hostile("empty", b"", False)
    yield Hostile("empty-line", b"\r\n", False)
    yield Hostile("no-header", b"There is no header here\r\n", False)
    # For all that can be known it was cut within its header.
    yield Hostile("only-header", header("only-header"), False)
    yield Hostile("bare-cr", letter("bare-cr").replace(b"\r\n", b"\r"), False)
    yield Hostile("noise", bytes((i * i * 31 + i // 7) % 256 for i in range(50_000)), False)
    yield hostile("nul", True, b"How\0 are you?\r\n", Subject=b"A\0question")


def _structure(beginning_only):
    for depth in (100, 10_000, 100_000):
        name = f"multiparts-{depth}"
        yield Hostile(name, nested_multiparts(name, depth), depth == 100)
        name = f"messages-{depth}"
        yield Hostile(name, nested_messages(name, depth), depth == 100)
    for count in (10_000, 1_000_000):
        yield multipart(f"parts-{count}", False, b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n")
    boundary = b"b" * 1_000_000
    yield hostile("boundary-long", False, b"--" + boundary + b"\r\n\r\nx\r\n",
                  Content_Type=b'multipart/mixed; boundary="' + boundary + b'"')
    yield hostile("boundary-prefix", True, b'--a\r\nContent-Type: multipart/mixed; boundary="aa"\r\n\r\n'
                  b"--aa\r\n\r\nx\r\n--a--\r\n", Content_Type='multipart/mixed; boundary="a"')
    yield multipart("never-closed", True, b"--b\r\nContent-Type: text/plain\r\n\r\nHow are you?\r\n")
    # The text of these two goes beyond what is kept, if all that may be fetched is fetched.
    yield hostile("base64-30m", beginning_only, b"QUFB" * 7_500_000, Content_Transfer_Encoding="base64")
    yield hostile("uuencode-1m", beginning_only, b"begin 644 x\r\n" * 1_000_000)
    yield hostile("divs", True, b"<div>" * 200_000 + b"How are you?", Content_Type="text/html")
    yield multipart("filename", True, b'--b\r\nContent-Type: text/plain; name="../../../etc/passwd"\r\n'
                    b"Content-Disposition: attachment\r\n\r\nx\r\n--b--\r\n")


def _header():
    many = b"".join(b"X-%d: v\r\n" % i for i in range(1_000_000))
    yield Hostile("line-20m", b"X-A: " + b"a" * 20_000_000 + b"\r\n" + letter("line-20m"), False)
    yield Hostile("fields-1m", many + letter("fields-1m"), False)
    yield Hostile("fields-after", header("fields-after") + many + b"\r\nHow are you?\r\n", False)
    yield hostile("references", False, References=" ".join(f"<{i}@{SITE}>" for i in range(200_000)))
    yield hostile("words", False, Subject=" ".join(["=?utf-8?q?a?="] * 100_000))
    yield hostile("parameters", False,
                  Content_Type="text/plain" + "".join(f"; name*{i}=a" for i in range(100_000)))
    yield hostile("parameters-two", False,
                  Content_Type="text/plain" + "".join(f"; p{i}=a" for i in range(100_000)))
    # The field is longer than what is kept of one.
    yield hostile("id-long", False, Message_ID="<" + "m" * 100_000 + f"@{SITE}>")
    yield hostile("id-odd", True, Message_ID="<1 2@x.example> junk <3@x>")
    yield hostile("date-odd", True, Date="Tue, 99 Foo 99999 99:99:99 +9999")
    yield hostile("date-old", True, Date="Mon, 1 Jan 0001 00:00:00 -9999")
    yield hostile("charset", True, b"\xff\xfe\x1b$B\x80\xc0\xaf\r\n",
                  Content_Type="text/plain; charset=no-such-thing")
    yield hostile("raw-8-bit", True, Subject=b"Gr\xfc\xdfe \xed\xa0\x80")


def _to_others():
    """What wants an answer to go to somebody else, or to say something else."""
    yield Hostile("two-from", f"From: {VICTIM}\r\n".encode() + letter("two-from"), False)
    yield hostile("from-two", False, From=f"{author('from-two')}, {VICTIM}")
    yield hostile("from-null", False, From="<>")
    yield hostile("from-none", False, From=None)
    yield hostile("from-name", True, From=f'"{VICTIM}" <{author("from-name")}>')
    yield hostile("from-word", True,
                  From=f"=?utf-8?q?victim=40bystander.example=3E=2C_=3Cx?= <{author('from-word')}>")
    yield hostile("from-all-word", False, From="=?utf-8?q?=3Cvictim=40bystander.example=3E?=")
    yield hostile("from-command", False, From=f'"a@x.example>\\\r\nRCPT TO:<{VICTIM}"@{SITE}')
    yield hostile("from-shell", False, From=f"|sh@{SITE}")
    yield hostile("from-option", False, From=f"-oQtmp@{SITE}")
    yield hostile("from-literal", False, From="somebody@[127.0.0.1]")
    yield hostile("from-us", False, From=SUPPORT)
    yield hostile("from-comments", False, From="(" * 100_000 + ")" * 100_000 + " " + VICTIM)
    yield hostile("from-comment", False, From="(" * 1_000_000 + " " + VICTIM)
    yield hostile("reply-to", True, Reply_To=VICTIM)
    for depth in (1_500, 20_000, 60_000):
        yield hostile(f"groups-{depth}", depth == 1_500, To="g:" * depth + SUPPORT + ";" * depth)
    yield multipart("groups-inside", False, b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
                    b"To: " + b"g:" * 45_000 + b"\r\n\r\nx\r\n--b--\r\n")
    yield hostile("crowd", False, To=SUPPORT + "".join(f",u{i}@x.example" for i in range(200_000)))
    yield hostile("subject-field", True, Subject=f"=?utf-8?q?hi=0D=0ABcc:_{VICTIM}?=")
    yield hostile("subject-nul", True, Subject="=?utf-8?q?a=00b?=")
    yield hostile("subject-template", True, Subject="{{conversation}} {{{team}}} %n $(id)")
    yield hostile("receipt", True, Disposition_Notification_To=VICTIM)
    yield hostile("returned", False, Return_Path="<>")
    yield Hostile("looped", b"Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n" * 101 +
                  letter("looped"), False)


def letters(beginning_only):
    """All of them. `beginning_only`: no more than the default of fetch_limit is read of each."""
    yield from _no_letters()
    yield from _structure(beginning_only)
    yield from _header()
    yield from _to_others()
