"""What the referee's second pair of eyes sees in the bot as it stands, and what is still to be mended: counted in one place, so that
nothing is passed over in silence. `tests/test_awaiting.py` fails as soon as something listed here is seen no more: then strike it.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialogue.transcript import Violation

#: Kinds that conversations of invented understandings (`make prove`, the state machines) still meet, each with a small conversation that
#: shows it: the shopper's words and what is understood of them.
KINDS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "words:R13": [("hm", {}), ("well", {}), ("so", {})],
    "words:R10": [
        ("is the board dishwasher safe?", {"question": "is the board dishwasher safe?"}),
        ("no", {"answer": "deny"}),
        ("is the board dishwasher safe?", {"question": "is the board dishwasher safe?"}),
    ],
    "words:R12": [
        ("is the board dishwasher safe?", {"question": "is the board dishwasher safe?"}),
        ("yes\nJane Doe, jane@example.com", {"answer": "affirm", "name": "Jane Doe", "email": "jane@example.com"}),
        ("is the board dishwasher safe?", {"question": "is the board dishwasher safe?"}),
        ("yes", {"answer": "affirm"}),
    ],
    "words:R3": [
        ("I disagree about the refund for the lamp that arrived cracked",
         {"reason": "I disagree about the refund for the lamp that arrived cracked", "signals": ["disputes"]}),
        ("I disagree, escalate. Jane Doe, jane@example.com",
         {"reason": "I disagree", "signals": ["disputes", "wants_review"], "name": "Jane Doe", "email": "jane@example.com"}),
    ],
}  # fmt: skip

#: The project's own dialogue cases in which it is still to be mended, by name: how often each rule is broken in them.
DIALOGUES: dict[str, dict[str, int]] = {
    "chinese": {"words:R3": 1},  # "I need a ticket. The rice ..." is filed as "I. The rice ..."
}
#: Tests whose stored conversations hold such a fault, by the test's name without its parameters: how often each rule is broken in them.
CASES: dict[str, dict[str, int]] = {
    "test_by_rules": {"words:R3": 1},  # the case "chinese"
    "test_five_times_too_much_loses_nothing_and_passes": {
        "words:R13": 60
    },  # five messages that nobody understands, 60 times
    "test_two_writers_clash_and_both_messages_are_kept_in_order": {"words:R13": 6},  # ten such messages, twice
}


def unexpected(violations: Iterable[Violation]) -> list[Violation]:
    """What no list awaits: for conversations of invented understandings."""
    return [v for v in violations if v.rule not in KINDS]


def unawaited(name: str, problems: Iterable[str]) -> list[str]:
    """The problems of the dialogue case `name` without those that are awaited; what is awaited and not there any more is one too."""
    left, awaited = list(problems), DIALOGUES.get(name, {})
    for rule, many in awaited.items():
        seen = [p for p in left if f": {rule}: " in p]
        left = [p for p in left if p not in seen]
        if len(seen) != many:
            left.append(f"{name}: {rule} is awaited {many} times and seen {len(seen)} times: mend `tests/awaiting.py`")
    return left
