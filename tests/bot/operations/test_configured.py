"""What an operator set is looked at as a whole: what is misspelt, what no browser sends, what is no address."""

from __future__ import annotations

import pathlib

import pytest

from bot.operations.configured import configured
from bot.settings import read_settings


def _told(**given: object) -> list[str]:
    return [
        f"{f.state}: {f.what} ({f.advice})" for f in configured(read_settings(support_email="a@b.example", **given))
    ]


def test_a_misspelt_variable_is_named_with_the_likely_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("ASKONCE_WEBHOK_URL=https://a.example\n# ASKONCE_NOTHING=1\nOTHER=1\n")
    monkeypatch.setenv("ASKONCE_HELPDEKS", "rt")
    told = [line for line in _told() if "is no setting" in line]
    assert told == [
        "ill: ASKONCE_HELPDEKS is no setting, and changes nothing (write ASKONCE_HELPDESK)",
        "ill: ASKONCE_WEBHOK_URL is no setting, and changes nothing (write ASKONCE_WEBHOOK_URL)",
    ]


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://shop.example/path", "ftp://shop.example", "shop.example/a"]
)
def test_an_origin_as_no_browser_sends_it_is_named(origin: str) -> None:
    (told,) = [line for line in _told(allowed_origins=origin) if "is no origin" in line]
    assert "write https://shop.example in ASKONCE_ALLOWED_ORIGINS" in told


def test_what_is_right_is_not_complained_of() -> None:
    told = _told(allowed_origins="https://shop.example,http://localhost:3000", trusted_proxies="10.0.0.0/8,::1")
    assert not [line for line in told if "no origin" in line or "no address" in line]
    assert [line for line in _told(trusted_proxies="balancer") if "the proxy balancer is no address" in line]
