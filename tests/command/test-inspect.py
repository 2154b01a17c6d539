#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people see of a message: all of it that matters, and nothing that could harm their terminal."""
import base64
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]
# pylint: disable=wrong-import-position
from tap import Tap  # noqa: E402

HEARBACK = os.path.join(os.environ.get("top_builddir", "."), "src", "hearback")
HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x9b2J \u202eexe.fdp\u2066 \x08\x7f \u2028end"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069]")
OURS = re.compile("\x1b\\[[012]m")
COLUMNS = 60


def word(text):
    """An encoded word."""
    return "=?utf-8?b?" + base64.b64encode(text.encode()).decode() + "?="


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as f:
        f.write(text)
    return path


def piped(*paths):
    return subprocess.run([HEARBACK, "inspect", *paths], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False).stdout.decode()


def on_terminal(path, **environment):
    """What a terminal of COLUMNS columns is told."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    told = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    with subprocess.Popen([HEARBACK, "inspect", path], stdin=subprocess.DEVNULL, stdout=theirs,
                          stderr=subprocess.DEVNULL,
                          env={**told, **environment}) as process:
        os.close(theirs)
        out = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            out += piece
        process.wait()
    os.close(ours)
    return out.decode().replace("\r\n", "\n")


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def hostile(folder):
    """Escapes in every field, encoded and raw, in the text, in names of files and in the file's own name."""
    fields = [f"{name}: {word(HOSTILE)} <a@b.example>, {HOSTILE.replace(chr(0x2028), ' ')} <c@d.example>"
              for name in ("From", "Reply-To", "To", "Cc")]
    fields += [f"Subject: {word(HOSTILE)} {HOSTILE}", f"Message-ID: <{HOSTILE}@b.example>",
               f"In-Reply-To: <{HOSTILE}@b.example>", f"Auto-Submitted: auto-replied {HOSTILE}",
               f"X-Loop: {HOSTILE}", f"X-Failed-Recipients: {HOSTILE}@b.example", "MIME-Version: 1.0",
               "Content-Type: multipart/mixed; boundary=b"]
    name = word(HOSTILE + "/../../x")
    return write(folder, "a\x1b[31m\u202eb.eml", "\n".join(fields) + f"""

--b
Content-Type: text/plain; charset=utf-8

{HOSTILE}
<a\x1b[5m@b.example>: 550 5.1.1 {HOSTILE}
--b
Content-Type: application/x\x1b[5m; name="{name}"
Content-Disposition: attachment; filename="{name}"

x
--b--
""")


def test_hostile(tap, folder):
    path = hostile(folder)
    text = piped(path, os.path.join(folder, "none\x1b[31m"))
    tap.check("no escape reaches a pipe", not UNSAFE.search(text), repr(UNSAFE.search(text)))
    tap.check("what was there is shown", "\\x1b[31mred" in text and "\\u{202e}exe.fdp" in text, text)
    tap.check("a folder in a file's name is none", "attached" in text and "/../" not in text, text)
    told = OURS.sub("", on_terminal(path))
    tap.check("nor a terminal", not UNSAFE.search(told), repr(UNSAFE.search(told)))


def test_page(tap, folder):
    long = "Ein ziemlich langer Satz, der auf keinen Fall in eine einzige Zeile dieses Terminals passt. " * 3
    wide = "注文した商品がまだ届いていません。" * 6
    hebrew = "שלום, לא קיבלתי את ההזמנה שלי"
    path = write(folder, "long.eml", f"From: Jürgen <a@b.example>\nSubject: {word('Wo ist mein Paket? ' * 8)}\n"
                 f"Content-Type: text/plain; charset=utf-8\n\n{long}\n{wide}\n{'x' * 200}\n{hebrew}\n\n> quoted\n")
    text = piped(path)
    tap.check("lines are whole in a pipe, without colours", f"  | {long.strip()}" in text and "\x1b" not in text, text)
    tap.check("text from right to left is unharmed", f"  | {hebrew}\n" in text, text)
    told = on_terminal(path)
    tap.check("a terminal gets colours, and quotes dimmed", "\x1b[2m    > quoted\x1b[0m" in told, repr(told))
    plain = OURS.sub("", told).split("\n")
    tap.equal("no line is wider than it", [line for line in plain if columns(line) > COLUMNS and ".eml" not in line], [])
    tap.check("all of it is there", "".join(line[4:] for line in plain if line.startswith("  | ")).count("x") >= 200, told)
    tap.check("with NO_COLOR no escape is left", "\x1b" not in on_terminal(path, NO_COLOR="1"))
    tap.check("an empty NO_COLOR is none", "\x1b" in on_terminal(path, NO_COLOR=""))


def test_fields(tap, folder):
    def part(fields, content):
        return f"From: a@b.example\nSubject: x\n{fields}\n\n{content}\n"

    many = ", ".join(f"p{i}@b.example" for i in range(9))
    text = piped(write(folder, "many.eml", part(f"To: {many}", "Hi")))
    tap.check("of many recipients five are named", "p4@b.example" in text and "p5@" not in text and "and 4 more" in text, text)
    big = base64.encodebytes(b"x" * 300000).decode()
    text = piped(write(folder, "big.eml", part(
        "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64", big)))
    tap.check("a file has name, type and size", re.search(r"attached +a\.pdf, application/pdf, \d+ KB\n", text), text)
    tap.check("where there is no text, that is said", "(no text)" in text, text)
    for action, status, wanted in (("failed", "5.1.1", "not delivered, for good, 5.1.1"), ("delayed", "4.4.1", "not delivered yet, 4.4.1"),
                                   ("delivered", "2.0.0", "delivered, 2.0.0"), ("expanded", "2.0.0", "delivered, 2.0.0")):
        text = piped(write(folder, f"{action}.eml", part(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; c@d.example\n"
            f"Action: {action}\nStatus: {status}\n\n--b--")))
        tap.check(f"what became of a recipient: {action}", f"recipient    c@d.example: {wanted}\n" in text, text)
    for name, fields, content, wanted in (
            ("pgp", 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
             "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n"
             "-----BEGIN PGP MESSAGE-----\n--b--", "encrypted: nobody can read it here (OpenPGP)"),
            ("smime", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "MIAG",
             "encrypted: nobody can read it here (S/MIME)"),
            ("signed", 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b',
             "--b\nContent-Type: text/plain\n\nHi\n--b\nContent-Type: application/pkcs7-signature\n\nMIAG\n--b--",
             "signed; the signature was not checked (S/MIME)"),
            ("tnef", "Content-Type: application/ms-tnef; name=winmail.dat", "eJ8+", "winmail.dat of Outlook (TNEF)")):
        text = piped(write(folder, f"{name}.eml", part(fields, content)))
        tap.check(f"{name} is named", f"note         {wanted}" in text, text)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        test_hostile(tap, folder)
        test_page(tap, folder)
        test_fields(tap, folder)
    return tap.done()


sys.exit(main())
