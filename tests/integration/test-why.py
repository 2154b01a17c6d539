#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every decision of a mixed run, whatever came of it, is found by `hearback why` and, made once more,
comes to the same verdict by the same rules."""
import os
import sys

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.join(TOP, "quickstart.d")]

# pylint: disable=wrong-import-position
import hostile  # noqa: E402
import integration as lib  # noqa: E402
import main_job  # noqa: E402
import post  # noqa: E402
import sidecar  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT, LEAD = main_job.SUPPORT, main_job.LEAD
WATCHED = "watched@customer.example"
DROPPED = "dropped@customer.example"
ANSWERED = "answered@customer.example"
AGAIN = "again@customer.example"
WAIT_SECONDS = 90


def ask(hearback, who, subject="A question"):
    question = letter(who, SUPPORT, subject)
    post.deliver(hearback.servers, question, who, [SUPPORT])
    return question


def messages(hearback):
    return sum(row["messages"] for row in hearback.rows("list", "--all"))


def taken_in(tap, hearback, count, what):
    good = post.wait_until(lambda: messages(hearback) >= count, WAIT_SECONDS, every=0.5)
    tap.check(what, good, hearback.log_tail())


def held_entry(hearback, who):
    return next(str(row["entry"]) for row in hearback.rows("held") if row["recipient"] == who)


def watch_only(tap, hearback):
    ask(hearback, WATCHED)
    taken_in(tap, hearback, 1, "a message is taken in while the account only observes")


def hold(tap, hearback):
    hearback.command("mode", "support", "hold")
    for name, sender, _ in main_job.REQUESTS:
        main_job.send(hearback.servers, name, sender)
    ask(hearback, DROPPED)
    question = ask(hearback, ANSWERED)
    taken_in(tap, hearback, 3 + len(main_job.REQUESTS), "a mixed set is taken in while the account holds")
    with post.Mailbox(hearback.servers, SUPPORT) as mailbox:
        mailbox.append(answer(SUPPORT, question, "It is under the mat."))
    taken_in(tap, hearback, 4 + len(main_job.REQUESTS), "so is an agent's answer")


def release(tap, hearback):
    hearback.command("mode", "support", "send")
    hearback.command("held", "drop", held_entry(hearback, DROPPED))
    done = hearback.run("held", "release", held_entry(hearback, ANSWERED))
    tap.check("what an agent has answered is not released", done.returncode != 0, done.stdout)
    hearback.command("held", "release", "--all")
    for _ in range(2):
        ask(hearback, AGAIN, "It happened again")
    bad = list(hostile.letters(beginning_only=True))
    for one in bad:
        post.place(hearback.servers, SUPPORT, one.data)
    taken_in(tap, hearback, 6 + len(main_job.REQUESTS) + len(bad),
             "hostile mail is taken in while the account sends")
    tap.check("the lead is told what is held",
              post.wait_until(lambda: post.read(hearback.servers, LEAD), WAIT_SECONDS))


def decisions(hearback):
    return {row["record"]: row for row in hearback.rows("audit", "list") if row["event"] == "decision"}


def explained(hearback):
    """What why says of each decision, by the number of its record."""
    found = {}
    for what in [row["conversation"] for row in hearback.rows("list", "--all")] + [LEAD]:
        try:
            found.update({row["record"]: row for row in hearback.rows("why", what) if "replay" in row})
        except sidecar.CommandFailed as e:
            if e.status != os.EX_NOINPUT:
                raise
    return found


def judge(tap, hearback):
    made = decisions(hearback)
    found = explained(hearback)
    lib.note(f"{len(made)} decisions")
    tap.equal("there were decisions of every kind", {row["verdict"] for row in made.values()},
              {"send", "hold", "suppress"})
    tap.equal("for requesters and for the lead", {row["purpose"] for row in made.values()},
              {"acknowledgement", "held"})
    tap.equal("why finds every decision", [made[n] for n in sorted(set(made) - set(found))], [])
    tap.equal("made once more each comes to the same", {row["replay"] for row in found.values()},
              {"same verdict by the same rules"})
    tap.equal("and the audit says no other",
              [n for n in made if n in found and (made[n]["verdict"], made[n]["purpose"], made[n]["rules"]) !=
               (found[n]["verdict"], found[n]["purpose"], found[n]["rules"])], [])


def test(tap):
    people = list(main_job.EVERYBODY) + [WATCHED, DROPPED, ANSWERED, AGAIN]
    people += [hostile.author(bad.name) for bad in hostile.letters(beginning_only=True)]
    with lib.beside(tap, people) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        watch_only(tap, hearback)
        hold(tap, hearback)
        release(tap, hearback)
        judge(tap, hearback)


lib.main(test)
