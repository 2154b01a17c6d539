#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hearback try: a fortnight of mixed mail is told in true numbers, and nothing is changed, sent or left behind,
however it ends."""
import glob
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.join(TOP, "quickstart.d")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
import sidecar  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT, EMPTY = "support@example.com", "empty@example.com"
HOUR, DAY = 3600, 86400
BORDER = "mx.example.com"
SECONDS = 90


def at(message, when):
    del message["Date"]
    message["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))
    return message


def delivered(message, results=BORDER):
    """As the border has left it: what it found out stands above its Received field, and LMTP's above that."""
    head = "Received: from mx.example.com by mail.example.com; Sat, 21 Nov 2026 09:00:01 +0000\r\n"
    if results:
        head += f"Authentication-Results: {results}; dmarc=none\r\n"
    head += "Received: from somewhere by mx.example.com; Sat, 21 Nov 2026 09:00:00 +0000\r\n"
    return head.encode() + post.crlf(message)


class Fortnight:
    """What is put into the mailbox, and what must be found."""

    def __init__(self, servers, now):
        self.now = now
        self.box = post.Mailbox(servers, SUPPORT)

    def come(self, message, when, **how):
        at(message, when)
        self.box.append(delivered(message, **how), "INBOX", "", when)
        return message

    def answer(self, question, when):
        reply = letter(SUPPORT, question["From"], "Re: " + question["Subject"], "It is done.",
                       In_Reply_To=question["Message-ID"], References=question["Message-ID"])
        at(reply, when)
        self.box.append(reply, "Sent", "\\Seen", when)
        return reply

    def fill(self):
        ask = lambda i, when: self.come(letter(f"person{i}@customer{i}.example", SUPPORT, f"Question {i}"), when)
        # Older than what is looked at.
        for i in range(3):
            ask(900 + i, self.now - 20 * DAY + i)
        # Ten that were answered: six within two hours, four after a day; two of them come back and wait.
        for i in range(10):
            question = ask(i, self.now - 10 * DAY + i * HOUR)
            answer = self.answer(question, self.now - 10 * DAY + i * HOUR + (2 * HOUR if i < 6 else DAY))
            if i < 2:
                more = letter(question["From"], SUPPORT, answer["Subject"], "One more thing", In_Reply_To=answer["Message-ID"],
                              References=f"{question['Message-ID']} {answer['Message-ID']}")
                self.come(more, self.now - 5 * DAY + i * HOUR)
        # Three that nobody has answered yet, one of them an hour old; one of them writes twice.
        ask(20, self.now - 2 * DAY)
        first = ask(21, self.now - 3 * DAY)
        self.come(letter(first["From"], SUPPORT, "Re: " + first["Subject"], "Hello?", In_Reply_To=first["Message-ID"],
                         References=first["Message-ID"]), self.now - 3 * DAY + HOUR)
        ask(22, self.now - HOUR)
        # Not addressed to us: a person would be asked.
        self.come(letter("bcc@customer.example", "others@example.net", "For your eyes"), self.now - 4 * DAY)
        for i in range(4):
            self.come(letter(f"list{i}@lists.example", SUPPORT, "News", List_Id="<news.lists.example>"), self.now - 6 * DAY + i)
        for i in range(3):
            self.come(letter(f"absent{i}@customer.example", SUPPORT, "Out of office", Auto_Submitted="auto-replied"),
                      self.now - 7 * DAY + i)


def listing(servers):
    """All that another client can see of the mailboxes, byte for byte, without being the one that takes \\Recent."""
    seen = []
    with post.Mailbox(servers, SUPPORT) as m:
        for mailbox in ("INBOX", "Sent"):
            answer = m.imap.select(mailbox, readonly=True)
            state = [m.imap.response(name) for name in ("EXISTS", "RECENT", "UIDVALIDITY", "UIDNEXT", "FLAGS")]
            rows = m.imap.uid("fetch", "1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
            seen.append((mailbox, answer, state, rows))
        seen.append(m.imap.list())
    return repr(seen)


def session_of(pid):
    try:
        return os.getsid(pid)
    except OSError:
        return 0


class Try:
    def __init__(self, hearback, folder):
        self.hearback, self.servers = hearback, hearback.servers
        self.temporary = os.path.join(folder, "t")
        os.makedirs(self.temporary, exist_ok=True)
        os.chmod(self.temporary, 0o1777)
        self.environment = {**os.environ, "TMPDIR": self.temporary}

    def arguments(self, *more, user=SUPPORT, port=None):
        return [self.hearback.program, "try", f"imaps://{user}@localhost:{port or self.servers.imaps}", "--ca-file",
                self.servers.ca, *more]

    def start(self, *more, password=None, **how):
        given, giving = os.pipe()
        os.write(giving, (password or self.servers.password).encode() + b"\n")
        os.close(giving)
        process = subprocess.Popen(self.arguments(*more, **how), text=True, errors="replace", stdin=given,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment,
                                   start_new_session=True)
        os.close(given)
        return process

    def run(self, *more, **how):
        process = self.start(*more, **how)
        process.out, process.err = process.communicate(timeout=SECONDS)
        return process

    def rows(self, *more, **how):
        done = self.run("--json", *more, **how)
        return done, [json.loads(line) for line in done.out.splitlines() if line]

    def left(self):
        return os.listdir(self.temporary)

    @staticmethod
    def rooms(process):
        """What of its session still runs."""
        pids = [pid for some in sidecar.children().values() for pid in some]
        return [pid for pid in pids if session_of(pid) == process.pid and pid != process.pid]


def row(rows, about, **cells):
    return next((r for r in rows if r["about"] == about and all(r.get(k) == v for k, v in cells.items())), {})


def numbers(tap, trial):
    before = listing(trial.servers)
    done, rows = trial.rows()
    tap.check("it ends well", done.returncode == 0, done.err)
    figures = row(rows, "trial")
    for name, wanted in (("messages", 24), ("sent", 10), ("conversations", 21), ("answered", 10), ("within", 6), ("median", 2 * HOUR),
                         ("open", 6), ("waiting", 8), ("quiet", 7), ("overdue", 5), ("joined", 1), ("unreadable", 0)):
        tap.equal(f"{name} is true", figures.get(name), wanted)
    for kind, wanted in (("human", 17), ("list", 4), ("auto-reply", 3)):
        tap.equal(f"messages of kind {kind} are counted", row(rows, "kind", kind=kind).get("messages"), wanted)
    tap.equal("would have been acknowledged", row(rows, "decision", verdict="send").get("messages"), 15)
    tap.equal("would have been held", row(rows, "decision", verdict="hold", rule="addressed").get("messages"), 1)
    tap.equal("would have been suppressed", sum(r["messages"] for r in rows if r["about"] == "decision" and r["verdict"] == "suppress"), 7)
    tap.equal("who answers is told", row(rows, "agent").get("agent"), SUPPORT)
    results = row(rows, "authentication")
    tap.equal("what may be believed is proposed", (results.get("authserv_id"), results.get("hops"), results.get("of")), (BORDER, 1, 24))
    text = row(rows, "configuration").get("text", "")
    tap.check("a configuration is proposed", f"address = {SUPPORT}" in text and f"authserv_id = {BORDER}" in text, text)
    tap.equal("nothing has changed for another client", listing(trial.servers), before)
    tap.equal("nothing is left", trial.left(), [])
    done = trial.run()
    tap.check("people are told", "15 would have been acknowledged" in done.out and "Yes, in Sent" in done.out, done.out + done.err)
    tap.check("no secret is told", trial.servers.password not in done.out + done.err, "the password was printed")
    done, rows = trial.rows("--since", "60d")
    tap.equal("it looks back as far as it is told", row(rows, "trial").get("messages"), 27)


def refusals(tap, trial):
    done = trial.run(password="wrong")
    tap.check("a wrong password is one line", done.returncode == 69 and done.err.count("\n") == 1 and not done.out, done.err)
    done = subprocess.run([trial.hearback.program, "try", "imaps://support@example.com@no-such-host.invalid"], text=True,
                          capture_output=True, check=False, input="secret\n", env=trial.environment)
    tap.check("a host that does not exist is one line", done.returncode == 69 and done.stderr.count("\n") == 1 and
              "no-such-host" in done.stderr, done.stderr)
    done = trial.run(port=trial.servers.smtp)
    tap.check("a server without TLS gets no password", done.returncode == 69 and not done.out, done.err)
    done, rows = trial.rows(user=EMPTY)
    tap.check("an empty mailbox is none the worse", done.returncode == 0 and row(rows, "trial").get("messages") == 0, done.err)
    for url in ("imaps://mail.example.com", "imaps://support:secret@mail.example.com", "http://a@b"):
        done = subprocess.run([trial.hearback.program, "try", url], text=True, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        tap.check(f"{url} is refused in one line", done.returncode == 64 and done.stderr.count("\n") == 1, done.stderr)
    tap.equal("nothing is left by any of them", trial.left(), [])


def typed(trial, keys):
    """What a terminal shows, and how it ended."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(trial.environment)
        os.execv(trial.hearback.program, trial.arguments())
    shown, asked = b"", False
    while select.select([terminal], [], [], SECONDS)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break  # its other end is closed
        if b"Password of" in shown and not asked:
            asked = os.write(terminal, keys) > 0
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return shown.decode(errors="replace"), os.waitstatus_to_exitcode(status)


def passwords(tap, trial):
    shown, status = typed(trial, trial.servers.password.encode() + b"\n")
    tap.check("a password is asked for", status == 0 and "would have been acknowledged" in shown, f"{status} {shown}")
    tap.check("and does not show", trial.servers.password not in shown, shown)
    shown, status = typed(trial, b"sec\x03")
    tap.check("Ctrl-C at the question ends it", status == 128 + signal.SIGINT and "sec" not in shown, f"{status} {shown}")
    file = os.path.join(trial.temporary, "password")
    with open(file, "w", encoding="ascii") as f:
        f.write(trial.servers.password + "\nnot this\n")
    os.chmod(file, 0o600)
    done = trial.run("--password-file", file, password="wrong")
    tap.check("a password file is read", done.returncode == 0, done.err)
    os.chmod(file, 0o644)
    done = trial.run("--password-file", file)
    tap.check("but not one that others can read", done.returncode == 66 and "chmod" in done.err, done.err)
    os.unlink(file)
    url = f"imap://support%40example.com@localhost:{trial.servers.imap}/INBOX"
    done = subprocess.run([trial.hearback.program, "try", url, "--ca-file", trial.servers.ca], text=True, capture_output=True,
                          check=False, input=trial.servers.password, env=trial.environment)
    tap.check("STARTTLS", done.returncode == 0 and "tls = starttls" in done.stdout, done.stdout + done.stderr)
    tap.equal("nothing is left by these either", trial.left(), [])


def kills(tap, trial):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        process = trial.start()
        began = post.wait_until(lambda: glob.glob(os.path.join(trial.temporary, "*", "state", "control")), SECONDS, every=0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
        tap.check(f"{number.name} ends it half-way", began and process.returncode and not out, f"{process.returncode} {out} {err}")
        gone = post.wait_until(lambda: not trial.left() and not trial.rooms(process), SECONDS)
        tap.check(f"{number.name} leaves nothing", gone, f"{trial.left()} {trial.rooms(process)}")


def test(tap):
    with lib.beside(tap, [SUPPORT, EMPTY]) as hearback:
        Fortnight(hearback.servers, int(time.time())).fill()
        trial = Try(hearback, hearback.folder)
        numbers(tap, trial)
        refusals(tap, trial)
        passwords(tap, trial)
        kills(tap, trial)
        tap.check("no mail has left", "status=sent" not in hearback.servers.log(), hearback.servers.log())


lib.main(test)
