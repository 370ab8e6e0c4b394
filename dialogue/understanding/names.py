"""Reads the shopper's name: volunteered, beside an address, or as the answer to the question for it (R6).

A name is known by where it stands far more than by what it is: after "my name is", next to an email address that echoes
it, alone where a name was asked for. The lexicons only decide the doubtful places. Any script and any length passes;
what never passes is a question, an everyday phrase, a number, an address.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.understanding.name_forms import as_written, smooth
from dialogue.understanding.name_shapes import (
    RUN,
    TOKEN,
    begins_low,
    clean,
    is_capital,
    is_full,
    is_never_a_name,
    is_run,
    shape_of,
    shapes_of,
    tokens_of,
)
from dialogue.understanding.name_shapes import NameReading as NameReading
from dialogue.understanding.name_shapes import looks_like_name as looks_like_name
from dialogue.understanding.names_told import (
    beside_record,
    corrected,
    first_and_last,
    in_passing,
    is_my_name,
    labelled,
    signed,
)
from dialogue.understanding.never_names import is_brand, is_latin, is_near_courtesy
from dialogue.understanding.text import WORD, is_everyday, is_family_name, is_given_name, is_near_word, plain

HERE = re.compile(r"(?:^|[,.!?\n;][ ]*|\b(?:hi|hello|hey)[ ]+)(?P<name>[^,.!?\n;@]{2,60}?)[ ]+(?:here|speaking)\b")
_LABEL = re.compile(r"\b(?:e-?mail(?: address| id)?|mail(?: id)?|contact|and|with)\b[\s:=]*(?:is|:)?\s*$")
_FILLER = re.compile(
    r"^(?:(?:ok(?:ay)?|sure|yes|yeah|yep|yup|alright|right|of course|certainly|please|well|oh|so|um+|uh+|fine|no problem|"
    r"hi|hello|hey|sorry|thanks|thank you|great|perfect|it's|its|it is|that's|that is|that would be|i'm|i am|im|this is|"
    r"here (?:it is|you go|you are)|here is|here's|name|my name|the name is|full name|and|to|go ahead)\b[\s,.:!\-–]*)+"
)


def _beside_email(text: str, email: tuple[int, int], asked: bool) -> NameReading | None:
    low = plain(text)
    echo = text[email[0] : email[1]].split("@")[0]
    before = text[: email[0]]
    cut = len(before.rstrip(" \t,;:-–—(<[|/\n"))
    while label := _LABEL.search(low[:cut]):
        cut = len(low[: label.start()].rstrip(" \t,;:-–—(<[|/\n"))
    start = max(
        (
            m.end()
            for m in re.finditer(
                r"[,;:!?\n(|/]|\.(?=\s)(?<!\b[^\W\d_]\.)(?<!\b[dmsj][rst]\.)(?<!\bmrs\.)(?<!\bprof\.)|\s[-–—]\s",
                low[:cut],
            )
        ),
        default=0,
    )
    piece = text[start:cut]
    runs = list(RUN.finditer(piece))
    if runs and runs[-1].end() >= len(piece.rstrip(" .)")):
        tokens = list(TOKEN.finditer(piece, runs[-1].start(), runs[-1].end()))
        for first in range(max(0, len(tokens) - 8), len(tokens)):
            candidate = piece[tokens[first].start() : tokens[-1].end()]
            count = len(tokens) - first
            whole = first == 0 and runs[-1].start() <= len(piece) - len(piece.lstrip())
            lenient = whole and asked
            if count >= 2 and looks_like_name(candidate, lenient=lenient, echo=echo):
                value = clean(candidate)
                return NameReading(value, True, (start + tokens[first].start(), start + tokens[-1].end()))
            if count == 1 and whole and looks_like_name(candidate, lenient=asked, echo=echo):
                value = clean(candidate)
                return NameReading(
                    value,
                    asked or is_full(value),
                    (start + tokens[first].start(), start + tokens[-1].end()),
                )
    after = re.match(r"[\s,;:.\-–—)>\]|/]*(?:and |my name is )?", low[email[1] :])
    begin = email[1] + (after.end() if after else 0)
    end_match = re.search(r"[,;:!?\n(|@]|\.(?=\s|$)", text[begin:])
    tail = text[begin : begin + end_match.start()] if end_match else text[begin:]
    if looks_like_name(tail, lenient=asked, echo=echo) and (len(tokens_of(tail)) >= 2 or asked):
        return NameReading(clean(tail), True, (begin, begin + len(tail)))
    return None


def _pieces(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in re.finditer(
        r"[,;!?\n|/]|(?<=\s)#?\w*\d[\w-]*|\.(?=\s|$)(?<!\b[^\W\d_]\.)(?<!\b[DdMmSsJj][rst]\.)(?<!\bMrs\.)|\s[-–—]\s",
        text,
    ):
        spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, len(text))]


#: What parts a name from what follows it in an answer.
_AND_THEN = re.compile(r"\s+(?:and|but|my|is|from|at|with|on|for)\s+|\s+(?:email|e-mail)\b")


def _as_answer(text: str) -> NameReading | None:
    """The name in an answer to the question for it. A message that is nothing else may be any name; one among other words must
    be known for one."""
    pieces = [(a, b) for a, b in _pieces(text) if WORD.search(text, a, b)]
    many = sum(not _FILLER.fullmatch(plain(text[a:b]).strip() + " ") for a, b in pieces) > 1
    found = [f for start, end in pieces if (f := _answered(text, start, end, many=many))]
    return next((f for f in found if is_full(f.value)), found[0] if found else None)


def _answered(text: str, start: int, end: int, *, many: bool) -> NameReading | None:
    """The name in one piece of an answer. `many`: the answer says more than this."""
    piece = text[start:end]
    offset = start + (len(piece) - len(piece.lstrip()))
    filler = _FILLER.match(plain(piece).strip())
    body_start = offset + (filler.end() if filler else 0)
    body = text[body_start:end]
    if text[end : end + 1] == "?" or not body.strip() or _ADDRESSES.match(plain(piece)):
        return None
    head = _AND_THEN.split(body)[0] if len(tokens_of(body)) > 2 else body
    if filler and _GREETS.fullmatch(filler.group()) and len(tokens_of(head)) == 1:
        return None  # "hello Riley": somebody is greeted
    if not _is_answer(head, introduced=filler is not None, doubtful=many or _goes_on(body[len(head) :], head)):
        return None
    return NameReading(clean(head), True, (offset, body_start + len(head)))


#: A letter's beginning: who stands there is written to.
_ADDRESSES = re.compile(r"\s*dear\s")
_GREETS = re.compile(r"(?:hi|hello|hey)\W*")


def _goes_on(rest: str, head: str) -> bool:
    """More than a second field follows in the same breath, or anything at all after a single word."""
    return len(tokens_of(rest)) > (3 if len(tokens_of(head)) > 1 else 0)


def _is_answer(text: str, *, introduced: bool, doubtful: bool) -> bool:
    tokens = tokens_of(text)
    if not tokens:
        return False
    if len(tokens) == 1:
        listed_first = is_given_name(tokens[0])
        known = listed_first or is_family_name(tokens[0])
        if introduced and is_given_name(clean(text)):
            return True  # "it's will"
        if not looks_like_name(text, lenient=True) or is_brand(tokens) or is_near_courtesy(tokens[0]):
            return False
        if introduced and not known and tokens[0][0].islower() and is_near_word(tokens[0]):
            return False  # "thank you so muc"
        everyday = tokens[0][0].islower() and is_everyday(plain(tokens[0]))
        return (
            not doubtful
            or (known and not everyday and (is_capital(tokens[0]) or listed_first))
            or not is_latin(tokens[0][0])
        )
    return looks_like_name(text, lenient=not doubtful)


#: What may stand in a name that is told by its looks alone.
_LOOKS = frozenset(("name", "wordname", "unknown", "particle", "initial"))
#: Parts of such a name.
_PARTS = range(2, 5)


def _alone(text: str, *, beside_wish: bool) -> NameReading | None:
    """A whole message, or a whole sentence of one, that is nothing but a full name."""
    pieces = [
        (a, b) for a, b in _pieces(text) if text[a:b].strip() and not _FILLER.fullmatch(plain(text[a:b]).strip() + " ")
    ]
    for start, end in pieces:
        piece = text[start:end].strip()
        tokens = tokens_of(piece)
        if not 2 <= len(tokens) <= 7 or not is_run(piece) or text[end : end + 1] == "?":
            continue
        shapes = shapes_of(tokens)
        known = sum(s in ("name", "wordname") for s in shapes)
        first_given = is_given_name(tokens[0]) or shapes[0] in ("title", "foreign")
        if begins_low(tokens) or "foreign" in shapes or is_never_a_name(piece, tokens):
            # which words of a script without capitals are names cannot be told; an address or a label beside them can
            continue
        looks = _LOOKS.issuperset(shapes) and {"name", "unknown"} & set(shapes)
        if len(pieces) == 1 and len(tokens) <= 3 and looks and not any(is_near_courtesy(t) for t in tokens):
            return NameReading(clean(piece), True, (start, end))
        capitals = all(is_capital(t) for t, s in zip(tokens, shapes, strict=True) if s != "particle")
        if "no" in shapes or ("word" in shapes and not (capitals and known)):
            continue
        if len(tokens[-1]) == 1 and tokens[-1].islower():
            continue  # "anu w 58": the letter belongs to a number
        last = start == pieces[-1][0] and text[start - 1 : start] in {",", "\n", "-"}
        if last and len(pieces) > 1 and not beside_wish:
            if first_given and all(s in ("name", "wordname", "particle", "initial", "title") for s in shapes):
                return NameReading(clean(piece), True, (start, end))
        elif len(pieces) == 1 or beside_wish:
            if (
                "word" not in shapes
                and known
                and len(pieces) == 1
                and len(tokens) <= 4
                and shapes.count("wordname") < len(tokens)
            ):
                return NameReading(clean(piece), True, (start, end))
            if (capitals and (known or shapes.count("foreign") >= 2)) or (
                first_given and known >= 2 and shapes[0] != "wordname"
            ):
                return NameReading(clean(piece), True, (start, end))
    return None


def _in_front(text: str) -> NameReading | None:
    """A full name in front of something else: a comma, a line's end, a number ("oyinda balogun, xk29dd1")."""
    pieces = [(a, b) for a, b in _pieces(text) if text[a:b].strip()]
    if len(pieces) < 2:
        return None
    start, end = pieces[0]
    piece = text[start:end].strip()
    tokens = tokens_of(piece)
    parted = re.match(r"\s*(?:[,;\n|/]|#?\w*\d)", text[end:])
    if len(tokens) not in _PARTS or not parted or not is_run(piece):
        return None
    shapes = shapes_of(tokens)
    if begins_low(tokens) or is_never_a_name(piece, tokens) or not _LOOKS.issuperset(shapes):
        return None
    return NameReading(clean(piece), True, (start, end)) if "name" in shapes else None


def _doubtful(text: str) -> NameReading | None:
    """An answer to the question for the name, or the first piece of one, that could be a name and holds one word of a
    dictionary ("mihal copper")."""
    for start, end in _pieces(text):
        piece = text[start:end].strip(" @")
        tokens = tokens_of(piece)
        if not tokens:
            continue
        shapes = shapes_of(tokens)
        odd = len(tokens) not in _PARTS or not is_run(piece) or not is_latin(piece[0]) or text[end : end + 1] == "?"
        if odd or begins_low(tokens) or is_never_a_name(piece, tokens) or shapes.count("word") > 1:
            return None
        begin = text.index(piece, start)
        whole = (_LOOKS | {"word"}).issuperset(shapes)
        return NameReading(clean(piece), True, (begin, begin + len(piece))) if whole else None
    return None


def _guess(found: NameReading | None) -> NameReading | None:
    return replace(found, guessed=True) if found else None


def _unless(found: NameReading | None, *, told: bool) -> NameReading | None:
    """A guess, unless the question for a name, or an address beside it, tells that it is one."""
    return found if told else _guess(found)


def read_name(
    text: str,
    *,
    asked: bool,
    emails: tuple[tuple[int, int], ...] = (),
    beside_wish: bool = False,
    bare: bool = True,
) -> NameReading | None:
    """The shopper's name in `text`, or None. `asked`: the full name was just asked for; `emails`: spans of addresses.
    Without `bare`, only a name with a sign that it is the shopper's own is one: a label, "I'm", a signature, an
    address beside it. Words that merely look like a name ("Calvin Klein", a refusal in a language nobody knows here)
    are none (R6, R7)."""
    form = smooth(text)
    found = _read(form.text, asked=asked, emails=emails, beside_wish=beside_wish, bare=bare)
    return replace(found, value=as_written(form, found.value, found.span)) if found else None


def _read(
    text: str, *, asked: bool, emails: tuple[tuple[int, int], ...], beside_wish: bool, bare: bool
) -> NameReading | None:
    low = plain(text)
    blanked = text
    for start, end in emails:
        blanked = blanked[:start] + "@" * (end - start) + blanked[end:]
    found = (
        first_and_last(blanked, low)
        or corrected(blanked, low, bare=bare)
        or labelled(blanked, low)
        or is_my_name(blanked, low)
        or (_unless(beside_record(blanked, low), told=asked or bool(emails)) if bare else None)
        or signed(blanked, low)
    )
    weak = None if found else in_passing(blanked, low, bare=bare)
    if weak and weak.full:
        found = weak
    if not found:
        for span in emails:
            found = _beside_email(text, span, asked)
            if found and found.full:
                break
    if not found and asked:
        found = _as_answer(re.sub("@+", lambda m: "\n" * len(m.group()), blanked))
        found = found or _guess(_doubtful(blanked))
    if not found and (match := HERE.search(low)):
        name = clean(text[match.start("name") : match.end("name")])
        if looks_like_name(name, lenient=False) or (is_given_name(name) and shape_of(name) != "no"):
            found = NameReading(name, is_full(name), match.span())
    if not found and bare:
        found = _unless(_alone(blanked, beside_wish=beside_wish or bool(emails)), told=bool(emails))
        found = found or _guess(_in_front(blanked))
    found = found or weak
    if found and asked and not found.full:
        found = NameReading(found.value, True, found.span)
    return found


def digits_for_name(text: str) -> bool:
    """True where a number stands in a name's place: nothing but digits and signs (R6)."""
    return bool(re.fullmatch(r"[\W\d_]*\d[\W\d_]*", text)) and not WORD.search(text)
