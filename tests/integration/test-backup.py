#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A backup made while mail comes in is whole; restored, it sends nothing a second time that was sent after it was
made, and says what it cannot know. Killed anywhere, backup and restore leave the old or the new."""
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT, LEAD = "support@example.com", "lead@example.com"
EARLY = [f"early{i}@customer.example" for i in range(4)]
LATE = [f"late{i}@customer.example" for i in range(4)]
RELEASED, KEPT = "released@customer.example", "kept@customer.example"
AFTER = "after@customer.example"
WAIT_SECONDS = 90


def acknowledged(hearback, people):
    return {who: len([m for m in post.read(hearback.servers, who) if m["Auto-Submitted"]]) for who in people}


def ask(hearback, people):
    for who in people:
        post.deliver(hearback.servers, letter(who, SUPPORT, f"A question of {who}"), who, [SUPPORT])


def all_once(hearback, people):
    return post.wait_until(lambda: set(acknowledged(hearback, people).values()) == {1}, WAIT_SECONDS)


def status(hearback):
    return next(row for row in hearback.rows("status") if row["about"] == "account")


def back_up_under_load(tap, hearback, target):
    """Mail comes in all the while."""
    done = threading.Event()

    def load():
        i = 0
        while not done.is_set():
            i += 1
            post.place(hearback.servers, SUPPORT, letter(f"load{i}@customer.example", SUPPORT, f"Load {i}").as_bytes())
            time.sleep(0.02)

    mail = threading.Thread(target=load)
    mail.start()
    try:
        time.sleep(0.5)
        said = hearback.command("backup", target)
        again = hearback.run("backup", target)
    finally:
        done.set()
        mail.join()
    lib.note(said)
    tap.check("a backup is made while mail comes in, and says where its audit ends", "whole and checked" in said and "head: v=1" in said, said)
    tap.equal("with ledger, keys and label", sorted(os.listdir(target)), ["backup", "keys", "ledger"])
    tap.equal("closed to others", os.stat(target).st_mode & 0o777, 0o700)
    tap.check("nothing is overwritten", again.returncode == os.EX_CANTCREAT and "already" in again.stderr, again.stderr)
    return re.search(r"head: (.*)", said)[1]


def kill_backup(tap, hearback, target):
    """Killed somewhere: what bears the name is whole, and what is not whole does not."""
    left = []
    for delay in (0.02, 0.05, 0.1, 0.2):
        with subprocess.Popen([hearback.program, "-c", hearback.config, "backup", target], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True) as p:
            time.sleep(delay)
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if os.path.exists(target):
            left.append(sorted(os.listdir(target)))
            shutil.rmtree(target)
    tap.check("killed, a backup leaves nothing or a whole one", all(files == ["backup", "keys", "ledger"] for files in left), left)
    tap.equal("and another can be made", hearback.run("backup", target).returncode, 0)


def kill_restore(tap, hearback, target):
    """Killed somewhere: the ledger that was there, or the one of the backup, and one that can be used."""
    bad = []
    for delay in (0.03, 0.06, 0.1, 0.15, 0.25, 0.4):
        with subprocess.Popen([hearback.program, "-c", hearback.config, "restore", "--force", target], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True) as p:
            time.sleep(delay)
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.2)
        verified = hearback.run("audit", "verify")
        if verified.returncode:
            bad.append((delay, verified.stderr))
    tap.equal("killed, a restore leaves the old ledger or the new one", bad, [])


def held(hearback, who):
    return next((row for row in hearback.rows("held") if row["recipient"] == who), None)


def hold_two(tap, hearback):
    """What waits for a person when the backup is made."""
    hearback.command("mode", "support", "hold")
    ask(hearback, [RELEASED, KEPT])
    tap.check("two are held", post.wait_until(lambda: held(hearback, RELEASED) and held(hearback, KEPT), WAIT_SECONDS))


def go_on(tap, hearback):
    """What happens after the backup, and is in no ledger any more."""
    hearback.command("mode", "support", "send")
    hearback.command("held", "release", str(held(hearback, RELEASED)["entry"]))
    ask(hearback, LATE[:-1])
    tap.check("those that come after the backup are acknowledged", all_once(hearback, LATE[:-1] + [RELEASED]), acknowledged(hearback, LATE))
    ask(hearback, LATE[-1:])
    all_once(hearback, LATE[-1:])
    return next(m for m in post.read(hearback.servers, LATE[-1]) if m["Auto-Submitted"])["Hearback-Audit"]


def damaged(tap, hearback, target):
    """A page of noise, and a file cut short: told by name, before anything opens it."""
    for what in ("noise", "cut"):
        copy = os.path.join(hearback.folder, what)
        shutil.copytree(target, copy)
        data = os.path.join(copy, "ledger", "data.mdb")
        with open(data, "r+b") as f:
            if what == "cut":
                f.truncate(os.path.getsize(data) // 2)
            else:
                f.seek(5 * 4096)
                f.write(os.urandom(4096))
        refused = hearback.run("restore", "--force", copy)
        tap.check(f"a damaged backup ({what}) is refused by name",
                  refused.returncode == os.EX_DATAERR and f"{data}: damaged" in refused.stderr, refused.stderr)
    tap.equal("and the ledger there is untouched", hearback.run("audit", "verify").returncode, 0)


def test(tap):
    people = EARLY + LATE + [RELEASED, KEPT, AFTER]
    with lib.beside(tap, [SUPPORT, LEAD] + people, settings={}) as hearback:
        target = os.path.join(hearback.folder, "kept")
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        ask(hearback, EARLY)
        tap.check("requests are acknowledged", all_once(hearback, EARLY), acknowledged(hearback, EARLY))
        hold_two(tap, hearback)
        head = back_up_under_load(tap, hearback, target)
        newer = go_on(tap, hearback)
        refused = hearback.run("restore", target)
        tap.check("beside a running hearback nothing is restored", refused.returncode == os.EX_TEMPFAIL, refused.stderr)
        hearback.stop()

        refused = hearback.run("restore", target)
        tap.check("nor over a ledger", refused.returncode == os.EX_CANTCREAT and "--force" in refused.stderr, refused.stderr)
        tap.equal("the ledger there is untouched", hearback.run("audit", "verify").returncode, 0)
        damaged(tap, hearback, target)
        lib.note(hearback.command("restore", "--force", target))
        kept = [name for name in os.listdir(hearback.state) if name.startswith("ledger.OLD-")]
        tap.check("what was there is kept, with its keys",
                  len(kept) == 1 and os.path.exists(os.path.join(hearback.state, kept[0], "keys")), os.listdir(hearback.state))
        tap.equal("an account that sent holds", status(hearback)["mode"], "hold")
        tap.equal("the audit of the backup goes on", hearback.run("audit", "verify", "--head", head).returncode, 0)
        verified = hearback.run("audit", "verify", "--head", newer)
        tap.check("a head of what was lost is told for what it is",
                  verified.returncode == os.EX_DATAERR and "between the backup and its restoring" in verified.stderr, verified.stderr)
        refused = hearback.run("mode", "support", "send")
        tap.check("it does not send before its mailboxes were read", refused.returncode == os.EX_TEMPFAIL, refused.stderr)

        hearback.start()
        tap.check("hearback runs on it", hearback.ready(), hearback.log_tail())
        tap.check("and reads them", post.wait_until(lambda: not status(hearback)["reconciles"], WAIT_SECONDS), hearback.log_tail())
        tap.equal("what was held then is uncertain, but for what its copy in Sent has settled",
                  [(row["recipient"], row["state"]) for row in hearback.rows("held") if row["recipient"] in people], [(KEPT, "uncertain")])
        hearback.command("mode", "support", "send")
        hearback.run("held", "release", "--all")
        ask(hearback, [AFTER])
        tap.check("whoever comes later is acknowledged", all_once(hearback, [AFTER]), hearback.log_tail())
        tap.equal("and nobody twice", acknowledged(hearback, people), {who: int(who != KEPT) for who in people})
        hearback.stop()

        other = os.path.join(hearback.folder, "other")
        kill_backup(tap, hearback, other)
        kill_restore(tap, hearback, other)
        tap.equal("after all of it the mailbox can be read on", hearback.run("run", "--once").returncode, 0)


lib.main(test)
