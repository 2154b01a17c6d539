#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The keeper with a clock that jumps, or that stood still for a day: what waits for requesters is held, what is decided
meanwhile too, clocks are computed anew, and the audit says why."""
import contextlib
import os
import shutil
import struct
import sys
import tempfile
import time

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
for folder in ("tests/lib", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
# pylint: disable=wrong-import-position
import frames  # noqa: E402
import keeper_room as room  # noqa: E402
import tap  # noqa: E402
from keeper_room import Sender, letter  # noqa: E402

BINARY = os.path.join(BUILD, "hearback-keeper")
SHIFT = os.path.abspath(os.path.join(BUILD, "tests/tools/clock-shift.so"))
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
t = tap.Tap()


class Clock:
    def __init__(self, folder):
        self.path = os.path.join(folder, "clock")
        self.set(0)

    def set(self, seconds):
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb") as f:
            f.write(struct.pack("=q", seconds))


@contextlib.contextmanager
def shifted():
    folder = tempfile.mkdtemp(prefix="hearback-clock-")
    clock = Clock(folder)
    os.environ.update(LD_PRELOAD=SHIFT, HEARBACK_CLOCK=clock.path)
    state = os.path.join(folder, "state")
    os.mkdir(state)
    try:
        yield clock, lambda **account: room.Keeper(BINARY, state, **account)
    finally:
        del os.environ["LD_PRELOAD"], os.environ["HEARBACK_CLOCK"]
        shutil.rmtree(folder, ignore_errors=True)


def until(condition, seconds=frames.SECONDS):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def events(k):
    return [r["event"] for r in k.ask("audit-list")]


def held(k):
    return [r["recipient"] for r in k.held() if r["state"] == "held"]


def jump(seconds, words):
    with shifted() as (clock, start):
        k = start(ack_after="10min")
        k.mode("send")
        inbox, sent = k.mailboxes()
        sender = Sender(k)
        inbox.take({1: letter("anna@client.example", "One")})
        clock.set(2 * MINUTE)
        time.sleep(1.5)
        t.equal("a small correction is nothing", (held(k), "clock" in events(k)), ([], False))
        clock.set(2 * MINUTE + seconds)
        t.check(f"{words}: what waits is held", until(lambda: held(k)), k.log())
        rows = k.ask("audit-list")
        t.check("... and the audit says why", any(r["event"] == "clock" and words in r["detail"] for r in rows)
                and any(r["event"] == "held" and words in r["detail"] for r in rows), rows)
        inbox.take({2: letter("ben@client.example", "Two")})
        t.equal("what is decided meanwhile is held, too", len(held(k)), 2)
        inbox.seen_all()
        inbox.take({3: letter("carl@client.example", "Three")})
        t.equal("... until every mailbox has been read to its end", len(held(k)), 3)
        inbox.seen_all()
        sent.seen_all()
        inbox.take({4: letter("dora@client.example", "Four")})
        rows = [r for r in k.ask("audit-list") if r["event"] == "decision" and r["purpose"] == "acknowledgement"]
        t.equal("then it is believed again", ([r["verdict"] for r in rows], len(held(k))), (["send", "hold", "hold", "send"], 3))
        rows = k.ask("why", what="ben@client.example")
        t.check("why comes to the same verdict", any(r.get("verdict") == "hold" for r in rows)
                and all(r["replay"].startswith("same") for r in rows if "replay" in r), rows)
        sent.answer_look()
        t.equal("the lead alone is written to", (sender.handed()[2], sender.quiet()), (room.LEAD, True))
        k.stop()
        k.close(remove=False)


def away():
    with shifted() as (clock, start):
        k = start(ack_after="10min", first_response="2h")
        k.mode("send")
        inbox, _ = k.mailboxes()
        inbox.take({1: letter("anna@client.example", "One")})
        due = k.conversations()[0]["due"]
        k.stop()
        k.close(remove=False)

        clock.set(HOUR)
        k = start(ack_after="10min", first_response="2h")
        t.equal("an hour without a daemon is nothing", (held(k), "clock" in events(k)), ([], False))
        k.stop()
        k.close(remove=False)

        clock.set(HOUR + DAY + MINUTE)
        k = start(ack_after="10min", first_response="3h")
        t.check("a day without a daemon: what waited is held", until(lambda: held(k)), k.log())
        t.check("... and the audit says why", any(r["event"] == "clock" and "nothing was written for" in r["detail"] for r in k.ask("audit-list")))
        t.equal("clocks are computed anew", until(lambda: k.conversations()[0]["due"] - due), HOUR)
        k.stop()
        k.close(remove=False)

        clock.set(0)
        k = start(ack_after="10min", first_response="3h")
        t.check("a ledger from the future is doubted", until(lambda: any("in the future" in r["detail"] for r in k.ask("audit-list")), 5), k.log())
        t.equal("the audit is whole", k.ask("audit-verify")[-1]["ok"], 1)
        k.stop()
        k.close(remove=False)


def main():
    if tap.sanitized(BINARY):
        tap.skip_all("a sanitizer's run time comes first")
    jump(6 * MINUTE, "the clock jumped ahead by 6 min")
    jump(-10 * MINUTE, "the clock was set back by 10 min")
    away()
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
