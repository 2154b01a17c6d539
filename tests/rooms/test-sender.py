#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sender against scripted servers: every way a message can end, told as it was, exactly once."""
import contextlib
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
MESSAGE = sender_room.MESSAGE
t = tap.Tap()


@contextlib.contextmanager
def running(*dialogues, binary=BINARY, **more):
    """A server with these dialogues and a sender for it; both are gone afterwards."""
    server = smtp_fake.FakeServer(*dialogues)
    sender = sender_room.Sender(binary, server.port, **more)
    try:
        yield server, sender
    finally:
        sender.close()
        server.close()


def first(sender, entry=1, **message):
    """Sends one message on a fresh connection."""
    sender.send(entry, **message)
    sender.give_secret()


def ends_in_order(name, sender, entries=()):
    """Stops it; `entries` are those that were not answered before."""
    ending, results = sender.stop()
    t.equal(f"{name}: it ends in order", (ending, sender.status), (("orderly", ""), 0))
    t.equal(f"{name}: one answer for each", [r.entry for r in results], list(entries))
    return results


def until(condition):
    """Waits for what another process does."""
    deadline = time.monotonic() + frames.SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.005)


def stat(pid):
    """State letter of a process, or None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None


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


def received(name):
    """Dialogues that read a whole message, whatever they say to it."""
    return name in ("accepted", "bare", "helo", "auth-login", "witness-550") or name.startswith("dot-")


def outcome_of(name, server, sender, login):
    if login:
        first(sender)
    else:
        sender.send(1)
    if name.startswith("body-"):
        # The grant comes when the server has spoken or gone already.
        entry = sender.asked()
        until(lambda: server.connections[0].said_all)
        sender.grant(entry)
    return sender.result()


def outcomes():
    for name, outcome, step, no_connection, words, login in TABLE:
        waits = "silence" in name or "half" in name
        with running(name, environment=SHORT if waits else None, smtp_auth="yes" if login else "no") as (server, sender):
            r = outcome_of(name, server, sender, login)
            good = (r.entry, r.attempt, r.outcome, r.step, r.no_connection) == (1, 1, outcome, step, no_connection)
            t.check(f"{name}: {outcome} at {step}", good and words in r.reply, repr(r))
            if outcome == "accepted":
                t.equal(f"{name}: the server's words, whole", r.reply, words)
            t.equal(f"{name}: whether the witness was refused", r.witness_refused, name == "witness-550")
            ends_in_order(name, sender)
            server.wait_ended()
            t.equal(f"{name}: what the server has", server.messages, [MESSAGE] if received(name) else [])
            t.equal(f"{name}: nothing out of turn", server.surprises, [])


def without_tls_or_token():
    """Where STARTTLS was chosen there is no way without it, where a token was, none with a password."""
    for name, step, words, keys in (
            ("starttls-none", "tls", "the server does not offer STARTTLS", {"smtp_tls": "starttls"}),
            ("starttls-454", "tls", "nothing is sent without TLS; it said: 454", {"smtp_tls": "starttls"}),
            ("starttls-inject", "tls", "the server sent bytes ahead of TLS", {"smtp_tls": "starttls"}),
            ("starttls-plain", "tls", "no TLS", {"smtp_tls": "starttls"}),
            ("token-none", "auth", "it offers no AUTH XOAUTH2", {"token_file": "/nonexistent/token"}),
            ("token-535", "auth", "what gives the token; it said: 535 5.7.3", {"token_file": "/nonexistent/token"})):
        with running(name, environment=SHORT, **keys) as (server, sender):
            first(sender)
            r = sender.result()
            t.check(f"{name}: later at {step}", (r.outcome, r.step, r.no_connection) == ("later", step, True)
                    and words in r.reply, repr(r))
            ends_in_order(name, sender)
            server.wait_ended()
            t.check(f"{name}: no password was sent", not any(c.startswith("AUTH P") for c in server.commands()),
                    server.commands())
            t.equal(f"{name}: nothing out of turn", server.surprises, [])


def refused_connection():
    server = smtp_fake.FakeServer("accepted")
    server.close()
    sender = sender_room.Sender(BINARY, server.port)
    first(sender)
    sender.send(2)
    for entry in (1, 2):
        r = sender.result()
        t.check(f"nobody listens: message {entry} comes back at once, with a line for a person",
                (r.entry, r.outcome, r.step, r.no_connection) == (entry, "later", "connect", True)
                and f"127.0.0.1:{server.port}: connection refused: check host and port" in r.reply, repr(r))
    sender.send(3)
    t.check("nobody listens: the next try waits, the message does not", sender.result().no_connection)
    ends_in_order("nobody listens", sender)
    sender.close()


def secrets():
    for name, secret, words in (("missing", "/etc/secret: not readable: chown it to hearback", "/etc/secret: not readable"),
                                ("empty", b"\n", "smtp_password_file is empty"),
                                ("too long", b"x" * 2000, "smtp_password_file: longer than"),
                                ("with a NUL", b"sec\0ret\n", "NUL byte")):
        with running("accepted", secret=secret) as (server, sender):
            first(sender)
            r = sender.result()
            t.check(f"password {name}: later, and why", (r.outcome, r.step, r.no_connection) == ("later", "auth", True)
                    and words in r.reply, repr(r))
            t.check(f"password {name}: nothing was sent", not any(c.startswith("AUTH") for c in server.commands()),
                    server.commands())
            ends_in_order(f"password {name}", sender)
    with running("accepted", secret=b"secret\r\n") as (_, sender):
        first(sender)
        t.equal("password with CRLF: accepted", sender.result().outcome, "accepted")


def nothing_unchecked():
    """What must not be written is not, and does not harm the connection."""
    cases = (("recipient with a command", {"recipient": "a@b.example>\r\nRCPT TO:<c@d.example"}, "refused", "rcpt"),
             ("recipient without domain", {"recipient": "anna"}, "refused", "rcpt"),
             ("recipient at an address literal", {"recipient": "anna@[127.0.0.1]"}, "refused", "rcpt"),
             ("sender with a blank", {"sender": "a b@example.com"}, "refused", "mail"),
             ("bare LF", {"message": b"a\n.\nMAIL\r\n"}, "refused", "data"),
             ("NUL", {"message": b"a\0b\r\n"}, "refused", "data"),
             ("8-bit byte", {"message": b"caf\xe9\r\n"}, "refused", "data"),
             ("long line", {"message": b"x" * 999 + b"\r\n"}, "refused", "data"),
             ("no line end", {"message": b"x"}, "refused", "data"),
             ("memory others can change", {"sealed": False}, "refused", "data"))
    with running("checked") as (server, sender):
        sender.send(1)
        sender.give_secret()
        t.equal("a good message before", sender.result().outcome, "accepted")
        for number, (name, message, outcome, step) in enumerate(cases, 2):
            sender.send(number, **message)
            r = sender.result()
            t.equal(f"{name}: {outcome} at {step}", (r.entry, r.outcome, r.step), (number, outcome, step))
        sender.send(99, witness="no address", sender="")
        r = sender.result()
        t.equal("no address for the witness: sent without it", (r.outcome, r.witness_refused), ("accepted", True))
        ends_in_order("checks", sender)
        server.wait_ended()
        t.equal("checks: the server has the good ones", server.messages, [MESSAGE, MESSAGE])
        t.equal("checks: one connection", len(server.connections), 1)
        t.equal("checks: what it was told", [c for c in server.commands() if not c.startswith(("EHLO", "AUTH", "RSET"))],
                ["MAIL FROM:<support@example.com> SIZE=%d" % len(MESSAGE),
                 "RCPT TO:<anna@client.example>", "RCPT TO:<support+trace@example.com>", "DATA",
                 "MAIL FROM:<> SIZE=%d" % len(MESSAGE), "RCPT TO:<anna@client.example> NOTIFY=NEVER", "DATA", "QUIT"])
    with running("small") as (server, sender):
        first(sender)
        r = sender.result()
        t.equal("larger than SIZE: refused", (r.outcome, r.step), ("refused", "mail"))
        ends_in_order("larger than SIZE", sender)
        server.wait_ended()
        t.check("larger than SIZE: not begun", not any(c.startswith("MAIL") for c in server.commands()))


def connections():
    with running("accepted") as (server, sender):
        first(sender)
        sender.result()
        for entry in range(2, 52):
            if entry == 51:
                first(sender, entry)
            else:
                sender.send(entry)
            r = sender.result()
            if (r.entry, r.outcome) != (entry, "accepted"):
                t.check(f"message {entry}", False, repr(r))
        ends_in_order("51 messages", sender)
        server.wait_ended()
        t.equal("51 messages: all there", server.messages, [MESSAGE] * 51)
        t.equal("51 messages: a new connection after 50", [c.commands.count("DATA") for c in server.connections], [50, 1])
        t.equal("51 messages: QUIT on each", [c.commands[-1] for c in server.connections], ["QUIT", "QUIT"])
    with running("accepted", smtp_connections=2) as (server, sender):
        for entry in range(1, 6):
            sender.send(entry)
        sender.give_secret()
        sender.give_secret()
        asked = {sender.asked(), sender.asked()}
        t.equal("two connections: two messages are on the wire", asked, {1, 2})
        for entry in sorted(asked):
            sender.grant(entry)
        t.equal("two connections: all are sent", sorted(sender.result().entry for _ in range(5)), [1, 2, 3, 4, 5])
        ends_in_order("two connections", sender)
        server.wait_ended()
        t.equal("two connections: not more", len(server.connections), 2)
    with running("rcpt-550") as (server, sender):
        first(sender)
        t.equal("after a refusal", sender.result().outcome, "refused")
        sender.send(2)
        t.equal("after a refusal: the next on the same connection", sender.result().outcome, "accepted")
        ends_in_order("after a refusal", sender)
    with running("greeting-421", "accepted") as (server, sender):
        first(sender)
        t.equal("backoff: the first try fails", sender.result().no_connection, True)
        while True:
            sender.send(2)
            if sender.speaks() is sender.supervisor:
                break
            t.check("backoff: until then it comes back", sender.result().no_connection)
            time.sleep(0.25)
        sender.give_secret()
        t.equal("backoff: the next try works", sender.result().outcome, "accepted")
        ends_in_order("backoff", sender)
    with running("idle-close", "accepted") as (server, sender):
        first(sender)
        t.equal("closed while idle: the first", sender.result().outcome, "accepted")
        until(lambda: not sender.children())
        first(sender, 2)
        t.equal("closed while idle: the next on a new connection", sender.result().outcome, "accepted")
        ends_in_order("closed while idle", sender)


def deaths():
    with running("body-hang", "accepted") as (server, sender):
        first(sender)
        entry = sender.asked()
        os.kill(sender.children()[0], signal.SIGKILL)
        r = sender.result()
        t.equal("helper killed before the dot: later", (r.entry, r.outcome, r.no_connection), (1, "later", False))
        sender.grant(entry)
        first(sender, 2)
        t.equal("helper killed before the dot: the next is sent", sender.result().outcome, "accepted")
        ends_in_order("helper killed before the dot", sender)
        server.wait_ended()
        t.equal("helper killed before the dot: the server has the other one", server.messages, [MESSAGE])
    with running("dot-hang") as (server, sender):
        first(sender)
        sender.grant(sender.asked())
        until(lambda: server.messages)
        os.kill(sender.children()[0], signal.SIGKILL)
        r = sender.result()
        t.equal("helper killed after the dot: unknown", (r.entry, r.outcome, r.step), (1, "unknown", "dot"))
        ends_in_order("helper killed after the dot", sender)
    with running("body-hang") as (server, sender):
        first(sender)
        sender.asked()
        helper = sender.children()[0]
        sender.kill()
        until(lambda: stat(helper) in (None, "Z"))
        server.wait_ended()
        t.equal("dispatcher killed before the dot: the helper goes, without a goodbye",
                (server.connections[0].closed_by_client, server.messages, server.commands()[-1]), (True, [], "DATA"))
    with running("dot-late") as (server, sender):
        first(sender)
        sender.grant(sender.asked())
        until(lambda: server.messages)
        sender.kill()
        sender.wait()
        time.sleep(0.1)  # for a helper that would go at once
        server.go_on.set()
        server.wait_ended()
        t.equal("dispatcher killed after the dot: the helper waits for the server's word and says goodbye",
                (server.messages, server.commands()[-1]), ([MESSAGE], "QUIT"))
    with running("accepted") as (server, sender):
        first(sender)
        sender.asked()
        sender.keeper.close()
        t.equal("keeper gone: it ends", sender.ending(), ("orderly", "sender: the keeper has ended"))
        sender.wait()
        server.wait_ended()
        t.equal("keeper gone: nothing sent", server.messages, [])


def marked_stop():
    for name, go_on in (("killed", False), ("continued", True)):
        with tempfile.NamedTemporaryFile(delete=False) as marker:
            pass
        with running("accepted", environment={"HEARBACK_FAULT": f"dotted:{marker.name}"}) as (server, sender):
            first(sender)
            sender.grant(sender.asked())
            helper = sender.children()[0]
            until(lambda: stat(helper) == "T")
            t.check(f"marked stop, {name}: the marker is used up", not os.path.exists(marker.name))
            t.equal(f"marked stop, {name}: the dot is not written", server.messages, [])
            os.kill(helper, signal.SIGCONT if go_on else signal.SIGKILL)
            t.equal(f"marked stop, {name}", sender.result().outcome, "accepted" if go_on else "unknown")
            ends_in_order(f"marked stop, {name}", sender)
    with open(PRODUCTION, "rb") as f:
        t.check("the installed sender knows no faults", b"HEARBACK_FAULT" not in f.read())


def stops():
    with running("accepted", smtp_connections=1) as (server, sender):
        first(sender)
        entry = sender.asked()
        sender.send(2)
        sender.supervisor.send(frames.STOP)
        r = frames_result(sender)
        t.equal("stop: what waits comes back", (r.entry, r.outcome, r.no_connection), (2, "later", True))
        sender.send(3)
        r = frames_result(sender)
        t.equal("stop: what comes now too", (r.entry, r.outcome, r.no_connection), (3, "later", True))
        sender.grant(entry)
        t.equal("stop: what is past DATA is finished", sender.result().outcome, "accepted")
        t.equal("stop: then it ends", sender.ending(), ("orderly", ""))
        server.wait_ended()
        t.equal("stop: the server has it", server.messages, [MESSAGE])
    with running("mail-silence") as (server, sender):
        first(sender)
        until(lambda: any(c.startswith("MAIL") for c in server.commands()))
        r, = ends_in_order("stop while the server is silent", sender, [1])
        t.equal("stop while the server is silent: later", (r.outcome, r.step), ("later", "mail"))
    with running("greeting-silence") as (server, sender):
        first(sender)
        until(lambda: server.connections)
        r, = ends_in_order("stop while connecting", sender, [1])
        t.equal("stop while connecting: later", (r.outcome, r.no_connection), ("later", True))


def frames_result(sender):
    return sender_room.Result(sender.keeper.expect(frames.SENT_RESULT))


def main():
    outcomes()
    without_tls_or_token()
    refused_connection()
    secrets()
    nothing_unchecked()
    connections()
    deaths()
    marked_stop()
    stops()
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
