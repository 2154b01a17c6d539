#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hearback under a service manager, which the test plays: it is told when hearback serves, how it is, that its rooms
are alive, that it reloads and that it stops; new settings are taken over or refused whole."""
import os
import signal
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import integration  # noqa: E402

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


def test(tap):
    manager = Manager()
    with integration.beside(tap, ["support@example.com", "agent@example.com", "lead@example.com"]) as h:
        h.environment |= {"NOTIFY_SOCKET": "@" + manager.name, "WATCHDOG_USEC": "3000000"}
        h.start()
        tap.check("it tells when it serves", manager.hears("READY=1") >= 0, manager.heard)
        tap.check("and how it is", manager.hears("STATUS=1 accounts, 5 of 5 rooms serve") >= 0, manager.heard)
        fed = manager.hears("WATCHDOG=1")
        tap.check("the watchdog is fed again and again", manager.hears("WATCHDOG=1", fed + 1) > fed >= 0, manager.heard)
        refusals(tap, h)
        taken_over(tap, h, manager)
        heard = manager.quiet()
        tap.equal("it ends in order", h.stop(), 0)
        tap.check("and says that it stops", manager.hears("STOPPING=1", heard) >= 0, manager.heard[heard:])


if __name__ == "__main__":
    integration.main(test)
