#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Articles in many languages, sent as mail in every way: text, new text and language must come out right. Short ones
lie in tests/cases/articles; five long ones, in Indian languages, in the folder beside the foreign cases
(HEARBACK_CASES/../seeds): those are not part of hearback."""
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
from tap import Tap

HEARBACK = os.path.join(os.environ.get("top_builddir", "."), "src", "hearback")
SEEDS = sorted(glob.glob(os.path.join(os.environ.get("HEARBACK_CASES", "/nonexistent"), "..", "seeds", "*.txt")))
LANGUAGES = ("mr", "te", "bn", "ta", "hi")
ARTICLES = sorted(glob.glob(os.path.join(os.environ.get("top_srcdir", "."), "tests", "cases", "articles", "*.txt")))
# How mail in these languages was written before UTF-8.
LEGACY = {"de": ("iso-8859-1", "windows-1252", "iso-8859-15"), "fr": ("iso-8859-1", "windows-1252", "macintosh"),
          "pl": ("iso-8859-2", "windows-1250"), "ru": ("koi8-r", "windows-1251", "iso-8859-5", "ibm866"),
          "el": ("iso-8859-7", "windows-1253"), "he": ("iso-8859-8", "windows-1255"),
          "ar": ("iso-8859-6", "windows-1256"), "ja": ("iso-2022-jp", "shift_jis", "euc-jp"),
          "zh": ("gb2312", "gbk"), "ko": ("euc-kr", "ks_c_5601-1987", "iso-2022-kr"),
          "th": ("tis-620", "windows-874"), "ta": ("tscii",)}
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
    for charset in LEGACY.get(language, ()):
        # What mail calls by one name iconv knows by another; what a charset lacks, a sender leaves out.
        known = {"ks_c_5601-1987": "UHC"}.get(charset, charset)
        legacy = iconv(utf8, "UTF-8", known)
        yield charset, mail(plain(charset, "base64"), base64.encodebytes(legacy)), iconv(legacy, known, "UTF-8").decode()
    page = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n") if line.strip())
    yield "HTML", mail("Content-Type: text/html; charset=utf-8\n", page.encode()), text
    entities = page.encode("ascii", "xmlcharrefreplace")
    yield "HTML in entities", mail("Content-Type: text/html; charset=us-ascii\n", entities), text


def inspect(folder, messages):
    """What hearback says of each message."""
    paths = [os.path.join(folder, f"{i:03}.eml") for i in range(len(messages))]
    for path, message in zip(paths, messages):
        with open(path, "wb") as file:
            file.write(message)
    run = subprocess.run([HEARBACK, "inspect", "--json", *paths], check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in run.stdout.splitlines()]


def read_all(tap, folder, text, language):
    """One article in every way, then quoted in two replies."""
    sent = list(ways(text, language))
    lines = text.strip().split("\n")
    quoted = "\n".join("> " + line for line in lines[2:])
    own = "\n".join(lines[:2])
    replies = [mail(plain("utf-8"), f"{words}\n\n{quoted}\n".encode())
               for words in (own, "Vielen Dank, das ist sehr gut!")]
    *rows, reply, german = inspect(folder, [message for _, message, _ in sent] + replies)
    for (name, _, wanted), found in zip(sent, rows):
        tap.check(f"{language}, {name}: text", letters(found["text"]) == letters(wanted),
                  f"{found['text'][:200]!r}")
        tap.check(f"{language}, {name}: all of it is new", letters(found["new_text"]) == letters(wanted),
                  f"{found['new_text'][:200]!r}")
        tap.equal(f"{language}, {name}: language", found["language"], language)
    tap.check(f"{language}, quoted in a reply: all is kept", all(line in reply["text"] for line in lines))
    tap.equal(f"{language}, quoted in a reply: new text", letters(reply["new_text"]), letters(own))
    tap.equal(f"{language}, quoted in a reply: language", reply["language"], language)
    tap.equal(f"{language}, quoted in a German reply: language", german["language"], "de")


def main():
    """Every article."""
    articles = [(path, os.path.basename(path)[:2]) for path in ARTICLES]
    if len(SEEDS) == len(LANGUAGES):
        articles += zip(SEEDS, LANGUAGES)
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        for path, language in articles:
            with open(path, encoding="utf-8") as file:
                read_all(tap, folder, file.read().replace("\0", ""), language)
    return tap.done()


sys.exit(main())
