"""R6: a slip in a great mail provider's name is noticed by nearness, and what exists itself is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding import providers
from dialogue.understanding.emails import read_emails
from dialogue.understanding.providers import likely_domain
from dialogue.understanding.rules import understand_anew
from dialogue.validity import could_be_email

LONG = [d for d in providers._lists()[0] if len(d.partition(".")[0]) >= 5]


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A provider's domain, and the same with one slip after the first letter of its name."""
    domain = draw(st.sampled_from(LONG))
    label, _, rest = domain.partition(".")
    at = draw(st.integers(1, len(label) - 2))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = draw(
        st.sampled_from(
            [
                label[:at] + label[at + 1 :],
                label[:at] + letter + label[at:],
                label[:at] + label[at + 1] + label[at] + label[at + 2 :],
                label[:at] + letter + label[at + 1 :],
            ]
        )
    )
    return domain, f"{typed}.{rest}"


@given(slips())
def test_one_slip_in_a_providers_name_is_noticed(slip: tuple[str, str]) -> None:
    domain, typed = slip
    assert likely_domain(typed) == (None if typed in providers._lists()[1] else domain)


@pytest.mark.parametrize("ending", ["con", "cmo", "vom", "comm", "co", "om"])
@pytest.mark.parametrize("name", ["gmail", "yahoo", "hotmail", "outlook", "aol", "live"])
def test_a_slip_in_the_ending(name: str, ending: str) -> None:
    assert likely_domain(f"{name}.{ending}") == f"{name}.com"


@pytest.mark.parametrize(
    "domain",
    ["mail.com", "gmx.com", "ymail.com", "email.com", "cloud.com", "love.com", "like.com", "we.de", "fee.fr", "yahoo.ca",
     "yahoo.cn", "gmail.com", "GMAIL.com", "novak.example", "web.de", "orange.es", "googlers.com", "out.com", "hot.com"],
)  # fmt: skip
def test_what_is_a_domain_of_its_own_is_no_slip(domain: str) -> None:
    assert likely_domain(domain) is None


@pytest.mark.parametrize(
    ("text", "typed", "likely"),
    [
        ("olga@gmial.com", "olga@gmial.com", "olga@gmail.com"),
        ("it's olga@gmail,com, thanks", "olga@gmail,com", "olga@gmail.com"),
        ("olga@gmail com", "olga@gmail com", "olga@gmail.com"),
        ("olga@gmail", "olga@gmail", "olga@gmail.com"),
        ("olga at hotmal dot com", "olga@hotmal.com", "olga@hotmail.com"),
        ("OLGA@YAHOOO.COM", "OLGA@YAHOOO.COM", "OLGA@yahoo.com"),
        ("olga@gmail.com, no, olga@gmial.com", "olga@gmial.com", "olga@gmail.com"),
    ],
)
def test_a_slip_is_no_value_yet(text: str, typed: str, likely: str) -> None:
    found = understand_anew(text, ("email",))
    assert found.email is None and [(r.text, r.likely) for r in found.rejected] == [(typed, likely)]


def test_the_right_one_beside_a_slip_is_taken() -> None:
    for text in ("olga@gmial.com, sorry, olga@gmail.com", "not olga@gmial.com but olga@gmail.com"):
        found = understand_anew(text)
        assert found.email == "olga@gmail.com" and not found.rejected


def test_a_name_beside_a_slip_is_read_all_the_same() -> None:
    assert understand_anew("Olga Novak olga@gmial.com", ("name", "email")).name == "Olga Novak"


def test_somebody_elses_slip_and_the_shops_own_domain_are_asked_about_by_nobody() -> None:
    assert not understand_anew("my neighbour olga@gmial.com got my parcel").rejected
    assert understand_anew("petra@gmial.com", ("email",), support_email="help@gmial.com").email == "petra@gmial.com"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("ｏｌｇａ＠ｎｏｖａｋ．ｅｘａｍｐｌｅ", "olga@novak.example"),
        ("olga٤٢@novak.example", "olga42@novak.example"),
        ("olga४२@novak.example", "olga42@novak.example"),
        ("بريدي \u200eolga@novak.example\u200f.", "olga@novak.example"),
        ("\u202bolga@\u200enovak.example\u202c", "olga@novak.example"),
        ("\ufeffolga@novak.example", "olga@novak.example"),
    ],
)
def test_what_nobody_sees_and_other_forms_of_letters_stay_out_of_an_address(text: str, stored: str) -> None:
    found = understand_anew(text)
    assert found.email == stored and could_be_email(stored) and not found.rejected


@given(st.text("ab@.,\u200f\u200e １２٣४ -", max_size=20))
def test_no_unseen_sign_is_ever_stored(text: str) -> None:
    for reading in read_emails(text, asked=True):
        assert reading.value is None or could_be_email(reading.value)
