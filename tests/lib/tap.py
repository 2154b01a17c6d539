# SPDX-License-Identifier: Apache-2.0
"""The Test Anything Protocol for tests in Python."""
import sys


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, good, why=""):
        """One result; `why` is shown if it is bad."""
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            self.failed += 1
            for line in str(why).splitlines():
                print(f"# {line}")
        sys.stdout.flush()
        return good

    def equal(self, name, got, wanted):
        return self.check(name, got == wanted, f"got    {got!r}\nwanted {wanted!r}")

    def done(self):
        """Prints the plan; returns the exit status."""
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def sanitized(program):
    """Built with a sanitizer, whose run time does much on its own."""
    with open(program, "rb") as f:
        return b"__asan_init" in f.read()
