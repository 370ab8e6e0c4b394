"""R6, R7: whose an address and a name are, and what is sure enough to be consent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.understanding.rules import understand, understand_anew
from dialogue.vocabulary import Answer, Signal

SHOP = "support@lamps.example"
OFFER = "offer"
FIELDS = ("name", "email", "reason")


@pytest.mark.parametrize(
    "text",
    [
        "I had the vase sent to olga@kin.example and it came broken",
        "my neighbour olga@kin.example got my parcel",
        "ship it to olga@kin.example",
        "the courier wrote from olga@kin.example that it is lost",
        "I got an odd mail from olga@kin.example",
        "my aunt's mail is olga@kin.example",
        "his address is olga@kin.example",
        "a voucher for olga@kin.example never came",
        "it was addressed to olga@kin.example",
        "see https://track.example/p?mail=olga@kin.example",
        "track.example/p?mail=olga@kin.example says nothing",
        "ssh://olga@kin.example/x is what your page shows",
        f"I wrote to {SHOP}",
        "I wrote to returns@lamps.example",
        "not olga@kin.example",
    ],
)
def test_what_is_not_the_shoppers_is_no_field(text: str) -> None:
    found = understand(text, support_email=SHOP)
    assert found.email is None and found.rejected == ()


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("use jane@new.example not jane@old.example", "jane@new.example"),
        ("not jane@old.example but jane@new.example", "jane@new.example"),
        ("jane@new.example instead of jane@old.example", "jane@new.example"),
        ("jane@old.example is wrong, it's jane@new.example", "jane@new.example"),
        ("I mean jane@new.example", "jane@new.example"),
        ("jane@new.example, sorry", "jane@new.example"),
        ("my mail is jane@new.example; the parcel was sent to olga@kin.example", "jane@new.example"),
        ("my sister's mail is olga@kin.example but mine is jane@new.example", "jane@new.example"),
        ("please send the answer to jane@new.example", "jane@new.example"),
        ("I ordered with jane@new.example and nothing came", "jane@new.example"),
        ("here's my mail: jane@new.example", "jane@new.example"),
        ("my company's email is jane@new.example", "jane@new.example"),
        ("I am the recipient, jane@new.example", "jane@new.example"),
        ("mailto:jane@new.example", "jane@new.example"),
        ("jane@lamps.example, I work there", "jane@lamps.example"),
        (f"{SHOP} never answered me, mine is jane@new.example", "jane@new.example"),
    ],
)
@pytest.mark.parametrize("asked", [None, OFFER, ("email",)])
def test_the_shoppers_own_is_found_wherever_it_stands(text: str, email: str, asked: object) -> None:
    assert understand(text, asked, support_email=SHOP).email == email  # type: ignore[arg-type]


def test_a_correction_is_no_issue() -> None:
    assert understand("it should be jane@new.example, jane@old.example was a typo").reason is None
    assert understand("my lamp leaks. use jane@new.example not jane@old.example").reason == "my lamp leaks."


def test_where_an_address_was_asked_for_the_only_one_is_given() -> None:
    assert understand("send it to my wife's address, anna@kin.example", ("email",)).email == "anna@kin.example"
    assert understand("my friend's mail is anna@kin.example", ("email",)).email == "anna@kin.example"
    told = understand("I sent the gift to anna@kin.example and it never came", FIELDS)
    assert told.email is None and told.reason == "I sent the gift to anna@kin.example and it never came"


def test_the_shops_own_address_is_refused_where_one_was_asked_for() -> None:
    found = understand("support@lamps.example", ("email",), support_email=SHOP)
    assert found.email is None and [r.why for r in found.rejected] == ["email_of_shop"]
    assert understand("support@lamps.example", ("email",)).email == "support@lamps.example"


def test_a_spaced_at_sign_after_several_words_is_no_address() -> None:
    assert understand("jane doe @ mail.example", ("email",)).email is None
    assert [r.why for r in understand("jane doe @ mail.example", ("email",)).rejected] == ["email_malformed"]
    assert understand("my email is jane @ mail.example").email == "jane@mail.example"
    assert understand("Jane Doe jane.doe @ mail.example", ("name", "email")).email == "jane.doe@mail.example"


BRANDS = [
    "Tommy Hilfiger",
    "Calvin Klein",
    "Ralph Lauren",
    "Hugo Boss",
    "Jack Wolfskin",
    "it's Calvin Klein",
    "Calvin Klein 501",
    "this is Paul Smith",
    "https",
    "www",
    "Lego Technic",
]
REFUSALS = [
    "auf keinen Fall",
    "lieber nicht",
    "nein danke",
    "de jeito nenhum",
    "mejor que no",
    "non merci",
    "لا شكرا",
    "لا أريد",
    "не надо",
    "いいえ 結構です",
    "不用了",
    "아니요 괜찮아요",
    "no hace falta",
    "laisse tomber",
]


@pytest.mark.parametrize("text", [*BRANDS, *REFUSALS])
def test_what_only_looks_like_a_name_takes_no_offer(text: str) -> None:
    found = understand(text, OFFER)
    assert found.name is None and found.email is None and found.answer is not Answer.AFFIRM
    assert Signal.WANTS_TICKET not in found.signals


@pytest.mark.parametrize(
    "text",
    [
        "I'm Petra Novak",
        "my name is Petra Novak",
        "Name: Petra Novak",
        "Petra Novak, petra@novak.example",
        "yes, Petra Novak",
        "Petra Novak here",
        "open it. Petra Novak",
    ],
)
def test_a_name_with_a_sign_that_it_is_the_shoppers_is_one_at_the_offer(text: str) -> None:
    assert understand(text, OFFER).name == "Petra Novak"


@pytest.mark.parametrize("text", ["auf keinen Fall", "وصل المصباح مكسورا", "das ist Mist", "ich bin Jörg"])
def test_a_phrase_of_another_language_is_no_name_in_passing(text: str) -> None:
    assert understand(text).name is None


def test_somebody_elses_name_is_not_the_shoppers() -> None:
    for text in ("my friend's name is Bob Stone", "their name is Bob Stone", "the driver's name was Bob Stone"):
        assert understand(text).name is None


THANKS = [
    "thanks",
    "thank you so much",
    "great, thank you",
    "ok great, thanks",
    "cool",
    "cool, cheers",
    "ok thanks",
    "fine, thanks",
    "perfect",
    "awesome",
    "🙏",
    "ok, I see",
    "okay, got it",
    "alright, bye",
    "goodbye",
    "damn it",
    "screw you",
    "ok whatever",
    "that's great, thanks",
]
TAKES = [
    "yes please, thank you",
    "ok, do it",
    "sure thanks",
    "ok",
    "okay then",
    "alright",
    "fine",
    "great, go ahead",
    "cool, do it",
    "yes thanks, bye",
    "perfect, yes",
    "that would be great, thanks",
    "thanks, please do",
    "sounds good",
    "👍",
    "ok please",
]


@pytest.mark.parametrize(("texts", "taken"), [(THANKS, False), (TAKES, True)])
def test_only_what_is_sure_takes_an_offer(texts: list[str], taken: bool) -> None:
    assert [t for t in texts if (understand(t, OFFER).answer is Answer.AFFIRM) is not taken] == []


@given(
    st.lists(st.sampled_from([*THANKS, *BRANDS, *REFUSALS]), min_size=1, max_size=3),
    st.sampled_from([", ", ". ", "! ", "\n"]),
)
@settings(max_examples=max(200, settings().max_examples))
def test_no_heap_of_courtesies_brands_and_refusals_is_consent(parts: list[str], joint: str) -> None:
    found = understand_anew(joint.join(parts), OFFER)
    assert found.answer is not Answer.AFFIRM and found.name is None and found.email is None
    assert Signal.WANTS_TICKET not in found.signals


@pytest.mark.parametrize("text", ["does that help", "Does this help?", "is that enough?", "and is it ok now?"])
def test_what_is_asked_of_words_just_said_is_nothing_to_look_up(text: str) -> None:
    found = understand(text)
    assert found.question is None and found.reason is None and Signal.UNHELPED not in found.signals


@pytest.mark.parametrize("text", ["I need your help", "please help me", "need help here", "I see"])
def test_a_cry_for_help_is_no_end(text: str) -> None:
    assert not {Signal.THANKS, Signal.GOODBYE} & understand(text).signals
