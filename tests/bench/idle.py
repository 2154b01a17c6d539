#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What does hearback need while nothing happens?

Lets it watch INBOX and Sent of five accounts (--accounts) on a private Dovecot, with TLS, IDLE and a trust store
as large as the system's, takes in a few messages, sends an acknowledgement for each, waits until all is
quiet (--settle), and then looks for ten minutes (--minutes). Prints for each kind of process how many there are,
processor time, wake-ups (voluntary context switches) a minute, and its memory: what no file stands behind (Pss_Anon)
and what is shared (Pss_Shmem). Fails if all together need more than 24 MiB, if a mailbox is not watched any more, or if
a process ended.

Needs root (the private servers do); not a part of `make check`. Build with -O2 before you measure.
"""
import argparse
import os
import re
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
# pylint: disable=wrong-import-position
import letter
import post
import servers
import sidecar

SYSTEM_TRUST = "/etc/ssl/certs/ca-certificates.crt"
MEMORY_MOST = 24 * 1024  # KiB
READY_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """One line: what went wrong."""


def names(accounts):
    return ["support", *(f"team{i}" for i in range(2, accounts + 1))]


def address(name):
    return f"{name}@example.com"


def large_trust(s, folder):
    """Our own authority behind all those of the system: a store as people have it."""
    path = os.path.join(folder, "trust.pem")
    with open(path, "w", encoding="utf-8") as out:
        for one in (SYSTEM_TRUST, s.ca):
            if os.path.exists(one):
                with open(one, encoding="utf-8") as f:
                    out.write(f.read())
    os.chmod(path, 0o644)
    return path


def configure(h, accounts, trust):
    h.account["ca_file"] = trust
    for name in names(accounts)[1:]:
        h.others[name] = {**h.account, "address": address(name), "password_file": h.password}
    h.write_config()


def numbers(path, names_wanted):
    with open(path, encoding="ascii", errors="replace") as f:
        return {k: int(v) for k, v in re.findall(r"^(\w+):\s*(\d+)", f.read(), re.M) if k in names_wanted}


def look(h):
    """{pid: (room, CPU seconds, wake-ups, KiB anonymous, KiB shared)}"""
    found = {}
    for room, pids in h.processes().items():
        for pid in pids:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            woken = numbers(f"/proc/{pid}/status", ("voluntary_ctxt_switches",))
            memory = numbers(f"/proc/{pid}/smaps_rollup", ("Pss_Anon", "Pss_Shmem"))
            found[pid] = (room, (int(fields[11]) + int(fields[12])) / TICKS, woken["voluntary_ctxt_switches"],
                          memory["Pss_Anon"], memory["Pss_Shmem"])
    return found


def show(before, after, minutes):
    print(f"{'':18} {'processes':>9} {'CPU ms/min':>11} {'wake-ups/min':>13} {'anon KiB':>9} {'shmem KiB':>10}")
    total = [0, 0, 0, 0, 0]
    for room in sidecar.ROOMS:
        pids = [pid for pid in after if after[pid][0] == room]
        row = [len(pids), sum(after[p][1] - before[p][1] for p in pids) * 1000 / minutes,
               sum(after[p][2] - before[p][2] for p in pids) / minutes, sum(after[p][3] for p in pids),
               sum(after[p][4] for p in pids)]
        total = [a + b for a, b in zip(total, row)]
        print(f"{room:18} {row[0]:9} {row[1]:11.1f} {row[2]:13.1f} {row[3]:9} {row[4]:10}")
    print(f"{'together':18} {total[0]:9} {total[1]:11.1f} {total[2]:13.1f} {total[3]:9} {total[4]:10}")
    return total[3] + total[4]


def wait_for(what, condition, seconds=READY_SECONDS):
    if not post.wait_until(condition, seconds, every=0.5):
        raise Failed(f"{what}: not within {seconds} s")


def watched(h, mailboxes):
    rows = [r for r in h.rows("status") if r["about"] == "mailbox"]
    return len(rows) == mailboxes and all(r["connected"] and not r["trouble"] for r in rows)


def some_work(h, accounts):
    """So that every process has done what it is there for."""
    for name in names(accounts):
        h.command("mode", name, "send")
        requester = f"requester-{name}@customer.example"
        post.deliver(h.servers, letter.letter(requester, address(name), f"Question for {name}"), requester, [address(name)])
    wait_for("an acknowledgement each", lambda: all(
        any(m["Auto-Submitted"] for m in post.read(h.servers, f"requester-{name}@customer.example")) for name in names(accounts)))


def measure(args, s, folder):
    h = sidecar.Sidecar(s, os.path.join(folder, "hearback"), os.path.dirname(os.path.dirname(HERE)), os.path.abspath(args.build))
    configure(h, args.accounts, large_trust(s, folder))
    with h.start():
        wait_for("an answer", h.ready)
        wait_for("all mailboxes watched", lambda: watched(h, 2 * args.accounts))
        some_work(h, args.accounts)
        time.sleep(args.settle)
        before = look(h)
        time.sleep(60 * args.minutes)
        after = look(h)
        if set(before) != set(after):
            raise Failed(f"processes have changed: {sorted(set(before) ^ set(after))}")
        kib = show(before, after, args.minutes)
        print(f"{2 * args.accounts} mailboxes, {args.minutes:g} minutes: {kib / 1024:.1f} MiB of {MEMORY_MOST // 1024}", flush=True)
        if kib > MEMORY_MOST:
            raise Failed("that is too much memory")
        if not watched(h, 2 * args.accounts):
            raise Failed("a mailbox is not watched any more")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--minutes", type=float, default=10, metavar="N")
    p.add_argument("--settle", type=float, default=90, metavar="SECONDS", help="before it is looked at")
    p.add_argument("--accounts", type=int, default=5, metavar="N")
    p.add_argument("--build", metavar="DIR", default=os.path.join(HERE, "../../build"), help="the build folder")
    args = p.parse_args()
    problem = servers.missing()
    if problem:
        print(f"idle: {problem}", file=sys.stderr)
        return 75
    folder = sidecar.open_folder("hearback-idle-")
    try:
        with servers.Servers(os.path.join(folder, "servers")) as s:
            s.start([f"{kind}{name}@{domain}" for name in names(args.accounts)
                     for kind, domain in (("", "example.com"), ("requester-", "customer.example"))] +
                    ["agent@example.com", "lead@example.com"])
            measure(args, s, folder)
    except (Failed, servers.ServersError, sidecar.CommandFailed) as e:
        print(f"idle: {e}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
