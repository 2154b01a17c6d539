#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hearback check --online: what works is said, what does not is said with what to do, and nothing is changed or sent."""
import email.utils
import json
import os
import sys
import time

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.join(TOP, "quickstart.d")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
import servers  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT = "support@example.com"
BORDER = "mx.example.com"
OK, UNAVAILABLE, CONFIG = 0, 69, 78


def fill(mail_servers):
    """Mail as the border leaves it: its results above its Received field, and LMTP's above that."""
    head = f"Received: from {BORDER} by mail.example.com; {email.utils.formatdate()}\r\n" \
           f"Authentication-Results: {BORDER}; dmarc=none\r\n" \
           f"Received: from somewhere by {BORDER}; {email.utils.formatdate()}\r\n"
    with post.Mailbox(mail_servers, SUPPORT) as m:
        for i in range(6):
            m.append(head.encode() + post.crlf(letter(f"person@customer{i}.example", SUPPORT, "A question")), "INBOX", "")
        m.append(letter(SUPPORT, "person@customer1.example", "An answer"))


def look(hearback, **account):
    hearback.write_config(**account)
    done = hearback.run("check", "--online", "--json")
    return done, {(r["what"], r["level"]): r["text"] for r in map(json.loads, done.stdout.splitlines()) if r["about"] == "finding" and "what" in r}


def told(tap, name, hearback, status, findings, **account):
    done, found = look(hearback, **account)
    tap.check(name, done.returncode == status, f"{done.returncode} {done.stdout} {done.stderr}")
    for (what, level), words in findings.items():
        text = found.get((what, level), "")
        tap.check(f"{name}: {what}", words in text and text, f"{found}")
    return done


def all_well(tap, hearback):
    done = told(tap, "all is well", hearback, OK, {
        ("imap", "ok"): "INBOX is open, 6 messages", ("sent", "ok"): "Sent is open", ("smtp", "ok"): "takes the login",
        ("certificate", "ok"): "29 more days", ("envelope", "ok"): SUPPORT,
        ("witness", "ok"): "support+trace@example.com", ("authserv_id", "ok"): "6 of 6"}, authserv_id=BORDER, hops="1")
    tap.check("no secret is told", hearback.servers.password not in done.stdout + done.stderr, done.stdout)
    text = hearback.run("check", "--online")
    tap.check("people are told", text.returncode == OK and "account support" in text.stdout and "  ok  " in text.stdout, text.stdout)


def authentication(tap, hearback):
    told(tap, "another name stands nowhere", hearback, CONFIG,
         {("authserv_id", "error"): "none of 6", ("authserv_id", "note"): f"authserv_id = {BORDER}, hops = 1"}, authserv_id="mx.example.net")
    told(tap, "nor does the right one at another place", hearback, CONFIG, {("authserv_id", "error"): "hops = 0"}, authserv_id=BORDER, hops="0")
    told(tap, "what is not set is proposed", hearback, OK,
         {("authserv_id", "warning"): "not set", ("authserv_id", "note"): f"authserv_id = {BORDER}, hops = 1"}, authserv_id=None, hops=None)
    told(tap, "none may be better", hearback, OK, {("authserv_id", "ok"): "none", ("authserv_id", "note"): BORDER}, authserv_id="none")


def witness(tap, hearback):
    told(tap, "a witness that is refused", hearback, OK, {("witness", "warning"): "support_trace@example.com"}, subaddress="_")
    told(tap, "a witness that is wanted and refused", hearback, CONFIG, {("witness", "error"): "refused"}, witness="yes")
    hearback.write_config(subaddress="+", witness=None)


def marks(tap, hearback):
    told(tap, "no labels", hearback, CONFIG, {("marks", "error"): "labels"}, marks="gmail-labels")
    told(tap, "keywords", hearback, OK, {("marks", "note"): "read-only"}, marks="keywords")
    hearback.write_config(marks=None)


def trouble(tap, hearback):
    (closed,) = servers.free_ports(1)
    told(tap, "nobody at the IMAP port", hearback, UNAVAILABLE, {("imap", "error"): str(closed)}, port=closed)
    told(tap, "nobody at the SMTP port", hearback, UNAVAILABLE, {("smtp", "error"): "connect"}, port=hearback.servers.imaps,
         smtp_port=closed)
    told(tap, "no such mailbox", hearback, CONFIG, {("imap", "error"): "Nowhere"}, smtp_port=hearback.servers.submissions,
         mailbox="Nowhere")
    hearback.write_password("wrong")
    told(tap, "a wrong password", hearback, CONFIG, {("imap", "error"): "refused the password", ("smtp", "error"): "auth"}, mailbox=None)
    hearback.write_password(hearback.servers.password)


def state(hearback):
    with post.Mailbox(hearback.servers, SUPPORT) as m:
        return [(m.imap.select(box, readonly=True), m.imap.response("RECENT"), m.imap.uid("fetch", "1:*", "(UID FLAGS)"))
                for box in ("INBOX", "Sent")]


def test(tap):
    with lib.beside(tap, [SUPPORT]) as hearback:
        fill(hearback.servers)
        before = state(hearback)
        began = time.time()
        all_well(tap, hearback)
        authentication(tap, hearback)
        witness(tap, hearback)
        marks(tap, hearback)
        trouble(tap, hearback)
        tap.equal("nothing has changed for another client", state(hearback), before)
        log = hearback.servers.log()
        tap.check("no message was sent", "status=sent" not in log and ": from=<" not in log, log)
        tap.check("no ledger was made", not os.path.exists(os.path.join(hearback.state, "ledger")), os.listdir(hearback.state))
        lib.note(f"{time.time() - began:.1f} s")


lib.main(test)
