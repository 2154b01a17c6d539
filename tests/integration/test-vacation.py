#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A requester whose mailbox answers by itself (Pigeonhole's vacation): one acknowledgement, then
silence, however often the two meet."""
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
AWAY = "vera@customer.example"
SCRIPT = 'require "vacation";\nvacation :days 1 :subject "Away until Monday" "I read no mail.\\n";\n'
WAIT_SECONDS = 60
SETTLE_SECONDS = 5


def automated(servers):
    return [m for m in post.read(servers, AWAY) if m["Auto-Submitted"]]


def test(tap):
    with lib.beside(tap, [SUPPORT, "agent@example.com", "lead@example.com", AWAY]) as hearback:
        s = hearback.servers
        s.sieve(AWAY, SCRIPT)
        hearback.start()
        tap.check("hearback runs", hearback.ready())
        hearback.command("mode", "support", "send")
        question = letter(AWAY, SUPPORT, "Where is my order?")
        post.deliver(s, question, AWAY, [SUPPORT])
        post.wait_until(lambda: automated(s), WAIT_SECONDS)
        tap.equal("the question is acknowledged", len(automated(s)), 1)

        # What a person writes does wake the vacation notice. Dates of mail count whole seconds.
        time.sleep(2)
        reply = answer(SUPPORT, question, "It is on its way.")
        post.submit(s, SUPPORT, reply, [AWAY])
        with post.Mailbox(s, SUPPORT) as mailbox:
            mailbox.append(reply)
        notices = post.wait_until(
            lambda: [m for m in post.read(s, SUPPORT) if m["Subject"] == "Away until Monday"], WAIT_SECONDS)
        tap.equal("the vacation notice came to us", len(notices), 1)
        taken_in = post.wait_until(lambda: hearback.run("why", notices[0]["Message-ID"]).returncode == 0,
                                   WAIT_SECONDS)
        tap.check("it was taken in", taken_in)
        why = hearback.command("why", notices[0]["Message-ID"])
        tap.check("why names the interlock and the field", "auto_reply" in why and "Auto-Submitted" in why, why)
        time.sleep(SETTLE_SECONDS)
        tap.equal("it is not answered", len(automated(s)), 1)
        post.wait_until(lambda: hearback.rows("list", "--all")[0]["state"] == "waiting", WAIT_SECONDS)
        rows = hearback.rows("list", "--all")
        tap.equal("all of it is one conversation", len(rows), 1)
        tap.equal("and the agent's answer still counts", rows[0]["state"], "waiting")


lib.main(test)
