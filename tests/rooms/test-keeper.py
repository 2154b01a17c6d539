#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The keeper among rooms and people that lie, die and repeat themselves: what it takes in, what it joins,
what it lets out, and that nothing of it stops it."""
import contextlib
import os
import random
import sys
import threading
import time
import traceback

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
for folder in ("tests/lib", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
# pylint: disable=wrong-import-position
import frames  # noqa: E402
import keeper_room as room  # noqa: E402
import tap  # noqa: E402
from keeper_room import (ACCEPTED, AGENT, INBOX, LATER, SENT, SUPPORT, Client, Poller, Reader, Sender,  # noqa: E402
                         letter, proven)

BINARY = os.path.join(BUILD, "hearback-keeper")
SHORT = os.path.join(BUILD, "tests/rooms/hearback-keeper")  # with little patience
ANNA, BEN, EVE = "anna@client.example", "ben@client.example", "eve@elsewhere.example"
HOUR = 3600
KEPT = {}
t = tap.Tap()


@contextlib.contextmanager
def running(mode=None, binary=BINARY, **more):
    keeper = room.Keeper(binary, **more)
    try:
        if mode:
            keeper.mode(mode)
        yield keeper
    finally:
        KEPT["log"] = keeper.log()
        keeper.close()


def states(keeper):
    return {c["requester"]: c["state"] for c in keeper.conversations()}


def joins(keeper):
    """[(conversation, linked, [(author, rule)])] of all conversations, by number."""
    return [(c["conversation"], c.get("linked", ""), [(e["author"], e["join"]) for e in keeper.events(c["conversation"])])
            for c in keeper.conversations()]


# -- mail comes in ------------------------------------------------------------------------------------


def duplicates():
    with running() as k:
        inbox, sent = k.mailboxes()
        mail = letter(ANNA, "One")
        inbox.take({1: mail, 2: mail})
        inbox.take({3: b"Received: by another way\r\n" + mail})
        t.equal("three arrivals of one message: one conversation", len(k.conversations()), 1)
        t.equal("... with one message", k.conversations()[0]["messages"], 1)
        inbox.take({4: letter(ANNA, "One", text="Other words")})
        rows = k.conversations()
        t.equal("the same Message-ID with other words: a conversation of its own", len(rows), 2)
        t.check("... flagged, and its clock runs", rows[1]["due"] and k.events("C-2")[0]["collision"] == 1, rows[1])
        inbox.take({2: mail, 3: mail, 5: letter(BEN, "Two")})
        t.equal("UIDs that come again are not taken again", len(k.conversations()), 3)
        inbox.close()
        again = Poller(k, INBOX)
        t.equal("the cursor stands at the last one", again.resume, (7, 5, True, False))
        k.client.ask("status")


def uidvalidity():
    """Everything is matched again, and nobody is written to."""
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        mail = {n: letter(f"p{n}@client.example", f"Question {n}") for n in range(1, 6)}
        mail[6] = letter("none@client.example", "no id").replace(b"Message-ID", b"X-Id")
        inbox.take(mail)
        unread = {7: b"nobody can read this\r\n"}
        inbox.batch(unread)
        number, _, items = k.reader.asked()
        k.reader.answer(number, [(items[0][0], b"no facts")])
        inbox.done()
        for _ in mail:
            sent_answers(sent)
        got = sorted(sender.deliver()[1] for _ in mail)
        t.equal("each is acknowledged", got, sorted([f"p{n}@client.example" for n in range(1, 6)] + ["none@client.example"]))
        inbox.close()
        inbox = Poller(k, INBOX, uidvalidity=8)
        t.equal("the cursor of the old numbering is told", inbox.resume[0], 7)
        inbox.take(mail)
        t.equal("a new UIDVALIDITY: no further conversation", len(k.conversations()), 7)
        inbox.batch(unread)
        number, _, items = k.reader.asked()
        k.reader.answer(number, [(items[0][0], b"no facts")])
        inbox.done()
        t.equal("... nor for what cannot be read", len(k.conversations()), 7)
        sent.seen_all()
        t.check("... and no further mail", sender.quiet())
        t.equal("... nothing is held or uncertain", k.held(), [])


def sent_answers(sent):
    """Answers orders to look until there are none at the moment."""
    while sent.looks or not sent.quiet(0.2):
        if sent.looks:
            sent.seen_all(sent.looks.pop(0)[0])
        else:
            sent.hear()


def poller_comes_back():
    """Its old batches are still with the reader when the same UIDs come again."""
    with running() as k:
        inbox, _ = k.mailboxes()
        inbox.batch({1: letter(ANNA, "One"), 2: letter(BEN, "Two")})
        number, _, items = k.reader.asked()
        inbox.close()
        again = Poller(k, INBOX)
        t.equal("the cursor has not moved", again.resume[:2], (7 if again.resume[0] else 0, 0))
        again.batch({1: letter(ANNA, "One"), 2: letter(BEN, "Two"), 3: letter(EVE, "Three")})
        k.reader.answer(number, [(o, room.facts(raw)) for o, raw in items])
        k.reader.serve()
        t.equal("its own batch is answered, by its own number", again.done(), 1)
        t.equal("three messages, three conversations", len(k.conversations()), 3)
        t.check("no other number is told", again.quiet())


def lists_lost():
    """Connections end between login and the mailbox, once for each that the supervisor tells of."""
    with running() as k:
        told = []
        for _ in range(4):
            p = Poller(k, INBOX, greet=False)
            p.greeted()
            told.append(p.resume[3])
            k.supervisor.send(frames.TYPES["WALLS"], bytes([room.POLLER]) + frames.blob("support") + b"\0" + frames.u32(p.start) +
                              frames.blob(""))
            k.ask("status")
            p.close()
        t.equal("after two the next does without the list of mailboxes", told, [False, False, True, True])


def no_body():
    with running() as k:
        inbox, _ = k.mailboxes()
        inbox.take({1: None, 2: letter(ANNA, "Two")})
        rows = k.conversations()
        t.equal("what the server does not hand out has a conversation and a clock",
                [(r["state"], bool(r["due"])) for r in rows], [("open", True)] * 2)
        inbox.close()
        inbox = Poller(k, INBOX)
        inbox.hear()
        t.equal("the next connection is asked for it", [o[1:4] for o in inbox.orders], [(frames.REFETCH, 7, 1)])
        inbox.take({1: letter(BEN, "One")})
        rows = k.conversations()
        t.equal("when it can be had, it is read", [r["requester"] for r in rows], [BEN, ANNA])
        t.equal("... and is one message", [r["messages"] for r in rows], [1, 1])
        t.equal("... of one person", [(e["event"], e["author"]) for e in k.events("C-1")], [("request", BEN)])
        inbox.take({9: None})
        asked = []
        for _ in range(5):
            inbox.close()
            inbox = Poller(k, INBOX)
            k.conversations()
            while not inbox.quiet(0.1):
                inbox.hear()
            asked.append([o[1:4] for o in inbox.orders])
        t.equal("what never comes is asked for three times", asked, [[(frames.REFETCH, 7, 9)]] * 3 + [[]] * 2)


# -- where it belongs ---------------------------------------------------------------------------------


def kin():
    with running() as k:
        inbox, sent = k.mailboxes()
        root = letter(ANNA, "Root", message_id="root@c")
        inbox.take({1: root})
        inbox.take({2: letter(ANNA, "Re: Root", message_id="a2@c", names=["root@c"])})
        t.equal("who is known inside joins by a reference", joins(k)[0][2][1:], [(ANNA, "reference")])
        inbox.take({3: letter(EVE, "Re: Root", message_id="e1@e", names=["root@c"])})
        t.equal("a stranger does not: linked", joins(k)[1], ("C-2", "C-1", [(EVE, "opened")]))
        inbox.take({4: letter(EVE, "Re: Root again", message_id="e2@e", names=["root@c"])})
        t.equal("the stranger's next one joins the stranger's own", len(k.conversations()), 2)
        inbox.take({5: proven(letter("carl@client.example", "Re: Root", message_id="c1@c", names=["root@c"]))})
        t.check("a proven stranger joins", ("carl@client.example", "reference") in joins(k)[0][2], joins(k))
        forged = proven(letter(ANNA, "Re: Root forged", message_id="f@e", names=["root@c"])).replace(b"dmarc=pass", b"dmarc=fail")
        inbox.take({6: forged})
        t.equal("a known name whose authentication failed is a stranger", joins(k)[2:], [("C-3", "C-1", [(ANNA, "opened")])])


def shared_root():
    """A newsletter that nobody here has seen, and two people who answer it."""
    with running() as k:
        inbox, _ = k.mailboxes()
        inbox.take({1: letter(ANNA, "Re: News", message_id="a1@c", names=["news@n"]),
                    2: letter(BEN, "Re: News", message_id="b1@c", names=["news@n"]),
                    3: letter(BEN, "Re: News 2", message_id="b2@c", names=["news@n"]),
                    4: letter(ANNA, "Re: News 2", message_id="a2@c", names=["news@n"])})
        t.equal("each is with himself, nobody with the other",
                [[a for a, _ in c[2]] for c in joins(k)], [[ANNA, ANNA], [BEN, BEN]])


def late_parent():
    with running() as k:
        inbox, _ = k.mailboxes()
        now = int(time.time())
        inbox.take({1: letter(ANNA, "Re: Root", message_id="a2@c", names=["root@c"])}, {1: now - 60})
        inbox.take({2: letter(ANNA, "Root", message_id="root@c")}, {2: now - 120})
        inbox.take({3: letter(EVE, "Other root", message_id="x@c")}, {3: now - 110})
        t.equal("a late parent of a known person joins", joins(k)[0][2], [(ANNA, "late-parent"), (ANNA, "opened")])
        inbox.take({4: letter(ANNA, "Re: Other", message_id="a3@c", names=["other@c"]),
                    5: letter(EVE, "Other", message_id="other@c")})
        t.equal("one of a stranger does not", joins(k)[-1][:2], ("C-4", "C-3"))


def ids_crowded():
    """Somebody fills the list of those who wait for a message before it comes."""
    with running() as k:
        inbox, _ = k.mailboxes()
        mail = {n: letter(f"e{n}@elsewhere.example", f"Fill {n}", message_id=f"e{n}@e", names=["late@c"]) for n in range(1, 41)}
        inbox.take(mail)
        inbox.take({50: letter(ANNA, "Late", message_id="late@c")})
        inbox.take({51: letter(ANNA, "Re: Late", message_id="re@c", names=["late@c"])})
        last = k.conversations()[-1]
        t.equal("the message itself is found all the same", (last["requester"], last["messages"]), (ANNA, 2))


def agent_orders():
    """The agent's answer is seen in Sent and, as a copy, in INBOX: in whatever order, the same comes out."""
    now = int(time.time())
    question = letter(ANNA, "Q", message_id="q@c")
    answer = letter(AGENT, "Re: Q", to=f"{ANNA}, {SUPPORT}", message_id="a@e", names=["q@c"])
    outcomes = {}
    for name, order in {"Sent first": "qsi", "INBOX first": "qis", "Sent before the question": "sqi",
                        "all in INBOX, then Sent": "iqs"}.items():
        with running() as k:
            inbox, sent = k.mailboxes()
            for uid, what in enumerate(order, 1):
                if what == "q":
                    inbox.take({uid: question}, {uid: now - 100})
                else:
                    (sent if what == "s" else inbox).take({uid: answer}, {uid: now - 50})
            outcomes[name] = sorted((c["requester"], c["state"], c["messages"], bool(c["due"]))
                                    for c in k.conversations() if c["messages"])
    for name, outcome in outcomes.items():
        t.equal(f"an answer, {name}: one conversation that waits", outcome, [(ANNA, "waiting", 2, True)])


def clocks():
    with running() as k:
        inbox, sent = k.mailboxes()
        now = int(time.time())
        inbox.take({1: letter(ANNA, "Q", message_id="q@c")}, {1: now - 100})
        inbox.take({2: letter(EVE, "Machine", Auto_Submitted="auto-generated"),
                    3: letter(AGENT, "I am an agent", message_id="claim@e"), 4: b"", 5: b"no header\r\n"}, {})
        for c in k.conversations():
            t.check(f"{c['state']}: a clock runs, or nobody is waited for", bool(c["due"]) == (c["state"] in ("open", "waiting")), c)
        for act, state in (("answered", "waiting"), ("resolve", "resolved"), ("dismiss", "dismissed")):
            k.ask("act", conversation="C-1", act=act)
            c = k.conversations()[0]
            t.equal(f"{act}: the state", c["state"], state)
            t.check(f"{act}: clock", bool(c["due"]) == (state == "waiting"), c)
        inbox.take({6: letter(ANNA, "Re: Q", message_id="q2@c", names=["q@c"])}, {6: now + 5})
        c = k.conversations()[0]
        t.equal("a further request reopens, with a clock", (c["state"], bool(c["due"])), ("open", True))
        due = [(r["conversation"], r["due"]) for r in k.ask("list")]
        t.equal("the index of what is due agrees with the records", sorted(due),
                sorted((c["conversation"], c["due"]) for c in k.conversations() if c["due"] and c["clock"] != "silence"))


# -- what goes out --------------------------------------------------------------------------------------


def one_acknowledgement():
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        now = int(time.time())
        inbox.take({1: letter(ANNA, "Q", to=f"{SUPPORT}, {BEN}", message_id="q@c", names=["x@c"])},
                   {1: now - 100})
        sent_answers(sent)
        t.equal("the first is acknowledged", sender.deliver()[1], ANNA)
        # Late arrivals that show two openings where one was seen.
        sent.take({1: letter(SUPPORT, "Re: old", to=ANNA, message_id="a0@e", names=["x@c"])}, {1: now - 200})
        inbox.take({2: letter(ANNA, "Q0", message_id="q0@c", names=["q@c"])}, {2: now - 300})
        inbox.take({3: letter(BEN, "Re: Q", message_id="b@c", names=["q@c"])}, {3: now - 50})
        sent_answers(sent)
        t.check("the opening that was acknowledged is not acknowledged to another", sender.quiet(), joins(k))
        sent.take({2: letter(SUPPORT, "Re: Q", to=ANNA, message_id="a1@e", names=["q@c"])}, {2: now - 40})
        inbox.take({4: letter(BEN, "Re: Q again", message_id="b2@c", names=["q@c"])}, {4: now - 30})
        sent_answers(sent)
        t.equal("a new opening is", sender.deliver()[1], BEN)
        t.equal("told to stop, it ends in order", k.stop(), 0)


def sent_before():
    """An agent who answers at once is never preceded by a robot."""
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        now = int(time.time())
        inbox.take({1: letter(ANNA, "Q", message_id="q@c")}, {1: now - 10})
        t.check("nothing leaves before Sent was read", sender.quiet())
        while not sent.looks:
            sent.hear()
        sent.batch({1: letter(SUPPORT, "Re: Q", to=ANNA, message_id="a@e", names=["q@c"])}, {1: now})
        while sent.looks:
            sent_answers(sent)
        t.check("nor while what was found there is still being read", sender.quiet())
        k.reader.serve()
        sent.done()
        sent_answers(sent)
        t.check("the agent was first: nothing leaves", sender.quiet())
        t.equal("the conversation waits", states(k), {ANNA: "waiting"})


def from_the_future():
    """A server's clock and ours disagree: nothing goes out unseen, and the clock begins now."""
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        now = int(time.time())
        inbox.take({1: letter(ANNA, "Q 1"), 2: letter(BEN, "Q 2"), 3: letter(EVE, "Q 3")}, {1: now + 2 * HOUR, 2: 0, 3: now + 5})
        sent_answers(sent)
        t.equal("one from the future is held", [(r["recipient"], r["rule"]) for r in k.held() if r["purpose"] == "acknowledgement"],
                [(ANNA, "age")])
        t.check("all clocks begin now", all(abs(c["opened"] - now) < 60 for c in k.conversations()), k.conversations())


def uncertain():
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({1: letter(ANNA, "Q", message_id="q@c")})
        sent_answers(sent)
        entry, attempt, _, data = sender.handed()
        sender.ask_dot(entry, attempt)
        sender.granted()
        sender.close()
        sender = Sender(k)
        sent_answers(sent)
        t.check("lost after the dot: no machine sends it again", sender.quiet())
        t.equal("... it is listed as uncertain", [(r["recipient"], r["state"]) for r in k.held()], [(ANNA, "uncertain")])
        t.check("... and no release of it", k.client.ask("release", entry=entry)[1] != 0)
        own = data.decode().split("Message-ID: <")[1].split(">")[0]
        inbox.take({2: letter(ANNA, "Re: Auto", message_id="r@c", names=["q@c", own])})
        t.equal("a reply that names it proves that it arrived", k.held(), [])


def witness():
    with running("send", subaddress="+") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({1: letter(ANNA, "Q", message_id="q@c")})
        sent_answers(sent)
        _, _, data = sender.deliver()
        inbox.take({2: data})
        t.equal("the witness is filed in Sent", inbox.ordered()[1:], (frames.MOVE, 7, 2, "Sent"))
        identity = [line for line in data.decode().splitlines() if line.startswith("X-Hearback-Id")][0].split()[1]
        inbox.take({3: letter(EVE, "Please help", X_Hearback_Id=identity)})
        t.equal("a person's mail with a copied identity is a person's mail", states(k), {ANNA: "open", EVE: "open"})
        t.equal("... and stays where it is", inbox.orders, [])


def sender_dies_unseen():
    """The next sender comes before the end of the last one was noticed."""
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({1: letter(ANNA, "Q", message_id="q@c")})
        sent_answers(sent)
        sender.handed()
        k.halt()
        sender.close()
        sender = Sender(k)
        k.go_on()
        sent_answers(sent)
        t.equal("what the last one had in hand goes out by the next", sender.deliver()[1], ANNA)


def reader_dies_unseen():
    with running() as k:
        inbox, _ = k.mailboxes()
        inbox.batch({1: letter(ANNA, "One")})
        k.reader.asked()
        inbox.batch({2: letter(BEN, "Two")})
        k.reader.asked()
        k.halt()
        k.reader.close()
        k.reader = Reader(k)
        k.go_on()
        k.reader.serve()
        k.reader.serve()
        inbox.done()
        inbox.done()
        t.equal("the next reader gets what the last one had", sorted(states(k)), [ANNA, BEN])


def poller_dies_unseen():
    with running() as k:
        inbox, _ = k.mailboxes()
        inbox.batch({1: letter(ANNA, "One")})
        number, _, items = k.reader.asked()
        k.halt()
        inbox.close()
        again = Poller(k, INBOX, greet=False)
        k.go_on()
        again.greeted()
        again.select()
        k.reader.answer(number, [(o, room.facts(raw)) for o, raw in items])
        t.check("a batch of the last poller is not told to the next", again.quiet())


def poison_alone():
    """A reader that dies: only what it had in hand first is guilty."""
    with running() as k:
        inbox, sent = k.mailboxes()
        inbox.batch({1: letter(EVE, "Poison")})
        inbox.batch({2: letter(ANNA, "Innocent")})
        asked = []
        for _ in range(4):
            (_, header_only, items), (other, whole, more) = k.reader.asked(), k.reader.asked()
            if b"Poison" not in items[0][1]:
                (header_only, items), (whole, more) = (whole, more), (header_only, items)
            asked.append((b"Poison" in items[0][1], header_only, b"Innocent" in more[0][1], not whole))
            if header_only:
                break
            k.reader.close()
            k.reader = Reader(k)
        t.equal("twice whole, then from its header; the other one always whole",
                asked, [(True, False, True, True), (True, False, True, True), (True, True, True, True)])
        k.reader.close()
        k.reader = Reader(k)
        k.reader.serve()
        inbox.done()
        inbox.done()
        t.equal("in the end it is in quarantine", [(c["requester"], c["state"]) for c in k.conversations()],
                [("", "open"), (ANNA, "open")])


def lying_reader():
    with running("send", form="www@example.com", group="team@lists.example") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        form = dict(Reply_To=f"Bob <bob@client.example>, {EVE}")
        proven = "mx.example.com; dkim=pass header.d=%s"
        honest = letter("www@example.com", "Form", Reply_To=f"Anna <{ANNA}>", Authentication_Results=proven % "example.com")
        lies = {
            "another author": (letter(EVE, "L1"), letter(ANNA, "L1")),
            "a part of the form's author": (letter("www@example.com", "L2", Reply_To="bob@client.example"),
                                            letter("www@example.com", "L2", Reply_To="ob@client.example")),
            "a form that is none": (letter(EVE, "L3", Reply_To=ANNA), None),
            "an author behind the group": (letter("team@lists.example", "L4", List_Id="<team.lists.example>", X_Original_From=EVE),
                                           letter("team@lists.example", "L4", List_Id="<team.lists.example>", X_Original_From=ANNA)),
        }
        for uid, (name, (raw, said)) in enumerate(lies.items(), 1):
            inbox.batch({uid: raw})
            number, _, items = k.reader.asked()
            if said is None:
                # From as it stands, but read as the form's address.
                encoded = room.facts(raw).replace(room.addresses([EVE]), room.addresses(["www@example.com"]), 1)
            else:
                encoded = room.facts(said)
            k.reader.answer(number, [(items[0][0], encoded)])
            inbox.done()
            sent_answers(sent)
            t.check(f"{name}: nothing leaves", sender.quiet(0.1))
            t.equal(f"{name}: the audit says so", k.ask("audit-list")[-1]["event"], "set-aside")
            t.check(f"{name}: a clock runs", k.conversations()[-1]["due"])
        inbox.take({50: honest})
        sent_answers(sent)
        t.equal("the form's honest author is acknowledged", sender.deliver()[1], ANNA)
        inbox.take({51: letter("team@lists.example", "Group", List_Id="<team.lists.example>", X_Original_From=f"Ben <{BEN}>",
                               Authentication_Results=proven % "lists.example")})
        sent_answers(sent)
        t.equal("so is the group's", sender.deliver()[1], BEN)


def refused_facts():
    """Answers that do not fit the question end the reader's connection; the mail is read by the next."""
    with running() as k:
        inbox, _ = k.mailboxes()
        good = [(0, room.facts(letter(ANNA, "One"))), (1, room.facts(letter(BEN, "Two")))]
        lies = {
            "another number": lambda r, n: r.answer(n + 1, good),
            "another order": lambda r, n: r.answer(n, good[::-1]),
            "one twice": lambda r, n: r.answer(n, [good[0], good[0]]),
            "too few": lambda r, n: r.answer(n, good[:1]),
            "too many": lambda r, n: r.answer(n, good + [(2, b"")]),
            "huge counts": lambda r, n: r.say(room.FACTS, room.u64(n) + b"\xff" * 4, b"x"),
            "beyond the end": lambda r, n: r.say(room.FACTS, room.u64(n) + frames.u32(2) + (frames.u32(0) + frames.u32(0)
                                                 + frames.u32(99)) * 2, b"x"),
            "memory it can still change": lambda r, n: r.say(room.FACTS, room.u64(n) + frames.u32(0), b"x", sealed=False),
            "no memory": lambda r, n: r.send(room.FACTS, room.u64(n) + frames.u32(0)),
            "another frame": lambda r, n: r.say(frames.SELECTED, b"", b"x"),
        }
        fds = []
        for round, (name, lie) in enumerate(lies.items(), 1):
            inbox.batch({2 * round: letter(f"a{round}@client.example", f"A {round}"),
                         2 * round + 1: letter(f"b{round}@client.example", f"B {round}")})
            number, *_ = k.reader.asked()
            lie(k.reader, number)
            t.check(f"{name}: the connection ends", k.reader.closed())
            k.reader.close()
            k.reader = Reader(k)
            k.reader.serve()
            k.reader.serve()
            inbox.done()
            t.equal(f"{name}: the next one reads it", len(k.conversations()), 2 * round)
            fds.append(k.fds())
        t.equal("no descriptor stays behind", fds[-1], fds[0])


def reconnects():
    """Two hundred of each: nothing stays behind."""
    with running("hold") as k:
        fds = []
        for n in range(1, 202):
            inbox, sent, sender, client = Poller(k, INBOX), Poller(k, SENT), Sender(k), Client(k)
            k.reader.close()
            k.reader = Reader(k)
            if n % 2:
                inbox.batch({n: letter(ANNA, f"Q {n}")})
                k.reader.asked()
            client.request("status")
            for peer in (inbox, sent, sender, client):
                peer.close()
            if n in (101, 201):
                inbox = Poller(k, INBOX)
                k.client.ask("status")
                time.sleep(0.2)
                fds.append(k.fds())
                inbox.close()
        # One batch more or less may be on its way.
        t.check("no more descriptors after 200 reconnects than after 100", fds[1] < fds[0] + 10, fds)
        with open(f"/proc/{k.pid}/status", encoding="ascii") as f:
            rss = [int(line.split()[1]) for line in f if line.startswith("VmRSS")][0]
        t.check("memory stays small", rss < 100 * 1024, f"{rss} kB")


def fuzz():
    """Random frames from everybody; the keeper outlives them all and leaves nothing open."""
    seed = int(os.environ.get("HEARBACK_SEED", "0")) or random.randrange(1 << 31)
    print(f"# HEARBACK_SEED={seed}")
    r = random.Random(seed)
    types = sorted(set(frames.TYPES.values()))
    with running("send") as k:
        makers = {"inbox": lambda: Poller(k, INBOX), "sent": lambda: Poller(k, SENT), "sender": lambda: Sender(k),
                  "client": lambda: Client(k), "reader": lambda: Reader(k)}
        fds = []
        for n in range(600):
            name = r.choice(list(makers))
            if name == "reader":
                k.reader.close()
            peer = makers[name]()
            if name == "reader":
                k.reader = peer
            for _ in range(r.randrange(1, 6)):
                payload = r.choice((b"", r.randbytes(r.randrange(40)), frames.u32(r.randrange(5)) * r.randrange(12),
                                    b"\xff" * r.randrange(64), room.u64(1) + frames.u32(r.choice((0, 1, 200, 1 << 31))) + r.randbytes(68)))
                try:
                    peer.say(r.choice(types), payload, r.randbytes(r.randrange(100)), r.random() < 0.8, r.randrange(3))
                except (BrokenPipeError, ConnectionResetError):
                    break
            peer.close()
            if n in (300, 599):
                t.check(f"after {n} connections it lives", k.alive(), k.log()[-2000:])
                Client(k).ask("status")
                time.sleep(0.2)
                fds.append(k.fds())
        t.equal("no descriptor stays behind", fds[1], fds[0])
        t.equal("the audit is whole", k.client.ask("audit-verify")[1], 0)


def hostile_facts():
    """Facts of a reader that was taken over: well-formed or not, every message has a conversation or a place in one."""
    seed = int(os.environ.get("HEARBACK_SEED", "0")) or random.randrange(1 << 31)
    print(f"# HEARBACK_SEED={seed}")
    r = random.Random(seed)
    with running("send", form="www@example.com", group="team@lists.example") as k:
        inbox, _ = k.mailboxes()
        uid = 0
        for _ in range(40):
            mail = {uid + n: letter(f"p{uid + n}@client.example", f"Q {uid + n}", names=["root@c"], Reply_To=ANNA, Cc=BEN)
                    for n in range(1, 21)}
            uid += 20
            inbox.batch(mail)
            number, _, items = k.reader.asked()
            answers = []
            for ordinal, raw in items:
                encoded = bytearray(room.facts(raw, r.choice((room.WHOLE, room.WHOLE, room.HEADER_ONLY, room.NONE)), r.randrange(1024)))
                for _ in range(r.choice((0, 1, 1, 2, 8))):
                    encoded[r.randrange(len(encoded))] = r.choice((0, 1, 0x40, 0x61, 0xff, r.randrange(256)))
                answers.append((ordinal, bytes(encoded[:r.choice((len(encoded), len(encoded), r.randrange(len(encoded))))])))
            k.reader.answer(number, answers)
            inbox.done()
        status = k.ask("status")
        t.equal("the cursor stands at the end", [r["cursor"] for r in status if r.get("mailbox") == "inbox"], [uid])
        rows = k.conversations()
        t.equal("every message is somewhere", sum(c["messages"] for c in rows), status[0]["messages"])
        t.equal("each open or waiting conversation has a clock",
                [c for c in rows if (c["state"] in ("open", "waiting")) != bool(c["due"])], [])
        t.equal("the audit is whole", k.client.ask("audit-verify")[1], 0)
        for c in rows[:50]:
            k.ask("show", conversation=c["conversation"])


def shown_text():
    with running() as k:
        inbox, _ = k.mailboxes()
        said = "It burns.\n\nOn Mon, 2 Apr 2012, Eve wrote:\n> Does it?\n\n-- \nAnna\n"
        inbox.take({1: letter(ANNA, "Fire", text=said)})
        told = next(r for r in k.events("C-1") if r.get("message"))
        t.equal("show tells what is new", told["new_text"], "It burns.")
        t.check("and that there is more", told["trimmed"] > 0 and "text" not in told, told)
        told = next(r for r in k.ask("show", conversation="C-1", full="yes") if r.get("message"))
        t.equal("nothing is lost by it", told["text"].strip(), said.strip())


def clients():
    with running() as k:
        inbox, _ = k.mailboxes()
        long = "\U0001f600 word " * 40000
        inbox.take({1: letter(ANNA, "S" * 5000, text=long.encode("ascii", "replace").decode(), message_id="q@c")})
        inbox.take({n: letter(ANNA, f"Re: {n}", message_id=f"m{n}@c", names=["q@c"]) for n in range(2, 190)})
        slow = [Client(k) for _ in range(30)]
        for c in slow:
            c.request("show", conversation="C-1")
        t.equal("one that reads is answered beside thirty that do not", k.client.ask("status")[1], 0)
        t.equal("all of it", len([r for r in slow[0].answer()[0] if r["about"] == "event"]), 189)
        more = [Client(k) for _ in range(5)]
        t.check("one client too many is sent away, not heard", any(c.closed() for c in more[-1:]))
        for c in slow + more:
            c.close()
        k.ask("status")
        t.equal("afterwards there is room", Client(k).ask("status")[1], 0)
        busy = Client(k)
        busy.request("show", conversation="C-1")
        busy.request("status")
        t.equal("two requests: answered one after the other", (busy.answer()[1], busy.answer()[1]), (0, 0))
        for verb, args in (("nonsense", {}), ("show", {"conversation": "C-99999999999999999999"}), ("show", {}), ("list", {"due": "-1"}),
                           ("release", {"entry": "x"}), ("drop", {}), ("mode", {"account": "nobody", "mode": "send"}),
                           ("mode", {"account": "support", "mode": "fast"}), ("act", {"act": "resolve", "conversation": "1;2"}),
                           ("audit-verify", {"head": "v=1"}), ("audit-list", {"last": "x"}), ("why", {"what": "x" * 5000})):
            rows, status, line = Client(k).ask(verb, **args)
            t.check(f"{verb} {str(args)[:40]}: refused in one line", status and line and not rows and "\n" not in line, (rows, status, line))


def verify_while_busy():
    """The heads move on while a long check is under way."""
    with running("hold") as k:
        inbox, _ = k.mailboxes()
        for batch in range(12):
            uids = range(batch * 190 + 1, batch * 190 + 191)
            inbox.take({n: letter(f"m{n}@client.example", f"M {n}", Auto_Submitted="auto-generated") for n in uids})
        other = Client(k)
        modes = threading.Thread(target=lambda: [other.ask("mode", account="support", mode="hold") for _ in range(300)])
        modes.start()
        answers = set()
        while modes.is_alive():
            rows, status, line = k.client.ask("audit-verify")
            answers.add((status, line))
        modes.join()
        t.equal("the audit is whole, whatever is added meanwhile", answers, {(0, "")})
        t.check("more than one slice", rows[0]["records"] > 2000, rows)


def why_of_many():
    """Each decision is made once more; a person with many costs no more memory than one with few."""
    with running("hold") as k:
        inbox, _ = k.mailboxes()
        text = "".join(f"{n * n} " for n in range(4000))
        for batch in range(5):
            uids = range(batch * 150 + 1, batch * 150 + 151)
            inbox.take({n: letter(ANNA, f"M {n}", text=text + str(n), names=["m1@c"], message_id=f"m{n}@c",
                                  **({"Auto_Submitted": "auto-generated"} if n > 1 else {})) for n in uids})
        def peak():
            with open(f"/proc/{k.pid}/status", encoding="ascii") as f:
                return [int(line.split()[1]) for line in f if line.startswith("VmHWM")][0]
        before = peak()
        rows = k.ask("why", what=ANNA)
        t.equal("each decision is told", len([r for r in rows if r["about"] == "decision"]), 750)
        t.check("each replay agrees", all(r["replay"].startswith("same") for r in rows if r["about"] == "decision"))
        t.check("memory", tap.sanitized(BINARY) or peak() - before < 20 * 1024, f"{peak() - before} kB more")


def silence():
    """A room that hangs is ended by the supervisor; what it had in hand goes to the next."""
    with running("send", binary=SHORT) as k:
        inbox, sent = k.mailboxes()
        inbox.batch({1: letter(ANNA, "One")})
        k.reader.asked()
        asked = {k.stale() for _ in range(2)}
        t.equal("a reader and an idle mailbox that say nothing are ended; one that waits for us is not",
                asked, {(room.READER, k.reader.start), (room.POLLER, sent.start)})
        k.reader = Reader(k)
        sent = Poller(k, SENT)
        k.reader.serve()
        inbox.done()
        sent.seen_all()
        sender = Sender(k)
        sent_answers(sent)
        sender.handed()
        asked = set()
        while (room.SENDER, sender.start) not in asked:
            asked.add(k.stale())
        t.check("a sender that does not send is ended", sender.closed())
        sender = Sender(k)
        sent = Poller(k, SENT)
        sent_answers(sent)
        t.equal("the next one sends it", sender.deliver()[1], ANNA)
        sender.send(frames.READY)
        while (room.SENDER, sender.start) not in asked:
            asked.add(k.stale())
        t.check("one that talks nonsense is ended, too", sender.closed())


def connection_down():
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({n: letter(f"p{n}@client.example", f"Q {n}") for n in range(1, 31)})
        sent_answers(sent)
        sender.sock.settimeout(30)
        for _ in range(2):
            for _ in range(8):
                entry, attempt, *_ = sender.handed()
                sender.result(entry, attempt, LATER, no_connection=True, step="connect", reply="mail.example.com:465: no")
            t.check("no connection: nothing more is tried at once", sender.quiet(1))
        troubles = [r["sender_trouble"] for r in k.ask("status") if "sender_trouble" in r]
        t.equal("no connection: status says why", troubles, ["mail.example.com:465: no"])
        t.equal("when there is one, all go out", len({sender.deliver()[1] for _ in range(30)}), 30)
        t.equal("and nothing is told any more", [r["sender_trouble"] for r in k.ask("status") if "sender_trouble" in r], [""])


def lying_sender():
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({1: letter(ANNA, "Q 1"), 2: letter(BEN, "Q 2"), 3: letter(EVE, "Q 3")})
        sent_answers(sent)
        entry, attempt, *_ = sender.handed()
        sender.result(entry, attempt, ACCEPTED)
        other, *_ = sender.handed()
        sender.ask_dot(other, 9)
        sender.ask_dot(999, 1)
        sender.result(999, 1, ACCEPTED)
        sender.result(other, 9, ACCEPTED)
        sender.handed()
        t.check("no dot is granted for what was not handed out", sender.quiet() and not sender.grants)
        t.equal("what is accepted before it may have been written is uncertain",
                [(r["recipient"], r["state"]) for r in k.held()], [(ANNA, "uncertain")])
        sender.send(200, b"?")
        t.equal("nonsense ends the connection", (sender.closed(), k.alive()), (True, True))
        sender = Sender(k)
        sent_answers(sent)
        t.equal("what it had in hand goes to the next", sorted(sender.deliver()[1] for _ in range(2)), sorted([BEN, EVE]))


def many_attempts():
    """Of an entry that was tried often, the decision and the end are still told."""
    with running("send") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({1: letter(ANNA, "Q")})
        sent_answers(sent)
        for _ in range(15):
            sender.handed()
            sender.close()
            sender = Sender(k)
            sent_answers(sent)
        sender.deliver()
        rows = k.ask("why", what=ANNA)
        t.equal("the first and the last record of many", (rows[0]["about"], [r["event"] for r in rows if r["about"] == "event"][-1]),
                ("decision", "sent"))


def dropped_counts_not():
    """An acknowledgement that was dropped does not stand in the way of the next."""
    with running("hold") as k:
        inbox, _ = k.mailboxes()
        inbox.take({1: letter(ANNA, "One", message_id="1@c")})
        t.equal("held", len(k.held()), 1)
        inbox.take({2: letter(ANNA, "Two", message_id="2@c")})
        t.equal("one a day and address: the next is not even held", len(k.held()), 1)
        k.ask("drop", entry=str(k.held()[0]["entry"]))
        inbox.take({3: letter(ANNA, "Three", message_id="3@c")})
        t.equal("dropped, it counts no longer", len(k.held()), 1)


def a_slow_clock():
    """An answer filed under the date of an agent's clock that is behind stops the clock all the same."""
    with running() as k:
        inbox, sent = k.mailboxes()
        now = int(time.time())
        inbox.take({1: letter(ANNA, "Q", message_id="q@c")}, {1: now - 10})
        sent.take({1: letter(SUPPORT, "Re: Q", to=ANNA, message_id="a@e", names=["q@c"])}, {1: now - 600})
        t.equal("dated before the question, it answers it", states(k), {ANNA: "waiting"})
        inbox.take({2: letter(ANNA, "Re: Q", message_id="r@c", names=["q@c", "a@e"])}, {2: now})
        t.equal("... and the next question opens again", states(k), {ANNA: "open"})


def lead_is_told():
    """One mail, however much is due and however little can be said of it."""
    with running("send", first_response="1h", warn_percent=1, ack_age="1s") as k:
        inbox, sent = k.mailboxes()
        now = int(time.time())
        long = "& " * 90
        mail, at = {n: letter(f"{'p' * 60}{n}@{'d' * 60}.example", f"{n} {long}", message_id=f"m{n}@c") for n in range(2, 131)}, {}
        mail[1] = b""
        for n in mail:
            at[n] = now - 60 if n > 60 else now - 7 * HOUR
        inbox.take(mail, at)
        sender = Sender(k)
        sent_answers(sent)
        _, recipient, data = sender.deliver()
        t.equal("the lead is told", recipient, room.LEAD)
        t.equal("nothing is held", k.held(), [])
        t.check("... with a line for what could not be read", b"C-1\r\n    from (nobody could be named)" in data)
        more = int(data.decode().split("And ")[1].split(" more")[0])
        t.equal("... and how much more there is", data.count(b"BREACHED") + data.count(b"Due in") + more, 130)
        t.check("... of both kinds", b"BREACHED" in data and b"Due in" in data)


def main():
    tests = [v for n, v in globals().items() if callable(v) and getattr(v, "__module__", "") == "__main__"
             and n not in ("running", "states", "joins", "main", "sent_answers")]
    wanted = sys.argv[1:]
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        try:
            test()
        except Exception:  # pylint: disable=broad-exception-caught
            t.check(f"{test.__name__} ends", False, traceback.format_exc() + KEPT.get("log", "")[-3000:])
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
