"""R15, over a real WebSocket, a real database and a real mail server: who asked what no article answered hears once one
is published."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Callable

import httpx

from tests.bot.console.test_articles import QUESTION
from tests.conftest import TOKEN, BotProcess, client_of, free_port
from tests.lamps import TEXT
from tests.patience import patient
from tests.ticket_bridge.helpdesks.servers import MailServer, text_of

ARTICLE, PASSAGE = "/api/articles/lamp-repair", "Old lamps are restored in our workshop."


def _post(bot: BotProcess, path: str, **fields: object) -> dict[str, object]:
    answer = httpx.post(bot.url + path, json=fields, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120)
    assert answer.status_code < 300, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_a_question_gets_its_answer_in_the_chat_and_by_mail(
    make_bot: Callable[..., BotProcess], tmp_path: pathlib.Path
) -> None:
    port = free_port()
    with MailServer().running(port) as server:
        bot = make_bot(
            ASKONCE_SMTP_HOST="127.0.0.1", ASKONCE_SMTP_PORT=str(port), ASKONCE_SMTP_SECURITY="none",
            ASKONCE_EMAIL_FROM="chat@shop.example", ASKONCE_PUBLIC_URL="https://shop.example/chat",
        )  # fmt: skip
        async with client_of(bot.url) as named, client_of(bot.url) as nameless:
            for client in (named, nameless):
                await client.hello()
                await client.say(QUESTION)
                await client.until("no_answer")
                await client.until("offer_ticket")
            await named.say("yes please")
            await named.until("ask")
            await named.say("Jane Doe, jane@example.com")
            await named.until("ticket_filed")
            version = _post(bot, f"{ARTICLE}/drafts", text=TEXT, base=0)["version"]
            _post(bot, f"{ARTICLE}/publish", version=version)
            for client in (named, nameless):
                told = await client.until("answer")
                assert told["text"] == f"You asked: “{QUESTION}” There is an article about it now:\n\n{PASSAGE}"
                (source,) = told["sources"]
                assert (source["article"], source["passage"]) == ("lamp-repair", PASSAGE)
                assert source["url"] == "https://shop.example/chat/help/en/lamp-repair"
            assert (await nameless.until("clarify"))["choices"] == ["Yes, open a ticket", "No, thanks"]
            async with patient():
                while not server.mails:
                    await asyncio.sleep(0.05)
            await nameless.say("yes")  # to the offer, which stands
            assert (await nameless.until("ask"))["asks"] == ["name", "email"]
            again = _post(bot, f"{ARTICLE}/drafts", text=TEXT.replace("workshop", "studio"), base=version + 1)  # type: ignore[operator]
            _post(bot, f"{ARTICLE}/publish", version=again["version"])
            await asyncio.sleep(3)
            for client in (named, nameless):
                assert len([turn for turn in client.turns if turn.get("act") == "answer"]) == 1
        bot.stop()
    (mail,) = server.mails
    assert mail["To"] == "Jane Doe <jane@example.com>" and mail["Subject"] == "The answer to your question"
    text = text_of(mail)
    for words in ("Hello Jane Doe,", QUESTION, PASSAGE, "https://shop.example/chat/help/en/lamp-repair"):
        assert words in text
    assert mail["Content-Language"] == "en" and mail["Auto-Submitted"] == "auto-generated"
