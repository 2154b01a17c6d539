#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests that agents move about in an ordinary mail program, beside a real server: to Junk, to Trash, to another
folder, back again; a mailbox that is numbered anew; marks that another program sees."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT = "support@example.com"
PEOPLE = [f"{name}@customer.example" for name in ("junk", "trash", "filed", "back", "stays", "answered")]
JUNK, TRASH, FILED, BACK, STAYS, ANSWERED = PEOPLE
WAIT_SECONDS = 60


def conversation(h, who):
    return next((r for r in h.rows("list", "--all") if r["requester"] == who), {})


def becomes(h, who, state):
    post.wait_until(lambda: conversation(h, who).get("state") == state, WAIT_SECONDS)
    return conversation(h, who).get("state")


def uid_of(m, who, mailbox="INBOX"):
    m.imap.select(mailbox)
    return m.imap.uid("search", None, "FROM", who)[1][0].decode()


def move(h, who, target, source="INBOX"):
    with post.Mailbox(h.servers, SUPPORT) as m:
        status, said = m.imap.uid("move", uid_of(m, who, source), target)
        assert status == "OK", said


def keywords(h, who):
    with post.Mailbox(h.servers, SUPPORT) as m:
        flags = m.imap.uid("fetch", uid_of(m, who), "(FLAGS)")[1][0].decode()
        return sorted(w.strip("()").removeprefix("$Hearback/") for w in flags.split() if "$Hearback" in w)


def marked(h, who, wanted):
    post.wait_until(lambda: keywords(h, who) == wanted, WAIT_SECONDS)
    return keywords(h, who)


def number_anew(servers, address):
    """The server forgets which numbers it gave."""
    folder = servers.maildir(address)
    for name in os.listdir(folder):
        if name.startswith("dovecot"):
            os.unlink(os.path.join(folder, name))


def events(h, who):
    return [r["event"] for r in h.rows("show", conversation(h, who)["conversation"]) if "event" in r]


def test(tap):
    account = {"poll": "1s", "marks": "keywords", "first_response": "1h", "lead": None}
    with lib.beside(tap, [SUPPORT, *PEOPLE], account) as h:
        old = letter(STAYS, SUPPORT, "An old question")
        with post.Mailbox(h.servers, SUPPORT) as m:
            m.append(old, "INBOX", flags="", when=time.time() - 7 * 3600)
            m.imap.create("Archive")
        h.start()
        h.ready()
        h.command("mode", "support", "hold")
        questions = {}
        for who in PEOPLE:
            if who != STAYS:
                questions[who] = letter(who, SUPPORT, f"A question of {who}")
                post.deliver(h.servers, questions[who], who, [SUPPORT])
        good = post.wait_until(lambda: len(h.rows("held")) == 5, WAIT_SECONDS)
        tap.check("five acknowledgements are held", good, h.log_tail())

        tap.equal("another program sees what is overdue", marked(h, STAYS, ["overdue"]), ["overdue"])
        reply = answer(SUPPORT, old, "This is how it is done.")
        post.submit(h.servers, SUPPORT, reply, [STAYS])
        with post.Mailbox(h.servers, SUPPORT) as m:
            m.append(reply)
        tap.equal("... and when it is answered, that it waits", marked(h, STAYS, ["waiting"]), ["waiting"])

        first = conversation(h, BACK)
        for who, target, event in ((JUNK, "Junk", "moved-to-junk"), (TRASH, "Trash", "moved-to-trash"),
                                   (FILED, "Archive", "filed-elsewhere"), (BACK, "Archive", "filed-elsewhere")):
            move(h, who, target)
            tap.equal(f"{who.split('@')[0]}: moved to {target}: dismissed", becomes(h, who, "dismissed"), "dismissed")
            tap.check("... and the story says so", event in events(h, who), events(h, who))
        tap.equal("their acknowledgements are dropped", [r["recipient"] for r in h.rows("held")], [ANSWERED])
        move(h, BACK, "INBOX", "Archive")
        tap.equal("moved back: open", becomes(h, BACK, "open"), "open")
        tap.equal("... with the clock it had", conversation(h, BACK)["due"], first["due"])
        move(h, STAYS, "Archive")

        number_anew(h.servers, SUPPORT)
        good = post.wait_until(lambda: len([1 for line in h.log_tail(400).splitlines() if "mailbox.renumbered" in line]) > 0,
                               WAIT_SECONDS)
        tap.check("the mailbox is numbered anew", good, h.log_tail())
        time.sleep(3)
        tap.equal("that is no leaving", [conversation(h, who)["state"] for who in (ANSWERED, BACK, STAYS)], ["open", "open", "waiting"])
        tap.equal("and no reason for mail", len(h.rows("held")), 1)

        with post.Mailbox(h.servers, SUPPORT) as m:
            m.imap.uid("store", uid_of(m, ANSWERED), "+FLAGS", "(\\Answered)")
        good = post.wait_until(lambda: conversation(h, ANSWERED).get("seems_answered"), WAIT_SECONDS)
        tap.check("answered, the mail program says, but nothing is seen in Sent", good, conversation(h, ANSWERED))
        tap.equal("... which stops no clock", conversation(h, ANSWERED)["state"], "open")
        move(h, ANSWERED, "Trash")
        tap.equal("under its new number it leaves, too", becomes(h, ANSWERED, "dismissed"), "dismissed")
        tap.equal("nobody was written to", [p for p in PEOPLE if post.read(h.servers, p) and p != STAYS], [])
        verify = h.run("audit", "verify")
        tap.equal("the audit holds", verify.returncode, 0)


if __name__ == "__main__":
    lib.main(test)
