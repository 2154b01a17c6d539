#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every room as it is installed, with code of ours inside (tests/tools/wall-trial.c) that tries what the room may
not do: each attempt must be refused by the kernel, and the room must go on."""
import contextlib
import os
import shutil
import sys
import tempfile
import time

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
for folder in ("tests/lib", "tests/server", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
import frames  # noqa: E402
import imap_fake  # noqa: E402
import keeper_room  # noqa: E402
import poller_room  # noqa: E402
import sender_room  # noqa: E402
import smtp_fake  # noqa: E402
import tap  # noqa: E402

TRIAL = os.path.abspath(os.path.join(BUILD, "tests/tools/wall-trial.so"))
REFUSED = ("EPERM", "EACCES")
NETWORK = ("socket", "socket-datagram", "socket-local", "connect", "bind", "listen")
FILES = ("open", "create", "unlink", "open-proc")
PROGRAMS = ("exec", "unshare", "mount", "bpf")
OTHERS = ("open-myself", "kill", "tgkill", "pidfd", "ptrace", "read-memory", "write-memory", "limit", "owner", "owner-hidden",
          "signal-of-descriptor")
EVERYTHING = NETWORK + FILES + ("open-etc", "mmap-code", "mprotect-code", "fork", "core") + PROGRAMS + OTHERS
t = tap.Tap()


@contextlib.contextmanager
def attacked(folder):
    """Rooms started in here carry the trial; yields a function that waits for `n` processes to
    have tried everything and tells what each has met."""
    log = os.path.join(folder, "log")
    os.makedirs(folder)
    kept = os.dup(2)
    with open(log, "wb") as out:
        os.dup2(out.fileno(), 2)
    target = os.path.join(folder, "target")
    with open(target, "wb"):
        pass
    os.environ.update(LD_PRELOAD=TRIAL, HEARBACK_TRIAL_FILE=target)
    try:
        yield lambda n, *more: wait_trials(n, [log, *more])
    finally:
        del os.environ["LD_PRELOAD"]
        os.dup2(kept, 2)
        os.close(kept)


def wait_trials(n, logs):
    until = time.monotonic() + frames.SECONDS
    while len(trials(logs)) < n and time.monotonic() < until:
        time.sleep(0.02)
    return trials(logs) + [{}] * n


def trials(logs):
    met, now = [], {}
    for log in logs:
        with open(log, encoding="utf-8", errors="replace") as f:
            for line in f:
                words = line.split()
                if len(words) == 3 and words[0] == "trial":
                    now[words[1]] = words[2]
                    if words[1] == "end":
                        met.append(now)
                        now = {}
    return met


def refused(room, met, attempts):
    for name in attempts:
        t.check(f"{room}: {name} is refused", met.get(name) in REFUSED, f"{name}: {met.get(name)}")


def bounded(room, met):
    t.equal(f"{room}: no more memory than it may have", met.get("memory"), "ENOMEM")


def reader(folder):
    with attacked(folder) as met:
        room = frames.Room(os.path.join(BUILD, "hearback-reader"), "", "")
        t.equal("reader: no wall is missing", room.supervisor.expect(frames.READY).text(), "")
        refused("reader", met(1)[0], EVERYTHING)
        bounded("reader", met(1)[0])
        room.close()


def poller(folder):
    with attacked(folder) as met:
        server = imap_fake.ImapFake([(1, b"Subject: 1\r\n\r\nx")], None)
        text = poller_room.settings("127.0.0.1", server.port, tls="none")
        room = poller_room.Poller(os.path.join(BUILD, "hearback-poller"), text, once=True)
        ready = room.supervisor.expect(frames.READY)
        t.equal("poller: no wall is missing", ready.text(), "")
        refused("poller", met(1)[0], EVERYTHING)
        bounded("poller", met(1)[0])
        room.selected()
        items, seen = room.take_in()
        t.check("poller: it goes on with its work", len(items) == 1 and seen, items)
        room.close()
        server.close()


def sender(folder):
    with attacked(folder) as met:
        server = smtp_fake.FakeServer("accepted")
        room = sender_room.Sender(os.path.join(BUILD, "hearback-sender"), server.port)
        room.send(1)
        room.give_secret()
        t.equal("sender: it goes on with its work", room.result().outcome, "accepted")
        room.stop()
        room.close()
        server.close()
        dispatcher, helper = met(2)[:2]
        refused("sender", dispatcher, FILES + PROGRAMS + OTHERS)
        t.equal("sender: it reads what name service and trust need", dispatcher.get("open-etc"), "done")
        refused("sender's helper", helper, EVERYTHING)
        bounded("sender", dispatcher)
        bounded("sender's helper", helper)


def keeper(folder):
    with attacked(folder) as met:
        os.mkdir(os.path.join(folder, "state"))
        room = keeper_room.Keeper(os.path.join(BUILD, "hearback-keeper"), os.path.join(folder, "state"))
        rows = room.ask("status")
        rooms = {r["room"]: r for r in rows if r["about"] == "room" and not r["account"]}
        t.equal("keeper: no wall is missing", rooms["keeper"]["walls_missing"], "")
        refused("keeper", met(1, os.path.join(folder, "state", "log"))[0], EVERYTHING)
        room.supervisor.send(keeper_room.frames.TYPES["WALLS"], bytes([keeper_room.POLLER]) + frames.blob("support")
                             + b"\0" + frames.u32(1) + frames.blob("Landlock"))
        room.supervisor.send(keeper_room.frames.TYPES["WALLS"], b"\x09nonsense")
        pollers = [(r["watched"], r["serves"], r["walls_missing"]) for r in room.ask("status")
                   if r["about"] == "room" and r["room"] == "poller"]
        t.equal("keeper: what a room lacks is told with status", pollers,
                [("inbox", True, "Landlock"), ("sent", False, "")])
        room.close()


def main():
    if not os.path.exists(TRIAL):
        tap.skip_all("the trial is not built")
    if tap.sanitized(os.path.join(BUILD, "hearback-reader")):
        tap.skip_all("a sanitizer's run time has no seccomp around it")
    folder = tempfile.mkdtemp(prefix="hearback-walls-")
    try:
        for room in (reader, poller, sender, keeper):
            room(os.path.join(folder, room.__name__))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
