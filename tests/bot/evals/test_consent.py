"""What is no yes is said to an offer, and whatever takes it for consent is counted."""

from __future__ import annotations

from bot.chat.phrases import languages
from bot.evals.consent import beside_yes, beside_yes_list, consent, own_list
from bot.replay.rehearsal import Stagehand
from dialogue.events import Intent, Understanding
from dialogue.vocabulary import Answer, IntentName
from tests.bot.evals.test_evals import SETTINGS, Parrot

ROWS = [
    {"text": "rather not", "label": "deny", "alt": []},
    {"text": "what a day", "label": "other", "alt": ["deny"]},
    {"text": "perfect", "label": "other", "alt": ["affirm"]},
    {"text": "go on", "label": "affirm", "alt": ["other"]},
]
OWN = [{"text": "Calvin Klein", "locale": "de"}]


async def figures(says: Understanding) -> dict[str, float]:
    hand = Stagehand(SETTINGS, understander=Parrot(says))
    return (await consent(ROWS, OWN, hand, list[None]().clear)).figures


async def test_a_yes_read_where_there_is_none_is_counted_and_what_a_judge_takes_for_one_is_not() -> None:
    found = await figures(Understanding(kept="", intents=(Intent(IntentName.AFFIRM, 1.0),), answer=Answer.AFFIRM))
    assert found == {"read_as_yes": 1.0, "taken": 1.0, "rows": 2, "own_taken": 1.0, "own_rows": 1}


async def test_a_name_that_was_read_is_consent_too() -> None:
    found = await figures(Understanding(kept="", intents=(Intent(IntentName.OTHER, 1.0),), name="Calvin Klein"))
    assert found["read_as_yes"] == 0.0
    assert found["taken"] == found["own_taken"] == 1.0


async def test_a_no_is_none() -> None:
    found = await figures(Understanding(kept="", intents=(Intent(IntentName.DENY, 1.0),), answer=Answer.DENY))
    assert found["read_as_yes"] == found["taken"] == found["own_taken"] == 0.0


def test_our_own_list_speaks_every_language_of_the_catalogues_and_says_nothing_twice() -> None:
    rows = own_list()
    assert {"en", *languages()} <= {r["locale"] for r in rows}
    assert len({(r["text"], r["locale"]) for r in rows}) == len(rows)
    assert all(r["text"] and r["locale"] for r in rows)


BESIDE = [
    {"label": "settled", "locale": "en", "text": "yes, it fits now"},
    {"label": "agrees", "locale": "en", "text": "yes, it is still too small"},
]


async def test_a_yes_that_tells_of_a_settled_matter_must_not_be_taken_and_one_that_agrees_must() -> None:
    for answer, wanted in ((Answer.AFFIRM, (1.0, 0.0)), (Answer.DENY, (0.0, 1.0))):
        hand = Stagehand(SETTINGS, understander=Parrot(Understanding(kept="", intents=(), answer=answer)))
        found = (await beside_yes(BESIDE, hand, list[None]().clear)).figures
        assert (found["settled_taken"], found["agrees_missed"]) == wanted
        assert found["settled_rows"] == found["agrees_rows"] == 1


def test_the_list_of_what_stands_beside_a_yes_speaks_the_languages_of_the_catalogues() -> None:
    rows = beside_yes_list()
    for label in ("settled", "agrees"):
        assert {"en", *languages()} <= {r["locale"] for r in rows if r["label"] == label}
    assert {r["label"] for r in rows} == {"settled", "agrees"}
    assert len({r["text"] for r in rows}) == len(rows)
