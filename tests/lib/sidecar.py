# SPDX-License-Identifier: Apache-2.0
"""One hearback beside private servers: its configuration, its processes, its commands. Used by the
integration tests and by the quickstart."""
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from servers import ServersError, closed_folder, process_alive, stop_process, write

ROOMS = ("hearback", "hearback-keeper", "hearback-poller", "hearback-reader", "hearback-sender")
RUN_AS = "nobody"
STOP_SECONDS = 20
COMMAND_SECONDS = 60


class CommandFailed(Exception):
    def __init__(self, arguments, done):
        said = (done.stderr + done.stdout).strip()
        super().__init__(f"hearback {' '.join(arguments)}: exit {done.returncode}: {said}")
        self.status = done.returncode
        self.said = said


def open_folder(prefix="hearback-"):
    """A new folder that hearback's and the servers' users can reach, whatever TMPDIR is."""
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if os.path.isdir(base) and not closed_folder(base) and len(base) < 30:
            folder = tempfile.mkdtemp(prefix=prefix, dir=base)
            os.chmod(folder, 0o755)
            return folder
    raise ServersError("/tmp and /var/tmp cannot be used: they are closed to other users")


def programs(build, folder):
    """Path of the built `hearback`, its rooms one folder above it. It runs as an unprivileged user: if that
    user cannot reach the build folder (a clone below /root, say), copies are made in `folder`."""
    paths = [os.path.join(build, "src" if room == "hearback" else ".", room) for room in ROOMS]
    for path in paths:
        if not os.access(path, os.X_OK):
            raise ServersError(f"{path} is missing: build hearback first")
    if not closed_folder(build):
        return paths[0]
    target = os.path.join(folder, "bin")
    os.makedirs(target, exist_ok=True)
    for path in paths:
        shutil.copy(path, target)
    return os.path.join(target, "hearback")


def shipped(what, top, folder):
    """The shipped templates or filters, where the unprivileged user can read them."""
    source = os.path.join(top, what)
    if not closed_folder(source):
        return source
    target = os.path.join(folder, what)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target


def end_leftover(folder):
    """Ends a daemon that an interrupted run has left in `folder`, if it is still that one."""
    try:
        with open(os.path.join(folder, "pid"), encoding="ascii") as f:
            pid = int(f.read())
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            ours = os.fsencode(os.path.join(os.path.abspath(folder), "hearback.conf")) in f.read().split(b"\0")
    except (OSError, ValueError):
        return
    if ours:
        stop_process(pid)


class Sidecar:
    """`account` and `settings` replace or add settings; a value of None removes one. `rooms` are programs
    that are run in place of those of the same name."""

    def __init__(self, servers, folder, top, build, account=None, settings=None, rooms=()):
        self.servers = servers
        self.folder = os.path.abspath(folder)
        self.config = os.path.join(self.folder, "hearback.conf")
        self.log = os.path.join(self.folder, "hearback.log")
        self.state = os.path.join(self.folder, "state")
        self.password = os.path.join(self.folder, "support.password")
        self.process = None
        self.wrapper = []  # a program that runs the daemon, with its arguments
        os.makedirs(self.folder, exist_ok=True)
        self.program = programs(build, self.folder)
        self.rooms = os.path.join(self.folder, "rooms")
        os.makedirs(self.rooms, exist_ok=True)
        for path in rooms:
            shutil.copy(path, self.rooms)
        self.environment = {"HEARBACK_ROOMS": self.rooms}
        self.settings = {"user": RUN_AS, "state_dir": self.state,
                         "templates": shipped("templates", top, self.folder),
                         "filters": shipped("filters", top, self.folder)}
        self.settings.update(settings or {})
        self.account = {
            "address": "support@example.com",
            "display_name": "Example Support",
            "agents": "agent@example.com",
            "lead": "lead@example.com",
            "form": "www@example.com",
            "host": servers.host, "port": servers.imaps, "ca_file": servers.ca,
            "password_file": self.password,
            "smtp_port": servers.submissions,
            "subaddress": "+",
            "authserv_id": "none",
            "ack_after": "0s",
        }
        self.account.update(account or {})
        self.others = {}  # further accounts: {name: settings}
        self._prepare()

    def _prepare(self):
        os.makedirs(self.state, exist_ok=True)
        shutil.chown(self.state, RUN_AS, pwd.getpwnam(RUN_AS).pw_gid)
        os.chmod(self.state, 0o700)
        self.write_password(self.servers.password)
        self.write_config()

    def write_password(self, password):
        write(self.password, password + "\nonly the first line is the password\n", 0o600, RUN_AS)

    def write_config(self, **account):
        """Writes the configuration anew, with these settings of the account changed."""
        self.account.update(account)
        lines = [f"{k} = {v}" for k, v in self.settings.items() if v is not None]
        for name, settings in {"support": self.account, **self.others}.items():
            lines += ["", f"account {name} {{"]
            lines += [f"  {k} = {v}" for k, v in settings.items() if v is not None] + ["}"]
        write(self.config, "\n".join(lines + [""]))

    # Commands --------------------------------------------------------------------------------------

    def run(self, *arguments, seconds=COMMAND_SECONDS):
        """Any exit status; the caller looks at it."""
        return subprocess.run([self.program, "-c", self.config, *arguments], text=True,
                              errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=seconds,
                              env={**os.environ, **self.environment})

    def command(self, *arguments, **kw):
        """What it printed; CommandFailed if it did not succeed."""
        done = self.run(*arguments, **kw)
        if done.returncode != 0:
            raise CommandFailed(arguments, done)
        return done.stdout

    def rows(self, *arguments, **kw):
        """A listing, as one dict for each JSON line."""
        return [json.loads(line) for line in self.command(*arguments, "--json", **kw).splitlines() if line]

    # The daemon ------------------------------------------------------------------------------------

    def start(self):
        with open(self.log, "ab") as log:
            # Not waited for here, and a session of its own: an interrupt at the terminal is ours to pass on.
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                [*self.wrapper, self.program, "run", "-c", self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env={**os.environ, **self.environment})
        write(os.path.join(self.folder, "pid"), f"{self.process.pid}\n")
        return self

    def ready(self, seconds=30):
        """Waits until the daemon answers commands. False if it has ended or does not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            # Without a daemon a command would start a keeper of its own, in the daemon's way.
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
                if control.connect_ex(os.path.join(self.state, "control")) == 0:
                    return self.run("status").returncode == 0
            time.sleep(0.1)
        return False

    def stop(self):
        """Orderly; returns the exit status, or None if it was not running."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                for pids in self.processes().values():
                    for pid in pids:
                        os.kill(pid, signal.SIGKILL)
                self.process.wait()
        status = self.process.returncode
        self.process = None
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def processes(self):
        """{room: [pid, ...]} of the running daemon: the supervisor and all its descendants."""
        found = {room: [] for room in ROOMS}
        if self.process is None or self.process.poll() is not None:
            return found
        wanted = [self.process.pid]
        parents = children()
        for pid in wanted:
            wanted += parents.get(pid, [])
            name = comm(pid)
            if name in found and process_alive(pid):
                found[name].append(pid)
        return found

    def kill(self, room):
        """kill -9 of one process of that name, any of them. False if there was none."""
        pids = self.processes()[room]
        if not pids:
            return False
        pid = random.choice(pids)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        if pid == self.process.pid:
            self.process.wait()
        return True

    def log_tail(self, lines=40):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-lines:])


def comm(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as f:
            return f.read().strip()
    except OSError:
        return ""


def children():
    """{parent: [child, ...]} of all processes."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            found.setdefault(parent, []).append(int(name))
    return found
