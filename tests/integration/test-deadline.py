#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clocks on real servers: the lead hears once that an answer will be late and once that it is; only an
agent's answer in Sent stops a clock, and a daemon that was away has missed nothing."""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT, AGENT, LEAD = "support@example.com", "agent@example.com", "lead@example.com"
LATE, PROMPT, WARNED, CLAIMED, AWAY, GAP = (
    f"{name}@customer.example" for name in ("late", "prompt", "warned", "claimed", "away", "gap"))
UNREADABLE = ""  # nobody knows who asks
EVERYBODY = (SUPPORT, AGENT, LEAD, LATE, PROMPT, WARNED, CLAIMED, AWAY, GAP)
TARGET_SECONDS = 16  # the lead is warned when three quarters of it are over
SHORT_SECONDS = 8
GAP_SECONDS = 20
WAIT_SECONDS = 60
LINE = re.compile(r"^(BREACHED|Due in) .*: (C-\d+)\r?$", re.M)


def ask(hearback, who, **fields):
    question = letter(who, SUPPORT, f"A question of {who}", **fields)
    post.deliver(hearback.servers, question, who, [SUPPORT])
    return question


def rows(hearback, *how):
    return {row["requester"]: row for row in hearback.rows("list", *how)}


def taken_in(tap, hearback, *people):
    good = post.wait_until(lambda: set(people) <= set(rows(hearback, "--all")), WAIT_SECONDS)
    tap.check(f"taken in: {len(people)}", good, hearback.log_tail())


def notices(hearback, who):
    """What the lead's mail says of this requester's conversation, in order."""
    number = rows(hearback, "--all")[who]["conversation"]
    return [what for m in post.read(hearback.servers, LEAD) for what, c in LINE.findall(m.get_content())
            if c == number]


def told(hearback, who, count):
    return post.wait_until(lambda: len(notices(hearback, who)) >= count, WAIT_SECONDS)


def file_answer(hearback, question):
    """An agent's mail program sends the answer and files it."""
    reply = answer(SUPPORT, question, "This is how it is done.")
    post.submit(hearback.servers, SUPPORT, reply, [question["From"]])
    with post.Mailbox(hearback.servers, SUPPORT) as mailbox:
        mailbox.append(reply)


def claim_answer(hearback, question):
    """Somebody outside writes under an agent's name."""
    reply = answer(AGENT, question, "All is well, nothing is left to do.")
    reply["Cc"] = SUPPORT
    post.deliver(hearback.servers, reply, AGENT, [SUPPORT])


def clock(hearback, who):
    number = rows(hearback, "--all")[who]["conversation"]
    return next(row for row in hearback.rows("show", number) if row.get("clock") == "first response")


def nobody_is_forgotten(tap, hearback, when):
    """Promise P6."""
    idle = [row for row in rows(hearback, "--all").values()
            if row["state"] in ("open", "waiting") and not row["due"]]
    tap.equal(f"{when} every open or waiting conversation has a running clock", idle, [])


def begin(tap, hearback):
    """Four questions: nobody answers, an agent does at once or when warned, somebody says he is an agent."""
    questions = {who: ask(hearback, who) for who in (LATE, PROMPT, WARNED)}
    # Whom the requester has copied is known inside: what comes under his name joins.
    questions[CLAIMED] = ask(hearback, CLAIMED, Cc=AGENT)
    post.place(hearback.servers, SUPPORT, b"")
    taken_in(tap, hearback, UNREADABLE, *questions)
    file_answer(hearback, questions[PROMPT])
    claim_answer(hearback, questions[CLAIMED])
    tap.check("an answer filed in Sent stops the clock",
              post.wait_until(lambda: rows(hearback, "--all")[PROMPT]["state"] == "waiting", WAIT_SECONDS))
    stopped = clock(hearback, PROMPT)
    tap.check("in time", stopped["stopped"] <= stopped["due"], stopped)
    good = post.wait_until(lambda: rows(hearback, "--all")[CLAIMED]["messages"] == 2, WAIT_SECONDS)
    tap.check("the claim is taken in", good, hearback.log_tail())
    return questions


def warning(tap, hearback, questions):
    due = rows(hearback, "--due", "1h")
    tap.check("list --due shows whom we owe an answer", {LATE, WARNED, CLAIMED} <= set(due), due)
    tap.check("and not whom we answered", PROMPT not in due, due)
    tap.check("the lead is warned", told(hearback, WARNED, 1), hearback.log_tail())
    file_answer(hearback, questions[WARNED])


def breach(tap, hearback):
    for who in (LATE, CLAIMED, UNREADABLE):
        told(hearback, who, 2)
    overdue = rows(hearback, "--overdue")
    tap.equal("list --overdue shows what is late", set(overdue), {LATE, CLAIMED, UNREADABLE})
    tap.check("they are open still", all(row["state"] == "open" for row in overdue.values()), overdue)
    both = ["Due in", "BREACHED"]
    tap.equal("where nobody answered the lead is warned once and told of the breach once",
              notices(hearback, LATE), both)
    tap.equal("so he is where somebody claimed to be an agent", notices(hearback, CLAIMED), both)
    tap.equal("so he is of what could not be read", notices(hearback, UNREADABLE), both)
    said = "".join(m.get_content() for m in post.read(hearback.servers, LEAD))
    tap.check("and the lead reads so", "nobody could be named" in said, said)
    tap.equal("what was answered after the warning is not breached", notices(hearback, WARNED), ["Due in"])
    tap.equal("what was answered at once was never told of", notices(hearback, PROMPT), [])
    tap.check("show tells the claim", any(row.get("voice") == "claimed-agent" for row in hearback.rows(
        "show", overdue[CLAIMED]["conversation"])))
    nobody_is_forgotten(tap, hearback, "now")


def away(tap, hearback):
    """A deadline passes while nobody is there. Then two become due within the gap between two mails."""
    hearback.stop()
    hearback.write_config(first_response=f"{SHORT_SECONDS}s", notice_gap=f"{GAP_SECONDS}s")
    ask(hearback, AWAY)
    time.sleep(SHORT_SECONDS + 1)
    hearback.start()
    tap.check("hearback runs again", hearback.ready(), hearback.log_tail())
    taken_in(tap, hearback, AWAY)
    tap.check("a breach while it was away is told", told(hearback, AWAY, 1), hearback.log_tail())
    ask(hearback, GAP)
    taken_in(tap, hearback, GAP)
    tap.check("what comes due in the gap is told after it", told(hearback, GAP, 1), hearback.log_tail())
    tap.equal("a warning that was overtaken is not", notices(hearback, GAP), ["BREACHED"])
    tap.equal("nor is it for what came late", notices(hearback, AWAY), ["BREACHED"])
    tap.equal("nothing was told again", notices(hearback, LATE), ["Due in", "BREACHED"])
    nobody_is_forgotten(tap, hearback, "after that")


def mails_to_lead(tap, hearback):
    mails = post.read(hearback.servers, LEAD)
    tap.check("the lead's mail is marked as automated", all(m["Auto-Submitted"] == "auto-generated" and
                                                          m["Hearback-Audit"] for m in mails))
    people = [who for who in EVERYBODY[3:]
              for m in post.read(hearback.servers, who) if LINE.search(m.get_content())]
    tap.equal("no requester has such mail", people, [])
    done = hearback.run("audit", "verify")
    tap.check("audit verify is green", done.returncode == 0, done.stdout + done.stderr)


def test(tap):
    with lib.beside(tap, EVERYBODY, {"first_response": f"{TARGET_SECONDS}s", "notice_gap": "1s"}) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        questions = begin(tap, hearback)
        warning(tap, hearback, questions)
        breach(tap, hearback)
        away(tap, hearback)
        mails_to_lead(tap, hearback)


lib.main(test)
