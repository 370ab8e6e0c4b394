"""How people write: names in passing, yes and no in odd words, two things in one message. Every line here is invented."""

from __future__ import annotations

import pytest

from dialogue.understanding.rules import understand
from dialogue.vocabulary import Answer, IntentName, Signal

OFFER = "offer"
NAME = ("name", "email")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jonas weber 77120 where is my parcel", "jonas weber"),
        ("hello, petra novak and my order is 5521, nothing came", "petra novak"),
        ("name carla mendes", "carla mendes"),
        ("yes sure, tom okafor is my name", "tom okafor"),
        ("my name is bruno k stein and it is about a vase", "bruno k stein"),
        ("petra novak", "petra novak"),
        ("john gilbert", "john gilbert"),
        ("Rose Price", "Rose Price"),
        ("it's april may, the kettle died", "april may"),
        ("please file it in the name of Ines Duarte", "Ines Duarte"),
    ],
)
def test_a_full_name_in_passing_is_found(text: str, name: str) -> None:
    assert understand(text).name == name


@pytest.mark.parametrize(
    "text",
    ["blue lamp", "trakc ordr", "wrng siez", "gift card", "hola amigo", "new york", "cracked lid", "ok thanks",
     "my username is bobby", "sofa beds", "black friday", "samsung galaxy", "nokia charger"],
)  # fmt: skip
def test_what_is_no_name_is_none(text: str) -> None:
    assert understand(text).name is None


@pytest.mark.parametrize(
    "text", ["blue lamp", "why?", "ok thanks", "not telling", "Berlin", "the lid is cracked", "anonymous"]
)
def test_what_is_no_name_is_none_where_one_was_asked_for_either(text: str) -> None:
    assert understand(text, NAME).name is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("no, go ahead", Answer.AFFIRM),
        ("let's go with that", Answer.AFFIRM),
        ("file it please", Answer.AFFIRM),
        ("that would be good, thank you", Answer.AFFIRM),
        ("👍", Answer.AFFIRM),
        ("👎", Answer.DENY),
        ("don't bother", Answer.DENY),
        ("no worries, i'll wait", Answer.DENY),
        ("this is great, thank you", Answer.DENY),
        ("i got another one so i'm fine", Answer.DENY),
        ("ok, i'll check the tracking first", None),
        ("make it private", None),
        ("i would like one in green", None),
        ("maybe", None),
    ],
)
def test_yes_and_no_to_an_offer(text: str, answer: Answer | None) -> None:
    found = understand(text, OFFER)
    assert found.answer is answer
    assert Signal.WANTS_TICKET not in found.signals or answer is Answer.AFFIRM


def test_an_issue_and_a_question_in_one_breath_are_both_kept() -> None:
    found = understand("hey the mug broke and also do you ship to Peru? I'm Ines Duarte, ines@duarte.example")
    assert (found.reason, found.question) == ("the mug broke", "do you ship to Peru?")
    assert (found.name, found.email) == ("Ines Duarte", "ines@duarte.example")


def test_a_form_filled_in_by_hand_is_read() -> None:
    found = understand("Name: Ines Duarte\nEmail: ines@duarte.example\nReason: no delivery")
    assert (found.name, found.email, found.reason) == ("Ines Duarte", "ines@duarte.example", "no delivery")


@pytest.mark.parametrize("text", ["apple pay", "phone charger", "desk lamp"])
def test_a_thing_by_itself_is_no_issue(text: str) -> None:
    assert understand(text).reason is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("did support get anywhere with my ticket", IntentName.TICKET_UPDATE),
        ("has anyone answered the complaint i sent on monday", IntentName.TICKET_UPDATE),
        ("did the courier get anywhere with my parcel", IntentName.ORDER_STATUS),
        ("the courier left my parcel in the rain and it is soaked", IntentName.REPORT_ISSUE),
        ("put a person on please", IntentName.REQUEST_TICKET),
        ("sing me something about the sea", IntentName.OTHER),
        ("why?", IntentName.QUESTION),
    ],
)
def test_what_a_message_is_after(text: str, first: IntentName) -> None:
    assert understand(text).intents[0].name is first


def test_confidences_are_shares_in_order() -> None:
    found = understand("thanks! and where is my order?")
    shares = [i.confidence for i in found.intents]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1.001


_REFERENCES = ("AO-C9S5DRDQ5H8F-1", "ao-pw6nhwys52e9-12", "AO-2K3M4N-2")


@pytest.mark.parametrize("reference", _REFERENCES)
@pytest.mark.parametrize(
    "said", ["{}", "{}?", "what about {} please", "and {}, any movement", "hello, I am writing about {}"]
)
def test_whoever_names_a_ticket_of_ours_speaks_of_that_ticket(said: str, reference: str) -> None:
    """R11: whatever else the words are."""
    found = understand(said.format(reference))
    assert Signal.ASKS_UPDATE in found.signals and found.reason is None, found


@pytest.mark.parametrize("reference", _REFERENCES)
def test_a_new_trouble_beside_a_reference_is_an_issue_all_the_same(reference: str) -> None:
    """R12: nothing is swallowed."""
    found = understand(f"besides {reference}, my kettle arrived broken")
    assert found.reason is not None and "kettle" in found.reason
