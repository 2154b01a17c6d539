# SPDX-License-Identifier: Apache-2.0
"""A small IMAP server on loopback that can be told to misbehave.

It serves one mailbox of (uid, bytes). `scripts` replaces the answer to a command: a verb ("FETCH",
"SELECT", "IDLE", "greeting", ...) or a verb and the place of its use in all connections ("FETCH 3"),
with a function of (connection, tag, arguments). What the client sent stands in `heard`."""
import re
import socket
import threading

SECONDS = 20


class Gone(Exception):
    """The connection is over."""


class Connection:
    def __init__(self, server, sock):
        self.server, self.sock = server, sock
        self.file = sock.makefile("rb")

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
        script = self.server.scripts.get(f"{verb} {count}") or self.server.scripts.get(verb) or \
            getattr(self, "do_" + verb.lower(), None)
        if script is None:
            self.send(f"{tag} BAD unknown command\r\n")
        elif getattr(script, "__self__", None) is self:
            script(tag, arguments)
        else:
            script(self, tag, arguments)

    # What a good server does ------------------------------------------------------------------------

    def do_greeting(self, *_):
        self.send("* OK ready\r\n")

    def do_capability(self, tag, _):
        self.send(f"* CAPABILITY IMAP4rev1 {self.server.capabilities}\r\n")
        self.ok(tag)

    def do_login(self, tag, _):
        self.ok(tag)

    def do_authenticate(self, tag, _):
        self.send("+ \r\n")
        self.line()
        self.ok(tag)

    def do_list(self, tag, _):
        self.send('* LIST () "/" INBOX\r\n')
        self.ok(tag)

    def do_select(self, tag, _):
        messages = self.server.messages
        self.send(f"* FLAGS (\\Seen)\r\n* {len(messages)} EXISTS\r\n{self.server.flags}"
                  f"* OK [UIDVALIDITY {self.server.uidvalidity}] ok\r\n")
        if self.server.uidnext is not None:
            self.send(f"* OK [UIDNEXT {self.server.uidnext}] ok\r\n")
        self.ok(tag)

    do_examine = do_select

    def do_noop(self, tag, _):
        self.send(f"* {len(self.server.messages)} EXISTS\r\n")
        self.ok(tag)

    def do_search(self, tag, arguments):
        uids = [u for u, _ in self.wanted(arguments.split()[-1])]
        self.send(f"* SEARCH{''.join(f' {u}' for u in uids)}\r\n")
        self.ok(tag)

    def do_store(self, tag, _):
        self.ok(tag)

    def do_copy(self, tag, _):
        self.ok(tag)

    def do_logout(self, tag, _):
        self.send("* BYE\r\n")
        self.ok(tag)

    def do_idle(self, tag, _):
        self.send("+ idling\r\n")
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
    def __init__(self, messages=(), scripts=None, capabilities="", uidvalidity=7, uidnext=None,
                 flags=""):
        self.messages = list(messages)
        self.scripts = scripts or {}
        self.capabilities, self.uidvalidity, self.uidnext = capabilities, uidvalidity, uidnext
        self.flags = flags  # whole lines, ahead of UIDVALIDITY
        self.counts, self.heard = {}, []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

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
        with sock:
            try:
                Connection(self, sock).run()
            except Gone:
                pass

    def close(self):
        # Wakes the accept that waits.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
