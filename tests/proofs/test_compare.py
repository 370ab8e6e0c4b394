"""The comparison counts what it says it counts, and docs/compared.md says what was measured."""

from __future__ import annotations

import pathlib

import orjson

from bot.replay.fixtures import Case, read_fixtures
from dialogue.referee.transcript import Seen, Transcript
from tests.proofs import compare

CASE = """
test_cases:
- test_case: a lamp
  steps:
  - user: "my lamp is broken, I am Jane Doe"
  - act: offer_ticket
  - user: "yes"
  - act: ask
  - user: "jane@example.com"
  - act: ticket_filed
    ticket: {name: Jane Doe, email: jane@example.com, reason: '/lamp/'}
"""


def a_case(folder: pathlib.Path) -> Case:
    (folder / "case.yml").write_text(CASE)
    (case,) = read_fixtures([folder / "case.yml"])
    return case


RIGHT = {"name": "Jane Doe", "email": "jane@example.com", "reason": "my lamp is broken"}


def test_a_field_counts_as_said_from_the_message_on_that_says_it(tmp_path: pathlib.Path) -> None:
    case = a_case(tmp_path)
    assert compare.said_by(case) == [{"name", "reason"}, {"name", "reason"}, {"name", "reason", "email"}]
    asked_again = compare.Played([set(), {"name", "email"}, {"email"}], [RIGHT])
    assert +compare.count(case, asked_again) == {"re-asks": 2, "tickets": 1}


def test_tickets_are_counted_and_their_fields_compared(tmp_path: pathlib.Path) -> None:
    case = a_case(tmp_path)
    silent = [set(), {"email"}, set()]
    assert +compare.count(case, compare.Played(silent, [])) == {"tickets": 1, "missing": 1}
    wrong = RIGHT | {"name": "Lamp", "reason": "a chair"}
    assert +compare.count(case, compare.Played(silent, [wrong, RIGHT])) == {"tickets": 1, "extra": 1, "wrong fields": 2}


def test_the_referee_judges_and_what_cannot_be_asked_of_a_bot_is_left_out(tmp_path: pathlib.Path) -> None:
    turns = (Seen(1, "shopper", "hi", understood={}), Seen(2, "bot", "Your phone number?", "ask", ("phone",)))
    played = compare.Played([set(), {"email"}, set()], [RIGHT], transcript=Transcript(turns))
    found = compare.count(a_case(tmp_path), played)
    assert found["rule R1"] and found["rule R7"]
    excused = compare.count(a_case(tmp_path), played, excused=frozenset({"R1"}))
    assert not excused["rule R1"] and excused["violations"] == found["violations"] - found["rule R1"]


def test_a_patient_shopper_answers_what_is_asked(tmp_path: pathlib.Path) -> None:
    case = a_case(tmp_path)
    played = compare.Played([set(), set(), {"email"}])
    assert compare.next_words(case, played) == "jane@example.com"
    played.asked.append({"reason"})
    assert compare.next_words(case, played) == "my lamp is broken, I am Jane Doe"
    played.offers = True
    assert compare.next_words(case, played) == "yes please"
    played.tickets.append(RIGHT)
    assert compare.next_words(case, played) is None
    assert compare.next_words(case, compare.Played([set()] * (3 + compare.PATIENCE))) is None


def test_a_stock_conversation_is_read_from_rasas_events() -> None:
    def heard(text: str, intent: str) -> dict[str, object]:
        return {"event": "user", "text": text, "parse_data": {"intent": {"name": intent}}}

    def spoke(text: str, action: str) -> dict[str, object]:
        return {"event": "bot", "text": text, "metadata": {"utter_action": action}}

    played = compare.read_stock(
        [heard("open a ticket", "request_ticket"), spoke("Name?", "utter_ask_name"),
         heard("Jane Doe", "other"), {"event": "slot", "name": "name", "value": "Jane Doe"},
         spoke("Done", "utter_submit")],
        "S",
    )  # fmt: skip
    assert played.asked == [{"name"}, set()] and played.tickets == [{"name": "Jane Doe"}]
    first = played.transcript.turns[0].understood
    assert first is not None and first["signals"] == ["wants_ticket"]
    assert [t.act for t in played.transcript.turns if t.who == "bot"] == ["ask", "ticket_filed"]


def test_the_page_says_what_was_measured() -> None:
    docs = compare.ROOT / "docs"
    saved = orjson.loads((docs / "compared.json").read_bytes())
    page = (docs / "compared.md").read_text(encoding="utf-8")
    assert page.split(compare.BEGIN)[1].split(compare.END)[0].strip() == compare.table(saved)
    for results in saved["results"].values():
        assert set(results) == set(compare.BOTS)
