#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""With the ledger gone, a rebuild brings back conversations and clocks as they were, sends nothing, and nobody is
acknowledged a second time."""
import os
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.join(TOP, "quickstart.d")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import main_job  # noqa: E402
import post  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT, LEAD, AGENT = "support@example.com", "lead@example.com", "agent@example.com"
NEW = [f"new{i}@customer.example" for i in range(6)]
OLD = [f"old{i}@customer.example" for i in range(12)]
LATER, BOUNCES = "later@customer.example", "nowhere@customer.example"
DAY = 86400
WAIT_SECONDS = 60


def acknowledgements(hearback, people):
    return [m for person in people for m in post.read(hearback.servers, person) if m["Auto-Submitted"]]


def sent_mail(hearback):
    return sorted(m["Message-ID"] for m in acknowledgements(hearback, NEW + OLD + [LATER, LEAD, AGENT]))


def witnesses(hearback):
    return [m for m in post.read(hearback.servers, SUPPORT, "Sent") if m["X-Hearback-Id"] and m["To"] in NEW]


def messages(hearback):
    return sum(row["messages"] for row in hearback.rows("list", "--all"))


def story(hearback, number):
    """What must be the same again: whose messages, in which order, the state, the clocks."""
    rows = hearback.rows("show", number)
    head = next(row for row in rows if row["about"] == "conversation")
    clocks = tuple((row["clock"], row["started"], row["stopped"], row["due"]) for row in rows if row["about"] == "clock")
    events = tuple((row["event"], row.get("message_id"), row.get("author")) for row in rows if row["about"] == "event")
    return head["state"], head["requester"], head["subject"], head["undelivered"] is None, clocks, events


def stories(hearback):
    return sorted((story(hearback, row["conversation"]) for row in hearback.rows("list", "--all")), key=repr)


def old_mail(mailbox, now):
    """Conversations of weeks ago: some answered, by clocks that are behind, too; some that the silence has ended."""
    count = 0
    for i, who in enumerate(OLD):
        at = now - (3 + 5 * i) * DAY
        question = letter(who, SUPPORT, f"Old question {i}")
        mailbox.append(question, "INBOX", when=at)
        count += 1
        if i % 3 == 0:
            continue
        reply = answer(SUPPORT, question, f"Answer to old question {i}")
        mailbox.append(reply, "Sent", when=at - 90 if i % 2 else at + 3600)
        count += 1
        if i % 3 == 1:
            again = letter(who, SUPPORT, f"Re: Old question {i}", "One thing more", In_Reply_To=reply["Message-ID"],
                           References=f"{question['Message-ID']} {reply['Message-ID']}")
            mailbox.append(again, "INBOX", when=at + 2 * DAY)
            count += 1
    return count


def fresh_mail(tap, hearback):
    questions = [letter(who, SUPPORT, f"New question {i}") for i, who in enumerate(NEW)]
    for who, question in zip(NEW, questions):
        post.deliver(hearback.servers, question, who, [SUPPORT])
    post.wait_until(lambda: len(witnesses(hearback)) == len(NEW), WAIT_SECONDS)
    tap.equal("each new request is acknowledged, with a copy in Sent", len(witnesses(hearback)), len(NEW))
    with post.Mailbox(hearback.servers, SUPPORT) as mailbox:
        for question in questions[:2]:
            mailbox.append(answer(SUPPORT, question, "It is under the mat."))
    acks = {str(m["In-Reply-To"]): m for m in acknowledgements(hearback, NEW)}
    ack = acks[str(questions[3]["Message-ID"])]
    replies = [letter(NEW[2], SUPPORT, "Re: New question 2", "And one thing more", In_Reply_To=questions[2]["Message-ID"]),
               # Of the programs that name nothing but what they answer.
               letter(NEW[3], SUPPORT, "Re: your mail", "That took you long", In_Reply_To=ack["Message-ID"])]
    for reply in replies:
        post.deliver(hearback.servers, reply, reply["From"], [SUPPORT])
    post.deliver(hearback.servers, main_job.sample("10-bounce.eml"), "", [SUPPORT])
    # Answered by nobody: a server gives the acknowledgement back.
    post.deliver(hearback.servers, letter(BOUNCES, SUPPORT, "A question from nowhere"), BOUNCES, [SUPPORT])
    post.wait_until(lambda: any(row.get("undelivered") for row in hearback.rows("list", "--all")), WAIT_SECONDS, every=0.5)
    return len(questions) + 2 + len(replies) + 1 + 2


def live(tap, hearback):
    """Some forty messages of all kinds, taken in by an account that sends."""
    hearback.start()
    tap.check("hearback runs", hearback.ready(), hearback.log_tail())
    hearback.command("mode", "support", "send")
    with post.Mailbox(hearback.servers, SUPPORT) as mailbox:
        count = old_mail(mailbox, int(time.time()))
    count += fresh_mail(tap, hearback)
    good = post.wait_until(lambda: messages(hearback) >= count, WAIT_SECONDS, every=0.5)
    tap.check(f"{count} messages are taken in", good, f"{messages(hearback)}\n{hearback.log_tail()}")
    done = hearback.run("rebuild", "--force")
    tap.check("a rebuild beside a running hearback is refused", done.returncode and "stop it first" in done.stderr, done.stderr)
    hearback.stop()


def again(tap, hearback):
    """What happens afterwards: no second acknowledgement, and a first one for whoever is new."""
    hearback.start()
    tap.check("hearback runs on the new ledger", hearback.ready(), hearback.log_tail())
    before = sent_mail(hearback)
    hearback.command("mode", "support", "send")
    post.deliver(hearback.servers, letter(NEW[4], SUPPORT, "Re: New question 4", "Hello?",
                                          In_Reply_To=next(m for m in post.read(hearback.servers, SUPPORT)
                                                           if m["From"] == NEW[4])["Message-ID"]), NEW[4], [SUPPORT])
    post.deliver(hearback.servers, letter(LATER, SUPPORT, "A later question"), LATER, [SUPPORT])
    post.wait_until(lambda: acknowledgements(hearback, [LATER]), WAIT_SECONDS)
    tap.equal("somebody new is acknowledged", len(acknowledgements(hearback, [LATER])), 1)
    tap.equal("and nobody of before", len(sent_mail(hearback)), len(before) + 1)
    hearback.stop()


def killed(tap, hearback):
    """Killed anywhere, a rebuild leaves no ledger or a whole one, and the next goes on."""
    ledger = os.path.join(hearback.state, "ledger")
    wanted = stories(hearback)
    shutil.rmtree(ledger)
    for delay in (0.05, 0.1, 0.2, 0.3):
        with subprocess.Popen([hearback.program, "-c", hearback.config, "rebuild"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True) as p:
            time.sleep(delay)
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if os.path.exists(ledger):
            break
        time.sleep(0.3)
    if not os.path.exists(ledger):
        done = post.wait_until(lambda: hearback.run("rebuild").returncode == 0, WAIT_SECONDS, every=0.5)
        tap.check("killed, it goes on", done)
    tap.equal("and comes to the same", stories(hearback), wanted)


def interrupted(tap, hearback):
    """A person's Ctrl-C is no end of the reading."""
    shutil.rmtree(os.path.join(hearback.state, "ledger"))
    with subprocess.Popen([hearback.program, "-c", hearback.config, "rebuild"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, start_new_session=True) as p:
        time.sleep(0.1)
        p.send_signal(signal.SIGTERM)
        said = p.communicate()[1]
    whole = os.path.exists(os.path.join(hearback.state, "ledger"))
    tap.check("told to stop, it puts nothing into force, or was through", p.returncode == 0 if whole else p.returncode != 0, said)
    if not whole:
        hearback.command("rebuild")


def without_keys(tap, hearback):
    shutil.rmtree(os.path.join(hearback.state, "ledger"))
    os.unlink(os.path.join(hearback.state, "keys"))
    said = hearback.command("rebuild")
    tap.check("with the keys gone, too, new ones are made, and that is said", "new ones were made" in said, said)
    tap.check("requests come back all the same", set(NEW + OLD) <= {row["requester"] for row in hearback.rows("list", "--all")})
    tap.equal("its audit is whole", hearback.run("audit", "verify").returncode, 0)


def test(tap):
    with lib.beside(tap, [SUPPORT, AGENT, LEAD] + NEW + OLD + [LATER]) as hearback:
        hearback.servers.promise(BOUNCES)
        live(tap, hearback)
        before, mail = stories(hearback), sent_mail(hearback)
        head = acknowledgements(hearback, NEW)[0]["Hearback-Audit"]
        ledger = os.path.join(hearback.state, "ledger")

        done = hearback.run("rebuild")
        tap.check("where a ledger is a rebuild is refused", done.returncode == os.EX_CANTCREAT, done.stderr)
        shutil.rmtree(ledger)
        begun = time.monotonic()
        said = hearback.command("rebuild")
        lib.note(f"{time.monotonic() - begun:.1f} s\n{said}")
        after = stories(hearback)
        tap.equal("conversations and clocks are as before", [s for s in after if s not in before], [])
        tap.equal("and none is missing", [s for s in before if s not in after], [])
        tap.equal("nothing was sent", sent_mail(hearback), mail)
        tap.equal("the account observes", {row["mode"] for row in hearback.rows("status") if row["about"] == "account"},
                  {"observe"})
        tap.check("every acknowledgement is known again", f"; {len(NEW) + 1} acknowledgements" in said, said)
        tap.check("what is gone is said", "C-numbers are new" in said and "the newest that mail of ours carries" in said, said)
        verify = hearback.run("audit", "verify", "--head", head)
        tap.check("a head of before is told for what it is",
                  verify.returncode == os.EX_DATAERR and "before this ledger was rebuilt" in verify.stderr, verify.stderr)
        tap.equal("and the new audit is whole", hearback.run("audit", "verify").returncode, 0)
        again(tap, hearback)

        hearback.command("rebuild", "--force")
        kept = [name for name in os.listdir(hearback.state) if name.startswith("ledger.OLD-")]
        tap.check("with --force the ledger that was there is kept, its keys with it",
                  len(kept) == 1 and os.path.exists(os.path.join(hearback.state, kept[0], "keys")), os.listdir(hearback.state))
        killed(tap, hearback)
        interrupted(tap, hearback)
        without_keys(tap, hearback)


lib.main(test)
