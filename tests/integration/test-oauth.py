#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens instead of passwords, that live for a second or two: over twenty of them nothing is lost and
nothing comes twice; one that is refused is told of with its age, and its successor is used at once."""
import json
import os
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
import tokens  # noqa: E402
from letter import letter  # noqa: E402
from servers import write  # noqa: E402
from sidecar import RUN_AS, open_folder  # noqa: E402

SUPPORT = "support@example.com"
LIFE_SECONDS = 1.8
RENEW_EVERY = 0.3
RENEWALS = 20
MAIL_EVERY = 0.7
WAIT_SECONDS = 60

COMMAND = """\
#!/bin/sh
cat >{folder}/facts
[ $1 = good ] || exit 3
exec cat {token}
"""


class Renewer:
    """Writes a new token into the file, long before the last one has expired."""

    def __init__(self, issuer, path):
        self.issuer, self.path = issuer, path
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.renew()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def renew(self, seconds=LIFE_SECONDS):
        write(self.path, self.issuer.issue(SUPPORT, seconds) + "\n", 0o600, RUN_AS)

    def run(self):
        while self.goes_on.is_set():
            self.renew()
            time.sleep(RENEW_EVERY)

    def stop(self):
        self.goes_on.clear()
        self.thread.join()


def logged(hearback):
    with open(hearback.log, encoding="utf-8", errors="replace") as f:
        return f.read()


def person(i):
    return f"requester{i}@customer.example"


def write_to_us(hearback, i):
    post.deliver(hearback.servers, letter(person(i), SUPPORT, f"Question {i}"), person(i), [SUPPORT])


def automated(servers, address):
    return len([m for m in post.read(servers, address) if m["Auto-Submitted"]])


def conversations(hearback):
    return sorted(row["messages"] for row in hearback.rows("list", "--all"))


def renewals(tap, hearback, proxy, people):
    """Mail comes all the time."""
    started, n = time.monotonic(), 0

    def used():
        return len(set(proxy.sessions))
    while (used() <= RENEWALS or proxy.ended < RENEWALS) and time.monotonic() - started < WAIT_SECONDS and n < people:
        write_to_us(hearback, n)
        n += 1
        time.sleep(MAIL_EVERY)
    tap.check(f"{RENEWALS} times a new token was used", used() > RENEWALS, used())
    tap.check("because the server had ended the session over the old one", proxy.ended >= RENEWALS, proxy.ended)
    post.wait_until(lambda: len(conversations(hearback)) >= n, WAIT_SECONDS)
    tap.equal("each letter was taken in, and once", conversations(hearback), [1] * n)
    post.wait_until(lambda: all(automated(hearback.servers, person(i)) for i in range(n)), WAIT_SECONDS, every=1)
    tap.equal("each was acknowledged, and once", [automated(hearback.servers, person(i)) for i in range(n)], [1] * n)
    tap.check("an expired token is an ordinary end", logged(hearback).count(" token.expired ") >= RENEWALS)
    return n


def refused(tap, hearback, renewer, n):
    renewer.stop()

    def told():
        return [row["trouble"] for row in hearback.rows("status") if row.get("mailbox") and "token" in row["trouble"]]

    def refusals():
        return sum("room.ended" in line and "the server refused the token" in line for line in logged(hearback).splitlines())
    before = refusals()
    post.wait_until(lambda: len(told()) == 2, WAIT_SECONDS)
    tap.equal("a refused token is told of for both mailboxes", len(told()), 2)
    tap.check("with the age of its file", all("token_file is 0 min old" in line for line in told()), told())
    alarms = [line for line in logged(hearback).splitlines() if "supervisor alarm what=login account=support" in line]
    tap.check("so does an alarm", alarms and all("refused the token" in line and "min old" in line for line in alarms), alarms)
    time.sleep(2)
    tap.equal("and is tried once by each of them", refusals() - before, 2)
    renewer.renew(600)
    write_to_us(hearback, n)
    post.wait_until(lambda: len(conversations(hearback)) > n, WAIT_SECONDS / 3)
    tap.equal("the next one is used as soon as it is there", conversations(hearback), [1] * (n + 1))


def command(tap, hearback, n):
    tap.equal("hearback ends in order", hearback.stop(), 0)
    program = os.path.join(hearback.folder, "token")
    place = os.path.join(hearback.folder, "state")
    write(program, COMMAND.format(folder=place, token=hearback.account["token_file"]), 0o755)
    hearback.write_config(token_file=None, token_command=f"{program} bad")
    hearback.start()
    tap.check("the status of a command that fails is logged", post.wait_until(
        lambda: "command.failed command=token_command account=support status=3" in logged(hearback), WAIT_SECONDS))
    told = post.wait_until(lambda: "token_command printed nothing" in logged(hearback), WAIT_SECONDS)
    tap.check("and that there was no token", told, hearback.log_tail())
    tap.equal("hearback ends in order", hearback.stop(), 0)
    hearback.write_config(token_command=f"{program} good")
    write_to_us(hearback, n)
    done = hearback.run("run", "--once")
    tap.equal("one pass with a token command", done.returncode, 0)
    tap.equal("takes in what is there", conversations(hearback), [1] * (n + 1))
    with open(os.path.join(place, "facts"), encoding="utf-8") as f:
        facts = json.load(f)
    tap.equal("the command was told whose token is wanted", (facts["account"], facts["user"]), ("support", SUPPORT))
    looked = hearback.run("check", "--online")
    tap.check("both servers are looked at with a token", looked.returncode == 0 and "takes the login" in looked.stdout,
              looked.stdout + looked.stderr)
    with open(hearback.account["token_command"].rsplit("/", 1)[0] + "/hearback.token", encoding="utf-8") as f:
        token = f.read().strip()
    tap.check("no token was ever logged", token not in logged(hearback) and token not in done.stderr)


def test(tap):
    folder = open_folder("hearback-oauth-")
    issuer = tokens.Issuer()
    introspection = os.path.join(folder, "oauth2.conf")
    write(introspection, tokens.INTROSPECTION.format(port=issuer.port))
    people = [person(i) for i in range(100)]
    with lib.beside(tap, [SUPPORT, "agent@example.com", "lead@example.com", *people],
                    dovecot=tokens.DOVECOT.format(file=introspection)) as hearback:
        token = os.path.join(hearback.folder, "hearback.token")
        renewer = Renewer(issuer, token)
        proxy = tokens.Expiring(hearback.servers, issuer)
        hearback.write_config(host="127.0.0.1", port=proxy.port, tls="none", password_file=None, token_file=token,
                              smtp_host=hearback.servers.host, smtp_ca_file=hearback.servers.ca)
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        n = renewals(tap, hearback, proxy, len(people))
        refused(tap, hearback, renewer, n)
        command(tap, hearback, n + 1)
        proxy.close()
    issuer.close()
    os.unlink(introspection)
    os.rmdir(folder)


lib.main(test)
