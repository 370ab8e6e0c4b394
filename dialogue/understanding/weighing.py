"""Weighs a classifier's opinion about a draft, and ranks what the whole message is after.

`finish(draft, opinion)` gives the `Understanding`. A model settles only what patterns left open; the ranking of intents takes
a pattern as evidence, not as a verdict.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.events import Intent, Understanding
from dialogue.sameness import substance
from dialogue.understanding import cues
from dialogue.understanding.clauses import HYPOTHETICAL
from dialogue.understanding.drafts import Asked, Draft
from dialogue.understanding.linear import classify
from dialogue.understanding.pieces import Sentence, compose
from dialogue.understanding.text import WORD, plain
from dialogue.vocabulary import Answer, Field, IntentName, Signal

#: A statement about something of the shopper's: what else would they tell a shop about it?
_OF_MINE = re.compile(r"(?:my|one of (?:my|the)|both|half of|the|your|you|it|this|these|they)\b")
#: A model alone makes no wish for a ticket: the sentence must name a ticket or somebody who could help.
_SOMEBODY = re.compile(
    r"\b(?:tickets?|tix|tkt|cases?|incidents?|complaints?|claims?|escalat\w*|hand ?o(?:ff|ver)|humans?|persons?|people|agents?|"
    r"someone|somebody|anyone|anybody|representatives?|reps?|managers?|supervisors?|operators?|colleagues?|staff|team|support|help ?desk)\b"
)
_CARRIES_REASON = 0.45
#: How far each pattern moves the odds of its intent, as a logarithm: 1 multiplies them by e.
_PULL = {
    IntentName.TICKET_UPDATE: 2.5,
    IntentName.REQUEST_TICKET: 2.0,
    IntentName.CONTACT: 2.0,
    IntentName.REPORT_ISSUE: 0.6,
    IntentName.ORDER_STATUS: 1.0,
    IntentName.QUESTION: 0.3,
    IntentName.OTHER: 0.7,
    IntentName.AFFIRM: 1.0,
    IntentName.DENY: 1.0,
    IntentName.GOODBYE: 1.0,
    IntentName.THANKS: 0.6,
    IntentName.GREET: 0.5,
}
#: A word or two that name a thing ("phone charger") state no issue, however much they remind a model of one.
_FEW_WORDS, _SURE_OF_FEW = 3, 0.85
_DECISIVE = 0.6


def _opinion(intents: Sequence[Intent]) -> dict[IntentName, float]:
    return {i.name: max(0.0, min(1.0, i.confidence)) for i in intents}


def finish(d: Draft, opinion: Sequence[Intent] = (), *, by: str = "rules") -> Understanding:
    """The understanding of a draft, with the classifier's ranked intents about `d.ask` (none: patterns alone)."""
    weight = _opinion(opinion)
    asked_fields = d.asked if isinstance(d.asked, tuple) else ()
    signals = set(d.signals)
    stated = any(s.kind in ("issue", "dispute") for s in d.sentences)
    for s in d.sentences:
        if s.kind == "reply":
            s.kind = _reply(s, weight)
        if s.kind == "question" and stated and not substance(s.text):
            # "... what should I do?": the article for the issue is the answer; it stays in the sentence that it ends
            beside = any(s.whole == t.whole for t in d.sentences if t.kind in ("issue", "dispute"))
            s.kind = "statement" if beside else "courtesy"
        if s.kind == "statement" and stated:
            continue  # what stands beside an issue belongs to it (R3): nothing of substance is lost
        if s.kind in ("statement", "question") and weight:
            _weigh(s, weight, signals, in_shop=bool(cues.SHOP.search(plain(s.text))), asked=d.asked)
    _resolve_after(d, signals)
    reason = _reason(d)
    question = _letters(d, [s for s in d.sentences if s.kind in ("question", "order_status")])
    if Signal.FOLLOWS_UP in signals and not reason:
        reason = _letters(d, [s for s in d.sentences if s.kind == "follow_up"][:1])
        question = None
    elif Signal.FOLLOWS_UP in signals:
        signals.discard(Signal.FOLLOWS_UP)
    if Signal.ASKS_UPDATE in signals and reason and not any(s.kind in ("issue", "dispute") for s in d.sentences):
        reason = None
    if (
        Signal.UNHELPED in signals
        and reason
        and not any(s.kind in ("issue", "dispute") and substance(s.text) for s in d.sentences)
    ):
        reason = None
    full = d.name if d.name and (d.name.full or Field.NAME in asked_fields) else None
    greeting_name = d.name.value if d.name and not full else None
    understanding = Understanding(
        kept=d.kept,
        answer=d.answer,
        name=full.value if full else None,
        greeting_name=greeting_name,
        email=d.email,
        reason=reason,
        question=question,
        rejected=tuple(d.rejected),
        signals=frozenset(signals),
        score=d.score,
        by=by,
    )
    return replace(understanding, intents=_rank(d, understanding, weight))


def _reply(s: Sentence, weight: dict[IntentName, float]) -> str:
    """What stands where the reason was asked for: the reason (R3), unless it is plainly chit-chat or a courtesy."""
    if not weight or len(s.text.split()) > 3 or cues.SHOP.search(plain(s.text)):
        return "issue"
    best = max(weight, key=lambda name: weight[name])
    if best is IntentName.OTHER and weight[best] >= _DECISIVE:
        return "chat"
    courtesies = (IntentName.GREET, IntentName.THANKS, IntentName.GOODBYE, IntentName.AFFIRM, IntentName.DENY)
    return "courtesy" if best in courtesies and weight[best] >= 0.8 else "issue"


def _weigh(s: Sentence, weight: dict[IntentName, float], signals: set[Signal], *, in_shop: bool, asked: Asked) -> None:
    """Let the classifier settle a sentence that patterns left open; out of scope needs two signals to agree."""
    best = max(weight, key=lambda name: weight[name])
    sure = weight[best]
    other = weight.get(IntentName.OTHER, 0.0)
    issue = weight.get(IntentName.REPORT_ISSUE, 0.0)
    if not s.asks and _OF_MINE.match(plain(s.text)) and issue >= 0.25 and other < _DECISIVE:
        s.kind = "issue"
    elif best is IntentName.REPORT_ISSUE and len(s.text.split()) <= _FEW_WORDS and sure < _SURE_OF_FEW:
        pass
    elif best is IntentName.REPORT_ISSUE and (sure >= _DECISIVE or (not s.asks and sure >= _CARRIES_REASON)):
        if not (s.asks and HYPOTHETICAL.search(plain(s.text))):
            s.kind = "issue"
    elif best is IntentName.ORDER_STATUS and sure >= _CARRIES_REASON:
        s.kind = "order_status"
    elif best is IntentName.TICKET_UPDATE and sure >= _DECISIVE:
        s.kind = "update"
        signals.add(Signal.ASKS_UPDATE)
    elif best is IntentName.CONTACT and sure >= _DECISIVE and (s.asks or len(s.text.split()) <= 9):
        s.kind = "contact"
        signals.add(Signal.ASKS_CONTACT)
    elif best is IntentName.REQUEST_TICKET and sure >= 0.75 and not s.asks and _SOMEBODY.search(plain(s.text)):
        s.kind = "wish"
        signals.add(Signal.WANTS_TICKET)
    elif (best is IntentName.OTHER and not in_shop and other >= _CARRIES_REASON) or (
        best is IntentName.OTHER and other >= 0.85 and not s.asks
    ):
        s.kind = "chat"
    elif best is IntentName.QUESTION and sure >= _DECISIVE and not s.asks and in_shop and len(s.text.split()) >= 2:
        s.kind = "question"
    elif best in (IntentName.THANKS, IntentName.GOODBYE) and sure >= 0.8:
        # no sign of an end: a rating is invited where words of thanks or parting stand (R19), not by "I need your help"
        s.kind = "courtesy"
    elif best is IntentName.GREET and sure >= 0.8:
        signals.add(Signal.GREETING)
        s.kind = "courtesy"


def _resolve_after(d: Draft, signals: set[Signal]) -> None:
    kinds = {s.kind for s in d.sentences}
    if "chat" in kinds and not kinds & {"issue", "question", "order_status", "dispute", "update", "contact"}:
        signals.add(Signal.CHATS)


def _reason(d: Draft) -> str | None:
    """The issue in the shopper's own words (R3): its sentences and the statements around them, in order."""
    if not any(s.kind in ("issue", "dispute") for s in d.sentences):
        return None
    kinds = ("issue", "dispute", "statement", "follow_up", "order_status")  # "where is my order? it's been 30 days"
    return _letters(d, [s for s in d.sentences if s.kind in kinds and _says(s.text)])


def _letters(d: Draft, sentences: Sequence[Sentence]) -> str | None:
    """Sentences as they stand in the message, to the letter, with what stands between neighbours."""
    others = [(s.start, s.end) for s in d.sentences if s not in sentences and _says(s.text)]
    return compose(d.text, sentences, [*d.left_out, *others], broken=frozenset(d.broken))


def _says(text: str) -> bool:
    return bool(WORD.search(text)) and not cues.FILLERS.match(plain(text))


def _rank(d: Draft, u: Understanding, weight: dict[IntentName, float]) -> tuple[Intent, ...]:
    """All that the message is after, best first: the models' view of the whole message, moved by what the patterns found.

    A pattern is evidence, not a verdict: how far one moves the odds is set by how often it is right where a model disagrees.
    """
    whole = _opinion(classify(d.said))
    if weight and whole:
        covered = min(1.0, len(d.ask) / max(1, len(d.said)))
        whole = {n: whole.get(n, 0.0) * (1 - covered / 2) + weight.get(n, 0.0) * covered / 2 for n in IntentName}
    found = _evidence(d, u)
    if not whole:
        whole = {IntentName.OTHER: 1.0}
    odds = {name: max(p, 1e-3) * math.exp(_PULL[name] if name in found else 0.0) for name, p in whole.items()}
    for name in found - set(odds):
        odds[name] = 1e-3 * math.exp(_PULL[name])
    total = sum(odds.values())
    ranked = sorted(((name, o / total) for name, o in odds.items()), key=lambda item: (-item[1], item[0].value))
    return tuple(
        Intent(name, round(p, 3)) for place, (name, p) in enumerate(ranked) if not place or name in found or p >= 0.05
    )


def _evidence(d: Draft, u: Understanding) -> set[IntentName]:
    kinds = {s.kind for s in d.sentences}
    claims = {
        IntentName.TICKET_UPDATE: Signal.ASKS_UPDATE in u.signals,
        IntentName.REQUEST_TICKET: Signal.WANTS_TICKET in u.signals,
        IntentName.CONTACT: Signal.ASKS_CONTACT in u.signals,
        IntentName.REPORT_ISSUE: bool(kinds & {"issue", "dispute"}),
        IntentName.ORDER_STATUS: bool(kinds & {"order_status", "follow_up"}),
        IntentName.QUESTION: "question" in kinds,
        IntentName.OTHER: "chat" in kinds,
        IntentName.AFFIRM: u.answer is Answer.AFFIRM,
        IntentName.DENY: u.answer is Answer.DENY or Signal.CANCELS in u.signals,
        IntentName.GOODBYE: Signal.GOODBYE in u.signals,
        IntentName.THANKS: Signal.THANKS in u.signals,
        IntentName.GREET: Signal.GREETING in u.signals and not d.sentences,
    }
    return {name for name, claimed in claims.items() if claimed}
