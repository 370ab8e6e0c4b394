"""Names with a sign beside them that they are names, and whose: a label, an introduction, a signature, a record's number, a
correction.
"""

from __future__ import annotations

import itertools
import re

from dialogue.understanding import contact_words
from dialogue.understanding.name_shapes import (
    FEW_WORDS,
    TOKEN,
    NameReading,
    clean,
    is_capital,
    is_full,
    looks_like_name,
    name_at,
    shape_of,
    shaped_like_name,
    shapes_of,
    tokens_of,
)
from dialogue.understanding.never_names import is_brand, is_company, is_courtesy, is_place, is_small_word, speaks
from dialogue.understanding.text import NAME_TOKEN, is_given_name, plain

_STRONG = re.compile(
    r"\b(?:(?:my|the|full|our|customer|first|and|complete)[ ]+)*(?:full[ ]+|complete[ ]+)?name(?:'s|s)?(?:[ ]+(?:here|again|on (?:the )?(?:account|order)))?"
    r"[ ]*(?:\bis\b|\bwould be\b|:|=|-|–)[ ]*(?:[\"'(]?)(?=\S)"
    r"|\bname's[ ]+|\bname[ ]+(?=[A-Z])|\b(?:i am|i'm|im) (?:called|named)[ ]+|\b(?:under|in) the name(?: of)?[ ]+"
)
#: "name sam joe", "Full name Sam Joe": a label without a sign, at the start of the message or a line.
_LABELLED = re.compile(r"(?:^|\n)[ ]*(?:full |customer |my )?name[ ]+(?=\S)")
#: What a shop asks to be told beside the name; a name that opens a message stands right before it.
_RECORD = re.compile(
    r"[ ,.:;\-–]*(?:\S*\d\S*|[a-z]{1,3}[ ]\d|(?:and )?(?:(?:the|my|with|an?) )?(?:e-?mail|account|booking|confirmation|card|order|ssn|pin|phone|mobile|"
    r"number|id|dob|claim|policy|membership|member|reference|username|zip|post ?code)\b)"
)
#: Where a sentence begins; the stop after a title or an initial ends none.
_SENTENCE = re.compile(r"^|(?<=[.!?\n])(?<!\b[dmsj][rst]\.)(?<!\bmrs\.)(?<!\b[^\W\d_]\.)[ ]+")
_OPENING = re.compile(r"\s*(?:(?:hi|hello|hey|yes|yeah|ok(?:ay)?|sure|of course|it's|its|i'm|i am|this is)\b[ ,.!]*)*")
_IS_MY_NAME = re.compile(r"(?P<name>[^,.!?\n;@]{3,60}?)[ ]+is my (?:full )?name\b")
_OTHER_NAME = re.compile(
    r"\b(?:maiden|user|pet'?s?|brand|company|product|store|shop|file|middle|card|dog'?s?|street|agent'?s?|your|his|her)[ ]+$"
)
#: "My friend's name is Bob", "their name is": not the shopper's.
_SOMEBODYS = re.compile(r"(?:\w's?'?|\b(?:their|whose))[ ]+$")
_MY_NAME = re.compile(r"\bmy (?:full )?name[ ]+(?!is\b)(?=\S)")
_WEAK = re.compile(
    r"(?:(?:^|[.!?\n][ ]*)i,[ ]+|\b(?:is|it's|registered|booked|placed|account|order|reservation|policy)[ ]+under[ ]+|\b(?:i'm|i am|im|i m|this is|it's|its|it is|here is|here's|call me|you(?:'re| are) (?:chatting|talking|speaking) (?:with|to))[ ]+(?:(?:your|a|the)[ ]+(?:[\w-]+[ ]+){0,2}?(?:buddy|friend|pal|mate|fan|neighbou?r|customer|client)s?[ ,]+)?)"
)
#: A letter's end, in the languages spoken here: what stands below it is who wrote it, and for whom.
_SIGN_OFF = re.compile(
    r"(?:^|[\n.!?,][ ]*)(?:(?:kind(?:est)?|best|warm(?:est)?|many|with|my|mit|freundlichen|viele|liebe|beste|un|cordial|"
    r"saludos?|meilleures|bien|atenciosamente|com os)[ ]+)*(?:regards|wishes|sincerely|cheers|best|thanks|thank you|yours|"
    r"respectfully|truly|faithfully|grüßen|grüße|gruß|gruss|mfg|cordialement|salutations|saludos?|saludo|atentamente|"
    r"cumprimentos|atenciosamente|abraços|مع التحية|تحياتي)(?:[ ]+(?:yours|truly|faithfully|sincerely))?[,.!]?[ ]*(?:\n|,[ ]*(?=\S)|[-–][ ]*)"
)


def labelled(text: str, low: str) -> NameReading | None:
    for match in (
        *_STRONG.finditer(low),
        *_MY_NAME.finditer(low),
        *_LABELLED.finditer(low),
        *contact_words.NAME.finditer(low),
    ):
        before = low[: match.start()]
        if _OTHER_NAME.search(before) or _SOMEBODYS.search(before):
            continue
        got = name_at(text, match.end(), strong=True)
        if not got:
            continue
        value = clean(got[0])
        shapes = [shape_of(t) for t in tokens_of(value)]
        if not shapes or (all(s == "word" for s in shapes) and not all(is_capital(t) for t in tokens_of(value))):
            continue
        if is_place(value) or any(is_courtesy(t) and not is_capital(t) for t in tokens_of(value)):
            continue
        end = got[1] - (1 if got[0].endswith(".") and not value.endswith(".") else 0)
        return NameReading(value, is_full(value), (match.start(), end))
    return None


def in_passing(text: str, low: str, *, bare: bool) -> NameReading | None:
    for match in (*_WEAK.finditer(low), *contact_words.CALLED.finditer(low)):
        if not bare and match.group().startswith(("it", "this", "here")):
            continue  # "it's Calvin Klein" may speak of the shirt
        got = name_at(text, match.end(), strong=False)
        if not got:
            continue
        value = clean(got[0])
        tokens = tokens_of(value)
        end = got[1] - (1 if got[0].endswith(".") and not value.endswith(".") else 0)
        listed = (
            all(s in ("name", "wordname") for s in shapes_of(tokens)) and is_given_name(tokens[0]) if tokens else False
        )
        if is_brand(tokens) or is_place(value) or (speaks(tokens) and not all(t[0].isupper() for t in tokens)):
            continue
        if len(tokens) > 1 and (listed or shaped_like_name(value, lenient=False)):
            return NameReading(value, is_full(value), (match.start(), end))
        shape = shape_of(tokens[0]) if tokens else "no"
        if shape == "name" or (shape in ("foreign", "wordname") and is_capital(tokens[0])):  # "c'est réglé" is no name
            if len(tokens) == 1 and match.group().strip() not in ("it's", "its", "it is", "here is", "here's"):
                return NameReading(value, is_full(value), (match.start(), end))
    return None


def _named_run(text: str, start: int) -> tuple[str, int] | None:
    """Two to four words at `start` that the lists know for a name in any case, longest first; with their end."""
    match = FEW_WORDS.match(text, start)
    tokens = list(TOKEN.finditer(text, start, match.end())) if match else []
    for count in range(min(4, len(tokens)), 1, -1):
        shapes = shapes_of([t.group() for t in tokens[:count]])
        if (
            not all(s in ("name", "wordname", "unknown", "initial") for s in shapes)
            or len(tokens[count - 1].group()) == 1
        ):
            continue
        if "name" in shapes and (is_given_name(tokens[0].group()) or is_given_name(tokens[count - 1].group())):
            return text[start : tokens[count - 1].end()], tokens[count - 1].end()
    return None


def beside_record(text: str, low: str) -> NameReading | None:
    """A name that opens a sentence, with an account or a number after it: "jane doe 8573 pin 12"."""
    for place in itertools.islice(_SENTENCE.finditer(low), 8):
        opening = _OPENING.match(low, place.end())
        start = opening.end() if opening else place.end()
        got = _named_run(text, start)
        if got and _RECORD.match(low, got[1]):
            return NameReading(clean(got[0]), True, (start, got[1]))
    return None


def signed(text: str, low: str) -> NameReading | None:
    """Who signed: the person in the lines below a letter's end, not the company beside them. The end itself and the company
    are no more of what was told than the name is."""
    for match in itertools.islice(_SIGN_OFF.finditer(low), 3):
        begin = match.start() + len(match.group()) - len(match.group().lstrip(" \n.!?,"))
        name: NameReading | None = None
        for line in itertools.islice(re.finditer(r"[^\n,|@]+", text[match.end() :]), 4):
            end, tokens = match.end() + line.end(), tokens_of(clean(line.group()))
            if is_company(tokens):
                name = name and NameReading(name.value, True, (begin, end))
            elif name is None and len(tokens) >= 2 and looks_like_name(line.group(), lenient=False):
                if "thank" in match.group():  # thanks are a courtesy of their own (R19)
                    begin = match.end() + line.start()
                name = NameReading(clean(line.group()), True, (begin, end))
            else:
                break
        if name:
            return name
    return None


#: "I mean", and whatever takes the last word back.
_MEANT = re.compile(
    r"\b(?:i mean|i meant|meant to (?:say|write|type)|correction[ ]?:?|make (?:that|it)|(?:change|correct|update|set|switch) (?:the|my|this) (?:full )?name(?: [\w ]{0,20})? to|(?:it's|it is|is) (?:spelled|spelt|written)|(?:it|that|the name|my name) should (?:be|say|read))[ ,:]+"
)
#: "Use Janet Smith instead", "put Janet Smith as the name".
_INSTEAD = re.compile(r"\b(?:use|put|take|write|enter)[ ]+")
_AS_NAME = re.compile(r"[ ]+(?:instead|as (?:the|my) (?:full )?name|for the name)\b")
_TAKES_BACK = re.compile(r"\bnot\b|n't\b|\binstead of\b|\brather than\b")
_NOT_BUT = re.compile(
    rf"(?:\bnot|n't)[ ]+(?P<old>{NAME_TOKEN}(?:[ ]{NAME_TOKEN}){{0,3}}?)[ ]?,?[ ]+(?:but|it's|it is|rather|i'm|i am|my name is)[ ]+(?P<new>{NAME_TOKEN}(?:[ ]{NAME_TOKEN}){{0,3}})"
)
_AND_NOT = re.compile(
    rf"(?<![\w'\-])(?P<new>{NAME_TOKEN}(?:[ ]{NAME_TOKEN}){{0,3}})[ ]?,?[ ]+(?:and[ ]+)?(?:not|instead of|rather than)[ ]+(?P<old>{NAME_TOKEN}(?:[ ]{NAME_TOKEN}){{0,3}})"
)


def corrected(text: str, low: str, *, bare: bool) -> NameReading | None:
    """The name that takes another's place (R5): "not Jane but Janet", "Janet, not Jane", "I mean Janet Smith"."""
    if not bare:
        return None  # what is put right at an offer may be a brand as well as a name
    for pattern in (_NOT_BUT, _AND_NOT) if _TAKES_BACK.search(low) else ():
        for match in pattern.finditer(low):
            old = _names_in(text[match.start("old") : match.end("old")], first=True)
            new = _names_in(text[match.start("new") : match.end("new")], first=pattern is _NOT_BUT)
            if old and new and plain(old) != plain(new):
                return NameReading(new, True, match.span())
    for match in (*_MEANT.finditer(low), *_INSTEAD.finditer(low)):
        got = name_at(text, match.end(), strong=False)
        if match.re is _INSTEAD and got and not _AS_NAME.match(low, got[1]):
            continue
        if got and len(tokens_of(got[0])) > 1 and looks_like_name(got[0], lenient=False):
            return NameReading(clean(got[0]), True, (match.start(), got[1]))
    return None


def _names_in(text: str, *, first: bool) -> str | None:
    """The longest name at the beginning of a few words, or at their end; one word must be a first name that is known."""
    tokens = list(TOKEN.finditer(text))
    for size in range(len(tokens), 0, -1):
        run = tokens[:size] if first else tokens[-size:]
        words = [t.group() for t in run]
        if size == 1 and not (is_given_name(words[0]) and shape_of(words[0]) == "name" and is_capital(words[0])):
            continue
        value = text[run[0].start() : run[-1].end()]
        if size == 1 or (looks_like_name(value, lenient=False) and shape_of(words[0]) in ("name", "wordname", "title")):
            return clean(value)
    return None


#: "First name Jane, last name Doe": two labels for one name.
_FIRST_LAST = re.compile(
    rf"\b(?:first|given)[ ]?name(?:'s|[ ]+is)?[ :=]+(?P<first>{NAME_TOKEN})[ ,;.\n]*(?:and[ ]+)?(?:my[ ]+|the[ ]+)?"
    rf"(?:last|family|sur)[ ]?name(?:'s|[ ]+is)?[ :=]+(?P<last>{NAME_TOKEN})"
)


def first_and_last(text: str, low: str) -> NameReading | None:
    match = _FIRST_LAST.search(low)
    if not match or is_small_word(match["first"]) or is_small_word(match["last"]):
        return None
    value = " ".join(text[slice(*match.span(part))] for part in ("first", "last"))
    return NameReading(value, True, match.span())


def is_my_name(text: str, low: str) -> NameReading | None:
    if match := _IS_MY_NAME.search(low):
        tokens = list(TOKEN.finditer(text, match.start("name"), match.end("name")))[-4:]
        for first in range(len(tokens)):
            value = text[tokens[first].start() : match.end("name")]
            if looks_like_name(value, lenient=False) and is_full(value):
                return NameReading(clean(value), True, (tokens[first].start(), match.end()))
    return None
