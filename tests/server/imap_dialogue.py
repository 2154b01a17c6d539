# SPDX-License-Identifier: Apache-2.0
"""Dialogues with an IMAP server that misbehaves, one a file in tests/server/imap. Where a file says nothing
the server is a good one, so it holds only the fault. First what stands where:

    holds 1 2 3 | 1-300 [size N]   UIDs in the mailbox, if they are not 1 2 3
    offers WORD ...                capabilities
    account KEY = VALUE            a setting of the account (tls is none if nothing else is said)
    cursor UIDVALIDITY UID         everything up to this was taken in before
    uidvalidity N, uidnext N       of the mailbox; UIDVALIDITY is 7, UIDNEXT is not told
    mailbox NAME                   which is watched;  sent: the one for sent mail, which must be found first
    implicit                       TLS from the first byte, as far as the server is a good one
    observe                        the account is in mode observe
    limit MS                       what every wait for the server is shortened to
    stays                          the poller goes on waiting for mail after the first pass
    deaf                           nobody listens
    vary NAME A | B | ...          as many dialogues, with A, B, ... in place of NAME

then what the server does instead of the right thing:

    on VERB [N] [/regex/]          the Nth use of a command (each, without N) whose arguments match

with steps below it:

    > text            send the line; TAG stands for the tag of the command
    ok, no, bad text  send the tagged answer
    good              do what a good server does
    raw text          send the text as it is; \\r\\n stand for themselves
    flood N text      send the line N times;  fill N text: without line ends
    drip text         send it byte by byte, slowly
    row UID [more]    send the FETCH row that was asked for, with `more` in it;  whole UID: all of the message
    < text            read a line that starts with text;  heard: wait until something can be read
    deliver UID       a message arrives;  expunge UID: one goes;  replace UID text: one has other bytes
    uidvalidity N     from now on
    tls LABEL         start TLS with the certificate of this name
    close, reset, hang

then what the keeper asks of a poller that stays:

    then look               to look: a pass answers
    then move UID: WORDS    done if there are no words, else refused with these
    then mark UID: WORDS    the same, with keywords
    then search ID: WORDS   the same;  then search ID = UID: found there, 0 for nowhere
    then order VERB: WORDS  whichever of these two needs the command
    then new UID            nothing: a message arrives and is handed over;  then sees UID: it has
    then ends [ORDER]       the same: the connection ends over it

and last what must have come of it:

    expect got UID ...          handed over with their bytes, in this order; all of them if nothing is said
    expect unfetched UID ...    handed over without
    expect ends WHY [SECONDS]   how the poller ended, and how long it is to stay away
    expect says WORDS           in its one line
    expect person WORDS         in the same line: what a person must do
    expect heard WORDS, expect never WORDS    in what it sent
    expect trouble WORDS        told to the keeper
    expect body UID WORDS, expect date UID SECONDS, expect partial UID
"""
import os
import re
from dataclasses import dataclass, field

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "imap")
HEADER = ("holds", "offers", "account", "cursor", "uidvalidity", "uidnext", "sent", "observe", "limit", "stays", "deaf",
          "mailbox", "implicit")


@dataclass
class Block:
    verb: str
    nth: int
    pattern: re.Pattern
    steps: list = field(default_factory=list)


class Dialogue:
    def __init__(self, name, lines):
        self.name = name
        self.header, self.account, self.blocks, self.then, self.expect = {}, {}, [], [], []
        for line in lines:
            self.take(line)

    def take(self, line):
        word, _, rest = line.strip().partition(" ")
        if line[0].isspace():
            self.blocks[-1].steps.append((word, rest))
        elif word == "on":
            found = re.fullmatch(r"(\S+)(?: (\d+))?(?: /(.*)/)?", rest)
            self.blocks.append(Block(found[1], int(found[2] or 0), re.compile(found[3] or "")))
        elif word == "account":
            key, _, value = rest.partition(" = ")
            self.account[key] = value
        elif word == "then":
            self.then.append(rest)
        elif word == "expect":
            self.expect.append(rest.partition(" ")[::2])
        elif word in HEADER:
            self.header[word] = rest
        else:
            raise ValueError(f"{self.name}: no such line: {line}")

    def wanted(self, what):
        """What is expected of that kind, one string for each line."""
        return [rest for word, rest in self.expect if word == what]

    def uids(self):
        """(UIDs, size) of the mailbox."""
        text, _, size = self.header.get("holds", "1 2 3").partition(" size ")
        found = []
        for part in text.split():
            first, _, last = part.partition("-")
            found += range(int(first), int(last or first) + 1)
        return found, int(size or 20)


def varied(name, lines):
    """The dialogues of one file."""
    for at, line in enumerate(lines):
        if line.startswith("vary "):
            word, _, values = line[len("vary "):].partition(" ")
            for value in values.split(" | "):
                rest = [other.replace(word, value) for other in lines[:at] + lines[at + 1:]]
                yield from varied(f"{name} {value}", rest)
            return
    yield Dialogue(name, lines)


def names():
    return sorted(f[:-len(".txt")] for f in os.listdir(FOLDER) if f.endswith(".txt"))


def load(name):
    with open(os.path.join(FOLDER, name + ".txt"), encoding="ascii") as f:
        lines = [line for line in f.read().splitlines() if line.strip() and not line.startswith("#")]
    return list(varied(name, lines))
