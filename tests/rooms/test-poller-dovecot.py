#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The poller against a real Dovecot: what stands in a mailbox is handed over once, in order, whole."""
import imaplib
import os
import shutil
import socket
import sys
import tempfile
import time

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
for folder in ("tests/lib", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
import frames  # noqa: E402
import post  # noqa: E402
import poller_room  # noqa: E402
import servers as private  # noqa: E402
import tap  # noqa: E402

BINARY = os.path.join(BUILD, "hearback-poller")
USER = "support@example.com"
LIMIT = 64 * 1024
t = tap.Tap()


def message(n, size=0):
    head = (f"From: anna@client.example\r\nTo: {USER}\r\nSubject: {n}\r\n"
            f"Message-ID: <m{n}@client.example>\r\n\r\n")
    body = f"line {n} of some length that says nothing at all\r\n"
    return (head + body * max(1, size // len(body))).encode()


def start(s, secret=None, host="localhost", **more):
    options = {k: more.pop(k) for k in ("resume", "once", "mailbox", "sent") if k in more}
    text = poller_room.settings(host, more.pop("port", s.imaps), **{"ca_file": s.ca, **more})
    return poller_room.Poller(BINARY, text, secret or s.password.encode() + b"\n", **options)


def opened(s, **more):
    p = start(s, **more)
    t.check("ready behind the walls", p.log_in(), p.early)
    return p


def fill(s, mailbox, messages):
    with post.Mailbox(s, USER) as m:
        for data in messages:
            m.append(data, mailbox, flags="")


def test_takes_in(s):
    wanted = [message(n, size=n % 7 * 1000) for n in range(450)]
    fill(s, "INBOX", wanted)
    p = opened(s)
    name, uidvalidity, uidnext, exists = p.selected()
    t.equal("INBOX is open", (name, uidnext, exists), ("INBOX", 451, 450))
    t.equal("what it takes is told",
            p.offers, frames.FLAGS_TOLD | frames.KEYWORDS | frames.FLAGGED | frames.ANSWERED | frames.CONDSTORE |
            frames.QRESYNC | frames.OFFERS_IDLE)
    t.equal("and where spam and deleted mail lie", (p.junk, p.trash), ("Junk", "Trash"))
    items, seen = p.take_in()
    t.equal("every message in ascending order", [i.uid for i in items], list(range(1, 451)))
    t.check("with its bytes", [i.body for i in items] == wanted)
    t.check("whole, with size and a date of now",
            all(i.fetched and not i.partial and i.size == len(i.body) and
                                                      abs(i.internal_at - time.time()) < 3600 for i in items))
    t.equal("and the end is told", seen, (uidvalidity, 451, 450, 0))
    t.check("no flag is set by reading", not any(i.flags & 1 for i in items))
    # New mail while it waits.
    fill(s, "INBOX", [message(450)])
    items, seen = p.take_in()
    t.equal("new mail wakes it", ([i.uid for i in items], seen[1]), ([451], 452))
    look = p.order(frames.LOOK)
    items, seen = p.take_in()
    t.equal("an order to look is answered by a pass", (items, seen[3]), ([], look))
    t.equal("told to stop", p.stop(), "orderly")
    with post.Mailbox(s, USER) as m:
        m.imap.select("INBOX", readonly=True)
        t.equal("the server knows of no \\Seen", m.imap.uid("search", None, "SEEN")[1], [b""])
    return uidvalidity


def test_resumes(s, uidvalidity):
    p = opened(s, resume=(uidvalidity, 449, False))
    p.selected()
    items, seen = p.take_in()
    t.equal("goes on after the last UID", [i.uid for i in items], [450, 451])
    p.close()
    p = opened(s, resume=(uidvalidity, 451, True))
    p.selected()
    t.check("of a mailbox opened read-only nobody knows what flags it takes", not p.offers & frames.FLAGS_TOLD, p.offers)
    items, seen = p.take_in()
    t.equal("UID FETCH n:* does not bring the last one again", (items, seen[1]), ([], 452))
    p.close()
    p = opened(s, resume=(uidvalidity + 1, 451, False))
    p.selected()
    t.equal("another UIDVALIDITY is told", p.keeper.receive()[0], frames.TROUBLE)
    items, seen = p.take_in()
    t.equal("another UIDVALIDITY: from the first UID", len(items), 451)
    p.close()


def test_two_batches_ahead(s, uidvalidity):
    p = opened(s, resume=(uidvalidity, 400, False))
    p.selected()
    numbers = []
    for _ in range(2):
        numbers.append(p.batch(p.keeper.expect(frames.BATCH))[0])
    p.keeper.sock.settimeout(0.3)
    try:
        extra = p.keeper.receive()
    except TimeoutError:
        extra = None
    p.keeper.sock.settimeout(frames.SECONDS)
    t.equal("no third batch before the first is answered", (numbers, extra), ([1, 2], None))
    p.batch_done(1)
    t.equal("then it comes", p.batch(p.keeper.expect(frames.BATCH))[0], 3)
    t.equal("told to stop while it waits for the keeper", p.stop(), "orderly")
    p.close()


def test_large_and_odd(s):
    big, exact, empty = message("big", 3 * LIMIT), message("x", LIMIT)[:LIMIT], b"\r\n"
    exact = exact + b"x" * (LIMIT - len(exact))
    with post.Mailbox(s, USER) as m:
        m.imap.create("Odd")
        for data in (big, exact, empty, b"a\x01b\xff no header at all\r\n"):
            m.append(data, "Odd", flags="\\Seen \\Answered")
    p = opened(s, mailbox="Odd")
    p.selected()
    items, _ = p.take_in()
    t.equal("a large message is cut at fetch_limit", (items[0].body == big[:LIMIT], items[0].partial),
            (True, True))
    t.equal("one of exactly that size is whole", (len(items[1].body), items[1].partial), (LIMIT, False))
    t.equal("what is no message is handed over all the same", [i.body for i in items[2:]],
            [empty, b"a\x01b\xff no header at all\r\n"])
    t.equal("flags", [i.flags for i in items], [3] * 4)
    p.close()


def test_gap(s):
    with post.Mailbox(s, USER) as m:
        m.imap.create("Gap")
        for n in range(3):
            m.append(message(n), "Gap", flags="")
    folder = s.maildir(USER, "Gap")
    path = os.path.join(folder, "dovecot-uidlist")
    with open(path, encoding="ascii") as f:
        lines = f.read().splitlines()
    lines[0] = " ".join("N3000000" if w.startswith("N") else w for w in lines[0].split())
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    for name in os.listdir(folder):
        if name.startswith("dovecot.index"):
            os.unlink(os.path.join(folder, name))
    fill(s, "Gap", [message(3), message(4)])
    p = opened(s, mailbox="Gap")
    p.selected()
    items, seen = p.take_in()
    t.equal("a gap of millions of UIDs is jumped", [i.uid for i in items], [1, 2, 3, 3000000, 3000001])
    t.equal("and seen to its end", seen[1], 3000002)
    p.close()


def test_expunged_meanwhile(s):
    with post.Mailbox(s, USER) as m:
        m.imap.create("Busy")
        for n in range(10):
            m.append(message(n), "Busy", flags="")
        p = opened(s, mailbox="Busy")
        p.selected()
        p.batch(p.keeper.expect(frames.BATCH))
        p.batch(p.keeper.expect(frames.BATCH))
        # The poller now waits for an answer; the messages after the third are listed but not fetched.
        m.imap.select("Busy")
        m.imap.uid("store", "6:8", "+FLAGS", "(\\Deleted)")
        m.imap.expunge()
    p.batch_done(1)
    p.batch_done(2)
    items, seen = p.take_in()
    uids = [i.uid for i in items if i.fetched]
    t.check("what vanished meanwhile stops nothing", uids[-2:] == [9, 10] and uids == sorted(uids), items)
    t.equal("and the end is told", seen[1], 11)
    p.close()


def test_orders(s, uidvalidity):
    p = opened(s, resume=(uidvalidity, 451, False))
    p.selected()
    p.take_in()
    p.order(frames.SEARCH, uidvalidity, text="m7@client.example")
    t.equal("a message is found by its id", p.order_done(), (True, 8, ""))
    p.order(frames.SEARCH, uidvalidity, text="nobody@client.example")
    t.equal("or is not there", p.order_done(), (True, 0, ""))
    p.order(frames.SEARCH, uidvalidity, text="x\"\r\nA1 LOGOUT")
    t.check("an id that would be a command is refused", not p.order_done()[0])
    p.order(frames.MOVE, uidvalidity, 8, "Sent")
    ok, moved, text = p.order_done()
    t.check("a message is moved", ok and moved, text)
    p.order(frames.MOVE, uidvalidity + 1, 9, "Sent")
    t.check("not under another UIDVALIDITY", not p.order_done()[0])
    p.order(frames.MOVE, uidvalidity, 9, "No such mailbox")
    ok, uid, text = p.order_done()
    t.check("nor to a mailbox that is not there: the server's words",
            not ok and "Mailbox doesn't exist" in text, text)
    p.order(frames.REFETCH, uidvalidity, 10)
    number, items = p.batch(p.keeper.expect(frames.BATCH))
    p.batch_done(number)
    t.equal("one message is fetched again", ([i.uid for i in items], p.order_done()[0]), ([10], True))
    p.order(frames.REFETCH, uidvalidity, 8)
    t.check("unless it is gone", not p.order_done()[0])
    p.close()
    with post.Mailbox(s, USER) as m:
        m.imap.select("Sent", readonly=True)
        t.equal("the moved one lies in Sent, seen", m.imap.uid("search", None, "SEEN")[1],
                [str(moved).encode()])
        m.imap.select("INBOX", readonly=True)
        t.equal("the one that could not move looks as before", m.imap.uid("search", None, "SEEN")[1], [b""])
    p = opened(s, resume=(uidvalidity, 451, True))
    p.selected()
    p.take_in()
    p.order(frames.MOVE, uidvalidity, 9, "Sent")
    ok, _, text = p.order_done()
    t.check("nothing is moved in mode observe", not ok and "read-only" in text, text)
    p.close()


def test_leaving(s):
    fill(s, "INBOX", [])
    with post.Mailbox(s, USER) as m:
        m.imap.create("Leaving")
        m.imap.create("Elsewhere")
        for n in range(8):
            m.append(message(n), "Leaving", flags="")
        p = opened(s, mailbox="Leaving", poll="60s")
        uidvalidity = p.selected()[1]
        p.take_in()
        t.check("the first pass does not know whether anything has left", p.shrunk)
        p.order(frames.LOOK)
        p.take_in()
        t.check("the next one does: nothing", not p.shrunk)
        t.equal("all that are asked for are there", p.watch(uidvalidity, 1, 2, 3, 5, 8), ([], []))
        m.append(message(8), "Leaving", flags="")
        p.take_in()
        t.check("what comes is not taken for what leaves", not p.shrunk)
        m.imap.select("Leaving")
        m.imap.uid("store", "2", "+FLAGS", "(\\Answered)")
        m.imap.uid("move", "1", "Junk")
        p.take_in()
        t.check("what leaves wakes it", p.shrunk)
        m.imap.uid("move", "3", "Trash")
        p.take_in()
        m.imap.uid("move", "4", "Elsewhere")
        p.take_in()
        t.equal("which, and which are answered", p.watch(uidvalidity, 1, 2, 3, 5), ([1, 3], [2]))
        t.equal("under another UIDVALIDITY nothing is said", p.watch(uidvalidity + 1, 1, 2), ([], []))
        now = int(time.time())
        for n, at in ((0, now), (2, 0), (3, now), (4, now), (7, now - 5 * 86400)):
            p.order(frames.SEARCH, uidvalidity, text=f"m{n}@client.example", at=at)
        found = [(p.order_done()[0], p.found)[::-1] for _ in range(5)]
        t.equal("and where to: Junk, Trash, elsewhere; not at all; here, but of another day", found,
                [(f, True) for f in (frames.IN_JUNK, frames.IN_TRASH, frames.NOWHERE, frames.HERE, frames.NOWHERE)])
        p.order(frames.MARK, uidvalidity, 5, style=frames.MARKS_KEYWORDS, add=frames.OVERDUE | frames.CLAIMED)
        p.order(frames.MARK, uidvalidity, 5, style=frames.MARKS_KEYWORDS, add=frames.WAITING, remove=frames.OVERDUE)
        p.order(frames.MARK, uidvalidity, 6, style=frames.MARKS_FLAG, add=frames.OVERDUE)
        p.order(frames.MARK, uidvalidity, 99, style=frames.MARKS_FLAG, add=frames.OVERDUE)
        t.check("messages are marked", all(p.order_done()[0] for _ in range(4)))
        p.order(frames.MARK, uidvalidity, 6, style=frames.MARKS_LABELS, add=frames.OVERDUE)
        ok, _, text = p.order_done()
        t.check("what the server does not know it refuses", not ok and "UID STORE" in text, text)
        m.imap.noop()
        flags = m.imap.uid("fetch", "5:6", "(FLAGS)")[1]
        t.check("another program sees the marks", b"$Hearback/waiting" in flags[0] and b"$Hearback/claimed-agent" in flags[0] and
                b"overdue" not in flags[0] and b"\\Flagged" in flags[1], flags)
        m.imap.uid("move", "5", "Leaving")
        items, _ = p.take_in()
        t.equal("what is moved in is new", [i.uid for i in items], [10])
        t.equal("after all that it is told to stop", p.stop(), "orderly")
        p.close()
        p = opened(s, mailbox="Leaving", resume=(uidvalidity, 10, True))
        p.selected()
        p.take_in()
        p.order(frames.SEARCH, uidvalidity, text="m0@client.example", at=now)
        t.equal("a mailbox opened read-only is searched for, too", (p.order_done()[0], p.found), (True, frames.IN_JUNK))
        p.order(frames.MARK, uidvalidity, 6, style=frames.MARKS_FLAG, remove=frames.OVERDUE)
        t.check("but nothing is marked", "read-only" in p.order_done()[2])
        p.close()


def test_sent_and_once(s):
    p = opened(s, sent=True, once=True)
    t.equal("Sent is found by its special use", p.selected()[0], "Sent")
    items, _ = p.take_in()
    t.equal("and read", len(items), 1)
    look = p.order(frames.LOOK)
    t.equal("in --once it serves orders until it is told to stop", p.take_in()[1][3], look)
    t.equal("then it ends", p.stop(), "orderly")
    with post.Mailbox(s, USER) as m:
        m.imap.create("Entw&APw-rfe")
    p = opened(s, mailbox="Entwürfe")
    t.equal("names are UTF-8 for people", p.selected()[0], "Entwürfe")
    p.close()


def ends(name, s, why, *words, **more):
    p = start(s, **more)
    if p.log_in():
        p.take_in()
    got, _, text = p.why()
    t.check(f"{name}: ends as {why}", got == why, f"{got}: {text}")
    t.check(f"{name}: says so in one line", all(w in text for w in words) and "\n" not in text, text)
    p.close()


def restart_with(s, certificate):
    """The same server with another certificate."""
    s.stop()
    for kind, path in zip(("pem", "key"), certificate):
        shutil.copy(path, os.path.join(s.folder, "tls", "server." + kind))
    s._configure()
    s._start_dovecot()


def test_endings(s):
    where = f"support: localhost:{s.imaps}: "
    ends("wrong password", s, "refused", where, "the server refused the password of support@example.com",
         "[AUTHENTICATIONFAILED]", "check user and password_file", secret=b"wrong\n")
    ends("empty password", s, "config", "password_file is empty", secret=b"\n")
    if resolver_answers():
        ends("unknown host", s, "config", "no-such-host.invalid:993: there is no such host",
             host="no-such-host.invalid", port=993)
    ends("nobody listens", s, "transient", "connection refused", port=private.free_ports(1)[0])
    ends("unknown authority", s, "refused", where, "not trusted here", "ca_file", ca_file="")
    ends("missing ca_file", s, "config", "/nowhere.pem", ca_file="/nowhere.pem")
    ends("missing mailbox", s, "config", where, "mailbox Nirgends", "Mailbox doesn't exist",
         mailbox="Nirgends")
    ends("name that is no name", s, "config", "cannot be written", mailbox="a\r\nA1 LOGOUT")
    ends("no TLS there", s, "config", "does not speak TLS", port=s.smtp)
    other = private.Authority(os.path.join(s.folder, "tls"))
    restart_with(s, other.issue("other", "mail.other.example"))
    ends("wrong certificate name", s, "refused", where, "not for localhost but for mail.other.example",
         "tls_name")
    ends("tls_name names what it carries", s, "config", "mailbox Nirgends", mailbox="Nirgends",
         tls_name="mail.other.example")
    restart_with(s, other.issue("old", expired=True))
    ends("expired certificate", s, "refused", where, "expired at 2020-02-01")


def resolver_answers():
    """Where no name service answers at all, nobody can say that a host does not exist."""
    try:
        socket.getaddrinfo("no-such-host.invalid", 1)
    except socket.gaierror as e:
        return e.errno == socket.EAI_NONAME
    return True


def main():
    problem = private.missing()
    if problem:
        tap.skip_all(problem)
    folder = tempfile.mkdtemp(prefix="hbp.", dir="/tmp")
    os.chmod(folder, 0o755)
    imaplib._MAXLINE = 10 ** 7
    s = private.Servers(folder)
    try:
        s.start([USER])
        uidvalidity = test_takes_in(s)
        test_resumes(s, uidvalidity)
        test_two_batches_ahead(s, uidvalidity)
        test_large_and_odd(s)
        test_gap(s)
        test_expunged_meanwhile(s)
        test_orders(s, uidvalidity)
        test_leaving(s)
        test_sent_and_once(s)
        test_endings(s)
    finally:
        s.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(t.done())


main()
