# SPDX-License-Identifier: Apache-2.0
"""A mail provider on loopback, IMAP and SMTP over one mailbox of support@example.com, that behaves as a file of
this folder says (exchange-online.txt, gmail.txt): one `KEY VALUE` a line, each with its reason above it.

The test plays the rest of the world: deliver(), file(), renumber() and so on. What left for other people lies in
`outside`."""
import base64
import itertools
import os
import re
import select
import threading
import time
from dataclasses import dataclass, field

import imap_fake
import smtp_fake

FOLDER = os.path.dirname(os.path.abspath(__file__))
ADDRESS = "support@example.com"
Gone = imap_fake.Gone


@dataclass
class Message:
    uid: int
    raw: bytes
    at: float
    flags: set = field(default_factory=set)
    added: float = field(default_factory=time.monotonic)


@dataclass
class Box:
    name: str
    attributes: str
    uidvalidity: int
    uidnext: int = 1
    messages: list = field(default_factory=list)

    def add(self, raw, at=None):
        self.messages.append(Message(self.uidnext, raw, at or time.time()))
        self.uidnext += 1


class Imap(imap_fake.Connection):
    def __init__(self, server, sock):
        super().__init__(server, sock)
        self.p = server.provider
        self.box, self.goodbye, self.token = None, "", None

    def run(self):
        self.p.sessions.append(self)
        self.p.most_sessions = max(self.p.most_sessions, len(self.p.sessions))
        try:
            super().run()
        finally:
            self.p.sessions.remove(self)

    def answer(self, verb, tag, arguments):
        self.leave_if_told()
        if self.p.throttled and verb not in ("greeting", "LOGOUT"):
            self.p.throttled_at.append(time.monotonic())
            self.send(f"{tag} {self.p.says['throttled']}\r\n* BYE Connection is closed. 13\r\n")
            raise Gone
        super().answer(verb, tag, arguments)

    def leave_if_told(self):
        if self.token and self.token not in self.p.tokens:
            self.send(f"* {self.p.says['expired']}\r\n")
            raise Gone
        if self.goodbye:
            self.send(f"* BYE {self.goodbye}\r\n")
            raise Gone

    # Who is there ------------------------------------------------------------------------------------

    def do_capability(self, tag, _):
        self.send(f"* CAPABILITY {self.p.says['capabilities']}\r\n")
        self.ok(tag)

    def do_login(self, tag, _):
        self.send(f"{tag} NO LOGIN failed.\r\n")

    def do_authenticate(self, tag, arguments):
        self.send("+ \r\n")
        said = base64.b64decode(self.line())
        limit, _, words = self.p.says.get("connections", "999 ").partition(" ")
        if self.p.others + len(self.p.sessions) > int(limit):
            self.send(f"{tag} {words}\r\n")
            return
        self.token = self.p.token_in(said)
        if arguments == "XOAUTH2" and self.token in self.p.tokens or said.split(b"\0")[-1] == self.p.password.encode():
            self.ok(tag)
            return
        self.token = None
        self.send(f"{tag} NO AUTHENTICATE failed.\r\n")

    # Mailboxes ---------------------------------------------------------------------------------------

    def do_list(self, tag, _):
        for box in self.p.boxes.values():
            self.send(f'* LIST {box.attributes} "/" "{box.name}"\r\n')
        self.ok(tag)

    def do_select(self, tag, arguments):
        self.box = self.p.boxes.get(arguments.strip('"'))
        if not self.box:
            self.send(f"{tag} NO no such mailbox\r\n")
            return
        self.told = len(self.box.messages)
        self.send(f"* {self.told} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)\r\n"
                  f"* OK [PERMANENTFLAGS ({self.p.says['permanentflags']})] these\r\n"
                  f"* OK [UIDVALIDITY {self.box.uidvalidity}] ok\r\n* OK [UIDNEXT {self.box.uidnext}] ok\r\n")
        self.ok(tag)

    do_examine = do_select

    def do_noop(self, tag, _):
        self.told = len(self.box.messages)
        self.send(f"* {self.told} EXISTS\r\n")
        self.ok(tag)

    def do_idle(self, tag, _):
        self.send("+ idling\r\n")
        while not select.select([self.sock], [], [], imap_fake.TICK_SECONDS)[0]:
            self.leave_if_told()
            if len(self.box.messages) != self.told:
                self.told = len(self.box.messages)
                self.send(f"* {self.told} EXISTS\r\n")
        self.line()
        self.ok(tag)

    # Messages ----------------------------------------------------------------------------------------

    def chosen(self, uids):
        top = self.box.messages[-1].uid if self.box.messages else 0
        found = set()
        for part in uids.split(","):
            low, high = sorted(top if w == "*" else int(w) for w in (part.split(":") * 2)[:2])
            found |= {m.uid for m in self.box.messages if low <= m.uid <= high}
        return [m for m in self.box.messages if m.uid in found]

    def do_search(self, tag, arguments):
        uids = re.search(r"(?:UID )?([\d*]+(?::[\d*]+)?)$", arguments)
        found = self.chosen(uids[1]) if uids else list(self.box.messages)
        if name := re.search(r"HEADER Message-ID \"?<?([^\">]+)", arguments, re.I):
            known = time.monotonic() - int(self.p.says.get("search-lag", 0))
            found = [m for m in found if m.added <= known and name[1].encode() in m.raw.split(b"\r\n\r\n")[0]]
        self.send(f"* SEARCH{''.join(f' {m.uid}' for m in found)}\r\n")
        self.ok(tag)

    def do_fetch(self, tag, arguments):
        for m in self.chosen(arguments.split()[0]):
            number = self.box.messages.index(m) + 1
            if "BODY" in arguments:
                if self.p.blank.get(m.uid, 0) and self.box.name == "INBOX":
                    self.p.blank[m.uid] -= 1
                    continue
                raw = self.p.rendered(m.raw)
                limit = int(re.search(r"<0\.(\d+)>", arguments)[1])
                raw = raw if self.p.says.get("partial") == "whole" else raw[:limit]
                self.send(b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (number, m.uid, len(raw), raw))
            elif "RFC822.SIZE" in arguments:
                at = time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(m.at))
                size = len(m.raw) * int(self.p.says.get("size", 1))
                self.send(f"* {number} FETCH (UID {m.uid} FLAGS ({' '.join(m.flags)}) INTERNALDATE \"{at}\" "
                          f"RFC822.SIZE {size})\r\n")
            else:
                self.send(f"* {number} FETCH (UID {m.uid} FLAGS ({' '.join(m.flags)}))\r\n")
        self.ok(tag)

    def do_store(self, tag, arguments):
        uids, sign, flags = re.match(r"(\S+) ([+-])FLAGS(?:\.SILENT)? \((.*)\)", arguments).groups()
        for m in self.chosen(uids):
            m.flags = m.flags | set(flags.split()) if sign == "+" else m.flags - set(flags.split())
        self.ok(tag)

    def do_copy(self, tag, arguments):
        uids, name = re.match(r'(\S+) "?([^"]*)', arguments).groups()
        for m in self.chosen(uids):
            self.p.boxes[name].add(m.raw, m.at)
        self.ok(tag)

    def do_move(self, tag, arguments):
        uids = arguments.split()[0]
        gone = self.chosen(uids)
        with self.p.lock:
            for m in gone:
                self.send(f"* {self.box.messages.index(m) + 1} EXPUNGE\r\n")
                self.box.messages.remove(m)
                self.p.boxes[re.match(r'\S+ "?([^"]*)', arguments)[1]].add(m.raw, m.at)
        self.told = len(self.box.messages)
        self.ok(tag)

    def do_expunge(self, tag, _):
        self.box.messages = [m for m in self.box.messages if "\\Deleted" not in m.flags]
        self.ok(tag)


class ImapServer(imap_fake.ImapFake):
    connection = Imap

    def __init__(self, provider):
        self.provider = provider
        super().__init__()


class Smtp(smtp_fake.Connection):
    def __init__(self, server, sock):
        super().__init__(server, sock)
        self.p = server.provider
        self.recipients = []

    def run(self, _):
        limit, _, words = self.p.says.get("smtp-connections", "99 ").partition(" ")
        with self.p.lock:
            self.p.submitting += 1
        try:
            if self.p.submitting > int(limit):
                self.send(f"{words}\r\n".encode())
            else:
                self.send(b"220 provider.example ESMTP\r\n")
                self.serve()
        finally:
            with self.p.lock:
                self.p.submitting -= 1

    def serve_one(self, words):
        line = self.commands[-1]
        if words[0] == "EHLO":
            offers = ["provider.example"] + self.p.says["smtp-offers"].split("|")
            self.send("".join(f"250{' ' if o == offers[-1] else '-'}{o}\r\n" for o in offers).encode())
        elif words[0] == "AUTH":
            self.send(self.log_in(words))
        elif words[0] == "MAIL":
            self.recipients = []
            null = "FROM:<>" in line and self.p.says.get("smtp-refuses-null")
            self.send(f"{null}\r\n".encode() if null else b"250 ok\r\n")
        elif words[0] == "RCPT":
            self.recipients.append(re.search("<(.*)>", line)[1])
            self.send(b"250 ok\r\n")
        elif words[0] == "DATA":
            self.send(b"354 go ahead\r\n")
            self.take(self.message())
        else:
            self.send(b"250 ok\r\n")

    def log_in(self, words):
        if words[1] == "PLAIN":
            return b"235 ok\r\n" if base64.b64decode(words[2]).split(b"\0")[-1] == self.p.password.encode() else b"535 no\r\n"
        if words[1] != "XOAUTH2":
            return b"504 no\r\n"
        if len(words) == 2:
            self.send(b"334 \r\n")
            words = [*words, self.line().decode()]
        good = self.p.token_in(base64.b64decode(words[2])) in self.p.tokens
        return b"235 ok\r\n" if good else b"535 5.7.3 Authentication unsuccessful\r\n"

    def message(self):
        content = []
        while (line := self.line()) != b".\r\n":
            content.append(line[1:] if line.startswith(b".") else line)
        return b"".join(content)

    def take(self, raw):
        if words := self.p.too_many_a_minute():
            self.send(f"{words}\r\n".encode())
            return
        self.p.submit(raw, self.recipients)
        if self.p.lose_replies:
            self.p.lose_replies -= 1
            raise EOFError
        self.send(b"250 2.0.0 OK\r\n")


class SmtpServer(smtp_fake.FakeServer):
    connection = Smtp

    def __init__(self, provider):
        self.provider = provider
        super().__init__("good")


class Provider:
    def __init__(self, name):
        self.says, self.boxes = {}, {}
        self.lock = threading.RLock()
        with open(os.path.join(FOLDER, name + ".txt"), encoding="ascii") as f:
            for line in f.read().splitlines():
                key, _, value = line.partition(" ")
                if key == "mailbox":
                    attributes, name = re.match(r"(\(.*?\)) (.*)", value).groups()
                    self.boxes[name] = Box(name, attributes, 1000 + len(self.boxes))
                elif line and not line.startswith("#"):
                    self.says[key] = value
        self.password = self.says["login"] if self.says["login"] != "token" else "\0none"
        self.tokens, self.sessions, self.submissions, self.numbers = set(), [], [], itertools.count(1)
        self.blank = {}  # how often a UID of INBOX yields nothing
        self.throttled, self.throttled_at = False, []
        self.most_sessions = 0
        self.others = 0  # connections of other people
        self.submitting = self.lose_replies = 0
        self.outside = []  # (recipient, bytes)
        self.imap, self.smtp = ImapServer(self), SmtpServer(self)

    def close(self):
        self.imap.close()
        self.smtp.close()

    # What it is like ----------------------------------------------------------------------------------

    @staticmethod
    def token_in(said):
        found = re.search(rb"auth=Bearer ([^\x01]+)", said)
        return found and found[1].decode()

    def rendered(self, raw):
        if self.says.get("bytes") != "anew":
            return raw
        return b"X-MS-Exchange-Rendered: %d\r\n%b\r\n" % (next(self.numbers), raw)

    def too_many_a_minute(self):
        if "smtp-rate" not in self.says:
            return ""
        most, seconds, words = self.says["smtp-rate"].split(" ", 2)
        with self.lock:
            now = time.monotonic()
            self.submissions = [at for at in self.submissions if at > now - int(seconds)]
            if len(self.submissions) >= int(most):
                return words
            self.submissions.append(now)
        return ""

    def submit(self, raw, recipients):
        with self.lock:
            if self.says.get("message-id") == "replaced":
                own = b"Message-ID: <%d@prod.provider.example>" % next(self.numbers)
                raw = re.sub(rb"(?im)^Message-ID:.*(\r\n[ \t].*)*", own, raw, count=1)
            if self.says.get("submission") == "filed":
                self.boxes[self.says["sent"]].add(raw)
            for recipient in recipients:
                if not recipient.startswith("support"):
                    self.outside.append((recipient, raw))
                elif self.says["own-copy"] == "shown":
                    self.boxes["INBOX"].add(raw)

    # What the world does -------------------------------------------------------------------------------

    def deliver(self, message, box="INBOX", at=None):
        """A message comes; its bytes and its UID."""
        raw = message if isinstance(message, bytes) else bytes(message)
        with self.lock:
            self.boxes[box].add(raw, at)
            return raw, self.boxes[box].uidnext - 1

    def file(self, message):
        """An agent's program files what it has sent."""
        self.deliver(message, self.says["sent"])

    def renumber(self, box):
        """The mailbox has been moved to another machine."""
        with self.lock:
            b = self.boxes[box]
            old, b.messages, b.uidnext = b.messages, [], 1
            b.uidvalidity += 100
            for m in old:
                b.add(m.raw, m.at)
        self.say_goodbye("Server is shutting down")

    def say_goodbye(self, words):
        for session in list(self.sessions):
            session.goodbye = words
