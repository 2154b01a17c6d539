# SPDX-License-Identifier: Apache-2.0
"""The poller with a supervisor and a keeper that the test plays."""
import os
from dataclasses import dataclass

import frames


def settings(host, port, **more):
    keys = {"address": "support@example.com", "host": host, "port": port,
            "password_file": "/nonexistent/secret", **more}
    if "token_file" in keys:
        del keys["password_file"]
    return "account support {\n" + "".join(f"  {k} = {v}\n" for k, v in keys.items()) + "}\n"


@dataclass
class Item:
    uid: int
    flags: int
    internal_at: int
    size: int
    body: bytes
    fetched: bool
    partial: bool


class Poller(frames.Room):
    def __init__(self, binary, text, secret=b"secret\n", resume=(0, 0, False), **more):
        fd = frames.memfd(secret)
        os.lseek(fd, 0, os.SEEK_SET)
        super().__init__(binary, text, "support", secret=fd, **more)
        os.close(fd)
        self.number = 0
        self.early = None
        self.keeper.send(frames.RESUME, frames.u32(resume[0]) + frames.u32(resume[1]) + bytes([resume[2], *(resume[3:] or [False])]))

    def log_in(self):
        """True once the poller is ready, False if it ends before."""
        got = self.supervisor.receive()
        if got and got[0] == frames.READY:
            return True
        self._ended(got)
        return False

    def _ended(self, got):
        if got and got[0] == frames.ENDING:
            self.early = frames.ENDINGS[got[1].take("B")], got[1].take(">q"), got[1].text()

    def why(self):
        """(why, retry_after, text) of the ending."""
        while not self.early and (got := self.supervisor.receive()):
            self._ended(got)
        self.wait()
        return self.early

    def selected(self):
        """(mailbox, uidvalidity, uidnext, exists)."""
        r = self.keeper.expect(frames.SELECTED)
        told = r.text(), r.take(">I"), r.take(">I"), r.take(">I")
        self.offers, self.junk, self.trash = r.take(">I"), r.text(), r.text()
        self.certificate = r.take(">q")
        return told

    @staticmethod
    def batch(r):
        number, n = r.take(">Q"), r.take(">I")
        size = os.fstat(r.fd).st_size
        data = os.pread(r.fd, size, 0)
        os.close(r.fd)
        items, last, end = [], 0, 0
        for _ in range(n):
            uid, flags, at, announced = r.take(">I"), r.take(">I"), r.take(">q"), r.take(">Q")
            offset, length = r.take(">I"), r.take(">I")
            fetched, partial = bool(r.take("B")), bool(r.take("B"))
            # What the keeper insists on.
            assert uid > last and (fetched or not length)
            assert not length or end <= offset <= size - length
            last, end = uid, offset + length
            items.append(Item(uid, flags, at, announced, data[offset:offset + length], fetched, partial))
        return number, items

    def batch_done(self, number):
        try:
            self.keeper.send(frames.BATCH_DONE, number.to_bytes(8, "big"))
        except (BrokenPipeError, ConnectionResetError):
            # It has ended meanwhile; what it still said can be read.
            pass

    def take_in(self, answer=True):
        """All messages up to FRAME_SEEN_ALL, and (uidvalidity, uidnext, exists, look) of that."""
        items = []
        while True:
            got = self.keeper.receive()
            if got is None:
                return items, None
            kind, r = got
            if kind == frames.SEEN_ALL:
                seen = r.take(">I"), r.take(">I"), r.take(">I"), r.take(">Q")
                r.take(">q")
                self.shrunk = bool(r.take("B"))
                return items, seen
            assert kind == frames.BATCH, kind
            number, more = self.batch(r)
            items += more
            if answer:
                self.batch_done(number)

    def order(self, kind, uidvalidity=0, uid=0, text="", at=0, style=0, add=0, remove=0):
        self.number += 1
        self.keeper.send(frames.ORDER,
                         self.number.to_bytes(8, "big") + bytes([kind]) + frames.u32(uidvalidity) +
                         frames.u32(uid) + frames.blob(text) + at.to_bytes(8, "big") +
                         bytes([style, add, remove]))
        return self.number

    def order_done(self):
        """(ok, uid, text)."""
        r = self.keeper.expect(frames.ORDER_DONE)
        r.take(">Q")
        ok, uid, self.found = bool(r.take("B")), r.take(">I"), r.take("B")
        return ok, uid, r.text()

    def watch(self, uidvalidity, *uids):
        """Which of them are gone, and which are answered."""
        self.keeper.send(frames.WATCH, frames.u32(uidvalidity) + frames.u32(len(uids)) + b"".join(map(frames.u32, uids)))
        r = self.keeper.expect(frames.WATCHED)
        r.take(">I")
        gone, answered = [], []
        for _ in range(r.take(">I")):
            uid = r.take(">I")
            (gone if r.take("B") else answered).append(uid)
        return gone, answered

    def stop(self):
        self.supervisor.send(frames.STOP)
        return self.why()[0]
