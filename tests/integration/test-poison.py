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

SUPPORT, LEAD = "support@example.com", "lead@example.com"
STEPS = ("read", "known", "join", "record", "propose", "compose")  # a message in hand
HAND_OUT = "hand-out"  # an outbox entry in hand
WAIT_SECONDS = 180
STEADY_SECONDS = 5
SHORT_SECONDS = 8
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
        found = re.findall(r"keeper\.blamed what=(\w+) \S+ deaths=(\d+)", f.read())
    return [(what, int(deaths)) for what, deaths in found]


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
    requesters = sorted(row["requester"] for row in hearback.rows("list", "--all"))
    tap.equal("each of the ordinary messages has one conversation",
              [who for who in requesters if who and "poison" not in who],
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


def told(hearback, conversation):
    """What the lead has read of a conversation, paragraph by paragraph."""
    return [text for m in post.read(hearback.servers, LEAD)
            for text in m.get_content().replace("\r", "").strip().split("\n\n")
            if text.splitlines()[0].endswith(f": {conversation}")]


def all_three(hearback, *how):
    found = {row["requester"].split("@")[0]: row["conversation"] for row in hearback.rows("list", *how)}
    return found if len(found) == 3 else None


def clocks(tap, keeper):
    """Two that bring the keeper down when their clock comes due, or when the lead is to be told so."""
    with lib.beside(tap, [SUPPORT, LEAD] + [person(name) for name in ("wake", "notice", "calm", "late")],
                    {"first_response": f"{SHORT_SECONDS}s", "notice_gap": "0s"}, rooms=[keeper]) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        for name in ("wake", "notice", "calm"):
            send(hearback.servers, name, f"abort-at:{name}")
        numbers = post.wait_until(lambda: all_three(hearback, "--all"), WAIT_SECONDS)
        tap.check("all three are taken in", numbers, hearback.log_tail())
        for name in ("notice", "calm"):
            good = post.wait_until(lambda n=name: len(told(hearback, numbers[n])) == 2, WAIT_SECONDS)
            tap.check(f"the lead is told of {name} twice", good, hearback.log_tail())
        tap.check("with nothing that the mail says where that brings the keeper down",
                  all("nobody could be named" in text for text in told(hearback, numbers["notice"])),
                  told(hearback, numbers["notice"]))
        tap.equal("all are listed as late", all_three(hearback, "--overdue"), numbers)
        tap.equal("nothing is told of what cannot be woken", told(hearback, numbers["wake"]), [])
        records = [row for row in hearback.rows("audit", "list") if row["event"] == "set-aside"]
        tap.equal("which the audit says", [(row["conversation"], row["detail"]) for row in records],
                  [(numbers["wake"], "its clocks brought the keeper down twice")])
        tap.equal("each brought it down twice at a time", sorted(blamed(hearback)),
                  sorted([("wake", 1), ("wake", 2)] + [("notice", 1), ("notice", 2)] * 2))
        check_afterwards(tap, hearback)


def test(tap):
    people = ordinary() + [f"poison-{step}" for step in STEPS + (HAND_OUT,)] + ["late"]
    keeper = os.path.join(lib.folders()[1], "tests", "rooms", "hearback-keeper")
    with lib.beside(tap, [SUPPORT, LEAD] + [person(name) for name in people], rooms=[keeper]) as hearback:
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
    clocks(tap, keeper)


lib.main(test)
