#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Long articles in five Indian languages, sent as mail in every way: text and language must come out right.
They lie in the folder beside the foreign cases (HEARBACK_CASES/../seeds) and are not part of hearback."""
import base64
import glob
import html
import json
import os
import quopri
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from tap import Tap, skip_all

HEARBACK = os.path.join(os.environ.get("top_builddir", "."), "src", "hearback")
SEEDS = sorted(glob.glob(os.path.join(os.environ.get("HEARBACK_CASES", "/nonexistent"), "..", "seeds", "*.txt")))
LANGUAGES = ("mr", "te", "bn", "ta", "hi")
HEAD = "From: reader@example.org\nTo: support@example.com\nSubject: an article\nMIME-Version: 1.0\n"


def iconv(text, one, other):
    """bytes in another charset, and what of them can be read again"""
    bytes_out = subprocess.run(["iconv", "-c", "-f", one, "-t", other], input=text, check=False,
                               stdout=subprocess.PIPE).stdout
    return bytes_out


def mail(fields, body):
    """A whole message."""
    return (HEAD + fields + "\n").encode() + body


def plain(charset, encoding="8bit"):
    """Fields of a text."""
    return f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n"


def letters(text):
    """What must be the same however lines were broken."""
    return "".join(text.split())


def ways(text, language):
    """name, message, text that must come out, or None: it must only be part of it"""
    utf8 = text.encode()
    yield "UTF-8", mail(plain("utf-8"), utf8), text
    yield "base64", mail(plain("utf-8", "base64"), base64.encodebytes(utf8)), text
    yield "quoted-printable", mail(plain("utf-8", "quoted-printable"), quopri.encodestring(utf8)), text
    yield "undeclared", mail("", utf8), text
    yield "declared wrongly", mail(plain("us-ascii"), utf8), text
    yield "GB18030", mail(plain("gb18030", "base64"), base64.encodebytes(text.encode("gb18030"))), text
    yield "UTF-16", mail(plain("utf-16", "base64"), base64.encodebytes(text.encode("utf-16"))), text
    yield "UTF-7", mail(plain("utf-7"), iconv(utf8, "UTF-8", "UTF-7")), text
    if language == "ta":
        tscii = iconv(utf8, "UTF-8", "TSCII")
        yield "TSCII", mail(plain("tscii"), tscii), iconv(tscii, "TSCII", "UTF-8").decode()
    page = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n") if line.strip())
    yield "HTML", mail("Content-Type: text/html; charset=utf-8\n", page.encode()), text
    entities = page.encode("ascii", "xmlcharrefreplace")
    yield "HTML in entities", mail("Content-Type: text/html; charset=us-ascii\n", entities), text


def inspect(folder, message):
    """What hearback says of one message."""
    path = os.path.join(folder, "m.eml")
    with open(path, "wb") as file:
        file.write(message)
    run = subprocess.run([HEARBACK, "inspect", "--json", path], check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)


def read_all(tap, folder, text, language):
    """One article in every way."""
    for name, message, wanted in ways(text, language):
        found = inspect(folder, message)
        tap.check(f"{language}, {name}: text", letters(found["text"]) == letters(wanted),
                  f"{found['text'][:200]!r}")
        tap.equal(f"{language}, {name}: language", found["language"], language)
    lines = text.split("\n")
    quoted = "\n".join("> " + line for line in lines[2:])
    own = "\n".join(lines[:2])
    found = inspect(folder, mail(plain("utf-8"), f"{own}\n\n{quoted}\n".encode()))
    tap.check(f"{language}, quoted in a reply: all is kept", all(line in found["text"] for line in lines))
    tap.equal(f"{language}, quoted in a reply: new text", letters(found["new_text"]), letters(own))
    found = inspect(folder, mail(plain("utf-8"), f"Vielen Dank, das ist sehr gut!\n\n{quoted}\n".encode()))
    tap.equal(f"{language}, quoted in a German reply: language", found["language"], "de")


def main():
    """Every article."""
    if len(SEEDS) != len(LANGUAGES):
        skip_all("no articles: set HEARBACK_CASES")
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        for path, language in zip(SEEDS, LANGUAGES):
            with open(path, encoding="utf-8") as file:
                read_all(tap, folder, file.read().replace("\0", ""), language)
    return tap.done()


sys.exit(main())
