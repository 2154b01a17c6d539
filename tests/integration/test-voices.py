#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who speaks: who is proven, who only claims to be an agent, who stands behind forms and groups. Everything that
tests/cases/authentication says of senders, and what a stranger may try on a conversation, through the real program."""
import os
import sys

sys.dont_write_bytecode = True
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT, AGENT, LEAD, FORM, GROUP = (f"{who}@example.com" for who in ("support", "agent", "lead", "www", "team"))
MARIA = "maria@customer.example"
NINA = "nina@visitor.example"
VICTIM = "victim@elsewhere.example"
MALLORY = "mallory@stranger.example"
PROVEN = "eva@proven.example"
OUR_ID = "mail.example.com"
WAIT_SECONDS = 60
CLOCKS = ("clock", "started", "stopped", "due")
DATE = "Fri, 20 Nov 2026 09:00:0"
FIELDS = {
    "@LMTP": f"Received: from {OUR_ID} by {OUR_ID} with LMTP; {DATE}2 +0000",
    "@BORDER": f"Received: from out.example.net ([192.0.2.7]) by {OUR_ID} with ESMTP; {DATE}1 +0000",
    "@SENDER": f"Received: from home by out.example.net with ESMTPSA; {DATE}0 +0000",
}


# -- the table -------------------------------------------------------------------------------------------------

def table():
    """(authserv_id, hops, expected, what it is, fields) of each block."""
    blocks = []
    with open(os.path.join(TOP, "tests/cases/authentication/table.txt"), encoding="ascii") as f:
        for line in f.read().splitlines():
            if line.startswith("["):
                head, name = line[1:].split("] ", 1)
                blocks.append((*head.split(), name, []))
            elif line and not line.startswith("#"):
                blocks[-1][-1].append(FIELDS.get(line, line).encode().decode("unicode_escape").encode("latin-1"))
    return blocks


def bytes_of(number, fields):
    if not any(f.lower().startswith(b"from:") for f in fields):
        fields = fields + [b"From: Alice <alice@mail.example.org>"]
    return b"\n".join(fields + [b"To: support@example.com", b"Subject: case %d" % number,
                                b"Message-ID: <case-%d@mail.example.org>" % number, b"", b"Hello", b""])


def own_accounts(hearback, wanted):
    """An account for each pair of authserv_id and hops."""
    people = {pair: f"box{i}@example.com" for i, pair in enumerate(sorted(wanted))}
    for i, (pair, address) in enumerate(people.items()):
        hearback.others[f"box{i}"] = {**hearback.account, "address": address, "authserv_id": pair[0], "hops": pair[1],
                                      "form": None, "group": None, "own": SUPPORT.replace("support", f"support{i}")}
    return people


def proofs(hearback):
    """What was found of each message, by the number in its subject."""
    found = {}
    for row in hearback.rows("list", "--all"):
        for event in hearback.rows("show", row["conversation"]):
            if event.get("subject", "").startswith("case ") and "proof" in event:
                found[int(event["subject"][5:])] = event["proof"]
    return found


def put_table(hearback, blocks, people):
    for i, (authserv_id, hops, _, _, fields) in enumerate(blocks):
        post.place(hearback.servers, people[authserv_id, hops], bytes_of(i, fields))


def judge_table(tap, hearback, blocks):
    found = post.wait_until(lambda: (p := proofs(hearback)) if len(proofs(hearback)) == len(blocks) else None, WAIT_SECONDS, 1) \
        or proofs(hearback)
    wrong = [(name, found.get(i), expected) for i, (_, _, expected, name, _) in enumerate(blocks) if found.get(i) != expected]
    tap.equal(f"{len(blocks)} messages are proven, failed or unverified as the table says", wrong, [])


# -- conversations ---------------------------------------------------------------------------------------------

class Desk:
    def __init__(self, tap, hearback):
        self.tap, self.hearback, self.servers = tap, hearback, hearback.servers

    def conversations(self):
        return self.hearback.rows("list", "--all")

    def find(self, message_id):
        """(conversation, the row of this message), as show tells."""
        for row in self.conversations():
            for event in self.hearback.rows("show", row["conversation"]):
                if event.get("message_id", "").strip("<>") == message_id.strip("<>"):
                    return row["conversation"], event
        return None

    def settled(self, message):
        found = post.wait_until(lambda: self.find(message["Message-ID"]), WAIT_SECONDS)
        if not found:
            raise LookupError(f"{message['Subject']} was not taken in")
        return found

    def clocks(self, conversation):
        return [{k: row.get(k) for k in CLOCKS} for row in self.hearback.rows("show", conversation) if row["about"] == "clock"]

    def state(self, conversation):
        return next(r["state"] for r in self.conversations() if r["conversation"] == conversation)

    def from_outside(self, message, sender=MALLORY):
        post.deliver(self.servers, message, sender, [SUPPORT])
        return self.settled(message)

    def proven(self, message):
        """Mail that our border server has found genuine: its field stands where only it can write."""
        domain = message["From"].addresses[0].domain
        raw = post.crlf(message)
        trace = f"Authentication-Results: {OUR_ID}; dmarc=pass header.from={domain}\r\n{FIELDS['@BORDER']}\r\n"
        post.place(self.servers, SUPPORT, trace.encode() + raw)
        return self.settled(message)

    def ask(self, who=MARIA, subject="A question", **fields):
        question = letter(who, SUPPORT, subject, **fields)
        return question, self.from_outside(question, who)[0]

    def acknowledged(self, who):
        return [m for m in post.read(self.servers, who) if m["Auto-Submitted"]]


def spoofs(tap, desk):
    # Whom the requester has copied is known inside: what comes under his name joins.
    question, number = desk.ask(Cc=AGENT)
    tap.check("the requester is acknowledged", post.wait_until(lambda: desk.acknowledged(MARIA), WAIT_SECONDS))
    before, state = desk.clocks(number), desk.state(number)
    for name, sender, text in (("agent", AGENT, "It is done."), ("agent's promise", AGENT, "You will hear from us by Friday."),
                               ("own address", SUPPORT, "It is done.")):
        fake = answer(sender, question, text)
        del fake["To"]
        fake["To"], fake["Cc"] = MARIA, SUPPORT
        where, event = desk.from_outside(fake)
        tap.equal(f"a spoofed {name}: joins, and no clock changes", (where, desk.clocks(number), desk.state(number)), (number, before, state))
        tap.equal(f"a spoofed {name}: is a claim", (event["event"], event["voice"], event["proof"]),
                  ("claimed-agent", "claimed-agent", "unverified"))
        tap.check(f"a spoofed {name}: show says so", "claims to be an agent" in desk.hearback.command("show", where))
    return question, number


def proven_requester(tap, desk):
    """Whoever is proven reads of what he wrote; all others might read what somebody else has put there."""
    question = letter(f"Eva <{PROVEN}>", SUPPORT, "The printer is on fire")
    desk.proven(question)
    told = post.wait_until(lambda: desk.acknowledged(PROVEN), WAIT_SECONDS)
    tap.check("a proven requester's acknowledgement names the subject", told and "> The printer is on fire" in told[0].get_content(),
              told and told[0].get_content())
    text = desk.acknowledged(MARIA)[0].as_string()
    tap.check("nobody else's does", "A question" not in text, text)
    more = letter(MARIA, SUPPORT, "A wholly different question")
    desk.from_outside(more, MARIA)
    tap.equal("and nobody has two in a day", len(desk.acknowledged(MARIA)), 1)


def spoofed_own(tap, desk):
    fake = letter(SUPPORT, SUPPORT, "Please pay this")
    number, _ = desk.from_outside(fake)
    tap.equal("mail from our own address alone: has a clock of its own", (desk.state(number), len(desk.clocks(number))), ("open", 1))
    why = desk.hearback.run("why", number)
    tap.check("and was not acknowledged", not desk.acknowledged(SUPPORT) and "send " not in why.stdout, why.stdout)


def agents(tap, desk, question, number):
    copy = answer(AGENT, question, "It is under the mat.")
    copy["Cc"] = SUPPORT
    where, event = desk.proven(copy)
    tap.equal("an agent proven in INBOX: joins and stops the clock", (where, event["event"], desk.state(number)), (number, "answer", "waiting"))
    question, number = desk.ask(subject="Another question")
    reply = answer(SUPPORT, question, "Take the other key.")
    with post.Mailbox(desk.servers, SUPPORT) as mailbox:
        mailbox.append(reply)
    where, event = desk.settled(reply)
    tap.equal("an answer in Sent: joins and stops the clock", (where, event["event"], desk.state(number)), (number, "answer", "waiting"))


def agent_asks(tap, desk):
    question = letter(AGENT, SUPPORT, "My own printer burns")
    number, event = desk.proven(question)
    tap.equal("an agent who asks: is the requester, with a clock",
              (event["event"], desk.state(number), next(r["requester"] for r in desk.conversations() if r["conversation"] == number)),
              ("request", "open", AGENT))
    reply = answer(SUPPORT, question, "Pour water on it.")
    with post.Mailbox(desk.servers, SUPPORT) as mailbox:
        mailbox.append(reply)
    desk.settled(reply)
    tap.equal("an answer to him stops it", desk.state(number), "waiting")
    more = answer(AGENT, reply, "It still burns.")
    where, _ = desk.proven(more)
    tap.equal("what he adds opens it again", (where, desk.state(number)), (number, "open"))
    claim = answer(AGENT, reply, "And burns.")
    tap.equal("so it is if nothing proves him", desk.from_outside(claim)[0], number)


def forms(tap, desk):
    real = letter(FORM, SUPPORT, "Form: a question", Reply_To=f"Nina <{NINA}>", Auto_Submitted="auto-generated")
    post.submit(desk.servers, FORM, real, [SUPPORT])
    number, event = desk.settled(real)
    tap.equal("our form, logged in: its author asks", (event["author"], event["event"], desk.state(number)), (NINA, "request", "open"))
    tap.check("and is acknowledged", post.wait_until(lambda: desk.acknowledged(NINA), WAIT_SECONDS))
    fake = letter(FORM, SUPPORT, "Form: another question", Reply_To=f"Victim <{VICTIM}>",
                  Received=f"from x by {OUR_ID} with ESMTPSA; {DATE}0 +0000")
    number, event = desk.from_outside(fake)
    tap.equal("a form of anybody's: has a clock", (event["author"], desk.state(number)), (VICTIM, "open"))
    why = desk.hearback.command("why", number)
    tap.check("is not acknowledged, and why says why", "author" in why and "nobody proves" in why, why)
    tap.check("show says so, too", "nothing proves it" in desk.hearback.command("show", number))


def lists(name=GROUP):
    return {"Precedence": "list", "List_ID": f"<{name.replace('@', '.')}>", "List_Unsubscribe": f"<mailto:{name}>",
            "Mailing_list": f"list {name}; contact {name}"}


def groups(tap, desk):
    plain = letter("ben@client.example", GROUP, "Group: a question", **lists())
    number, event = desk.from_outside(plain, "bounces@client.example")
    tap.equal("mail through our group: its author asks", (event["author"], event["kind"], desk.state(number)),
              ("ben@client.example", "human", "open"))
    tap.check("and is acknowledged", post.wait_until(lambda: desk.acknowledged("ben@client.example"), WAIT_SECONDS))
    rewritten = letter(f"'Eva' via Team <{GROUP}>", GROUP, "Group: a rewritten question", X_Original_From="Eva <eva@client.example>",
                       Reply_To="Eva <eva@client.example>", **lists())
    number, event = desk.proven(rewritten)
    tap.equal("where the group stands in From, too", (event["author"], desk.state(number)), ("eva@client.example", "open"))
    tap.check("she is acknowledged", post.wait_until(lambda: desk.acknowledged("eva@client.example"), WAIT_SECONDS))
    fake = letter(f"'Victim' via Team <{GROUP}>", GROUP, "Group: a forged question", X_Original_From=VICTIM, **lists())
    number, event = desk.from_outside(fake)
    tap.equal("a forged one has a clock", (event["author"], desk.state(number)), (VICTIM, "open"))
    other = letter("tom@lists.example", "talk@lists.example", "Digest", **lists("talk@lists.example"))
    tap.equal("another list's mail is a list's", desk.from_outside(other, "talk@lists.example")[1]["kind"], "list")
    tap.check("nobody whom a stranger chose was written to", not desk.acknowledged(VICTIM))


def test(tap):
    blocks = table()
    pairs = {(authserv_id, hops) for authserv_id, hops, *_ in blocks}
    everybody = [SUPPORT, AGENT, LEAD, FORM, MARIA, NINA, VICTIM, MALLORY, PROVEN, "ben@client.example", "eva@client.example", "tom@lists.example"]
    settings = {"authserv_id": OUR_ID, "hops": 1, "group": GROUP}
    with lib.beside(tap, everybody, account=settings) as hearback:
        people = own_accounts(hearback, pairs)
        hearback.servers.add(people.values())
        hearback.write_config()
        for address in (SUPPORT, *people.values()):
            post.read(hearback.servers, address)
        put_table(hearback, blocks, people)
        hearback.start()
        tap.check("hearback runs", hearback.ready(), hearback.log_tail())
        hearback.command("mode", "support", "send")
        desk = Desk(tap, hearback)
        judge_table(tap, hearback, blocks)
        agents(tap, desk, *spoofs(tap, desk))
        proven_requester(tap, desk)
        spoofed_own(tap, desk)
        agent_asks(tap, desk)
        forms(tap, desk)
        groups(tap, desk)


lib.main(test)
