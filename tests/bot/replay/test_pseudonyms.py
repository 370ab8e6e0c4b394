"""Invented people in the place of real ones: what is found without being understood, what stays as it is, what is left
to look at."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replay.pseudonyms import Pseudonyms, is_name, left, marked, put, without


@pytest.mark.parametrize(
    "text",
    [
        "my neighbour Jane Okafor has it",
        "the parcel went to jane okafor, it never arrived",
        "mein Name ist Jürgen Müller",
        "je m'appelle Chloé Dubois et ma commande est perdue",
        "me llamo Javier García",
        "name: xolani mbeki",
        "The lamp broke.\nKind regards,\nPriya Nair",
        "ask Dr. Okonkwo about it",
        "I live at 12 Elm Street, Springfield",
        "send it to 4 old mill road please",
        "in der Hauptstraße 5, dritter Stock",
        "j'habite 12 bis, rue Victor Hugo",
        "calle Mayor 7, piso 2",
        "moro na Rua Augusta 1508",
        "my postcode is SW1A 1AA",
        "it is K1A 0B1 in Canada",
        "PLZ: 10115",
        "order #7734 is late",
        "Bestellnummer 77341",
        "the code on the box is AB12-99X",
        "tracking 1Z999AA10123456784",
        "call me on +49 151 2345678",
        "see https://track.example.org/p/JOEDOE?id=1 and tell me",
        "write to joe.doe@mail.example.org.",
    ],
)  # fmt: skip
def test_what_was_never_understood_is_found_by_form_label_or_lists(text: str) -> None:
    """Of these nothing was understood; nothing of the person is left."""
    people = Pseudonyms((), [text])
    told = people.text(text)
    secret = re.compile(
        r"jane|okafor|jürgen|müller|chloé|dubois|javier|garcía|xolani|mbeki|priya|nair|okonkwo|"
        r"\belm\b|\b12\b|old mill|haupt|"
        r"hugo|mayor|augusta|1508|sw1a|1aa|k1a|0b1|10115|7734|ab12|99x|1z999|123456|2345678|joe|doe",
        re.IGNORECASE,
    )
    assert not secret.search(told), told
    assert told != text and people.text(text) == told


@pytest.mark.parametrize(
    "sentence",
    [
        *("not happy at all", "very unhappy", "torn strap", "furious", "nicht zufrieden", "sehr enttäuscht"),
        *("muy decepcionado", "the blue one", "waiting since", "where is it", "no thanks", "pas content"),
        "just connect me",
    ],
)
def test_a_sentence_misread_as_a_name_stays_what_it_is(sentence: str) -> None:
    assert not is_name(sentence)
    people = Pseudonyms({sentence, "Jane Doe"}, [sentence, f"I am {sentence}", "I'm Jane Doe"])
    for text in (sentence, f"I am {sentence}", sentence.capitalize()):
        assert people.text(text) == text
    assert people.text("I'm Jane Doe") != "I'm Jane Doe"


def test_a_misread_sentence_still_loses_the_names_in_it() -> None:
    told = Pseudonyms({"furious that Chidi Okafor lied"}, []).text("furious that Chidi Okafor lied")
    assert told.startswith("furious that ") and told.endswith(" lied") and "Chidi" not in told and "Okafor" not in told


def test_a_name_that_is_a_word_is_replaced_only_as_a_name() -> None:
    people = Pseudonyms(
        {"Rose Price"}, ["I'm Rose Price", "what is the price?", "Price is too high", "please ask Rose"]
    )
    assert (
        people.text("what is the price?") == "what is the price?"
        and people.text("Price is too high") == "Price is too high"
    )
    assert "Rose" not in people.text("please ask Rose") and "Rose" not in people.text("I'm Rose Price")


def test_many_people_are_many_people() -> None:
    """So that "sorry, I mean B" does not become "sorry, I mean A"."""
    names = [
        f"{a} {b}"
        for a in ("Jane", "Olu", "Priya", "Ines", "Goran", "Leila")
        for b in ("Costa", "Dahl", "Okafor", "Nair")
    ]
    people = Pseudonyms(names)
    told = [people.text(n) for n in names]
    assert len(set(told)) == len(names) and not set(" ".join(names).split()) & set(" ".join(told).split())
    assert Pseudonyms({"Robin Tanner"}).text("Robin Tanner") == "Alex Morgan"


def test_the_shops_address_the_tickets_and_ordinary_words_stay() -> None:
    people = Pseudonyms((), keep=("help@shop.example",), stem="ABC2345")
    assert (
        people.text("I wrote to help@shop.example about AO-ABC2345-1")
        == "I wrote to help@shop.example about AO-REPLAY-1"
    )
    text = "my lamp came broken and I want to return it within 30 days, it cost 1200 dollars, on the way since 2025"
    assert people.text(text) == text


words = st.lists(
    st.sampled_from(
        (
            "Jane jane Doe 4711081599 jane@x.example #123 12 Elm Street, Rue Hugo AB12CD34 https://a.example/x to "
            "order late. My is Olu Müller 10115 Straße Ringstraße 5 name: 山田太郎 [x](y)"
        ).split()
    ),
    max_size=12,
)


@given(words, words)
def test_the_same_is_replaced_by_the_same_wherever_it_stands(one: list[str], two: list[str]) -> None:
    """What was understood is a part of what was said, and must stay one."""
    whole, part = " ".join([*one, ",", *two]), " ".join(one)
    people = Pseudonyms((), [whole])
    assert people.text(whole) == Pseudonyms((), [whole]).text(whole)
    for real, new in people.replaced.items():
        assert new != real and ("@" in real) == ("@" in new)
    assert "jane@x.example" not in people.text(part) and "4711081599" not in people.text(whole)


@given(st.text(max_size=60), st.sets(st.text("abcXY1é ", min_size=1, max_size=5), max_size=3))
def test_pieces_are_the_whole_text(text: str, made: set[str]) -> None:
    pieces = marked(text, made)
    assert "".join(piece for piece, _ in pieces) == text and all(piece for piece, _ in pieces)
    assert Pseudonyms((), [text]).text("") == ""


def test_what_is_left_is_named_for_people_to_look_at() -> None:
    people = Pseudonyms({"Jane Doe"})
    told = people.text(
        "I'm Jane Doe, Xolani from Bergen has my lamp, we live in 17b Qwertz Court, code 1234. Where is it?"
    )
    found = left(told, people.replaced.values())
    assert {"Xolani", "Bergen", "1234"} <= set(found) and not {"Where", "Robin", "Tanner", "lamp", "I'm"} & set(found)
    assert left("confidence: 0.139") == []
    rid = without(told, ["Xolani", "1234"])
    assert "Xolani" not in rid and "1234" not in rid and "Bergen" in rid
    assert put("Bergen or Bergenline", "Bergen", r"\1") == r"\1 or Bergenline"
