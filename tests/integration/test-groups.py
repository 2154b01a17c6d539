#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may ask a running hearback for what: Unix groups decide, the kernel says who asks, and the audit names the person.
The groups and users are some that every Debian has and nobody uses."""
import grp
import os
import pwd
import socket
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import integration  # noqa: E402
import letter  # noqa: E402
import post  # noqa: E402

READ, LEAD, AUDIT = "games", "news", "uucp"  # groups
PERSON = "backup"  # a user who is in none of them
SECONDS = 40
STRANGERS = 40
NOPERM = 77
# What is asked, and the groups whose members get an answer.
ASKED = (
    (("list", "--all"), {READ, LEAD}),
    (("show", "C-1"), {READ, LEAD}),
    (("held",), {READ, LEAD}),
    (("why", "maria@customer.example"), {READ, LEAD, AUDIT}),
    (("status",), {READ, LEAD, AUDIT}),
    (("audit", "list"), {AUDIT}),
    (("audit", "verify"), {AUDIT}),
    (("mode", "support", "hold"), {LEAD}),
    (("held", "release", "--all"), {LEAD}),
    (("resolve", "C-1"), {LEAD}),
)


def as_person(h, groups, *words):
    ids = [grp.getgrnam(g).gr_gid for g in groups]
    return subprocess.run(["setpriv", "--reuid", PERSON, "--regid", PERSON, *(["--groups", ",".join(map(str, ids))] if ids else ["--clear-groups"]),
                           h.program, "-c", h.config, *words], text=True, errors="replace", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60, env={"PATH": os.environ["PATH"]})


def rights(tap, h):
    for words, groups in ASKED:
        name = " ".join(words)
        for group in (READ, LEAD, AUDIT):
            if group in groups and words[0] != "resolve":
                done = as_person(h, [group], *words)
                tap.check(f"{group} may: {name}", done.returncode == 0, done)
            elif group not in groups:
                done = as_person(h, [group], *words)
                tap.check(f"{group} may not: {name}", done.returncode == NOPERM and done.stdout == ""
                          and done.stderr.startswith("hearback: you may not do that here; root") and done.stderr.count("\n") == 1
                          and all(g in done.stderr for g in groups), done)
    done = as_person(h, [], "list")
    tap.check("whoever is in none may nothing", done.returncode == NOPERM and done.stdout == "", done)
    done = as_person(h, [READ, AUDIT], "audit", "list")
    tap.equal("groups add up", done.returncode, 0)
    done = as_person(h, [], "status", "--check")
    tap.check("monitoring without a right is told so", done.returncode == 2 and "you may not ask it" in done.stdout, done)


def named(tap, h):
    done = as_person(h, [LEAD], "resolve", "C-1")
    tap.check("a lead acts", done.returncode == 0, done)
    actors = {r["event"]: r["actor"] for r in h.rows("audit", "list") if r.get("actor")}
    person = f"{PERSON} (uid={pwd.getpwnam(PERSON).pw_uid})"
    tap.check("the audit names the person", person in actors.values(), actors)
    tap.equal("the audit is whole", h.run("audit", "verify").returncode, 0)


def private(tap, h):
    """What lies in the folder that anybody may pass through."""
    for name, kind in (("ledger", stat.S_ISDIR), ("keys", stat.S_ISREG)):
        mode = os.stat(os.path.join(h.state, name)).st_mode
        tap.check(f"{name} is for nobody else", kind(mode) and not mode & 0o077, oct(mode))
    for path in ("", "ledger/data.mdb", "keys"):
        done = subprocess.run(["setpriv", "--reuid", PERSON, "--regid", PERSON, "--groups", str(grp.getgrnam(LEAD).gr_gid), "head", "-c1",
                               os.path.join(h.state, path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        tap.check(f"not even a lead reads {path or 'the folder'}", done.returncode != 0 and done.stdout == b"", done)


def crowd(tap, h):
    """Connections of people without a right do not keep the others out."""
    control, held = os.path.join(h.state, "control"), []
    here = os.geteuid()
    os.setegid(grp.getgrnam("nogroup").gr_gid)
    os.seteuid(pwd.getpwnam(PERSON).pw_uid)
    try:
        for _ in range(STRANGERS):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.connect(control)
            held.append(s)
    finally:
        os.seteuid(here)
        os.setegid(0)
    tap.equal("a crowd of strangers does not keep others out", as_person(h, [READ], "status").returncode, 0)
    for s in held:
        s.close()


def test(tap):
    groups = {"read_group": READ, "lead_group": LEAD, "audit_group": AUDIT}
    with integration.beside(tap, ["support@example.com", "agent@example.com", "lead@example.com"], settings=groups) as h:
        os.chmod(h.state, 0o711)
        h.start()
        tap.check("it serves", h.ready())
        h.command("mode", "support", "send")
        post.deliver(h.servers, letter.letter("maria@customer.example", "support@example.com", "A question", "How?"),
                     "maria@customer.example", ["support@example.com"])
        tap.check("there is a conversation", post.wait_until(lambda: len(h.rows("list", "--all")) == 1, SECONDS))
        rights(tap, h)
        named(tap, h)
        private(tap, h)
        crowd(tap, h)
        h.stop()
        done = as_person(h, [READ], "list")
        tap.check("without a daemon they are told so", done.returncode == 69 and "no hearback is running here" in done.stderr
                  and done.stderr.count("\n") == 1, done)

        h.settings.update({g: "no-such-group" for g in groups})
        h.write_config()
        h.start()
        tap.check("it serves without groups, too", h.ready())
        tap.equal("then nobody else can even connect", stat.S_IMODE(os.stat(os.path.join(h.state, "control")).st_mode), 0o600)
        done = as_person(h, [READ], "list")
        tap.check("and is told whom to ask", done.returncode == NOPERM and "ask as root" in done.stderr, done)


if __name__ == "__main__":
    integration.main(test)
