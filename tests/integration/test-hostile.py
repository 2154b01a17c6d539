#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile mail among ordinary mail, most of it put where no server would have let it through. Each is
taken in once and answered only if it is a letter all the same; everything around it is handled."""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import hostile  # noqa: E402
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT = hostile.SUPPORT
ORDINARY_EVERY = 6
WAIT_SECONDS = 180
SETTLE_SECONDS = 4
# What a reader built for tests dies of: in whole, and even reading the header alone.
MARKS = ("body", "header")


def person(i):
    return f"requester{i}@customer.example"


def deliver(hearback, letters):
    """One ordinary letter after so many hostile ones; returns how many."""
    servers, ordinary = hearback.servers, 0
    for i, bad in enumerate(letters):
        post.place(servers, SUPPORT, bad.data)
        if i % ORDINARY_EVERY == 0:
            who = person(ordinary)
            post.deliver(servers, letter(who, SUPPORT, f"Question {ordinary}"), who, [SUPPORT])
            ordinary += 1
    return ordinary


def taken_in(hearback):
    """(UID, join, state) of each message that was taken in, from the log."""
    with open(hearback.log, encoding="utf-8", errors="replace") as f:
        return re.findall(r"message\.taken .*? mailbox=inbox uid=(\d+) .*? join=(\S+) state=(\w+)", f.read())


def mailbox_is_there(servers):
    """The server makes it when somebody looks into it first."""
    maildir = servers.maildir(SUPPORT)
    return all(os.path.isdir(os.path.join(maildir, folder)) for folder in ("tmp", "new", "cur"))


def in_mailbox(servers):
    """What stands in INBOX, the witnesses not: they are moved to Sent."""
    return sum(len(os.listdir(os.path.join(servers.maildir(SUPPORT), folder))) for folder in ("new", "cur"))


def automated(servers, address):
    return len([m for m in post.read(servers, address) if m["Auto-Submitted"]])


def check_arrivals(tap, hearback, count):
    got = taken_in(hearback)
    tap.equal("each message became one arrival", (len(got), len({uid for uid, _, _ in got})), (count, count))
    rows = hearback.rows("list", "--all")
    tap.equal("none is missing in the conversations", sum(row["messages"] for row in rows), count)
    tap.equal("none joined another's conversation", len(rows), count)
    post.wait_until(lambda: in_mailbox(hearback.servers) == count, WAIT_SECONDS)
    tap.equal("and all of them stand in the mailbox still", in_mailbox(hearback.servers), count)
    silent = [row for row in rows if row["state"] == "open" and not row["due"]]
    tap.equal("no open conversation is without a clock", silent, [])


def check_answers(tap, hearback, letters, ordinary):
    servers = hearback.servers
    wanted = {hostile.author(bad.name): int(bad.answered) for bad in letters}
    wanted.update({person(i): 1 for i in range(ordinary)})
    wanted[hostile.VICTIM] = 0

    def wrong():
        return {who: automated(servers, who) for who, n in wanted.items() if automated(servers, who) != n}
    post.wait_until(lambda: not wrong(), WAIT_SECONDS, every=2)
    time.sleep(SETTLE_SECONDS)
    tap.equal("who may be answered is answered once, and nobody else", wrong(), {})


def check_processes(tap, hearback, before):
    now = hearback.processes()
    tap.equal("the keeper was never brought down", now["hearback-keeper"], before["hearback-keeper"])
    tap.check("all processes are there", all(now.values()), now)
    done = hearback.run("audit", "verify")
    tap.check("audit verify is green", done.returncode == 0, done.stdout + done.stderr)


def play(tap, account, letters, rooms=()):
    people = [SUPPORT, "lead@example.com", hostile.VICTIM]
    people += [hostile.author(bad.name) for bad in letters] + [person(i) for i in range(len(letters))]
    with lib.beside(tap, people, account, {"filters": None}, rooms) as hearback:  # by the interlocks alone
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        tap.check("the mailbox is there",
                  post.wait_until(lambda: mailbox_is_there(hearback.servers), WAIT_SECONDS))
        before = hearback.processes()
        ordinary = deliver(hearback, letters)
        count = len(letters) + ordinary
        post.wait_until(lambda: len(taken_in(hearback)) >= count, WAIT_SECONDS, every=1)
        check_answers(tap, hearback, letters, ordinary)
        check_arrivals(tap, hearback, count)
        check_processes(tap, hearback, before)
        if rooms:
            check_reader(tap, hearback)
            check_once(tap, hearback)


def marked():
    """A third of it is ordinary: read alone it is found innocent."""
    for i in range(12):
        name = f"marked-{i}"
        mark = f"abort-at:{MARKS[i % 3]}" if i % 3 < 2 else "No mark"
        yield hostile.Hostile(name, hostile.letter(name, mark.encode() + b"\r\n"), i % 3 == 2)


def events(hearback):
    return [row for c in hearback.rows("list", "--all") for row in hearback.rows("show", c["conversation"])
            if row.get("message")]


def check_reader(tap, hearback):
    seen = events(hearback)
    nothing = [row for row in seen if row["trouble"]]
    tap.equal("what no reader survives is quarantined", len(nothing), 4)
    tap.check("show says so", all("no reader could read it" in row["trouble"] for row in nothing), nothing)
    opened = [row for row in seen if "marked-" in row["message_id"]]
    tap.equal("the others are opened, at least from their header", len(opened), 8)
    tap.check("and have an author", all(row["author"] for row in opened), opened)


def check_once(tap, hearback):
    """A pass of its own gets through as well."""
    tap.equal("the daemon ends in order", hearback.stop(), 0)
    before = len(events(hearback))
    for bad in marked():
        post.place(hearback.servers, SUPPORT, bad.data.replace(b"marked-", b"again-"))
    done = hearback.run("run", "--once", seconds=WAIT_SECONDS)
    tap.check("run --once gets through", done.returncode == 0, done.stderr[-3000:])
    tap.equal("and takes in what was put there", len(events(hearback)) - before, 12)


def test(tap):
    reader = os.path.join(lib.folders()[1], "tests", "rooms", "hearback-reader")
    lib.note("what is fetched by default")
    play(tap, None, list(hostile.letters(beginning_only=True)))
    lib.note("all that may be fetched")
    play(tap, {"fetch_limit": "8M"}, list(hostile.letters(beginning_only=False)))
    lib.note("messages that bring the reader down")
    play(tap, None, list(marked()), [reader])


lib.main(test)
