#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages that bring the keeper down, one at each step of its work, between ordinary ones. The guilty
one is set aside the second time: it has a conversation and a clock, and everything else goes on."""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT = "support@example.com"
STEPS = ("read", "known", "join", "record", "propose", "compose")  # a message in hand
HAND_OUT = "hand-out"  # an outbox entry in hand
WAIT_SECONDS = 180
STEADY_SECONDS = 5
WHY = "it brought the keeper down twice"


def person(name):
    return f"{name}@customer.example"


def send(servers, name, subject):
    post.deliver(servers, letter(person(name), SUPPORT, subject), person(name), [SUPPORT])


def acknowledgements(servers, name):
    return len([m for m in post.read(servers, person(name)) if m["Auto-Submitted"]])


def blamed(hearback):
    """The deaths that the supervisor has counted, in order."""
    with open(hearback.log, encoding="utf-8", errors="replace") as f:
        return [(m[1], int(m[2])) for m in re.finditer(r"keeper\.blamed what=(\w+) \S+ deaths=(\d+)", f.read())]


def story(hearback, conversation):
    return hearback.rows("show", conversation)


def set_aside(hearback):
    """The conversations that hold nothing but a message nobody could take in."""
    return [row for row in hearback.rows("list", "--all") if not row["requester"]]


def deliver(hearback):
    for step in STEPS + (HAND_OUT,):
        send(hearback.servers, f"before-{step}", f"A question before {step}")
        send(hearback.servers, f"poison-{step}", f"abort-at:{step}")
        send(hearback.servers, f"after-{step}", f"A question after {step}")


def ordinary():
    return [f"{when}-{step}" for step in STEPS + (HAND_OUT,) for when in ("before", "after")]


def check_ordinary(tap, hearback):
    good = post.wait_until(lambda: all(acknowledgements(hearback.servers, name) for name in ordinary()),
                           WAIT_SECONDS, every=1)
    tap.check("everything around them is acknowledged", good, hearback.log_tail())
    rows = hearback.rows("list", "--all")
    tap.equal("each of the ordinary messages has one conversation",
              sorted(row["requester"] for row in rows if "poison" not in row["requester"] and row["requester"]),
              sorted(person(name) for name in ordinary()))
    tap.equal("nobody is acknowledged twice",
              [name for name in ordinary() if acknowledgements(hearback.servers, name) != 1], [])


def check_messages(tap, hearback):
    rows = set_aside(hearback)
    tap.equal("each guilty message has one conversation", len(rows), len(STEPS))
    tap.equal("they are open", {row["state"] for row in rows}, {"open"})
    tap.check("their clocks run", all(row["due"] and row["clock"] == "first response" for row in rows), rows)
    events = [row for c in rows for row in story(hearback, c["conversation"]) if row.get("event")]
    tap.equal("show says why", [row["trouble"] for row in events], [WHY] * len(STEPS))
    told = hearback.command("show", rows[0]["conversation"])
    tap.check("and a person reads it", f"NOT READ: {WHY}" in told, told)
    records = [row for row in hearback.rows("audit", "list") if row["event"] == "set-aside"]
    tap.equal("the audit has a record of each", [row["detail"] for row in records], [WHY] * len(STEPS))
    tap.equal("which names the conversation", {row["conversation"] for row in records},
              {row["conversation"] for row in rows})


def check_entry(tap, hearback):
    held = [row for row in hearback.rows("held") if row["recipient"] == person(f"poison-{HAND_OUT}")]
    tap.equal("the guilty entry is held", [row["state"] for row in held], ["held"])
    why = hearback.command("why", person(f"poison-{HAND_OUT}"))
    tap.check("why says why", WHY in why, why)


def check_silence(tap, hearback):
    everybody = [f"poison-{step}" for step in STEPS + (HAND_OUT,)]
    tap.equal("none of the guilty is answered",
              [name for name in everybody if acknowledgements(hearback.servers, name)], [])
    deaths = blamed(hearback)
    tap.equal("each brought the keeper down twice, and no more", sorted(deaths),
              sorted([(what, n) for what in ["message"] * len(STEPS) + ["outbox"] for n in (1, 2)]))


def check_afterwards(tap, hearback):
    before = hearback.processes()["hearback-keeper"]
    send(hearback.servers, "late", "A question when all is over")
    good = post.wait_until(lambda: acknowledgements(hearback.servers, "late"), WAIT_SECONDS, every=1)
    tap.check("the account goes on", good, hearback.log_tail())
    time.sleep(STEADY_SECONDS)
    tap.equal("with the same keeper", hearback.processes()["hearback-keeper"], before)
    done = hearback.run("audit", "verify")
    tap.check("audit verify is green", done.returncode == 0, done.stdout + done.stderr)


def check_once(tap, hearback):
    """A pass of its own gets through as well."""
    tap.equal("the daemon ends in order", hearback.stop(), 0)
    for step in STEPS:
        send(hearback.servers, f"poison-{step}", f"Once more: abort-at:{step}")
    done = hearback.run("run", "--once")
    tap.check("run --once gets through", done.returncode == 0, f"status {done.returncode}\n{done.stderr}")
    tap.equal("and sets aside what came meanwhile", len(set_aside(hearback)), 2 * len(STEPS))


def test(tap):
    people = [f"{when}-{step}" for step in STEPS + (HAND_OUT,) for when in ("before", "poison", "after")] + ["late"]
    keeper = os.path.join(lib.folders()[1], "tests", "rooms", "hearback-keeper")
    with lib.beside(tap, [SUPPORT, "lead@example.com"] + [person(name) for name in people], rooms=[keeper]) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        deliver(hearback)
        check_ordinary(tap, hearback)
        check_messages(tap, hearback)
        check_entry(tap, hearback)
        check_silence(tap, hearback)
        check_afterwards(tap, hearback)
        check_once(tap, hearback)


lib.main(test)
