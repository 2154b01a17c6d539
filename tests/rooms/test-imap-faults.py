#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The poller in every dialogue of tests/server/imap. After each it has said in one line what is wrong, and the
next connection, to a server that is a good one again, goes on where this one ended: nothing is lost and
nothing comes twice. Where a person must act first, that line says how."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.environ.setdefault("top_srcdir", os.path.join(HERE, "..", ".."))
BUILD = os.environ.get("top_builddir", os.path.join(TOP, "build"))
for folder in ("tests/lib", "tests/server", "tests/rooms"):
    sys.path.insert(0, os.path.join(TOP, folder))
import faults  # noqa: E402
import frames  # noqa: E402
import imap_dialogue  # noqa: E402
import imap_fake  # noqa: E402
import poller_room  # noqa: E402

BINARY = os.path.join(BUILD, "tests/rooms/hearback-poller")
NEEDS_A_PERSON = ("config", "refused")
KEYWORDS = 1  # enum mark_style


class Trial(faults.Trial):
    def __init__(self, dialogue, certificates):
        super().__init__(dialogue.name)
        self.d, self.certificates = dialogue, certificates
        self.troubles, self.items, self.uidvalidity = [], [], 0

    def start(self, server, resume):
        h = self.d.header
        keys = {"tls": "implicit" if "implicit" in h else "none", **self.d.account}
        if "ca_file" in keys:
            keys["ca_file"] = self.certificates.ca
        limit = {"HEARBACK_FAULT_TIMEOUT": h["limit"]} if "limit" in h and server.blocks else {}
        return poller_room.Poller(BINARY, poller_room.settings("127.0.0.1", server.port, **keys),
                                  resume=(*resume, "observe" in h), once="stays" not in h, sent="sent" in h,
                                  mailbox=h.get("mailbox", ""), environment=limit)

    def take(self, kind, r):
        if kind == frames.TROUBLE:
            self.troubles.append(r.text())
        elif kind == frames.SELECTED:
            r.text()
            self.uidvalidity = r.take(">I")
        elif kind == frames.ORDER_DONE:
            r.take(">Q")
            ok, uid, _ = bool(r.take("B")), r.take(">I"), r.take("B")
            return ok, uid, r.text()
        return None

    def until(self, p, wanted):
        """Hears the keeper's end up to a frame of that kind; None if the poller ends before."""
        while got := p.keeper.receive():
            kind, r = got
            if kind == frames.BATCH:
                number, items = p.batch(r)
                self.items += items
                p.batch_done(number)
            taken = self.take(kind, r)
            if kind == wanted:
                return taken or True
        return None

    # What the keeper asks for -----------------------------------------------------------------------

    def order(self, p, words):
        verb, _, rest = words.partition(" ")
        if verb == "look":
            p.order(frames.LOOK)
        elif verb == "search" or words == "order SEARCH":
            p.order(frames.SEARCH, self.uidvalidity, text=rest if verb == "search" else "m2@client.example")
        elif verb == "mark":
            p.order(frames.MARK, self.uidvalidity, int(rest), style=KEYWORDS, add=1)
        else:
            p.order(frames.MOVE, self.uidvalidity, int(rest) if verb == "move" else 2, "Sent")

    def then(self, p, server, line):
        verb, _, rest = line.partition(" ")
        if verb == "ends":
            if rest:
                self.order(p, rest)
            self.equal(line, self.until(p, None), None)
        elif verb in ("new", "sees"):
            if verb == "new":
                server.messages.append((int(rest), imap_fake.message(int(rest))))
            while self.items[-1].uid != int(rest) and self.until(p, frames.SEEN_ALL):
                pass
            self.equal(line, self.items[-1].uid, int(rest))
        elif verb == "look":
            self.order(p, line)
            self.equal(line, self.until(p, frames.SEEN_ALL), True)
        else:
            self.ordered(p, line)

    def ordered(self, p, line):
        order, colon, words = line.partition(":")
        order, _, uid = order.partition(" = ")
        self.order(p, order)
        done = self.until(p, frames.ORDER_DONE)
        if done is None:
            self.wrong.append(f"{line}: no answer")
        elif colon and words.strip():
            self.equal(line, done[0], False)
            self.contains(line, done[2], words.strip())
        else:
            self.equal(line, done[:2], (True, int(uid or 0)))

    # One connection ---------------------------------------------------------------------------------

    def connection(self, server, resume):
        """(why, retry_after, text) of its end; what came stands in items."""
        self.items, self.troubles = [], []
        p = self.start(server, resume)
        try:
            if p.log_in() and self.until(p, frames.SEEN_ALL):
                for line in self.d.then:
                    self.then(p, server, line)
                if not any(line.startswith("ends") for line in self.d.then):
                    p.supervisor.send(frames.STOP)
            self.until(p, None)
            return p.why()
        finally:
            p.close()

    def cursor(self):
        return tuple(int(n) for n in self.d.header.get("cursor", "0 0").split())

    def play(self):
        uids, size = self.d.uids()
        h = self.d.header
        server = imap_fake.ImapFake([(u, imap_fake.message(u, size)) for u in uids], blocks=self.d.blocks,
                                    capabilities=h.get("offers", ""), uidvalidity=int(h.get("uidvalidity", 7)),
                                    uidnext=int(h["uidnext"]) if "uidnext" in h else None, tls=self.certificates.contexts,
                                    listens="deaf" not in h, implicit="implicit" in h)
        try:
            self.first(server)
            self.next(server)
        finally:
            server.close()

    def first(self, server):
        ending = self.connection(server, self.cursor())
        self.how_it_ended(ending, server)
        got, unfetched = ([i.uid for i in self.items if i.fetched == fetched] for fetched in (True, False))
        wanted = self.d.wanted("got") or [" ".join(str(m[0]) for m in server.messages)]
        self.equal("got", got, [int(u) for u in wanted[0].split()])
        self.equal("unfetched", unfetched, [int(u) for line in self.d.wanted("unfetched") for u in line.split()])
        for line in self.d.wanted("body"):
            uid, _, body = line.partition(" ")
            self.equal("body " + uid, [i.body for i in self.items if i.uid == int(uid)], [body.encode()])
        for line in self.d.wanted("date"):
            self.equal("date", [i.internal_at for i in self.items if i.uid == int(line.split()[0])], [int(line.split()[1])])
        self.equal("partial", [str(i.uid) for i in self.items if i.partial], self.d.wanted("partial"))
        self.equal("number of troubles", len(self.troubles), len(self.d.wanted("trouble")))
        for told, wanted in zip(self.troubles, self.d.wanted("trouble")):
            self.contains("trouble", told, wanted)
        for wanted in self.d.wanted("heard"):
            self.contains("heard", "\n".join(server.heard), wanted)
        for wanted in self.d.wanted("never"):
            self.equal(f"{wanted} heard", [h for h in server.heard if wanted in h], [])

    def how_it_ended(self, ending, server):
        why, retry, text = ending or ("crash", 0, "")
        wanted = (self.d.wanted("ends") or ["orderly"])[0].split()
        self.equal("ends", (why, retry), (wanted[0], int(wanted[1]) if len(wanted) > 1 else 0))
        if text and why != "orderly":
            self.contains("the line", text, f"support: 127.0.0.1:{server.port}: ")
            self.equal("the line can be printed", text.isprintable(), True)
        for words in self.d.wanted("says") + self.d.wanted("person"):
            self.contains("the line", text, words)
        self.equal("a person is told what to do", bool(self.d.wanted("person")), why in NEEDS_A_PERSON)

    def next(self, server):
        """The server is well again, and the supervisor starts another poller where this one ended."""
        before = [i.uid for i in self.items]
        resume = (self.uidvalidity, before[-1]) if before else self.cursor()
        server.mend()
        self.d.header.pop("stays", None)
        self.d.then = []
        self.equal("the next connection ends", self.connection(server, resume)[0], "orderly")
        after = [i.uid for i in self.items]
        there = [m[0] for m in server.messages]
        if server.uidvalidity == resume[0]:
            there = [u for u in there if u > resume[1]]
        self.equal("the next connection hands over what is left", after, there)


sys.exit(faults.main("imap", imap_dialogue.names(), lambda name, certificates: [Trial(d, certificates)
                                                                               for d in imap_dialogue.load(name)]))
