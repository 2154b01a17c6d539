#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sender as it is installed, against a real Postfix with TLS and login."""
import os
import shutil
import signal
import sys

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
for folder in ("tests/lib", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
import post  # noqa: E402
import sender_room  # noqa: E402
import servers as private  # noqa: E402
import sidecar  # noqa: E402
import tap  # noqa: E402

BINARY = os.path.join(BUILD, "hearback-sender")
SUPPORT, ANNA = "support@example.com", "anna@client.example"
SECONDS = 20
t = tap.Tap()


def message(label):
    return (f"From: {SUPPORT}\r\nTo: {ANNA}\r\nSubject: {label}\r\nMessage-ID: <{label}@example.com>\r\n\r\n"
            ".one dot\r\n..two\r\n.\r\nend\r\n").encode()


def start(servers, password=None, **more):
    keys = {"smtp_host": servers.host, "smtp_tls": "implicit", "smtp_ca_file": servers.ca, **more}
    return sender_room.Sender(BINARY, servers.submissions, (password or servers.password).encode() + b"\n", **keys)


def subjects(servers, user):
    return sorted(str(m["Subject"]) for m in post.read(servers, user))


def arrived(servers, user, wanted):
    post.wait_until(lambda: len(subjects(servers, user)) >= len(wanted), SECONDS)
    return t.equal(f"{user} has each once", subjects(servers, user), sorted(wanted))


def sends(servers):
    sender = start(servers)
    sender.send(1, message("first"))
    sender.give_secret()
    r = sender.result()
    t.check("accepted in Postfix's words", r.outcome == "accepted" and "queued as" in r.reply, repr(r))
    sender.send(2, message("nobody"), recipient="nobody@client.example")
    r = sender.result()
    t.check("unknown recipient: refused", (r.outcome, r.step) == ("refused", "rcpt") and r.reply.startswith("550 5.1.1"),
            repr(r))
    sender.send(3, message("no-witness"), witness="nobody@example.com")
    r = sender.result()
    t.equal("unknown witness: sent all the same", (r.outcome, r.witness_refused), ("accepted", True))
    sender.send(4, message("cut"))
    sender.asked()
    os.kill(sender.children()[0], signal.SIGKILL)
    t.equal("cut before the dot: later", sender.result().outcome, "later")
    sender.send(5, message("after-the-cut"))
    sender.give_secret()
    t.equal("after the cut: accepted", sender.result().outcome, "accepted")
    t.equal("it ends in order", sender.stop(), (("orderly", ""), []))
    arrived(servers, ANNA, ["first", "no-witness", "after-the-cut"])
    arrived(servers, SUPPORT, ["first", "after-the-cut"])
    body = post.read(servers, ANNA)[0].get_payload()
    t.equal("lines with dots arrive as they were", body.replace("\r\n", "\n"), ".one dot\n..two\n.\nend\n")


def many(servers):
    for mailbox in (ANNA, SUPPORT):
        with post.Mailbox(servers, mailbox) as m:
            m.remove_all()
    sender = start(servers)
    labels = [f"many-{n}" for n in range(40)]
    results = []
    for n, label in enumerate(labels):
        sender.send(n, message(label))
        while n - len(results) >= 7:
            results.append(answer(sender))
    while len(results) < len(labels):
        results.append(answer(sender))
    t.equal("forty on four connections", [r.outcome for r in results], ["accepted"] * 40)
    sender.stop()
    arrived(servers, ANNA, labels)
    arrived(servers, SUPPORT, labels)


def answer(sender):
    while sender.speaks() is sender.supervisor:
        sender.give_secret()
    return sender.result()


def refusals(servers):
    for name, keys, step, words in (
            ("wrong password", {"password": "wrong"}, "auth", "check smtp_user and smtp_password_file; it said: 535"),
            ("wrong name in the certificate", {"smtp_tls_name": "mail.example.com"}, "tls", "mail.example.com"),
            ("authority not trusted", {"smtp_ca_file": "/etc/ssl/certs/ca-certificates.crt"}, "tls", "authority")):
        sender = start(servers, **keys)
        sender.send(1, message("never"))
        sender.give_secret()
        r = sender.result()
        t.check(f"{name}: later at {step}, in one line",
                (r.outcome, r.step, r.no_connection) == ("later", step, True) and words in r.reply and "\n" not in r.reply
                and r.reply.startswith(f"{servers.host}:{servers.submissions}: "), repr(r))
        sender.stop()


def main():
    problem = private.missing()
    if problem:
        tap.skip_all(problem)
    folder = sidecar.open_folder("hbs.")
    try:
        with private.Servers(folder).start([SUPPORT, ANNA]) as servers:
            sends(servers)
            many(servers)
            refusals(servers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
