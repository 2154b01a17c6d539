# SPDX-License-Identifier: Apache-2.0
"""A small IMAP server on loopback that can be told to misbehave.

It serves one mailbox of (uid, bytes). `scripts` replaces the answer to a command: a verb ("FETCH",
"SELECT", "IDLE", "greeting", ...) or a verb and the place of its use in all connections ("FETCH 3"),
with a function of (connection, tag, arguments). `blocks` does the same with steps of a dialogue that is
a file (imap_dialogue.py says how these look). What the client sent stands in `heard`."""
import re
import select
import socket
import struct
import threading
import time

SECONDS = 20
DRIP_SECONDS = 0.1
TICK_SECONDS = 0.05
FLOOD_LINES = 1000


def message(uid, size=20):
    return f"Subject: {uid}\r\n\r\n".encode() + b"x" * size


class Gone(Exception):
    """The connection is over."""


class Connection:
    def __init__(self, server, sock):
        self.server, self.sock = server, sock
        self.file = sock.makefile("rb")
        self.told = 0  # how many messages the client was told of

    def send(self, text):
        try:
            self.sock.sendall(text if isinstance(text, bytes) else text.encode())
        except OSError as e:
            raise Gone from e

    def ok(self, tag, words="done"):
        self.send(f"{tag} OK {words}\r\n")

    def line(self):
        try:
            data = self.file.readline()
        except OSError as e:
            raise Gone from e
        if not data:
            raise Gone
        text = data.decode(errors="replace").rstrip("\r\n")
        self.server.heard.append(text)
        return text

    def hang(self):
        """Says nothing more until the client closes."""
        while True:
            self.line()

    def run(self):
        self.answer("greeting", "*", "")
        while True:
            tag, _, rest = self.line().partition(" ")
            verb, _, arguments = rest.partition(" ")
            verb = verb.upper()
            if verb == "UID":
                verb, _, arguments = arguments.partition(" ")
            self.answer(verb, tag, arguments)
            if verb == "LOGOUT":
                return

    def answer(self, verb, tag, arguments):
        with self.server.lock:
            count = self.server.counts[verb] = self.server.counts.get(verb, 0) + 1
            steps = self.server.steps(verb, count, arguments)
        if steps is not None:
            self.perform(steps, verb, tag, arguments)
            return
        script = self.server.scripts.get(f"{verb} {count}") or self.server.scripts.get(verb) or \
            getattr(self, "do_" + verb.lower(), None)
        if script is None:
            self.send(f"{tag} BAD unknown command\r\n")
        elif getattr(script, "__self__", None) is self:
            script(tag, arguments)
        else:
            script(self, tag, arguments)

    # Steps of a dialogue ----------------------------------------------------------------------------

    def perform(self, steps, verb, tag, arguments):
        for word, rest in steps:
            rest = rest.replace("TAG", tag)
            if word == ">":
                self.send(rest + "\r\n")
            elif word in ("ok", "no", "bad"):
                self.send(f"{tag} {word.upper()} {rest or 'done'}\r\n")
            elif word == "good":
                getattr(self, "do_" + verb.lower())(tag, arguments)
            elif word == "<":
                if not self.line().upper().startswith(rest.upper()):
                    raise Gone
            else:
                self.act(word, rest, arguments)

    def act(self, word, rest, arguments):
        number, _, text = rest.partition(" ")
        if word == "raw":
            self.send(rest.encode().decode("unicode_escape").encode())
        elif word in ("flood", "fill"):
            line = text.encode().decode("unicode_escape") + ("\r\n" if word == "flood" else "")
            for at in range(0, int(number), FLOOD_LINES):
                self.send(line * min(FLOOD_LINES, int(number) - at))
        elif word == "drip":
            for c in rest.encode().decode("unicode_escape"):
                self.send(c)
                time.sleep(DRIP_SECONDS)
        elif word == "row":
            self.row(int(number), dict(self.server.messages)[int(number)], arguments, text and " " + text)
        elif word == "whole":
            self.row(int(number), dict(self.server.messages)[int(number)], "BODY.PEEK[]<0.9999999>")
        elif word == "replace":
            self.server.messages = [(u, text.encode() if u == int(number) else b) for u, b in self.server.messages]
        elif word == "deliver":
            self.server.messages.append((int(number), message(int(number))))
        elif word == "expunge":
            self.server.messages = [m for m in self.server.messages if m[0] != int(number)]
        elif word == "uidvalidity":
            self.server.uidvalidity = int(number)
        elif word == "tls":
            self.start_tls(rest)
        elif word == "reset":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise Gone
        elif word == "close":
            raise Gone
        elif word == "hang":
            self.hang()
        elif word == "heard":
            select.select([self.sock], [], [], SECONDS)
        else:
            raise ValueError(f"no such step: {word} {rest}")

    def start_tls(self, label):
        try:
            self.sock = self.server.tls[label].wrap_socket(self.sock, server_side=True)
            self.file = self.sock.makefile("rb")
        except OSError as e:
            raise Gone from e

    # What a good server does ------------------------------------------------------------------------

    def do_greeting(self, *_):
        if self.server.implicit:
            self.start_tls("good")
        self.send("* OK ready\r\n")

    def do_capability(self, tag, _):
        self.send(f"* CAPABILITY IMAP4rev1 {self.server.capabilities}\r\n")
        self.ok(tag)

    def do_starttls(self, tag, _):
        self.ok(tag)
        self.start_tls("good")

    def do_login(self, tag, _):
        self.ok(tag)

    def do_authenticate(self, tag, _):
        self.send("+ \r\n")
        self.line()
        self.ok(tag)

    def do_list(self, tag, _):
        self.send('* LIST () "/" INBOX\r\n* LIST (\\Sent) "/" Sent\r\n')
        self.ok(tag)

    def do_select(self, tag, _):
        messages = self.server.messages
        self.told = len(messages)
        self.send(f"* FLAGS (\\Seen)\r\n* {len(messages)} EXISTS\r\n{self.server.flags}"
                  f"* OK [UIDVALIDITY {self.server.uidvalidity}] ok\r\n")
        if self.server.uidnext is not None:
            self.send(f"* OK [UIDNEXT {self.server.uidnext}] ok\r\n")
        self.ok(tag)

    do_examine = do_select

    def do_noop(self, tag, _):
        self.told = len(self.server.messages)
        self.send(f"* {self.told} EXISTS\r\n")
        self.ok(tag)

    def do_search(self, tag, arguments):
        uids = [u for u, _ in self.wanted(arguments.split()[-1])]
        self.send(f"* SEARCH{''.join(f' {u}' for u in uids)}\r\n")
        self.ok(tag)

    def do_store(self, tag, _):
        self.ok(tag)

    def do_copy(self, tag, _):
        self.ok(tag)

    do_move = do_expunge = do_copy

    def do_logout(self, tag, _):
        self.send("* BYE\r\n")
        self.ok(tag)

    def do_idle(self, tag, _):
        self.send("+ idling\r\n")
        while not select.select([self.sock], [], [], TICK_SECONDS)[0]:
            if len(self.server.messages) != self.told:
                self.told = len(self.server.messages)
                self.send(f"* {self.told} EXISTS\r\n")
        self.line()
        self.ok(tag)

    def do_fetch(self, tag, arguments):
        for uid, body in self.wanted(arguments.split()[0]):
            self.row(uid, body, arguments)
        self.ok(tag)

    # Pieces -----------------------------------------------------------------------------------------

    def wanted(self, uids):
        first, _, last = uids.partition(":")
        top = self.server.messages[-1][0] if self.server.messages else 0
        low, high = (top if w == "*" else int(w) for w in (first, last or first))
        return [m for m in self.server.messages if low <= m[0] <= high]

    def row(self, uid, body, arguments, more=""):
        if partial := re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", arguments):
            part = body[:int(partial[1])]
            head = f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n"
            self.send(head.encode() + part + f"{more})\r\n".encode())
        elif "RFC822.SIZE" in arguments:
            self.send(f"* 1 FETCH (UID {uid} FLAGS () INTERNALDATE \"01-Jan-2026 10:00:00 +0100\" "
                      f"RFC822.SIZE {len(body)}{more})\r\n")
        else:
            self.send(f"* 1 FETCH (UID {uid})\r\n")


class ImapFake:
    """`tls` maps labels to contexts; with `listens` false connections are refused until
    listen(), with `implicit` TLS begins before the greeting."""

    connection = Connection

    def __init__(self, messages=(), scripts=None, capabilities="", uidvalidity=7, uidnext=None, flags="", blocks=(),
                 tls=None, listens=True, implicit=False):
        self.messages = list(messages)
        self.scripts = scripts or {}
        self.blocks, self.tls = list(blocks), tls or {}
        self.implicit = implicit
        self.capabilities, self.uidvalidity, self.uidnext = capabilities, uidvalidity, uidnext
        self.flags = flags  # whole lines, ahead of UIDVALIDITY
        self.counts, self.heard = {}, []
        self.lock = threading.Lock()
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.listens = False
        if listens:
            self.listen()

    def listen(self):
        self.listens = True
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def steps(self, verb, count, arguments):
        """Those of the first block that is for this use of a command, or None."""
        for block in self.blocks:
            if block.verb == verb and block.nth in (0, count) and block.pattern.search(arguments):
                return block.steps
        return None

    def mend(self):
        """From now on a good server."""
        self.blocks = []
        if not self.listens:
            self.listen()

    def serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.settimeout(SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.talk, args=(sock,), daemon=True).start()

    def talk(self, sock):
        connection = self.connection(self, sock)
        try:
            connection.run()
        except Gone:
            pass
        finally:
            connection.file.close()
            connection.sock.close()

    def close(self):
        # Wakes the accept that waits.
        if self.listens:
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
