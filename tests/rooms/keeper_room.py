# SPDX-License-Identifier: Apache-2.0
"""The keeper with a supervisor, pollers, a reader, a sender and people that the test plays."""
import email
import email.utils
import glob
import os
import re
import select
import shutil
import signal
import tempfile
import time

import frames
from frames import blob, u32

INBOX, SENT = "inbox", "sent"
ACCEPTED, REFUSED, LATER, UNKNOWN = range(4)
WHOLE, HEADER_ONLY, NONE = range(3)
(SETS, LOST, PEER, IDLE, STALE, READ, FACTS, REQUEST, ROW, END) = (
    frames.TYPES[name] for name in ("SETS", "LOST", "PEER", "IDLE", "STALE", "READ", "FACTS", "REQUEST", "ROW", "END"))
SUPERVISOR, POLLER, READER, KEEPER, SENDER = range(5)
RETURN_PATH_MISSING = 0
SUPPORT, LEAD, AGENT = "support@example.com", "lead@example.com", "agent@example.com"


def u64(value):
    return value.to_bytes(8, "big")


def i64(value):
    return value.to_bytes(8, "big", signed=True)


def settings(state, **more):
    keys = {"address": SUPPORT, "agents": AGENT, "lead": LEAD, "host": "127.0.0.1",
            "password_file": "/nonexistent/secret", "authserv_id": "mx.example.com", "ack_after": "0s", **more}
    second = keys.pop("second", None)
    text = f"state_dir = {state}\n"
    for name, account in {"support": keys, **({"sales": {**keys, **second}} if second else {})}.items():
        text += f"account {name} {{\n" + "".join(f"  {k} = {v}\n" for k, v in account.items() if v is not None) + "}\n"
    return text


def templates():
    bundle = b""
    top = os.environ.get("top_srcdir", ".")
    for path in sorted(glob.glob(os.path.join(top, "templates", "*", "*.mustache"))):
        language, name = path.split(os.sep)[-2:]
        with open(path, "rb") as f:
            bundle += blob(language) + blob(name.removesuffix(".mustache")) + blob(f.read())
    return bundle


# -- what a reader says of mail ---------------------------------------------------------------------


def address(text, name=""):
    local, _, domain = text.rpartition("@")
    return blob(name) + blob(local) + blob(domain)


def addresses(texts):
    pairs = email.utils.getaddresses(texts)
    return u32(len(pairs)) + u32(len(pairs)) + b"\0\0" + b"".join(address(a, n) for n, a in pairs)


def ids(text):
    found = re.findall(r"<([^<>]+)>", text or "")
    return u32(len(found)) + u32(len(found)) + b"".join(blob(i) for i in found)


def facts(raw, depth=WHOLE, flags=0):
    """Those of a plain text message, as src/mail/facts.c encodes them."""
    m = email.message_from_bytes(raw)
    own = re.findall(r"<([^<>]+)>", m["Message-ID"] or "")
    date = m["Date"] and int(email.utils.parsedate_to_datetime(m["Date"]).timestamp())
    fields = u32(len(m.items())) + b"".join(blob(n) + blob(v) for n, v in m.items())
    text = m.get_payload() if depth == WHOLE else ""
    froms = m.get_all("From", [])
    return b"".join((
        bytes([1, depth]), u64(len(raw)), fields, blob(m["Subject"] or ""), blob(own[0] if own else ""),
        ids(m["References"]), ids(m["In-Reply-To"]), i64(date or 0), addresses(froms),
        addresses(m.get_all("Sender", [])), addresses(m.get_all("Reply-To", [])), addresses(m.get_all("To", [])),
        addresses(m.get_all("Cc", [])), addresses(m.get_all("Bcc", [])), blob(froms[0] if len(froms) == 1 else ""),
        u32(len(froms)), bytes([RETURN_PATH_MISSING]), address("@"), blob(m.get_content_type()), blob(""),
        blob(text), blob(""), u32(0), u32(0), blob(""), u32(flags)))


class Peer(frames.Wire):
    """Our end of a connection whose other end goes to the keeper as a frame."""

    def give(self, keeper, room, sent=False, account="support"):
        keeper.starts += 1
        self.start = keeper.starts
        keeper.supervisor.send(PEER, bytes([room]) + blob(account) + bytes([sent]) + u32(self.start), self.other.fileno())
        self.other.close()

    def say(self, kind, payload=b"", memory=b"", sealed=True, times=1):
        """A frame with descriptors."""
        fd = frames.memfd(memory, sealed)
        self.send(kind, payload, *[fd] * times)
        os.close(fd)

    def closed(self):
        """Has the keeper closed it, after whatever it still said?"""
        while True:
            try:
                if self.receive() is None:
                    return True
            except TimeoutError:
                return False

    def quiet(self, seconds=0.3):
        """Nothing is said for so long."""
        return not select.select([self.sock], [], [], seconds)[0]


class Poller(Peer):
    def __init__(self, keeper, role, uidvalidity=7, greet=True, account="support", offers=0):
        super().__init__()
        self.keeper, self.role, self.uidvalidity = keeper, role, uidvalidity
        self.number, self.looks, self.orders = 0, [], []
        self.offers, self.watched, self.more = offers, [], {}
        self.give(keeper, POLLER, role == SENT, account)
        if greet:
            self.greeted()
            self.select()

    def greeted(self):
        r = self.expect(frames.RESUME)
        self.resume = r.take(">I"), r.take(">I"), bool(r.take("B")), bool(r.take("B"))

    def select(self):
        self.send(frames.SELECTED, blob("INBOX" if self.role == INBOX else "Sent") + u32(self.uidvalidity) + u32(0) + u32(0) +
                  u32(self.offers) + blob("Junk") + blob("Trash") + bytes(8))

    def batch(self, mail, at=None):
        """Hands over {uid: bytes, or None for what was not fetched}."""
        self.number += 1
        data, items = b"", b""
        now = int(time.time())
        for uid, raw in sorted(mail.items()):
            when = (at or {}).get(uid, now)
            items += u32(uid) + u32(0) + i64(when) + u64(len(raw or b"")) + u32(len(data) if raw else 0)
            items += u32(len(raw or b"")) + bytes([raw is not None, 0])
            data += raw or b""
        fd = frames.memfd(data)
        self.send(frames.BATCH, u64(self.number) + u32(len(mail)) + items, fd)
        os.close(fd)
        return self.number

    def hear(self):
        """The next frame; orders are kept."""
        kind, r = self.receive()
        if kind == frames.ORDER:
            order = r.take(">Q"), r.take("B"), r.take(">I"), r.take(">I"), r.text()
            self.more[order[0]] = r.take(">q"), r.take("B"), r.take("B"), r.take("B")
            (self.looks if order[1] == frames.LOOK else self.orders).append(order)
        elif kind == frames.WATCH:
            r.take(">I")
            self.watched.append([r.take(">I") for _ in range(r.take(">I"))])
        return kind, r

    def ordered(self):
        """Waits for the next order that is not one to look: (number, kind, uidvalidity, uid, text)."""
        while not self.orders:
            self.hear()
        order = self.orders.pop(0)
        self.at, self.style, self.add, self.remove = self.more[order[0]]
        return order

    def order_done(self, number, ok=True, found=0, words="", uid=0):
        self.send(frames.ORDER_DONE, u64(number) + bytes([ok]) + u32(uid) + bytes([found]) + blob(words))

    def asked(self):
        """Waits until it is asked for what it watches; the UIDs."""
        while not self.watched:
            self.hear()
        return self.watched.pop(0)

    def tell(self, gone=(), answered=()):
        items = sorted([(uid, 1) for uid in gone] + [(uid, 0) for uid in answered])
        self.send(frames.WATCHED, u32(self.uidvalidity) + u32(len(items)) + b"".join(u32(u) + bytes([g]) for u, g in items))

    def done(self):
        """Waits until the keeper has committed a batch; its number."""
        while True:
            kind, r = self.hear()
            if kind == frames.BATCH_DONE:
                return r.take(">Q")

    def seen_all(self, look=0, shrunk=False):
        self.send(frames.SEEN_ALL, u32(self.uidvalidity) + u32(0) + u32(0) + u64(look) + i64(int(time.time())) +
                  bytes([shrunk]))

    def answer_look(self):
        """Waits for an order to look, and has looked."""
        while not self.looks:
            self.hear()
        self.seen_all(self.looks.pop(0)[0])

    def take(self, mail, at=None):
        """One batch all the way, with an honest reader."""
        self.batch(mail, at)
        if any(raw is not None for raw in mail.values()):
            self.keeper.reader.serve()
        self.done()


class Reader(Peer):
    def __init__(self, keeper):
        super().__init__()
        self.give(keeper, READER)

    def asked(self):
        """(number, header_only, [(ordinal, bytes)])."""
        r = self.expect(READ)
        data = os.pread(r.fd, os.fstat(r.fd).st_size, 0)
        os.close(r.fd)
        number, header_only = r.take(">Q"), bool(r.take("B"))
        items = []
        for _ in range(r.take(">I")):
            ordinal, offset, length, _ = r.take(">I"), r.take(">I"), r.take(">I"), r.take("B")
            items.append((ordinal, data[offset:offset + length]))
        return number, header_only, items

    def answer(self, number, answers):
        """`answers`: [(ordinal, encoded facts)]."""
        data, table = b"", b""
        for ordinal, encoded in answers:
            table += u32(ordinal) + u32(len(data)) + u32(len(encoded))
            data += encoded
        fd = frames.memfd(data)
        self.send(FACTS, u64(number) + u32(len(answers)) + table, fd)
        os.close(fd)

    def serve(self):
        number, header_only, items = self.asked()
        self.answer(number, [(o, facts(raw, HEADER_ONLY if header_only else WHOLE)) for o, raw in items])


class Sender(Peer):
    def __init__(self, keeper, account="support"):
        super().__init__()
        self.waiting, self.grants = [], []
        self.give(keeper, SENDER, account=account)

    def hear(self):
        kind, r = self.receive()
        {frames.SEND: self.waiting, frames.DOT_GRANTED: self.grants}[kind].append(r)

    def handed(self):
        """(entry, attempt, recipient, bytes)."""
        while not self.waiting:
            self.hear()
        r = self.waiting.pop(0)
        data = os.pread(r.fd, os.fstat(r.fd).st_size, 0)
        os.close(r.fd)
        entry, attempt = r.take(">Q"), r.take(">I")
        r.text()
        return entry, attempt, r.text(), data

    def ask_dot(self, entry, attempt):
        self.send(frames.DOT_ASK, u64(entry) + u32(attempt))

    def granted(self):
        while not self.grants:
            self.hear()
        r = self.grants.pop(0)
        return r.take(">Q"), r.take(">I")

    def result(self, entry, attempt, outcome, no_connection=False, step="dot", reply="250 queued"):
        self.send(frames.SENT_RESULT, u64(entry) + u32(attempt) + bytes([outcome, 0, no_connection]) + blob(step) + blob(reply) +
                  bytes(8))

    def deliver(self):
        """Takes one entry through to its end; (entry, recipient, bytes)."""
        entry, attempt, recipient, data = self.handed()
        self.ask_dot(entry, attempt)
        self.granted()
        self.result(entry, attempt, ACCEPTED)
        return entry, recipient, data


class Client(Peer):
    def __init__(self, keeper):
        super().__init__()
        self.give(keeper, SUPERVISOR, account="")

    def ask(self, verb, **args):
        self.request(verb, **args)
        return self.answer()

    def request(self, verb, **args):
        payload = blob(verb) + u32(len(args))
        for name, value in args.items():
            payload += blob(name) + blob(str(value))
        self.send(REQUEST, payload)

    def answer(self):
        """(rows, status, line)."""
        rows = []
        while True:
            kind, r = self.receive()
            if kind == END:
                return rows, r.take(">I"), r.text()
            assert kind == ROW, kind
            row = {"about": r.text()}
            for _ in range(r.take(">I")):
                name, of = r.text(), r.take("B")
                row[name] = r.text() if of in (0, 4) else r.take(">q")
            rows.append(row)


class Keeper:
    """A keeper's process; `state` is kept between keepers, and `close` removes it unless told otherwise."""

    def __init__(self, binary, state=None, once=False, **account):
        self.state = state or tempfile.mkdtemp(prefix="hearback-keeper-")
        self.supervisor = frames.Wire()
        # No word of a supervisor on what it had in hand: an empty page.
        self.page = os.memfd_create("blame", os.MFD_CLOEXEC)
        os.ftruncate(self.page, 4096)
        child = frames.fcntl.fcntl(self.supervisor.other, frames.fcntl.F_DUPFD_CLOEXEC, 10)
        page = frames.fcntl.fcntl(self.page, frames.fcntl.F_DUPFD_CLOEXEC, 10)
        self.pid = os.posix_spawn(binary, [binary], dict(os.environ),
                                  file_actions=[(os.POSIX_SPAWN_DUP2, child, 3), (os.POSIX_SPAWN_DUP2, page, 5),
                                                (os.POSIX_SPAWN_OPEN, 2, os.path.join(self.state, "log"),
                                                 os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)])
        os.close(child)
        os.close(page)
        self.supervisor.other.close()
        self.status, self.starts = None, 0
        config, sets = frames.memfd(settings(self.state, **account).encode()), frames.memfd(blob(templates()) + blob(b""))
        self.supervisor.send(frames.START, bytes([once, 0]) + blob("") + blob("") + bytes(1 + 8 + 4), config)
        self.supervisor.send(SETS, b"", sets)
        os.close(config)
        os.close(sets)
        self.supervisor.expect(frames.READY)
        self.client = Client(self)
        self.reader = Reader(self)

    def ask(self, verb, **args):
        """Rows of an answer that must be good."""
        rows, status, line = self.client.ask(verb, **args)
        assert status == 0, line
        return rows

    def mode(self, mode):
        self.ask("mode", account="support", mode=mode)

    def mailboxes(self, **more):
        """Pollers of INBOX and Sent, both of which have looked once."""
        inbox, sent = Poller(self, INBOX, **more), Poller(self, SENT, **more)
        inbox.seen_all()
        sent.seen_all()
        return inbox, sent

    def conversations(self):
        return self.ask("list", all="")

    def events(self, conversation):
        return [r for r in self.ask("show", conversation=conversation) if r["about"] == "event"]

    def held(self):
        return self.ask("held")

    def stale(self):
        """Waits until it asks for the end of a room; (room, start)."""
        r = self.supervisor.expect(STALE)
        room = r.take("B")
        r.text()
        r.take("B")
        return room, r.take(">I")

    def halt(self):
        """Stops the process until `go_on`: what is said meanwhile is heard all at once."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def fds(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def alive(self):
        try:
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False

    def kill(self, sig=signal.SIGKILL):
        os.kill(self.pid, sig)
        self.wait()

    def wait(self):
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def log(self):
        with open(os.path.join(self.state, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self):
        self.supervisor.send(frames.STOP)
        return self.wait()

    def close(self, remove=True):
        if self.status is None:
            try:
                self.kill()
            except ProcessLookupError:
                pass
        self.supervisor.close()
        os.close(self.page)
        if remove:
            shutil.rmtree(self.state, ignore_errors=True)


def letter(sender, subject, text="Hello", to=SUPPORT, message_id=None, names=(), **fields):
    """The bytes of a message; `names` are the Message-IDs it answers, oldest first."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}",
             f"Date: {fields.pop('Date', 'Sat, 01 Nov 2025 10:00:00 +0000')}",
             f"Message-ID: <{message_id or subject.replace(' ', '-').lower() + '@client.example'}>"]
    if names:
        lines += [f"In-Reply-To: <{names[-1]}>", "References: " + " ".join(f"<{n}>" for n in names)]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines + ["", text, ""]).encode()


def proven(raw, domain="client.example"):
    """What our own border server found."""
    return (f"Authentication-Results: mx.example.com; dmarc=pass header.from={domain}\r\n").encode() + raw
