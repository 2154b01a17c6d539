# SPDX-License-Identifier: Apache-2.0
"""Mail that somebody made to harm whoever reads it. What each must come to is written beside it: `answered`
if it is a letter all the same, and its author may be acknowledged like anybody else's."""
import collections

SUPPORT = "support@example.com"
SITE = "hostile.example"
VICTIM = "victim@bystander.example"

Hostile = collections.namedtuple("Hostile", "name data answered")


def author(name):
    return f"{name}@{SITE}".lower()


def header(name, **changed):
    """The header block of a decent letter, with these fields changed (None: left out), without its empty line."""
    fields = {"Return-Path": f"<{author(name)}>", "From": author(name), "To": SUPPORT, "Subject": "A question",
              "Message-ID": f"<{name}@{SITE}>", "MIME-Version": "1.0"}
    fields.update({field.replace("_", "-"): value for field, value in changed.items()})
    return b"".join(field.encode() + b": " + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"
                    for field, value in fields.items() if value is not None)


def letter(name, body=b"How are you?\r\n", **changed):
    return header(name, **changed) + b"\r\n" + body


def multipart(name, parts):
    return letter(name, parts, Content_Type='multipart/mixed; boundary="b"')


def nested_multiparts(name, depth):
    inner = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(depth))
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
    yield Hostile("nul", letter("nul", b"How\0 are you?\r\n", Subject=b"A\0question"), True)
    yield Hostile("noise", bytes((i * i * 31 + i // 7) % 256 for i in range(50_000)), False)


def _structure(beginning_only):
    for depth in (100, 10_000, 100_000):
        yield Hostile(f"multiparts-{depth}", nested_multiparts(f"multiparts-{depth}", depth), depth == 100)
        yield Hostile(f"messages-{depth}", nested_messages(f"messages-{depth}", depth), depth == 100)
    for count in (10_000, 1_000_000):
        name = f"parts-{count}"
        yield Hostile(name, multipart(name, b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"), False)
    yield Hostile("boundary-long", letter("boundary-long", b"--" + b"b" * 1_000_000 + b"\r\n\r\nx\r\n",
                                          Content_Type='multipart/mixed; boundary="' + "b" * 1_000_000 + '"'), False)
    yield Hostile("boundary-prefix", letter(
        "boundary-prefix", b'--a\r\nContent-Type: multipart/mixed; boundary="aa"\r\n\r\n--aa\r\n\r\nx\r\n--a--\r\n',
        Content_Type='multipart/mixed; boundary="a"'), True)
    yield Hostile("never-closed", multipart("never-closed", b"--b\r\nContent-Type: text/plain\r\n\r\nHow are you?\r\n"),
                  True)
    # Their text goes beyond what is kept, if all that may be fetched is fetched.
    yield Hostile("base64-30M", letter("base64-30M", b"QUFB" * 7_500_000 + b"\r\n",
                                       Content_Transfer_Encoding="base64"), beginning_only)
    yield Hostile("uuencode-1M", letter("uuencode-1M", b"begin 644 x\r\n" * 1_000_000), beginning_only)
    yield Hostile("divs", letter("divs", b"<div>" * 200_000 + b"How are you?", Content_Type="text/html"), True)
    yield Hostile("filename", multipart("filename", b'--b\r\nContent-Type: text/plain; name="../../../etc/passwd"\r\n'
                                        b"Content-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"), True)


def _header():
    many = b"".join(b"X-%d: v\r\n" % i for i in range(1_000_000))
    yield Hostile("line-20M", b"X-A: " + b"a" * 20_000_000 + b"\r\n" + letter("line-20M"), False)
    yield Hostile("fields-1M", many + letter("fields-1M"), False)
    yield Hostile("fields-after", header("fields-after") + many + b"\r\nHow are you?\r\n", False)
    yield Hostile("references", letter("references", References=" ".join(f"<{i}@{SITE}>" for i in range(200_000))),
                  False)
    yield Hostile("words", letter("words", Subject=" ".join(["=?utf-8?q?a?="] * 100_000)), False)
    yield Hostile("parameters", letter("parameters", Content_Type="text/plain" + "".join(
        f"; name*{i}=a" for i in range(100_000))), False)
    yield Hostile("parameters-two", letter("parameters-two", Content_Type="text/plain" + "".join(
        f"; p{i}=a" for i in range(100_000))), False)
    # Its field is beyond what is kept of one, its name beyond what is a name.
    yield Hostile("id-long", letter("id-long", Message_ID="<" + "m" * 100_000 + f"@{SITE}>"), False)
    yield Hostile("id-odd", letter("id-odd", Message_ID="<1 2@x.example> junk <3@x>"), True)
    yield Hostile("date-odd", letter("date-odd", Date="Tue, 99 Foo 99999 99:99:99 +9999"), True)
    yield Hostile("date-old", letter("date-old", Date="Mon, 1 Jan 0001 00:00:00 -9999"), True)
    yield Hostile("charset", letter("charset", b"\xff\xfe\x1b$B\x80\xc0\xaf\r\n",
                                    Content_Type="text/plain; charset=no-such-thing"), True)
    yield Hostile("raw-8-bit", letter("raw-8-bit", Subject=b"Gr\xfc\xdfe \xed\xa0\x80"), True)


def _to_others():
    """What wants an answer to go to somebody else, or to say something else."""
    yield Hostile("two-from", f"From: {VICTIM}\r\n".encode() + letter("two-from"), False)
    yield Hostile("from-two", letter("from-two", From=f"{author('from-two')}, {VICTIM}"), False)
    yield Hostile("from-null", letter("from-null", From="<>"), False)
    yield Hostile("from-none", letter("from-none", From=None), False)
    yield Hostile("from-name", letter("from-name", From=f'"{VICTIM}" <{author("from-name")}>'), True)
    yield Hostile("from-word", letter("from-word", From="=?utf-8?q?victim=40bystander.example=3E=2C_=3Cx?= "
                                      f"<{author('from-word')}>"), True)
    yield Hostile("from-all-word", letter("from-all-word", From="=?utf-8?q?=3Cvictim=40bystander.example=3E?="), False)
    yield Hostile("from-command", letter(
        "from-command", From=f'"a@x.example>\\\r\nRCPT TO:<{VICTIM}"@{SITE}'), False)
    yield Hostile("from-shell", letter("from-shell", From=f"|sh@{SITE}"), False)
    yield Hostile("from-option", letter("from-option", From=f"-oQtmp@{SITE}"), False)
    yield Hostile("from-literal", letter("from-literal", From="somebody@[127.0.0.1]"), False)
    yield Hostile("from-us", letter("from-us", From=SUPPORT), False)
    yield Hostile("from-comments", letter("from-comments", From="(" * 100_000 + ")" * 100_000 + " " + VICTIM), False)
    yield Hostile("from-comment", letter("from-comment", From="(" * 1_000_000 + " " + VICTIM), False)
    yield Hostile("reply-to", letter("reply-to", Reply_To=VICTIM), True)
    yield Hostile("groups-20k", letter("groups-20k", To="g:" * 20_000 + SUPPORT + ";" * 20_000), False)
    yield Hostile("groups-60k", letter("groups-60k", To="g:" * 60_000 + SUPPORT + ";" * 60_000), False)
    yield Hostile("groups-1500", letter("groups-1500", To="g:" * 1_500 + SUPPORT + ";" * 1_500), True)
    yield Hostile("groups-inside", multipart(
        "groups-inside", b"--b\r\nContent-Type: message/rfc822\r\n\r\nTo: " + b"g:" * 45_000 + b"\r\n\r\nx\r\n--b--\r\n"),
        False)
    yield Hostile("crowd", letter("crowd", To=SUPPORT + "".join(f",u{i}@x.example" for i in range(200_000))), False)
    yield Hostile("subject-field", letter("subject-field", Subject=f"=?utf-8?q?hi=0D=0ABcc:_{VICTIM}?="), True)
    yield Hostile("subject-nul", letter("subject-nul", Subject="=?utf-8?q?a=00b?="), True)
    yield Hostile("subject-template", letter("subject-template", Subject="{{conversation}} {{{team}}} %n $(id)"), True)
    yield Hostile("receipt", letter("receipt", Disposition_Notification_To=VICTIM), True)
    yield Hostile("returned", letter("returned", Return_Path="<>"), False)
    yield Hostile("looped", b"".join(b"Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n"
                                     for _ in range(101)) + letter("looped"), False)


def letters(beginning_only):
    """All of them. `beginning_only`: no more than the default of fetch_limit is read of each."""
    yield from _no_letters()
    yield from _structure(beginning_only)
    yield from _header()
    yield from _to_others()
