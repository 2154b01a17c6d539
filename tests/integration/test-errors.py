#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What can be set up wrong is told in one line that says where, what, and what to do."""
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from servers import write  # noqa: E402
from sidecar import RUN_AS  # noqa: E402

SUPPORT = "support@example.com"
TOLD_SECONDS = 30
EX_CONFIG = 78


class TlsOnly:
    """Shakes hands with the certificate it is given, and says nothing."""

    def __init__(self, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def told_by_check(tap, hearback, name, wanted):
    done = hearback.run("check")
    lines = [line for line in (done.stdout + done.stderr).splitlines() if re.search(wanted, line)]
    tap.equal(f"{name}: check tells it in one line", len(lines), 1)
    tap.equal(f"{name}: and says by its exit status that the configuration is wrong", done.returncode, EX_CONFIG)


def told_by_run(tap, hearback, name, wanted):
    """The daemon says it, goes on running, and can be stopped."""
    write(hearback.log, "")
    hearback.start()

    def lines():
        with open(hearback.log, encoding="utf-8", errors="replace") as f:
            return [line for line in f if re.search(wanted, line) and re.search(r" (warn|crit) ", line)]
    told = post.wait_until(lines, TOLD_SECONDS)
    tap.check(f"{name}: the log tells it", told, hearback.log_tail())
    tap.check(f"{name}: the daemon goes on", hearback.process.poll() is None)
    tap.equal(f"{name}: and ends in order", hearback.stop(), 0)


def example(tap, hearback):
    """The example in doc/ is right, but for what this machine does not have."""
    with open(os.path.join(lib.folders()[0], "doc", "examples", "hearback.conf"), encoding="utf-8") as f:
        text = f.read()
    for wanted, here in (("/var/lib/hearback ", hearback.state + " "), ("= hearback ", f"= {RUN_AS} "),
                         ("/etc/hearback/support.password", hearback.password)):
        tap.check(f"the example speaks of{wanted.lstrip('=')}", wanted in text)
        text = text.replace(wanted, here)
    write(hearback.config, f"templates = {hearback.settings['templates']}\n{text}")
    done = hearback.run("check")
    tap.equal("the example configuration is right", (done.returncode, done.stderr), (0, ""))


def configuration(tap, hearback):
    hearback.write_config(imap_prt=143)
    told_by_check(tap, hearback, "an unknown key", r"hearback\.conf:\d+: .*imap_prt")
    hearback.write_config(imap_prt=None)
    os.chmod(hearback.password, 0)
    os.chown(hearback.password, 0, 0)
    told_by_check(tap, hearback, "an unreadable password file", r"support\.password: Permission denied")
    hearback.write_password(hearback.servers.password)


def connections(tap, hearback):
    s = hearback.servers
    hearback.write_password("wrong" + s.password)
    told_by_run(tap, hearback, "a wrong password", r"(?i)(login|password|authenticat)")
    hearback.write_password(s.password)
    for name, change, wanted in (
            ("an unknown host", {"host": "no-such-host.invalid"}, r"no-such-host\.invalid"),
            ("a wrong certificate name", {"tls_name": "other.example"}, r"(?i)certificate.*(name|owner)"),
            ("a missing mailbox", {"mailbox": "Nowhere"}, r"Nowhere")):
        before = {key: hearback.account.get(key) for key in change}
        hearback.write_config(**change)
        told_by_run(tap, hearback, name, wanted)
        hearback.write_config(**before)
    old = TlsOnly(*s.authority.issue("expired", s.host, expired=True))
    hearback.write_config(port=old.port)
    told_by_run(tap, hearback, "an expired certificate", r"(?i)expired")
    hearback.write_config(port=s.imaps)
    old.close()


def full_disk(tap, hearback):
    """A file system of its own that is too small; needs the right to mount."""
    with tempfile.TemporaryDirectory(dir=hearback.folder) as place:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=777", "none", place], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            lib.note("no right to mount here: the full disk is not tried")
            return
        try:
            hearback.settings["state_dir"] = os.path.join(place, "state")
            hearback.write_config()
            told_by_run(tap, hearback, "a full disk", r"no room on the disk")
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def test(tap):
    with lib.beside(tap, [SUPPORT, "agent@example.com", "lead@example.com"]) as hearback:
        example(tap, hearback)
        configuration(tap, hearback)
        connections(tap, hearback)
        full_disk(tap, hearback)


lib.main(test)
