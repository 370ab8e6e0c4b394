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
_stemmer = Stemmer.Stemmer("english")

#: Combining marks of every script in the basic plane, for names in Arabic, Hindi, Thai, Vietnamese ...
MARKS = "".join(
    f"{chr(a)}-{chr(b)}"
    for a, b in (
        (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
        (0x06D6, 0x06ED), (0x0900, 0x0903), (0x093A, 0x094F), (0x0951, 0x0963), (0x0981, 0x0983), (0x09BC, 0x09D7),
        (0x0A01, 0x0A03), (0x0A3C, 0x0A51), (0x0A81, 0x0A83), (0x0ABC, 0x0ACD), (0x0B01, 0x0B03), (0x0B3C, 0x0B57),
        (0x0B82, 0x0B82), (0x0BBE, 0x0BCD), (0x0C00, 0x0C04), (0x0C3E, 0x0C56), (0x0C81, 0x0C83), (0x0CBC, 0x0CD6),
        (0x0D00, 0x0D03), (0x0D3B, 0x0D57), (0x0D81, 0x0DDF), (0x0E31, 0x0E3A), (0x0E47, 0x0E4E), (0x0EB1, 0x0EBC),
        (0x0EC8, 0x0ECD), (0x102B, 0x103E), (0x1AB0, 0x1AFF), (0x17B4, 0x17D3), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
    )
)  # fmt: skip
LETTER = r"[^\W\d_]"
#: One word of a name: letters and marks of any script, joined by apostrophe, hyphen or middle dot; initials with dots.
NAME_TOKEN = (
    rf"{LETTER}(?:{LETTER}|[{MARKS}]|[\u200c\u200d])*"
    rf"(?:['’ʼ‘`´\-‐‑·]{LETTER}(?:{LETTER}|[{MARKS}]|[\u200c\u200d])*)*"
)
WORD = re.compile(NAME_TOKEN)


def plain(text: str) -> str:
    """Lower case, straight quotes; every character stays where it was, so that spans carry over."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lowered.translate(_QUOTES)


@functools.cache
def _lines(name: str) -> frozenset[str]:
    return frozenset(_HERE.joinpath(name).read_text(encoding="utf-8").split("\n"))


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


def _known(token: str, table: str) -> bool:
    token = unicodedata.normalize("NFC", token.casefold()).strip(".")
    names = _lines(table)
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
