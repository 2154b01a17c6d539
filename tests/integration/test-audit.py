#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The record of a real run is green; whatever is done to a copy of it, one line says so."""
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT = "support@example.com"
PEOPLE = [f"person{i}@customer.example" for i in range(3)]
WAIT_SECONDS = 60


def acknowledged(servers):
    return [m for person in PEOPLE for m in post.read(servers, person) if m["Auto-Submitted"]]


def tamper(hearback, *act):
    tool = os.path.join(lib.folders()[1], "tests", "tools", "ledger-tamper")
    return subprocess.run([tool, os.path.join(hearback.state, "ledger"), os.path.join(hearback.state, "keys"), *act],
                          check=True, stdout=subprocess.PIPE, text=True).stdout


def red(tap, hearback, name, act, head="", times=1):
    """Does it to the ledger, verifies, and puts the ledger back."""
    ledger, kept = os.path.join(hearback.state, "ledger"), os.path.join(hearback.state, "kept")
    subprocess.run(["cp", "-a", ledger, kept], check=True)
    for _ in range(times):
        tamper(hearback, *act)
    user = os.stat(ledger)
    for path in [ledger] + [os.path.join(ledger, f) for f in os.listdir(ledger)]:
        os.chown(path, user.st_uid, user.st_gid)
    done = hearback.run("audit", "verify", *(["--head", head] if head else []))
    said = (done.stdout + done.stderr).strip().splitlines()
    tap.equal(f"{name}: audit verify is red", done.returncode, os.EX_DATAERR)
    tap.equal(f"{name}: in one line", len([line for line in said if not line.startswith("head:")]), 1)
    lib.note("\n".join(said))
    shutil.rmtree(ledger)
    os.rename(kept, ledger)


def test(tap):
    with lib.beside(tap, [SUPPORT, "agent@example.com", "lead@example.com"] + PEOPLE) as hearback:
        hearback.start()
        tap.check("hearback runs", hearback.ready())
        hearback.command("mode", "support", "send")
        for person in PEOPLE:
            post.deliver(hearback.servers, letter(person, SUPPORT, "A question"), person, [SUPPORT])
        post.wait_until(lambda: len(acknowledged(hearback.servers)) == len(PEOPLE), WAIT_SECONDS)
        held = acknowledged(hearback.servers)[0]["Hearback-Audit"]
        hearback.stop()

        verdict = hearback.rows("audit", "verify")[0]
        tap.check("the record of the run is green", verdict["ok"], verdict)
        newest = verdict["head"]
        tap.equal("so it is against its newest head", hearback.run("audit", "verify", "--head", newest).returncode, 0)
        tap.equal("and against a head that a requester holds",
                  hearback.run("audit", "verify", "--head", held).returncode, 0)
        red(tap, hearback, "a byte changed", ["flip", "4"])
        red(tap, hearback, "a byte changed, its tag as well", ["change", "4"])
        red(tap, hearback, "two records swapped", ["swap", "4", "6"])
        red(tap, hearback, "a record removed", ["remove", "5"])
        red(tap, hearback, "the last record removed", ["drop-last"], head=newest)
        behind = int(tamper(hearback, "count")) - int(re.search(r"n=(\d+)", held)[1]) + 1
        red(tap, hearback, "cut back behind what a requester holds", ["drop-last"], head=held, times=behind)
        red(tap, hearback, "a record hashed anew without the key", ["rehash", "4"])
        tap.equal("put back, it is green again", hearback.run("audit", "verify").returncode, 0)


lib.main(test)
