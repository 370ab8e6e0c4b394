"""Mail: sorted failures, headers that nobody can break, and word to a shopper who has left (R13)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from bot.bootstrap import run_bot
from bot.settings import Settings, read_settings
from bot.store.tables import notice
from tests.conftest import free_port
from tests.patience import patient
from tests.ticket_bridge.helpdesks.servers import MailServer, text_of
from tests.ticket_bridge.helpdesks.test_every_helpdesk import SHOPPERS, fresh_key, payload
from tests.ticket_bridge.test_bridge import CONSENT, Receiver, acts_until
from ticket_bridge.helpdesks.contract import Busy, HelpdeskError, Rejected, Unreachable
from ticket_bridge.helpdesks.mailbox import Mailbox, Smtp, deliver
from ticket_bridge.notices import Notice, compose
from ticket_bridge.retry import RetryPolicy


def box(port: int) -> Mailbox:
    return Mailbox(
        Smtp("127.0.0.1", port, security="none", timeout=2), to="support@shop.example", sender="chat@shop.example"
    )


@pytest.mark.parametrize(
    ("mood", "error", "maybe"), [("later", Busy, False), ("never", Rejected, None), ("cut made", Unreachable, True)]
)
async def test_failures_are_sorted(mood: str, error: type[HelpdeskError], maybe: bool | None) -> None:
    port = free_port()
    with MailServer().running(port) as server:
        server.moods.append(mood)
        key = fresh_key()
        with pytest.raises(error) as caught:
            await box(port).create(payload(*SHOPPERS[0]), key=key)
        assert getattr(caught.value, "maybe_created", None) == maybe
        await box(port).create(payload(*SHOPPERS[0]), key=key)
        assert len(server.held()) == 1, "the same Message-ID in every attempt"


async def test_a_mailbox_that_is_refused_is_named_by_the_check() -> None:
    port = free_port()
    with MailServer().running(port) as server:
        server.accepts = "other@shop.example"
        reached, may_send = box(port).steps()
        await reached.run()
        with pytest.raises(Rejected, match="550"):
            await may_send.run()
        assert server.mails == []


async def test_a_server_without_starttls_is_not_trusted_with_a_password() -> None:
    port = free_port()
    with MailServer().running(port):
        secure = Mailbox(
            Smtp("127.0.0.1", port, "bot", "secret", timeout=2), to="support@shop.example", sender="chat@shop.example"
        )
        with pytest.raises(Rejected):
            await secure.create(payload(*SHOPPERS[0]), key=fresh_key())


def test_a_ticket_by_mail_can_be_answered_and_read_wherever_it_lands() -> None:
    """The address stands in the text too, for readers that answer From; text and HTML, seven bits, its language."""
    given = payload("José <b>", "jose@example.com", "die Größe stimmt nicht: 42 < 44", language="de")
    mail = box(1).compose(given, key="k")
    raw = mail.as_bytes()
    assert raw.isascii(), "no server need announce 8BITMIME for it"
    read: EmailMessage = message_from_bytes(raw, policy=policy.default)  # type: ignore[assignment]
    assert read.get_content_type() == "multipart/alternative" and read["Content-Language"] == "de"
    text, html = read.iter_parts()
    assert text.get_content().splitlines()[:2] == ["José <b> <jose@example.com>", "AO-TEST234-1"]
    assert text["Content-Language"] == html["Content-Language"] == "de"
    page = html.get_content()
    assert '<html lang="de">' in page and "&lt;b&gt; &lt;jose@example.com&gt;<br>AO-TEST234-1</p>" in page
    assert "42 &lt; 44" in page and "<b>" not in page
    assert str(read["Subject"]).endswith("[AO-TEST234-1]")
    assert read["Reply-To"].addresses[0].addr_spec == "jose@example.com"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_and_no_subject_can_break_into_the_headers(name: str, reason: str) -> None:
    shown = name.encode("utf-8", "replace").decode()
    mail = box(1).compose(
        payload(f"J {shown}", "jane@example.com", f"x {reason.encode('utf-8', 'replace').decode()}"), key="k"
    )
    lines = mail.as_bytes().split(b"\r\n\r\n")[0].split(b"\r\n")
    names = [line.split(b":")[0] for line in lines if not line.startswith((b" ", b"\t"))]
    allowed = {"Subject", "From", "Reply-To", "To", "Date", "Message-ID", "X-Askonce-Reference", "Content-Type",
               "Content-Transfer-Encoding", "MIME-Version"}  # fmt: skip
    assert {n.decode() for n in names} <= allowed and len(names) == len(set(names))


def with_mail(database_url: str, receiver: Receiver, port: int) -> Settings:
    return read_settings(
        database_url=database_url, support_email="support@example.com", helpdesk="webhook",
        webhook_url=receiver.url, saved_after=0.2, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none",
        email_from="chat@shop.example",
    )  # fmt: skip


async def test_a_shopper_who_left_hears_by_mail_once_even_after_a_restart(database_url: str) -> None:
    receiver, port = Receiver(), free_port()
    quick = RetryPolicy(first=0.1, ceiling=0.2)
    with MailServer().running(port) as server:
        server.moods += ["later"]
        async with run_bot(with_mail(database_url, receiver, port), retry=quick, tick=0.1) as bot:
            gone, token = await bot.hub.begin()
            stays, _ = await bot.hub.begin()
            bot.hub.watch(stays.id)
            for number, conversation in enumerate((gone, stays)):
                await conversation.hear("1", CONSENT.replace("jane@", f"jane{number}@"))
                await acts_until(conversation, "ticket_saved")
            async with receiver.running():
                await acts_until(stays, "ticket_filed")
                async with patient():
                    while not server.mails:
                        await asyncio.sleep(0.05)
        async with run_bot(with_mail(database_url, receiver, port), retry=quick, tick=0.1) as bot:
            await asyncio.sleep(0.5)
            again = await bot.hub.resume(token)
            assert again is not None
            turns = await again.turns_after(0)
            async with bot.store.read() as connection:
                assert [r.status for r in await connection.execute(notice.select())] == ["sent"]
    (mail,) = server.mails
    filed = next(t for t in turns if t.act == "ticket_filed")
    assert filed.ticket and filed.ticket["reference"] in str(mail["Subject"])
    assert mail["To"].addresses[0].addr_spec == "jane0@example.com" and mail["Reply-To"] == "support@example.com"
    assert mail["Content-Language"] == "en"
    greeting, told, asked, reason, answer = text_of(mail).strip().replace("\r\n", "\n").split("\n\n")
    assert greeting == "Hello Jane Doe," and told == filed.text
    assert asked == "What you told us:" and reason == "my lamp is broken"
    assert "support@example.com" in answer and filed.ticket["reference"] in answer


async def test_nobody_is_mailed_who_was_told_in_time_or_where_no_mail_is_configured(database_url: str) -> None:
    port = free_port()
    with MailServer().running(port) as server:
        async with Receiver().running() as receiver:
            settings = with_mail(database_url, receiver, port).model_copy(update={"saved_after": 30})
            async with run_bot(settings, tick=0.1) as bot:
                conversation, _ = await bot.hub.begin()
                await conversation.hear("1", CONSENT)
                await acts_until(conversation, "ticket_filed")
                await asyncio.sleep(0.5)
                async with bot.store.read() as connection:
                    assert list(await connection.execute(notice.select())) == []
        assert server.mails == []


class PlainServer(MailServer):
    """A mail server that does not offer SMTPUTF8."""

    @contextlib.contextmanager
    def running(self, port: int) -> Iterator[MailServer]:
        controller = Controller(self, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


def _letter(to: str) -> EmailMessage:
    notice = Notice("k", "Jörg Weiß", to, "AO-X-1", "About your request AO-X-1", "It is filed.", 1)
    return compose(notice, sender="chat@shop.example", reply_to="support@shop.example")


@pytest.mark.parametrize("address", ["jörg@example.de", "jörg@exämple.de", "李伟@例子.example"])
async def test_an_address_beyond_ascii_gets_its_mail_or_a_clear_word(address: str) -> None:
    sender = "chat@shop.example"
    for kind in (MailServer, PlainServer):
        port = free_port()
        with kind().running(port) as server:
            relay = Smtp("127.0.0.1", port, security="none", timeout=5)
            if kind is MailServer:
                await deliver(relay, _letter(address), sender=sender, to=address)
                (mail,) = server.mails
                shown = mail["To"].addresses[0].addr_spec  # Python's parser keeps UTF-8 of a header as escaped bytes
                assert shown.encode("ascii", "surrogateescape").decode() == address
            else:
                with pytest.raises(Rejected, match="beyond ASCII"):
                    await deliver(relay, _letter(address), sender=sender, to=address)
                assert server.mails == []


async def test_a_domain_beyond_ascii_needs_nothing_of_the_server() -> None:
    port = free_port()
    with PlainServer().running(port) as server:
        relay = Smtp("127.0.0.1", port, security="none", timeout=5)
        await deliver(relay, _letter("jane@exämple.de"), sender="chat@shop.example", to="jane@exämple.de")
        (mail,) = server.mails
        assert mail["To"].addresses[0].addr_spec == "jane@xn--exmple-cua.de"
        ticket = payload("Jane Doe", "jane@exämple.de", "my lamp is broken")
        await box(port).create(ticket, key=fresh_key())
        assert server.mails[-1]["Reply-To"].addresses[0].addr_spec == "jane@xn--exmple-cua.de"
