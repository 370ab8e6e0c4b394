"""What is never a name, in whatever language: function words, courtesies, brands, great places, companies (R6, R7).

Lists of kinds of words and not of phrases: function words come from a package (`stopwordsiso`, 57 languages), the rest from
files in `lexicons`. Languages that write no spaces are told by their endings and particles, which no name has.
"""

from __future__ import annotations

import functools
import pathlib
import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from dialogue.understanding import contact_words, request_words
from dialogue.understanding.text import PARTICLES, is_family_name, is_given_name, plain

_HERE = pathlib.Path(__file__).parent / "lexicons"

#: Of so many words in a row, two that are small words everywhere make a phrase.
_MANY = 4
#: Function words that are names as well, in scripts whose names no list here holds.
_NAMES_AS_WELL = frozenset(
    "بن ابن بنت زياد صباح لقاء تمام هيا سبحان زمانی هستی איתן איתי אשר אלה עלי אל בן बिना मगर काम মিনা".split()
)
#: Family names that are small words in small letters ("Seo-ah Go", "Hieu Do"), and are too short for the lists.
SHORT_FAMILY_NAMES = frozenset("go do so an oh ho ma ko su yu ng".split())
#: Signs of a clause where words are not parted by spaces, or end it: particles, copulas, polite endings.
_CLAUSE = re.compile(
    r"[不没沒别別了吗嗎吧呢您们們请請谢謝这這的]|です|ます|ません|ない|いいえ|はい|下さい|ください|ありがとう|どうも|けっこう|結構|大丈夫"
    r"|니다|(?:어|아|에|네|니|지|군|데|세|예|해|워|와|돼|래)요$|괜찮|싫|됐|않|없|나중|やめ|ไม่|ครับ|ค่ะ|คะ$|ขอบคุณ"
)
#: Legal forms and what companies call themselves: a name that ends so is a company's.
_COMPANY = frozenset(
    """ltd limited inc incorporated llc llp plc gmbh mbh kg kgaa ohg ug sarl sas srl spa bv nv oy aps pty pvt corp
    corporation company companies group holding holdings studio studios solutions services technologies systems industries
    partners associates consulting enterprises foundation university school college bank shop store stores boutique hotel
    restaurant cafe team department dept agency labs tools logistics trading international media design designs outlet
    company's & co""".split()
)
#: Large places that are nobody's name: given where a name was asked for, they are a misunderstanding.
_PLACES = frozenset(
    """london|berlin|tokyo|new york|los angeles|san francisco|las vegas|mumbai|delhi|new delhi|beijing|shanghai|chicago|
    houston|toronto|madrid|barcelona|moscow|istanbul|mexico city|sao paulo|são paulo|rio de janeiro|buenos aires|hong kong|
    bangkok|seoul|manila|jakarta|cairo|lagos|nairobi|cape town|johannesburg|amsterdam|brussels|vienna|munich|hamburg|zurich|
    geneva|stockholm|oslo|copenhagen|helsinki|dublin|manchester|birmingham|melbourne|brisbane|auckland|germany|france|spain|
    italy|england|scotland|ireland|canada|australia|brazil|china|japan|india|usa|uk|united states|united kingdom|new york city|
    new zealand|south africa|san diego|salt lake city|santa monica|saint louis|st. louis|kuala lumpur|tel aviv|saudi arabia|
    costa rica|puerto rico|sri lanka|north carolina|south carolina|new jersey|new mexico|san jose|san antonio|abu dhabi|
    köln|münchen|wien|zürich|paris france|milano|roma|lisboa|porto|warszawa|praha|москва|القاهرة|دبي|東京|北京|上海|서울""".replace(
        "\n", ""
    )
    .replace("    ", "")
    .split("|")
)


@functools.cache
def _small_words() -> frozenset[str]:
    """Function words of every language but English, whose own are judged by the readers, and courtesies of many."""
    import stopwordsiso  # here, for what it imports takes longer than all the rest of this module

    words = {w.casefold() for lang in stopwordsiso.langs() - {"en"} for w in stopwordsiso.stopwords(lang)}
    return frozenset(words | _courtesies())


@functools.cache
def _courtesies() -> frozenset[str]:
    lines = (_HERE / "courtesies.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(w for line in lines if not line.startswith("#") for w in line.casefold().split())


@functools.cache
def _brands() -> frozenset[str]:
    lines = (_HERE / "brands.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_latin(char: str) -> bool:
    """By the character's own name; ASCII letters are."""
    return char.isascii() or _script(char) == "LATIN"


def writes_no_spaces(char: str) -> bool:
    """Scripts that write a full name as one unbroken word."""
    return _script(char) in ("CJK", "HANGUL", "HIRAGANA", "KATAKANA")


@functools.lru_cache(maxsize=8192)
def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ")[0].split("-")[0]


@functools.lru_cache(maxsize=20_000)
def is_small_word(token: str) -> bool:
    """A function word or a courtesy of some language, and no name or particle of one that is known."""
    low = unicodedata.normalize("NFC", plain(token).casefold()).strip(".")
    if len(low) == 1 or low in PARTICLES or low in _NAMES_AS_WELL or (token[0].isupper() and low in SHORT_FAMILY_NAMES):
        return False
    if not is_latin(low[0]):
        return low in _small_words()
    return low in _small_words() and not is_given_name(low) and not is_family_name(low)


def is_courtesy(token: str) -> bool:
    """A greeting, thanks, a yes or a no of some language, alone."""
    low = plain(token).casefold().strip(".")
    return low in _courtesies() and not is_given_name(low)


@functools.lru_cache(maxsize=20_000)
def is_near_courtesy(token: str) -> bool:
    """A courtesy with a slip or letters drawn out in it ("yesss", "thnaks", "hellooo"), and no name that is known."""
    low = re.sub(r"(.)\1+", r"\1", plain(token).strip("."))
    if len(low) < 2 or is_given_name(token) or is_family_name(token):
        return False
    near = [w for w in _squeezed() if abs(len(w) - len(low)) <= 1 and w[0] == low[0]]
    most = 0 if len(low) < 4 else 1
    return process.extractOne(low, near, scorer=DamerauLevenshtein.distance, score_cutoff=most) is not None


@functools.cache
def _squeezed() -> tuple[str, ...]:
    """English courtesies, drawn-out letters single: shoppers who mistype one write English here."""
    line = (_HERE / "courtesies.txt").read_text(encoding="utf-8").splitlines()[2]
    return tuple(sorted({re.sub(r"(.)\1+", r"\1", w) for w in line.split()}))


def speaks(tokens: Sequence[str]) -> bool:
    """True where words are a phrase of some language and no name, as far as their form and small words tell."""
    if any(_CLAUSE.search(t) for t in tokens if not is_latin(t[0])):
        return True
    if any(contact_words.speaks_of_contact(plain(t)) for t in tokens) or request_words.hesitates(" ".join(tokens)):
        return True
    small = [t for t in tokens if is_small_word(t)]
    if len(tokens) >= _MANY and sum(t.islower() and t in _small_words() and t not in PARTICLES for t in tokens) > 1:
        return True  # "tage und es ist nichts gekommen": nobody is called that, although somebody is called each of it
    if not small:
        return False
    if any(is_courtesy(t) and t[0].islower() for t in small) or 2 * len(small) > len(tokens):
        return True
    if any(is_given_name(t) or is_family_name(t) for t in tokens if t not in small):
        return False
    # no word that is known for a name: a phrase begins with its small word, or is written small throughout
    return tokens[0] in small or not all(t[0].isupper() for t in tokens) or any(map(is_courtesy, small))


def is_brand(tokens: Sequence[str]) -> bool:
    """What is sold under a name, or made by somebody: "Calvin Klein", "Ford Focus", "Toyota"."""
    low = [plain(t).strip(".") for t in tokens]
    for size in (3, 2):
        if len(low) >= size and " ".join(low[:size]) in _brands():
            return True
    if not low or low[0] not in _brands():
        return False
    return not any(is_family_name(t) or is_given_name(t) for t in low[1:] if t not in _brands())


def is_place(text: str) -> bool:
    return plain(text) in _PLACES


def is_company(tokens: Sequence[str]) -> bool:
    """A company by its legal form or by what it calls itself, at the end; "& Co" too."""
    return len(tokens) > 1 and plain(tokens[-1]).strip(".") in _COMPANY
