#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sender in every dialogue of tests/server/smtp that has a number: what becomes of the message, told in the
server's words or in one line for a person, and that the next message is sent all the same."""
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.environ.setdefault("top_srcdir", os.path.join(HERE, "..", ".."))
BUILD = os.environ.get("top_builddir", os.path.join(TOP, "build"))
for folder in ("tests/lib", "tests/server", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
import faults  # noqa: E402
import sender_room  # noqa: E402
import smtp_fake  # noqa: E402

BINARY = os.path.join(BUILD, "tests/rooms/hearback-sender")
RETRY_SECONDS = 0.2


class Trial(faults.Trial):
    def __init__(self, name, certificates):
        super().__init__(name)
        self.certificates = certificates
        self.about, self.expect = {}, []
        self.keys = {}
        for word, rest in smtp_fake.about(name):
            if word == "expect":
                self.expect.append(rest)
            elif word == "account":
                self.keys.update([rest.replace("CA", certificates.ca).split(" = ")])
            else:
                self.about[word] = rest

    def wanted(self, word):
        return [rest[len(word) + 1:] for rest in self.expect if rest.startswith(word + " ")]

    def play(self):
        limit = {"HEARBACK_FAULT_TIMEOUT": self.about["limit"]} if "limit" in self.about else {}
        well = "good-implicit" if self.keys.get("smtp_tls") == "implicit" else "good"
        server = smtp_fake.FakeServer(self.name if "deaf" not in self.about else well, well, tls=self.certificates.contexts)
        if "deaf" in self.about:
            server.close()
        sender = sender_room.Sender(BINARY, server.port, environment=limit, **self.keys)
        try:
            for number in range(1, int(self.about.get("messages", 1)) + 1):
                result = self.message(server, sender, number)
            self.judge(server, result)
            if "deaf" not in self.about:
                self.next(sender, number + 1)
            self.ends(sender)
        finally:
            sender.close()
            if "deaf" not in self.about:
                server.close()

    def message(self, server, sender, number):
        envelope = {k: self.about[k].encode().decode("unicode_escape") for k in ("sender", "recipient") if k in self.about}
        sender.send(number, **envelope)
        if "late" in self.about:
            sender.give_secret()
            entry = sender.asked()
            while not server.connections[0].said_all:
                time.sleep(0.005)
            sender.grant(entry)
        return sender.outcome()

    def judge(self, server, r):
        outcome = f"{r.outcome} at {r.step}{', the account waits' if r.no_connection else ''}"
        self.equal("outcome", outcome, self.expect[0])
        for words in self.wanted("says") + self.wanted("person"):
            self.contains("its words", r.reply, words)
        self.equal("witness refused", r.witness_refused, "witness refused" in self.expect)
        received = self.wanted("received") or [int(r.outcome in ("accepted", "unknown"))]
        self.equal("messages received", len(server.messages), int(received[0]))
        self.equal("each as it was sent", [m for m in server.messages if m != sender_room.MESSAGE], [])
        self.equal("nothing out of turn", server.surprises, [])
        for words in self.wanted("never"):
            self.equal(f"{words} heard", [c for c in server.commands() if words in c], [])

    def next(self, sender, number):
        """A server that is well again gets the next message, from the same sender."""
        while True:
            sender.send(number)
            r = sender.outcome()
            if r.outcome != "later" or not r.no_connection:
                break
            time.sleep(RETRY_SECONDS)
        self.equal("the next message", (r.entry, r.outcome), (number, "accepted"))

    def ends(self, sender):
        ending, results = sender.stop()
        self.equal("it ends in order", (ending, sender.status, results), (("orderly", ""), 0, []))


sys.exit(faults.main("smtp", smtp_fake.names(), lambda name, certificates: [Trial(name, certificates)]))
