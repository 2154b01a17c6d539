# SPDX-License-Identifier: Apache-2.0
"""The main job from end to end, on real servers: mail comes in, waits, is answered, is explained,
is proved. The quickstart shows it, an integration test asserts it: both look at the same checks."""
import email
import email.policy
import email.utils
import os
import re
import time

import post
from letter import answer

MAIL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mail")
SUPPORT = "support@example.com"
AGENT = "agent@example.com"
LEAD = "lead@example.com"
FORM = "www@example.com"
ARRIVE_SECONDS = 60
SETTLE_SECONDS = 3

# Who asks, and what must come of it: the file, the envelope sender, who is to be answered.
REQUESTS = (
    ("01-question.eml", "maria.oconnell@northwind.example", "maria.oconnell@northwind.example"),
    ("02-reply.eml", "maria.oconnell@northwind.example", None),
    ("03-german.eml", "juergen.weiss@kunde.example", "juergen.weiss@kunde.example"),
    ("04-french.eml", "helene.lefevre@client.example", "helene.lefevre@client.example"),
    ("05-spanish.eml", "lucia.nunez@cliente.example", "lucia.nunez@cliente.example"),
    ("06-hindi.eml", "asha.verma@grahak.example", "asha.verma@grahak.example"),
    ("07-japanese.eml", "kenji.sato@okyaku.example", "kenji.sato@okyaku.example"),
    ("08-web-form.eml", FORM, "nina.kovac@visitor.example"),
    ("09-list.eml", "users-bounces@lists.example", None),
    ("10-bounce.eml", "", None),
    ("11-auto-reply.eml", "tom.baker@partner.example", None),
    ("12-forty-people.eml", "sven.larsson@everyone.example", None),
)
# What is written in which language; all else is English.
LANGUAGES = (("german", "de"), ("french", "fr"), ("spanish", "es"), ("hindi", "hi"), ("japanese", "ja"))
# What nobody must answer: the file, the interlock that says so, the header it points to.
SILENT = (
    ("09-list.eml", "list", "List-Id"),
    ("10-bounce.eml", "bounce", "multipart/report"),
    ("11-auto-reply.eml", "auto_reply", "Auto-Submitted"),
    ("12-forty-people.eml", "mass_recipients", "To"),
)
REQUESTERS = tuple(sorted({to for _, _, to in REQUESTS if to}))
BYSTANDERS = ("former.customer@gone.example", "mailer-daemon@relay.example", "piotr@lists.example",
              "users-bounces@lists.example", "users@lists.example", "sven.larsson@everyone.example",
              "tom.baker@partner.example", FORM) + \
    tuple(f"colleague{i:02d}@recipients.example" for i in range(1, 40))
EVERYBODY = (SUPPORT, AGENT, LEAD) + REQUESTERS + BYSTANDERS


def sample(name):
    """One sample mail, dated now."""
    with open(os.path.join(MAIL, name), "rb") as f:
        return f.read().replace(b"@DATE@", email.utils.formatdate(localtime=True).encode())


def send(servers, name, sender):
    """As it comes: our web form hands its mail over on our own server, with login; all others write from outside."""
    if sender == FORM:
        post.submit(servers, FORM, sample(name), [SUPPORT])
    else:
        post.deliver(servers, sample(name), sender, [SUPPORT])


def parsed(name):
    return email.message_from_bytes(sample(name), policy=email.policy.default)


def request_files(person):
    """What this requester has written: several mails may arrive in any order."""
    return [name for name, sender, to in REQUESTS if to == person or sender == person]


class MainJob:
    """`report` is told of every check: report(good, what). `show` prints what a person would see:
    show.step(title), show.command(arguments, output), show.line(text)."""

    def __init__(self, sidecar, report, show):
        self.sidecar = sidecar
        self.servers = sidecar.servers
        self.report = report
        self.show = show
        self.head = ""

    def play(self):
        self._take_in()
        self._release()
        self._requesters_see()
        self._explain()
        self._answer()
        self._prove()

    def tell(self, *arguments):
        """Runs a command as a person would, and shows it with what it prints."""
        output = self.sidecar.command(*arguments)
        self.show.command(arguments, output)
        return output

    # 1: mail comes in --------------------------------------------------------------------------------

    def _take_in(self):
        self.show.step("Mail comes in; everything is decided, nothing leaves (mode hold)")
        self.tell("mode", "support", "hold")
        for name, sender, _ in REQUESTS:
            send(self.servers, name, sender)
            message = parsed(name)
            self.show.line(f"{shortened(message['From'], 44):44}  {message['Subject']}")
        arrived = post.wait_until(self._all_taken_in, ARRIVE_SECONDS)
        self.report(arrived, f"all {len(REQUESTS)} messages were taken in")
        self.tell("list", "--all")
        self.tell("held")
        self.report(self._held() == set(REQUESTERS), f"an acknowledgement is held for each of the {len(REQUESTERS)} "
                    "requesters and for nobody else")
        conversations = self.sidecar.rows("list", "--all")
        self.report(len(conversations) == len(REQUESTS) - 1, "the second mail of one requester joined her first")
        self.report(all(c.get("due") for c in conversations if c["state"] in ("open", "waiting")),
                    "every open conversation has a clock")
        self.report(not self._automated(), "nobody has been sent anything yet")

    def _all_taken_in(self):
        rows = self.sidecar.rows("list", "--all")
        return sum(row["messages"] for row in rows) == len(REQUESTS) and \
            len(self._held()) >= len(REQUESTERS)

    def _held(self):
        return {row["recipient"] for row in self.sidecar.rows("held")
                if row["purpose"] == "acknowledgement" and row["state"] == "held"}

    # 2: a person lets it go --------------------------------------------------------------------------

    def _release(self):
        self.show.step("A person switches the account to send and releases what was held")
        self.tell("mode", "support", "send")
        self.tell("held", "release", "--all")
        post.wait_until(lambda: len(self._automated()) >= len(REQUESTERS), ARRIVE_SECONDS)
        time.sleep(SETTLE_SECONDS)

    def _automated(self):
        """(mailbox, message) of everything automated that anybody but our own people has."""
        found = []
        for person in EVERYBODY:
            if person in (SUPPORT, AGENT, LEAD):
                continue
            if os.path.isdir(self.servers.maildir(person)):
                found += [(person, m) for m in post.read(self.servers, person)
                          if m["Auto-Submitted"] or m["From"].addresses[0].addr_spec == SUPPORT]
        return found

    def _requesters_see(self):
        self.show.step("What each requester's mailbox now holds")
        automated = self._automated()
        for person in REQUESTERS:
            mine = [m for to, m in automated if to == person]
            for m in mine:
                self.show.line(f"{person:34}  {m['Subject']}")
            self.report(len(mine) == 1, f"{person} has exactly one acknowledgement")
            if mine:
                self._check_acknowledgement(person, mine[0])
        others = sorted({to for to, _ in automated} - set(REQUESTERS))
        self.report(not others, "the list, the bounce, the auto-reply and the forty people got none" +
                    (f": {', '.join(others)}" if others else ""))
        ids = {m["Message-ID"] for _, m in automated}
        witnessed = post.wait_until(lambda: ids <= self._sent_ids(), ARRIVE_SECONDS)
        self.report(witnessed, "a witness copy of each lies in Sent")

    def _check_acknowledgement(self, person, m):
        answered = m["In-Reply-To"]
        good = answered in [parsed(name)["Message-ID"] for name in request_files(person)] and \
            answered in (m["References"] or "").split() and \
            m["Auto-Submitted"] == "auto-replied" and m["X-Hearback-Id"] and m["Hearback-Audit"] and \
            (m["Message-ID"] or "").startswith("<")
        self.report(bool(good), f"{person}'s carries In-Reply-To, References, Auto-Submitted, X-Hearback-Id "
                    "and Hearback-Audit")
        language = next((tag for word, tag in LANGUAGES if word in request_files(person)[0]), "en")
        self.report(m["Content-Language"] == language, f"{person}'s is in the language of the request: {language}")
        if person == REQUESTERS[0]:
            self.show.message(m)
        self.head = m["Hearback-Audit"] or self.head

    def _sent_ids(self):
        return {m["Message-ID"] for m in post.read(self.servers, SUPPORT, "Sent")}

    # 3: why ------------------------------------------------------------------------------------------

    def _explain(self):
        self.show.step("Why the others got nothing")
        for name, rule, header in SILENT:
            answer = self.tell("why", parsed(name)["Message-ID"])
            self.report(re.search(rf"\b{rule}\b", answer) and header in answer,
                        f"why: {name[3:-4]} is kept silent by {rule}, which points to {header}")

    # 4: an agent answers -----------------------------------------------------------------------------

    def _answer(self):
        self.show.step("An agent answers with an ordinary mail program; the clock stops")
        request = parsed("03-german.eml")
        conversation = self._conversation_of(request["Message-ID"])
        number = conversation["conversation"]
        self.report(conversation["state"] == "open" and conversation["due"], f"{number} has a clock running")
        reply = answer("Example Support <support@example.com>", request,
                       "Guten Tag Herr Weiß,\n\nbitte leeren Sie einmal den Zwischenspeicher des Browsers, "
                       "dann erscheint\ndie Anmeldung wieder.\n\nViele Grüße\nIhr Support")
        post.submit(self.servers, SUPPORT, reply, ["juergen.weiss@kunde.example"])
        with post.Mailbox(self.servers, SUPPORT) as mailbox:
            mailbox.append(reply)
        stopped = post.wait_until(
            lambda: self._conversation_of(request["Message-ID"])["state"] == "waiting", ARRIVE_SECONDS)
        self.tell("show", number)
        self.report(stopped, f"{number} waits for the requester: the first response clock has stopped")

    def _conversation_of(self, message_id):
        wanted = message_id.strip("<>")
        for row in self.sidecar.rows("list", "--all"):
            if any(r.get("message_id", "").strip("<>") == wanted
                   for r in self.sidecar.rows("show", row["conversation"])):
                return row
        return {"conversation": "C-0", "state": "", "due": None}

    # 5: the proof ------------------------------------------------------------------------------------

    def _prove(self):
        self.show.step("Nothing in the record was changed")
        self.tell("audit", "verify")
        done = self.sidecar.run("audit", "verify", "--head", self.head)
        self.report(done.returncode == 0, "audit verify is green, also against a head that a requester holds")


def shortened(text, width):
    text = str(text)
    return text if len(text) <= width else text[:width - 1] + "…"
