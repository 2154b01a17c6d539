#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The poller against servers that lie, stop in the middle, or ask to be left alone."""
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
Gone = imap_fake.Gone
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


def fails(name, words, why="transient", retry=0, **more):
    s, p, _, items, seen = run(**more)
    got = p.why()
    t.check(f"{name}: {words}", seen is None and got[:2] == (why, retry) and words in got[2] and
            f"127.0.0.1:{s.port}: " in got[2], (got, seen))
    over(s, p)
    return items


def say(*lines, then=None):
    def script(c, tag, arguments):
        for line in lines:
            c.send(line.replace("TAG", tag))
        if then:
            then(c, tag, arguments)
    return script


def close(*_):
    raise Gone


def hang(c, *_):
    c.hang()


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
    s, p, *_ = run(capabilities="LOGINDISABLED")
    t.check("LOGINDISABLED", p.why()[0] == "config" and "LOGINDISABLED" in p.why()[2], p.why())
    t.check("and no password was sent", not any("secret" in line for line in s.heard), s.heard)
    over(s, p)
    fails("PREAUTH", "PREAUTH", "config", scripts={"greeting": say("* PREAUTH welcome\r\n")})
    fails("refused",
          'the server refused the password of support@example.com: "[AUTHENTICATIONFAILED] no"; check user',
          "refused", scripts={"LOGIN": say("TAG NO [AUTHENTICATIONFAILED] no\r\n")})
    fails("refused by PLAIN", "the server refused the password", "refused", capabilities="AUTH=PLAIN",
          scripts={"AUTHENTICATE": lambda c, tag,
                   _: (c.send("+ \r\n"), c.line(), c.send(f"{tag} NO go\r\n"))})
    fails("a second question", "AUTHENTICATE", capabilities="AUTH=PLAIN",
          scripts={"AUTHENTICATE": say("+ \r\n", "+ \r\n", then=hang)})
    fails("not now", "does not let support@example.com in now",
          scripts={"LOGIN": say("TAG NO [UNAVAILABLE] later\r\n")})
    fails("throttled", "[THROTTLED]", retry=60, scripts={"LOGIN": say("TAG NO [THROTTLED] slow down\r\n")})
    fails("backoff asked for", "goodbye", retry=300, scripts={
        "NOOP": say("* BYE Suggested Backoff Time: 299999 milliseconds\r\n", then=close)})
    fails("BYE as greeting", 'goodbye: "too many of you"',
          scripts={"greeting": say("* BYE too many of you\r\n")})
    fails("not IMAP", "greeting", scripts={"greeting": say("SSH-2.0-OpenSSH_9.2\r\n", then=close)})
    fails("words with a trap", "[ALERT] \\x1b", "refused",
          scripts={"LOGIN": say("TAG NO [ALERT] \x1b]0;boo\x07\r\n")})


def test_starttls():
    """Whoever sits in between: there is no session, and no password on the wire."""
    bye = say("TAG BAD unknown command\r\n")
    for name, words, scripts in (
            ("STARTTLS taken away", "no TLS: the server answered STARTTLS with", {"STARTTLS": bye}),
            ("STARTTLS refused", "no TLS: the server answered STARTTLS with", {"STARTTLS": say("TAG NO not now\r\n")}),
            ("PREAUTH ahead of TLS", "(PREAUTH): refused", {"greeting": say("* PREAUTH welcome\r\n")}),
            ("bytes behind OK", "bytes ahead of TLS",
             {"STARTTLS": say("TAG OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nh2 OK done\r\n")}),
            ("no TLS comes", "does not speak TLS", {"STARTTLS": say("TAG OK go\r\n", then=lambda c, *_: (
                c.line(), c.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nh2 OK done\r\n"), c.hang()))})):
        s = imap_fake.ImapFake(THREE, scripts)
        p = start(s, {"tls": "starttls"}, once=True)
        got = p.why()
        t.check(f"{name}: {words}", got[0] == "config" and words in got[2], got)
        t.check(f"{name}: nobody tried to log in",
                not any(w in line for line in s.heard for w in ("LOGIN", "AUTHENTICATE")), s.heard)
        over(s, p)


TOKEN = {"token_file": "/nonexistent/token"}
BEARER = base64.b64encode(b"user=support@example.com\x01auth=Bearer secret\x01\x01").decode()


def refuse_token(c, tag, _):
    c.send("+ \r\n")
    c.line()
    # What is wrong, as JSON; the client has to acknowledge it.
    c.send("+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
    c.line()
    c.send(f"{tag} NO AUTHENTICATE failed.\r\n")


def test_token():
    s, p, _, items, _ = run(THREE, keys=TOKEN, capabilities="AUTH=PLAIN AUTH=XOAUTH2")
    t.equal("a token logs in", uids(items), [(1, True), (2, True), (3, True)])
    t.check("by XOAUTH2", any("AUTHENTICATE XOAUTH2" in line for line in s.heard) and BEARER in s.heard, s.heard)
    over(s, p)
    fails("a refused token", "refused the token of support@example.com", why="refused", keys=TOKEN,
          capabilities="AUTH=XOAUTH2", scripts={"AUTHENTICATE": refuse_token})
    fails("a server without tokens", "it offers no AUTH=XOAUTH2", why="config", keys=TOKEN, capabilities="AUTH=PLAIN")
    expires = say("+ idling\r\n", "* BYE Session invalidated - AccessTokenExpired\r\n", then=close)
    s, p, _, _, _ = run(THREE, keys=TOKEN, capabilities="AUTH=XOAUTH2 IDLE", once=False, scripts={"IDLE": expires})
    t.equal("a token that expires in IDLE", p.why()[0], "expired")
    over(s, p)


def test_select():
    def uidvalidity(line):
        return {"SELECT": say("* 0 EXISTS\r\n", line, "TAG OK done\r\n")}
    for value in ("0", "99999999999"):
        fails(f"UIDVALIDITY {value}", "UIDVALIDITY", "config",
              scripts=uidvalidity(f"* OK [UIDVALIDITY {value}] ok\r\n"))
    fails("UIDVALIDITY missing", "no valid UIDVALIDITY", "config",
          scripts={"SELECT": say("* 0 EXISTS\r\nTAG OK done\r\n")})
    fails("UIDNOTSTICKY", "UIDNOTSTICKY", "config",
          scripts=uidvalidity("* OK [UIDVALIDITY 7] ok\r\n* NO [UIDNOTSTICKY] not sticky\r\n"))
    fails("no such mailbox", 'mailbox INBOX cannot be opened: "no such"', "config",
          scripts={"SELECT": say("TAG NO no such\r\n")})
    s = imap_fake.ImapFake(THREE, uidnext=3)
    p = start(s, once=True, resume=(7, 3, False))
    p.selected()
    t.equal("UIDNEXT behind the cursor is told", p.keeper.receive()[0], frames.TROUBLE)
    over(s, p)
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


def once_for(uid, script):
    """Replaces the fetch of bodies that begins with this UID, each time."""
    def answer(c, tag, arguments):
        if arguments.startswith(f"{uid} ") or arguments.startswith(f"{uid}:"):
            script(c, tag, arguments)
        else:
            c.do_fetch(tag, arguments)
    return body_fetch(answer)


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

    def quoted(c, tag, arguments):
        for uid, body in c.wanted(arguments.split()[0]):
            c.send(f'* 1 FETCH (BODY[]<0> "quoted {uid}" UID {uid})\r\n')
        c.ok(tag)
    s, p, _, items, _ = run(THREE, body_fetch(quoted))
    t.equal("a body as a quoted string, the UID after it", [i.body for i in items],
            [b"quoted 1", b"quoted 2", b"quoted 3"])
    over(s, p)

    def nil(c, tag, arguments):
        c.send("* 1 FETCH (UID 2 BODY[]<0> NIL)\r\n")
        c.ok(tag)
    check("NIL for a body: unfetched", once_for(2, nil), [(1, True), (2, False), (3, True)], False)
    check("no row at all: unfetched", once_for(2, lambda c, tag, a: c.ok(tag)),
          [(1, True), (2, False), (3, True)], False)
    refused = fails("NO to one message", "corrupt", messages=THREE,
                    scripts=once_for(2, say("TAG NO corrupt\r\n")))
    t.equal("on record, and the next connection goes on behind it", uids(refused), [(1, True), (2, False)])
    later = fails("NO to all for now", "hands out nothing now", messages=THREE,
                  scripts=body_fetch(say("TAG NO [UNAVAILABLE] later\r\n")))
    t.equal("nothing is put on record", uids(later), [])

    def only_together(c, tag, arguments):
        if arguments.startswith("2:3 "):
            c.row(3, message(3), arguments)
        c.ok(tag)
    check("what came out of its turn is not taken for what comes alone",
          body_fetch(lambda c, tag,
                     a: (c.do_fetch if a.startswith("1 ") else lambda *x: only_together(c, *x))(tag, a)),
          [(1, True), (2, False), (3, False)], False)
    part = say("* 1 FETCH (UID 2 BODY[HEADER] {4}\r\nabcd)\r\n", "TAG OK done\r\n")
    check("another part than asked for: unfetched", once_for(2, part), [(1, True), (2, False), (3, True)],
          False)
    two = say("* 1 FETCH (UID 2 BODY[]<0> {1}\r\na BODY[]<0> {1}\r\nb)\r\n", "TAG OK done\r\n")
    check("two bodies in one row: unfetched", once_for(2, two), [(1, True), (2, False), (3, True)], False)
    s, p, _, items, _ = run([(1, message(1, 200000)), (2, message(2))],
                            body_fetch(lambda c, tag, a: c.do_fetch(tag, re_limit(a))))
    t.equal("a server that ignores the limit: cut here", [(len(i.body), i.partial) for i in items],
            [(65536, True), (len(message(2)), False)])
    over(s, p)


def re_limit(arguments):
    return arguments.replace("<0.65537>", "<0.9999999>")


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


def test_breaks():
    half = say("* 1 FETCH (UID 2 BODY[]<0> {100}\r\nonly a part", then=close)
    items = fails("closed inside a literal", "the server closed the connection", messages=THREE,
                  scripts=once_for(2, half))
    t.equal("what was whole before it is handed over", uids(items), [(1, True)])
    alone = fails("closed over one message asked for alone", "closed the connection", messages=THREE,
                  scripts=once_for(1, say("* 1 FETCH (UID 1 BODY[]<0> {100}\r\nonly a part", then=close)))
    t.equal("it goes on record, or every connection would break over it", uids(alone), [(1, False)])
    away = fails("a goodbye in its place", "goodbye", messages=THREE,
                 scripts=once_for(1, say("* BYE restarting\r\n", then=close)))
    t.equal("is not the message's fault", uids(away), [])
    fails("closed after the literal's head", "closed the connection", messages=THREE,
          scripts=once_for(1, say("* 1 FETCH (UID 1 BODY[]<0> {4294967295}\r\n", then=close)))
    fails("a negative literal", "UID FETCH", messages=THREE,
          scripts=once_for(1, say("* 1 FETCH (UID 1 BODY[]<0> {-5}\r\nabcde)\r\n", then=close)))
    flood = say(then=lambda c, *_: [c.send("* OK " + "x" * 60000 + "\r\n") for _ in range(4000)])
    fails("an endless answer", "more than this answer may have", scripts={"NOOP": flood})
    line = say(then=lambda c, *_: [c.send("x" * 60000) for _ in range(4000)])
    fails("a line without an end", "more than this answer may have", scripts={"NOOP": line})
    fails("more rows than UIDs", "lists more messages", messages=THREE, scripts={"FETCH 2": say(
        *["* 1 FETCH (UID 2)\r\n"] * 3000, "TAG OK done\r\n")})
    fails("garbage", "cannot be understood",
          scripts={"NOOP": say("* !!! ???\r\n", "TAG OK done\r\n", then=close)})
    fails("BAD", "does not take the command", scripts={"NOOP": say("TAG BAD what\r\n")})
    fails("another tag", "NOOP", scripts={"NOOP": say("zz OK done\r\n")})
    fails("a flag as a capability", "CAPABILITY",
          scripts={"CAPABILITY": say("* CAPABILITY {5}\r\n", then=close)})


def test_idle():
    def news_first(c, tag, _):
        c.server.messages.append((4, message(4)))
        c.send("* 4 EXISTS\r\n+ idling\r\n")
        c.line()
        c.ok(tag)

    def wait_for_news(c, tag, _):
        c.send("+ idling\r\n* OK still here\r\n* 2 FETCH (FLAGS (\\Seen))\r\n")
        c.server.messages.append((5, message(5)))
        c.send("* 5 EXISTS\r\n")
        c.line()
        c.ok(tag)
    s, p, _, items, seen = run(THREE, {"IDLE 1": news_first, "IDLE 2": wait_for_news}, capabilities="IDLE",
                               once=False)
    t.equal("the first pass", (uids(items)[-1], seen[1]), ((3, True), 4))
    t.equal("mail told before the server says +", uids(p.take_in()[0]), [(4, True)])
    t.equal("mail told while idle", uids(p.take_in()[0]), [(5, True)])
    p.order(frames.LOOK)
    t.equal("an order interrupts IDLE", p.take_in()[1][3], 1)
    t.equal("stopped in IDLE", p.stop(), "orderly")
    t.check("IDLE is ended before another command", "DONE" in s.heard, s.heard)
    over(s, p)

    s, p, *_ = run(THREE, {"IDLE": say("TAG NO not today\r\n")}, capabilities="IDLE", once=False)
    p.order(frames.LOOK)
    t.equal("IDLE refused: watched without it", p.take_in()[1][3], 1)
    over(s, p)
    s, p, *_ = run(THREE, {"IDLE": say("+ idling\r\n* BYE shutting down\r\n", then=close)},
                   capabilities="IDLE",
                   once=False)
    t.check("BYE in IDLE", 'goodbye: "shutting down"' in p.why()[2], p.why())
    over(s, p)
    s, p, *_ = run(THREE, {"IDLE": close}, capabilities="IDLE", once=False)
    t.check("closed in IDLE", "IDLE: the server closed" in p.why()[2], p.why())
    over(s, p)
    s, p, *_ = run(THREE, keys={"poll": "10s"}, once=False)
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
    fails("a list of messages refused", "not now", messages=THREE,
          scripts={"FETCH 2": say("TAG NO not now\r\n")})


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
