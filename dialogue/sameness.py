"""Is this the same issue again (R4, R12)? Pure word comparison; no understanding may live here.

A judgement with a price: to swallow a new issue is worse than to offer a second ticket, so whatever is not known to
be the same is another (`docs/quality.md` has both rates). Two questions, kept apart:

`adds_detail`, while a ticket is offered or collected: does the wording say anything that the reason does not? Then
it is appended, so that nothing is lost (R4). Words for one event (never arrived, not received, late) count as one;
any other word, number or no is detail.

`same_issue`, after filing or a refusal: is all that the wording speaks of in the known one? What differs decides,
and every word that is not everyday differs until it is found: a thing, a number, a colour, a person, a kind of
trouble, a place in the calendar. A sentence must fit *one* sentence of what is known, lest the trouble of one thing
be taken for that of another. Forgiven are slips of the pen, other endings, words for one kind of trouble, time that
goes by, and what only narrows a matter down ("leaks" and "leaks at the bottom").
"""

from __future__ import annotations

from collections.abc import Iterable

from dialogue import sameness_words as w
from dialogue.sameness_reading import SENTENCE_END, Said, sentences, stem

# ---------------------------------------------------------------- is a word there already?


def _slip(one: str, other: str) -> bool:
    """One slip of the pen apart: two letters swapped, a doubled letter single, a letter dropped from a long word, or
    another in a very long one; never the first letter, never in a number. Short words that differ are different
    words: lamp and lamb."""
    short, long = sorted((one, other), key=len)
    if short[:1] != long[:1] or len(long) - len(short) > 1 or len(short) < 3 or any(c.isdigit() for c in one + other):
        return False
    place = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        swapped = short[:place] + short[place + 1 : place + 2] + short[place : place + 1] + short[place + 2 :]
        return swapped == long or (len(short) >= 8 and short[place + 1 :] == long[place + 1 :])
    doubled = long[place] == long[place - 1]
    return short[place:] == long[place + 1 :] and (len(short) >= 6 or (doubled and len(short) >= 4))


_TAILS = frozenset(" e en er es s n em et t te nt a o as os ee ees ne m ا ه ي ت".split(" "))


def _inflected(one: str, other: str) -> bool:
    """Two forms of one word in a language of endings: a long common beginning, and short tails."""
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= 4 and one[shared:] in _TAILS and other[shared:] in _TAILS


def _there(label: str, word: str, known: Said, *, endings: bool) -> bool:
    """True where what is known speaks of this word too."""
    if label in known.labels or _bare(label) in known.labels or f"ال{label}" in known.labels:
        return True
    if label.isupper() or any(c.isdigit() for c in word):
        return False
    return any(_slip(word, have) or (endings and _inflected(word, have)) for have in known.words)


def _bare(label: str) -> str:
    """An Arabic noun without its article."""
    return label[2:] if label.startswith("ال") and len(label) >= 5 else label


# ---------------------------------------------------------------- the two questions


def substance(text: str) -> frozenset[str]:
    """What a wording says beyond everyday words: stems and numbers, and kinds of trouble in capitals."""
    found: set[str] = set()
    for said in sentences(text):
        found |= said.labels | said.calendar | set(said.spans)
    return frozenset(found)


def adds_detail(known: str, said: str) -> bool:
    """True where `said` carries anything that `known` lacks (R4)."""
    have = sentences(known)
    labels: set[str] = set()
    words: set[str] = set()
    for sentence in have:
        labels |= sentence.labels
        words |= {*sentence.words, *sentence.calendar, *sentence.spans}
    stems = {stem(word) for word in words}
    for sentence in sentences(said):
        for label, word in sentence.content:
            one_event = label in ("MISSED", "DISPUTE") and label in labels
            if not (one_event or word in words or stem(word) in stems):
                return True
        if (sentence.calendar | set(sentence.spans)) - words:
            return True
        if sentence.denies and "MISSED" not in sentence.labels and not any(s.denies for s in have):
            return True
    return False


def same_issue(known: str, said: str) -> bool:
    """True where all that `said` speaks of is in `known` (R12). False in doubt."""
    have = _units(known)
    asks = "?" in known or "?" in said
    return all(
        (not sentence.content and not _elsewhen(sentence, have)) or any(_fits(sentence, one, asks=asks) for one in have)
        for sentence in sentences(said)
    )


_PRONOUNS = frozenset("it its they this that these those which es sie er il elle ils elles هو هي".split())


def _units(text: str) -> tuple[Said, ...]:
    """The sentences that are known. One that begins with a pronoun speaks of what the one before it named: both are
    one."""
    found: list[Said] = []
    for said in sentences(text):
        if found and _PRONOUNS & set(said.words[:3]):
            said = found.pop().with_next(said)
        found.append(said)
    return tuple(found)


def _elsewhen(said: Said, have: tuple[Said, ...]) -> bool:
    """True where both name places in the calendar and share none: the order of March, and the order of April."""
    known = frozenset[str]().union(*(one.calendar for one in have))
    return bool(said.calendar and known) and not said.calendar & known


def _fits(said: Said, known: Said, *, asks: bool) -> bool:
    if _elsewhen(said, (known,)):
        return False
    new = [
        place
        for place, (label, word) in enumerate(said.content)
        if not _there(label, word, known, endings=not known.english)
    ]
    return not new or (not asks and _narrows(said, known, new))


def _narrows(said: Said, known: Said, new: list[int]) -> bool:
    """True where what is new stands behind all that is known, begins with a word such as "at", "when" or "because",
    and names no number and no kind of trouble."""
    first = new[0]
    if not first or new != list(range(first, len(said.content))):
        return False
    if any(label.isupper() or any(c.isdigit() for c in word) for label, word in said.content[first:]):
        return False
    if not known.labels <= {label for label, _ in said.content[:first]}:
        return False
    start, end = (said.words.index(said.content[place][1]) for place in (first - 1, first))
    return said.words[start + 1] in w.NARROWING and start < end


# ---------------------------------------------------------------- what a wording rests on


def leans(said: str) -> bool:
    """True where `said` names no matter of its own and can only be about one that was named before: "I disagree",
    "it never came"."""
    read = sentences(said)
    labels = frozenset[str]().union(*(one.labels for one in read)) - {"DISPUTE"}
    return not labels or (_points(read) and all(label.isupper() for label in labels))


def _points(read: tuple[Said, ...]) -> bool:
    return bool(read) and bool(_PRONOUNS & set(read[0].words[:3]))


def shared(known: str, said: str) -> int:
    """How much of what `said` speaks of is in `known`: the number of its words that are."""
    have = sentences(known)
    return sum(
        any(_there(label, word, one, endings=True) for one in have)
        for sentence in sentences(said)
        for label, word in sentence.content
    )


def unsaid(filed: Iterable[str], said: str) -> str:
    """`said` without the sentences at its beginning and end that only repeat one of `filed` (R12), to the letter.
    Cut is what can be told apart for certain; where nothing else would be left, or the rest leans on what went
    before, nothing is."""
    pieces = _pieces(said)
    old = [sentence for reason in filed for sentence in sentences(reason)]
    first, last = 0, len(pieces)
    while first < last and _repeats(said[slice(*pieces[first])], old):
        first += 1
    while last > first and _repeats(said[slice(*pieces[last - 1])], old):
        last -= 1
    if first == last or (first, last) == (0, len(pieces)):
        return said
    opening = said[slice(*pieces[first])]
    if leans(opening) or _points(sentences(opening)):
        return said
    kept = said[pieces[first][0] : pieces[last - 1][1]].strip()
    return kept.strip(";؛").strip() if last < len(pieces) or first else kept


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends, the signs behind it included."""
    ends = [m.end() for m in SENTENCE_END.finditer(text)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return [(start, end) for start, end in spans if any(c.isalnum() for c in text[start:end])]


def _repeats(piece: str, old: list[Said]) -> bool:
    """True where `piece` is one of the old sentences over again: what it speaks of, and two words of its own beside,
    stand there."""
    read = sentences(piece)
    if len(read) != 1 or not read[0].content or _PRONOUNS & set(read[0].words):
        return False
    said = read[0]
    for one in old:
        common = {stem(word) for word in said.words if len(word) >= 4} & {stem(word) for word in one.words}
        if len(common) >= 2 and all(_there(label, word, one, endings=False) for label, word in said.content):
            return True
    return False
