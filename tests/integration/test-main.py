#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job on real servers: what ./quickstart --once shows."""
import os
import sys

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.join(TOP, "quickstart.d")]

# pylint: disable=wrong-import-position
import main_job  # noqa: E402
import integration as lib  # noqa: E402


class Quiet:
    """Notes instead of a screen."""

    def step(self, title):
        lib.note(title)

    def line(self, text=""):
        lib.note(text)

    def command(self, arguments, output):
        lib.note("$ hearback " + " ".join(arguments) + "\n" + output)

    def message(self, m):
        lib.note(m)


def test(tap):
    with lib.beside(tap, main_job.EVERYBODY) as hearback:
        hearback.start()
        tap.check("hearback runs and answers", hearback.ready())
        main_job.MainJob(hearback, lambda good, what: tap.check(what, good), Quiet()).play()
        tap.check("hearback ends in order", hearback.stop() == 0)


lib.main(test)
