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
    with running("47-small") as (server, sender):
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
    with running("36-rcpt-550") as (server, sender):
        first(sender)
        t.equal("after a refusal", sender.result().outcome, "refused")
        sender.send(2)
        t.equal("after a refusal: the next on the same connection", sender.result().outcome, "accepted")
        ends_in_order("after a refusal", sender)
    with running("35-greeting", "accepted") as (server, sender):
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
    with running("34-mail") as (server, sender):
        first(sender)
        until(lambda: any(c.startswith("MAIL") for c in server.commands()))
        r, = ends_in_order("stop while the server is silent", sender, [1])
        t.equal("stop while the server is silent: later", (r.outcome, r.step), ("later", "mail"))
    with running("34-greeting") as (server, sender):
        first(sender)
        until(lambda: server.connections)
        r, = ends_in_order("stop while connecting", sender, [1])
        t.equal("stop while connecting: later", (r.outcome, r.no_connection), ("later", True))


def frames_result(sender):
    return sender_room.Result(sender.keeper.expect(frames.SENT_RESULT))


def main():
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
