#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Filters: what they hold or suppress is recorded by their name, judged again by the filters of then, whatever they are
now; a set with a mistake is not taken over; a filter that takes too long holds."""
import os
import shutil
import signal
import sys

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(TOP, "tests", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import letter  # noqa: E402

SUPPORT, LEAD = "support@example.com", "lead@example.com"
PLAIN, ELSEWHERE, SLOW, LATER, BULK = (f"{n}@customer.example" for n in ("plain", "elsewhere", "slow", "later", "bulk"))
CROWD = [f"crowd{i}@crowd{i}.example" for i in range(6)]
WAIT_SECONDS = 60
SAME = "same verdict by the same rules"

# More steps than a run may take, over a text that is long but not unheard of.
ENDLESS = ('require ["vnd.hearback", "body"];\nif body :matches [' +
           ", ".join(f'"*{"a" * 69}b{i}"' for i in range(400)) + '] { suppress "never"; }\n')


def log_since(h, place):
    with open(h.log, encoding="utf-8", errors="replace") as f:
        f.seek(place)
        return f.read()


def ask(h, who, text="", **fields):
    question = letter(who, SUPPORT, f"A question of {who.split('@')[0]}", text, **fields)
    post.deliver(h.servers, question, who, [SUPPORT])


def decision(h, who):
    """The newest decision about an acknowledgement to this address, once there is one."""
    def look():
        done = h.run("why", who, "--json")
        return [] if done.returncode else [row for row in h.rows("why", who) if row.get("purpose") == "acknowledgement"]
    rows = post.wait_until(look, WAIT_SECONDS)
    return rows[-1] if rows else {}


def says(tap, h, who, verdict, rule, what):
    row = decision(h, who)
    tap.equal(what, (row.get("verdict"), (row.get("rules") or [""])[0], row.get("replay")), (verdict, rule, SAME))


def reload(h, *told):
    """Until the log says all of this, and commands are answered."""
    place = os.path.getsize(h.log)
    os.kill(h.process.pid, signal.SIGHUP)
    return post.wait_until(lambda: all(text in log_since(h, place) for text in told), WAIT_SECONDS) and h.ready()


def renew(h):
    """Until the keeper has taken over the new set."""
    before = len([row for row in h.rows("audit", "list") if row["event"] == "sets"])
    return reload(h, "reloaded") and post.wait_until(
        lambda: len([row for row in h.rows("audit", "list") if row["event"] == "sets"]) > before, WAIT_SECONDS)


def shipped(tap, h):
    ask(h, PLAIN)
    says(tap, h, PLAIN, "send", "", "an ordinary question passes the shipped filters")
    ask(h, ELSEWHERE, Reply_To="claims@elsewhere.example")
    says(tap, h, ELSEWHERE, "hold", "intake/60-reply-to-elsewhere", "what is answered elsewhere is held by a filter")
    held = [row["recipient"] for row in h.rows("held")]
    tap.equal("it waits for a person", held, [ELSEWHERE])
    ask(h, BULK, X_MC_User="77")
    row = decision(h, BULK)
    tap.check("what calls itself bulk is not answered, and the filter says so as well as an interlock",
              row.get("verdict") == "suppress" and {"list", "intake/10-bulk"} <= set(row["rules"]), row)


def crowd(tap, h):
    """Six people write the same but for their names; a seventh something of his own."""
    same = "Hello {0},\n\nplease take my address off the list that you have just sent this to.\n\n{0} Smith\n"
    for who in CROWD:
        ask(h, who, text=same.format(who.split("@")[0]))
    verdicts = [decision(h, who) for who in CROWD]
    tap.equal("the first of a crowd are answered, the others held", sorted((d["verdict"], d["replay"]) for d in verdicts),
              [("hold", SAME)] * 2 + [("send", SAME)] * 4)
    tap.equal("by the filter that counts them", {d["rules"][0] for d in verdicts if d["verdict"] == "hold"},
              {"intake/56-near-identical"})


def own(tap, h, folder):
    path = os.path.join(folder, "intake", "90-own.sieve")
    with open(path, "w", encoding="utf-8") as f:
        f.write('require "vnd.hearback";\nif header :contains "subject" "later" { hold "ask later;\n')
    tap.check("a filter with a mistake is refused with its place", reload(h, "reload.refused", "90-own.sieve:2:46: this string never ends"))
    ask(h, LATER)
    says(tap, h, LATER, "send", "", "the old set goes on")
    with open(path, "w", encoding="utf-8") as f:
        f.write(ENDLESS)
    tap.check("a sound one is taken over", renew(h))
    ask(h, SLOW, text=("a" * 70 + "\n") * 700)
    says(tap, h, SLOW, "hold", "intake/90-own", "a filter that uses up its steps holds")
    shutil.rmtree(os.path.join(folder, "intake"))
    os.mkdir(os.path.join(folder, "intake"))
    tap.check("all intake filters are gone", renew(h))
    says(tap, h, SLOW, "hold", "intake/90-own", "what they said is judged by the set of then")
    says(tap, h, ELSEWHERE, "hold", "intake/60-reply-to-elsewhere", "so is what the shipped ones said")


def test(tap):
    with lib.beside(tap, [SUPPORT, LEAD, PLAIN, ELSEWHERE, SLOW, LATER, BULK, *CROWD]) as h:
        folder = os.path.join(h.folder, "filters-of-test")
        shutil.copytree(os.path.join(lib.folders()[0], "filters"), folder)
        h.settings["filters"] = folder
        h.write_config()
        h.start()
        tap.check("hearback runs", h.ready(), h.log_tail())
        h.command("mode", "support", "send")
        shipped(tap, h)
        crowd(tap, h)
        own(tap, h, folder)


lib.main(test)
