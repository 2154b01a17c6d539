#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ./quickstart shows: private servers, hearback beside them, the main job, then whatever comes.

    show.py FOLDER BUILD [--once]     the whole, or one round of it
    show.py mail FOLDER FROM SUBJECT  one more mail while it runs
    show.py stop FOLDER               ends what an interrupted run has left
"""
import datetime
import fcntl
import os
import shutil
import signal
import sys
import time
import unicodedata

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.dirname(os.path.abspath(__file__))]

# pylint: disable=wrong-import-position
import main_job  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402
from servers import Servers, ServersError  # noqa: E402
from sidecar import CommandFailed, Sidecar, end_leftover  # noqa: E402

WATCH_SECONDS = 1


class Interrupted(Exception):
    pass


class Show:
    """Plain lines; on a terminal the commands and the headings stand out, nothing more."""

    def __init__(self, out):
        self.out = out
        fancy = out.isatty() and not os.environ.get("NO_COLOR") and not os.environ.get("CI") and \
            os.environ.get("TERM", "dumb") != "dumb"
        self.bold, self.faint, self.red, self.plain = \
            ("\033[1m", "\033[2m", "\033[31m", "\033[0m") if fancy else ("", "", "", "")
        self.width = shutil.get_terminal_size((100, 24)).columns if out.isatty() else 200
        self.failed = 0
        self.passed = 0

    def line(self, text="", indent="  ", whole=False):
        # What is shown may come from mail: no control character reaches the terminal.
        safe = "".join(c if unicodedata.category(c)[0] != "C" else "?" for c in text.expandtabs())
        print(indent + safe if whole else cut(indent + safe, self.width), file=self.out, flush=True)

    def step(self, title):
        print(f"\n{self.bold}{title}{self.plain}", file=self.out, flush=True)

    def command(self, arguments, output):
        print(f"\n  {self.bold}$ hearback {' '.join(arguments)}{self.plain}", file=self.out)
        for text in output.rstrip("\n").split("\n"):
            self.line(text)

    def message(self, m):
        print(file=self.out)
        for name in ("From", "To", "Subject", "Auto-Submitted", "In-Reply-To", "Hearback-Audit"):
            self.line(f"{name}: {m[name]}", "    | ")
        self.line("", "    | ")
        for text in m.get_body(("plain",)).get_content().rstrip().splitlines():
            self.line(text, "    | ")
        print(file=self.out)

    def check(self, good, what):
        if good:
            self.passed += 1
            print(f"  {self.faint}ok      {what}{self.plain}", file=self.out, flush=True)
        else:
            self.failed += 1
            print(f"  {self.red}FAILED  {what}{self.plain}", file=self.out, flush=True)


def cut(text, width):
    """At most `width` columns; wide characters count twice."""
    used = 0
    for i, c in enumerate(text):
        used += 2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1
        if used > width:
            return text[:i]
    return text


def watch(sidecar, show):
    """Until interrupted: every conversation that comes or changes, as it does."""
    s = sidecar.servers
    show.step("It goes on until Ctrl-C. From another terminal:")
    show.line("write to it:        ./quickstart mail you@customer.example 'One more question'")
    show.line(f"ask it:             {sidecar.program} -c {sidecar.config} list", whole=True)
    show.line(f"read its log:       {sidecar.log}", whole=True)
    show.line(f"read any mailbox:   IMAP with TLS on localhost:{s.imaps}, password {s.password},")
    show.line(f"                    certificate authority {s.ca}", whole=True)
    show.line()
    known = None
    while True:
        before, known = known, {}
        for row in sidecar.rows("list", "--all"):
            now = (row["state"], row["due"], row["messages"])
            number = row["conversation"]
            known[number] = now
            if before is not None and before.get(number) != now:
                show.line(f"{datetime.datetime.now():%H:%M:%S}  {number:8} {row['state']:9} "
                          f"due {row['due'] or '-':20}  {row['subject']}")
        time.sleep(WATCH_SECONDS)


def play(sidecar, show, once):
    sidecar.start()
    if not sidecar.ready():
        raise ServersError(f"hearback does not run; the end of {sidecar.log}:\n{sidecar.log_tail(10)}")
    show.command(["run", "-c", sidecar.config], "running")
    main_job.MainJob(sidecar, show.check, show).play()
    show.step(f"{show.passed} of {show.passed + show.failed} checks were true")
    if not once:
        watch(sidecar, show)


def mail(folder, sender, subject):
    """One more question, from whoever the person at the terminal names."""
    servers = Servers.load(os.path.join(folder, "servers"))
    if not subject.isprintable():
        raise ServersError("SUBJECT: write one line of text, without control characters")
    servers.add([sender])
    post.deliver(servers, letter(sender, main_job.SUPPORT, subject), sender, [main_job.SUPPORT])
    print(f"delivered to {main_job.SUPPORT}; the quickstart that runs shows what becomes of it")


def alone(folder):
    """Holds the folder's lock and ends what an interrupted run has left."""
    os.makedirs(folder, exist_ok=True)
    lock = open(os.path.join(folder, "lock"), "w", encoding="ascii")  # pylint: disable=consider-using-with
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as e:
        raise ServersError(f"{folder}: another quickstart is running here: end it with Ctrl-C first") from e
    end_leftover(os.path.join(folder, "hearback"))
    Servers(os.path.join(folder, "servers")).stop()
    return lock


def interrupted(*_):
    raise Interrupted


def main(arguments):
    if arguments[0] == "mail":
        mail(*arguments[1:])
        return 0
    if arguments[0] == "stop":
        alone(arguments[1]).close()
        return 0
    folder, build, once = arguments[0], arguments[1], "--once" in arguments
    show = Show(sys.stdout)
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, interrupted)
    lock = alone(folder)
    with lock, Servers(os.path.join(folder, "servers")) as servers:
        for name in ("servers", "hearback"):
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        servers.anybody = True  # `./quickstart mail` may name somebody new while a connection is open
        servers.start(main_job.EVERYBODY)
        show.step("Private mail servers on loopback")
        show.line(f"Dovecot: IMAP on port {servers.imaps} (TLS)   Postfix: submission on port "
                  f"{servers.submissions} (TLS), from outside on port {servers.smtp}")
        with Sidecar(servers, os.path.join(folder, "hearback"), TOP, build) as sidecar:
            show.step(f"Configuration: {sidecar.config}")
            with open(sidecar.config, encoding="utf-8") as f:
                for text in f.read().rstrip().split("\n"):
                    show.line(text, "    | ")
            play(sidecar, show, once)
    return 1 if show.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Interrupted:
        print("\nstopped", flush=True)
        sys.exit(130 if "--once" in sys.argv else 0)
    except (ServersError, CommandFailed, OSError) as e:
        print(f"quickstart: {e}", file=sys.stderr)
        sys.exit(1)
