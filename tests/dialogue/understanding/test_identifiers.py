"""Identifiers told alone say which, and not what (R3)."""

from __future__ import annotations

import pytest

from bot.replay.rehearsal import Stagehand
from bot.settings import read_settings
from dialogue.understanding.identifiers import tells_which

ALONE = (
    "order id: 3764775976", "my account number is 4411-22", "username: jd1182", "zip 44441", "41xbbxkoea",
    "bestellnummer 882113",
    "commande nº 55012", "n° de commande : 55012", "mi número de pedido es 90321", "cep 01310-100", "رقم الطلب 4711",
    "9756 primrose street newark, mi 85971", "hauptstr. 12, 10115 berlin", "address: 12 elm road, 90210",
)  # fmt: skip
MORE = (
    "my order 4711 is late", "order 4711 arrived broken", "error 503 at checkout", "bestellung 882113 kaputt",
    "where is order 4711",
    "my lamp is broken", "4 of 12 plates are cracked", "i paid 120 twice", "الطلب 4711 تأخر", "",
    "i ordered 3 lamps on the 12th and they came to 10115 berlin broken",
)  # fmt: skip


@pytest.mark.parametrize("low", ALONE)
def test_which_is_told(low: str) -> None:
    assert tells_which(low)


@pytest.mark.parametrize("low", MORE)
def test_what_is_told(low: str) -> None:
    assert not tells_which(low)


async def test_it_takes_no_place_of_what_was_stated() -> None:
    rehearsal = Stagehand(read_settings()).begin()
    for text in (
        "my lamp arrived broken",
        "no",
        "order id: 3764775976",
        "please open a ticket",
        "Jane Doe, jane@mail.example",
    ):
        await rehearsal.say(text)
    assert [t.reason for t in rehearsal.state.tickets] == ["my lamp arrived broken"]
