"""Reads the shopper's name: volunteered, beside an address, or as the answer to the question for it (R6).

A name is known by where it stands far more than by what it is: after "my name is", next to an email address that echoes
it, alone where a name was asked for. The lexicons only decide the doubtful places. Any script and any length passes;
what never passes is a question, an everyday phrase, a number, an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogue.understanding.text import (
    NAME_TOKEN,
    NEVER_IN_NAMES,
    PARTICLES,
    TITLES,
    WORD,
    is_everyday,
    is_family_name,
    is_given_name,
    is_near_word,
    is_word,
    plain,
)

_TOKEN = re.compile(rf"{NAME_TOKEN}\.?")
_RUN = re.compile(rf"(?:{NAME_TOKEN}\.?)(?:[ \t]+(?:{NAME_TOKEN}\.?))*")
_STRONG = re.compile(
    r"\b(?:(?:my|the|full|our|customer|first|and|complete)[ ]+)*(?:full[ ]+|complete[ ]+)?name(?:'s|s)?(?:[ ]+(?:here|again|on (?:the )?(?:account|order)))?"
    r"[ ]*(?:\bis\b|\bwould be\b|:|=|-|–)[ ]*(?:[\"'(]?)(?=\S)"
    r"|\bname's[ ]+|\bname[ ]+(?=[A-Z])|\b(?:i am|i'm|im) (?:called|named)[ ]+|\b(?:under|in) the name(?: of)?[ ]+"
)
#: "name sam joe", "Full name Sam Joe": a label without a sign, at the start of the message or a line.
_LABELLED = re.compile(r"(?:^|\n)[ ]*(?:full |customer |my )?name[ ]+(?=\S)")
#: What a shop asks to be told beside the name; a name that opens a message stands right before it.
_RECORD = re.compile(
    r"[ ,.:;\-–]*(?:\S*\d\S*|(?:and )?(?:(?:the|my|with|an?) )?(?:e-?mail|account|booking|confirmation|card|order|ssn|pin|phone|mobile|"
    r"number|id|dob|claim|policy|membership|member|reference|username|zip|post ?code)\b)"
)
_OPENING = re.compile(r"\s*(?:(?:hi|hello|hey|yes|yeah|ok(?:ay)?|sure|of course|it's|its|i'm|i am|this is)\b[ ,.!]*)*")
_IS_MY_NAME = re.compile(r"(?P<name>[^,.!?\n;@]{3,60}?)[ ]+is my (?:full )?name\b")
_OTHER_NAME = re.compile(
    r"\b(?:maiden|user|pet'?s?|brand|company|product|store|shop|file|middle|card|dog'?s?|street|agent'?s?|your|his|her)[ ]+$"
)
#: "My friend's name is Bob", "their name is": not the shopper's.
_SOMEBODYS = re.compile(r"(?:\w's?'?|\b(?:their|whose))[ ]+$")
_MY_NAME = re.compile(r"\bmy (?:full )?name[ ]+(?!is\b)(?=\S)")
_WEAK = re.compile(
    r"(?:\b(?:i'm|i am|im|i m|this is|it's|its|it is|here is|here's|call me|you(?:'re| are) (?:chatting|talking|speaking) (?:with|to))[ ]+)"
)
_HERE = re.compile(r"(?:^|[,.!?\n;][ ]*|\b(?:hi|hello|hey)[ ]+)(?P<name>[^,.!?\n;@]{2,60}?)[ ]+(?:here|speaking)\b")
_SIGN_OFF = re.compile(
    r"(?:regards|sincerely|cheers|best|thanks|thank you|many thanks|yours)[,.!]?[ ]*\n+[ ]*[-–]?[ ]*(?P<name>[^\n@,]{3,60})\s*$"
)
_INVERTED = re.compile(rf"\s*(?P<family>{NAME_TOKEN})\s*,\s*(?P<given>{NAME_TOKEN}(?:[ ]{NAME_TOKEN})?)\s*\.?\s*")
_LABEL = re.compile(r"\b(?:e-?mail(?: address| id)?|mail(?: id)?|contact|and|with)\b[\s:=]*(?:is|:)?\s*$")
_FILLER = re.compile(
    r"^(?:(?:ok(?:ay)?|sure|yes|yeah|yep|yup|alright|right|of course|certainly|please|well|oh|so|um+|uh+|fine|no problem|"
    r"hi|hello|hey|sorry|thanks|thank you|great|perfect|it's|its|it is|that's|that is|that would be|i'm|i am|im|this is|"
    r"here (?:it is|you go|you are)|here is|here's|name|my name|the name is|full name|and|to|go ahead)\b[\s,.:!\-–]*)+"
)
#: Words about shopping and support that stand capitalised at the start of answers and are no names.
_SHOP_WORDS = frozenset(
    """colour color size blue red green black white pink grey gray yellow brown lamp shoes shirt jacket coat dress mug
    mugs chair table desk kettle blender phone laptop delivery discount box zip lid button charger cable bag watch
    ring toy book sofa bed order item product store shop website app password voucher coupon gift card payment
    invoice service quality customer agent manager team please live real nothing none private secret anonymous
    unknown test""".split()
)  # fmt: skip


#: Large places that are nobody's name: given where a name was asked for, they are a misunderstanding.
_PLACES = frozenset(
    """london|berlin|tokyo|new york|los angeles|san francisco|las vegas|mumbai|delhi|new delhi|beijing|shanghai|chicago|
    houston|toronto|madrid|barcelona|moscow|istanbul|mexico city|sao paulo|são paulo|rio de janeiro|buenos aires|hong kong|
    bangkok|seoul|manila|jakarta|cairo|lagos|nairobi|cape town|johannesburg|amsterdam|brussels|vienna|munich|hamburg|zurich|
    geneva|stockholm|oslo|copenhagen|helsinki|dublin|manchester|birmingham|melbourne|brisbane|auckland|germany|france|spain|
    italy|england|scotland|ireland|canada|australia|brazil|china|japan|india|usa|uk|united states|united kingdom""".replace(
        "\n", ""
    )
    .replace("    ", "")
    .split("|")
)


@dataclass(frozen=True)
class NameReading:
    """`full`: more than a greeting name, or the answer to the question for the full name. `span` covers the words that
    introduce it too, so that they can be taken out of the reason."""

    value: str
    full: bool
    span: tuple[int, int]


def _shape(token: str) -> str:
    """How much a token looks like part of a name: `name`, `title`, `initial`, `particle`, `foreign`, `word`, `no`."""
    bare = token.strip(".")
    low = plain(bare)
    if low in TITLES:
        return "title"
    if bare == "I":
        return "no"
    if len(bare) == 1 and bare.isalpha() and (bare.isupper() or not bare.isascii()):
        return "initial"
    if low in NEVER_IN_NAMES or low in _SHOP_WORDS:
        return "no"
    if not (bare[0].isascii() or "\u00c0" <= bare[0] <= "\u024f" or "\u1e00" <= bare[0] <= "\u1eff"):
        return "foreign"
    if is_given_name(bare) or is_family_name(bare):
        return "wordname" if is_everyday(low) else "name"
    if low in PARTICLES:
        return "particle"
    if not is_word(low):
        return "foreign" if not bare.isascii() else "unknown"
    return "word"


def _shapes(tokens: list[str]) -> list[str]:
    """Shapes in context: a colour or a thing of the shop is a family name after a first name (Emma Brown, Jack Bell)."""
    shapes = [_shape(t) for t in tokens]
    for place, token in enumerate(tokens):
        if 0 < place < len(tokens) - 1 and len(token) == 1 and token.isalpha():
            shapes[place] = "initial"
        if place and shapes[place] == "title" and is_given_name(token):
            shapes[place] = "wordname"  # "don" after a name is no title
        if place and shapes[place] == "no" and plain(token.strip(".")) in _SHOP_WORDS and is_family_name(token):
            if is_given_name(tokens[0]) or shapes[0] in ("name", "title"):
                shapes[place] = "wordname"
    return shapes


def _tokens(text: str) -> list[str]:
    return [m.group() for m in _TOKEN.finditer(text)]


def _is_run(text: str) -> bool:
    return bool(_RUN.fullmatch(text.strip()))


def _capital(token: str) -> bool:
    return token[0].isupper() or (not token[0].isascii() and token[0].lower() == token[0].upper())


def _clean(text: str) -> str:
    text = " ".join(text.split()).strip(" \t\"'“”()<>[]{}-–—:,;!?*_")
    while text.endswith(".") and not (
        re.search(r"(?:^|[ .])[^\W\d_]\.$", text) or plain(text.split()[-1].strip(".")) in {*TITLES, "jr", "sr", "st"}
    ):
        text = text[:-1]
    return text


def _is_full(value: str) -> bool:
    """Two words, or one unbroken word in a script that writes full names without a space."""
    tokens = [t for t in _tokens(value) if plain(t.strip(".")) not in TITLES]
    if len(tokens) >= 2:
        return True
    return any("\u3400" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in value) and len(value) >= 2


def _begins_low(tokens: list[str], shapes: list[str]) -> bool:
    """A small word before capitals ("auf keinen Fall", "ich bin Jörg Weiß"): a phrase, in whatever language, and no
    name. Names begin with a capital where they have any, or with a particle of a family name ("van Dijk")."""
    if len(tokens) < 2 or _capital(tokens[0]) or not any(_capital(t) for t in tokens[1:]):
        return False
    if shapes[0] == "particle":
        return len(tokens) > 2 and is_given_name(tokens[1]) and _capital(tokens[1])
    return not is_given_name(tokens[0])


def looks_like_name(text: str, *, lenient: bool, echo: str = "") -> bool:
    """Is the whole of `text` a name? `lenient`: a name was asked for here. `echo`: local part of the address beside it."""
    text = _clean(text)
    if not text or not _is_run(text):
        return False
    tokens = _tokens(text)
    if len(tokens) > 8 or len(text) > 120:
        return False
    shapes = _shapes(tokens)
    if (
        "no" in shapes
        or (shapes.count("particle") + shapes.count("title")) == len(shapes)
        or _begins_low(tokens, shapes)
    ):
        return False
    echoed = [bool(echo) and len(t) >= 3 and plain(t.strip(".")) in plain(echo) for t in tokens]
    strong = sum(s in ("name", "foreign") or e for s, e in zip(shapes, echoed, strict=True))
    capitals = all(_capital(t) for t, s in zip(tokens, shapes, strict=True) if s != "particle")
    words = [t for t, s, e in zip(tokens, shapes, echoed, strict=True) if s == "word" and not e]
    doubtful = shapes.count("wordname")
    if lenient:
        if plain(text) in _PLACES:
            return False
        if len(tokens) == 1:
            return shapes[0] != "word" or (capitals and len(text) > 2)
        if words and not capitals:
            return strong + doubtful > 0 and len(words) <= 1 and len(tokens) <= 3
        return True
    if words:
        return capitals and len(words) < len(tokens) and strong + doubtful > 0 and len(tokens) <= 5
    if capitals:
        return (
            strong > 0
            or doubtful > 1
            or (len(tokens) >= 2 and all(s in ("unknown", "initial", "wordname") for s in shapes))
        )
    return (
        strong >= 1
        and (strong + doubtful + shapes.count("unknown") + shapes.count("particle") >= len(tokens) - 1)
        and (strong + doubtful >= 2 or any(echoed))
    )


def _greedy(text: str, start: int, *, strong: bool) -> tuple[str, int] | None:
    """The name that begins at `start`, up to the first thing that cannot be in it; with its end."""
    match = _RUN.match(text, start)
    if not match:
        return None
    taken: list[re.Match[str]] = []
    ahead = list(_TOKEN.finditer(text, start, match.end()))
    for place, token in enumerate(ahead):
        following = [
            t.group()
            for t in ahead[place + 1 : place + 2]
            if _shape(t.group()) in ("name", "wordname", "unknown", "word")
        ]
        shape = _shapes([*(t.group() for t in taken), token.group(), *following])[len(taken)]
        if shape == "no" or len(taken) >= 8:
            break
        closes = place + 1 == len(ahead) or _shape(ahead[place + 1].group()) == "no"
        if (
            shape == "word"
            and not _capital(token.group())
            and not (strong and len(taken) < 4 and (closes or not taken))
        ):
            break
        if (
            shape == "word"
            and strong
            and taken
            and all(_capital(t.group()) for t in taken)
            and not _capital(token.group())
        ):
            break
        taken.append(token)
        # A sentence may end here: a full stop after more than an initial or a title closes the name.
        if token.group().endswith(".") and shape not in ("initial", "title") and len(token.group()) > 2:
            break
    while taken and _shape(taken[-1].group()) == "particle" and len(taken) > 1 and not _capital(taken[-1].group()):
        taken.pop()
    if not taken:
        return None
    return text[start : taken[-1].end()], taken[-1].end()


def _strong(text: str, low: str) -> NameReading | None:
    for match in (*_STRONG.finditer(low), *_MY_NAME.finditer(low), *_LABELLED.finditer(low)):
        before = low[: match.start()]
        if _OTHER_NAME.search(before) or _SOMEBODYS.search(before):
            continue
        got = _greedy(text, match.end(), strong=True)
        if not got:
            continue
        value = _clean(got[0])
        shapes = [_shape(t) for t in _tokens(value)]
        if not shapes or (all(s == "word" for s in shapes) and not all(_capital(t) for t in _tokens(value))):
            continue
        end = got[1] - (1 if got[0].endswith(".") and not value.endswith(".") else 0)
        return NameReading(value, _is_full(value), (match.start(), end))
    return None


def _weak(text: str, low: str, *, bare: bool) -> NameReading | None:
    for match in _WEAK.finditer(low):
        if not bare and match.group().startswith(("it", "this", "here")):
            continue  # "it's Calvin Klein" may speak of the shirt
        got = _greedy(text, match.end(), strong=False)
        if not got:
            continue
        value = _clean(got[0])
        tokens = _tokens(value)
        end = got[1] - (1 if got[0].endswith(".") and not value.endswith(".") else 0)
        listed = (
            all(s in ("name", "wordname") for s in _shapes(tokens)) and is_given_name(tokens[0]) if tokens else False
        )
        if len(tokens) > 1 and (listed or looks_like_name(value, lenient=False)):
            return NameReading(value, _is_full(value), (match.start(), end))
        if (tokens and _shape(tokens[0]) in ("name", "foreign")) or (
            tokens and _shape(tokens[0]) == "wordname" and _capital(tokens[0])
        ):
            if len(tokens) == 1 and match.group().strip() not in ("it's", "its", "it is", "here is", "here's"):
                return NameReading(value, _is_full(value), (match.start(), end))
    return None


def _beside_email(text: str, email: tuple[int, int], asked: bool) -> NameReading | None:
    low = plain(text)
    echo = text[email[0] : email[1]].split("@")[0]
    before = text[: email[0]]
    cut = len(before.rstrip(" \t,;:-–—(<[|/\n"))
    while label := _LABEL.search(low[:cut]):
        cut = len(low[: label.start()].rstrip(" \t,;:-–—(<[|/\n"))
    start = max(
        (m.end() for m in re.finditer(r"[,;:!?\n(|/]|\.(?=\s)(?<!\b[^\W\d_]\.)(?<!\bdr\.)|\s[-–—]\s", low[:cut])),
        default=0,
    )
    piece = text[start:cut]
    runs = list(_RUN.finditer(piece))
    if runs and runs[-1].end() >= len(piece.rstrip(" .)")):
        tokens = list(_TOKEN.finditer(piece, runs[-1].start(), runs[-1].end()))
        for first in range(max(0, len(tokens) - 8), len(tokens)):
            candidate = piece[tokens[first].start() : tokens[-1].end()]
            count = len(tokens) - first
            whole = first == 0 and runs[-1].start() <= len(piece) - len(piece.lstrip())
            lenient = whole and asked
            if count >= 2 and looks_like_name(candidate, lenient=lenient, echo=echo):
                value = _clean(candidate)
                return NameReading(value, True, (start + tokens[first].start(), start + tokens[-1].end()))
            if count == 1 and whole and looks_like_name(candidate, lenient=asked, echo=echo):
                value = _clean(candidate)
                return NameReading(
                    value,
                    asked or _is_full(value),
                    (start + tokens[first].start(), start + tokens[-1].end()),
                )
    after = re.match(r"[\s,;:.\-–—)>\]|/]*(?:and |my name is )?", low[email[1] :])
    begin = email[1] + (after.end() if after else 0)
    end_match = re.search(r"[,;:!?\n(|@]|\.(?=\s|$)", text[begin:])
    tail = text[begin : begin + end_match.start()] if end_match else text[begin:]
    if looks_like_name(tail, lenient=asked, echo=echo) and (len(_tokens(tail)) >= 2 or asked):
        return NameReading(_clean(tail), True, (begin, begin + len(tail)))
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


def _as_answer(text: str) -> NameReading | None:
    if inverted := _INVERTED.fullmatch(text):
        if looks_like_name(inverted["family"], lenient=False) or is_family_name(inverted["family"]):
            if is_given_name(inverted["given"].split()[0]) and not _FILLER.match(plain(text)):
                return NameReading(_clean(text), True, (0, len(text)))
    for start, end in _pieces(text):
        piece = text[start:end]
        low = plain(piece).strip()
        offset = start + (len(piece) - len(piece.lstrip()))
        filler = _FILLER.match(low)
        body_start = offset + (filler.end() if filler else 0)
        body = text[body_start:end]
        if text[end : end + 1] == "?" or not body.strip():
            continue
        body = (
            re.split(r"\s+(?:and|but|my|is|from|at|with|on|for)\s+|\s+(?:email|e-mail)\b", body)[0]
            if len(_tokens(body)) > 2
            else body
        )
        introduced = filler is not None and is_given_name(_clean(body))  # "it's will"
        if introduced or looks_like_name(body, lenient=True):
            return NameReading(_clean(body), True, (offset, body_start + len(body)))
    return None


def _unheard(tokens: list[str], shapes: list[str]) -> bool:
    """Words that are a message of their own and that no dictionary and no list knows, not even misspelt: what else would
    somebody type as two such words but a name? One of them may be listed."""
    listed = "name" in shapes
    return shapes.count("wordname") < len(tokens) and all(
        s in ("name", "wordname") or (s == "unknown" and len(t) >= 3 and (listed or not is_near_word(t)))
        for t, s in zip(tokens, shapes, strict=True)
    )


def _alone(text: str, *, beside_wish: bool) -> NameReading | None:
    """A whole message, or a whole sentence of one, that is nothing but a full name."""
    pieces = [(a, b) for a, b in _pieces(text) if text[a:b].strip()]
    for start, end in pieces:
        piece = text[start:end].strip()
        tokens = _tokens(piece)
        if not 2 <= len(tokens) <= 7 or not _is_run(piece) or text[end : end + 1] == "?":
            continue
        shapes = _shapes(tokens)
        known = sum(s in ("name", "wordname") for s in shapes)
        first_given = is_given_name(tokens[0]) or shapes[0] in ("title", "foreign")
        if _begins_low(tokens, shapes) or "foreign" in shapes:
            # which words of a script without capitals are names cannot be told; an address or a label beside them can
            continue
        if len(pieces) == 1 and len(tokens) <= 3 and _unheard(tokens, shapes):
            return NameReading(_clean(piece), True, (start, end))
        capitals = all(_capital(t) for t, s in zip(tokens, shapes, strict=True) if s != "particle")
        if "no" in shapes or ("word" in shapes and not (capitals and known)):
            continue
        last = start == pieces[-1][0] and text[start - 1 : start] in {",", "\n", "-"}
        if last and len(pieces) > 1 and not beside_wish:
            if first_given and all(s in ("name", "wordname", "particle", "initial", "title") for s in shapes):
                return NameReading(_clean(piece), True, (start, end))
        elif len(pieces) == 1 or beside_wish:
            if (
                "word" not in shapes
                and known
                and len(pieces) == 1
                and len(tokens) <= 4
                and shapes.count("wordname") < len(tokens)
            ):
                return NameReading(_clean(piece), True, (start, end))
            if (capitals and (known or shapes.count("foreign") >= 2)) or (
                first_given and known >= 2 and shapes[0] != "wordname"
            ):
                return NameReading(_clean(piece), True, (start, end))
    return None


def _named_run(text: str, start: int) -> tuple[str, int] | None:
    """Two to four words at `start` that the lists know for a name in any case, longest first; with their end."""
    match = _RUN.match(text, start)
    tokens = list(_TOKEN.finditer(text, start, match.end())) if match else []
    for count in range(min(4, len(tokens)), 1, -1):
        shapes = _shapes([t.group() for t in tokens[:count]])
        if not all(s in ("name", "wordname", "unknown", "initial") for s in shapes) or shapes[-1] == "initial":
            continue
        if "name" in shapes and (is_given_name(tokens[0].group()) or is_given_name(tokens[count - 1].group())):
            return text[start : tokens[count - 1].end()], tokens[count - 1].end()
    return None


def _beside_record(text: str, low: str) -> NameReading | None:
    """A name that opens the message, with an account or a number after it: "jane doe 8573 pin 12"."""
    opening = _OPENING.match(low)
    start = opening.end() if opening else 0
    got = _named_run(text, start)
    if got and _RECORD.match(low, got[1]):
        return NameReading(_clean(got[0]), True, (start, got[1]))
    return None


def _is_my_name(text: str, low: str) -> NameReading | None:
    if match := _IS_MY_NAME.search(low):
        tokens = list(_TOKEN.finditer(text, match.start("name"), match.end("name")))[-4:]
        for first in range(len(tokens)):
            value = text[tokens[first].start() : match.end("name")]
            if looks_like_name(value, lenient=False) and _is_full(value):
                return NameReading(_clean(value), True, (tokens[first].start(), match.end()))
    return None


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
    low = plain(text)
    blanked = text
    for start, end in emails:
        blanked = blanked[:start] + "@" * (end - start) + blanked[end:]
    found = _strong(blanked, low) or _is_my_name(blanked, low) or (_beside_record(blanked, low) if bare else None)
    weak = None if found else _weak(blanked, low, bare=bare)
    if weak and weak.full:
        found = weak
    if not found:
        for span in emails:
            found = _beside_email(text, span, asked)
            if found and found.full:
                break
    if not found and asked:
        found = _as_answer(re.sub("@+", lambda m: "\n" * len(m.group()), blanked))
    if not found and (match := _HERE.search(low)):
        name = _clean(text[match.start("name") : match.end("name")])
        if looks_like_name(name, lenient=False) or (is_given_name(name) and _shape(name) != "no"):
            found = NameReading(name, _is_full(name), match.span())
    if not found and (match := _SIGN_OFF.search(low)):
        name = text[match.start("name") : match.end("name")]
        if looks_like_name(name, lenient=False) and len(_tokens(name)) >= 2:
            found = NameReading(_clean(name), True, match.span("name"))
    if not found and bare:
        found = _alone(blanked, beside_wish=beside_wish or bool(emails))
    found = found or weak
    if found and asked and not found.full:
        found = NameReading(found.value, True, found.span)
    return found


def digits_for_name(text: str) -> bool:
    """True where a number stands in a name's place: nothing but digits and signs (R6)."""
    return bool(re.fullmatch(r"[\W\d_]*\d[\W\d_]*", text)) and not WORD.search(text)
