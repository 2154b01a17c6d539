# SPDX-License-Identifier: Apache-2.0
"""What people do with mail, for tests and the quickstart: a stranger's server delivers, a person
sends, files and reads. `servers` is a Servers of servers.py."""
import email
import email.policy
import imaplib
import os
import smtplib
import ssl
import time


def context(servers):
    return ssl.create_default_context(cafile=servers.ca)


def crlf(message):
    """A message's bytes as they travel."""
    data = message if isinstance(message, bytes) else message.as_bytes(policy=email.policy.SMTP)
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def deliver(servers, message, sender, recipients):
    """Mail from outside, on the plain port. `sender` "" is the null reverse-path."""
    with smtplib.SMTP("127.0.0.1", servers.smtp, timeout=30) as s:
        s.sendmail(sender, recipients, crlf(message))


def place(servers, user, message):
    """Puts bytes straight into the INBOX: what a server would refuse at the door but somebody has let in."""
    maildir = servers.maildir(user)
    part = os.path.join(maildir, "tmp", f"{time.time_ns()}.P{os.getpid()}.test")
    with open(part, "wb") as f:
        f.write(message)
    owner = os.stat(maildir)
    os.chown(part, owner.st_uid, owner.st_gid)
    os.rename(part, os.path.join(maildir, "new", os.path.basename(part)))


def submit(servers, user, message, recipients, sender=None):
    """A person of ours sends, with login and TLS."""
    with smtplib.SMTP_SSL(servers.host, servers.submissions, timeout=30, context=context(servers)) as s:
        s.login(user, servers.password)
        s.sendmail(sender or user, recipients, crlf(message))


class Mailbox:
    """One person's IMAP session, on TLS."""

    def __init__(self, servers, user):
        self.imap = imaplib.IMAP4_SSL(servers.host, servers.imaps, ssl_context=context(servers), timeout=30)
        self.imap.login(user, servers.password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.imap.logout()

    def _must(self, answer):
        if answer[0] != "OK":
            raise OSError(f"IMAP: {answer[1]}")
        return answer[1]

    def append(self, message, mailbox="Sent", flags="\\Seen", when=None):
        self._must(self.imap.append(mailbox, f"({flags})", imaplib.Time2Internaldate(when or time.time()),
                                    crlf(message)))

    def read(self, mailbox="INBOX"):
        """All messages in UID order, read without changing a flag; a list of bytes."""
        self._must(self.imap.select(mailbox, readonly=True))
        uids = self._must(self.imap.uid("search", None, "ALL"))[0].split()
        if not uids:
            return []
        rows = self._must(self.imap.uid("fetch", b",".join(uids), "(BODY.PEEK[])"))
        return [row[1] for row in rows if isinstance(row, tuple)]

    def messages(self, mailbox="INBOX"):
        return [email.message_from_bytes(m, policy=email.policy.default) for m in self.read(mailbox)]

    def remove_all(self, mailbox="INBOX"):
        self._must(self.imap.select(mailbox))
        self.imap.uid("store", "1:*", "+FLAGS", "(\\Deleted)")
        self._must(self.imap.expunge())


def read(servers, user, mailbox="INBOX"):
    with Mailbox(servers, user) as m:
        return m.messages(mailbox)


def wait_until(condition, seconds, every=0.2):
    """The first true value of `condition()` within that time, else its last value."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > until:
            return value
        time.sleep(every)
