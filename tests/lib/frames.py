# SPDX-License-Identifier: Apache-2.0
"""Frames between the rooms, as src/frame has them, for tests that play the supervisor and the keeper."""
import array
import fcntl
import os
import re
import signal
import socket
import struct


def _frame_types():
    """The numbers as src/frame/frame.h gives them: FRAME_READY becomes READY."""
    with open(os.path.join(os.environ.get("top_srcdir", "."), "src/frame/frame.h"), encoding="ascii") as f:
        body = f.read().split("enum frame_type {")[1].split("};")[0]
    number = 0
    for name, value in re.findall(r"FRAME_(\w+)(?: = (\d+))?,", re.sub(r"/\*.*?\*/", "", body, flags=re.S)):
        number = int(value) if value else number + 1
        yield name, number


globals().update(_frame_types())
VERSION = 1
LOOK, MOVE, SEARCH, REFETCH, MARK = range(5)
NOWHERE, HERE, IN_JUNK, IN_TRASH = range(4)
MARKS_NONE, MARKS_KEYWORDS, MARKS_LABELS, MARKS_FLAG = range(4)
OVERDUE, DUE_SOON, WAITING, CLAIMED = (1 << n for n in range(4))
FLAGS_TOLD, KEYWORDS, FLAGGED, ANSWERED, GMAIL_LABELS, CONDSTORE, QRESYNC, OFFERS_IDLE = (1 << n for n in range(8))
OUTCOMES = ("accepted", "refused", "later", "unknown")
ENDINGS = ("orderly", "transient", "refused", "config", "expired")
FRAME_MAX = 192 * 1024
SECONDS = int(os.environ.get("HEARBACK_TEST_SECONDS", "30"))


def frame_types():
    """The numbers as the header gives them."""
    with open(os.path.join(os.environ.get("top_srcdir", "."), "src/frame/frame.h"), encoding="ascii") as f:
        body = re.search(r"enum frame_type \{(.*?)\};", re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S), re.S).group(1)
    types, number = {}, 0
    for name, value in re.findall(r"FRAME_(\w+)(?:\s*=\s*(\d+))?", body):
        number = int(value) if value else number + 1
        types[name] = number
    return types


TYPES = frame_types()
START, STOP, SECRET, READY, ENDING, NEED_SECRET = (
    TYPES[name] for name in ("START", "STOP", "SECRET", "READY", "ENDING", "NEED_SECRET"))
RESUME, SELECTED, BATCH, BATCH_DONE, SEEN_ALL, ORDER, ORDER_DONE, TROUBLE, WATCH, WATCHED = (
    TYPES[name] for name in ("RESUME", "SELECTED", "BATCH", "BATCH_DONE", "SEEN_ALL", "ORDER", "ORDER_DONE", "TROUBLE",
                             "WATCH", "WATCHED"))
SEND, DOT_ASK, DOT_GRANTED, SENT_RESULT = (
    TYPES[name] for name in ("SEND", "DOT_ASK", "DOT_GRANTED", "SENT_RESULT"))


def u32(value):
    return struct.pack(">I", value)


def blob(value):
    value = value if isinstance(value, bytes) else value.encode()
    return u32(len(value)) + value


class Reader:
    """A payload; `fd` is the descriptor that came along, owned by whoever takes it, or None."""

    def __init__(self, data, fd=None):
        self.data = data
        self.fd = fd

    def take(self, fmt):
        size = struct.calcsize(fmt)
        (value,) = struct.unpack(fmt, self.data[:size])
        self.data = self.data[size:]
        return value

    def text(self):
        size = self.take(">I")
        value, self.data = self.data[:size], self.data[size:]
        return value.decode()


def memfd(data, sealed=True):
    fd = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    if sealed:
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS,
                    fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return fd


class Wire:
    """One end of a socket pair that carries frames."""

    def __init__(self):
        self.sock, self.other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.settimeout(SECONDS)

    def send(self, kind, payload=b"", *fds):
        fds = [fd for fd in fds if fd is not None]
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        self.sock.sendmsg([bytes([VERSION, kind]) + payload], rights)

    def receive(self):
        """(type, Reader), or None at the end of the connection."""
        try:
            data, fds, _, _ = socket.recv_fds(self.sock, FRAME_MAX, 2)
        except ConnectionResetError:
            # It went without reading all of ours. That is told once, before what it still said.
            try:
                data, fds, _, _ = socket.recv_fds(self.sock, FRAME_MAX, 2)
            except ConnectionResetError:
                return None
        if not data:
            return None
        assert data[0] == VERSION
        return data[1], Reader(data[2:], fds[0] if fds else None)

    def expect(self, kind):
        got = self.receive()
        assert got and got[0] == kind, f"frame {kind} expected, got {got and got[0]}"
        return got[1]

    def close(self):
        self.sock.close()


class Room:
    """A room's process with a supervisor and a keeper played by the test."""

    def __init__(self, binary, settings, account, environment=None, once=False, mailbox="", sent=False,
                 secret=None, since=0, most=0):
        self.supervisor, self.keeper = Wire(), Wire()
        ends = [fcntl.fcntl(w.other, fcntl.F_DUPFD_CLOEXEC, 10) for w in (self.supervisor, self.keeper)]
        self.pid = os.posix_spawn(binary, [binary], {**os.environ, **(environment or {})},
                                  file_actions=[(os.POSIX_SPAWN_DUP2, ends[0], 3), (os.POSIX_SPAWN_DUP2, ends[1], 4)])
        for fd in ends:
            os.close(fd)
        self.supervisor.other.close()
        self.keeper.other.close()
        config = memfd(settings.encode())
        start = bytes([once, 0]) + blob(account) + blob(mailbox) + bytes([sent]) + struct.pack(">qI", since, most)
        self.supervisor.send(START, start, config, secret)
        os.close(config)
        self.status = None

    def children(self):
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as f:
            return [int(pid) for pid in f.read().split()]

    def ending(self):
        """(why, text) of FRAME_ENDING, whatever else comes before it."""
        while True:
            got = self.supervisor.receive()
            if got is None:
                return None
            if got[0] == ENDING:
                why = ENDINGS[got[1].take("B")]
                got[1].take(">q")
                return why, got[1].text()

    def wait(self):
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def kill(self, sig=signal.SIGKILL):
        os.kill(self.pid, sig)

    def close(self):
        """Ends the process however it stands."""
        self.supervisor.close()
        self.keeper.close()
        if self.status is None:
            self.kill()
            self.wait()
