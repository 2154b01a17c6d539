#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is erased is gone from the ledger's file, stays away through a rebuild and an old backup, and leaves an audit
that is whole and says so."""
import os
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT, LEAD = "support@example.com", "lead@example.com"
GONE, STAYS = "maria.gone@customer.example", "stays@customer.example"
MARK = "Uncommonsubjectofhers"
WAIT_SECONDS = 60


def traces(hearback):
    """Where the ledger's files still hold the person's address or subject."""
    found = []
    for folder, _, names in os.walk(os.path.join(hearback.state, "ledger")):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                data = f.read()
            found += [(name, what) for what in (GONE, MARK) if what.encode() in data]
    return found


def requesters(hearback):
    return sorted(row["requester"] for row in hearback.rows("list", "--all") if row["messages"])


def converse(hearback):
    """Each asks and is answered; what a notice to the lead says of it is in the ledger, too."""
    questions = [letter(GONE, SUPPORT, MARK), letter(STAYS, SUPPORT, "Something else")]
    for question in questions:
        post.deliver(hearback.servers, question, question["From"], [SUPPORT])
    post.wait_until(lambda: all(any(m["Auto-Submitted"] for m in post.read(hearback.servers, who)) for who in (GONE, STAYS)),
                    WAIT_SECONDS)
    with post.Mailbox(hearback.servers, SUPPORT) as mailbox:
        for question in questions:
            mailbox.append(answer(SUPPORT, question, "It is under the mat."))
    post.wait_until(lambda: sum(row["messages"] for row in hearback.rows("list", "--all")) == 4, WAIT_SECONDS, every=0.3)
    return str(questions[0]["Message-ID"]).strip("<>")


def kill_erasing(tap, hearback, safe):
    """Killed somewhere, what is left is a ledger that can be used, and a second erasure of the same ends it."""
    ledger = os.path.join(hearback.state, "ledger")
    bad = []
    for delay in (0.02, 0.04, 0.06, 0.09, 0.13):
        shutil.rmtree(ledger)
        subprocess.run(["cp", "-a", safe, ledger], check=True)
        with subprocess.Popen([hearback.program, "-c", hearback.config, "erase", "--yes", GONE], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True) as p:
            time.sleep(delay)
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.1)
        again = hearback.run("erase", "--yes", GONE)
        verified = hearback.run("audit", "verify")
        if again.returncode or verified.returncode or traces(hearback) or requesters(hearback) != [STAYS]:
            bad.append((delay, again.stderr, verified.stderr, traces(hearback), requesters(hearback)))
    tap.equal("killed anywhere, an erasure is finished by the next", bad, [])


def test(tap):
    with lib.beside(tap, [SUPPORT, LEAD, GONE, STAYS]) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        message_id = converse(hearback)
        tap.equal("two conversations, with answers", requesters(hearback), sorted([GONE, STAYS]))
        number = next(row["conversation"] for row in hearback.rows("list", "--all") if row["requester"] == GONE)
        backup = os.path.join(hearback.folder, "before")
        hearback.command("backup", backup)
        tap.check("her address is in the ledger", traces(hearback))
        safe = os.path.join(hearback.folder, "safe")
        tap.equal("nobody is asked without a terminal", hearback.run("erase", GONE).returncode, os.EX_USAGE)

        hearback.stop()
        subprocess.run(["cp", "-a", os.path.join(hearback.state, "ledger"), safe], check=True)
        hearback.start()
        hearback.ready()
        hearback.command("suppression", "add", GONE)
        lib.note(hearback.command("erase", "--yes", GONE))
        tap.equal("it is in none of its files any more", traces(hearback), [])
        tap.equal("the other conversation stays", requesters(hearback), [STAYS])
        tap.equal("the audit is whole", hearback.run("audit", "verify").returncode, 0)
        tap.check("and says who asked", any(row["event"] == "erased" and row["actor"] and number in row["detail"]
                                            for row in hearback.rows("audit", "list")))
        for what in (number, message_id):
            why = hearback.run("why", what)
            tap.check(f"why {what} says so", why.returncode and "was erased" in why.stderr, why.stderr)
        tap.check("she stays on the suppression list", any(row["address"] == "(erased)" for row in hearback.rows("suppression", "list")))
        hearback.command("suppression", "remove", GONE)
        tap.check("show says so, too", "was erased" in hearback.run("show", number).stderr)
        post.deliver(hearback.servers, letter(GONE, SUPPORT, "A new matter"), GONE, [SUPPORT])
        tap.check("her new mail is a new request", post.wait_until(lambda: requesters(hearback) == sorted([GONE, STAYS]), WAIT_SECONDS))
        tap.check("and is erased, too, when nothing is being sent to her",
                  post.wait_until(lambda: hearback.run("erase", "--yes", GONE).returncode == 0, WAIT_SECONDS, every=0.5))
        hearback.stop()

        hearback.command("rebuild", "--force")
        tap.equal("a rebuild does not bring it back", requesters(hearback), [STAYS])
        tap.equal("nothing of it", traces(hearback), [])
        said = hearback.command("restore", "--force", backup)
        tap.check("an old backup erases it again", "erased" in said, said)
        tap.equal("so that it is not there", requesters(hearback), [STAYS])
        tap.equal("nor anything of it", traces(hearback), [])
        tap.equal("and the audit is whole", hearback.run("audit", "verify").returncode, 0)
        hearback.command("run", "--once")
        tap.equal("the mailbox brings nothing of it back", requesters(hearback), [STAYS])
        kill_erasing(tap, hearback, safe)


lib.main(test)
