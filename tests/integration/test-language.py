#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each requester is acknowledged in the language of the request; in the account's where there is no template in it."""
import os
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib")]

# pylint: disable=wrong-import-position
import integration as lib  # noqa: E402
import post  # noqa: E402
from letter import answer, letter  # noqa: E402

SUPPORT = "support@example.com"
GERMAN = "jutta@kunde.example"
# Who writes what, and the language and words of the answer.
REQUESTS = (
    (GERMAN, "Meine Bestellung ist noch nicht da", "Können Sie mir bitte sagen, wann sie kommt?", "de", "von einem Menschen"),
    ("marta@klient.example", "Pytanie", "Czy mogą Państwo mi pomóc? Nie otrzymałam jeszcze zamówienia.", "pl", "Dotarła do nas"),
    ("layla@amil.example", "سؤال", "مرحبا، لم أستلم طلبي بعد. هل يمكنكم مساعدتي؟", "ar", "شكرًا لمراسلتكم لنا. لقد وصلت رسالتكم،"),
    ("somchai@luukkhaa.example", "Order", "สวัสดีครับ ยังไม่ได้รับสินค้า", "fr", "Votre message nous est bien parvenu"),
    ("x200@numbers.example", "4711", "4711 ABC", "fr", "Votre message nous est bien parvenu"),
)
WAIT_SECONDS = 60


def acknowledgements(servers, who):
    return [m for m in post.read(servers, who) if m["Auto-Submitted"]]


def language_of(hearback, who):
    number = {row["requester"]: row["conversation"] for row in hearback.rows("list", "--all")}[who]
    return hearback.rows("show", number)[0].get("language")


def later_mail(tap, hearback, question):
    """What tells nothing changes nothing; what tells another language does."""
    reply = answer(SUPPORT, question, "Sie kommt morgen.")
    with post.Mailbox(hearback.servers, SUPPORT) as mailbox:
        mailbox.append(reply)
    post.wait_until(lambda: hearback.rows("list", "--state", "waiting"), WAIT_SECONDS)
    for text, wanted in (("4711?", "de"), ("Could you please tell me when it will be here?", "en")):
        more = letter(GERMAN, SUPPORT, "Re: 4711", text, In_Reply_To=reply["Message-ID"], References=reply["Message-ID"])
        post.deliver(hearback.servers, more, GERMAN, [SUPPORT])
        post.wait_until(lambda m=more: hearback.run("why", m["Message-ID"]).returncode == 0, WAIT_SECONDS)
        tap.equal(f"{text!r} leaves the conversation in", language_of(hearback, GERMAN), wanted)


def test(tap):
    everybody = [SUPPORT, "agent@example.com", "lead@example.com"] + [who for who, *_ in REQUESTS]
    with lib.beside(tap, everybody, account={"language": "fr"}) as hearback:
        s = hearback.servers
        hearback.start()
        tap.check("hearback runs", hearback.ready())
        hearback.command("mode", "support", "send")
        questions = {who: letter(who, SUPPORT, subject, text) for who, subject, text, *_ in REQUESTS}
        for who, question in questions.items():
            post.deliver(s, question, who, [SUPPORT])
        for who, _, _, language, words in REQUESTS:
            found = post.wait_until(lambda who=who: acknowledgements(s, who), WAIT_SECONDS)
            tap.equal(f"{who} has one acknowledgement", len(found), 1)
            tap.equal(f"{who}: its language", found[0]["Content-Language"], language)
            tap.check(f"{who}: its words", words in found[0].get_content(), found[0].get_content())
            tap.check(f"{who}: Auto: in the subject", found[0]["Subject"].startswith("Auto: "), found[0]["Subject"])
        later_mail(tap, hearback, questions[GERMAN])
        hearback.stop()
        hearback.write_config(language="tlh")
        wrong = hearback.run("check")
        tap.check("a language without templates is refused", wrong.returncode == 78 and
                  "language = tlh: there is no template acknowledgement in it" in wrong.stderr, wrong.stderr)


lib.main(test)
