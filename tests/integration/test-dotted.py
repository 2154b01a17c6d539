#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Death within *dotted*: the mark is committed, the final dot is not yet sent, or its answer is lost.
Nobody knows what the server did, so nothing is sent again; evidence settles what it can."""
import os
import select
import shutil
import signal
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402
from servers import write  # noqa: E402
from sidecar import RUN_AS  # noqa: E402

SUPPORT = "support@example.com"
NEVER, TAKEN = "never@customer.example", "taken@customer.example"
WAIT_SECONDS = 60
SETTLE_SECONDS = 3


class Way:
    """The way to the submission server; `deaf` makes it swallow what the server says."""

    def __init__(self, port):
        self.server = port
        self.deaf = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        with client, socket.create_connection(("127.0.0.1", self.server)) as server:
            while True:
                for s in select.select([client, server], [], [])[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    if s is client:
                        server.sendall(data)
                    elif not self.deaf:
                        client.sendall(data)


def stopped(hearback):
    """The sender's process that has stopped itself at the mark."""
    for pid in hearback.processes()["hearback-sender"]:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            if f.read().rsplit(")", 1)[1].split()[0] == "T":
                return pid
    return 0


def ask(hearback, mark, person):
    """A question comes in; returns the process that is about to send the dot of its acknowledgement."""
    write(mark, "")
    shutil.chown(mark, RUN_AS)
    post.deliver(hearback.servers, letter(person, SUPPORT, f"Question of {person}"), person, [SUPPORT])
    return post.wait_until(lambda: stopped(hearback), WAIT_SECONDS)


def entries(hearback, person):
    return [row["state"] for row in hearback.rows("held") if row["recipient"] == person]


def copies(hearback, person):
    return len([m for m in post.read(hearback.servers, person) if m["Auto-Submitted"]])


def before_the_dot(tap, hearback, mark):
    pid = ask(hearback, mark, NEVER)
    if not tap.check("before the dot: the sender stops at the mark", pid):
        return
    os.kill(pid, signal.SIGKILL)
    tap.check("before the dot: the entry is uncertain",
              post.wait_until(lambda: entries(hearback, NEVER) == ["uncertain"], WAIT_SECONDS))
    hearback.kill("hearback")
    hearback.start()
    hearback.ready()
    time.sleep(SETTLE_SECONDS)
    tap.equal("before the dot: it is still listed after a new start", entries(hearback, NEVER), ["uncertain"])
    tap.equal("before the dot: nothing is sent again", copies(hearback, NEVER), 0)


def answer_lost(tap, hearback, mark, way):
    pid = ask(hearback, mark, TAKEN)
    if not tap.check("answer lost: the sender stops at the mark", pid):
        return
    way.deaf = True
    os.kill(pid, signal.SIGCONT)
    tap.check("answer lost: the server has taken it",
              post.wait_until(lambda: copies(hearback, TAKEN), WAIT_SECONDS))
    os.kill(pid, signal.SIGKILL)
    way.deaf = False
    tap.check("answer lost: the witness settles it",
              post.wait_until(lambda: not entries(hearback, TAKEN), WAIT_SECONDS))
    time.sleep(SETTLE_SECONDS)
    tap.equal("answer lost: there is one copy", copies(hearback, TAKEN), 1)
    tap.check("answer lost: why tells of the witness", "witness" in hearback.command("why", TAKEN))


def test(tap):
    sender = os.path.join(lib.folders()[1], "tests", "rooms", "hearback-sender")
    with lib.beside(tap, [SUPPORT, "agent@example.com", "lead@example.com", NEVER, TAKEN],
                    rooms=[sender]) as hearback:
        way = Way(hearback.servers.submissions)
        mark = os.path.join(hearback.state, "mark")
        hearback.environment["HEARBACK_FAULT"] = f"dotted:{mark}"
        hearback.write_config(smtp_port=way.port)
        hearback.start()
        tap.check("hearback runs", hearback.ready())
        hearback.command("mode", "support", "send")
        before_the_dot(tap, hearback, mark)
        answer_lost(tap, hearback, mark, way)
        done = hearback.run("audit", "verify")
        tap.check("audit verify is green", done.returncode == 0, done.stdout + done.stderr)


lib.main(test)
