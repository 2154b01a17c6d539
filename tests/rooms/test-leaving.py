#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The keeper and messages that leave, marks, and the same mail in two accounts."""
import contextlib
import os
import sys
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
from keeper_room import AGENT, INBOX, SENT, SUPPORT, Poller, Sender, letter  # noqa: E402

BINARY = os.path.join(BUILD, "hearback-keeper")
ANNA, BEN, SALES = "anna@client.example", "ben@client.example", "sales@example.com"
HOUR = 3600
KEPT = {}
t = tap.Tap()


@contextlib.contextmanager
def running(mode="hold", **more):
    keeper = room.Keeper(BINARY, **more)
    try:
        keeper.mode(mode)
        yield keeper
    finally:
        KEPT["log"] = keeper.log()
        keeper.close()


def states(k):
    return {c["conversation"]: c["state"] for c in k.conversations()}


def state(k, number="C-1"):
    return states(k)[number]


def shows(k, event, number="C-1"):
    return event in [e["event"] for e in k.events(number)]


def leaves(inbox, found, *uids, searched=None):
    """Something has left: the poller is asked, and where it went to."""
    inbox.seen_all(shrunk=True)
    inbox.asked()
    inbox.tell(gone=uids)
    for _ in range(len(uids) if searched is None else searched):
        number, kind, *_ = inbox.ordered()
        assert kind == frames.SEARCH, kind
        inbox.order_done(number, found=found)


def settles(k, wanted, number="C-1"):
    """Answers to orders come when they come."""
    until = time.monotonic() + 10
    while time.monotonic() < until and state(k, number) != wanted:
        time.sleep(0.02)
    return state(k, number)


# -- leaving --------------------------------------------------------------------------------------------


def junk():
    with running() as k:
        inbox, sent = k.mailboxes()
        inbox.take({1: letter(ANNA, "One", message_id="one@c"), 2: letter(BEN, "Two", message_id="two@c")})
        t.equal("acknowledgements are held", len(k.held()), 2)
        inbox.seen_all(shrunk=True)
        t.equal("what awaits an answer is watched", inbox.asked(), [1, 2])
        inbox.tell(gone=[1])
        number, kind, uidvalidity, uid, text = inbox.ordered()
        t.equal("what is gone is looked for by its id", (kind, uidvalidity, uid, text), (frames.SEARCH, 7, 1, "one@c"))
        t.check("... and by its date", abs(inbox.at - time.time()) < HOUR, inbox.at)
        t.equal("until it is found nothing has changed", state(k), "open")
        inbox.order_done(number, found=frames.IN_JUNK)
        t.equal("moved to Junk: dismissed", settles(k, "dismissed"), "dismissed")
        t.check("... and the story says why", shows(k, "moved-to-junk"), k.events("C-1"))
        t.equal("... its acknowledgement is dropped, the other one waits", [h["conversation"] for h in k.held()], ["C-2"])
        dropped = [r for r in k.ask("audit-list") if r.get("event") == "dropped"]
        t.equal("... with the reason", [r["detail"] for r in dropped], ["its request was moved to Junk"])
        t.check("... and that it left is on record", [r["detail"] for r in k.ask("audit-list") if r["event"] == "left"],
                ["moved-to-junk"])
        t.equal("nobody is asked for it any more", (inbox.seen_all(shrunk=True), inbox.asked())[1], [2])
        inbox.tell()
        sent.take({1: letter(AGENT, "Re: Two", to=BEN, message_id="a@x", names=["two@c"])})
        inbox.seen_all(shrunk=True)
        k.ask("status")
        t.equal("what is answered may be filed", (state(k, "C-2"), inbox.watched), ("waiting", []))


def filed():
    for means, wanted, event in (("done", "dismissed", "filed-elsewhere"), ("open", "open", "filed-still-open")):
        with running(filed_means=means) as k:
            inbox, _ = k.mailboxes()
            inbox.take({1: letter(ANNA, "One", message_id="one@c")})
            leaves(inbox, frames.NOWHERE, 1)
            settles(k, wanted)
            until = time.monotonic() + 10
            while time.monotonic() < until and not shows(k, event):
                time.sleep(0.02)
            t.equal(f"filed elsewhere means {means}", (state(k), shows(k, event)), (wanted, True))
            clock = [r for r in k.ask("show", conversation="C-1") if r["about"] == "clock"][0]
            t.equal("... its clock", bool(clock["stopped"]), means == "done")


def returns():
    with running() as k:
        inbox, _ = k.mailboxes()
        mail, asked_at = letter(ANNA, "One", message_id="one@c"), int(time.time()) - 3 * HOUR
        inbox.take({1: mail}, {1: asked_at})
        leaves(inbox, frames.IN_TRASH, 1)
        t.equal("moved to Trash: dismissed", settles(k, "dismissed"), "dismissed")
        t.check("... and the story says why", shows(k, "moved-to-trash"))
        before = len([r for r in k.ask("audit-list") if r["event"] == "decision"])
        inbox.take({2: mail}, {2: asked_at})
        t.equal("it lies there again: open again", state(k), "open")
        clock = [r for r in k.ask("show", conversation="C-1") if r["about"] == "clock"][0]
        t.equal("... with the clock it had", (clock["started"], clock["stopped"]), (asked_at, 0))
        t.check("... and that is said", shows(k, "came-back"))
        t.equal("... nothing is proposed anew", len([r for r in k.ask("audit-list") if r["event"] == "decision"]), before)
        t.equal("... nothing is held", k.held(), [])
        inbox.seen_all(shrunk=True)
        t.equal("... and it is watched at its new place", inbox.asked(), [2])
        inbox.tell()
        k.ask("act", conversation="C-1", act="dismiss")
        inbox.take({3: mail})
        t.equal("what a person has dismissed stays so", state(k), "dismissed")


def is_not_leaving():
    with running() as k:
        inbox, sent = k.mailboxes()
        mail = letter(ANNA, "One", message_id="one@c")
        inbox.take({1: mail, 2: mail, 3: letter(ANNA, "More", message_id="more@c", names=["one@c"])})
        inbox.seen_all(shrunk=True)
        inbox.asked()
        inbox.tell(gone=[1, 2])
        inbox.order_done(inbox.ordered()[0], found=frames.HERE, uid=1)
        inbox.order_done(inbox.ordered()[0], found=frames.HERE, uid=2)
        inbox.seen_all(shrunk=True)
        t.equal("only not listed: watched as before", inbox.asked(), [1, 2, 3])
        inbox.tell()
        leaves(inbox, frames.HERE, 1)
        k.ask("status")
        t.equal("found in the mailbox itself: it has not left", state(k), "open")
        leaves(inbox, frames.IN_TRASH, 2)
        k.ask("status")
        t.equal("another request of the conversation still waits there", state(k), "open")
        inbox.seen_all(shrunk=True)
        t.equal("... and alone is watched", inbox.asked(), [3])
        inbox.tell(gone=[3])
        number = inbox.ordered()[0]
        inbox.close()
        inbox = Poller(k, INBOX)
        t.equal("a poller that dies over it: nothing has changed", state(k), "open")
        inbox.seen_all(shrunk=True)
        t.equal("... the next one is asked again", inbox.asked(), [3])
        inbox.tell(gone=[3])
        inbox.order_done(number + 100, found=frames.IN_JUNK)
        inbox.order_done(inbox.ordered()[0], found=frames.IN_TRASH)
        t.equal("the last one leaves: dismissed", settles(k, "dismissed"), "dismissed")

        inbox.take({9: letter(BEN, "Two", message_id="two@c")})
        inbox.close()
        inbox = Poller(k, INBOX, uidvalidity=8)
        inbox.seen_all(shrunk=True)
        k.ask("status")
        t.equal("another UIDVALIDITY is no leaving", (state(k, "C-2"), inbox.watched), ("open", []))
        inbox.take({1: letter(BEN, "Two", message_id="two@c")})
        inbox.seen_all(shrunk=True)
        t.equal("... the message is watched where it lies now", inbox.asked(), [1])
        inbox.tell()
        t.equal("... no mail for that", len(k.held()), 1)
        inbox.close()
        k.ask("status")
        t.equal("nor is a mailbox that is away", state(k, "C-2"), "open")


def emptied():
    with running(first_response="30d") as k:
        inbox, _ = k.mailboxes()
        inbox.take({n: letter(f"c{n}@client.example", f"Q {n}", message_id=f"q{n}@c") for n in range(1, 13)})
        inbox.seen_all(shrunk=True)
        t.equal("all are watched", inbox.asked(), list(range(1, 13)))
        inbox.tell(gone=range(1, 12))
        for _ in range(11):
            number, _, _, uid, _ = inbox.ordered()
            inbox.order_done(number, found=frames.IN_TRASH if uid == 5 else frames.NOWHERE)
        settles(k, "dismissed", "C-5")
        t.equal("most go at once: only what lies in Trash is dismissed",
                [n for n, s in states(k).items() if s != "open"], ["C-5"])
        box = [r for r in k.ask("status") if r["about"] == "mailbox"][0]
        t.equal("... the others are told", box["missed"], 10)
        inbox.seen_all(shrunk=True)
        asked = inbox.asked()
        t.equal("... and stay watched", len(asked), 11)
        inbox.tell(gone=[u for u in asked if u not in (12, 3)])
        inbox.seen_all(shrunk=True)
        inbox.asked()
        box = [r for r in k.ask("status") if r["about"] == "mailbox"][0]
        t.equal("... in case they come back", box["missed"], 9)
        inbox.tell(gone=[u for u in asked if u != 12])
        inbox.order_done(inbox.ordered()[0], found=frames.NOWHERE)
        t.equal("one that is filed alone is filed", settles(k, "dismissed", "C-3"), "dismissed")


def many():
    """More than are asked for at once."""
    with running(mode="observe") as k:
        inbox, _ = k.mailboxes()
        k.ask("status")
        for first in range(1, 1201, 200):
            inbox.take({n: letter(f"c{n}@client.example", f"Q {n}", message_id=f"q{n}@c") for n in range(first, first + 200)})
        inbox.seen_all(shrunk=True)
        seen = inbox.asked()
        t.equal("the newest are asked for first", (len(seen), max(seen)), (500, 1200))
        rounds = [seen]
        for _ in range(3):
            inbox.tell()
            inbox.seen_all()
            rounds.append(inbox.asked())
            if 1 in rounds[-1]:
                break
        inbox.tell()
        t.equal("then the others, a slice each look", sorted({u for r in rounds for u in r}), list(range(1, 1201)))
        t.check("... no more than need be", sum(map(len, rounds)) <= 1210, [len(r) for r in rounds])


def seems_answered():
    with running(poll="1s") as k:
        inbox, sent = k.mailboxes()
        inbox.take({1: letter(ANNA, "One", message_id="one@c")})
        until = time.monotonic() + 15
        while time.monotonic() < until and not k.conversations()[0]["seems_answered"]:
            sent.seen_all()
            inbox.seen_all(shrunk=True)
            inbox.asked()
            inbox.tell(answered=[1])
            time.sleep(0.3)
        row = k.conversations()[0]
        t.check("\\Answered that stays marks it", row["seems_answered"], row)
        t.check("... and stops no clock", row["state"] == "open" and row["due"] and row["clock"] == "first response", row)
        inbox.take({2: letter(ANNA, "Re: One", message_id="r@c", names=["one@c", "never-seen@example.com"])})
        t.equal("a further question changes nothing", (state(k), bool(k.conversations()[0]["seems_answered"])), ("open", True))
        sent.take({1: letter(AGENT, "Re: One", to=ANNA, message_id="a@x", names=["one@c"])})
        t.equal("an answer that is seen settles it", k.conversations()[0]["seems_answered"], 0)
        inbox.take({3: letter(BEN, "Two", message_id="two@c")})
        inbox.take({4: letter(BEN, "Re: Two", message_id="two2@c", names=["two@c", "unseen@example.com"])})
        t.check("who quotes a reply that nobody saw marks it, too", k.conversations()[1]["seems_answered"])


def late_question():
    with running() as k:
        inbox, sent = k.mailboxes()
        now = int(time.time())
        sent.take({1: letter(AGENT, "Re: One", to=ANNA, message_id="a@x", names=["one@c"])}, {1: now - 120})
        inbox.take({1: letter(ANNA, "One", message_id="one@c")}, {1: now - 60})
        t.equal("a question dated behind its answer is answered", states(k), {"C-1": "waiting"})
        inbox.take({2: letter(ANNA, "One more", message_id="two@c", names=["one@c", "a@x"])}, {2: now - 50})
        t.equal("... a further one is not", state(k), "open")


# -- marks ------------------------------------------------------------------------------------------------


def marks():
    with running(marks="keywords", first_response="1h") as k:
        inbox = Poller(k, INBOX, offers=frames.FLAGS_TOLD | frames.KEYWORDS)
        sent = Poller(k, SENT)
        now = int(time.time())
        inbox.take({1: letter(ANNA, "One", message_id="one@c"), 2: letter(BEN, "Two", message_id="two@c")},
                   {1: now - 2 * HOUR, 2: now - 55 * 60})
        got = []
        for _ in range(2):
            number, kind, uidvalidity, uid, _ = inbox.ordered()
            got.append((kind, uidvalidity, uid, inbox.style, inbox.add, inbox.remove))
            inbox.order_done(number)
        t.equal("what is late and what soon will be", sorted(got),
                [(frames.MARK, 7, 1, frames.MARKS_KEYWORDS, frames.OVERDUE, 0),
                 (frames.MARK, 7, 2, frames.MARKS_KEYWORDS, frames.DUE_SOON, 0)])
        inbox.take({3: letter(ANNA, "More", message_id="more@c", names=["one@c"])})
        number, _, _, uid, _ = inbox.ordered()
        t.equal("no mark is set twice: only on the new one", (uid, inbox.add), (3, frames.OVERDUE))
        inbox.order_done(number)
        sent.take({1: letter(AGENT, "Re: One", to=ANNA, message_id="a@x", names=["one@c", "more@c"])})
        got = []
        for _ in range(2):
            number, _, _, uid, _ = inbox.ordered()
            got.append((uid, inbox.add, inbox.remove))
            inbox.order_done(number)
        t.equal("answered: another mark", sorted(got), [(1, frames.WAITING, frames.OVERDUE), (3, frames.WAITING, frames.OVERDUE)])
        k.ask("act", conversation="C-1", act="resolve")
        numbers = [inbox.ordered()[0]]
        t.equal("resolved: none", (inbox.add, inbox.remove), (0, frames.WAITING))
        inbox.close()
        inbox = Poller(k, INBOX, offers=frames.FLAGS_TOLD | frames.KEYWORDS)
        got = [inbox.ordered() for _ in range(2)]
        t.equal("what was not done when a poller went is ordered again", sorted(o[3] for o in got), [1, 3])
        inbox.order_done(got[0][0], ok=False, words="NO [LIMIT] too many keywords")
        inbox.order_done(got[1][0])
        k.ask("act", conversation="C-2", act="resolve")
        box = [r for r in k.ask("status") if r["about"] == "mailbox"][0]
        t.equal("a refusal is told", box["marks_refused"], "NO [LIMIT] too many keywords")
        t.equal("... and nothing more is tried", (inbox.orders, numbers != []), ([], True))


def no_marks():
    old = {"marks": "flag", "first_response": "1h"}
    with running(mode="observe", **old) as k:
        inbox = Poller(k, INBOX, offers=frames.FLAGS_TOLD | frames.FLAGGED)
        inbox.take({1: letter(ANNA, "One", message_id="one@c")}, {1: int(time.time()) - 2 * HOUR})
        k.ask("status")
        t.equal("mode observe marks nothing", inbox.orders, [])
        k.mode("hold")
        inbox.close()
        inbox = Poller(k, INBOX, offers=frames.FLAGS_TOLD)
        k.ask("status")
        t.equal("nor is asked for what the mailbox does not keep", inbox.orders, [])
        box = [r for r in k.ask("status") if r["about"] == "mailbox"][0]
        t.check("... which is told", "does not keep" in box["marks_refused"], box)
        inbox.close()
        inbox = Poller(k, INBOX, offers=frames.FLAGS_TOLD | frames.FLAGGED)
        number, _, _, uid, _ = inbox.ordered()
        t.equal("what is late is flagged", (uid, inbox.style, inbox.add), (1, frames.MARKS_FLAG, frames.OVERDUE))
        inbox.order_done(number)
        k.ask("status")
        k.stop()
        k = room.Keeper(BINARY, state=k.state, **{**old, "marks": "keywords"})
        inbox = Poller(k, INBOX, offers=frames.FLAGS_TOLD | frames.FLAGGED | frames.KEYWORDS)
        number = inbox.ordered()[0]
        t.equal("another setting: the old mark goes first", (inbox.style, inbox.add, inbox.remove),
                (frames.MARKS_FLAG, 0, frames.OVERDUE))
        inbox.order_done(number)
        inbox.ordered()
        t.equal("... then comes the new one", (inbox.style, inbox.add, inbox.remove), (frames.MARKS_KEYWORDS, frames.OVERDUE, 0))
        k.close(remove=False)


# -- the queue ----------------------------------------------------------------------------------------------


def witnesses():
    """More than a poller takes, and before Sent is open."""
    with running("send", first_response="1h") as k:
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({1: letter(ANNA, "One", message_id="one@c")})
        sent.answer_look()
        data = sender.deliver()[2]
        sent.close()
        for first in (2, 152):
            inbox.take({n: data for n in range(first, first + 150)})
        k.ask("status")
        t.equal("without Sent no witness is filed", inbox.orders, [])
        sent = Poller(k, SENT)
        k.ask("status")
        moved, most = [], 0
        while len(moved) < 300:
            while not inbox.quiet(0.05):
                inbox.hear()
            most = max(most, len(inbox.orders))
            if not inbox.orders:
                break
            number, kind, _, uid, where = inbox.orders.pop(0)
            assert (kind, where) == (frames.MOVE, "Sent")
            moved.append(uid)
            inbox.order_done(number)
        t.equal("then all are, each once", sorted(moved), list(range(2, 302)))
        t.check("... never more at once than a poller takes", most <= 64, most)


# -- two accounts ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def two(mode="send"):
    with running(mode, second={"address": SALES, "agents": "sam@example.com"}) as k:
        if mode != "observe":
            k.ask("mode", account="sales", mode=mode)
        boxes = {(a, r): Poller(k, r, account=a) for a in ("support", "sales") for r in (INBOX, SENT)}
        for box in boxes.values():
            box.seen_all()
        yield k, boxes


def to_both():
    with two("hold") as (k, box):
        mail = letter(ANNA, "Both", to=f"{SUPPORT}, {SALES}", message_id="both@c")
        box["support", INBOX].take({1: mail, 2: mail})
        box["sales", INBOX].take({1: mail})
        t.equal("the same mail to two accounts, to one of them twice: one conversation", states(k), {"C-1": "open"})
        t.equal("... one acknowledgement", [h["recipient"] for h in k.held()], [ANNA])
        for uid in (1, 2):
            leaves(box["support", INBOX], frames.NOWHERE, uid)
            k.ask("status")
        t.equal("... which waits as long as one of them has it", state(k), "open")
        leaves(box["sales", INBOX], frames.NOWHERE, 1)
        t.equal("... and no longer", settles(k, "dismissed"), "dismissed")


def team_to_team():
    mail = letter(SUPPORT, "Please call her", to=SALES, message_id="team@x")
    for first in (("support", SENT), ("sales", INBOX)):
        with two("hold") as (k, box):
            second = ("sales", INBOX) if first == ("support", SENT) else ("support", SENT)
            box[first].take({1: mail})
            box[second].take({1: mail})
            of = {c["account"]: (c["state"], c["requester"]) for c in k.conversations()}
            name = f"met in {first[0]}'s {first[1]} first"
            t.equal(f"{name}: a request to the other team", of.get("sales"), ("open", SUPPORT))
            t.equal(f"{name}: they owe the answer", of.get("support"), ("waiting", SALES))
            t.check(f"{name}: no collision", not any(e["collision"] for c in k.conversations() for e in k.events(c["conversation"])))
            box["sales", INBOX].take({2: mail})
            box["support", SENT].take({2: mail})
            t.equal(f"{name}: once more changes nothing", len(k.conversations()), 2)
            answer = letter(SALES, "Re: Please call her", to=SUPPORT, message_id="answer@x", names=["team@x"])
            box["sales", SENT].take({1: answer})
            box["support", INBOX].take({1: answer})
            of = {c["account"]: c["state"] for c in k.conversations()}
            t.equal(f"{name}: and back again", (of, len(k.conversations())), ({"sales": "waiting", "support": "open"}, 2))


def no_loop():
    """A robot's answer to the other team is no request."""
    with two() as (k, box):
        sender = Sender(k, "sales")
        box["sales", INBOX].take({1: letter(SUPPORT, "Please call her", to=SALES, message_id="team@x")})
        box["sales", SENT].answer_look()
        _, recipient, data = sender.deliver()
        t.equal("the other team is acknowledged", recipient, SUPPORT)
        before = k.conversations()
        box["support", INBOX].take({1: data})
        k.ask("status")
        t.equal("... which is no request, and answered by nobody", (len(k.conversations()), len(before)), (1, 1))
        t.equal("... and stays where its team sees it", box["support", INBOX].orders, [])
        box["sales", INBOX].take({2: data})
        t.equal("... while the witness is filed", box["sales", INBOX].ordered()[1:4], (frames.MOVE, 7, 2))


def main():
    skipped = ("running", "two", "states", "state", "shows", "leaves", "settles", "main")
    tests = [v for n, v in globals().items() if callable(v) and getattr(v, "__module__", "") == "__main__" and n not in skipped]
    for test in tests:
        if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
            continue
        try:
            test()
        except Exception:  # pylint: disable=broad-exception-caught
            t.check(f"{test.__name__} ends", False, traceback.format_exc() + KEPT.get("log", "")[-3000:])
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
