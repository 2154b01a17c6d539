# SPDX-License-Identifier: Apache-2.0
"""A scripted SMTP server on loopback. What it says stands in small files of tests/server/smtp, one
step a line, carried out in order for each connection:

    > text        send the line
    raw text      send the text as it is, in one piece; \\r\\n stand for themselves
    < TEXT        read a command that starts with TEXT (case does not matter)
    body          read the content of a message up to its last line "END", not the dot
    dot           read ".", or the content and "."; the message counts as received
    flood N text  send the line N times, as long as the client takes it
    serve [N]     take messages and say yes to everything until QUIT, or for N messages
    wait          until the test sets `go_on`
    hang          say nothing more until the client closes
    reset         close with a TCP reset
    sleep MS      wait
    tls LABEL     start TLS with the certificate of this name
    heard         wait until something can be read
    include NAME  the steps of NAME.txt
    again         from `repeat` on once more, or if the client closes here, end
    repeat        where `again` goes on

At the end of the file the connection is closed. A command that is not the expected one ends the
connection and is noted in `surprises`; QUIT is answered wherever it comes.

Files whose names begin with a number are dialogues of their own. These also say

    account KEY = VALUE   a setting of the account
    limit MS              what every wait for the server is shortened to
    deaf                  nobody listens
    late                  the dot is granted once the server has said all
    messages N            how many messages are sent, if not one; the outcome is that of the last
    sender, recipient ADDRESS    of the envelope

    expect OUTCOME at STEP[, the account waits]    accepted (and the message is sent), refused (failed), later
                          (deferred), unknown (uncertain); whether it says nothing of the message, so that all wait
    expect says WORDS     in what is kept of the reply;  expect person WORDS: the same: what a person must do
    expect received N     messages that the server has, if not one where it was accepted or nobody knows
    expect never WORDS    in what it sent
    expect witness refused"""
import os
import select
import socket
import struct
import threading
import time

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "smtp")
SECONDS = 20
ABOUT = ("account", "limit", "deaf", "late", "messages", "sender", "recipient", "expect")


def lines(name):
    """[(word, rest)] of a file."""
    with open(os.path.join(FOLDER, name + ".txt"), encoding="ascii") as f:
        return [line.partition(" ")[::2] for line in f.read().splitlines() if line and not line.startswith("#")]


def load(name):
    steps = []
    for word, rest in lines(name):
        if word == "include":
            steps += load(rest)
        elif word not in ABOUT:
            steps.append((word, rest))
    return steps


def about(name):
    """[(word, rest)] of what is no step."""
    return [line for line in lines(name) if line[0] in ABOUT]


def names():
    return sorted(f[:-len(".txt")] for f in os.listdir(FOLDER) if f[0].isdigit())


class Connection:
    def __init__(self, server, sock):
        self.server, self.sock = server, sock
        self.reader = sock.makefile("rb")
        self.commands = []
        self.content = []
        self.closed_by_client = False
        self.said_all = False  # nothing more comes from here

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        line = self.reader.readline()
        if not line.endswith(b"\r\n"):
            self.closed_by_client = True
            raise EOFError
        return line

    def command(self, wanted):
        line = self.line()
        self.commands.append(line[:-2].decode("ascii", "replace"))
        if line.upper().startswith(wanted.upper().encode()):
            return
        if line.upper() == b"QUIT\r\n":
            self.send(b"221 bye\r\n")
        else:
            self.server.surprises.append((wanted, line))
        raise EOFError

    def read_content(self, last):
        while True:
            line = self.line()
            if line == b".\r\n" and last == b".\r\n":
                self.server.messages.append(b"".join(self.content))
                self.content = []
                return
            self.content.append(line[1:] if line.startswith(b".") else line)
            if line == last:
                return

    def serve(self, messages=None):
        until = messages and len(self.server.messages) + messages
        while not until or len(self.server.messages) < until:
            self.command("")
            if self.commands[-1] == "QUIT":
                self.send(b"221 bye\r\n")
                return
            self.serve_one(self.commands[-1].split())

    def serve_one(self, words):
        if words[0] == "EHLO":
            self.send(b"250-good.example\r\n250-SIZE 100000\r\n250-STARTTLS\r\n250 AUTH PLAIN XOAUTH2\r\n")
        elif words == ["STARTTLS"]:
            self.send(b"220 go ahead\r\n")
            self.start_tls("good")
        elif words[0] == "AUTH":
            if len(words) == 2:
                self.send(b"334 \r\n")
                self.line()
            self.send(b"235 ok\r\n")
        else:
            if words == ["DATA"]:
                self.send(b"354 go ahead\r\n")
                self.read_content(b".\r\n")
            self.send(b"250 ok\r\n")

    def start_tls(self, label):
        self.sock = self.server.tls[label].wrap_socket(self.sock, server_side=True)
        self.reader = self.sock.makefile("rb")

    def hang(self):
        try:
            while self.reader.read1(4096):
                pass
        except ConnectionResetError:
            pass
        self.closed_by_client = True

    def run(self, steps):
        at = 0
        while at < len(steps):
            word, rest = steps[at]
            at += 1
            if word == ">":
                self.send(rest.encode() + b"\r\n")
            elif word == "raw":
                self.send(rest.encode().decode("unicode_escape").encode())
            elif word == "<":
                self.command(rest)
            elif word == "body":
                self.read_content(b"END\r\n")
            elif word == "dot":
                self.read_content(b".\r\n")
            elif word == "flood":
                times, _, text = rest.partition(" ")
                for _ in range(int(times)):
                    self.send(text.encode() + b"\r\n")
            elif word == "hang":
                self.said_all = True
                self.hang()
            elif word == "wait":
                self.server.go_on.wait(SECONDS)
            elif word == "serve":
                self.serve(int(rest or 0))
            elif word == "tls":
                self.start_tls(rest)
            elif word == "sleep":
                time.sleep(int(rest) / 1000)
            elif word == "heard":
                select.select([self.sock], [], [], SECONDS)
            elif word == "reset":
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif word == "again":
                at = steps.index(("repeat", ""))
            elif word != "repeat":
                raise ValueError(f"no such step: {word} {rest}")


class FakeServer:
    """Speaks `names` (one dialogue for each connection in turn, the last one for all further ones). `tls` maps
    labels to contexts."""

    connection = Connection

    def __init__(self, *names, tls=None):
        self.tls = tls or {}
        self.dialogues = [load(name) for name in names]
        self.connections, self.messages, self.surprises = [], [], []
        self.go_on = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []
        self.accepter = threading.Thread(target=self._accept, daemon=True)
        self.accepter.start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.settimeout(SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            steps = self.dialogues[min(len(self.connections), len(self.dialogues) - 1)]
            connection = self.connection(self, sock)
            self.connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, steps), daemon=True)
            self.threads.append(thread)
            thread.start()

    @staticmethod
    def _serve(connection, steps):
        try:
            connection.run(steps)
        except (EOFError, OSError):
            pass
        finally:
            connection.reader.close()
            connection.sock.close()
            connection.said_all = True

    def commands(self):
        return [c for connection in self.connections for c in connection.commands]

    def wait_ended(self):
        """Until every connection there was has ended."""
        for thread in self.threads:
            thread.join(SECONDS)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.accepter.join(SECONDS)
