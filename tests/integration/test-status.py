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

SECONDS = 40
LINE = re.compile(r"([a-z_]+)(?:\{((?:[a-z]+=\"[^\"]*\",?)*)\})? (-?[0-9]+)")


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
    for line in done.stdout.splitlines():
        if line.startswith("# TYPE "):
            types.append(line.split()[2])
            last = types[-1]
            continue
        m = LINE.fullmatch(line)
        if not m or m.group(1) != last:
            tap.check("a line of metrics", False, line)
            continue
        found[m.group(1), m.group(2) or ""] = int(m.group(3))
    tap.equal("metrics: every gauge is announced once", len(types), len(set(types)))
    return done.returncode, found


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
        for what in ("login", "last_message", "looked"):
            at = found["hearback_mailbox_" + what + "_timestamp_seconds", label]
            tap.check(f"metrics: {what}", 0 <= time.time() - at < 10 * SECONDS, at)
        tap.equal("metrics: its mode", found["hearback_account_mode", 'account="support",mode="observe"'], 1)
        tap.equal("metrics: no wall is missing", sum(v for (name, _), v in found.items() if name == "hearback_room_walls_missing"), 0)
        h.stop()


if __name__ == "__main__":
    integration.main(test)
