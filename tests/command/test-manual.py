#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual tells what the program tells: every subcommand, option and setting, no other, and it renders."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

TOP = os.environ.get("top_srcdir", ".")
PROGRAM = os.path.join(os.environ.get("top_builddir", "."), "src/hearback")
sys.path.insert(0, os.path.join(TOP, "tests/lib"))
import tap  # noqa: E402

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
EVERYWHERE = {"--config", "--json", "--help", "--version"}
t = tap.Tap()


def told(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        t.check(f"hearback {' '.join(words)}", False, done.stdout + done.stderr)
    return done.stdout


def page(name):
    """A page as it reads, with its headings: fonts and escapes taken out."""
    with open(os.path.join(TOP, "doc", name), encoding="utf-8") as source:
        text = source.read()
    text = re.sub(r"\\f[BIRP]", "", text).replace("\\-", "-").replace("\\e", "\\")
    return re.sub(r'^(\.[BIR]{2} .*)$', lambda m: re.sub(r' "|" |"', "", m[1]), text, flags=re.M)


def commands():
    manual = re.search(r"^\.SH COMMANDS$(.*?)^\.SH ", page("hearback.1"), re.M | re.S)[1]
    sections = dict(re.findall(r"^\.SS (\w+)$(.*?)(?=^\.SS |\Z)", manual, re.M | re.S))
    listed = re.findall(r"^  (\w+) ", told("--help"), re.M)
    t.equal("the commands are those of --help, in its order", list(sections), listed)
    for name in listed:
        text = told(name, "--help")
        below = sorted(set(re.findall(rf"hearback {name} ([a-z]+)\b", text)) - {"observe"})
        for word in below:
            text += told(name, word, "--help")
        section = sections.get(name, "")
        wanted = set(OPTION.findall(text)) - EVERYWHERE
        t.equal(f"{name}: its options", set(OPTION.findall(section)) - EVERYWHERE, wanted)
        t.check(f"{name}: its own commands", all(re.search(rf"\b{name} {w}\b|\b{w}\b", section) for w in below), below)


def settings():
    text = page("hearback.conf.5")
    for where, heading in (("global", "GLOBAL SETTINGS"), ("account", "ACCOUNT SETTINGS")):
        section = re.search(rf"^\.SH {heading}$(.*?)^\.SH ", text, re.M | re.S)[1]
        found = dict(re.findall(r"^\.TP\n\.BR (\w+)\s*- (.*)$", section, re.M))
        wanted = {}
        for key in map(json.loads, told("check", "--defaults", "--json").splitlines()):
            if key["in"] != where:
                continue
            is_choice = "|" in key["range"]
            what = key["range"] if is_choice else f"{key['type']} {key['range']}".strip()
            # Folders are those of the build.
            wanted[key["name"]] = f"{what}, default {key['default']}" if key["default"] else what
            if key["default"].startswith("/"):
                t.check(f"{key['name']}: a folder by default", found.get(key["name"], "").startswith(f"{what}, default /"))
                wanted.pop(key["name"]), found.pop(key["name"], None)
        t.equal(f"{where} settings with type, range and default", found, wanted)


def rendering():
    if not shutil.which("groff"):
        return
    for path in sorted(glob.glob(os.path.join(TOP, "doc/*.[1-8]"))):
        done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", path], capture_output=True, text=True, check=False)
        t.equal(f"{os.path.basename(path)} renders", done.stderr, "")


commands()
settings()
rendering()
sys.exit(t.done())
