"""Cuts a message into the shopper's sentences and their clauses, takes wishes and courtesies out, and says what kind
each clause is.

Word patterns alone; a model's opinion comes after (`weighing`). Text is judged as `Draft.body` has it, and every span
points there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialogue.understanding import cues, request_words
from dialogue.understanding.drafts import Draft
from dialogue.understanding.pieces import (
    BORDER,
    Sentence,
    Span,
    absorb,
    is_open,
    leaves_half,
    sentence_mark,
    without_connectors,
)
from dialogue.understanding.text import WORD, plain
from dialogue.understanding.topics import topic_of
from dialogue.vocabulary import Answer, Signal

_SENTENCE_END = re.compile(r"[?!]+|\.{2,}|…|\.(?=\s|$|[A-Z])(?<!\b[A-Za-z]\.)|[\n;؟。！？]+|\s[-–—]+\s")
#: Where a sentence can change from telling to asking: a comma, or "and do you ...", "but when will ...".
_COMMA = re.compile(
    r"\s*,\s+|\s*,(?=\D)|\s+(?:and|but|plus|also)(?:\s+also)?\s+(?=(?:do|does|did|can|could|is|are|will|would|should|may|how|what|"
    r"when|where|which|who|why)\s+(?:you|i|we|my|the|it|there|your|this|that|is|are|do|does|can|will|long|much|many|soon|often|about)\b)",
    re.I,
)
_TIDY = re.compile(
    r"^(?:[\s,.:;!?\-–—*|/)\]]|\b(?:and|but|so|because|also|ok|okay|well|hi|hello|hey|please|plus|then|yes|yeah)\b(?=[\s,.:;!\-–—])"
    # "no me llegó", "no lid": the word is the sentence's own, unless a sign parts it or English goes on
    r"|\bno\b(?=\s*[,.:;!\-–—]|\s+(?:i|it|it's|its|my|the|that|that's|thats|this|we|they|you|he|she|but|and|just|thank|thanks|sorry|please)\b))+",
    re.I,
)
_TIDY_END = re.compile(r"(?:[\s,:;\-–—*|/(\[]|\b(?:and|but|so|because|also|please|pls)\b\s*$)+$", re.I)
#: Whoever withdraws says so in a few words: "never mind, found it already".
_LONGEST_WITHDRAWAL = 12
#: Whoever asks once more, and says nothing new, does so in a few words.
_LONGEST_FOLLOW_UP = 10
#: A form filled in by hand: "reason: the zip is broken".
_LABEL = re.compile(r"^\W*(?:(?:the|my) )?(?:reason|issue|problem|subject|message|query|question)\s*[:=]\s*", re.I)
BORDERS = re.compile(f"{BORDER}+")
_SUBJECT = re.compile(r"\b(?:i|we)(?:'d)?(?: (?:just|really|still|now|only|also|do|already|therefore|rather))*\s*$")
#: After a comma these go on about what stands before them: "you sent a six, which is wrong".
_RELATIVE = re.compile(r"(?:which|who|whose|whom)\b")
_CLAUSE_BORDER = re.compile(r"[,:()]|\s[-–—]+\s|\b(?:but|because|since|although|though)\b")
_CONNECTS = re.compile(r"(?:[\s,:;\-–—*|/)\]]|\b(?:and|but|so|because|also|plus|then)\b(?=\W))+")


def sentences(body: str) -> Iterator[tuple[int, int, int, bool]]:
    """The shopper's sentences: start, end, end with its mark, and whether it asks."""
    start = 0
    for match in _SENTENCE_END.finditer(body):
        sign = match.group()
        if sign == "\n" and is_open(body[max(start, match.start() - 20) : match.start()].lower()):
            continue  # a line broken within a sentence: "my refund is / still missing"
        yield start, match.start(), sentence_mark(body, match.start()), "?" in sign or "؟" in sign or "？" in sign
        start = match.end()
    yield start, len(body), len(body), False


def read_sentence(d: Draft, start: int, end: int, mark: int, asks: bool) -> None:
    """One sentence, with the contact data in it taken out whole clauses at a time, or judged without it and kept
    whole."""
    whole = _whole(d, start, mark)
    fragments, at = [], start
    for run in BORDERS.finditer(d.body, start, end):
        span = run.span()
        if span[1] <= at and at > start:
            continue  # taken out with what stands before it
        data = next((c for c in d.contact if c[0] <= span[0] < c[2]), None)
        if data:
            within = data[1], span[1]
            span = absorb(d.low, span, (at, end))
            if leaves_half(d.low, span, within, (start, end)):
                d.broken.add(whole)
            d.left_out.append(span)
        fragments.append((at, max(at, span[0])))
        at = max(span[1], at)
    fragments.append((at, max(at, end)))
    before = len(d.sentences)
    for a, b in fragments:
        if WORD.search(d.body, a, b):
            _sentence(d, _Place(a, b, whole), asks and b == end)
    last = next((s for s in d.sentences[before:] if s.end == _stripped(d.body, start, end)[1]), None)
    if last and (last.asks or not asks or last.start <= whole[0]):
        last.end = mark
    elif mark > end:
        d.left_out.append(
            (end, mark)
        )  # the mark of a question that was taken out: "can I talk to someone about my refund?"


def _whole(d: Draft, start: int, end: int) -> Span:
    """A sentence with the contact data at its ends, and without a greeting that was taken out there."""
    first, last = _stripped(d.body, start, end)
    data = [(a, b) for a, _, b in d.contact if start <= a and b <= end]
    return min([first, *(a for a, _ in data)]), max([last, *(b for _, b in data)])


@dataclass(frozen=True)
class _Place:
    """Where a clause stands: `start` and `end` in the body, and the shopper's sentence around it."""

    start: int
    end: int
    whole: Span


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and (text[start].isspace() or text[start] == BORDER):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == BORDER):
        end -= 1
    return start, end


def tidy(text: str) -> str:
    text = _LABEL.sub("", text)
    previous = None
    while previous != text:
        previous = text
        text = _TIDY_END.sub("", _TIDY.sub("", text)).strip()
    return text


def _cut(low: str, at: _Place, wish: Span) -> Span:
    """A wish with its subject, its politeness and its connectors."""
    lead = cues.WISH_LEAD.search(low[at.start : wish[0]])
    start = at.start + lead.start() if lead else wish[0]
    if subject := _SUBJECT.search(low, at.start, start):
        start = subject.start()
    tail = cues.WISH_TAIL.match(low[wish[1] : at.end])
    return without_connectors(low, at.start, start), wish[1] + (tail.end() if tail else 0)


def _sentence(d: Draft, at: _Place, asks: bool) -> None:
    """All that a fragment says: its wishes are taken out one by one, and what stands around them is judged."""
    waiting: list[tuple[_Place, bool, bool]] = [(at, asks, False)]
    while waiting:
        at, asks, wished = waiting.pop()
        waiting += [(place, still, by or wished) for place, still, by in reversed(_judged(d, at, asks, wished))]


def _judged(d: Draft, at: _Place, asks: bool, wished: bool) -> list[tuple[_Place, bool, bool]]:
    """Judge a fragment without a wish in it; of one with a wish, give back what stands around it."""
    at = _Place(*_stripped(d.body, at.start, at.end), at.whole)
    low = d.low[at.start : at.end]
    disputed = _disputes(low)
    if (refused := cues.NO_TICKET.match(low)) and d.answer is not Answer.AFFIRM:
        d.answer = Answer.DENY
        span = (at.start, at.start + refused.end())
        d.aside.append((span, "no_wish"))
        return _around(d, at, span, span, asks=asks, wished=False)
    wish = cues.WISH.search(low)
    if wish and not disputed:
        span = (at.start + wish.start(), at.start + wish.end())
        if not _negated(low, wish):
            return _wish(d, at, span, asks)
        if not cues.UPDATE.search(low) and d.answer is not Answer.AFFIRM:
            d.answer = Answer.DENY
            refusal = _refusal(d.low, at, span)
            d.aside.append((refusal, "no_wish"))
            return _around(d, at, refusal, refusal, asks=False, wished=False)
    if not wish and not disputed and (told := request_words.find_wish(low)):
        core = at.start + told.core[0], at.start + told.core[1]
        return _wish(d, at, core, asks, (at.start + told.whole[0], at.start + told.whole[1]))
    before = len(d.sentences)
    pieces = _pieces(d.low, at)
    groups = _regroup(d.low, pieces) if not disputed and len(pieces) > 1 and not cues.UPDATE.search(low) else []
    if len(groups) > 1:
        for place, (a, b) in enumerate(groups):
            last = place == len(groups) - 1
            _clause(d, _Place(a, b, at.whole), asks and (last or cues.QUESTION_START.match(d.low[a:b]) is not None))
    else:
        _clause(d, at, asks)
    for s in d.sentences[before:]:
        s.after_wish = wished
    return []


def _disputes(low: str) -> bool:
    return bool(cues.DISPUTE.search(low)) or request_words.disputes(low)


def _wish(d: Draft, at: _Place, wish: Span, asks: bool, whole: Span | None = None) -> list[tuple[_Place, bool, bool]]:
    """A wish for a ticket or a person (R7), and what it is about (R3). `whole`: the wish with what belongs to it, where
    that is known."""
    cut = whole or _cut(d.low, at, wish)
    low = d.low[at.start : at.end]
    about_case = re.match(
        r"(?:my|the|that|an existing|this|our)\s+(?:\w+\s+)?(?:tickets?|case|claim)\b",
        d.low[cut[1] : at.end].strip(" ,."),
    )
    on_case = re.search(r"\bescalat\w* (?:my|the|that|this|our) (?:\w+ )?(?:ticket)", low)
    if about_case or on_case:
        d.signals.add(Signal.ASKS_UPDATE)
        d.sentences.append(Sentence(tidy(d.body[at.start : at.end]), at.start, at.end, at.whole, asks, "update"))
        return []
    d.signals.add(Signal.WANTS_TICKET)
    d.aside.append((cut, "wish"))
    if cues.ANOTHER.search(low):
        d.signals.add(Signal.ANOTHER_TICKET)
    if cues.ABOUT_THAT.search(low):
        d.signals.add(Signal.ABOUT_THAT)
    return _around(d, at, cut, wish, asks=asks, wished=True)


def _refusal(low: str, at: _Place, wish: Span) -> Span:
    """The clause in which a ticket is refused: up to the signs around it."""
    before = [m.end() for m in _CLAUSE_BORDER.finditer(low, at.start, wish[0])]
    after = _CLAUSE_BORDER.search(low, wish[1], at.end)
    return (before[-1] if before else at.start), (after.start() if after else at.end)


def _around(
    d: Draft, at: _Place, cut: Span, within: Span, *, asks: bool, wished: bool
) -> list[tuple[_Place, bool, bool]]:
    """What stands before and after a wish or a refusal, whether it asks, and whether a wish stands beside it; where
    the wish cannot be taken out, its sentence stays whole."""
    left = without_connectors(d.low, at.start, cut[0])
    if leaves_half(d.low, (left, cut[1]), within, (at.start, at.end)):
        d.broken.add(at.whole)
    d.left_out.append((left, cut[1]))
    around = []
    for a, b in ((at.start, left), (cut[1], at.end)):
        a, b = _stripped(d.body, a + _opening(d.low[a:b]) if a == cut[1] else a, b)
        if WORD.search(tidy(d.body[a:b])):
            still_asks = asks and cues.QUESTION_START.match(d.low[a:b].strip()) is not None
            around.append((_Place(a, b, at.whole), still_asks, wished))
    return around


def _opening(low: str) -> int:
    """How much of what follows a cut only connects it."""
    match = _CONNECTS.match(low)
    return match.end() if match else 0


def _without_courtesies(d: Draft, start: int, end: int) -> Span:
    """A clause without "hi," before it and ", thanks" after it."""
    first, last = start, end
    signs = [(start + m.start(), start + m.end()) for m in re.finditer(r"\s*,\s*", d.low[start:end])]
    for a, b in signs[:2]:
        if not _polite(d.low[first:a]):
            break
        first = b
    if first > start:
        first += _opening(d.low[first:last])
    for a, b in signs[-2:][::-1]:
        if a <= first or not _polite(d.low[b:last]):
            break
        last = a
    if not WORD.search(d.body, first, last):
        return start, end
    polite = [span for span in ((start, first), (last, end)) if span[0] < span[1]]
    d.left_out += polite
    d.aside += [(span, "courtesy") for span in polite]
    return first, last


def _polite(low: str) -> bool:
    rest = cues.THANKS.sub(" ", low)
    rest = cues.GOODBYE.sub(" ", rest)
    rest = re.sub(r"\b(?:please|pls|sorry|yes|yeah|no|hi|hello|hey|ok|okay)\b", " ", rest)
    return not WORD.search(rest)


def _pieces(low: str, at: _Place) -> list[Span]:
    pieces, start = [], at.start
    for match in _COMMA.finditer(low[at.start : at.end]):
        pieces.append((start, at.start + match.start()))
        start = at.start + match.end()
    pieces.append((start, at.end))
    return [(a, b) for a, b in pieces if WORD.search(low, a, b)]


def _regroup(low: str, pieces: Sequence[Span]) -> list[Span]:
    """Comma pieces put back together, unless a question and a statement share the sentence."""
    groups: list[tuple[bool, Span]] = []
    for a, b in pieces:
        piece = low[a:b].strip()
        question = bool(cues.QUESTION_START.match(piece))
        if groups and (groups[-1][0] == question or _RELATIVE.match(piece)):
            groups[-1] = (groups[-1][0], (groups[-1][1][0], b))
        else:
            groups.append((question, (a, b)))
    return [span for _, span in groups]


def _negated(low: str, wish: re.Match[str]) -> bool:
    match = None
    for match in cues.NOT_A_WISH.finditer(low, 0, wish.end()):
        if match.end() >= wish.start() - 6 and not re.search(r"[,;]", low[match.end() : wish.start()]):
            return not re.match(r"(?:why|already|i|we)\b.{0,8}\b(?:don'?t you|not)\b", low)
    return False


def _clause(d: Draft, at: _Place, asks: bool) -> None:
    start, end = _stripped(d.body, at.start, at.end)
    text = d.body[start:end]
    labelled = _LABEL.match(text)
    bare = tidy(text)
    low = plain(bare)
    if not WORD.search(bare):
        d.aside.append(((start, end), "courtesy"))  # "yes please"
        return
    if labelled:
        d.left_out.append((start, start + labelled.end()))
        start += labelled.end()
        if not asks and re.search("reason|issue|problem", labelled.group().lower()):
            d.sentences.append(
                Sentence(text[labelled.end() :].strip(), start, end, (start, at.whole[1]), False, "issue")
            )
            return
    question = asks or bool(cues.QUESTION_START.match(low))
    kind = _kind(d, low, question)
    if d.asked is not None and (start, end) in d.links:
        kind = "issue"  # a link by itself, once there is an issue: a detail of it (R4)
    if kind == "courtesy":
        d.left_out.append((start, end))
        d.aside.append(((start, end), "courtesy"))
        return
    start, end = _without_courtesies(d, start, end)
    d.sentences.append(Sentence(bare, start, end, at.whole, question, kind))


def _only_courtesy(low: str) -> bool:
    rest = cues.THANKS.sub(" ", low)
    rest = cues.GOODBYE.sub(" ", rest)
    rest = cues.YES.sub(" ", rest, count=1) if cues.YES.match(rest.strip()) else rest
    rest = cues.NO.sub(" ", rest.strip(), count=1)
    rest = cues.CANCEL.sub(" ", rest)
    rest = cues.UNHELPED.sub(" ", rest)
    rest = cues.INTERJECTION.sub(" ", rest)
    rest = cues.GREETING.sub(" ", rest.strip())
    return not WORD.search(rest) or bool(cues.FILLERS.match(rest))


def _kind(d: Draft, low: str, question: bool) -> str:
    """What the words of a clause alone make of it, where they settle it; else `open`: what it is after is a matter of
    meaning, and is weighed (`weighing`)."""
    if _disputes(low):
        about = cues.DISPUTE_QUESTION.search(low) or request_words.asks_what_one_can_do(low)
        return "question" if question and about and not cues.WISH.search(low) else "dispute"
    if d.asked is None and topic_of(d.said):
        return "question"
    if cues.UPDATE.search(low) or cues.BARE_UPDATE.search(low):
        return "update"
    troubled = cues.LATE.search(low) or cues.TROUBLE.search(low)
    if cues.OWN_REFERENCE.search(low) and not troubled:
        return "update"  # whoever names a ticket of ours and tells of no trouble speaks of that ticket (R11)
    if request_words.follows_up(low) and not question and len(low.split()) <= _LONGEST_FOLLOW_UP:
        return "update"  # who asks once more has told somebody before
    if request_words.says_nothing(low):
        return "courtesy"
    if d.asked is not None and request_words.takes_back(low):
        d.signals.add(Signal.CANCELS)
        return "courtesy"
    withdraws = not question and len(low.split()) <= _LONGEST_WITHDRAWAL and cues.CANCEL.search(low)
    if withdraws and (d.asked is not None or not re.search(r"\bcancel\b", low)):
        if _only_courtesy(low) or not troubled:
            d.signals.add(Signal.CANCELS)
            return "courtesy" if _only_courtesy(low) else "statement"
    if _only_courtesy(low) or (question and cues.SAYS_NOTHING.match(low)):
        return "courtesy"
    if cues.FOLLOW_UP.search(low):
        # "Follow up on my order" says nothing new; "following up on my sofa" names its matter and states no trouble.
        bare = not WORD.search(cues.FOLLOW_UP_REST.sub(" ", low))
        if bare or not (troubled or question):
            return "follow_up"
    return "open"
