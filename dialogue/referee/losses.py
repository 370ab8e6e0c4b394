"""What a filed reason lost or won on its way from the shopper's words (R3, R4), seen from the words alone.
One-sided: courtesies, wishes, contact data and questions may be left aside, and a sentence of another matter too."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dialogue.referee import sets as sets
from dialogue.referee.sets import folded
from dialogue.referee.transcript import Seen

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LINK = re.compile(r"(?:\bhttps?://|\bwww\.)\S+")
_ADDRESS = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_MASK = re.compile(r"\[[^\]\n]{1,60}\]")
_STOP = re.compile(r"[.!?;:,\n()\[\]{}\"“”«»…؟،؛–—|/]|(?<=\s)-(?=\s)|\s[^\w\s]\s")
_SENTENCE = re.compile(r"[.!?;\n؟؛…]+")
#: A message is lost where so many of its telling words, and this share of them, are missing from the reason.
_MOST_LOST, _SHARE_LOST = 4, 0.65


@dataclass(frozen=True)
class _Place:
    """One word of a text: itself, and what stands between it and the next."""

    word: str
    gap: str


def _places(text: str) -> list[_Place]:
    found = list(_TOKEN.finditer(text))
    ends = [*(m.start() for m in found[1:]), len(text)] if found else []
    return [
        _Place(m.group(), text[m.end() : end] + ("\n" if end == len(text) else ""))
        for m, end in zip(found, ends, strict=True)
    ]


def unsaid_words(reason: str, said: Sequence[str]) -> list[str]:
    """The words of a reason that the shopper had not said before it was filed."""
    whole = {w for text in said for w in _TOKEN.findall(folded(text))}
    return sorted(w for w in set(_TOKEN.findall(folded(reason))) - whole if len(w) > 1)


def telling(text: str, known: Collection[str]) -> frozenset[str]:
    """The words of a text that tell what happened; `known`: the words of name and address."""
    bare = _MASK.sub(" ", _ADDRESS.sub(" ", folded(text)))
    found = (w for w in _TOKEN.findall(bare) if w not in sets.EVERYDAY and w not in sets.WISHES and w not in known)
    return frozenset(w for w in found if len(w) > 2 or not w.isascii() or w.isdigit())


def losses(
    reason: str, walk: Sequence[tuple[Seen, Sequence[Seen]]], *, since: int, known: Collection[str]
) -> Iterator[tuple[int, str]]:
    """What the reason lost: the turn it was said in, and what is missing. `walk`: every message up to the filing
    with the bot's replies; `since`: the turn of the filing before."""
    if not walk:
        return
    texts = [folded(head.text) for head, _ in walk]
    for segment in _SENTENCE.split(folded(reason)):
        if what := _cut(segment, texts, known):
            yield walk[-1][0].seq, what
            return
    if hole := _hole(tuple(_TOKEN.findall(folded(reason))), texts):
        yield walk[-1][0].seq, f"has a hole behind {hole!r}, where an address stood"
    yield from _left_out(reason, walk, since, known)


def _cut(segment: str, texts: Sequence[str], known: Collection[str]) -> str | None:
    """How a sentence of the reason breaks off where the shopper went on, begins where the shopper had begun before,
    or is but a piece of a clause. Where the same words stand whole in another place, nothing is wrong."""
    words = _TOKEN.findall(segment)
    if not words:
        return None
    ends = list(_found(words[-3:], texts))
    alone = len(words) == 1 and words[0] in sets.NEVER_LAST and not any(_STOP.search(p[n].gap) for p, n in ends)
    if alone or (ends and all(_breaks_off(p, n, known) for p, n in ends)):
        return f"breaks off after {words[-1]!r}"
    begins = [(p, n - len(words[:3]) + 1) for p, n in _found(words[:3], texts)]
    if begins and all(_begins_late(p, n) for p, n in begins):
        return f"begins in the middle, at {words[0]!r}"
    whole = [(_before(p, n - len(words) + 1), _after(p, n)) for p, n in _found(words, texts)]
    if whole and all(_tells(before, after, words[0], known) for before, after in whole):
        return f"is a piece of what was told: {' '.join(words)!r}"
    return None


def _hole(reason: Sequence[str], texts: Sequence[str]) -> str | None:
    """The preposition whose address was taken out of the middle of a sentence of the reason."""
    for text in texts:
        bare = _LINK.sub(" ", text)
        for address in _ADDRESS.finditer(bare):
            before, after = _TOKEN.findall(bare[: address.start()]), _TOKEN.findall(bare[address.end() :])
            if before and before[-1] in sets.PREPOSITIONS and len(after) > 1:
                gap = (*before[-2:], *after[:2])
                if any(tuple(reason[n : n + len(gap)]) == gap for n in range(len(reason))):
                    return str(before[-1])
    return None


def _found(words: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[list[_Place], int]]:
    """Every place where these words stand in one piece: the text, and the place of their last word."""
    size = len(words)
    for text in texts:
        places = _places(text)
        for n in range(len(places) - size + 1):
            if places[n].word == words[0] and all(places[n + k].word == words[k] for k in range(size)):
                yield places, n + size - 1


def _clause(places: Sequence[_Place], place: int, step: int) -> list[str]:
    """The words from `place` to the end (`step` 1) or the beginning (-1) of their clause, in the order of the walk."""
    found: list[str] = []
    while 0 <= place < len(places) and places[place].word not in sets.JOINING:
        if step < 0 and found and _STOP.search(places[place].gap):
            break
        found.append(places[place].word)
        if step > 0 and _STOP.search(places[place].gap):
            break
        place += step
    return found


def _before(places: Sequence[_Place], first: int) -> list[str]:
    """The words of a clause before a passage in it, the nearest first."""
    return [] if first == 0 or _STOP.search(places[first - 1].gap) else _clause(places, first - 1, -1)


def _after(places: Sequence[_Place], last: int) -> list[str]:
    return [] if _STOP.search(places[last].gap) else _clause(places, last + 1, 1)


def _tells(before: Sequence[str], after: Sequence[str], first: str, known: Collection[str]) -> bool:
    """True where the words of a clause that were left aside told of something and can be neither wish, courtesy,
    question nor contact data: at least two that tell, or the noun to which the passage belongs."""
    rest = {*before, *after}
    if rest & (sets.WISHES | (sets.ASKING - sets.AUXILIARY) | set(known)) or (after and after[0] in sets.ASKING):
        return False
    if len(telling(" ".join(rest), known)) > 1:
        return True
    noun = bool(telling(" ".join(before[:2]), known)) and bool(set(before[1:3]) & sets.DETERMINERS)
    return noun and first not in sets.NEVER_LAST | sets.CONTINUES


def _breaks_off(places: Sequence[_Place], place: int, known: Collection[str]) -> bool:
    word, gap = places[place].word, places[place].gap
    rest = places[place + 1 :]
    if not rest or _STOP.search(gap):
        return False
    after, soon = rest[0].word, {one.word for one in rest[:4]}
    if word in sets.PREPOSITIONS and (after in known or "@" in rest[0].gap[:1]):
        return True
    if after in sets.JOINING or soon & (sets.WISHES - {"not"}) or soon & set(known):
        return False
    return word in sets.NEVER_LAST or (
        after in sets.CONTINUES and bool(telling(" ".join(_clause(places, place + 1, 1)), known))
    )


def _begins_late(places: Sequence[_Place], place: int) -> bool:
    if place <= 0:
        return False
    before = places[place - 1]
    return before.word in sets.NEVER_BEFORE_FIRST and not _STOP.search(before.gap)


def _left_out(
    reason: str, walk: Sequence[tuple[Seen, Sequence[Seen]]], since: int, known: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Messages that were offered a ticket, so that they told of an issue, and hardly a word of which was filed."""
    kept = telling(reason, known)
    told: list[Seen] = []
    answered: list[Seen] = []
    for head, replies in walk:
        acts = {r.act for r in replies}
        if head.seq <= since:
            continue
        if acts & {"declined", "cancelled"}:
            told, answered = [], []
        elif "offer_ticket" in acts and not acts & {"give_email", "smalltalk"}:
            told.append(head)
        elif acts & {"answer", "no_answer", "contact"}:
            answered.append(head)
    for head in told:
        if any(a.seq < head.seq and telling(a.text, known) & kept for a in answered):
            continue  # "that didn't help": the question before it is the reason
        sentences = _told_in(head.text, known)
        mine = frozenset[str]().union(*sentences)
        if len(mine) > 1 and not (telling(head.text, known) - sets.DISPUTING) & kept:
            yield head.seq, f"holds nothing of what turn {head.seq} told"
            continue
        partly = frozenset[str]().union(*(own for own in sentences if own & kept))
        if len(partly - kept) >= max(_MOST_LOST, _SHARE_LOST * len(partly)):
            yield head.seq, f"lost most of what turn {head.seq} told: {sorted(partly - kept)[:6]}"


def _told_in(text: str, known: Collection[str]) -> list[frozenset[str]]:
    """The telling words of each sentence. A clause that asks, wishes, disagrees or says who writes does not count."""
    found = []
    for sentence in _SENTENCE.split(_MASK.sub(" ", _ADDRESS.sub(" ", folded(text)))):
        own: set[str] = set()
        for clause in _STOP.split(sentence):
            words = _TOKEN.findall(clause)
            if words and words[0] not in sets.ASKING and not set(words) & sets.WISHES:
                own |= telling(clause, known) - sets.DISPUTING
        found.append(frozenset(own))
    return found
