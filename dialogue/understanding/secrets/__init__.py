"""Takes secrets out of words before anything else sees them (R17). Deterministic; runs before understanding.

Payment cards and bank accounts are found by their own check digits (`numbers`), security codes, passwords and one-time codes by
the words around them (`constructions`), both in a plain form of the text (`plain`) that knows its way back: what is no secret
stays to the letter. Where in doubt a number is masked: a shopper can repeat an order number, but nobody can take back a card
number. Masking twice changes nothing, the cost grows with the length of the text, and nothing is raised, whatever the text.
"""

from __future__ import annotations

from dialogue.understanding.secrets.constructions import holds_trigger, secrets_of
from dialogue.understanding.secrets.numbers import accounts, cards, is_card_number
from dialogue.understanding.secrets.plain import ACCOUNT, CARD, CODE, PASSWORD, Token, tokens_of, words_of
from dialogue.understanding.text import without_directions

__all__ = ["ACCOUNT", "CARD", "CODE", "PASSWORD", "Masked", "is_card_number", "mask", "may_hold_secret"]
#: What was masked can make room for one more find; each further look is as cheap as the first, and a third was never needed.
_LOOKS = 4


class Masked(str):
    """Words without secrets. `held`: there was one, and it was taken out."""

    __slots__ = ("held",)
    held: bool

    @classmethod
    def of(cls, text: str) -> Masked:
        """`text` masked and without marks of writing direction; one that is masked already is taken as it is."""
        if isinstance(text, Masked):
            return text
        text = without_directions(text)
        words = mask(text)
        made = cls(words)
        made.held = words != text
        return made


def may_hold_secret(text: str) -> bool:
    """False where it is plain at once that there is no secret: too few digits for a card, and nothing named that is secret."""
    words, many_digits = words_of(text)
    return many_digits or holds_trigger(words)


def mask(text: str) -> str:
    """`text` with every secret replaced by a bracketed note; unchanged where there is none."""
    if not may_hold_secret(text):
        return text
    for _ in range(_LOOKS):
        masked = _mask_once(text)
        if masked == text:
            break
        text = masked
    return text


def _mask_once(text: str) -> str:
    tokens = tokens_of(text)
    spans: list[tuple[int, int, str]] = []
    for find, note in ((accounts, ACCOUNT), (cards, CARD)):
        for first, last in find(tokens):
            spans.append((tokens[first].start, tokens[last].end, note))
            _note(tokens, first, last + 1)
    ends = [t.end for t in tokens]
    spans += [(tokens[first].start, ends[after - 1], note) for first, after, note in secrets_of(tokens)]
    out: list[str] = []
    at = 0
    for start, end, note in sorted(spans):
        if start >= at:  # two secrets in one written sign are one
            out += (text[at:start], note)
        at = max(at, end)
    return "".join((*out, text[at:]))


def _note(tokens: list[Token], first: int, after: int) -> None:
    for place in range(first, after):
        tokens[place] = tokens[place]._replace(kind="note", plain="")
