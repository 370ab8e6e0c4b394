"""Mails to shoppers, in the language of the chat: to one who had left when their saved ticket was filed, the name as
they gave it, the words of the turn that they missed, the reason in their own words, and how to answer; to one who asked
what no article answered, their question and the passage that answers it now. They promise nothing that the chat does
not (R11, R15). When they are sent, and how, is `ticket_bridge.notices`.

In a language that is written from right to left, what may be written from left to right (references, addresses, names,
whatever the shopper wrote) stands in marks of Unicode that keep it together, so that no mail program shows its parts in
the wrong order.
"""

from __future__ import annotations

from bot.chat.phrases import direction, render
from bot.store.records import Letter
from dialogue.effects import Say
from dialogue.events import AnswerPublished
from dialogue.states import Ticket

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def letter(say: Say, ticket: Ticket, *, language: str, support_email: str) -> Letter:
    """The mail about `ticket`, of which `say` tells in the chat that it is filed."""
    apart = _isolated if direction(language) == "rtl" else str
    values = {**say.values, "name": apart(ticket.name), "reference": apart(ticket.reference)}

    def words(phrase: str) -> str:
        return render(phrase, values, support_email=apart(support_email), language=language)

    reason = "\n".join(apart(line) if line.strip() else "" for line in ticket.reason.splitlines())
    parts = (words("mail_greeting"), words(say.phrase), f"{words('mail_reason')}\n\n{reason}", words("mail_answer"))
    return Letter(words("mail_subject"), "\n\n".join(parts) + "\n", language)


def letter_of_news(told: AnswerPublished, *, name: str, link: str, language: str, support_email: str) -> Letter:
    """The mail that what they asked is answered now. `name` and `link` may be empty."""
    apart = _isolated if direction(language) == "rtl" else str
    values = {"name": apart(name), "title": apart(told.sources[0].title), "link": apart(link)}

    def words(phrase: str) -> str:
        return render(phrase, values, support_email=apart(support_email), language=language)

    def quoted(text: str) -> str:
        return "\n".join(apart(line) if line.strip() else "" for line in text.splitlines())

    parts = [words("mail_greeting" if name else "mail_published_hello")]
    parts += [words("mail_published_asked"), quoted(told.question)]
    parts += [words("mail_published_answer"), quoted(told.answer)]
    parts += [words("mail_published_link")] if link else []
    parts.append(words("mail_published_why"))
    return Letter(words("mail_published_subject"), "\n\n".join(parts) + "\n", language)


def _isolated(text: str) -> str:
    """`text` with an order of its own, whatever stands around it (UAX #9)."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
