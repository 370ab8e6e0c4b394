"""Which stretches of a message are the reason, to the letter (R3). Spans only: nothing is rewritten, joined by our
signs or tidied.

A message is judged clause by clause, with contact data, courtesies and wishes for a ticket taken out. What is *kept*
is made of stretches of the shopper's own text: neighbouring sentences with all that stands between them, and where
something was left out between two, the shopper's own sign or space that stood there. Where taking something out would
leave half a sentence behind ("I sent a gift to ... and it never arrived"), the sentence is kept whole.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dialogue.understanding.text import WORD

#: Stands in the judged text, letter for letter, where contact data or a courtesy was taken out. No word, and no white
#: space.
BORDER = "\ue000"
#: The same for what must not be read as words: the signs of an HTML entity.
SIGN = "\ue001"

Span = tuple[int, int]

#: Words that need another word after them: where a cut would leave one at an end, the sentence stays whole.
_OPEN_END = re.compile(
    r"(?:^|[^\w'])(?:i|my|our|your|his|her|their|the|a|an|this|these|those|to|from|for|of|by|with|at|on|in|under|"
    r"via|into|than|about|like|as|is|are|was|were|am|be|been|has|have|had|do|does|did|can|could|will|would|should|"
    r"must|may|might|i'm|i've|i'd|i'll|it's|who|which|whose|that|if|when|while|because|since|and|or|but|not|no|name|"
    r"named|called|asked|told|tried|want|wanted|need|needed|let|let's|please|so|where|what|how|we|they|he|she|you)$"
)
#: Words that need another word before them, at the beginning of what follows a cut.
_OPEN_START = re.compile(
    r"(?:is|are|was|were|am|be|been|has|have|had|do|does|did|will|would|should|can't|cannot|could|must|of|who|"
    r"whose|which|that|to|by|about|regarding|concerning|for|with|from|at|in|on|under|via|than|or|never|'s|isn't|"
    r"wasn't|hasn't|didn't|doesn't|don't|won't|wrote|said|says|told|sent|got|received)(?![\w'])"
)
_CONNECTS_BEFORE = re.compile(r"(?:^|[^\w'])(?:and|but|so|because|also|plus|then|please|pls|&amp)$")
_CONNECTS_AFTER = re.compile(
    r"(?:[\s,:;&+\-–—*|/)>\]]|\.(?=\s|$)|(?:and|but|so|because|also|plus|then|cause|cuz|since|as)(?![\w'])(?=\W))+"
)
#: A clause of such words alone does nothing but introduce the contact data beside it: "you can reach me at", "is my
#: email".
_INTRODUCES = re.compile(
    r"(?:(?:ok(?:ay)?|yes|yeah|sure|sorry|hi|hello|hey|and|also|but|so|please|pls|here|this|that|it|is|it's|its|"
    r"i'm|im|i|am|my|the|our|full|first|last|name|name's|names|called|e-?mail|mails?|address|adress|id|contact|"
    r"details|data|with|at|on|via|under|to|for|me|you|can|could|may|reach|write|use|send|get|back|too|there|again|"
    r"sir|madam|kindly|thanks|thank|as|well|now|just|actually|customer|account|best|regards|from|by|signed|yours|"
    r"sincerely|cheers|mr|mrs|ms|speaking|would|should|be|of|course|correct|right|new|instead|not|no|use|rather|mean|meant|"
    r"then)(?![\w'])|[^\w,;:\n]|_)*"
)
#: What parts clauses: a sign, a word that introduces or goes on with a new one, a label that was taken out.
_PARTS = re.compile(rf"[^\W_]|[,;:()\n|/<>\[\]–—{BORDER}-]")
_JOINS = " \t\n\r\u00a0,:;&+-–—*|/(<["
_CLAUSE_SIGN = re.compile(r"[,;:()\n|/<>\[\]]|\s[-–—]+\s")
_END_MARK = re.compile(r"[.!?…。！？؟]+[\"'”’»)\]]*")
_JOINT = re.compile(r"(?:[,;:]?\s+(?:[-–—]+\s+)?|[,;:])(?P<word>(?:and|but|so|because|also|plus|then)\s+)?", re.I)
#: The end of what was left out: "... smells, get me someone. I bought it in May".
_ENDED = re.compile(r"[.!…。！]+\s+")
_LEADS_ON = re.compile(r"(?<!\w)(?P<word>(?:and|but|so|because|also|plus|then)\s+)$", re.I)


@dataclass
class Sentence:
    """A clause as it is judged. `text`: tidied, contact data and courtesies taken out, for patterns and heads.
    `start`, `end`: the stretch of the message it stands in, `end` with the end mark that is its own; `whole`: the
    shopper's sentence around it."""

    text: str
    start: int
    end: int
    whole: Span
    asks: bool = False
    kind: str = "statement"
    after_wish: bool = False


class Squeezed:
    """A text with long runs of white space read as short ones, and the way back to the shopper's own letters."""

    def __init__(self, text: str, longest: int) -> None:
        self.full = text
        parts: list[str] = []
        self._starts, self._origins = [0], [0]
        at = size = 0
        for run in re.finditer(rf"\s{{{longest + 1},}}", text):
            parts.append(text[at : run.start() + longest])
            size += len(parts[-1])
            self._starts.append(size)
            self._origins.append(run.end())
            at = run.end()
        parts.append(text[at:])
        self.text = "".join(parts)

    def origin(self, place: int) -> int:
        """Where the letter at `place` stands in the full text."""
        n = bisect_right(self._starts, place) - 1
        return self._origins[n] + place - self._starts[n]

    def letters(self, span: Span) -> str:
        """The full text's letters of a span of the short one."""
        return self.full[self.origin(span[0]) : self.origin(span[1] - 1) + 1] if span[0] < span[1] else ""


# ---------------------------------------------------------------- taking something out


def absorb(low: str, span: Span, bounds: Span) -> Span:
    """`span` with what only introduces it, within `bounds`: its labels, brackets, connectors."""
    start, end = span
    while True:
        before = low[bounds[0] : start]
        signs = list(_CLAUSE_SIGN.finditer(before.rstrip(_JOINS)))
        clause = bounds[0] + (signs[-1].end() if signs else 0)
        if clause >= start or not _INTRODUCES.fullmatch(low, clause, start):
            break
        start = clause
    start = without_connectors(low, bounds[0], start)
    while end < bounds[1]:
        skip = _CONNECTS_AFTER.match(low, end, bounds[1])
        begin = skip.end() if skip else end
        sign = _CLAUSE_SIGN.search(low, begin, bounds[1])
        close = sign.start() if sign else bounds[1]
        if begin >= close or not _INTRODUCES.fullmatch(low, begin, close):
            end = begin
            break
        end = close
    return start, end


def without_connectors(low: str, start: int, end: int) -> int:
    """The end of `low[start:end]` without the signs and connectors that lead on to what is taken out after it."""
    left = low[start:end].rstrip(_JOINS)
    while match := _CONNECTS_BEFORE.search(left, max(0, len(left) - 9)):
        left = left[: match.start()].rstrip(_JOINS)
    return start + len(left)


def is_open(left: str) -> bool:
    """True where `left`, in plain form, ends with a word that needs another after it."""
    return _OPEN_END.search(left.rstrip(" \t\"'“”«»_*")[-20:]) is not None


def leaves_half(low: str, cut: Span, within: Span, bounds: Span) -> bool:
    """True where taking `cut` out of the sentence `bounds` leaves half a sentence before or after it. `within`: what
    in the cut is the thing itself; the rest of it is labels, signs and connectors."""
    left, right = low[bounds[0] : cut[0]], low[cut[1] : bounds[1]]
    before, after = bool(WORD.search(left)), bool(WORD.search(right))
    if before and is_open(left):
        return True
    parted_after = bool(_PARTS.search(low, within[1], cut[1]))
    if after and not parted_after and _OPEN_START.match(right.lstrip()):
        return True
    return before and after and not (parted_after or _PARTS.search(low, cut[0], within[0]))


def sentence_mark(text: str, start: int) -> int:
    """Where the end mark that begins at `start` ends; `start` itself where a line break or a dash ends the sentence."""
    match = _END_MARK.match(text, start)
    return match.end() if match else start


# ---------------------------------------------------------------- what is kept


def compose(
    text: Squeezed, kept: Sequence[Sentence], left_out: Iterable[Span], *, broken: frozenset[Span] = frozenset()
) -> str | None:
    """The stretches of `kept`, in order, to the letter. `left_out`: what stands between them and is not kept;
    `broken`: sentences that are kept whole."""
    out = sorted(left_out)
    runs: list[Span] = []
    for s in sorted(kept, key=lambda s: (s.start, s.end)):
        start, end = s.whole if s.whole in broken else (s.start, s.end)
        if runs and (start <= runs[-1][1] or not _crosses(out, (runs[-1][1], start))):
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    if not runs:
        return None
    runs = [_with_signs(text.text, run, out) for run in runs]
    said = text.letters(runs[0])
    for before, after in itertools.pairwise(runs):
        said += _between(text, before[1], after[0], said) + text.letters(after)
    return said.strip() or None


def _crosses(out: Sequence[Span], gap: Span) -> bool:
    return any(a < gap[1] and b > gap[0] for a, b in out)


def _with_signs(text: str, run: Span, out: Sequence[Span]) -> Span:
    """`run` with the wordless signs beside it, an emoji or a bracket, that belong to nothing that was left out."""
    start, end = run
    floor = max((b for a, b in out if b <= start), default=0)
    ceiling = min((a for a, b in out if a >= end), default=len(text))
    before, after = text[floor:start], text[end:ceiling]
    if not floor and not _has_letter(before):
        start = floor
    if not _has_letter(after) and (ceiling == len(text) or after.strip(" \t\n,;:-–—|/(<[&+")):
        end = ceiling
    while start < end and text[start].isspace():
        start += 1
    while end > start and (
        text[end - 1].isspace() or (ceiling < len(text) and end == ceiling and text[end - 1] in ",;:-–—(<[|/")
    ):
        end -= 1
    return start, end


def _has_letter(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _between(text: Squeezed, start: int, end: int, before: str) -> str:
    """What joins two stretches with something left out between them: the shopper's own sign, space and connector of
    that place."""
    gap = text.text[start:end]
    if "\n" in gap:
        return "\n"
    space = re.search(r"\s", gap)
    if re.search(r"[.!?…。！？؟]\W*$", before):
        return space.group() if space else ""
    if (ended := _ENDED.search(gap)) is not None:
        return ended.group()
    joint = _JOINT.match(gap)
    led = _LEADS_ON.search(gap, joint.end() if joint else 0)
    if joint and (led is None or joint["word"]):
        return joint.group()
    if led:
        return (joint.group() if joint else space.group() if space else "") + led.group("word")
    return space.group() if space else ""
