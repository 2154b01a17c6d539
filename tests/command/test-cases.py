#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mail that others collected, with what they expect of it: no change may read less of it than the floors
say. tests/cases/DIFFERENCES.md says why they are not 100 %."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from tap import Tap

HEARBACK = os.path.join(os.environ.get("top_builddir", "."), "src", "hearback")
CASES = os.path.join(os.environ.get("top_srcdir", "."), "tests", "cases")

# Fewest of each that must be read as expected.
FLOORS = {
    "bounce/sisimai recipients": 241, "bounce/sisimai permanence": 236,
    "bounce/flufl-bounce recipients": 57, "bounce/flufl-bounce permanence": 51,
    "bounce/mail-dsn-bounceparser recipients": 64, "bounce/mail-dsn-bounceparser permanence": 59,
    "parse/mime-tools": 16, "parse/mime4j": 91, "parse/stalwart-mail-parser": 173,
}
MACHINES = 0.98  # of each kind of mail


def told(command, files):
    """What hearback says of each file, by its name."""
    found = {}
    for i in range(0, len(files), 100):
        run = subprocess.run([HEARBACK, *command, "--json", *files[i:i + 100]], check=False,
                             stdout=subprocess.PIPE, encoding="utf-8", errors="replace")
        for line in run.stdout.splitlines():
            one = json.loads(line)
            found[one["file"]] = one
    return found


def expected(folder):
    """file, words behind it"""
    with open(os.path.join(CASES, folder, "expected.tsv"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                name, *words = line.rstrip("\n").split("\t")
                yield os.path.join(CASES, folder, name), words


class Scores:
    """Right ones and misses by name."""
    def __init__(self):
        self.right = {}
        self.misses = {}

    def add(self, name, good, case):
        self.right[name] = self.right.get(name, 0) + bool(good)
        self.misses.setdefault(name, [])
        if not good:
            self.misses[name].append(os.path.basename(case))

    def all(self, name):
        return self.right[name] + len(self.misses[name])


def bounces(scores):
    """Recipients and permanence."""
    cases = list(expected("bounce"))
    found = told(["inspect"], [file for file, _ in cases])
    for file, (_, failure, *wanted) in cases:
        source = f"bounce/{os.path.basename(os.path.dirname(file))}"
        have = {r["address"].lower(): r["permanent"]
                for r in found.get(file, {}).get("bounce", {}).get("recipients", [])}
        right = set(wanted) <= set(have) and (wanted or not have) and file in found
        scores.add(f"{source} recipients", right, file)
        if right and wanted and failure != "?":
            scores.add(f"{source} permanence",
                       all(have[address] == (failure == "permanent") for address in wanted), file)


def machines(scores):
    """Who is answered and who is not."""
    cases = [(file, words[0]) for folder in ("bounce", "autoreply") for file, words in expected(folder)]
    found = told(["filter", "test"], [file for file, _ in cases])
    for file, kind in cases:
        if kind == "?":
            continue
        answered = found.get(file, {}).get("verdict") == "send"
        scores.add(f"{kind} mail", answered == (kind == "human") and file in found, file)


def squeezed(text):
    return " ".join((text or "").split())


def parses(scores):
    """Subject, author and text of messages that are hard to take apart."""
    folder = os.path.join(CASES, "parse")
    with open(os.path.join(folder, "expected.jsonl"), encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = told(["inspect"], [os.path.join(folder, row["file"]) for row in rows])
    for row in rows:
        file = os.path.join(folder, row["file"])
        name = f"parse/{row['file'].split('/')[0]}"
        have = found.get(file, {})
        text = squeezed(have.get("text", "") + " " + have.get("html_text", ""))
        scores.add(name, file in found, file)
        if "subject" in row:
            scores.add(name, squeezed(have.get("subject")) == squeezed(row["subject"]), file)
        if "from" in row:
            scores.add(name, ((have.get("from") or {}).get("address") or "").lower() == row["from"].lower(), file)
        for wanted in row.get("text", []):
            scores.add(name, squeezed(wanted) in text, file)


def charsets(tap):
    """Rare ones, read behind the reader's walls, where no converter can be loaded any more."""
    with tempfile.TemporaryDirectory() as folder:
        for charset, octets, wanted in (("ARMSCII-8", b"\xb2\xb3", "\u0531\u0561"),
                                        ("GEORGIAN-PS", b"\xc0\xc1", "\u10d0\u10d1"),
                                        ("IBM037", b"\xc8\x85\x93\x93\x96", "Hello")):
            path = os.path.join(folder, charset)
            with open(path, "wb") as file:
                file.write(f"From: a@example.org\nContent-Type: text/plain; charset={charset}\n\n".encode() + octets)
            found = told(["inspect"], [path]).get(path, {})
            tap.equal(f"text in {charset}", found.get("text"), wanted)


def main():
    """All suites."""
    tap, scores = Tap(), Scores()
    bounces(scores)
    parses(scores)
    for name, floor in FLOORS.items():
        tap.check(f"{name}: at least {floor} of {scores.all(name)}", scores.right[name] >= floor,
                  f"{scores.right[name]} are right, not {' '.join(scores.misses[name])}")
    machines(scores)
    for name in ("machine mail", "human mail"):
        tap.check(f"{name}: {MACHINES:.0%}", scores.right[name] >= MACHINES * scores.all(name),
                  f"{scores.right[name]} of {scores.all(name)}, not {' '.join(scores.misses[name])}")
    charsets(tap)
    return tap.done()


sys.exit(main())
