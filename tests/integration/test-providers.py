#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All of hearback beside providers that behave like Exchange Online and like Gmail: nothing is lost, nothing comes
twice, answers are seen, and what goes wrong mends itself or is told."""
import datetime
import email
import email.policy
import os
import re
import shutil
import sys
import threading
import time
import traceback
from types import SimpleNamespace

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "server")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import provider  # noqa: E402
from letter import answer, letter  # noqa: E402
from post import wait_until  # noqa: E402
from servers import write  # noqa: E402
from sidecar import RUN_AS, Sidecar, open_folder  # noqa: E402

SUPPORT = provider.ADDRESS
AGENT = "agent@example.com"
LETTERS = 33
RENUMBERINGS = 3
WAIT_SECONDS = 90
LONG_AGO = 30 * 86400
QUIET_SECONDS = 4
SESSION_SECONDS = 1.5


class Scene:
    """One provider and one hearback beside it. What is found is kept until the others are done, too."""

    def __init__(self, name, **account):
        self.found = []
        self.name, self.account, self.n = name, account, 0

    def check(self, name, good, why=""):
        self.found.append((f"{self.name}: {name}", bool(good), why))
        return good

    def equal(self, name, got, wanted):
        return self.check(name, got == wanted, f"got    {got!r}\nwanted {wanted!r}")

    def run(self):
        folder = open_folder("hearback-provider-")
        self.provider = provider.Provider(self.name)
        servers = SimpleNamespace(host="127.0.0.1", imaps=self.provider.imap.port, submissions=self.provider.smtp.port,
                                  ca=None, password=self.account.pop("password", "none"))
        top, build = lib.folders()
        try:
            with Sidecar(servers, os.path.join(folder, "hearback"), top, build, {
                    "tls": "none", "smtp_tls": "none", "poll": "1s", "form": None, "subaddress": None, **self.account}) as h:
                self.hearback = h
                self.play()
                h.stop()
                if not all(good for _, good, _ in self.found):
                    self.found[-1] = (*self.found[-1][:2], f"{self.found[-1][2]}\n{h.log_tail()}")
        except Exception:  # pylint: disable=broad-exception-caught
            self.check("goes through", False, traceback.format_exc() + self.hearback.log_tail())
        finally:
            self.provider.close()
            shutil.rmtree(folder, ignore_errors=True)

    # What people do ----------------------------------------------------------------------------------

    def person(self, n):
        return f"requester{n}@client.example"

    def write(self, count, text="", **fields):
        """Letters of people who have not written before; the last one."""
        for _ in range(count):
            self.n += 1
            self.last = letter(self.person(self.n), SUPPORT, f"Question {self.n}", text, **fields)
            self.provider.deliver(self.last)
        return self.last

    def agent_answers(self, question):
        """By whatever program, as the account; the server files it."""
        self.provider.file(answer(SUPPORT, question, "Here is what to do."))

    # What is seen ------------------------------------------------------------------------------------

    def start(self):
        self.hearback.start()
        self.check("hearback runs", self.hearback.ready(), self.hearback.log_tail())
        self.hearback.command("mode", "support", "send")

    def automated(self):
        """{requester: how many automated messages left for them}."""
        found = {}
        for recipient, raw in list(self.provider.outside):
            automated = email.message_from_bytes(raw, policy=email.policy.default)["Auto-Submitted"]
            if automated and recipient.startswith("requester"):
                found[recipient] = found.get(recipient, 0) + 1
        return found

    def conversations(self):
        return {row["conversation"]: row for row in self.hearback.rows("list", "--all")}

    def each_once(self, name):
        everybody = {self.person(n): 1 for n in range(1, self.n + 1)}
        wait_until(lambda: self.automated() == everybody, WAIT_SECONDS, every=0.5)
        self.equal(f"{name}: each was acknowledged, and once", self.automated(), everybody)

    def taken_in(self, conversations):
        wait_until(lambda: len(self.conversations()) >= conversations, WAIT_SECONDS)
        return len(self.conversations())

    def nothing_dismissed(self):
        self.equal("nothing was taken for filed away", [n for n, row in self.conversations().items() if row["state"] == "dismissed"], [])

    def state_of(self, question):
        subject = question["Subject"]
        return next((row["state"] for row in self.conversations().values() if row.get("subject") == subject), None)

    def subjects(self):
        return {row["subject"] for row in self.conversations().values() if row["subject"].startswith("Question")}

    def account_row(self):
        return next(row for row in self.hearback.rows("status") if row.get("mode"))

    def mailbox_rows(self):
        return {row["mailbox"]: row for row in self.hearback.rows("status") if row.get("mailbox")}

    def connected(self):
        return [row["connected"] for row in self.mailbox_rows().values()] == [True, True]

    def log(self):
        with open(self.hearback.log, encoding="utf-8", errors="replace") as f:
            return f.read()


class Exchange(Scene):
    def token(self, seconds=0):
        """A new one; the old one is good for a while longer, or ends its sessions at once."""
        token = f"token-{time.time_ns()}"
        self.provider.tokens.add(token)
        write(self.token_file, token + "\n", 0o600, RUN_AS)
        if not seconds:
            self.provider.tokens = {token}

    def play(self):
        self.token_file = os.path.join(self.hearback.folder, "token")
        self.token()
        self.hearback.write_config(password_file=None, token_file=self.token_file)
        for n in range(4):
            self.provider.deliver(letter(f"old{n}@client.example", SUPPORT, f"Old {n}"), at=time.time() - LONG_AGO)
        self.start()
        self.takes_in()
        self.equal("Sent is found by its name", self.mailbox_rows()["sent"]["name"], "Sent Items")
        self.token_expires()
        self.twice_and_anew()
        self.each_once("limits of sending")
        for words in ("Concurrent connections limit exceeded", "432 4.3.2"):
            self.check(f"which were met: {words}", words in self.log())
        self.equal("at most two connections at once", self.provider.most_sessions, 2)
        self.equal("each letter has its conversation", len(self.conversations()), 4 + self.n)
        self.nothing_dismissed()
        self.throttled()

    def takes_in(self):
        question = self.write(1)
        self.write(1, "long\n" * 40000)
        self.provider.blank[self.provider.boxes["INBOX"].uidnext] = 2
        self.write(1)
        self.equal("every letter opens a conversation", self.taken_in(4 + self.n), 4 + self.n)
        self.check("one that is listed but not handed out is on record, too", self.state_of(self.last) is None)
        self.write(LETTERS - self.n)
        self.equal("so do many at once", self.taken_in(4 + self.n), 4 + self.n)
        self.agent_answers(question)
        wait_until(lambda: self.state_of(question) == "waiting", WAIT_SECONDS)
        self.equal("the agent's answer is seen", self.state_of(question), "waiting")
        self.check("and told of", self.account_row()["answers_seen"])

    def token_expires(self):
        for _ in range(2):
            before = len(re.findall("token.expired", self.log()))
            wait_until(self.connected, WAIT_SECONDS)
            # A session that ends at once over its token would be taken for one that had no good one.
            time.sleep(SESSION_SECONDS)
            self.token()
            wait_until(lambda: len(re.findall("token.expired", self.log())) >= before + 2 and self.connected(), WAIT_SECONDS)
        self.check("expired tokens are ordinary ends", len(re.findall("token.expired", self.log())) >= 4, self.log()[-2000:])
        self.check("and nobody's trouble", "the token of" not in self.log())
        self.write(1)
        self.equal("mail is taken in as before", self.taken_in(4 + self.n), 4 + self.n)
        self.check("what was not handed out has come by now", self.subjects() == {f"Question {n + 1}" for n in range(self.n)},
                   self.subjects())

    def twice_and_anew(self):
        """The same letter again, then all of them under new numbers, and each rendered anew."""
        inbox = self.provider.boxes["INBOX"]
        self.provider.deliver(self.last)

        def looked_over():
            row = self.mailbox_rows()["inbox"]
            return (row["uidvalidity"], row["cursor"]) == (inbox.uidvalidity, inbox.uidnext - 1)
        for _ in range(RENUMBERINGS):
            self.provider.renumber("INBOX")
            wait_until(looked_over, WAIT_SECONDS)
            self.check("all is looked over under a new UIDVALIDITY", looked_over(), self.mailbox_rows())
        self.equal("and opens no conversation", len(self.conversations()), 4 + self.n)

    def throttled(self):
        self.provider.throttled = True

        def shown():
            return [row for row in self.mailbox_rows().values() if not row["connected"] and row["again"]]
        wait_until(lambda: len(shown()) == 2, WAIT_SECONDS, every=0.2)
        rows = shown()
        self.equal("throttling is told of both mailboxes", ["Backoff" in row["trouble"] for row in rows], [True, True])
        ahead = [(datetime.datetime.fromisoformat(row["again"]) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
                 for row in rows]
        self.check("with the time the server asked for", all(280 < seconds <= 301 for seconds in ahead), ahead)
        self.check("also to people", len(re.findall("next login at", self.hearback.command("status"))) == 2,
                   self.hearback.command("status"))
        heard = len(self.provider.throttled_at)
        time.sleep(QUIET_SECONDS)
        self.equal("and nobody comes before it is over", len(self.provider.throttled_at), heard)


class Gmail(Scene):
    def play(self):
        for n in range(4):
            self.provider.deliver(letter(f"old{n}@client.example", SUPPORT, f"Old {n}"), at=time.time() - LONG_AGO)
        self.start()
        question = self.write(10)
        self.equal("every letter opens a conversation", self.taken_in(4 + self.n), 4 + self.n)
        self.each_once("an ordinary day")
        self.equal("Sent is found by its use", self.mailbox_rows()["sent"]["name"], "[Gmail]/Sent Mail")
        self.agent_answers(question)
        wait_until(lambda: self.state_of(question) == "waiting", WAIT_SECONDS)
        self.equal("the agent's answer is seen", self.state_of(question), "waiting")
        self.lost_reply()
        self.old_mail_comes_back()
        self.snoozed()
        self.too_many_connections()
        self.each_once("in the end")
        self.nothing_dismissed()
        self.equal("no mail was sent from <>", [c for c in self.provider.smtp.commands() if "FROM:<>" in c], [])

    def lost_reply(self):
        """The provider's own copy in Sent says that it was accepted."""
        self.provider.lose_replies = 1
        self.write(1)
        wait_until(lambda: "event=uncertain" in self.log(), WAIT_SECONDS)
        self.check("a reply that is lost leaves the message uncertain", "event=uncertain" in self.log(), self.log()[-1500:])
        wait_until(lambda: self.account_row()["uncertain"] == 0, WAIT_SECONDS)
        self.equal("until its copy in Sent is seen", self.account_row()["uncertain"], 0)

    def old_mail_comes_back(self):
        """Snoozed, un-archived, moved to the inbox: each time under a new UID."""
        inbox = self.provider.boxes["INBOX"]
        for m in list(inbox.messages):
            with self.provider.lock:
                inbox.messages.remove(m)
                inbox.add(m.raw, m.at)
        self.provider.deliver(self.last)
        wait_until(lambda: self.mailbox_rows()["inbox"]["cursor"] == inbox.uidnext - 1, WAIT_SECONDS)
        self.equal("old mail under new UIDs is taken in", self.mailbox_rows()["inbox"]["cursor"], inbox.uidnext - 1)
        self.equal("and opens no conversation", len(self.conversations()), 4 + self.n)

    def snoozed(self):
        """It is away for a while, and what has gone cannot be told from what was filed."""
        inbox = self.provider.boxes["INBOX"]
        wait_until(self.connected, WAIT_SECONDS)
        m = next(m for m in inbox.messages if b"Subject: Question 3\r\n" in m.raw)
        question = email.message_from_bytes(m.raw, policy=email.policy.default)
        inbox.messages.remove(m)
        wait_until(lambda: self.state_of(question) == "dismissed", WAIT_SECONDS)
        self.equal("a letter that is put off counts as filed away", self.state_of(question), "dismissed")
        inbox.add(m.raw, m.at)
        wait_until(lambda: self.state_of(question) == "open", WAIT_SECONDS)
        self.equal("until it comes back", self.state_of(question), "open")

    def too_many_connections(self):
        self.provider.others = 15
        self.provider.say_goodbye("Session expired, please login again.")

        def troubles():
            return [row["trouble"] for row in self.mailbox_rows().values() if not row["connected"]]
        wait_until(lambda: all("Too many simultaneous" in t for t in troubles()) and len(troubles()) == 2, WAIT_SECONDS, every=0.2)
        self.equal("too many connections are told of", ["Too many simultaneous" in t for t in troubles()], [True, True])
        self.write(1)
        self.provider.others = 3
        wait_until(self.connected, WAIT_SECONDS)
        self.check("and once others have left, all goes on by itself", self.connected(), self.mailbox_rows())


def test(tap):
    scenes = [Exchange("exchange-online"), Gmail("gmail", password="abcd efgh ijkl mnop")]
    threads = [threading.Thread(target=scene.run) for scene in scenes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for scene in scenes:
        for name, good, why in scene.found:
            tap.check(name, good, why)


lib.main(test)
