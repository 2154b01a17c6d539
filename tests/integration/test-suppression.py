#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The suppression list: what fails for good and what is complained of, by its keyed id, gets no automated mail again; nor
does whom a person puts there; a forged bounce or complaint changes nothing."""
import os
import sys

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(TOP, "tests", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT = "support@example.com"
GONE, ANGRY, QUIET, FORGED = (f"{n}@customer.example" for n in ("gone", "angry", "quiet", "forged"))
WAIT_SECONDS = 60
REPORTS = {
    "delivery-status": ("message/delivery-status", "Reporting-MTA: dns; mail.customer.example\n\n"
                        "Final-Recipient: rfc822; {0}\nAction: failed\nStatus: 5.1.1\n"),
    "feedback-report": ("message/feedback-report", "Feedback-Type: abuse\nUser-Agent: Test/1\nVersion: 1\n"
                        "Original-Rcpt-To: {0}\n"),
}


def report(kind, recipient, message_id):
    """What a server tells of a message that it could not deliver, or that its reader took for spam."""
    mime, text = REPORTS[kind]
    m = letter("MAILER-DAEMON@customer.example", SUPPORT, "Report")
    head = "".join(f"{name}: {m[name]}\n" for name in ("From", "To", "Subject", "Date", "Message-ID"))
    head += f'MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary="b"\n\n'
    returned = f"From: {SUPPORT}\nTo: {recipient}\nSubject: Auto: x\nMessage-ID: <{message_id}>\n"
    parts = (("text/plain", "A report.\n"), (mime, text.format(recipient)), ("text/rfc822-headers", returned))
    return (head + "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts) + "--b--\n").encode()


def ask(h, who, subject="A question"):
    """Its newest decision about an acknowledgement."""
    before = len(decisions(h, who))
    post.deliver(h.servers, letter(who, SUPPORT, subject), who, [SUPPORT])
    rows = post.wait_until(lambda: len(decisions(h, who)) > before and decisions(h, who), WAIT_SECONDS)
    return rows[-1] if rows else {}


def decisions(h, who):
    if h.run("why", who).returncode:
        return []
    return sorted((row for row in h.rows("why", who) if row.get("purpose") == "acknowledgement"), key=lambda row: row["record"])


def sent_id(h, who):
    def look():
        return [row["message_id"] for row in h.rows("why", who) if row["about"] == "entry" and row["state"] == "sent"]
    return post.wait_until(look, WAIT_SECONDS)[-1]


def listed(h):
    return {row["address"]: row for row in h.rows("suppression", "list")}


def by_mail(tap, h):
    ask(h, ANGRY)
    ask(h, FORGED)
    post.deliver(h.servers, report("feedback-report", ANGRY, sent_id(h, ANGRY)), "", [SUPPORT])
    for kind in REPORTS:
        post.deliver(h.servers, report(kind, FORGED, "hb.aaaa.bbbb@example.com"), "", [SUPPORT])
    ask(h, GONE)
    post.wait_until(lambda: len(listed(h)) == 2, WAIT_SECONDS)
    found = listed(h)
    tap.equal("who could not be reached, and who complained", {a: r["reason"] for a, r in found.items()},
              {GONE: "bounced", ANGRY: "complained"})
    tap.check("a bounce is forgotten in time, a complaint is not",
              found.get(GONE, {}).get("expires") and not found.get(ANGRY, {}).get("expires"), found)


def by_hand(tap, h):
    out = h.command("suppression", "add", "--reason", "asked", "--for", "30d", "--source", "by phone", QUIET)
    tap.check("a person adds an address", "1 address is" in out and listed(h)[QUIET]["source"] == "by phone", out)
    row = ask(h, QUIET)
    tap.equal("it gets no answer, and why says so", (row["verdict"], row["rules"][0], row["replay"]),
              ("suppress", "suppression", "same verdict by the same rules"))
    tap.check("with the reason", "asked since" in h.command("why", QUIET), h.command("why", QUIET))
    tap.equal("it has its clock all the same", [r["state"] for r in h.rows("list", "--all") if r["requester"] == QUIET], ["open"])
    h.command("suppression", "remove", QUIET)
    tap.check("a person takes it out", QUIET not in listed(h))
    tap.check("who is not there cannot be taken out", h.run("suppression", "remove", QUIET).returncode == os.EX_NOINPUT)
    for wrong in (("add", "nobody"), ("add", "a@example.org", "--for", "soon"), ("add", "a@example.org", "--reason", "mood"), ("ad",)):
        tap.check(f"suppression {' '.join(wrong)} is refused", h.run("suppression", *wrong).returncode == os.EX_USAGE)


def lists(tap, h):
    path = os.path.join(h.folder, "list.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("address,name\n# a comment\n" + "".join(f'"n{i}@many.example",Name {i}\n' for i in range(5000)) + "no address\n")
    done = h.run("suppression", "import", path)
    tap.check("a list is imported, a bad line told", done.returncode == os.EX_DATAERR and "5000 addresses" in done.stdout and
              f"{path}:5003: no address is no address" in done.stderr, done.stdout + done.stderr)
    done = h.run("suppression", "import", h.folder)
    tap.check("a folder is no list", done.returncode == os.EX_NOINPUT and "Is a directory" in done.stderr, done.stderr)
    noise = os.path.join(h.folder, "noise")
    with open(noise, "wb") as f:
        f.write(os.urandom(1 << 20))
    done = h.run("suppression", "import", noise)
    tap.check("noise is given up soon", done.returncode == os.EX_DATAERR and len(done.stderr.splitlines()) < 30, done.stderr[-500:])
    exported = h.command("suppression", "export").split()
    tap.equal("and comes out again", len(exported), 5002)
    tap.check("all of it", set(exported) == {GONE, ANGRY} | {f"n{i}@many.example" for i in range(5000)})
    tap.check("the chain is whole and names nobody", h.run("audit", "verify").returncode == 0 and
              "many.example" not in h.command("audit", "list"))


def test(tap):
    with lib.beside(tap, [SUPPORT, "agent@example.com", "lead@example.com", ANGRY, QUIET, FORGED]) as h:
        h.start()
        tap.check("hearback runs", h.ready(), h.log_tail())
        h.command("mode", "support", "send")
        tap.check("the list is empty", "nobody" in h.command("suppression", "list"))
        h.servers.promise(GONE)
        by_mail(tap, h)
        by_hand(tap, h)
        lists(tap, h)


lib.main(test)
