"""The help centre's settings: what is read, and what is told where it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.linked import linked
from bot.settings import SettingsError, read_settings


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"help_prefix": "help"}, "ASKONCE_HELP_PREFIX: is where the help centre stands"),
        ({"help_prefix": "/"}, "ASKONCE_HELP_PREFIX: is where the help centre stands"),
        ({"help_prefix": "/console"}, "none of the bot's own places"),
        ({"help_prefix": "/widget/help"}, "none of the bot's own places"),
        ({"help_prefix": "/Help me"}, "lower-case letters"),
        ({"help_colour": "green"}, "ASKONCE_HELP_COLOUR: is the shop's colour as #1f5c4a"),
        ({"help_colour": "#12"}, "ASKONCE_HELP_COLOUR"),
        ({"help_chat": "yes"}, "ASKONCE_HELP_CHAT: is an address such as https://chat.your-shop.example, or `widget`"),
        ({"help_chat": "javascript:alert(1)"}, "ASKONCE_HELP_CHAT: is an address"),
        ({"public_url": "shop.example"}, "ASKONCE_PUBLIC_URL: is an address"),
        ({"public_url": "https://shop.example/?a=1"}, "without ? and #"),
        ({"public_url": 'https://shop.example/"><script>'}, "ASKONCE_PUBLIC_URL: is an address"),
        ({"public_url": "https://a:b@shop.example"}, "ASKONCE_PUBLIC_URL: is an address"),
        ({"help": "perhaps"}, "ASKONCE_HELP"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(given: dict[str, str], what: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(**given)
    assert what in str(error.value) and "\n" not in str(error.value)


def test_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().help and read_settings().help_url == "/help"
    monkeypatch.setenv("ASKONCE_HELP", "off")
    monkeypatch.setenv("ASKONCE_HELP_PREFIX", "/de/hilfe/")
    monkeypatch.setenv("ASKONCE_PUBLIC_URL", "https://shop.example/support/")
    monkeypatch.setenv("ASKONCE_HELP_COLOUR", "#FD0")
    monkeypatch.setenv("ASKONCE_HELP_CHAT", " Widget ")
    found = read_settings()
    assert not found.help and found.help_colour == "#fd0" and found.help_chat == "widget"
    assert found.help_path == "/support/de/hilfe" and found.help_url == "https://shop.example/support/de/hilfe"


def test_a_source_says_where_it_can_be_read() -> None:
    frame: dict[str, Any] = {
        "type": "turn",
        "sources": [{"article": "repairs", "title": "R", "passage": "P", "language": "de"}],
    }
    sent: dict[str, Any] = linked(frame, read_settings(public_url="https://shop.example"))
    (source,) = sent["sources"]
    assert source == frame["sources"][0] | {"url": "https://shop.example/help/de/repairs"}
    dated: dict[str, Any] = linked(frame, read_settings(help=False), {"repairs": "2026-03-01"}.get)
    assert dated["sources"] == [frame["sources"][0] | {"revised": "2026-03-01"}]
    without: dict[str, Any] = linked(frame, read_settings())
    assert without["sources"][0]["url"] == "/help/de/repairs"
    assert linked(frame, read_settings(help=False)) == frame
    assert linked({"type": "turn"}, read_settings()) == {"type": "turn"}
