"""What stands where a secret may stand, and how far it reaches: codes of digits, codes of digits and letters, passwords of one word
or of several. Every reader gives the first token and the token after the last, or None where no secret stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dialogue.understanding.secrets.plain import DIGITS, GLUED, NEXT_LINE, NOTE, SIGN, SPACED, WORD, Token, tokens_of

#: Sets that name a secret, and names that are written letter by letter ("c v v").
NOUNS = frozenset(("@password", "@cvv", "@onetime", "@code", "@pin", "@login", "@pass"))
SPELLED = tuple(frozenset(word) for word in ("cvv", "cvc", "otp", "pin", "tan"))
_QUOTES = {'"': '"', "'": "'", "`": "`", "(": ")", "[": "]", "{": "}", "<": ">", "*": "*", "_": "_"}
_CLOSING = frozenset(".,;:!?)]}>\"'`*…،؛؟。！？")
_NEXT_FIELD = frozenset(",;&|}\"'")
_STOPS = frozenset(",;،؛")
_ENDS = frozenset(".!?…؟。！？")
#: Tokens looked at before it is decided whether something is a password, and words of one.
_LOOK, _WORDS = 32, 12
_PLAIN_SIGNS = frozenset("'-./,…:;!?()[]\"")


@dataclass(frozen=True)
class Speech:
    """Words of all languages that tell a password from speech. `about`: what is said of a password ("wrong", "not", "the");
    `endings`: of such words; `breaks`: where something else begins; `joins`: "and"; `skips`: "still", "now"; `begins`: words of `about` that may begin a password of several words
    ("correct horse battery")."""

    about: frozenset[str]
    endings: tuple[str, ...]
    breaks: frozenset[str]
    joins: frozenset[str]
    skips: frozenset[str]
    begins: frozenset[str]

    def tells(self, word: str) -> bool:
        """True for a word that speaks of a password."""
        return word in self.about or word in self.breaks or (len(word) > 5 and word.endswith(self.endings))


def speech_of(sets: Mapping[str, Iterable[str]]) -> Speech:
    """The speech of the sets `about` (endings begin with ~), `break`, `join` and `skip`."""

    def words(name: str) -> frozenset[str]:
        return frozenset(t.plain for text in sets[name] for t in tokens_of(text) if t.kind == WORD)

    endings = tuple(text[1:] for text in sets["about"] if text.startswith("~"))
    about = frozenset(t.plain for text in sets["about"] if text[0] != "~" for t in tokens_of(text) if t.kind == WORD)
    return Speech(about, endings, words("break"), words("join"), words("skip"), words("begin"))


Span = tuple[int, int] | None


def read(slot: str, tokens: Sequence[Token], place: int, speech: Speech) -> Span:
    """What stands at `place`, where it fits `slot`."""
    if slot == "secret":
        return _secret(tokens, place, speech)
    place, _ = _opened(tokens, place)
    if slot == "digits":
        return _digits(tokens, place, 3, 8)
    if slot == "plain":
        return _digits(tokens, place, 4, 10)
    if slot == "code":
        return _code(tokens, place)
    end = _chunk_end(tokens, place)
    if slot == "any":
        return (place, end) if end > place else None
    if slot == "strong":
        return (
            (place, end) if end > place and _strong(tokens, place, end) and not _address(tokens, place, end) else None
        )
    first = _first_word(tokens, place, end)  # one: a single chunk that is no speech
    return (place, end) if end > place and not (first and speech.tells(first)) else None


def read_back(slot: str, tokens: Sequence[Token], place: int, speech: Speech) -> Span:
    """What stands right before `place`, where it fits `slot`."""
    end = place
    while end > max(0, place - 2) and tokens[end - 1].plain in ('"', "'", "`", ")", "-", "*", ","):
        end -= 1
    if end <= 0 or tokens[end - 1].kind == NOTE:
        return None
    if slot in ("digits", "plain"):
        return _digits_back(tokens, end, 3 if slot == "digits" else 4)
    start = end - 1
    while start > max(0, end - _LOOK) and tokens[start].gap == GLUED and tokens[start - 1].kind != NOTE:
        start -= 1
    while start < end - 1 and tokens[start].plain in _QUOTES:
        start += 1
    if slot == "code":
        found = _code(tokens, start)
        return found if found and found[1] == end else None
    if _strong(tokens, start, end):
        return start, end
    alone = start == 0 or tokens[start].gap == NEXT_LINE or tokens[start - 1].plain in _ENDS | _STOPS | {":"}
    quoted = start > 0 and end < place and tokens[start - 1].plain in _QUOTES
    word = _first_word(tokens, start, end)
    return (start, end) if (alone or quoted) and len(word) > 2 and not speech.tells(word) else None


# ---------------------------------------------------------------- digits


def _opened(tokens: Sequence[Token], place: int) -> tuple[int, str]:
    """Past quotes and brackets that open; the sign that will close them."""
    closing = ""
    for _ in range(2):
        if place < len(tokens) and tokens[place].plain in _QUOTES:
            closing = _QUOTES[tokens[place].plain]
            place += 1
    return place, closing


def _groups(tokens: Sequence[Token], place: int, most: int) -> list[tuple[int, int]]:
    """Groups of digits from `place` on, with spaces or one sign between them: place and length of each."""
    found: list[tuple[int, int]] = []
    while place < len(tokens) and len(found) < most:
        token = tokens[place]
        if token.kind != DIGITS or (found and token.gap == NEXT_LINE):
            break
        found.append((place, len(token.plain)))
        place += 1
        joined = (
            place + 1 < len(tokens)
            and tokens[place].plain in ("-", ".", "_", "·", "/", "*")
            and tokens[place].gap != NEXT_LINE
        )
        if joined and tokens[place + 1].kind == DIGITS and tokens[place].gap == tokens[place + 1].gap:
            place += 1
    return found


def _digits(tokens: Sequence[Token], place: int, least: int, most: int) -> Span:
    """A code of `least` to `most` digits: one group, or several of the same length."""
    groups = _groups(tokens, place, 10)
    if not groups:
        return None
    first = groups[0][1]
    same = next((n for n, (_, length) in enumerate(groups) if length != first), len(groups))
    total = first * same
    if first >= least and not (same > 1 and total <= max(8, least) and first <= 4):
        same, total = 1, first
    elif first < least and same < len(groups) and total + groups[same][1] <= most and total < least:
        total, same = total + groups[same][1], same + 1
    if not least <= total <= most:
        return None
    last = groups[same - 1][0]
    beyond = tokens[last + 1] if last + 1 < len(tokens) else None
    if beyond is not None and beyond.gap == GLUED and beyond.kind in (WORD, NOTE):
        return None
    return place, last + 1


def _digits_back(tokens: Sequence[Token], end: int, least: int) -> Span:
    start = end - 1
    if tokens[start].kind != DIGITS:
        return None
    length = len(tokens[start].plain)
    while start > max(0, end - 9) and length < 4:
        before = start - 1 if tokens[start - 1].kind == DIGITS else start - 2 if tokens[start - 1].plain == "-" else -1
        if before < 0 or tokens[before].kind != DIGITS or tokens[start].gap == NEXT_LINE:
            break
        if len(tokens[before].plain) != len(tokens[start].plain):
            break
        start = before
    total = sum(len(t.plain) for t in tokens[start:end] if t.kind == DIGITS)
    glued = start > 0 and tokens[start].gap == GLUED and tokens[start - 1].kind in (WORD, NOTE)
    return (start, end) if least <= total <= 10 and not glued else None


def _code(tokens: Sequence[Token], place: int) -> Span:
    """Four to twelve digits and letters with a digit among them: "77A1B2", "G-482913", "48 29 13"."""
    end = _chunk_end(tokens, place)
    end = next((n for n in range(place, min(end, place + _LOOK)) if tokens[n].plain in "&,;|/<>\"'"), end)
    parts = tokens[place:end]
    if not parts or any(t.kind not in (WORD, DIGITS) and t.plain != "-" for t in parts):
        return None
    if all(t.kind == DIGITS or t.plain == "-" for t in parts):
        return _digits(tokens, place, 4, 10)
    letters = sum(len(t.plain) for t in parts if t.kind != SIGN)
    digits = sum(len(t.plain) for t in parts if t.kind == DIGITS)
    return (place, end) if 4 <= letters <= 12 and digits else None


# ---------------------------------------------------------------- passwords


def _chunk_end(tokens: Sequence[Token], place: int, most: int = _LOOK) -> int:
    """Where the glued tokens from `place` on end, `most` of them at most, closing signs left out."""
    if place >= len(tokens) or tokens[place].kind == NOTE:
        return place
    end, last = place + 1, min(len(tokens), place + most)
    while end < last and tokens[end].gap == GLUED and tokens[end].kind != NOTE:
        if tokens[end].plain in _NEXT_FIELD and _names_a_field(tokens, end + 1):
            break
        end += 1
    while end > place + 1 and tokens[end - 1].plain in _CLOSING:
        end -= 1
    return end if any(t.kind in (WORD, DIGITS) for t in tokens[place : min(end, place + _LOOK)]) else place


def _names_a_field(tokens: Sequence[Token], place: int) -> bool:
    """True for "email:" in "hunter2,email:jane", and for what JSON and addresses write alike."""
    names = [t.plain for t in tokens[place : place + 4]]
    while names and names[0] in ("'", '"'):
        names.pop(0)
    return len(names) > 1 and names[0].isalpha() and names[1] in (":", "=", '"', "'")


def _whole(tokens: Sequence[Token], place: int, end: int) -> int:
    """The end of a chunk that was found to be a secret, however long it is."""
    return end if end - place < _LOOK - 8 else _chunk_end(tokens, place, len(tokens))


def _first_word(tokens: Sequence[Token], place: int, end: int) -> str:
    """The word that a chunk of letters begins with; empty for one that is no plain word."""
    return "" if place >= end or _strong(tokens, place, end) else tokens[place].plain


def _strong(tokens: Sequence[Token], place: int, end: int) -> bool:
    """True for what nobody would take for a word: letters with digits or signs in them, or five digits and more."""
    parts = tokens[place : min(end, place + _LOOK)]
    letters = any(t.kind == WORD for t in parts)
    digits = sum(len(t.plain) for t in parts if t.kind == DIGITS)
    signs = any(t.kind == SIGN and t.plain not in _PLAIN_SIGNS for t in parts)
    if len(parts) > 1 and digits and letters and sum(len(t.plain) for t in parts) >= 4:
        return True
    return ((letters or digits > 1) and signs) or (not letters and len(parts) == 1 and digits >= 5)


def _address(tokens: Sequence[Token], place: int, end: int) -> bool:
    """True for a link or an email address, which are no passwords unless they are said to be."""
    parts = [t.plain for t in tokens[place : min(end, place + _LOOK)]]
    return parts[0] in ("http", "https", "www") or ("@" in parts[1:] and "." in parts[parts.index("@") :])


def _emoticon(tokens: Sequence[Token], place: int) -> bool:
    """True where the colon before `place` is the eyes of a face: ":(", ":D"."""
    eyes = tokens[place - 1]
    if eyes.plain not in (":", "=") or eyes.gap == GLUED or tokens[place].gap != GLUED:
        return False
    end = place + 1
    while end < len(tokens) and tokens[end].gap == GLUED and end - place < 3:
        end += 1
    face = "".join(t.plain for t in tokens[place:end])
    return len(face) <= 2 and (not face.isalnum() or face in ("d", "p", "o", "s", "x", "3"))


def _secret(tokens: Sequence[Token], place: int, speech: Speech) -> Span:
    """A password of one word or of several, up to the end of the sentence or to where something else is plainly said."""
    if place and place < len(tokens) and _emoticon(tokens, place):
        return None
    opened, closing = _opened(tokens, place)
    if closing and (end := _quoted(tokens, opened, closing)):
        return opened, end
    place = opened
    for _ in range(3):
        if place + 1 < len(tokens) and tokens[place].plain in speech.skips and tokens[place + 1].gap == SPACED:
            place += 1
    end = _chunk_end(tokens, place)
    if end <= place or _address(tokens, place, end):
        return None
    strong = _strong(tokens, place, end)
    if not strong and (_speaks(tokens, place, end, speech) or _is_a_label(tokens, end) or _counts(tokens, place, end)):
        return None
    return place, _phrase_end(tokens, _whole(tokens, place, end), speech, strong=strong)


def _speaks(tokens: Sequence[Token], place: int, end: int, speech: Speech) -> bool:
    """True for "wrong" and "not accepted"; a word that could be either is speech unless two words of no speech follow it."""
    if not speech.tells(tokens[place].plain):
        return False
    following = tokens[end : end + 2]
    phrase = len(following) == 2 and all(
        t.kind == WORD and t.gap == SPACED and not speech.tells(t.plain) and t.plain not in speech.joins
        for t in following
    )
    return not (phrase and tokens[place].plain in speech.begins)


def _quoted(tokens: Sequence[Token], place: int, closing: str) -> int:
    """Where a quotation that began before `place` ends; 0 where it does not, or holds nothing."""
    for end in range(place, min(len(tokens), place + _LOOK)):
        if tokens[end].plain == closing and (
            end + 1 >= len(tokens) or tokens[end + 1].gap or tokens[end + 1].kind == SIGN
        ):
            return end if end > place else 0
        if tokens[end].kind == NOTE or (tokens[end].gap == NEXT_LINE and end > place):
            return 0
    return 0


def _is_a_label(tokens: Sequence[Token], end: int) -> bool:
    """True where a colon follows: what stands there is the name of the next thing and no value."""
    return (
        end + 1 < len(tokens)
        and tokens[end].plain in (":", "=")
        and tokens[end].gap == GLUED
        and tokens[end + 1].gap > 0
    )


def _counts(tokens: Sequence[Token], place: int, end: int) -> bool:
    """True for "8" in "8 characters long"."""
    few = end == place + 1 and tokens[place].kind == DIGITS and len(tokens[place].plain) < 4
    return few and end < len(tokens) and tokens[end].kind == WORD and tokens[end].gap == SPACED


def _phrase_end(tokens: Sequence[Token], end: int, speech: Speech, *, strong: bool) -> int:
    for _ in range(_WORDS):
        if end >= len(tokens) or tokens[end].gap != SPACED or tokens[end].kind not in (WORD, DIGITS):
            return end
        word, following = tokens[end].plain, _chunk_end(tokens, end)
        if strong and word in speech.joins and _strong(tokens, following, _chunk_end(tokens, following)):
            end = _chunk_end(tokens, following)  # "hunter2 and hunter3"
            continue
        after = tokens[end + 1].plain if end + 1 < len(tokens) else ""
        if word in speech.breaks or following <= end or _is_a_label(tokens, following):
            return end
        if word in speech.joins and (strong or speech.tells(after) or after in ("", ":", "'")):
            return end
        if strong and speech.tells(word):
            return end
        end = following
    return end
