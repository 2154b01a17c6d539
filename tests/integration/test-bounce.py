#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An acknowledgement that a real Postfix sends back: its entry is marked, the audit says so, the conversation is shown
as not delivered. A bounce that somebody has made up changes nothing."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT, GONE, THERE = "support@example.com", "gone@customer.example", "there@customer.example"
WAIT_SECONDS = 60
REPORT = """\
Reporting-MTA: dns; mail.customer.example

Final-Recipient: rfc822; {0}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
"""


def made_up(recipient, message_id):
    """What a server would write that could not deliver `message_id`."""
    m = letter("MAILER-DAEMON@customer.example", SUPPORT, "Undelivered Mail Returned to Sender")
    head = "".join(f"{name}: {m[name]}\n" for name in ("From", "To", "Subject", "Date", "Message-ID"))
    head += 'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    returned = f"From: {SUPPORT}\nTo: {recipient}\nSubject: Auto: x\nMessage-ID: {message_id}\n"
    parts = (("text/plain", "It could not be delivered.\n"),
             ("message/delivery-status", REPORT.format(recipient)), ("text/rfc822-headers", returned))
    return (head + "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts) + "--b--\n").encode()


def conversation(hearback, who):
    return {row["requester"]: row for row in hearback.rows("list", "--all")}.get(who, {})


def entry(hearback, who):
    return [row for row in hearback.rows("why", who) if row["about"] == "entry"][-1]


def bounced(hearback, who):
    return any(row["about"] == "event" and row["event"] == "bounced" for row in hearback.rows("why", who))


def ask(hearback, who):
    question = letter(who, SUPPORT, f"A question of {who}")
    post.deliver(hearback.servers, question, who, [SUPPORT])
    sent = post.wait_until(lambda: hearback.run("why", who).returncode == 0 and
                           entry(hearback, who)["state"] == "sent" and entry(hearback, who), WAIT_SECONDS)
    return question, sent


def test(tap):
    with lib.beside(tap, [SUPPORT, "agent@example.com", "lead@example.com", THERE]) as hearback:
        s = hearback.servers
        hearback.start()
        tap.check("hearback runs", hearback.ready())
        hearback.command("mode", "support", "send")
        s.promise(GONE)
        ask(hearback, GONE)
        post.wait_until(lambda: conversation(hearback, GONE).get("undelivered"), WAIT_SECONDS)
        found = entry(hearback, GONE)
        tap.check("the entry has come back", found.get("bounced") and found["bounce_status"].startswith("5."), found)
        tap.check("the audit says so", bounced(hearback, GONE), hearback.command("why", GONE))
        shown = hearback.command("show", conversation(hearback, GONE)["conversation"])
        tap.check("show says that it was not delivered", shown.count("NOT DELIVERED") == 2, shown)
        tap.check("so does list", "[not delivered] A question" in hearback.command("list"), hearback.command("list"))
        tap.check("the bounce lies in the conversation", "kind bounce" in shown and "joined by returned" in shown, shown)
        tap.equal("which is open all the same", conversation(hearback, GONE)["state"], "open")

        # A server may also refuse at once.
        erika = "erika@customer.example"
        post.place(s, SUPPORT, letter(erika, SUPPORT, "Who am I?").as_bytes())
        tap.check("an acknowledgement that is refused is told as not delivered, too", post.wait_until(
            lambda: conversation(hearback, erika).get("undelivered"), WAIT_SECONDS), hearback.command("list"))
        tap.equal("its entry has failed", entry(hearback, erika)["state"], "failed")

        # Somebody who was answered makes bounces up: an id nobody knows, one altered, the right one below another's name.
        _, sent = ask(hearback, THERE)
        good = sent["message_id"]
        altered = good[:5] + ("a" if good[5] != "a" else "b") + good[6:]
        for i, wrong in enumerate(("hb.aaaa.bbbb@example.com", altered, good.replace("@example.com", "@example.net"))):
            before = len(hearback.rows("list", "--all"))
            post.deliver(s, made_up(THERE, f"<{wrong}>"), "", [SUPPORT])
            post.wait_until(lambda n=before: len(hearback.rows("list", "--all")) > n, WAIT_SECONDS)
            tap.equal(f"made-up bounce {i} stands alone", len(hearback.rows("list", "--all")), before + 1)
        tap.check("no made-up bounce is believed", not entry(hearback, THERE).get("bounced") and
                  not bounced(hearback, THERE) and not conversation(hearback, THERE).get("undelivered"))
        tap.check("the chain is whole", hearback.run("audit", "verify").returncode == 0)

        # The witness that our own mailbox refuses says nothing of the requester; the requester's own server does.
        post.deliver(s, made_up(SUPPORT, f"<{good}>"), "", [SUPPORT])
        post.wait_until(lambda: conversation(hearback, THERE)["messages"] > 1, WAIT_SECONDS)
        tap.check("a refused witness is no failed delivery", not entry(hearback, THERE).get("bounced"))
        post.deliver(s, made_up(THERE, f"<{good}>"), "", [SUPPORT])
        tap.check("the right id is believed", post.wait_until(lambda: entry(hearback, THERE).get("bounced"), WAIT_SECONDS))
        time.sleep(1.1)  # dates of mail count whole seconds
        again = letter(THERE, SUPPORT, "Re: it came back?", "I am still here.", In_Reply_To=f"<{good}>", References=f"<{good}>")
        post.deliver(s, again, THERE, [SUPPORT])
        tap.check("whoever writes again is reached again", post.wait_until(
            lambda: not conversation(hearback, THERE).get("undelivered"), WAIT_SECONDS))


lib.main(test)
