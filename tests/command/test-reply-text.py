#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The new text of mail that other projects collected, with a floor for each of them. What we answer
otherwise on purpose stands in tests/cases/DIFFERENCES.md."""
import collections
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from tap import Tap

HEARBACK = os.path.join(os.environ.get("top_builddir", "."), "src", "hearback")
CASES = os.path.join(os.environ.get("top_srcdir", "."), "tests", "cases", "reply_text")
FLOORS = {"crisp-email-reply-parser": 28, "email_reply_trimmer": 35, "talon": 35}
HEAD = ("From: {}\nTo: support@example.com\nSubject: Re: a question\nMessage-ID: <case@example.com>\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n")


def foreign():
    """What may be read on this machine, but not be copied: (file, row) pairs."""
    folder = os.environ.get("HEARBACK_CASES")
    index = folder and os.path.join(folder, "index", "reply_text.open.jsonl")
    if not index or not os.path.exists(index):
        return []
    rows = (json.loads(line) for line in open(index, encoding="utf-8"))
    return [(os.path.join(folder, r["file"]), dict(r, text=r.get("expected_visible_text"), starts_with=r.get("expected_starts_with")))
            for r in rows if r["licence_class"] != "permissive" and r["trust"].startswith("peer-test")]


def ours():
    with open(os.path.join(CASES, "expected.jsonl"), encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    return [(os.path.join(CASES, r["file"]), r) for r in rows]


def as_message(file, row, folder, number):
    """The path of a whole message."""
    if row["input"] == "message":
        return file
    path = os.path.join(folder, f"{number}.eml")
    with open(file, "rb") as body, open(path, "wb") as f:
        f.write(HEAD.format(row.get("sender") or "someone@example.com").encode() + body.read())
    return path


def found(paths):
    """What inspect says of each."""
    texts = {}
    for i in range(0, len(paths), 50):
        out = subprocess.run([HEARBACK, "inspect", "--json", *paths[i:i + 50]], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, check=False, timeout=120).stdout
        for line in out.decode().splitlines():
            row = json.loads(line)
            texts[row["file"]] = row
    return [texts.get(path) for path in paths]


def squeezed(text):
    return " ".join((text or "").split())


def agrees(row, new):
    if row.get("text") is not None:
        return squeezed(new) == squeezed(row["text"])
    return squeezed(new).startswith(squeezed(row["starts_with"]))


def main():
    tap = Tap()
    cases = ours() + foreign()
    with tempfile.TemporaryDirectory() as folder:
        results = found([as_message(file, row, folder, i) for i, (file, row) in enumerate(cases)])
    good = collections.Counter()
    empty, missed = [], []
    for (file, row), result in zip(cases, results):
        source = row.get("source") or row["file"].split("/")[0]
        new = (result or {}).get("new_text")
        good[source] += agrees(row, new)
        if not agrees(row, new):
            missed.append(file)
        if not (new or "").strip() and (result is None or result["text"].strip()):
            empty.append(file)
    for source, floor in FLOORS.items():
        tap.check(f"{source}: at least {floor}", good[source] >= floor, f"{good[source]}\n" + "\n".join(m for m in missed if source in m))
    for source in sorted(set(good) - set(FLOORS)):
        tap.check(f"{source}: some", good[source] > 0, "\n".join(missed))
    tap.check("none is trimmed to nothing", not empty, "\n".join(empty))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
