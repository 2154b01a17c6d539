#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hearback under a service manager, which the test plays: it is told when hearback serves, how it is, that its rooms
are alive, that it reloads and that it stops; new settings are taken over or refused whole."""
import os
import shutil
import signal
import socket
import stat
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import integration  # noqa: E402
import letter  # noqa: E402
import post  # noqa: E402
import servers  # noqa: E402
import sidecar  # noqa: E402

SECONDS = 40


class Manager:
    def __init__(self):
        self.name = f"hearback-manager-{os.getpid()}"
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind("\0" + self.name)
        self.sock.settimeout(0.2)
        self.heard = []

    def hears(self, line, after=0):
        """Waits for that line (or its beginning, if it ends with '*') after so many others; its place, or -1."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            for i in range(after, len(self.heard)):
                if self.heard[i] == line or (line[-1] == "*" and self.heard[i].startswith(line[:-1])):
                    return i
            try:
                self.heard += self.sock.recv(4096).decode().split("\n")
            except TimeoutError:
                pass
        return -1

    def quiet(self):
        """Hears what is there already; how much that is."""
        try:
            while True:
                self.heard += self.sock.recv(4096, socket.MSG_DONTWAIT).decode().split("\n")
        except (BlockingIOError, TimeoutError):
            return len(self.heard)


def rooms(h):
    return {name: pids for name, pids in h.processes().items() if name != "hearback"}


def wait_log(h, words, before=0):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with open(h.log, encoding="utf-8", errors="replace") as f:
            said = f.read()
        if said.count(words) > before:
            return True
        time.sleep(0.1)
    return False


def reload(h):
    os.kill(h.process.pid, signal.SIGHUP)


def refusals(tap, h):
    before = rooms(h)
    reload(h)
    tap.check("nothing has changed: it says so", wait_log(h, "reload.unchanged"))
    h.write_config(poll="2h")
    reload(h)
    tap.check("a wrong value: refused, with file and line", wait_log(h, "hearback.conf:") and wait_log(h, "reload.refused"))
    h.write_config(poll="1s", password_file="/nonexistent/password")
    reload(h)
    tap.check("a missing password file: refused", wait_log(h, "/nonexistent/password"))
    h.write_config(password_file=h.password)
    state = h.settings["state_dir"]
    h.settings["state_dir"] = "/tmp"
    h.write_config()
    reload(h)
    tap.check("another state_dir: refused", wait_log(h, "cannot change while hearback runs"))
    h.settings["state_dir"] = state
    h.write_config()
    tap.equal("the rooms have not noticed", rooms(h), before)


def taken_over(tap, h, manager):
    before, heard = rooms(h), manager.quiet()
    h.write_config(first_response="2h", display_name="Somebody Else")
    reload(h)
    place = manager.hears("RELOADING=1", heard)
    tap.check("it reloads", place >= 0 and manager.heard[place + 1].startswith("MONOTONIC_USEC="), manager.heard[heard:])
    tap.check("it serves again", manager.hears("READY=1", heard) > place, manager.heard[heard:])
    tap.check("all rooms serve again", manager.hears("STATUS=1 accounts, 5 of 5 rooms serve", place) > place, manager.heard[heard:])
    after = rooms(h)
    tap.check("with new rooms", all(not set(before[r]) & set(after[r]) and after[r] for r in before), (before, after))
    tap.equal("of the same supervisor", h.process.poll(), None)
    tap.check("whoever asks is answered", h.run("status").returncode == 0)


def renewed(before, after):
    """How many processes of each kind are new, and how many there are."""
    return {room: (len(set(after[room]) - set(before[room])), len(after[room])) for room in before}


def serve_again(manager, heard, accounts):
    return manager.hears(f"STATUS={accounts} accounts, {2 + 3 * accounts} of {2 + 3 * accounts} rooms serve", heard) > 0


def connected(h):
    return sum(r["connected"] for r in h.rows("status") if r["about"] == "mailbox")


def account_by_account(tap, h, manager):
    heard = manager.quiet()
    h.others["sales"] = {**h.account, "address": "sales@example.com"}
    h.write_config()
    reload(h)
    tap.check("an account more", serve_again(manager, heard, 2), manager.heard[heard:])

    before, heard = rooms(h), manager.quiet()
    other = os.path.join(h.folder, "sales.password")
    servers.write(other, h.servers.password + "\n", 0o600, sidecar.RUN_AS)
    h.others["sales"]["smtp_password_file"] = other
    h.write_config()
    reload(h)
    tap.check("another password for SMTP is taken over", serve_again(manager, heard, 2), manager.heard[heard:])
    tap.equal("by one sender alone", renewed(before, rooms(h)), {
        "hearback-keeper": (0, 1), "hearback-reader": (0, 1), "hearback-poller": (0, 4), "hearback-sender": (1, 2)})

    before, heard = rooms(h), manager.quiet()
    h.others["sales"]["password_file"] = other
    h.write_config()
    reload(h)
    tap.check("another password file is taken over", serve_again(manager, heard, 2), manager.heard[heard:])
    tap.equal("by the pollers of one account alone", renewed(before, rooms(h)), {
        "hearback-keeper": (0, 1), "hearback-reader": (0, 1), "hearback-poller": (2, 4), "hearback-sender": (0, 2)})
    tap.check("which are connected", post.wait_until(lambda: connected(h) == 4, SECONDS), h.rows("status"))

    before, heard = rooms(h), manager.quiet()
    h.settings["read_group"] = "games"
    h.write_config()
    reload(h)
    tap.check("another group is taken over", manager.hears("READY=1", heard) >= 0, manager.heard[heard:])
    tap.equal("by nobody who must end for it", rooms(h), before)
    tap.equal("whose members can connect", stat.S_IMODE(os.stat(os.path.join(h.state, "control")).st_mode), 0o666)


def templates(tap, h, manager):
    h.command("mode", "support", "send")
    path = os.path.join(h.settings["templates"], "en", "acknowledgement.mustache")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    before, heard = rooms(h), manager.quiet()
    servers.write(path, text.rstrip("\n") + "\n\nThe office is closed for painting.\n")
    reload(h)
    tap.check("a template is taken over", manager.hears("READY=1", heard) >= 0, manager.heard[heard:])
    post.deliver(h.servers, letter.letter("maria@customer.example", "support@example.com", "A question", "How?"),
                 "maria@customer.example", ["support@example.com"])
    got = post.wait_until(lambda: post.read(h.servers, "maria@customer.example"), SECONDS)
    tap.check("a template that was changed is what is sent", got and "closed for painting" in str(got[0]), got)
    # The other mode has ended pollers, and a sender has connected.
    now = rooms(h)
    tap.check("and nobody has ended for it", all(set(before[r]) <= set(now[r]) for r in now if r != "hearback-poller"), (before, now))
    sets = [r["detail"] for r in h.rows("audit", "list") if r["event"] == "sets"]
    tap.equal("the audit knows of it", sets[-1], "templates")


def account_less(tap, h, manager):
    heard = manager.quiet()
    del h.others["sales"]
    h.write_config()
    reload(h)
    tap.check("an account less", serve_again(manager, heard, 1), manager.heard[heard:])


def test(tap):
    manager = Manager()
    people = ["support@example.com", "sales@example.com", "agent@example.com", "lead@example.com", "maria@customer.example"]
    with integration.beside(tap, people) as h:
        h.settings["templates"] = shutil.copytree(h.settings["templates"], os.path.join(h.folder, "own-templates"))
        h.write_config()
        h.environment |= {"NOTIFY_SOCKET": "@" + manager.name, "WATCHDOG_USEC": "3000000"}
        h.start()
        tap.check("it tells when it serves", manager.hears("READY=1") >= 0, manager.heard)
        tap.check("and how it is", manager.hears("STATUS=1 accounts, 5 of 5 rooms serve") >= 0, manager.heard)
        fed = manager.hears("WATCHDOG=1")
        tap.check("the watchdog is fed again and again", manager.hears("WATCHDOG=1", fed + 1) > fed >= 0, manager.heard)
        refusals(tap, h)
        taken_over(tap, h, manager)
        account_by_account(tap, h, manager)
        templates(tap, h, manager)
        account_less(tap, h, manager)
        heard = manager.quiet()
        tap.equal("it ends in order", h.stop(), 0)
        tap.check("and says that it stops", manager.hears("STOPPING=1", heard) >= 0, manager.heard[heard:])


if __name__ == "__main__":
    integration.main(test)
