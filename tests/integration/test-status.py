#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What monitoring sees of hearback: one exit status and one line a trouble, and figures for a collector."""
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import integration  # noqa: E402
import letter  # noqa: E402
import post  # noqa: E402
import tap as protocol  # noqa: E402

SECONDS = 40
# The text format of Prometheus, version 0.0.4.
NAME, LABEL = r"[a-zA-Z_:][a-zA-Z0-9_:]*", r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
LINE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9]+)")
TYPE = re.compile(rf"# TYPE ({NAME}) gauge")


def check(h):
    done = h.run("status", "--check")
    return done.returncode, done.stdout


def becomes(h, status, words=""):
    """Waits until monitoring says that; what it said last."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        said = check(h)
        if said[0] == status and words in said[1]:
            return True, said
        time.sleep(0.2)
    return False, said


def figures(tap, h):
    """{(name, labels): value}; each name in one piece."""
    done = h.run("status", "--metrics")
    found, types, last = {}, [], None
    wrong = [] if done.stdout.endswith("\n") else ["no end of line"]
    for line in done.stdout.splitlines():
        announced, m = TYPE.fullmatch(line), LINE.fullmatch(line)
        if announced:
            types.append(announced.group(1))
            last = types[-1]
        elif not m or m.group(1) != last or (m.group(1), m.group(2) or "") in found:
            wrong.append(line)
        else:
            found[m.group(1), m.group(2) or ""] = int(m.group(3))
    tap.equal("metrics: a collector understands every line", (wrong, len(types)), ([], len(set(types))))
    return done.returncode, found


def asks(h, who):
    post.deliver(h.servers, letter.letter(who, "support@example.com", "A question", "How?"), who, ["support@example.com"])


def comes(tap, h, name, value):
    """Waits for that figure of the account; all figures."""
    until = time.monotonic() + SECONDS
    while True:
        _, found = figures(tap, h)
        if found.get((name, 'account="support"')) == value or time.monotonic() > until:
            tap.equal(f"metrics: {name}", found.get((name, 'account="support"')), value)
            return found
        time.sleep(0.5)


def queues(tap, h, last):
    """One that is held, one that waits for its time; what was before the restart is still known."""
    h.write_config(ack_after="1h")
    h.start()
    h.ready()
    _, found = figures(tap, h)
    tap.equal("metrics: the last message, after a restart", found["hearback_mailbox_last_message_timestamp_seconds",
                                                                  'account="support",mailbox="inbox"'], last)
    h.command("mode", "support", "hold")
    asks(h, "anton@customer.example")
    comes(tap, h, "hearback_account_held", 1)
    h.command("mode", "support", "send")
    asks(h, "berta@customer.example")
    found = comes(tap, h, "hearback_account_queued", 1)
    oldest, due = (found[f"hearback_account_{what}_timestamp_seconds", 'account="support"'] for what in ("oldest", "oldest_due"))
    tap.check("metrics: when the oldest entry was made, and is due", 0 <= time.time() - oldest < 10 * SECONDS
              and 3500 < due - time.time() <= 3600, (oldest, due))
    tap.equal("which is well", check(h)[0], 0)
    h.stop()


def test(tap):
    with integration.beside(tap, ["support@example.com", "agent@example.com", "lead@example.com"]) as h:
        status, said = check(h)
        tap.check("nothing runs: critical", status == 2 and "CRITICAL: hearback does not answer" in said, said)
        status, found = figures(tap, h)
        tap.equal("nothing runs: metrics say so", (status, found), (0, {("hearback_up", ""): 0}))

        h.write_password("wrong")
        h.start()
        h.ready()
        good, said = becomes(h, 1, "refused the password")
        tap.check("a password is refused: a warning for the first minutes", good and "WARNING: support: inbox: not connected" in said[1],
                  said)
        _, found = figures(tap, h)
        again = found.get(("hearback_mailbox_again_timestamp_seconds", 'account="support",mailbox="inbox"'), 0)
        tap.check("metrics: when it is tried again", again > time.time() - SECONDS, found)
        h.stop()

        h.write_password(h.servers.password)
        h.start()
        good, said = becomes(h, 0, "OK: 1 account")
        tap.check("all is well", good, said)
        question = letter.letter("maria@customer.example", "support@example.com", "A question", "How?")
        post.deliver(h.servers, question, "maria@customer.example", ["support@example.com"])
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            _, found = figures(tap, h)
            if found.get(("hearback_messages", "")):
                break
            time.sleep(0.2)
        label = 'account="support",mailbox="inbox"'
        tap.equal("metrics: it is up and has one message", (found["hearback_up", ""], found["hearback_messages", ""]), (1, 1))
        tap.equal("metrics: cursor and next UID", (found["hearback_mailbox_cursor", label], found["hearback_mailbox_uidnext", label]), (1, 2))
        for what in ("login", "last_message", "looked", "secret_written"):
            at = found["hearback_mailbox_" + what + "_timestamp_seconds", label]
            tap.check(f"metrics: {what}", 0 <= time.time() - at < 10 * SECONDS, at)
        tap.equal("metrics: its mode", found["hearback_account_mode", 'account="support",mode="observe"'], 1)
        tap.equal("metrics: no wall is missing", sum(v for (name, _), v in found.items() if name == "hearback_room_walls_missing"), 0)
        h.stop()
        queues(tap, h, found["hearback_mailbox_last_message_timestamp_seconds", label])


if __name__ == "__main__":
    if protocol.sanitized(os.path.join(integration.folders()[1], "hearback-reader")):
        protocol.skip_all("a sanitizer's run time has no seccomp around it: monitoring is warned")
    integration.main(test)
