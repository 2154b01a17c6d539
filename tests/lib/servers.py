#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A private Dovecot and a private Postfix on loopback, for tests and for the quickstart.

    servers.py start DIR [ADDRESS...]   start both; prints DIR/servers.env (ports, files, password)
    servers.py add DIR ADDRESS...       give more people a mailbox
    servers.py stop DIR                 stop both; what they wrote stays

Everything lies in DIR: configuration, certificates, mail, queue, logs, process ids. The instances of
the system are neither read nor touched. Nothing can leave the machine: Postfix has no SMTP client,
accepts the reserved "example" domains only, and hands all mail to Dovecot by LMTP. Every mailbox has
the same password, made anew at each start. Needs root, because Postfix does.
"""
import grp
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PASSWORD_BYTES = 12
STOP_SECONDS = 15
START_SECONDS = 20
MAIL_USER = "mail"
ADDRESS = re.compile(r"[a-z0-9._-]+@([a-z0-9-]+\.)*example(\.(com|net|org))?\Z")
POSTFIX_MASTER = "/usr/lib/postfix/sbin/master"
DOVECOT = "/usr/sbin/dovecot"
QUEUE_FOLDERS = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
                 "private", "saved", "trace")


class ServersError(Exception):
    """One line for a person: where, what, what to do."""


def missing():
    """What keeps private servers from running here, as one line, or an empty string."""
    if os.geteuid() != 0:
        return "the private mail servers need root, because Postfix does: run this as root"
    for path, package in ((DOVECOT, "dovecot-imapd"), (POSTFIX_MASTER, "postfix"),
                          ("/usr/lib/dovecot/lmtp", "dovecot-lmtpd"),
                          ("/usr/lib/dovecot/modules/lib90_sieve_plugin.so", "dovecot-sieve"),
                          ("/usr/bin/openssl", "openssl")):
        if not os.path.exists(path):
            return f"{path} is missing: install the package {package}"
    return ""


def free_ports(count):
    """Ports nobody listens on now; held open together so that they differ."""
    held = []
    for _ in range(count):
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        held.append(s)
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def write(path, text, mode=0o644, owner=None):
    """The file is never seen half written, nor by more people than it ends with."""
    part = path + ".part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as f:
        f.write(text)
        if owner:
            shutil.chown(part, owner)
        os.fchmod(descriptor, mode)
    os.rename(part, path)


def run(*command):
    # Into a file: a server that goes on in the background would keep a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if done.returncode != 0:
        last = said.splitlines()[-1:] or ["no output"]
        raise ServersError(f"{os.path.basename(command[0])} failed: {last[0]}")


def process_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def stop_process(pid):
    """Ask, wait, then insist. The caller has made sure that the process is ours."""
    for sig, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if not process_alive(pid):
                return
            time.sleep(0.05)
    raise ServersError(f"process {pid} does not end: look at it with ps, then try again")


class Authority:
    """A certificate authority of our own, and certificates that are right or wrong on purpose."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = os.path.join(folder, "ca.pem")
        self.ca_key = os.path.join(folder, "ca.key")

    def create(self):
        os.makedirs(self.folder, mode=0o755, exist_ok=True)
        if not os.path.exists(self.ca):
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                "/CN=hearback private test authority", "-keyout", self.ca_key, "-out", self.ca + ".part")
            os.rename(self.ca + ".part", self.ca)

    def issue(self, label, name="localhost", expired=False):
        """Returns (certificate, key) for `name`; made once for each label."""
        base = os.path.join(self.folder, label)
        if os.path.exists(base + ".pem"):
            return base + ".pem", base + ".key"
        write(base + ".ext", f"subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\n")
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
            "-keyout", base + ".key", "-out", base + ".csr")
        self._sign(base, ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] if expired
                   else ["-days", "30"])
        return base + ".pem", base + ".key"

    def _sign(self, base, validity):
        # `openssl x509` of Debian 12 cannot date a certificate back, `openssl ca` can.
        write(base + ".cnf", f"[ca]\ndefault_ca=d\n[d]\ndatabase={base}.index\nserial={base}.serial\n"
              f"new_certs_dir={self.folder}\ndefault_md=sha256\npolicy=p\nunique_subject=no\n"
              "[p]\ncommonName=supplied\n")
        write(base + ".index", "")
        write(base + ".serial", secrets.token_hex(8) + "\n")
        run("openssl", "ca", "-batch", "-notext", "-config", base + ".cnf", "-cert", self.ca, "-keyfile",
            self.ca_key, "-in", base + ".csr", "-extfile", base + ".ext", *validity, "-out", base + ".part")
        os.rename(base + ".part", base + ".pem")


class Servers:
    """One pair of servers in one folder. Fields after start() or load(): host, imaps (port), imap (STARTTLS
    needed), lmtp, submissions (implicit TLS, login needed), submission (the same after STARTTLS), smtp
    (plain, the way in from outside), ca (file), password (of every mailbox), mail (folder with a Maildir
    below each address). `more` is added to Dovecot's configuration."""

    PORTS = ("imaps", "imap", "lmtp", "submissions", "submission", "smtp")

    def __init__(self, folder, more=""):
        self.more = more
        self.anybody = False
        self.folder = os.path.abspath(folder)
        self.host = "localhost"
        self.authority = Authority(os.path.join(self.folder, "tls"))
        self.ca = self.authority.ca
        self.mail = os.path.join(self.folder, "mail")
        self.dovecot = os.path.join(self.folder, "dovecot")
        self.postfix = os.path.join(self.folder, "postfix")
        self.queue = os.path.join(self.postfix, "queue")
        self.password = ""
        self.imaps = self.imap = self.lmtp = self.submissions = self.submission = self.smtp = 0

    @classmethod
    def load(cls, folder):
        """The servers that somebody else has started there."""
        servers = cls(folder)
        try:
            with open(os.path.join(servers.folder, "servers.json"), encoding="utf-8") as f:
                kept = json.load(f)
        except OSError as e:
            raise ServersError(f"{folder}: no servers were started there ({e.strerror})") from e
        servers.password = kept["password"]
        for name in cls.PORTS:
            setattr(servers, name, kept[name])
        return servers

    # Life ------------------------------------------------------------------------------------------

    def start(self, addresses=()):
        problem = missing()
        if problem:
            raise ServersError(problem)
        self.stop()
        self._check_folder()
        self.password = secrets.token_hex(PASSWORD_BYTES)
        self.authority.create()
        self.authority.issue("server", self.host)
        for attempt in range(3):
            for name, port in zip(self.PORTS, free_ports(len(self.PORTS))):
                setattr(self, name, port)
            try:
                self._configure()
                self._start_dovecot()
                self._start_postfix()
                break
            except ServersError:
                # Somebody may have taken one of the ports since we looked.
                self.stop()
                if attempt == 2:
                    raise
        self.add(addresses)
        self._announce()
        return self

    def stop(self):
        """Ends both servers if they are ours and alive; says nothing if they are not there."""
        for pid_file, is_ours in ((os.path.join(self.queue, "pid", "master.pid"), self._is_our_postfix),
                                  (os.path.join(self.dovecot, "run", "master.pid"), self._is_our_dovecot)):
            try:
                with open(pid_file, encoding="ascii") as f:
                    pid = int(f.read().split()[0])
            except (OSError, ValueError, IndexError):
                continue
            if is_ours(pid):
                stop_process(pid)
            if os.path.exists(pid_file):
                os.unlink(pid_file)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def add(self, addresses):
        """Gives each address a mailbox; an address that has one keeps it. Postfix learns of it with the next
        connection, if not `anybody` is let in from the start."""
        known = self.addresses()
        for address in addresses:
            if not ADDRESS.match(address):
                raise ServersError(f"{address}: only plain addresses below example, example.com, .net "
                                   "and .org are served here")
            if address not in known:
                known.append(address)
                home = os.path.join(self.mail, address)
                os.makedirs(home, exist_ok=True)
                self._give_to_mail_user(home)
        self._write_people(known)

    def _write_people(self, addresses, promised=None):
        user = pwd.getpwnam(MAIL_USER)
        write(os.path.join(self.dovecot, "users"), "".join(
            f"{a}:{{PLAIN}}{self.password}:{user.pw_uid}:{user.pw_gid}::{self.mail}/{a}::\n"
            for a in addresses), 0o600, "dovecot")
        write(os.path.join(self.postfix, "mailboxes"), "".join(f"{a} {a}\n" for a in (*addresses, promised) if a))
        run("postmap", "-c", self.postfix, f"hash:{self.postfix}/mailboxes")

    def promise(self, address):
        """Postfix takes mail for an address that has no mailbox, and must send it back."""
        self._write_people(self.addresses(), address)

    def addresses(self):
        try:
            return sorted(os.listdir(self.mail))
        except OSError:
            return []

    def sieve(self, address, script):
        """Makes `script` the person's active Sieve script (a vacation notice, say)."""
        path = os.path.join(self.mail, address, ".dovecot.sieve")
        write(path, script)
        self._give_to_mail_user(path)

    def maildir(self, address, mailbox="INBOX"):
        base = os.path.join(self.mail, address, "Maildir")
        return base if mailbox == "INBOX" else os.path.join(base, "." + mailbox)

    def log(self):
        """What both servers have said, for a test that wants to show why it failed."""
        text = ""
        for path in (os.path.join(self.dovecot, "log"), os.path.join(self.postfix, "log")):
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    text += f.read()
        return text

    def _configure(self):
        for folder in (self.mail, self.postfix, f"{self.dovecot}/run", f"{self.dovecot}/state"):
            os.makedirs(folder, exist_ok=True)
        self._give_to_mail_user(self.mail)
        write(os.path.join(self.dovecot, "dovecot.conf"), DOVECOT_CONF.format(d=self) + self.more)
        write(os.path.join(self.postfix, "main.cf"), MAIN_CF.format(d=self))
        write(os.path.join(self.postfix, "master.cf"), MASTER_CF.format(d=self))
        write(os.path.join(self.postfix, "domains"), "/^([a-z0-9-]+\\.)*example(\\.(com|net|org))?$/ private\n")
        write(os.path.join(self.postfix, "anybody"), "/@/ anybody\n" if self.anybody else "")
        self._write_people(self.addresses())

    # Dovecot ---------------------------------------------------------------------------------------

    def _start_dovecot(self):
        run(DOVECOT, "-c", os.path.join(self.dovecot, "dovecot.conf"))
        self._wait_for("Dovecot", self.imaps, os.path.join(self.dovecot, "log"))
        self._wait_for("Dovecot", self.lmtp, os.path.join(self.dovecot, "log"))

    def _is_our_dovecot(self, pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                return os.fsencode(os.path.join(self.dovecot, "dovecot.conf")) in f.read().split(b"\0")
        except OSError:
            return False

    # Postfix ---------------------------------------------------------------------------------------

    def _start_postfix(self):
        owner, group = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        for name in QUEUE_FOLDERS:
            self._own_folder(os.path.join(self.queue, name), 0o700, owner, -1)
        self._own_folder(os.path.join(self.queue, "public"), 0o710, owner, group)
        self._own_folder(os.path.join(self.queue, "maildrop"), 0o730, owner, group)
        self._own_folder(os.path.join(self.queue, "pid"), 0o755, 0, -1)
        self._own_folder(os.path.join(self.postfix, "data"), 0o700, owner, -1)
        # `postfix start` would look at files shared with the system's instance first; its master,
        # given our configuration and our queue, looks at ours alone.
        environment = dict(os.environ, MAIL_CONFIG=self.postfix, LC_ALL="C")
        for name in [n for n in environment if n.startswith("MAIL_") and n != "MAIL_CONFIG"]:
            del environment[name]
        done = subprocess.run([POSTFIX_MASTER, "-c", self.postfix, "-w"], env=environment, check=False,
                              cwd=self.queue, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        if done.returncode != 0:
            raise ServersError(f"Postfix does not start: see {self.postfix}/log")
        self._wait_for("Postfix", self.smtp, os.path.join(self.postfix, "log"))
        self._wait_for("Postfix", self.submissions, os.path.join(self.postfix, "log"))

    def _is_our_postfix(self, pid):
        try:
            return os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(self.queue) and \
                os.readlink(f"/proc/{pid}/exe") == os.path.realpath(POSTFIX_MASTER)
        except OSError:
            return False

    # Small things ----------------------------------------------------------------------------------

    def _check_folder(self):
        if len(self.folder) > 60:
            raise ServersError(f"{self.folder}: too long a path for Unix sockets below it: choose a shorter one")
        os.makedirs(self.folder, exist_ok=True)
        closed = closed_folder(self.folder)
        if closed:
            raise ServersError(f"{closed}: the servers' users cannot pass through it: choose another folder")

    @staticmethod
    def _own_folder(path, mode, owner, group):
        os.makedirs(path, exist_ok=True)
        os.chown(path, owner, group)
        os.chmod(path, mode)

    @staticmethod
    def _give_to_mail_user(path):
        shutil.chown(path, MAIL_USER, MAIL_USER)

    @staticmethod
    def _wait_for(name, port, log):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise ServersError(f"{name} does not listen on port {port}: see {log}")

    def _announce(self):
        facts = {"folder": self.folder, "host": self.host, "ca": self.ca, "mail": self.mail,
                 "password": self.password, **{n: getattr(self, n) for n in self.PORTS}}
        write(os.path.join(self.folder, "servers.json"), json.dumps(facts, indent=1) + "\n", 0o600)
        write(os.path.join(self.folder, "servers.env"),
              "".join(f"{k.upper()}='{v}'\n" for k, v in facts.items()), 0o600)


def closed_folder(path):
    """The first folder on the way to `path` that other users cannot pass, or an empty string."""
    path = os.path.realpath(path)
    way = [path]
    while way[-1] != "/":
        way.append(os.path.dirname(way[-1]))
    for folder in reversed(way):
        if not os.stat(folder).st_mode & 0o001:
            return folder
    return ""


DOVECOT_CONF = """\
base_dir = {d.dovecot}/run
state_dir = {d.dovecot}/state
log_path = {d.dovecot}/log
instance_name = hearback-private
listen = 127.0.0.1
protocols = imap lmtp
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
recipient_delimiter = +
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {d.dovecot}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {d.dovecot}/users
}}
ssl = required
ssl_min_protocol = TLSv1.2
ssl_cert = <{d.folder}/tls/server.pem
ssl_key = <{d.folder}/tls/server.key
service imap-login {{
  inet_listener imap {{
    port = {d.imap}
  }}
  inet_listener imaps {{
    port = {d.imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {d.lmtp}
  }}
}}
service auth {{
  unix_listener postfix-auth {{
    mode = 0600
    user = postfix
  }}
}}
# A wrong password in one test must not slow the next one.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
  postmaster_address = postmaster@example.com
}}
plugin {{
  sieve = file:~/sieve;active=~/.dovecot.sieve
}}
# What a Sieve script sends goes the way all other mail goes.
submission_host = 127.0.0.1:{d.smtp}
"""

MAIN_CF = """\
compatibility_level = 3.6
myhostname = mail.example.com
queue_directory = {d.queue}
data_directory = {d.postfix}/data
mail_owner = postfix
setgid_group = postdrop
alternate_config_directories = {d.postfix}
maillog_file = {d.postfix}/log
maillog_file_prefixes = {d.postfix}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = regexp:{d.postfix}/domains
virtual_mailbox_maps = hash:{d.postfix}/mailboxes, regexp:{d.postfix}/anybody
virtual_transport = lmtp:inet:127.0.0.1:{d.lmtp}
recipient_delimiter = +
default_transport = error:5.7.1 this server sends nothing away
relay_transport = error:5.7.1 this server sends nothing away
local_transport = error:5.7.1 this server has no local users
relayhost =
lmtp_connection_cache_on_demand = no
disable_dns_lookups = yes
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
smtpd_hard_error_limit = 1000
smtpd_error_sleep_time = 0
smtpd_tls_cert_file = {d.folder}/tls/server.pem
smtpd_tls_key_file = {d.folder}/tls/server.key
smtpd_tls_security_level = none
notify_classes =
biff = no
"""

# One session a process: an smtpd that had read the mailboxes within the second in which one was
# added would not see the change.
MASTER_CF = """\
127.0.0.1:{d.smtp} inet n - n - - smtpd
  -o max_use=1
127.0.0.1:{d.submissions} inet n - n - - smtpd
  -o max_use=1
  -o syslog_name=postfix/submissions
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sasl_type=dovecot
  -o smtpd_sasl_path={d.dovecot}/run/postfix-auth
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{d.submission} inet n - n - - smtpd
  -o max_use=1
  -o syslog_name=postfix/submission
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sasl_type=dovecot
  -o smtpd_sasl_path={d.dovecot}/run/postfix-auth
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
error     unix  - - n - - error
retry     unix  - - n - - error
lmtp      unix  - - n - - lmtp
postlog   unix-dgram n - n - 1 postlogd
"""


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("start", "add", "stop"):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    verb, folder, addresses = arguments[0], arguments[1], arguments[2:]
    try:
        if verb == "start":
            servers = Servers(folder).start(addresses or ("support@example.com", "agent@example.com",
                                                          "lead@example.com", "requester@customer.example"))
            with open(os.path.join(servers.folder, "servers.env"), encoding="utf-8") as f:
                sys.stdout.write(f.read())
        elif verb == "add":
            Servers.load(folder).add(addresses)
        else:
            Servers(folder).stop()
    except ServersError as e:
        print(f"servers: {e}", file=sys.stderr)
        return 75
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
