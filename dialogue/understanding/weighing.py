"""Weighs what the heads make of a draft, and says what the message is after.

Words settle what they can (`clauses`); a clause that they left `open` is weighed here: the heads' probabilities, moved
by what its words point to. Each decision has a threshold of its own, named below.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.events import Intent, Understanding
from dialogue.sameness import substance
from dialogue.understanding import contact_words, cues, request_words
from dialogue.understanding.answers import refuses_a_field, weigh_answer
from dialogue.understanding.drafts import Draft
from dialogue.understanding.follow_ups import goes_on
from dialogue.understanding.identifiers import tells_which
from dialogue.understanding.opinions import Opinion, Weight
from dialogue.understanding.pieces import Sentence, compose
from dialogue.understanding.readings import readings
from dialogue.understanding.text import WORD, plain
from dialogue.understanding.tongues import identify
from dialogue.vocabulary import Answer, Field, IntentName, Signal

#: A model alone makes no wish for a ticket: the sentence must name a ticket or somebody who could help.
_SOMEBODY = re.compile(
    r"\b(?:tickets?|tix|tkt|cases?|incidents?|complaints?|claims?|escalat\w*|hand ?o(?:ff|ver)|humans?|persons?|people|agents?|"
    r"someone|somebody|anyone|anybody|representatives?|reps?|managers?|supervisors?|operators?|colleagues?|staff|team|support|help ?desk)\b"
)
#: How probable it must be that a sentence is of a shop's matters, to be a detail without a word that tells.
_MATTER = 0.6
#: A number that is one of an order, an account, a street: a detail.
_NUMBER = re.compile(r"\d{3}")
#: What a clause is made that is about nothing.
_NO_MATTER = ("chat", "courtesy", "statement")
#: What a clause is after -> what it is made.
_KINDS = {
    IntentName.REPORT_ISSUE: "issue",
    IntentName.QUESTION: "question",
    IntentName.ORDER_STATUS: "order_status",
    IntentName.TICKET_UPDATE: "update",
    IntentName.CONTACT: "contact",
    IntentName.REQUEST_TICKET: "wish",
    IntentName.OTHER: "chat",
}
#: What a wrong guess costs, as the least probability for it: to brush a shopper off as chit-chat, to redirect to the
#: support email, to take something as a wish for a ticket (R7), to pass over what was said as a courtesy.
_CHAT, _UPDATE, _CONTACT, _WISH, _COURTESY = 0.6, 0.6, 0.5, 0.75, 0.7
#: The same for a courtesy that no word of ours is: it is answered as one, and "hmm well you know" is none.
_SURE_COURTESY = 0.9
#: The same for a wish that is put as a question: "could I talk to somebody?"
_WISH_ASKED = 0.9
#: How surely a bare name beside an offer must be neither a yes nor a no, to be kept as a name.
_NO_ANSWER = 0.5
#: The same for chit-chat while a ticket is offered or collected, and for what is told of a thing of one's own: what
#: else would people tell a shop about it?
_CHAT_BESIDE, _CHAT_OWN = 0.7, 0.97
_OF_MINE = re.compile(r"(?:my|our|one of (?:my|our|the)|both|half of)\b")
#: A clause of this many words or fewer that names a thing states no issue, unless that is this sure.
_FEW_WORDS, _SURE_OF_FEW = 3, 0.6
#: And while a ticket is offered or collected, asks nothing either, unless that is this sure.
_SURE_BESIDE = 0.9
#: Anywhere, a word or two are after nothing that is less probable than this.
_LEAST = 0.3
#: Of a statement about an order, how probable it must be that it tells of trouble for it to be an issue.
_TROUBLE_TOO = 0.2
#: Of a question beside a word about an existing ticket, how probable it must be that it asks about a ticket.
_UPDATE_TOO = 0.08
#: How far what stands in a clause moves the odds of an intent, as a logarithm.
_WORDS_PULL, _LATE_PULL, _ORDER_PULL = 1.5, 3.0, 0.8
#: The same for the whole message, for what was found in it: how far each moves the odds is set by how often it is
#: right where the heads disagree.
_PULL = {
    IntentName.TICKET_UPDATE: 2.0,
    IntentName.REQUEST_TICKET: 2.0,
    IntentName.CONTACT: 1.0,
    IntentName.REPORT_ISSUE: 0.6,
    IntentName.ORDER_STATUS: 0.6,
    IntentName.QUESTION: 0.3,
    IntentName.OTHER: 0.3,
    IntentName.AFFIRM: 0.7,
    IntentName.DENY: 0.7,
    IntentName.GOODBYE: 1.5,
    IntentName.THANKS: 0.6,
    IntentName.GREET: 0.5,
}


def finish(d: Draft, opinion: Opinion, *, by: str = "rules") -> Understanding:
    """The understanding of a draft, with what the heads make of it."""
    signals = set(d.signals)
    if Signal.NAME_ASIDE in signals and opinion.answer and opinion.answer["neither"] < _NO_ANSWER:
        d.name = None
        signals.discard(Signal.NAME_ASIDE)
    fields_asked = isinstance(d.asked, tuple)
    alone: list[tuple[str, Weight]] = []
    for s, weight in zip(d.sentences, opinion.clauses, strict=True):
        p = moved(s, weight) if s.kind == "open" and weight else {}
        if s.kind == "open":
            s.kind = "courtesy" if fields_asked and refuses_a_field(plain(s.text)) else _settled(d, s, p)
            if s.kind in _NO_MATTER and d.asked is None and goes_on(d.said):
                s.kind = "question"  # it names no matter by itself: that of the question before it
        alone.append((s.kind, p))
    _of_the_same_ticket(d, alone)
    _together(d)
    _signals(d, signals, alone)
    heeded = d.asked == "offer" and Signal.IN_DANGER not in signals  # nothing is agreed to in danger (R21)
    answer = _answer(d, opinion) if heeded else d.answer
    if Signal.WANTS_TICKET in signals and (answer is Answer.DENY or d.asked is None):
        answer = None
    reason = _reason(d)
    question = _letters(d, [s for s in d.sentences if s.kind in ("question", "order_status")])
    if Signal.FOLLOWS_UP in signals and not reason:
        reason = _letters(d, [s for s in d.sentences if s.kind == "follow_up"][:1])
        question = None
    elif Signal.FOLLOWS_UP in signals:
        signals.discard(Signal.FOLLOWS_UP)
    stated = any(s.kind in ("issue", "dispute") and substance(s.text) for s in d.sentences)
    if Signal.UNHELPED in signals and not stated:
        reason = None
    full = d.name if d.name and (d.name.full or (isinstance(d.asked, tuple) and Field.NAME in d.asked)) else None
    understanding = Understanding(
        kept=d.kept,
        answer=answer,
        name=full.value if full else None,
        greeting_name=d.name.value if d.name and not full else None,
        email=d.email,
        reason=reason,
        question=question,
        rejected=tuple(d.rejected),
        signals=frozenset(signals),
        score=d.score,
        by=by,
        read=readings(d, alone),
    )
    return replace(understanding, intents=_rank(d, understanding, opinion))


def _answer(d: Draft, opinion: Opinion) -> Answer | None:
    taken = sum(opinion.whole.get(name, 0.0) for name in (IntentName.AFFIRM, IntentName.REQUEST_TICKET))
    english = identify(d.said) in (None, "en")
    leaves = opinion.whole.get(IntentName.GOODBYE, 0.0)
    answer = weigh_answer(
        d.answer, opinion.answer, plain(d.said), taken=taken, leaves=leaves, english=english, rest=opinion.rest
    )
    given = d.email or d.rejected or d.name
    if answer is Answer.DENY and Signal.NAME_ASIDE in d.signals and not cues.NO.match(plain(d.said).strip(" ,.!-–")):
        return None  # "Jane Doe, I don't know my order number": who gives a name first refuses with a no
    # "sorry, it is jane@...": nobody gives what they refuse
    return d.answer if answer is Answer.DENY and given else answer


# ---------------------------------------------------------------- a clause


def moved(s: Sentence, weight: Weight) -> Weight:
    """The heads' probabilities for a clause, moved by what its words point to."""
    low = plain(s.text)
    late = bool(cues.LATE.search(low)) and not cues.IN_GENERAL.search(low)
    pull = {
        # A late or missing order is an issue, even when it is put as a question (R10).
        IntentName.REPORT_ISSUE: _LATE_PULL if late else _WORDS_PULL if cues.TROUBLE.search(low) else 0.0,
        IntentName.ORDER_STATUS: _ORDER_PULL if cues.ORDER_STATUS.search(low) and not late else 0.0,
        IntentName.CONTACT: _WORDS_PULL if cues.CONTACT.search(low) else 0.0,
        IntentName.QUESTION: _WORDS_PULL if s.asks else 0.0,
    }
    odds = {name: p * math.exp(pull.get(name, 0.0)) for name, p in weight.items()}
    total = sum(odds.values())
    return {name: o / total for name, o in odds.items()}


# A branch for each decision, in the order in which one goes before another.
def _settled(d: Draft, s: Sentence, p: Weight) -> str:
    if not p or (d.asked is None and not s.asks and tells_which(plain(s.text))):
        return "statement"  # an identifier is a detail, and where nothing is open a detail of nothing
    best = max(p, key=lambda name: p[name])
    few = len(s.text.split()) <= _FEW_WORDS
    awaited = isinstance(d.asked, tuple) and Field.REASON in d.asked
    if best is IntentName.TICKET_UPDATE and p[best] >= _UPDATE:
        return "update"
    if best is IntentName.CONTACT and p[best] >= _CONTACT and (s.asks or len(s.text.split()) <= 9):
        return "contact"
    if (
        best is IntentName.REQUEST_TICKET
        and p[best] >= (_WISH_ASKED if s.asks else _WISH)
        and _names_somebody(plain(s.text))
    ):
        return "wish"
    if best is IntentName.REQUEST_TICKET and p[best] >= _CONTACT and not substance(s.text):
        return "courtesy"  # "I need your help": a wish for nothing that words name
    courtesies = (IntentName.GREET, IntentName.THANKS, IntentName.GOODBYE, IntentName.AFFIRM, IntentName.DENY)
    if best in courtesies and sum(p[name] for name in courtesies) >= _COURTESY:
        return "courtesy"
    if awaited and (d.email or d.name):
        return "issue"  # beside a field that was asked for it is the answer to what else was asked (R3)
    owned = not s.asks and _OF_MINE.match(plain(s.text)) is not None
    if p[IntentName.OTHER] >= (_CHAT_OWN if owned or awaited else _CHAT if d.asked is None else _CHAT_BESIDE):
        return "chat"
    matters = (IntentName.REPORT_ISSUE, IntentName.QUESTION, IntentName.ORDER_STATUS)
    likely = sum(p[name] for name in matters) >= _MATTER
    open_issue = d.asked is not None and not s.asks
    if open_issue and _is_detail(s.text, few=few, offered=d.asked == "offer" or awaited, likely=likely):
        return "issue"  # what is told while a ticket is offered or collected is of its issue (R4)
    matter = max(matters, key=lambda name: p[name])
    if few and not s.asks and p[matter] < _LEAST:
        return "statement"
    low = plain(s.text)
    told = not s.asks and (p[IntentName.REPORT_ISSUE] >= _TROUBLE_TOO or cues.TROUBLE.search(low))
    if told and (matter is IntentName.ORDER_STATUS or cues.TROUBLE.search(low) or cues.LATE.search(low)):
        matter = IntentName.REPORT_ISSUE  # told, not asked: an issue is answered and offered a ticket, both (R10)
    if sum(p[name] for name in matters) < p[IntentName.OTHER] and not owned:
        return "chat" if d.asked is None else "statement"
    if matter is IntentName.REPORT_ISSUE and not substance(s.text) and (few or p[matter] < _SURE_OF_FEW):
        return "statement"
    if matter is IntentName.REPORT_ISSUE and few and p[matter] < _SURE_OF_FEW and d.asked is None:
        return "question"  # a word or two that name a thing: looked up, and offered where no article has it (R15)
    if few and not s.asks and d.asked is not None and p[matter] < _SURE_BESIDE:
        return "statement"
    return _KINDS[matter]


def _names_somebody(low: str) -> bool:
    return bool(_SOMEBODY.search(low) or contact_words.TICKET.search(low))


def _is_detail(text: str, *, few: bool, offered: bool, likely: bool) -> bool:
    """True for a statement that adds something to an issue that is open: a number, words that say anything, or a
    sentence that is `likely` of a shop's matters. Where a name or an address is awaited and not the reason, a word or
    two are more likely a poor try at it."""
    says = bool(substance(text)) or (likely and not few)
    return (offered and bool(_NUMBER.search(text))) or (says and (offered or not few))


def _of_the_same_ticket(d: Draft, alone: Sequence[tuple[str, Weight]]) -> None:
    """What is asked beside a word about an existing ticket, and may well be about that ticket, is about it (R11): "I filed
    one last week. How far is it?"."""
    if any(s.kind == "update" for s in d.sentences):
        for s, (kind, p) in zip(d.sentences, alone, strict=True):
            if kind == "question" and p.get(IntentName.TICKET_UPDATE, 0.0) >= _UPDATE_TOO:
                s.kind = "update"


def _together(d: Draft) -> None:
    """What clauses make of one another: what stands beside an issue belongs to it (R3), so that nothing is lost."""
    for s in d.sentences:
        # What a wish is about ("open a ticket for the blue lamp") is the reason where it says anything at all (R3).
        said = ("statement", "chat") if s.asks else ("statement", "chat", "question", "order_status")
        if s.after_wish and s.kind in said:
            if substance(s.text) and not re.fullmatch(r"(?:me|that|this|it|us|you|\W+)+", plain(s.text)):
                s.kind = "issue"
    stated = [s for s in d.sentences if s.kind in ("issue", "dispute")]
    if not stated and Signal.WANTS_TICKET in d.signals:
        # Whoever asks for a ticket and tells something tells its reason, wherever it stands (R3).
        for s in d.sentences:
            if not s.asks and s.kind in ("question", "order_status", "chat") and substance(s.text):
                s.kind = "issue"
    if not stated:
        return
    for s in d.sentences:
        if s.asks and s.kind in ("question", "courtesy", "statement", "chat") and not substance(s.text):
            # "... what should I do?": the article for the issue is the answer; it stays in the sentence that it ends
            s.kind = "statement" if any(s.whole == t.whole for t in stated) else "courtesy"
        elif s.kind in ("chat", "order_status", "question") and not s.asks:
            s.kind = "statement"


def _signals(d: Draft, signals: set[Signal], alone: Sequence[tuple[str, Weight]]) -> None:
    """Signals that follow from the clauses; `alone`: what each was taken for by itself, and its weight."""
    kinds = {s.kind for s in d.sentences}
    for kind, signal in (
        ("update", Signal.ASKS_UPDATE), ("contact", Signal.ASKS_CONTACT), ("follow_up", Signal.FOLLOWS_UP),
        ("dispute", Signal.DISPUTES), ("wish", Signal.WANTS_TICKET),
    ):  # fmt: skip
        if kind in kinds:
            signals.add(signal)
    if not signals & {Signal.GREETING, Signal.THANKS, Signal.GOODBYE} and kinds <= {"courtesy", "statement"}:
        for _, p in alone:
            together = sum(p.get(n, 0.0) for n in _SAID) if identify(d.said) not in (None, "en") else 0.0
            if p and max(together, *(p[n] for n in _SAID)) >= _SURE_COURTESY:
                signals.add(_SAID[max(_SAID, key=lambda n: p[n])])
    if "dispute" in kinds:
        reviewed = any(cues.REVIEW.search(low) or request_words.asks_for_review(low) for low in _lows(d))
        if reviewed or Signal.WANTS_TICKET in signals:
            signals.add(Signal.WANTS_REVIEW)
    if "chat" in kinds and not kinds & {"issue", "question", "order_status", "dispute", "update", "contact"}:
        signals.add(Signal.CHATS)


def _lows(d: Draft) -> list[str]:
    return [plain(s.text) for s in d.sentences]


#: Courtesies that are answered where nothing else is said, in whatever words they come.
_SAID = {
    IntentName.GREET: Signal.GREETING,
    IntentName.THANKS: Signal.THANKS,
    IntentName.GOODBYE: Signal.GOODBYE,
}


# ---------------------------------------------------------------- the reason


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


# ---------------------------------------------------------------- the whole message


def _rank(d: Draft, u: Understanding, opinion: Opinion) -> tuple[Intent, ...]:
    """All that the message is after, best first: the heads' view of the whole message, moved by what was found in
    it."""
    found = _evidence(d, u)
    whole = opinion.whole or {IntentName.OTHER: 1.0}
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
