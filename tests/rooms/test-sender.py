#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sender against scripted servers: every way a message can end, told as it was, exactly once."""
import os
import signal
import sys
import tempfile
import time

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
for folder in ("tests/lib", "tests/server", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
import frames  # noqa: E402
import sender_room  # noqa: E402
import smtp_fake  # noqa: E402
import tap  # noqa: E402

BINARY = os.path.join(BUILD, "tests/rooms/hearback-sender")
PRODUCTION = os.path.join(BUILD, "hearback-sender")
SHORT = {"HEARBACK_FAULT_TIMEOUT": "300"}
t = tap.Tap()


def start(server, environment=None, secret=b"secret\n", binary=BINARY, **more):
    s = sender_room.Sender(binary, sender_room.settings(server.port, **more), environment, secret)
    if more.get("smtp_auth") != "no" and server.dialogues:
        s.give_secret_first = True
    return s


def first(server, sender, entry=1, **message):
    """Sends one message on a fresh connection."""
    sender.send(entry, **message)
    if getattr(sender, "give_secret_first", False):
        sender.give_secret()
    return sender


def quiet_end(name, sender, late=()):
    ending, results = sender.stop()
    t.equal(f"{name}: ends in order", (ending, sender.status), (("orderly", ""), 0))
    t.equal(f"{name}: no more answers", [r.entry for r in results], list(late))


# dialogue, outcome, step, no_connection, words of the reply, login
TABLE = (
    ("accepted", "accepted", "dot", False, "250-2.0.0 first line\n250 2.0.0 queued as A1", True),
    ("bare", "accepted", "dot", False, "250 queued", False),
    ("helo", "accepted", "dot", False, "250 queued", False),
    ("auth-login", "accepted", "dot", False, "250 queued", True),
    ("greeting-554", "later", "connect", True, "554-5.3.2 no service 554 5.3.2 for you", True),
    ("greeting-421", "later", "connect", True, "421 4.3.2 come back later", True),
    ("greeting-garbage", "later", "connect", True, "no SMTP reply; it said: SSH-2.0-OpenSSH_9.2", True),
    ("greeting-silence", "later", "connect", True, "the server did not finish in time", True),
    ("greeting-half", "later", "connect", True, "the server did not finish in time", True),
    ("greeting-mixed", "later", "connect", True, "no SMTP reply", True),
    ("greeting-longline", "later", "connect", True, "a line of more than 2000 bytes", True),
    ("ehlo-flood", "later", "connect", True, "no SMTP reply", True),
    ("ehlo-421", "later", "connect", True, "421 4.3.2 busy", True),
    ("auth-535", "later", "auth", True, "check smtp_user and smtp_password_file; it said: 535 5.7.8 wrong password", True),
    ("auth-454", "later", "auth", True, "454 4.7.0 directory is down", True),
    ("auth-none", "later", "auth", True, "set smtp_auth = no", True),
    ("mail-451", "later", "mail", False, "451 sender says no", True),
    ("mail-550", "refused", "mail", False, "550 sender says no", True),
    ("mail-530", "later", "auth", True, "set smtp_auth = yes; it said: 530 5.7.0 authentication required", False),
    ("mail-354", "later", "mail", False, "out of step; it said: 354 confused", False),
    ("mail-silence", "later", "mail", False, "the server did not finish in time", True),
    ("rcpt-450", "later", "rcpt", False, "450 recipient says no", True),
    ("rcpt-550", "refused", "rcpt", False, "550 recipient says no", True),
    ("rcpt-552", "later", "rcpt", False, "552 recipient says no", True),
    ("rcpt-421", "later", "rcpt", False, "421 4.3.2 shutting down", True),
    ("rcpt-flood", "later", "rcpt", False, "no SMTP reply", True),
    ("rcpt-silence", "later", "rcpt", False, "the server did not finish in time", True),
    ("witness-550", "accepted", "dot", False, "250 queued", True),
    ("data-451", "later", "data", False, "451 data says no", True),
    ("data-554", "refused", "data", False, "554 data says no", True),
    ("data-250", "later", "data", False, "out of step; it said: 250 that was one too many", True),
    ("data-silence", "later", "data", False, "the server did not finish in time", True),
    ("body-close", "later", "dot", False, "the server closed the connection", True),
    ("body-reset", "later", "dot", False, "the server reset the connection", True),
    ("body-speaks", "later", "dot", False, "out of step; it said: 452 4.3.1 disk full", True),
    ("dot-451", "later", "dot", False, "451 message says no", True),
    ("dot-554", "refused", "dot", False, "554 message says no", True),
    ("dot-421", "later", "dot", False, "421 4.3.2 shutting down", True),
    ("dot-354", "unknown", "dot", False, "out of step; it said: 354 confused", True),
    ("dot-silence", "unknown", "dot", False, "the server did not finish in time", True),
    ("dot-close", "unknown", "dot", False, "the server closed the connection", True),
    ("dot-half", "unknown", "dot", False, "the server closed the connection", True),
    ("dot-more", "unknown", "dot", False, "the server closed the connection; it said: 250-ok, and", True),
    ("dot-garbage", "unknown", "dot", False, "no SMTP reply; it said: what was that", True),
    ("dot-two", "unknown", "dot", False, "out of step", True),
    ("dot-then-421", "accepted", "dot", False, "250 queued", True),
    ("dot-then-close", "accepted", "dot", False, "250 queued", True),
)


def outcomes():
    for name, outcome, step, no_connection, words, login in TABLE:
        server = smtp_fake.FakeServer(name)
        quick = "silence" in name or "half" in name
        sender = start(server, SHORT if quick else None, smtp_auth="yes" if login else "no")
        first(server, sender)
        if name in ("body-close", "body-reset", "body-speaks"):
            # The grant comes when the server has spoken already.
            entry = sender.asked()
            server.connections[0].reader  # the script goes on by itself
            while name != "body-speaks" and not server.connections[0].sock._closed:
                time.sleep(0.01)
            time.sleep(0.05)
            sender.grant(entry)
        r = sender.result()
        good = (r.entry, r.attempt, r.outcome, r.step, r.no_connection) == (1, 1, outcome, step, no_connection)
        t.check(f"{name}: {outcome} at {step}", good and words in r.reply, repr(r))
        whole = words if outcome == "accepted" else r.reply
        t.check(f"{name}: the server's words, whole", outcome != "accepted" or r.reply == whole, r.reply)
        t.equal(f"{name}: only a refused witness is told as one", r.witness_refused, name == "witness-550")
        received = [sender_room.MESSAGE] if name.startswith(("accepted", "bare", "helo", "auth-login", "dot-")) or \
            name == "witness-550" else []
        sender.stop()
        server.wait_ended()
        t.equal(f"{name}: what the server has", server.messages, received)
        t.equal(f"{name}: nothing but what was due", server.surprises, [])
        sender.close()
        server.close()


def main():
    outcomes()
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
