#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The poller against a server that is played: what it asks for, in which order, and what it makes of the answers.
Servers that misbehave are in test-imap-faults.py."""
import base64
import os
import sys

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
for folder in ("tests/lib", "tests/server", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
import frames  # noqa: E402
import imap_fake  # noqa: E402
import poller_room  # noqa: E402
import tap  # noqa: E402

BINARY = os.path.join(BUILD, "hearback-poller")
t = tap.Tap()


def message(n, size=20):
    return f"Subject: {n}\r\n\r\n".encode() + b"x" * size


THREE = [(1, message(1)), (2, message(2)), (3, message(3))]


def start(server, keys=None, **more):
    text = poller_room.settings("127.0.0.1", server.port, **{"tls": "none", **(keys or {})})
    p = poller_room.Poller(BINARY, text, **more)
    p.log_in()
    return p


def run(messages=(), scripts=None, keys=None, once=True, **server):
    """One pass; (server, poller, selected, items, seen). Of a poller that ended, the last may be None."""
    s = imap_fake.ImapFake(messages, scripts, **server)
    p = start(s, keys, once=once)
    if p.early:
        return s, p, None, [], None
    got = p.keeper.receive()
    if got is None:
        return s, p, None, [], None
    items, seen = p.take_in()
    return s, p, got, items, seen


def over(s, p):
    p.close()
    s.close()


def uids(items):
    return [(i.uid, i.fetched) for i in items]


def say(*lines):
    def script(c, tag, _):
        for line in lines:
            c.send(line.replace("TAG", tag))
    return script


def test_good_server():
    s, p, _, items, seen = run(THREE)
    t.equal("a plain server", (uids(items), seen), ([(1, True), (2, True), (3, True)], (7, 4, 3, 0)))
    t.check("the date is read with its zone", items and items[0].internal_at == 1767258000, items)
    t.check("nothing but what is needed is asked for",
            not any(w in line for line in s.heard for w in ("BODYSTRUCTURE", "ENVELOPE", "STORE",
                                                            "RFC822 ")), s.heard)
    over(s, p)


def test_login():
    s, p, *_ = run(capabilities="AUTH=PLAIN")
    t.check("PLAIN where it is offered", "AHN1cHBvcnRAZXhhbXBsZS5jb20Ac2VjcmV0" in s.heard, s.heard)
    over(s, p)
    s, p, *_ = run()
    t.check("LOGIN where it is not",
            any("LOGIN \"support@example.com\" secret" in line for line in s.heard), s.heard)
    over(s, p)


TOKEN = {"token_file": "/nonexistent/token"}
BEARER = base64.b64encode(b"user=support@example.com\x01auth=Bearer secret\x01\x01").decode()


def test_token():
    s, p, _, items, _ = run(THREE, keys=TOKEN, capabilities="AUTH=PLAIN AUTH=XOAUTH2")
    t.equal("a token logs in", uids(items), [(1, True), (2, True), (3, True)])
    t.check("by XOAUTH2", any("AUTHENTICATE XOAUTH2" in line for line in s.heard) and BEARER in s.heard, s.heard)
    over(s, p)


def test_select():
    s = imap_fake.ImapFake(THREE)
    p = start(s, once=True, resume=(7, 3, True))
    t.equal("UIDNEXT missing", p.selected(), ("INBOX", 7, 0, 3))
    t.check("in mode observe the mailbox is only examined", any("EXAMINE" in h for h in s.heard), s.heard)
    over(s, p)


def row(uid, body, extra=""):
    return f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n{body.decode()}{extra})\r\n"


def body_fetch(script):
    """Replaces only the fetches of bodies."""
    def answer(c, tag, arguments):
        if "BODY" in arguments:
            script(c, tag, arguments)
        else:
            c.do_fetch(tag, arguments)
    return {"FETCH": answer}


def test_rows():
    def check(name, script, wanted, wanted_bodies=True):
        s, p, _, items, seen = run(THREE, script)
        t.check(name, uids(items) == wanted and seen is not None and
                (not wanted_bodies or [i.body for i in items if i.fetched] == [m[1] for m in THREE]),
                (items, seen))
        over(s, p)

    def around(c, tag, arguments):
        for uid, body in reversed(c.wanted(arguments.split()[0])):
            c.send(row(99, b"unasked") + "* 1 FETCH (FLAGS (\\Seen))\r\n* 2 EXPUNGE\r\n* 5 EXISTS\r\n")
            c.send(f"* 1 FETCH (FLAGS (\\Answered) UID {uid})\r\n")
            c.send(row(uid, body, " FLAGS (\\Seen)"))
            c.send(row(uid, b"a second answer for the same message"))
            c.send(row(0, b"UID 0")[:-1] + "\n")
        c.ok(tag)
    many = [(n, message(n)) for n in range(1, 20)]
    s, p, _, items, seen = run(many, body_fetch(around))
    t.check("rows in any order, unasked ones, doubles: each message once, in order",
            [(i.uid, i.body) for i in items] == many, (items[:3], seen))
    over(s, p)

    def only_together(c, tag, arguments):
        if arguments.startswith("2:3 "):
            c.row(3, message(3), arguments)
        c.ok(tag)
    check("what came out of its turn is not taken for what comes alone",
          body_fetch(lambda c, tag,
                     a: (c.do_fetch if a.startswith("1 ") else lambda *x: only_together(c, *x))(tag, a)),
          [(1, True), (2, False), (3, False)], False)


def test_sizes_that_lie():
    def small(c, tag, arguments):
        if "RFC822.SIZE" not in arguments:
            c.do_fetch(tag, arguments)
            return
        for uid, _ in c.wanted(arguments.split()[0]):
            c.row(uid, b"", arguments)
        c.ok(tag)
    messages = [(n, message(n, 60000)) for n in range(1, 301)]
    s, p, _, items, seen = run(messages, {"FETCH": small})
    t.check("sizes of nothing: all 18 MB come all the same, in batches of bounded size",
            [(i.uid, i.body) for i in items] == messages and seen is not None, (len(items), seen))
    over(s, p)


def test_idle():
    s, p, *_ = run(THREE, capabilities="IDLE", once=False)
    p.order(frames.LOOK)
    t.equal("an order interrupts IDLE", p.take_in()[1][3], 1)
    t.equal("stopped in IDLE", p.stop(), "orderly")
    t.check("IDLE is ended before another command", "DONE" in s.heard, s.heard)
    over(s, p)

    s, p, *_ = run(THREE, keys={"poll": "1s"}, once=False)
    s.messages.append((4, message(4)))
    t.equal("without IDLE it looks by itself", uids(p.take_in()[0]), [(4, True)])
    over(s, p)


def test_move_without_move():
    s, p, *_ = run(THREE, capabilities="UIDPLUS", scripts={"EXPUNGE": say("TAG OK done\r\n")})
    p.order(frames.MOVE, 7, 2, "Größe")
    t.equal("without MOVE: copied and removed", p.order_done(), (True, 0, ""))
    commands = [h.split(" ", 2)[2] for h in s.heard if " UID " in h and "FETCH" not in h]
    t.equal("in this order", commands, ["STORE 2 +FLAGS.SILENT (\\Seen)", "COPY 2 \"Gr&APYA3w-e\"",
                                        "STORE 2 +FLAGS.SILENT (\\Deleted)", "EXPUNGE 2"])
    over(s, p)
    s, p, *_ = run(THREE, {"COPY": say("TAG NO [OVERQUOTA] full\r\n")})
    p.order(frames.MOVE, 7, 2, "Sent")
    ok, _, text = p.order_done()
    t.check("a copy refused: the server's words", not ok and "[OVERQUOTA] full" in text, text)
    t.check("and the message looks as before", any("-FLAGS.SILENT (\\Seen)" in h for h in s.heard), s.heard)
    over(s, p)


def test_orders_refused():
    s, p, *_ = run(THREE, {"SEARCH": say("* SEARCH 1 2\r\n", "TAG NO [LIMIT] not so often\r\n")})
    p.order(frames.SEARCH, 7, text="m1@client.example")
    ok, uid, text = p.order_done()
    t.check("a search refused: the server's words", not ok and not uid and "[LIMIT] not so often" in text,
            text)
    t.equal("and the connection is good", p.stop(), "orderly")
    over(s, p)


def test_leaving():
    def gone(c, tag, _):
        c.send("+ idling\r\n")
        c.server.messages.pop(0)
        c.send("* 1 EXPUNGE\r\n")
        c.line()
        c.ok(tag)
    s, p, *_ = run(THREE, {"IDLE 1": gone}, once=False, capabilities="IDLE")
    items, seen = p.take_in()
    t.equal("what leaves while it waits wakes it", (items, seen[2], p.shrunk), ([], 2, True))
    t.equal("which it was", p.watch(7, 1, 2), ([1], []))
    over(s, p)

    def flags(c, tag, arguments):
        if not arguments.endswith("(UID FLAGS)"):
            c.do_fetch(tag, arguments)
            return
        c.send("* 9 FETCH (FLAGS (\\Answered) UID 77)\r\n* 2 FETCH (UID 3 FLAGS (\\Answered $x))\r\n"
               "* 2 FETCH (UID 3 FLAGS (\\Answered))\r\n* 4 EXISTS\r\n* 9 FETCH (FLAGS ())\r\n")
        c.ok(tag)
    s, p, *_ = run(THREE, {"FETCH": flags})
    t.equal("rows that come twice, and other rows", p.watch(7, 2, 3), ([2], [3]))
    t.equal("the connection is good", p.stop(), "orderly")
    over(s, p)

    thrown = {"LIST": say('* LIST (\\Junk) "/" Junk\r\n', '* LIST (\\Trash) "/" Trash\r\n', "TAG OK done\r\n"),
              "SEARCH": say("* SEARCH\r\n", "TAG OK done\r\n"), "EXAMINE 1": say("TAG NO not for you\r\n")}
    s, p, *_ = run(THREE, thrown)
    p.order(frames.SEARCH, 7, text="a@b")
    t.equal("Junk cannot be opened: looked for in Trash", (p.order_done(), p.found), ((True, 0, ""), frames.NOWHERE))
    t.equal("and back again", [line.split(" ", 1)[1] for line in s.heard if "SELECT" in line or "EXAMINE" in line],
            ["SELECT INBOX", "EXAMINE Junk", "EXAMINE Trash", "SELECT INBOX"])
    t.equal("the connection is good, too", p.stop(), "orderly")
    over(s, p)

    def renumbered(c, tag, arguments):
        c.server.uidvalidity = 8
        c.do_select(tag, arguments)
    s, p, *_ = run(THREE, {**thrown, "SELECT 2": renumbered})
    p.order(frames.SEARCH, 7, text="a@b")
    t.check("numbered anew meanwhile: it begins anew", p.why()[0] == "transient" and "UIDVALIDITY" in p.why()[2], p.why())
    over(s, p)

    s, p, *_ = run(THREE, {"STORE 1": say("TAG BAD what is that\r\n"), "STORE 2": say("* 4 EXISTS\r\n", "TAG OK done\r\n")})
    p.order(frames.MARK, 7, 1, style=frames.MARKS_LABELS, add=frames.OVERDUE)
    ok, _, text = p.order_done()
    t.check("a mark refused: the server's words", not ok and "what is that" in text, text)
    p.order(frames.MARK, 7, 1, style=frames.MARKS_KEYWORDS, add=frames.WAITING)
    t.check("and the connection is good", p.order_done()[0])
    over(s, p)


def test_offers():
    def offered(name, wanted, flags="", capabilities="", thrown=("", ""), more=None):
        s = imap_fake.ImapFake(capabilities=capabilities, scripts=more, flags=flags)
        p = start(s, once=True)
        p.selected()
        t.equal(name, (p.offers, p.junk, p.trash), (wanted, *thrown))
        over(s, p)
    plain = frames.FLAGS_TOLD | frames.FLAGGED | frames.ANSWERED
    offered("PERMANENTFLAGS that are not told: all flags, but no keywords", plain)
    offered("no flag stays", frames.FLAGS_TOLD, "* OK [PERMANENTFLAGS ()] none\r\n")
    offered("some stay", frames.FLAGS_TOLD | frames.ANSWERED, "* OK [PERMANENTFLAGS (\\Seen \\Answered $Other)] some\r\n")
    offered("keywords of our own, too", plain | frames.KEYWORDS,
            "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\*)] all\r\n")
    offered("labels, as Gmail has them", plain | frames.GMAIL_LABELS, capabilities="X-GM-EXT-1")
    offered("what has changed since", plain | frames.CONDSTORE | frames.QRESYNC, capabilities="QRESYNC")
    offered("spam by special use, deleted mail by name", plain, thrown=("Ablage/x", "Gelöschte Elemente"),
            more={"LIST": say('* LIST () "/" Spam\r\n', '* LIST (\\Junk) "/" Ablage/x\r\n',
                              '* LIST () "/" "Gel&APY-schte Elemente"\r\n', "TAG OK done\r\n")})
    offered("a server that lists nothing is watched all the same", plain, more={"LIST": say("TAG NO not now\r\n")})


def test_broken_list():
    """A LIST that ends the connection ends it each time: who knows of it reads the mail without."""
    broken = {"LIST": say('* LIST ((( "/" "x\r\n', "TAG nonsense\r\n")}
    s = imap_fake.ImapFake(THREE, broken)
    p = start(s, once=True)
    t.check("a LIST that nobody understands ends the connection", p.why()[0] == "transient", p.why())
    over(s, p)
    s = imap_fake.ImapFake(THREE, broken)
    p = start(s, once=True, resume=(0, 0, False, True))
    p.selected()
    items, _ = p.take_in()
    t.equal("told to do without, it hands over the mail", uids(items), [(1, True), (2, True), (3, True)])
    over(s, p)


def test_sent():
    def boxes(*rows):
        return {"LIST": say(*rows, "TAG OK done\r\n")}

    def found(name, wanted, *rows):
        s = imap_fake.ImapFake(scripts=boxes(*rows))
        p = start(s, once=True, sent=True)
        t.equal(name, p.selected()[0], wanted)
        over(s, p)
    found("by special use", "Ablage/x", '* LIST () "/" Sent\r\n',
          '* LIST (\\HasNoChildren \\Sent) "/" Ablage/x\r\n')
    found("by a name in another language", "INBOX.Gesendete Elemente",
          '* LIST (\\HasNoChildren) "." INBOX\r\n',
          '* LIST (\\HasNoChildren) "." "INBOX.Gesendete Elemente"\r\n')
    found("by a name in modified UTF-7", "送信済み", '* LIST () NIL &kAFP4W4IMH8-\r\n')

    def not_found(name, words, *rows):
        s = imap_fake.ImapFake(scripts=boxes(*rows))
        p = start(s, once=True, sent=True)
        why, _, text = p.why()
        t.check(name, why == "config" and words in text, (why, text))
        over(s, p)
    not_found("none: the choice is shown", "set sent_mailbox to one of: INBOX, Post",
              '* LIST () "/" INBOX\r\n', '* LIST () "/" Post\r\n')
    not_found("two: the choice is shown", "several mailboxes", '* LIST () "/" Sent\r\n',
              '* LIST () "/" a/Gesendet\r\n')
    not_found("one that cannot be opened does not count", "no mailbox for sent mail was found",
              '* LIST (\\Noselect) "/" Sent\r\n')


def test_since():
    came = 1767258000  # all three

    def looked(name, wanted, since=came, most=100, answer=("* SEARCH 2 3\r\n", "TAG OK done\r\n"), trouble=None):
        s = imap_fake.ImapFake(THREE, {"SEARCH": say(*answer)}, uidnext=4)
        p = start(s, once=True, since=since, most=most)
        p.selected()
        if trouble:
            t.check(f"{name}: that is told", trouble in (told := p.keeper.expect(frames.TROUBLE).text()), told)
        items, _ = p.take_in()
        t.equal(name, [i.uid for i in items], wanted)
        over(s, p)
    looked("a look begins where the time does", [2, 3])
    looked("what came earlier but was filed later is left out", [], since=came + 1)
    looked("only so many are looked at", [3], most=1, trouble="the newest 1 of 2 messages")
    looked("nothing that is new enough", [], answer=("* SEARCH\r\n", "TAG OK done\r\n"))
    looked("a server that does not search", [1, 2, 3], answer=("TAG NO not now\r\n",))


def test_keeper_and_supervisor():
    s, p, *_ = run(THREE)
    p.keeper.close()
    t.check("the keeper is gone: so are we", p.why()[0] == "orderly" and "keeper is gone" in p.why()[2],
            p.why())
    over(s, p)
    s, p, *_ = run(THREE)
    p.keeper.send(frames.BATCH_DONE, b"nonsense and more of it")
    t.check("nonsense from the keeper ends it", "no poller understands" in p.why()[2], p.why())
    over(s, p)


for test in [v for k, v in list(globals().items()) if k.startswith("test_")]:
    test()
sys.exit(t.done())
