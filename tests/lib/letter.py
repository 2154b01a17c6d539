# SPDX-License-Identifier: Apache-2.0
"""An ordinary mail, as a person's mail program writes it."""
import email.message
import email.policy
import email.utils


def letter(sender, to, subject, text="", **fields):
    """Further fields by name, "_" for "-"; an EmailMessage."""
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m["From"], m["To"], m["Subject"] = sender, to, subject
    m["Date"] = email.utils.formatdate(localtime=True)
    m["Message-ID"] = email.utils.make_msgid(domain=sender.rstrip(">").split("@")[1])
    for name, value in fields.items():
        m[name.replace("_", "-")] = value
    m.set_content(f"{text or subject}\n")
    return m


def answer(sender, question, text):
    """What an agent writes to a requester."""
    return letter(sender, question["From"], f"Re: {question['Subject']}", text,
                  In_Reply_To=question["Message-ID"], References=question["Message-ID"])
