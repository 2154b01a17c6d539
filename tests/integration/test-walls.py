#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walls of a running hearback, seen from outside: nobody of the same user can look into any of its processes,
none runs as root or can leave a core file, and what a kernel does not offer is told."""
import ctypes
import os
import pwd
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import integration  # noqa: E402
import sidecar  # noqa: E402
import tap as protocol  # noqa: E402

PTRACE_SEIZE = 0x4206


def status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def core_limit(pid):
    with open(f"/proc/{pid}/limits", encoding="ascii") as f:
        return next(line.split()[4:6] for line in f if line.startswith("Max core file size"))


def sibling_sees(pid):
    """What another process of the same user gets to see of that one."""
    child = os.fork()
    if child == 0:
        seen = 0
        try:
            os.setgid(pwd.getpwnam(sidecar.RUN_AS).pw_gid)
            os.setuid(pwd.getpwnam(sidecar.RUN_AS).pw_uid)
            libc = ctypes.CDLL(None, use_errno=True)
            seen |= libc.ptrace(PTRACE_SEIZE, pid, None, None) == 0
            for bit, name in ((2, "mem"), (4, "environ"), (8, "fd")):
                try:
                    path = f"/proc/{pid}/{name}"
                    os.listdir(path) if name == "fd" else open(path, "rb").close()  # pylint: disable=expression-not-assigned,consider-using-with
                    seen |= bit
                except OSError:
                    pass
        finally:
            os._exit(seen)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def look_at_all(tap, h):
    for room, pids in h.processes().items():
        tap.check(f"{room} runs", pids)
        for pid in pids:
            s = status(pid)
            tap.check(f"{room}: an unprivileged user for good", set(s["Uid"].split()) == {str(pwd.getpwnam(sidecar.RUN_AS).pw_uid)}
                      and s["NoNewPrivs"] == "1" and int(s["CapEff"], 16) == 0, s)
            tap.equal(f"{room}: no core files", core_limit(pid), ["0", "0"])
            tap.equal(f"{room}: closed to a sibling", sibling_sees(pid), 0)
            tap.equal(f"{room}: seccomp", s["Seccomp"], "2")


def missing(h):
    return {f"{r['room']} {r['watched']}".strip(): r["walls_missing"] for r in h.rows("status") if r["about"] == "room"}


def wait_served(h, seconds=30):
    until = time.monotonic() + seconds
    while not all(r["serves"] for r in h.rows("status") if r["about"] == "room"):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test(tap):
    with integration.beside(tap, ["support@example.com", "agent@example.com", "lead@example.com"]) as h:
        h.start()
        tap.check("it serves", h.ready())
        tap.check("every room has said how it stands", wait_served(h), h.rows("status"))
        look_at_all(tap, h)
        tap.equal("no wall is missing", set(missing(h).values()), {""})
        h.stop()

        h.wrapper = [os.path.join(integration.folders()[1], "tests/tools/without-landlock")]
        h.start()
        tap.check("without Landlock it serves, too", h.ready() and wait_served(h))
        tap.equal("and tells it of every room", missing(h), {
            "supervisor": "", "keeper": "Landlock", "reader": "Landlock", "poller inbox": "Landlock",
            "poller sent": "Landlock", "sender": "Landlock"})
        said = h.command("status")
        tap.check("in words", "WALLS MISSING around keeper: Landlock" in said
                  and "WALLS MISSING around poller support inbox: Landlock" in said, said)
        done = h.run("status", "--check")
        tap.check("monitoring is warned", done.returncode == 1 and "WARNING: walls missing around keeper: Landlock" in done.stdout,
                  done.stdout)
        tap.equal("it ends in order", h.stop(), 0)
        done = subprocess.run([*h.wrapper, h.program, "check", "-c", h.config], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60)
        tap.check("check warns of it", done.returncode == 0 and "missing: Landlock" in done.stderr, done)
        tap.check("and of nothing where there is all", "missing" not in h.run("check").stderr)


def main():
    if protocol.sanitized(os.path.join(integration.folders()[1], "hearback-reader")):
        protocol.skip_all("a sanitizer's run time has no seccomp around it")
    integration.main(test)


if __name__ == "__main__":
    main()
