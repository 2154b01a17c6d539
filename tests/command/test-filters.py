#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hearback filter check: the shipped filters are sound and their examples true; what is wrong is told with its place.
With HEARBACK_PIGEONHOLE, the folder of the tests of Pigeonhole's sources, those suites are run as well and must pass
as tests/cases/SIEVE.md says."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("top_builddir", os.path.join(TOP, "build"))
sys.path[:0] = [os.path.join(TOP, "tests", "lib")]

import tap as protocol  # noqa: E402  pylint: disable=wrong-import-position

FILTERS = os.path.join(TOP, "filters")
OWN = ("--own", "support@hearback.example")


def hearback(*arguments):
    return subprocess.run([os.path.join(BUILD, "src", "hearback"), *arguments], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=120)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def shipped(tap):
    done = hearback("filter", "check", FILTERS)
    tap.check("the shipped filters are sound", done.returncode == 0 and " 0 faults" in done.stdout, done.stdout + done.stderr)
    tap.check("none of them speaks on any message", "warning" not in done.stdout, done.stdout)
    for name in sorted(os.listdir(os.path.join(FILTERS, "intake"))):
        # What others have written does not stand in an example: test-filters.py of the integration tests has it.
        if not name.endswith(".sieve") or name == "56-near-identical.sieve":
            continue
        examples = os.listdir(os.path.join(FILTERS, "intake", name[:-len(".sieve")]))
        verdicts = {e.split("-")[0] for e in examples}
        tap.check(f"{name}: examples that it speaks on, and that it does not", "send" in verdicts and len(verdicts) > 1, verdicts)


def mistakes(tap, folder):
    intake = os.path.join(folder, "intake")
    shutil.copytree(os.path.join(FILTERS, "intake"), intake)
    os.rename(os.path.join(intake, "50-mass-recipients", "hold-1.eml"), os.path.join(intake, "50-mass-recipients", "send-9.eml"))
    write(os.path.join(intake, "91-bad.sieve"), 'require "vnd.hearback";\nif header :over "a" "b" { hold "x"; }\nhop;\n')
    write(os.path.join(intake, "92-all.sieve"), 'require "vnd.hearback";\nsuppress "retired";\n')
    write(os.path.join(intake, "93 name.sieve"), "keep;\n")
    done = hearback("filter", "check", *OWN, folder)
    for what in ("50-mass-recipients/send-9.eml: expected send, but the filter says hold: it went to many",
                 "91-bad.sieve:2:11: header takes no :over", "91-bad.sieve:3:1: there is no command 'hop'",
                 "92-all.sieve: warning: speaks on any message", "93 name.sieve: name a filter with at most"):
        tap.check(f"told: {what}", what in done.stdout, done.stdout)
    tap.equal("and the exit status says so", done.returncode, os.EX_DATAERR)
    done = hearback("filter", "test", "--filters", folder, os.path.join(FILTERS, "intake", "80-thanks", "send-1.eml"))
    tap.check("filter test takes no set with a mistake", done.returncode == os.EX_CONFIG and "91-bad.sieve:2:11" in done.stderr,
              done.stderr)


def asked(tap):
    example = os.path.join(FILTERS, "intake", "70-bank-details", "hold-1.eml")
    done = hearback("filter", "test", "--json", *OWN, "--filters", FILTERS, example)
    tap.check("filter test asks the filters", '"rule":"intake/70-bank-details"' in done.stdout.replace(" ", ""), done.stdout)
    tap.check("a folder that is not there is told",
              "no folder that can be read" in hearback("filter", "test", "--filters", "/nowhere/at/all", example).stderr)
    for arguments in (["check", "/nowhere"], ["test"], ["chek"], ["check", example]):
        tap.check(f"filter {arguments[0]} {len(arguments)}: a wrong call is an error of one line",
                  hearback("filter", *arguments).returncode in (os.EX_USAGE, os.EX_NOINPUT))


def svtest(tap, folder):
    done = hearback("filter", "check", os.path.join(TOP, "tests", "cases", "sieve", "words.svtest"))
    tap.check("a file of tests passes", done.stdout.startswith("3 tests, ") and done.returncode == 0, done.stdout + done.stderr)
    path = os.path.join(folder, "bad.svtest")
    write(path, 'require "vnd.dovecot.testsuite";\ntest "a" {\n\ttest_fail "meant to";\n}\ntest "b" { keep; }\n')
    done = hearback("filter", "check", path)
    tap.check("a test that fails is told with its line", f"{path}:3: a: meant to" in done.stdout and "1 fault" in done.stdout, done.stdout)
    tap.equal("by the exit status as well", done.returncode, os.EX_DATAERR)


def pigeonhole(tap, folder):
    with open(os.path.join(TOP, "tests", "cases", "SIEVE.md"), encoding="utf-8") as f:
        rows = re.findall(r"^\| `(\S+\.svtest)` \| (\d+) of \d+ \|", f.read(), re.M)
    tap.check("SIEVE.md names suites", len(rows) > 10, rows)
    for name, passing in rows:
        out = hearback("filter", "check", os.path.join(folder, name)).stdout.splitlines()
        told = re.match(r"(\d+) tests?, .* (\d+) fault", out[-1])
        passed = int(told[1]) - int(told[2]) if told else 0
        tap.check(f"{name}: {passing} pass", passed >= int(passing), "\n".join(out))


def main():
    tap = protocol.Tap()
    with tempfile.TemporaryDirectory() as folder:
        shipped(tap)
        mistakes(tap, os.path.join(folder, "filters"))
        asked(tap)
        svtest(tap, folder)
        if os.environ.get("HEARBACK_PIGEONHOLE"):
            pigeonhole(tap, os.environ["HEARBACK_PIGEONHOLE"])
    sys.exit(tap.done())


main()
