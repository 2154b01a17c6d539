#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`hearback thread` and `hearback inspect` on an mbox, a Maildir, and a folder of both."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from tap import Tap

HEARBACK = os.path.join(os.environ.get("top_builddir", "."), "src", "hearback")
MANY = 450  # more than two batches of the reader
BOUNCE = """From: MAILER-DAEMON@example.net
Message-ID: <bounce@example.net>
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; gone@example.net
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: agent@example.com
Message-ID: <answer@example.com>
Subject: Re: It does not print

Try again.
--b--
"""


def message(own, named=(), subject="It does not print"):
    return (f"From: somebody@example.net\nSubject: {subject}\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n"
            + (f"Message-ID: <{own}>\n" if own else "")
            + (f"References: {' '.join(f'<{n}>' for n in named)}\n" if named else "") + "\nText\n")


def run(*arguments):
    done = subprocess.run([HEARBACK, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def run_into(path, *arguments):
    with open(path, "wb") as out:
        return subprocess.run([HEARBACK, *arguments], stdin=subprocess.DEVNULL, stdout=out,
                              stderr=subprocess.DEVNULL, check=False, timeout=120).returncode


def run_closed(*arguments):
    return subprocess.run(["/bin/sh", "-c", 'exec "$0" "$@" >&-', HEARBACK, *arguments],
                          stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                          timeout=120).returncode


def rows(*arguments):
    return [json.loads(line) for line in run(*arguments)[1].splitlines()]


def conversations(*paths):
    return [row["message_ids"] for row in rows("thread", "--json", *paths)]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def mbox(*messages):
    return "".join("From x@example.net Mon Jan  5 10:00:00 2026\n" + m + "\n" for m in messages)


def test(tap, folder):
    box, maildir = os.path.join(folder, "a.mbox"), os.path.join(folder, "b")
    write(box, mbox(message("late", ["unseen"]), message("other"), message("", ["unseen"]), BOUNCE))
    write(os.path.join(maildir, "cur", "1"), message("question@example.net"))
    write(os.path.join(maildir, "new", "2"), message("answer@example.com", ["question@example.net"]))
    write(os.path.join(maildir, "new", "3"), message("also@example.net", ["unseen"]))
    write(os.path.join(maildir, "tmp", "4"), message("unfinished@example.net"))

    tap.equal("the messages of an mbox", [r["file"] for r in rows("inspect", "--json", box)],
              [f"{box}#{i}" for i in range(1, 5)])
    tap.equal("a conversation needs no Message-ID, and no root", conversations(box),
              [["late"], ["other"], ["bounce@example.net"]])
    tap.equal("files, folders and Maildirs join", conversations(folder),
              [["late", "also@example.net"], ["other"],
               ["bounce@example.net", "question@example.net", "answer@example.com"]])
    tap.equal("conversations are counted", [r["conversation"] for r in rows("thread", "--json", folder)],
              [1, 2, 3])
    tap.equal("the same message again is shown once", conversations(maildir, maildir),
              [["question@example.net", "answer@example.com"], ["also@example.net"]])
    text = run("thread", folder)[1].splitlines()
    tap.equal("people see one line for each", len(text), 1 + 3)
    tap.equal("with count, days and subject", text[1].split(None, 4),
              ["1", "3", "2026-01-05", "2026-01-05", "It does not print"])
    status, text, complaint = run("thread", "--json", os.path.join(folder, "nothing"), box)
    tap.check("what is not there is told and stops nothing",
              status == 66 and "nothing: No such file" in complaint and len(text.splitlines()) == 3,
              complaint)
    odd = os.path.join(folder, "odd.eml")
    write(odd, "From: a@example.net\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
          "a=C2=85b=E2=80=A8c=E2=80=A9d=C3=A9=E2=80=A6\n")
    text = run("inspect", "--json", odd)[1]
    tap.equal("a row is one line to everybody", (len(text.splitlines()), json.loads(text)["text"]),
              (1, "a\x85b\u2028c\u2029d\u00e9\u2026\n"))
    answer = os.path.join(folder, "answer.eml")
    write(answer, "From: a@example.net\nSubject: x\n\nYes.\n\nOn Mon, 2 Apr 2012, Bob wrote:\n> Is it on?\n\n-- \nAnna\n")
    text = run("inspect", answer)[1].splitlines()
    tap.equal("what is new is marked, without colours on no terminal",
              [line for line in text if line.startswith("  | ") or "\033" in line], ["  | Yes.", "  | "])
    tap.check("the rest is there", "    > Is it on?" in text and "    Anna" in text, text)
    row = rows("inspect", "--json", answer)[0]
    tap.equal("the stretches of a text are all of it",
              [(s["kind"], row["text"].encode()[s["from"]:s["from"] + s["bytes"]].decode()) for s in row["stretches"]],
              [("new", "Yes.\n\n"), ("quote", "On Mon, 2 Apr 2012, Bob wrote:\n> Is it on?\n\n"), ("signature", "-- \nAnna\n")])
    many = os.path.join(folder, "many.mbox")
    write(many, mbox(*(message(f"{i}", [f"{i + 1}"]) for i in range(MANY))))
    tap.equal("many batches keep their order", conversations(many), [[str(i) for i in range(MANY)]])


def test_words(tap):
    """What a script or a terminal gets from words that are wrong."""
    tap.equal("a full disk is no success", run_into("/dev/full", "check", "--defaults"), 74)
    tap.equal("a closed output is no harm", run_closed("check", "--defaults"), 0)
    status, _, complaint = run("audit", "verify", "--head", "")
    tap.check("an empty value is none", status == 64 and "a value is missing behind --head" in complaint, complaint)
    status, _, complaint = run("\033[31mlist")
    tap.check("no escape sequence comes back", status == 64 and "'\\x1b[31mlist'" in complaint, complaint)
    status, _, complaint = run("list", "-c")
    tap.check("a missing file name is told", status == 64 and "a file is missing behind -c" in complaint, complaint)
    tap.check("every setting is one object", all(r["about"] == "setting" and r["meaning"]
                                                for r in rows("check", "--defaults", "--json")))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        test(tap, folder)
    test_words(tap)
    sys.exit(tap.done())


if __name__ == "__main__":
    main()
