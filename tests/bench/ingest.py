#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast, and in how much memory, does hearback take in a mailbox?

Puts a copy of MAILDIR into the mailbox of a private Dovecot on loopback, its indexes warm, and lets
`hearback run --once` take it in with a new ledger, N times. Prints for each round messages a second
(wall clock, start and end of all processes included) and CPU seconds (all processes, the server's not
counted), and at the end the medians, the bytes of ledger for each message, and for each room its CPU
seconds and the most memory one process of it needed in the last round, looked up in /proc 20 times a
second: all that is resident, mapped files included, and its own alone. A round in which a message is
missing is a failure.

The connection is plain, so that the mail server's TLS is not what is measured; --tls is how people run
it. HEARBACK_FLOOR may name a program to compare with. It is run in turn with hearback as
    $HEARBACK_FLOOR -l 65536 DIR HOST PORT
and shall take in the INBOX of user `support`, password `secret`, of the plain IMAP server at HOST PORT
into the new folder DIR. Then the ratio of the medians is printed, too.

Needs root (the private servers do), dovecot-imapd, postfix and lmdb-utils; not a part of `make check`.
Build with -O2 before you measure.
"""
import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
# pylint: disable=wrong-import-position
import servers
import sidecar

ADDRESS = "support@example.com"
USER, PASSWORD = "support", "secret"
LOOK_SECONDS = 0.05
ROUND_SECONDS = 3600
TICKS = os.sysconf("SC_CLK_TCK")


class PlainServers(servers.Servers):
    """Speaks plain IMAP as well, where `support` has the mailbox of the address."""

    def _configure(self):
        super()._configure()
        self.imap = servers.free_ports(1)[0]
        with open(os.path.join(self.dovecot, "dovecot.conf"), "a", encoding="utf-8") as f:
            f.write(f"""ssl = yes
disable_plaintext_auth = no
service imap-login {{
  inet_listener imap {{
    port = {self.imap}
  }}
}}
""")

    def _write_people(self, addresses):
        super()._write_people(addresses)
        users = os.path.join(self.dovecot, "users")
        with open(users, encoding="ascii") as f:
            lines = f.read().splitlines()
        plain = [re.sub(r"^[^:]*:[^:]*", f"{USER}:{{PLAIN}}{PASSWORD}", line)
                 for line in lines if line.startswith(ADDRESS + ":")]
        servers.write(users, "\n".join(lines + plain) + "\n", 0o600, "dovecot")

    def load(self, maildir):
        """Copies the messages into the mailbox and has Dovecot index them. Returns how many there are."""
        target = self.maildir(ADDRESS)
        subprocess.run(["cp", "-rT", "--preserve=timestamps", maildir, target], check=True)
        self._give_to_mail_user(os.path.dirname(target))
        servers.run("chown", "-R", f"{servers.MAIL_USER}:", target)
        fetched = subprocess.run(
            ["doveadm", "-c", os.path.join(self.dovecot, "dovecot.conf"), "fetch", "-u", ADDRESS,
             "uid size.virtual date.received", "mailbox", "INBOX"], check=True, text=True,
            stdout=subprocess.PIPE)
        return len(re.findall(r"^uid:", fetched.stdout, re.M))


class Watch:
    """What the processes of one run need: {room: (most resident memory of one, most of its own)}, in
    KiB, and the CPU seconds of each room together."""

    def __init__(self):
        self.memory = {}
        self.cpu = {}  # pid -> (room, seconds)

    def look(self, root):
        parents = sidecar.children()
        wanted = [root]
        for pid in wanted:
            wanted += parents.get(pid, [])
            room = sidecar.comm(pid)
            if not room.startswith("hearback"):
                continue
            try:
                with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
                    now = dict(re.findall(r"^(VmHWM|RssAnon):\s*(\d+)", f.read(), re.M))
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if len(now) == 2:
                peak, own = self.memory.get(room, (0, 0))
                self.memory[room] = max(peak, int(now["VmHWM"])), max(own, int(now["RssAnon"]))
                self.cpu[pid] = (room, (int(fields[11]) + int(fields[12])) / TICKS)

    def seconds(self, room):
        return sum(s for r, s in self.cpu.values() if r == room)

    def show(self):
        print(f"{'':18} {'CPU s':>8} {'peak MiB':>9} {'own MiB':>9} {'processes':>10}")
        for room, (peak, own) in sorted(self.memory.items()):
            n = sum(1 for r, _ in self.cpu.values() if r == room)
            print(f"{room:18} {self.seconds(room):8.2f} {peak / 1024:9.1f} {own / 1024:9.1f} {n:10}")


class Failed(Exception):
    """One line: what went wrong."""


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(command, log, watch=None):
    """(wall, CPU) seconds of a command and of all processes it has waited for."""
    start, used = time.monotonic(), cpu_of_children()
    with open(log, "ab") as f, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=f, stderr=f) as p:
        while p.poll() is None:
            if watch:
                watch.look(p.pid)
            if time.monotonic() > start + ROUND_SECONDS:
                p.kill()
            time.sleep(LOOK_SECONDS)
    if p.returncode:
        with open(log, encoding="utf-8", errors="replace") as f:
            last = f.read().splitlines()[-1:] or [""]
        raise Failed(f"{command[0]}: exit {p.returncode}: {last[0]}")
    return time.monotonic() - start, cpu_of_children() - used


def one_hearback(h, messages, watch):
    shutil.rmtree(h.state, ignore_errors=True)
    h._prepare()  # pylint: disable=protected-access
    seconds, cpu = timed([h.program, "run", "--once", "-c", h.config], h.log, watch)
    row = h.rows("status")[0]
    if row.get("messages") != messages:
        raise Failed(f"{row.get('messages')} of {messages} messages were taken in; see {h.log}")
    return messages / seconds, cpu


def one_floor(program, s, folder, messages):
    target = os.path.join(folder, "floor")
    shutil.rmtree(target, ignore_errors=True)
    seconds, cpu = timed([program, "-l", "65536", target, s.host, str(s.imap)],
                         os.path.join(folder, "floor.log"))
    return messages / seconds, cpu


def ledger_bytes(h):
    """The pages in use: the file itself is made larger beforehand."""
    said = subprocess.run(["mdb_stat", "-e", os.path.join(h.state, "ledger")], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    page, used = re.search(r"Page size: (\d+)", said)[1], re.search(r"pages used: (\d+)", said)[1]
    return int(page) * int(used)


def measure(args, s, folder, build):
    messages = s.load(args.maildir)
    plain = {"tls": "none", "port": s.imap, "user": USER}
    h = sidecar.Sidecar(s, os.path.join(folder, "hearback"), os.path.dirname(os.path.dirname(HERE)), build,
                        {} if args.tls else plain)
    if not args.tls:
        h.servers.password = PASSWORD
        h.write_config(smtp_password_file=h.password)
    floor = os.environ.get("HEARBACK_FLOOR")
    rates, floors = [], []
    for i in range(args.rounds):
        watch = Watch()
        rates.append(one_hearback(h, messages, watch))
        print(f"round {i + 1}: hearback {rates[-1][0]:.0f} messages/s, {rates[-1][1]:.2f} CPU s", end="")
        if floor:
            floors.append(one_floor(floor, s, folder, messages))
            print(f"; floor {floors[-1][0]:.0f} messages/s, {floors[-1][1]:.2f} CPU s", end="")
        print(flush=True)
    rate = statistics.median(r for r, _ in rates)
    print(f"{messages} messages, {'TLS' if args.tls else 'plain'}: median {rate:.0f} messages/s")
    if floors:
        other = statistics.median(r for r, _ in floors)
        print(f"floor: median {other:.0f} messages/s, ratio of medians {rate / other:.2f}")
    print(f"{ledger_bytes(h) / messages:.0f} bytes of ledger for each message")
    watch.show()
    if args.keep:
        shutil.copytree(h.state, args.keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("control"))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=3, metavar="N")
    p.add_argument("--tls", action="store_true", help="connect with TLS")
    p.add_argument("--keep", metavar="DIR", help="leave the last ledger there")
    p.add_argument("--build", metavar="DIR", default=os.path.join(HERE, "../../build"),
                   help="the build folder")
    p.add_argument("maildir", metavar="MAILDIR")
    args = p.parse_args()
    problem = servers.missing()
    if problem:
        print(f"ingest: {problem}", file=sys.stderr)
        return 75
    folder = sidecar.open_folder("hearback-bench-")
    try:
        with PlainServers(os.path.join(folder, "servers")) as s:
            s.start([ADDRESS])
            measure(args, s, folder, os.path.abspath(args.build))
    except (Failed, servers.ServersError, sidecar.CommandFailed) as e:
        print(f"ingest: {e}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
