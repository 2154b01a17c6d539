# SPDX-License-Identifier: Apache-2.0
"""The sender with a supervisor and a keeper that the test plays."""
import os
import select

import frames

MESSAGE = b"From: support@example.com\r\nSubject: Auto: yes\r\n\r\n.a line with a dot\r\n..two\r\n.\r\nEND\r\n"


def settings(port, **more):
    keys = {"address": "support@example.com", "host": "127.0.0.1", "password_file": "/nonexistent/secret",
            "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", **more}
    if "token_file" in keys:
        del keys["password_file"]
    return "account support {\n" + "".join(f"  {k} = {v}\n" for k, v in keys.items()) + "}\n"


class Result:
    def __init__(self, reader):
        self.entry, self.attempt = reader.take(">Q"), reader.take(">I")
        self.outcome = frames.OUTCOMES[reader.take("B")]
        self.witness_refused, self.no_connection = bool(reader.take("B")), bool(reader.take("B"))
        self.step, self.reply = reader.text(), reader.text()
        self.certificate = reader.take(">q")

    def __repr__(self):
        return f"{self.outcome} step={self.step} no_connection={self.no_connection} reply={self.reply!r}"


class Sender(frames.Room):
    def __init__(self, binary, port, secret=b"secret\n", environment=None, **more):
        """`secret`: the bytes of the password file, or a line that says why there are none."""
        super().__init__(binary, settings(port, **more), "support", environment)
        self.secret = secret
        self.supervisor.expect(frames.READY)

    def give_secret(self):
        self.supervisor.expect(frames.NEED_SECRET)
        self.hand_secret()

    def hand_secret(self):
        if isinstance(self.secret, str):
            self.supervisor.send(frames.SECRET, frames.blob(self.secret))
            return
        fd = frames.memfd(self.secret)
        os.lseek(fd, 0, os.SEEK_SET)
        self.supervisor.send(frames.SECRET, frames.blob(""), fd)
        os.close(fd)

    def send(self, entry, message=MESSAGE, sender="support@example.com", recipient="anna@client.example",
             witness="support+trace@example.com", sealed=True):
        fd = frames.memfd(message, sealed)
        payload = entry.to_bytes(8, "big") + frames.u32(1)
        self.keeper.send(frames.SEND, payload + frames.blob(sender) + frames.blob(recipient) + frames.blob(witness), fd)
        os.close(fd)

    def asked(self):
        """Waits for the question before the dot; the entry it is about."""
        return self.keeper.expect(frames.DOT_ASK).take(">Q")

    def grant(self, entry):
        self.keeper.send(frames.DOT_GRANTED, entry.to_bytes(8, "big") + frames.u32(1))

    def speaks(self):
        """Which of the two ends the sender says something on next."""
        ready, _, _ = select.select([self.supervisor.sock, self.keeper.sock], [], [], frames.SECONDS)
        return self.supervisor if self.supervisor.sock in ready else self.keeper

    def result(self):
        """The next result; dots asked for until then are granted."""
        while True:
            kind, reader = self.keeper.receive()
            if kind == frames.SENT_RESULT:
                return Result(reader)
            assert kind == frames.DOT_ASK, kind
            self.grant(reader.take(">Q"))

    def outcome(self):
        """The next result; whatever is asked for until then is given."""
        while True:
            if self.speaks() is self.keeper:
                return self.result()
            kind, _ = self.supervisor.receive()
            if kind == frames.NEED_SECRET:
                self.hand_secret()

    def stop(self):
        """Orderly end; what FRAME_ENDING said, and the results that came until then."""
        self.supervisor.send(frames.STOP)
        ending = self.ending()
        self.wait()
        results = []
        while got := self.keeper.receive():
            assert got[0] == frames.SENT_RESULT, got[0]
            results.append(Result(got[1]))
        return ending, results
