#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whose answers are seen: hearback check --answers writes to each agent, who answers from wherever he does; and what
the lead hears of breaches in an account where no answer was ever seen."""
import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT, LEAD, MARIA = "support@example.com", "lead@example.com", "maria@customer.example"
AGENTS = FILED, COPIED, PROVEN, AWAY, BY_HAND = [f"{who}@example.com" for who in ("filed", "copied", "proven", "away", "byhand")]
OUR_ID = "mail.example.com"
TRACE = f"Authentication-Results: {OUR_ID}; dmarc=pass header.from=example.com\r\n" \
        "Received: from x by mail.example.com with ESMTP; Fri, 20 Nov 2026 09:00:01 +0000\r\n"
WAIT_SECONDS = 60
NOT_YET = os.EX_TEMPFAIL
CODE = re.compile(r"check-[0-9a-f]{12}")
PLACES = ("sent", "inbox_proven", "inbox_unproven")


def check(hearback, *more):
    """({agent: its row}, exit status)"""
    done = hearback.run("check", "--answers", "--json", *more)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["agent"]: row for row in rows if row["about"] == "agent"}, done.returncode


def places(hearback):
    """{agent: where his answer was seen}"""
    return {agent: [p for p in PLACES if row.get(p)] for agent, row in check(hearback)[0].items()}


def becomes(tap, hearback, what, agent, wanted):
    good = post.wait_until(lambda: places(hearback)[agent] == wanted, WAIT_SECONDS, 0.5)
    tap.check(what, good, f"{places(hearback)[agent]}\n{hearback.log_tail()}")


def observes(tap, hearback):
    """Nothing is sent, but whoever writes by hand is seen."""
    rows, status = check(hearback)
    tap.equal("in observe mode: nobody is written to", [row["entry"] for row in rows.values()], [0] * len(AGENTS))
    tap.equal("each agent has a code of his own", len({row["code"] for row in rows.values()}), len(AGENTS))
    tap.equal("and nobody is seen", (status, set(map(tuple, places(hearback).values()))), (NOT_YET, {()}))
    said = hearback.run("check", "--answers").stdout
    tap.check("it says what to do", "by hand" in said and "only observes" in said and "Sent folder" in said and rows[AWAY]["code"] in said, said)
    with post.Mailbox(hearback.servers, SUPPORT) as mailbox:
        mailbox.append(letter(SUPPORT, SUPPORT, f"Re: something ({rows[BY_HAND]['code'].upper()})"))
    becomes(tap, hearback, "an answer by hand that lies in Sent is seen", BY_HAND, ["sent"])
    tap.equal("no agent has mail", [a for a in AGENTS if post.read(hearback.servers, a)], [])
    hearback.command("mode", "support", "send")
    tap.equal("in send mode whoever was not seen is asked", [bool(r["entry"]) for r in check(hearback)[0].values()],
              [True] * 4 + [False])


def unseen(tap, hearback):
    """Before: no answer was ever seen, and a question becomes late."""
    post.deliver(hearback.servers, letter(MARIA, SUPPORT, "A question"), MARIA, [SUPPORT])
    found = post.wait_until(lambda: [m for m in post.read(hearback.servers, LEAD) if "BREACHED" in m.get_content()], WAIT_SECONDS, 0.5)
    tap.check("the lead hears of the breach", found, hearback.log_tail())
    text = found[0].get_content()
    tap.check("as answers that are not visible", found[0]["Subject"].startswith("Answers are not visible here"), found[0]["Subject"])
    tap.check("with what to do", "check --answers" in text and "Sent folder" in text, text)
    tap.check("the log cries", "answers.unseen" in hearback.log_tail(400))
    done = hearback.run("status", "--check")
    tap.check("status --check warns", done.returncode == 1 and "none was ever seen" in done.stdout, done.stdout)


def asks(tap, hearback):
    """Everybody gets one mail; one files his answer, one sends it from elsewhere, one is proven, one says nothing."""
    before = len(hearback.rows("list", "--all"))
    rows, status = check(hearback)
    tap.equal("in send mode: everybody is asked", (status, [bool(r["entry"]) for r in rows.values()]), (NOT_YET, [True] * len(AGENTS)))
    mails = {}
    for agent in AGENTS:
        found = post.wait_until(lambda a=agent: post.read(hearback.servers, a), WAIT_SECONDS)
        mails[agent] = found[0]
        code = CODE.search(found[0]["Subject"])
        tap.check(f"{agent} has one mail with his code", len(found) == 1 and code and code[0] == rows[agent]["code"], found[0]["Subject"])
    text = mails[AWAY].get_content()
    tap.check("it says what to do", "answer this mail once" in text and SUPPORT in text, text)
    tap.check("nobody else has one", not [m for m in post.read(hearback.servers, LEAD) if CODE.search(m["Subject"])])
    replies(tap, hearback, mails)
    settled(tap, hearback, mails, before)


def replies(tap, hearback, mails):
    servers = hearback.servers
    filed = answer(SUPPORT, mails[FILED], "Here I am.")
    post.submit(servers, SUPPORT, filed, [SUPPORT])
    becomes(tap, hearback, "an answer in the mailbox alone", FILED, ["inbox_unproven"])
    with post.Mailbox(servers, SUPPORT) as mailbox:
        mailbox.append(filed)
    becomes(tap, hearback, "its copy in Sent is what counts", FILED, ["sent", "inbox_unproven"])
    post.deliver(servers, answer(COPIED, mails[COPIED], "From my own mailbox."), COPIED, [SUPPORT])
    becomes(tap, hearback, "an answer from his own mailbox: not in Sent, not proven", COPIED, ["inbox_unproven"])
    proven = answer(PROVEN, mails[PROVEN], "From my own, signed.")
    proven.replace_header("Subject", "A subject of my own")
    post.place(servers, SUPPORT, TRACE.encode() + post.crlf(proven))
    becomes(tap, hearback, "a proven one, told by what it answers", PROVEN, ["inbox_proven"])


def settled(tap, hearback, mails, before):
    stranger = letter("mallory@stranger.example", SUPPORT, mails[AWAY]["Subject"])
    post.deliver(hearback.servers, stranger, "mallory@stranger.example", [SUPPORT])
    good = post.wait_until(lambda: len(hearback.rows("list", "--all")) > before, WAIT_SECONDS)
    tap.check("a stranger who knows a code gets a clock all the same", good)
    tap.equal("and is nobody's answer", places(hearback)[AWAY], [])
    tap.equal("test answers opened no conversation", len(hearback.rows("list", "--all")), before + 1)
    tap.equal("and were not acknowledged", [a for a in AGENTS if len(post.read(hearback.servers, a)) != 1], [])
    said = hearback.run("check", "--answers").stdout
    for words in ("seen in Sent, ", "where nothing proves him", "proven: only then it counts", "NOT SEEN in Sent yet"):
        tap.check(f"listed: {words}", words in said, said)
    check(hearback, "--again")
    tap.equal("nobody is asked twice within ten minutes", [a for a in AGENTS if len(post.read(hearback.servers, a)) != 1], [])
    good = next(row for row in hearback.rows("status") if row["about"] == "account")["answers_seen"]
    tap.check("from now on answers are seen here", good)
    tap.equal("the audit is whole", hearback.run("audit", "verify").returncode, 0)


def test(tap):
    people = [SUPPORT, LEAD, MARIA, *AGENTS]
    account = {"agents": " ".join(AGENTS), "lead": LEAD, "authserv_id": OUR_ID, "first_response": "4s", "notice_gap": "0s"}
    with lib.beside(tap, people, account) as hearback:
        done = hearback.run("check", "--answers")
        tap.equal("without a daemon it says so", (done.returncode, "no hearback is running" in done.stderr), (os.EX_UNAVAILABLE, True))
        tap.equal("--wait alone is refused", hearback.run("check", "--wait").returncode, os.EX_USAGE)
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        post.read(hearback.servers, SUPPORT)
        hearback.command("mode", "support", "send")
        unseen(tap, hearback)
        asks(tap, hearback)
    with lib.beside(tap, people, account) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        observes(tap, hearback)


lib.main(test)
