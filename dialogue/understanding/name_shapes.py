"""Whether words have the shape of a name: word by word, in context, and as a whole. The lexicons decide only what the shape
leaves open. Any script and any length passes; what never passes is a question, an everyday phrase, a number, an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogue.understanding.name_forms import SUFFIXES
from dialogue.understanding.never_names import (
    SHORT_FAMILY_NAMES,
    is_brand,
    is_company,
    is_courtesy,
    is_latin,
    is_place,
    speaks,
    writes_no_spaces,
)
from dialogue.understanding.text import (
    NAME_TOKEN,
    NEVER_IN_NAMES,
    PARTICLES,
    TITLES,
    is_everyday,
    is_family_name,
    is_given_name,
    is_of_shops,
    is_word,
    plain,
)

TOKEN = re.compile(rf"{NAME_TOKEN}\.?")
#: Words of a name; initials may stand without spaces ("J.R.R. Tolkien").
RUN = re.compile(rf"(?:{NAME_TOKEN}\.?)(?:(?:[ \t]+|(?<=[^\W\d_]\.)(?=[^\W\d_]\.))(?:{NAME_TOKEN}\.?))*")
#: The same of so many words as a name may have, and some that do not belong to it.
FEW_WORDS = re.compile(RUN.pattern.removesuffix("*") + "{0,13}")


@dataclass(frozen=True)
class NameReading:
    """`full`: more than a greeting name, or the answer to the question for the full name. `span` covers the words that
    introduce it too, so that they can be taken out of the reason. `guessed`: nothing tells that it is a name but
    what it looks like."""

    value: str
    full: bool
    span: tuple[int, int]
    guessed: bool = False


def shape_of(token: str) -> str:
    """How much a token looks like part of a name: `name`, `title`, `initial`, `particle`, `foreign`, `word`, `no`."""
    bare = token.strip(".")
    low = plain(bare)
    if low in TITLES or low in SUFFIXES:
        return "title"
    if bare == "I":
        return "no"
    if len(bare) == 1 and bare.isalpha() and (bare.isupper() or not bare.isascii()):
        return "initial"
    if low in NEVER_IN_NAMES or is_of_shops(low):
        return "no"
    if not is_latin(bare[0]):
        return "foreign"
    if is_given_name(bare) or is_family_name(bare):
        return "wordname" if is_everyday(low) else "name"
    if low in PARTICLES:
        return "particle"
    if not is_word(low):
        return "foreign" if not bare.isascii() else "unknown"
    return "word"


#: What a first name may look like before a family name that is a small English word.
_BEFORE_GO = ("name", "wordname", "unknown", "foreign", "title")


def shapes_of(tokens: list[str]) -> list[str]:
    """Shapes in context: a colour or a thing of the shop is a family name after a first name (Emma Brown, Jack Bell)."""
    shapes = [shape_of(t) for t in tokens]
    if (
        len(tokens) > 1
        and shapes[0] == "word"
        and "-" in tokens[0]
        and is_capital(tokens[0])
        and is_family_name(tokens[-1])
    ):
        shapes[0] = "wordname"  # "Seo-ah", whose halves are words
    for place, token in enumerate(tokens):
        if 0 < place < len(tokens) - 1 and len(token) == 1 and token.isalpha():
            shapes[place] = "initial"
        if place and shapes[place] == "title" and is_given_name(token):
            shapes[place] = "wordname"  # "don" after a name is no title
        low = plain(token.strip("."))
        if place and shapes[place] == "no" and (is_family_name(token) or low in SHORT_FAMILY_NAMES):
            if is_of_shops(low) and (is_given_name(tokens[0]) or shapes[0] in ("name", "title")):
                shapes[place] = "wordname"
            elif place == len(tokens) - 1 and token[0].isupper() and tokens[0][0].isupper() and shapes[0] in _BEFORE_GO:
                shapes[place] = "wordname"  # "Seo-ah Go", "Hieu Do"
    return shapes


def tokens_of(text: str) -> list[str]:
    return [m.group() for m in TOKEN.finditer(text)]


def is_run(text: str) -> bool:
    return bool(RUN.fullmatch(text.strip()))


def is_capital(token: str) -> bool:
    return token[0].isupper() or (not token[0].isascii() and token[0].lower() == token[0].upper())


def clean(text: str) -> str:
    text = " ".join(text.split()).strip(" \t\"'“”()<>[]{}-–—:,;!?*_")
    while text.endswith(".") and not (
        re.search(r"(?:^|[ .])[^\W\d_]\.$", text) or plain(text.split()[-1].strip(".")) in {*TITLES, "jr", "sr", "st"}
    ):
        text = text[:-1]
    return text


def is_full(value: str) -> bool:
    """Two words, or one unbroken word in a script that writes full names without a space."""
    tokens = [t for t in tokens_of(value) if plain(t.strip(".")) not in TITLES]
    if len(tokens) >= 2:
        return True
    return len(value) >= 2 and writes_no_spaces(value[0])


def begins_low(tokens: list[str]) -> bool:
    """A small word before capitals ("auf keinen Fall", "ich bin Jörg Weiß"): a phrase, in whatever language, and no
    name. Names begin with a capital where they have any, or with a particle of a family name ("van Dijk")."""
    if len(tokens) < 2 or is_capital(tokens[0]) or not any(is_capital(t) for t in tokens[1:]):
        return False
    if plain(tokens[0]) in PARTICLES:
        rest = [t for t in tokens if plain(t) not in PARTICLES]
        return not (len(rest) > 1 and all(map(is_capital, rest)) and any(map(is_given_name, rest)))
    return not is_given_name(tokens[0])


def is_never_a_name(text: str, tokens: list[str]) -> bool:
    """Words that are no person's name whatever stands around them: a phrase of some language, a brand, a place, a
    company."""
    return speaks(tokens) or is_brand(tokens) or is_place(text) or is_company(tokens)


def looks_like_name(text: str, *, lenient: bool, echo: str = "") -> bool:
    """Is the whole of `text` a name? `lenient`: a name was asked for here. `echo`: local part of the address beside it."""
    return not is_never_a_name(clean(text), tokens_of(text)) and shaped_like_name(text, lenient=lenient, echo=echo)


def shaped_like_name(text: str, *, lenient: bool, echo: str = "") -> bool:
    """The same by shape alone, where the words around it say already that it is one."""
    text = clean(text)
    if not text or not is_run(text):
        return False
    tokens = tokens_of(text)
    if len(tokens) > 8 or len(text) > 120:
        return False
    shapes = shapes_of(tokens)
    if "no" in shapes or (shapes.count("particle") + shapes.count("title")) == len(shapes) or begins_low(tokens):
        return False
    echoed = [bool(echo) and len(t) >= 3 and plain(t.strip(".")) in plain(echo) for t in tokens]
    strong = sum(s in ("name", "foreign") or e for s, e in zip(shapes, echoed, strict=True))
    capitals = all(is_capital(t) for t, s in zip(tokens, shapes, strict=True) if s != "particle")
    words = [t for t, s, e in zip(tokens, shapes, echoed, strict=True) if s == "word" and not e]
    doubtful = shapes.count("wordname")
    if lenient:
        if len(tokens) == 1:
            return shapes[0] != "word" and not is_courtesy(text)
        if len(words) == len(tokens):
            return False  # "Home Depot": words alone, whatever their capitals
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


def name_at(text: str, start: int, *, strong: bool) -> tuple[str, int] | None:
    """The name that begins at `start`, up to the first thing that cannot be in it; with its end."""
    match = FEW_WORDS.match(text, start)
    if not match:
        return None
    taken: list[re.Match[str]] = []
    ahead = list(TOKEN.finditer(text, start, match.end()))
    for place, token in enumerate(ahead):
        following = [
            t.group()
            for t in ahead[place + 1 : place + 2]
            if shape_of(t.group()) in ("name", "wordname", "unknown", "word")
        ]
        shape = shapes_of([*(t.group() for t in taken), token.group(), *following])[len(taken)]
        if shape == "no" or len(taken) >= 8:
            break
        closes = place + 1 == len(ahead) or shape_of(ahead[place + 1].group()) == "no"
        if (
            shape == "word"
            and not is_capital(token.group())
            and not (strong and len(taken) < 4 and (closes or not taken))
        ):
            break
        if (
            shape == "word"
            and strong
            and taken
            and all(is_capital(t.group()) for t in taken)
            and not is_capital(token.group())
        ):
            break
        taken.append(token)
        # A sentence may end here: a full stop after more than an initial or a title closes the name.
        if token.group().endswith(".") and shape not in ("initial", "title") and len(token.group()) > 2:
            break
    while taken and shape_of(taken[-1].group()) == "particle" and len(taken) > 1 and not is_capital(taken[-1].group()):
        taken.pop()
    if not taken:
        return None
    return text[start : taken[-1].end()], taken[-1].end()
