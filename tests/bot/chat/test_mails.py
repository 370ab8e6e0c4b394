"""The mail to a shopper who had left, in every language; and the language that a ticket says it was told in."""

from __future__ import annotations

import email
import email.policy
import pathlib
import re
from email.message import EmailMessage

import orjson
import pytest
from sqlalchemy import select

from bot.bootstrap import run_bot
from bot.chat.mails import letter
from bot.chat.phrases import catalogue, language_in_use, languages
from bot.chat.ticket_form import TicketForm
from bot.settings import read_settings
from bot.store.tables import outbox
from dialogue.effects import FileTicket, Say
from dialogue.states import State, Ticket
from dialogue.vocabulary import Act
from tests.bot.chat.test_phrases import FORBIDDEN, LANGUAGES, TOLD
from tests.ticket_bridge.helpdesks.servers import text_of
from ticket_bridge.helpdesks.mailbox import Mailbox, Smtp
from ticket_bridge.notices import Notice, compose

REFERENCE, SHOP = "AO-7K3F9Q-2", "support@shop.example"
REASON = {"en": "my lamp came broken", **{language: told[0] for language, told in TOLD.items()}}
ISOLATES = "\u2068\u2069"


def mail_in(language: str, *, reason: str = "", dispute: bool = False) -> EmailMessage:
    """The mail as it comes out of a mail program."""
    ticket = Ticket(REFERENCE, "Jane O'Doe", "jane@example.com", reason or REASON[language], dispute=dispute)
    phrase = "ticket_filed_dispute" if dispute else "ticket_filed"
    say = Say(Act.TICKET_FILED, phrase, values={"reference": REFERENCE}, reference=REFERENCE)
    made = letter(say, ticket, language=language, support_email=SHOP)
    one = Notice("k", ticket.name, ticket.email, REFERENCE, made.subject, made.text, 1, made.language)
    sent = compose(one, sender="chat@shop.example", reply_to=SHOP).as_bytes()
    return email.message_from_bytes(sent, policy=email.policy.default)


def plain(text: str) -> str:
    return text.translate({ord(mark): None for mark in ISOLATES})


@pytest.mark.parametrize("dispute", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_says_in_the_chats_language_what_was_filed_and_how_to_answer(language: str, dispute: bool) -> None:
    mail = mail_in(language, dispute=dispute)
    assert mail["Content-Language"] == language and mail["Reply-To"] == SHOP
    assert REFERENCE in str(mail["Subject"])
    text = plain(text_of(mail))
    first, last = text.strip().splitlines()[0], text.strip().splitlines()[-1]
    assert "Jane O'Doe" in first and REASON[language] in text.splitlines()
    assert SHOP in last and REFERENCE in last and text.count(REFERENCE) == 2
    for rule, forbidden in FORBIDDEN[language].items():
        assert not re.search(forbidden, text.replace(REASON[language], ""), re.I), rule
    if language != "en":
        own = catalogue(language)["bot"]
        assert own["ticket_filed_dispute" if dispute else "ticket_filed"].format(reference=REFERENCE) in text
        assert not re.search(r"\b(Hello|you|this|your)\b", text.replace("Jane O'Doe", ""))


def test_what_may_be_written_from_left_to_right_keeps_together_in_arabic() -> None:
    reason = "the lamp AO 5 came broken\n\nوصل المصباح مكسورًا (2 pieces)"
    mail = mail_in("ar", reason=reason)
    for text in (str(mail["Subject"]), text_of(mail)):
        assert text.count(ISOLATES[0]) == text.count(ISOLATES[1]) > 0
        outside = re.sub("\u2068[^\u2068\u2069]*\u2069", "", text)
        assert not re.search("[A-Za-z@]", outside), "left in the run of Arabic, to be torn apart"
    lines = [line for line in text_of(mail).splitlines() if line]
    assert {"\u2068the lamp AO 5 came broken\u2069", "\u2068وصل المصباح مكسورًا (2 pieces)\u2069"} <= set(lines)
    assert not set(ISOLATES) & set("".join(text_of(mail_in(x)) for x in LANGUAGES if x != "ar"))


@pytest.mark.parametrize("language", sorted(languages()))
async def test_a_ticket_says_in_which_language_it_was_told(language: str, tmp_path: pathlib.Path) -> None:
    """R1: in the envelope alone; a language that the shop has set for all its tickets goes before it."""
    for own, page, told in (("", None, language), ("nl", None, "nl"), ("", "../x", language)):
        settings = read_settings(database_url=f"sqlite:///{tmp_path}/t.db", support_email=SHOP, ticket_language=own)
        async with run_bot(settings, courier=False) as bot:
            chat, _ = await bot.hub.begin(locale=page)
            for number, words in enumerate((TOLD[language][0], catalogue(language)["bot"]["choice_yes"])):
                await chat.hear(str(number), words)
            await chat.hear("3", "Jane Doe, jane@example.com")
            async with bot.store.read() as connection:
                wanted = select(outbox.c.payload).where(outbox.c.conversation == chat.id)
                (payload,) = [orjson.loads(found) for found in await connection.scalars(wanted)]
        assert payload["envelope"] == {"reference": chat.state.tickets[0].reference, "language": told}
        assert set(payload) == {"name", "email", "reason", "subject", "envelope"}


@pytest.mark.parametrize(
    ("words", "page", "told"),
    [
        (None, "pt-BR", "pt"), (None, "nl_NL", "nl"), ("de", "nl", "de"), (None, None, "en"), (None, "../etc", "en"),
        (None, "nonsense", "en"),
    ],
)  # fmt: skip
def test_until_the_words_tell_the_page_does_and_else_it_is_english(
    words: str | None, page: str | None, told: str
) -> None:
    assert language_in_use(State(language=words), page) == told


def test_a_form_that_is_told_no_language_says_none() -> None:
    file = FileTicket(REFERENCE, "Jane Doe", "jane@example.com", "my lamp is broken")
    assert "language" not in TicketForm().payload(file)["envelope"]
    payload = TicketForm(language="de").payload(file, "fr")
    assert payload["envelope"]["language"] == "de"
    mail = Mailbox(Smtp("127.0.0.1", 25), to=SHOP, sender="chat@shop.example").compose(payload, key="k")
    assert mail["Content-Language"] == "de"
