#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twelve accounts, each on its own. Of four the server refuses the password, says nothing, floods, or
changes UIDVALIDITY at every login: each of these shows itself, and the other eight do not notice."""
import os
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "server")]

# pylint: disable=wrong-import-position
import imap_fake  # noqa: E402
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402
from servers import write  # noqa: E402
from sidecar import RUN_AS  # noqa: E402

GOOD = ["support"] + [f"good{i}" for i in range(1, 8)]
# What status must say of each.
BAD = {"refused": "refused the password", "silent": "", "flooding": "sent more than this answer may have",
       "changing": "new UIDVALIDITY"}
WAIT_SECONDS = 90
SESSION_SECONDS = 3


class Silent:
    """Takes every connection and says nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.taken:
            connection.close()


def flood(connection, *_):
    while True:
        connection.send("* OK here is more\r\n" * 1000)


def change(connection, tag, _):
    """Another UIDVALIDITY for each who looks."""
    connection.server.uidvalidity += 1
    connection.do_select(tag, _)


def bye(connection, *_):
    connection.send("+ idling\r\n")
    time.sleep(SESSION_SECONDS)
    connection.send("* BYE come back later\r\n")
    raise imap_fake.Gone


def address(name):
    return f"{name}@example.com"


def person(name):
    return f"requester-{name}@customer.example"


def bad_servers():
    sent = {"sent_mailbox": "Sent"}
    old = [(1, b"From: a@client.example\r\nSubject: old\r\nDate: 01 Jan 2026 10:00:00 +0000\r\n\r\nold\r\n")]
    flooding = imap_fake.ImapFake(scripts={"NOOP": flood})
    changing = imap_fake.ImapFake(old, scripts={"SELECT": change, "EXAMINE": change, "IDLE": bye}, capabilities="IDLE")
    silent = Silent()
    return (flooding, changing, silent), {
        "silent": {"port": silent.port, "tls": "implicit", **sent},
        "flooding": {"port": flooding.port, "tls": "none", **sent},
        "changing": {"port": changing.port, "tls": "none", **sent}}


def configure(hearback, bad):
    wrong = os.path.join(hearback.folder, "wrong.password")
    write(wrong, "wrong\n", 0o600, RUN_AS)
    common = {"agents": "agent@example.com", "lead": "lead@example.com", "authserv_id": "none", "ack_after": "0s",
              "ca_file": hearback.servers.ca, "subaddress": "+",
              "smtp_host": hearback.servers.host, "smtp_port": hearback.servers.submissions}
    real = {"host": hearback.servers.host, "port": hearback.servers.imaps}
    for name in GOOD[1:]:
        hearback.others[name] = {**common, **real, "address": address(name), "password_file": hearback.password}
    # One of them by STARTTLS.
    hearback.others[GOOD[1]].update(port=hearback.servers.imap, tls="starttls", smtp_port=hearback.servers.submission,
                                    smtp_tls="starttls")
    hearback.others["refused"] = {**common, **real, "address": address("refused"), "password_file": wrong}
    for name, settings in bad.items():
        hearback.others[name] = {**common, "host": "127.0.0.1", "address": address(name),
                                 "password_file": hearback.password, **settings}
    hearback.write_config(form=None)


def automated(servers, name):
    return len([m for m in post.read(servers, person(name)) if m["Auto-Submitted"]])


def write_to_all(hearback, subject):
    for name in GOOD:
        post.deliver(hearback.servers, letter(person(name), address(name), f"{subject} for {name}"), person(name),
                     [address(name)])


def troubles(hearback):
    """{account: what status says of its mailboxes}, only of those with something to say."""
    found = {}
    for row in hearback.rows("status"):
        if row.get("mailbox") and row["trouble"]:
            found.setdefault(row["account"], []).append(row["trouble"])
    return found


def answered(hearback, times):
    return [name for name in GOOD if automated(hearback.servers, name) == times]


def daemon(tap, hearback):
    hearback.start()
    tap.check("hearback runs", hearback.ready(), hearback.log_tail())
    for name in GOOD:
        hearback.command("mode", name, "send")
    write_to_all(hearback, "Question")
    post.wait_until(lambda: answered(hearback, 1) == GOOD, WAIT_SECONDS, every=1)
    tap.equal("each of the eight acknowledges what it gets", answered(hearback, 1), GOOD)
    seen = {}

    def all_told():
        for name, lines in troubles(hearback).items():
            seen.setdefault(name, set()).update(lines)
        return all(any(words in line for line in seen.get(name, ())) for name, words in BAD.items())
    post.wait_until(all_told, WAIT_SECONDS, every=0.5)
    for name, words in BAD.items():
        tap.check(f"status says what is wrong with {name}", any(words in line for line in seen.get(name, ())), seen)
    tap.equal("and finds nothing wrong with the eight", [name for name in GOOD if name in seen], [])
    connected = {row["account"] for row in hearback.rows("status") if row.get("mailbox") and row["connected"]}
    tap.equal("which are all connected", [name for name in GOOD if name not in connected], [])
    rows = [row for row in hearback.rows("list", "--all") if row["account"] == "changing"]
    tap.check("what comes again under another UIDVALIDITY is one conversation", len(rows) == 1, rows)


def once(tap, hearback):
    tap.equal("hearback ends in order", hearback.stop(), 0)
    before = len(hearback.rows("list", "--all"))
    for name in GOOD:
        other = f"second-{person(name)}"
        post.deliver(hearback.servers, letter(other, address(name), f"More for {name}"), other, [address(name)])
    done = hearback.run("run", "--once", seconds=2 * WAIT_SECONDS)
    tap.check("one pass over twelve accounts ends, and says that some could not be read", done.returncode != 0,
              done.returncode)
    tap.equal("but it took in what came to the eight", len(hearback.rows("list", "--all")) - before, len(GOOD))


def test(tap):
    fakes, bad = bad_servers()
    people = [address(name) for name in GOOD + ["refused", "agent", "lead"]] + [person(name) for name in GOOD]
    people += [f"second-{person(name)}" for name in GOOD]
    with lib.beside(tap, people) as hearback:
        configure(hearback, bad)
        daemon(tap, hearback)
        once(tap, hearback)
    for fake in fakes:
        fake.close()


lib.main(test)
