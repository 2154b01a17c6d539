# SPDX-License-Identifier: Apache-2.0
"""Trials with dialogues that are files, several at a time, and the list of all there must be."""
import concurrent.futures
import os
import ssl
import sys
import tempfile
import traceback

import servers
import tap

AT_ONCE = 8


class Certificates:
    """Contexts by label, and the authority that is trusted."""

    def __init__(self, folder):
        ours, other = (servers.Authority(os.path.join(folder, name)) for name in ("ours", "other"))
        ours.create()
        other.create()
        self.ca = ours.ca
        self.contexts = {}
        for label, authority, more in (("good", ours, {}), ("wrong-name", ours, {"name": "mail.example.com"}),
                                       ("expired", ours, {"expired": True}), ("stranger", other, {})):
            self.contexts[label] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.contexts[label].load_cert_chain(*authority.issue(label, **more))


class Trial:
    """One dialogue; `wrong` is what did not come out as it must. play() is the trial itself."""

    def __init__(self, name):
        self.name, self.wrong = name, []

    def equal(self, what, got, wanted):
        if got != wanted:
            self.wrong.append(f"{what}: {got!r} instead of {wanted!r}")

    def contains(self, what, got, wanted):
        if wanted not in got:
            self.wrong.append(f"{what}: no {wanted!r} in {got!r}")

    def run(self):
        try:
            self.play()
        except Exception:  # pylint: disable=broad-exception-caught
            self.wrong.append(traceback.format_exc())
        return self


NUMBERS = {"imap": range(1, 33), "smtp": range(33, 57)}


def listed(kind):
    """The dialogues that tests/server/LINES names."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "LINES"), encoding="ascii") as f:
        lines = [line.split() for line in f if line.startswith(kind)]
    return sorted(f"{words[1]}-{variant}" for words in lines for variant in words[2:])


def main(kind, names, trials):
    """`trials` makes those of one file, with Certificates. Arguments are the files that are wanted, none: all of them."""
    t = tap.Tap()
    t.equal("every line of tests/server/LINES has its dialogues, and no other is there", names, listed(kind))
    t.equal("and no number is left out", sorted({int(name[:2]) for name in names} - {0}), list(NUMBERS[kind]))
    wanted = [name for name in names if not sys.argv[1:] or name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        certificates = Certificates(folder)
        all_of_them = [trial for name in wanted for trial in trials(name, certificates)]
        for trial in pool.map(lambda trial: trial.run(), all_of_them):
            t.check(trial.name, not trial.wrong, "\n".join(trial.wrong))
    return t.done()
