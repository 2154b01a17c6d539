#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments. Afterwards every message is one arrival, and every human message has
one acknowledgement in its requester's mailbox or one entry listed as uncertain.

    crash.py [MESSAGES KILLS EACH]   default 40 20 2; EACH process is hit at least that often
"""
import collections
import email.utils
import os
import random
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import post  # noqa: E402
import sidecar  # noqa: E402
import integration as lib  # noqa: E402

MESSAGES, KILLS, EACH = (int(x) for x in (sys.argv[1:] or (40, 20, 2)))
SUPPORT = "support@example.com"
MACHINE_EVERY = 10  # every tenth message is from a machine
DELIVER_PAUSE = 0.02
QUIET_SECONDS = 120


def person(i):
    return f"requester{i:03d}@customer.example"


def is_machine(i):
    return i % MACHINE_EVERY == MACHINE_EVERY - 1


def message(i, date):
    lines = [f"From: Requester {i} <{person(i)}>", f"To: {SUPPORT}", f"Subject: Question {i}",
             f"Message-ID: <crash-{i}@customer.example>", f"Date: {date}"]
    if is_machine(i):
        lines.append("Auto-Submitted: auto-generated")
    return "\n".join(lines + ["", f"What about number {i}?", ""]).encode()


class Victims:
    """Which process dies next: at random, but in the end each of them often enough."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.hits = collections.Counter()
        order = list(sidecar.ROOMS) * EACH
        order += self.random.choices(sidecar.ROOMS, k=max(0, KILLS - len(order)))
        self.random.shuffle(order)
        self.order = order

    def done(self):
        return not self.order

    def strike(self, hearback):
        room = self.order[-1]
        if hearback.kill(room):
            self.order.pop()
            self.hits[room] += 1
        else:
            # Not there at this moment: somebody else is.
            self.random.shuffle(self.order)
        if hearback.process.poll() is not None:
            hearback.start()


def deliver_and_kill(hearback, victims):
    """Mail comes in while processes die; returns when all is delivered and all kills are done."""
    date = email.utils.formatdate(localtime=True)
    sent = 0
    while sent < MESSAGES or not victims.done():
        for _ in range(victims.random.randint(1, 4)):
            if sent < MESSAGES:
                post.deliver(hearback.servers, message(sent, date), person(sent), [SUPPORT])
                sent += 1
                time.sleep(DELIVER_PAUSE)
        time.sleep(victims.random.uniform(0, 0.6))
        if not victims.done():
            victims.strike(hearback)


def outcome(hearback):
    """How many acknowledgements each human requester has, and which entries are uncertain."""
    copies = {}
    for i in range(MESSAGES):
        copies[i] = 0
        if os.path.isdir(hearback.servers.maildir(person(i))):
            copies[i] = sum(1 for m in post.read(hearback.servers, person(i)) if m["Auto-Submitted"])
    uncertain = collections.Counter(
        row["recipient"] for row in hearback.rows("held") if row.get("state") == "uncertain")
    return copies, uncertain


def settled(hearback):
    copies, uncertain = outcome(hearback)
    return all(is_machine(i) or copies[i] or uncertain[person(i)] for i in range(MESSAGES))


def test(tap):
    seed = int(os.environ.get("HEARBACK_SEED", "0")) or random.randrange(1, 1 << 31)
    lib.note(f"HEARBACK_SEED={seed}")
    victims = Victims(seed)
    everybody = [SUPPORT, "lead@example.com", "agent@example.com"] + [person(i) for i in range(MESSAGES)]
    with lib.beside(tap, everybody) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        deliver_and_kill(hearback, victims)
        lib.note(", ".join(f"{room} {victims.hits[room]}" for room in sidecar.ROOMS))
        tap.check(f"each process was killed at least {EACH} times, {sum(victims.hits.values())} kills in all",
                  min(victims.hits[room] for room in sidecar.ROOMS) >= EACH)
        post.wait_until(lambda: settled(hearback), QUIET_SECONDS, every=2)
        time.sleep(3)
        judge(tap, hearback, sum(victims.hits.values()))


def judge(tap, hearback, kills):
    conversations = hearback.rows("list", "--all")
    tap.equal("every message opened one conversation", len(conversations), MESSAGES)
    taken_in = collections.Counter(
        row["message_id"].strip("<>") for c in conversations for row in hearback.rows("show", c["conversation"])
        if row.get("message_id", "").strip("<>").startswith("crash-"))
    tap.equal("every message was taken in once",
              taken_in, collections.Counter(f"crash-{i}@customer.example" for i in range(MESSAGES)))
    copies, uncertain = outcome(hearback)
    people = range(MESSAGES)
    tap.equal("nobody was answered twice", [person(i) for i in people if copies[i] > 1], [])
    tap.equal("no machine was answered", [person(i) for i in people if is_machine(i) and copies[i]], [])
    tap.equal("every human message is answered or listed as uncertain",
              [person(i) for i in people if not (is_machine(i) or copies[i] or uncertain[person(i)])], [])
    tap.equal("what the server accepted is settled by its witness",
              [person(i) for i in people if copies[i] and uncertain[person(i)]], [])
    listed = sum(uncertain.values())
    tap.check(f"there are no more uncertain entries ({listed}) than kills ({kills})", listed <= kills)
    done = hearback.run("audit", "verify")
    tap.check("audit verify is green", done.returncode == 0, done.stdout + done.stderr)


lib.main(test)
