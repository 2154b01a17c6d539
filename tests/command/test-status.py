#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hearback status --check, told all sorts of things by a keeper that the test plays."""
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
sys.path.insert(0, os.path.join(TOP, "tests/lib"))
import frames  # noqa: E402
import tap  # noqa: E402

TEXT, NUMBER, TIME, BOOL = range(4)
ROW, END = frames.TYPES["ROW"], frames.TYPES["END"]
NOW = int(time.time())
LONG_AGO, JUST_NOW = NOW - 3600, NOW - 20
GOOD = {
    "keeper": {"started": (TIME, LONG_AGO), "disk_low": (BOOL, 0)},
    "account": {"account": (TEXT, "support"), "queued": (NUMBER, 0), "in_flight": (NUMBER, 0), "oldest_due": (TIME, 0),
                "sender_failures": (NUMBER, 0), "sender_again": (TIME, 0), "sender_trouble": (TEXT, ""),
                "uncertain": (NUMBER, 0)},
    "mailbox": {"account": (TEXT, "support"), "mailbox": (TEXT, "inbox"), "connected": (BOOL, 1), "looked": (TIME, JUST_NOW),
                "again": (TIME, 0), "trouble": (TEXT, "")},
    "room": {"room": (TEXT, "reader"), "account": (TEXT, ""), "walls_missing": (TEXT, "")},
}
# What is otherwise than it should be; the exit status; words of the line.
CASES = (
    ("all is well", {}, 0, "OK: 1 account"),
    ("the disk is low", {"keeper": {"disk_low": (BOOL, 1)}}, 2, "CRITICAL: the disk"),
    ("mail is late", {"account": {"oldest_due": (TIME, LONG_AGO), "queued": (NUMBER, 3)}}, 2, "CRITICAL: support: automated mail does not leave: 3"),
    ("mail is just due", {"account": {"oldest_due": (TIME, JUST_NOW)}}, 0, "OK"),
    ("mail is not due yet", {"account": {"oldest_due": (TIME, NOW + 3600)}}, 0, "OK"),
    ("no SMTP connection", {"account": {"sender_failures": (NUMBER, 2), "sender_trouble": (TEXT, "refused")}}, 1,
     "WARNING: support: no connection to the SMTP server: refused; tried again at"),
    ("late, and no answer was ever seen", {"keeper": {"overdue": (NUMBER, 2)}, "account": {"answers_seen": (BOOL, 0)}}, 1,
     "WARNING: support: answers seem to be late"),
    ("late, and answers are seen", {"keeper": {"overdue": (NUMBER, 2)}, "account": {"answers_seen": (BOOL, 1)}}, 0, "OK"),
    ("uncertain mail", {"account": {"uncertain": (NUMBER, 1)}}, 1, "WARNING: support: 1 uncertain"),
    ("a mailbox not looked at", {"mailbox": {"connected": (BOOL, 0), "looked": (TIME, LONG_AGO), "trouble": (TEXT, "refused")}}, 2,
     "CRITICAL: support: inbox: not connected"),
    ("a mailbox just lost", {"mailbox": {"connected": (BOOL, 0), "trouble": (TEXT, "lost")}}, 1, "WARNING: support: inbox"),
    ("never looked, just started", {"keeper": {"started": (TIME, JUST_NOW)}, "mailbox": {"connected": (BOOL, 0), "looked": (TIME, 0)}}, 1,
     "WARNING: support: inbox"),
    ("never looked at all", {"mailbox": {"connected": (BOOL, 0), "looked": (TIME, 0)}}, 2, "CRITICAL: support: inbox"),
    ("a wall is missing", {"room": {"walls_missing": (TEXT, "Landlock")}}, 1, "WARNING: walls missing around reader: Landlock"),
    ("the worst counts", {"room": {"walls_missing": (TEXT, "seccomp")}, "keeper": {"disk_low": (BOOL, 1)}}, 2, "CRITICAL"),
)
t = tap.Tap()


def cell(name, kind, value):
    return frames.blob(name) + bytes([kind]) + (frames.blob(value) if kind == TEXT else value.to_bytes(8, "big", signed=True))


def answer(listener, changes):
    """One conversation; None hangs up in the middle of it."""
    sock, _ = listener.accept()
    with sock:
        sock.recv(frames.FRAME_MAX)
        for kind, good in GOOD.items():
            cells = {**good, **(changes or {}).get(kind, {})}
            row = frames.blob(kind) + frames.u32(len(cells)) + b"".join(cell(n, *v) for n, v in cells.items())
            sock.send(bytes([frames.VERSION, ROW]) + row)
        if changes is not None:
            sock.send(bytes([frames.VERSION, END]) + frames.u32(0) + frames.blob(""))


def check(config):
    done = subprocess.run([os.path.join(BUILD, "src/hearback"), "status", "--check", "-c", config], text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=frames.SECONDS)
    return done.returncode, done.stdout


def main():
    with tempfile.TemporaryDirectory(prefix="hearback-status-") as folder:
        config = os.path.join(folder, "hearback.conf")
        with open(config, "w", encoding="ascii") as f:
            f.write(f"state_dir = {folder}\naccount support {{\n address = support@example.com\n host = mail.example.com\n"
                    " password_file = /nonexistent\n}\n")
        t.equal("nobody listens", check(config), (2, "CRITICAL: hearback does not answer\n"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(os.path.join(folder, "control"))
            listener.listen()
            for name, changes, status, words in (*CASES, ("it hangs up", None, 2, "CRITICAL: hearback does not answer")):
                keeper = threading.Thread(target=answer, args=(listener, changes), daemon=True)
                keeper.start()
                got = check(config)
                t.check(f"{name}: {status}", got[0] == status and words in got[1], got)
                keeper.join(frames.SECONDS)
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
