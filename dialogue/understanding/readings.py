"""Which clause of a message was taken for what, and why, for people who ask: `askonce explain`, the console, `askonce
understand --why`. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dialogue.events import Reading
from dialogue.understanding.drafts import Draft
from dialogue.understanding.opinions import Weight
from dialogue.understanding.pieces import Span

#: So many clauses of a message are told of, for every message is stored with them.
MOST = 20
#: What is cut off at the ends of a clause that is shown.
_AROUND = " \t\r\n\u00a0,;:-–—"


def readings(d: Draft, alone: Sequence[tuple[str, Weight]]) -> tuple[Reading, ...]:
    """The first clauses of a draft that is settled, in order and without overlap. `alone`: of each of `Draft.sentences`,
    what it was taken for before what stands beside it counted, and its weight; an empty one where words settled it."""
    asides = [(*span, _Taken(kind)) for span, kind in d.aside]
    clauses = [
        (s.start, s.end, _Taken(s.kind, "beside" if s.kind != kind else "heads" if weight else "words", weight))
        for s, (kind, weight) in zip(d.sentences, alone, strict=True)
    ]
    found: list[Reading] = []
    for start, end, taken in _apart(clauses, asides):
        start, end = _trimmed(d.text.text, start, end)
        if any(c.isalnum() for c in d.text.text[start:end]) and len(found) < MOST:
            best = max(taken.weight, key=lambda name: taken.weight[name], default=None)
            sure = None if best is None else round(taken.weight[best], 3)
            place = d.text.origin(start), d.text.origin(end - 1) + 1
            found.append(Reading(*place, taken.kind, taken.by, best, sure))
    return tuple(found)


class _Taken(NamedTuple):
    """What a stretch was taken for. `weight`: empty where words settled it."""

    kind: str
    by: str = "words"
    weight: Weight = {}


_Stretch = tuple[int, int, _Taken]


def _apart(clauses: Sequence[_Stretch], asides: Sequence[_Stretch]) -> list[_Stretch]:
    """All of them in order, without overlap. What was taken out beside the clauses ends where a clause begins; else each
    begins where the one before it ends."""
    placed: list[tuple[_Stretch, bool]] = []
    marked = [*((one, False) for one in clauses), *((one, True) for one in asides)]
    for (start, end, taken), aside in sorted(marked, key=lambda item: item[0][:2]):
        while placed and placed[-1][1] and not aside and placed[-1][0][1] > start:
            (before, _, other), _ = placed.pop()
            if before < start:
                placed.append(((before, start, other), True))
        start = max(start, placed[-1][0][1]) if placed else start
        if start < end:
            placed.append(((start, end, taken), aside))
    return [one for one, _ in placed]


def _trimmed(text: str, start: int, end: int) -> Span:
    """Without the signs and the space at its ends, but for an end mark."""
    while start < end and text[start] in _AROUND:
        start += 1
    while end > start and text[end - 1] in _AROUND:
        end -= 1
    return start, end
