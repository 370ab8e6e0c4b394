"""Text made plain without moving a character, and the lexicons. Spans found in the plain text hold in the original."""

from __future__ import annotations

import functools
import pathlib
import re
import unicodedata

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_HERE = pathlib.Path(__file__).parent / "lexicons"
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "\u00a0": " "})
#: Signs of other scripts that part words as ours do.
_SIGNS = str.maketrans("،؛؟，；？！：（）", ",;?,;?!:()")
#: Marks of writing direction. Whoever writes is shown the right one without them, and whoever reads a value that holds one
#: may be shown another.
_DIRECTIONS = dict.fromkeys((0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_stemmer = Stemmer.Stemmer("english")


def _marks() -> str:
    """The combining marks of every script as ranges of a character class, by what Unicode says each character is. No script
    beyond the second plane has any, but for variation selectors."""
    found: list[tuple[int, int]] = []
    for code in range(0x300, 0x20000):
        if unicodedata.category(chr(code))[0] == "M":
            if found and found[-1][1] == code - 1:
                found[-1] = (found[-1][0], code)
            else:
                found.append((code, code))
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in found)


#: For names in Arabic, Hindi, Thai, Vietnamese ...
MARKS = _marks()
LETTER = r"[^\W\d_]"
#: One word of a name: letters and marks of any script, joined by apostrophe, hyphen or middle dot; initials with dots.
NAME_TOKEN = (
    rf"{LETTER}(?:{LETTER}|[{MARKS}]|[\u200c\u200d])*"
    rf"(?:['’ʼ‘`´\-‐‑·]{LETTER}(?:{LETTER}|[{MARKS}]|[\u200c\u200d])*)*"
)
WORD = re.compile(NAME_TOKEN)


def without_directions(text: str) -> str:
    """`text` without marks of writing direction, which are in no value that is stored."""
    return text if text.isascii() else text.translate(_DIRECTIONS)


def with_plain_signs(text: str) -> str:
    """Commas, question marks and the like of other scripts as ours; every character stays where it was."""
    return text if text.isascii() else text.translate(_SIGNS)


def plain(text: str) -> str:
    """Lower case, straight quotes, plain signs; every character stays where it was, so that spans carry over."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return with_plain_signs(lowered.translate(_QUOTES))


@functools.cache
def _lines(name: str) -> frozenset[str]:
    return frozenset(_HERE.joinpath(name).read_text(encoding="utf-8").split("\n"))


@functools.cache
def _of_all_scripts(name: str) -> frozenset[str]:
    return _lines(name) | _lines(name.replace(".txt", "_arabic.txt"))


#: First names too short, or too much like a particle, for the lists.
_SHORT_NAMES = frozenset("al bo cy ed jo ty lu li wu mo bea kay lou".split())


@functools.lru_cache(maxsize=20_000)
def is_given_name(token: str) -> bool:
    """True for a first name known from many countries, whatever its case."""
    if token.casefold() in _SHORT_NAMES:
        return True
    return _known(token, "given_names.txt")


@functools.lru_cache(maxsize=20_000)
def is_family_name(token: str) -> bool:
    """True for a family name known from many countries, whatever its case."""
    return _known(token, "family_names.txt")


def is_of_shops(token: str) -> bool:
    """True for a word about shopping and support that stands capitalised at the start of answers and is no name."""
    return token in _lines("shop_words.txt")


def _known(token: str, table: str) -> bool:
    token = unicodedata.normalize("NFC", token.casefold()).strip(".")
    names = _of_all_scripts(table)
    return len(token) > 1 and (token in names or ("-" in token and all(part in names for part in token.split("-"))))


_BEYOND_DICTIONARY = frozenset(
    """ok okay okey okk yeah yep yup yea yes yess nah nope no hmm hmmm hm um umm uh uhh lol lmao omg wtf pls plz thx
    tnx ty thanx hi hii hiya hey heya helo hello hai bye byee cya gonna wanna gotta dunno cant dont wont didnt
    doesnt isnt im ive id its thats whats hows wheres email emails mail gmail yahoo hotmail outlook online website
    webpage login app iphone ipad usb tv pc laptop refund refunds asap faq url wifi english chatbot bot whatsapp
    amazon ebay paypal visa mastercard tho bc cuz coz u ur r y n k kk idk btw fyi tbh np smh ffs wth alot tmrw msg
    hr hrs mins wk wks mon tue tues wed thu thurs fri sat sun monday tuesday wednesday thursday friday saturday
    sunday january february march april june july august september october november december christmas europe
    america usa uk""".split()
)


@functools.lru_cache(maxsize=20_000)
def is_word(token: str) -> bool:
    """True for an everyday English word, by its stem ("waiting" is one, "Sukarno" is not)."""
    token = token.casefold().replace("’", "'")
    if token in _BEYOND_DICTIONARY:
        return True
    if "'" in token:
        token = token.split("'")[0]
    parts = [p for p in token.split("-") if p]
    return bool(parts) and all(_stemmer.stemWord(p) in _lines("words.txt") for p in parts)


def is_everyday(token: str) -> bool:
    """True for a name that is also a word everybody uses ("rose", "price"; not "john" or "gilbert")."""
    return token.casefold() in _lines("everyday.txt")


@functools.cache
def _stems_by_start() -> dict[tuple[str, int], list[str]]:
    table: dict[tuple[str, int], list[str]] = {}
    for word in _lines("words.txt"):
        table.setdefault((word[:1], len(word)), []).append(word)
    return table


@functools.lru_cache(maxsize=20_000)
def is_near_word(token: str) -> bool:
    """True for what is one slip away from an English word ("trakcing"), first letters taken as typed."""
    stemmed = stem(token.casefold())
    table = _stems_by_start()
    near = [w for size in (-1, 0, 1) for w in table.get((stemmed[:1], len(stemmed) + size), ())]
    return process.extractOne(stemmed, near, scorer=DamerauLevenshtein.distance, score_cutoff=1) is not None


#: Closed-class words and other words that never belong to a name, in any case and any place but an initial.
NEVER_IN_NAMES = frozenset(
    """i i'm im i've ive i'd id i'll me my mine myself you your yours u ur he his him she her it its it's we us our
    they them their this that these those there here who what when where why how which whose a an the and or but so
    if then than as because since for from to of in on at by with about into over after before not no yes yeah yep
    nope ok okay is isn't am are was were be been being do does did don't dont doesn't didn't have has had haven't
    hasn't can can't cannot could would should shall must please pls plz thanks thank thx hi hello hey bye goodbye
    sorry also too just only still yet now again ever never very really well hmm um uh email e-mail mail address
    name order orders ticket tickets parcel package refund return item delivery help support need want wants get got
    gave give send sent open close create raise file escalate talk speak human agent person someone somebody anyone
    nothing something anything everything all any some more same new old other another one two three first last next
    number phone account card ssn pin id dob acct passcode zipcode postcode booking confirmation membership policy claim customer charged broken damaged missing wrong late received arrived waiting nevermind cancel
    stop question problem issue reason sure go ahead yup nah maybe great good fine bad nice cool awesome perfect
    done ready today tomorrow yesterday morning evening afternoon night days weeks months hours fast slow soon asap""".split()
)
PARTICLES = frozenset(
    """de da do dos das du del della di des van von vom der den dem het la le les lo el al ul ur bin bint binti ibn ben
    abu abd zu zur zum af av ter ten te tot y e i san santa st st. mac mc ap ab o' d' l' 't op ait ould bou um umm
    ya""".split()
)
TITLES = frozenset(
    """mr mrs ms miss mx dr prof professor sir dame lady lord rev fr sr sra srta don doña herr frau mme m""".split()
)


def stem(word: str) -> str:
    """The Snowball stem of an English word."""
    return str(_stemmer.stemWord(word))
