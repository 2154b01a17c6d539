#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What cannot wait: an account that cannot log in, a sender without a connection, a full disk. The alarm command is
told of each once, with the facts as JSON on its standard input, and nothing of ours is open in it."""
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import integration  # noqa: E402
import letter  # noqa: E402
import post  # noqa: E402
import servers  # noqa: E402
import sidecar  # noqa: E402

SECONDS = 60
PROGRAM = """#!/bin/sh
# Notes what it is told, and with what it was started.
facts=$(cat)
echo noise
echo "$# $1 $2 $(ls -l /proc/$$/fd | grep -c socket) ${HEARBACK_ROOMS:-none} $facts" >> "$1/told"
"""


class Bell:
    """The alarm command, and what it was told."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "bell")
        os.makedirs(self.folder)
        shutil.chown(self.folder, sidecar.RUN_AS)
        self.program = os.path.join(self.folder, "ring")
        with open(self.program, "w", encoding="ascii") as f:
            f.write(PROGRAM)
        os.chmod(self.program, 0o755)
        self.setting = f"{self.program} {self.folder}  now"

    def told(self):
        try:
            with open(os.path.join(self.folder, "told"), encoding="utf-8") as f:
                return [line.rstrip("\n").split(" ", 5) for line in f]
        except FileNotFoundError:
            return []

    def facts(self):
        return [json.loads(words[5]) for words in self.told()]

    def rings(self, alarm):
        post.wait_until(lambda: any(f["alarm"] == alarm for f in self.facts()), SECONDS)
        return [f for f in self.facts() if f["alarm"] == alarm]


def with_bell(h):
    bell = Bell(h.folder)
    h.settings["alarm_command"] = bell.setting
    h.write_config()
    return bell


def login(tap, h, bell):
    h.write_password("wrong")
    h.start()
    told = bell.rings("login")
    tap.check("an account that cannot log in: told", told and told[0]["account"] == "support" and "refused the password" in told[0]["text"]
              and told[0]["at"].endswith("Z"), told)
    words = bell.told()[0]
    tap.equal("its arguments are those of the setting", words[:3], ["2", bell.folder, "now"])
    tap.equal("no socket of ours is open in it, and nothing of our environment is there", words[3:5], ["0", "none"])
    post.wait_until(lambda: len(bell.rings("login")) == 2, SECONDS)
    h.write_password(h.servers.password)
    h.stop()
    tap.check("once for each mailbox", len(bell.rings("login")) == 2, bell.facts())


def sender(tap, h, bell):
    h.write_config(smtp_port=servers.free_ports(1)[0])
    h.command("mode", "support", "send")
    h.start()
    h.ready()
    question = letter.letter("maria@customer.example", "support@example.com", "A question", "How?")
    post.deliver(h.servers, question, "maria@customer.example", ["support@example.com"])
    told = bell.rings("sender")
    tap.check("a sender without a connection: told, once", len(told) == 1 and told[0]["account"] == "support"
              and "refused" in told[0]["text"], told)
    h.stop()


def disk(tap, h, bell):
    h.settings["reserve"] = "64G"
    h.settings["state_dir"] = h.state = sidecar.tempfile.mkdtemp(prefix="hearback-", dir="/dev/shm")
    try:
        shutil.chown(h.state, sidecar.RUN_AS)
        h.write_config()
        h.start()
        told = bell.rings("disk")
        tap.check("a disk that is nearly full: told, of no account", len(told) == 1 and told[0]["account"] == "", told)
        h.stop()
    finally:
        shutil.rmtree(h.state)


def test(tap):
    with integration.beside(tap, ["support@example.com", "agent@example.com", "lead@example.com"]) as h:
        bell = with_bell(h)
        login(tap, h, bell)
        sender(tap, h, bell)
        if os.statvfs("/dev/shm").f_bavail * os.statvfs("/dev/shm").f_frsize < 64 << 30:
            disk(tap, h, bell)
        h.settings["alarm_command"] = "/nonexistent/bell"
        h.write_config()
        with open(h.log, encoding="utf-8", errors="replace") as f:
            tap.check("it has ended well each time", "command.failed" not in f.read())
        done = h.run("check")
        tap.check("check: a program that is not there is told", done.returncode != 0 and "alarm_command /nonexistent/bell: No such" in done.stderr,
                  done.stderr)


if __name__ == "__main__":
    integration.main(test)
