# SPDX-License-Identifier: Apache-2.0
"""What every integration test begins and ends with."""
import contextlib
import os
import shutil
import signal
import sys
import traceback

import servers
import sidecar
import tap as protocol


def note(text):
    for line in str(text).splitlines():
        print("# " + line, flush=True)


def folders():
    """(source, build) of the tree that is tested."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    top = os.environ.get("top_srcdir", here)
    return top, os.environ.get("top_builddir", os.path.join(top, "build"))


def why_skip():
    if os.environ.get("HEARBACK_SKIP_INTEGRATION"):
        return "HEARBACK_SKIP_INTEGRATION is set"
    return servers.missing()


@contextlib.contextmanager
def beside(tap, addresses, account=None, settings=None, rooms=(), dovecot=""):
    """Private servers and a hearback (not started) in a folder of their own, gone afterwards. If
    the test fails, what the daemon said last is shown. `dovecot` is added to Dovecot's configuration."""
    top, build = folders()
    folder = sidecar.open_folder()
    try:
        with servers.Servers(os.path.join(folder, "servers"), dovecot) as s:
            s.start(addresses)
            with sidecar.Sidecar(s, os.path.join(folder, "hearback"), top, build, account, settings, rooms) as h:
                yield h
                h.stop()
                if tap.failed and os.path.exists(h.log):
                    note(h.log_tail())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(test):
    """Runs test(tap) and exits. An exception is a failed point, not a crash of the test."""
    reason = why_skip()
    if reason:
        protocol.skip_all(reason)
    tap = protocol.Tap()
    # Whoever ends the test early leaves no server behind.
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, lambda *_: sys.exit(1))
    try:
        test(tap)
    except Exception as e:  # pylint: disable=broad-exception-caught
        tap.check(type(e).__name__, False, traceback.format_exc())
    sys.exit(tap.done())
