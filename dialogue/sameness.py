"""Is this the same issue again (R4, R12)? Pure word comparison; no understanding may live here.

Two questions are asked of a pair of wordings. `adds_detail`: does the second say anything the first did not? Then it is
appended while a ticket is being prepared, so that nothing is lost (R4). `same_issue`: are both about one matter? Then,
after filing, the second is an update and not a new ticket (R12). Wordings are compared as sets of stems; words for one
thing (arrived, received, came) count as one, and the *kind* of trouble (late, broken, wrong, charged ...) decides before
the mere number of shared words does: a missing lamp and a broken lamp are two issues.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_SAID_BY_ANYONE = frozenset(
    """a about again all also should shall might may must am an and any are as at be been but by can could did do does for from get give go got had
    has have he hello help her here hey hi him his how i if i'd i'll i'm i've im in is isn't it it's its ive just
    know let like made make me mine more my need no not now of off ok okay on one only or our out please pls plz
    really same she so some still such than thank thanks that that's the their them then there they this to too u up
    us very want wants was wasn't we well were what when where which who why will with would yes yet you your
    haven't hasn't hadn't didn't doesn't don't issue problem ticket case request regarding concerning order orders
    parcel package item items product purchase stuff thing things delivery shipment follow followup following chase
    chasing check checking update news anything something nothing ever never""".split()
)
_TIME = frozenset(
    """day days week weeks month months hour hours today yesterday tomorrow ago now monday tuesday wednesday thursday
    friday saturday sunday since wk wks""".split()
)

#: Word beginnings that say what kind of trouble it is. Order matters only for reading; a word has one kind.
_KINDS: tuple[tuple[str, str], ...] = (
    ("arriv", "LATE"), ("receiv", "LATE"), ("reciev", "LATE"), ("came", "LATE"), ("come", "LATE"), ("deliver", "LATE"),
    ("late", "LATE"), ("delay", "LATE"), ("overdue", "LATE"), ("wait", "LATE"), ("show", "LATE"), ("lost", "LOST"),
    ("stolen", "STOLEN"), ("stole", "STOLEN"), ("broke", "BROKEN"), ("crack", "BROKEN"), ("damag", "BROKEN"),
    ("smash", "BROKEN"), ("shatter", "BROKEN"), ("torn", "BROKEN"), ("rip", "BROKEN"), ("dent", "BROKEN"),
    ("scratch", "BROKEN"), ("faulty", "FAULTY"), ("defect", "FAULTY"), ("work", "FAULTY"), ("switch", "FAULTY"),
    ("turn", "FAULTY"), ("smell", "FAULTY"), ("smok", "FAULTY"), ("leak", "FAULTY"), ("missing", "MISSING"),
    ("incomplet", "MISSING"), ("empty", "MISSING"), ("wrong", "WRONG"), ("incorrect", "WRONG"), ("differ", "WRONG"),
    ("charg", "CHARGED"), ("twice", "CHARGED"), ("bill", "CHARGED"), ("overcharg", "CHARGED"), ("refund", "REFUND"),
    ("reimburs", "REFUND"), ("return", "RETURN"), ("exchang", "RETURN"), ("cancel", "CANCEL"), ("login", "ACCOUNT"),
    ("password", "ACCOUNT"), ("account", "ACCOUNT"),
)  # fmt: skip


def _stem(word: str) -> str:
    for ending in ("'s", "’s", "ing", "ied", "ies", "ed", "es", "s", "ly", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _kind(word: str) -> str | None:
    return next((kind for beginning, kind in _KINDS if word.startswith(beginning)), None)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def substance(text: str) -> frozenset[str]:
    """What a wording says beyond everyday words: stems, and kinds of trouble in capitals."""
    found = set()
    for word in _words(text):
        kind = _kind(word)
        if kind:
            found.add(kind)
        elif word not in _SAID_BY_ANYONE:
            found.add(_stem(word))
    return frozenset(found)


def adds_detail(known: str, said: str) -> bool:
    """True where `said` carries substance that `known` lacks (R4)."""
    return bool(substance(said) - substance(known))


def same_issue(known: str, said: str) -> bool:
    """True where both wordings are about one matter (R12): no new kind of trouble, and mostly the same words."""
    old = {w for w in substance(known) if w not in _TIME and not w.isdigit()}
    new = {w for w in substance(said) if w not in _TIME and not w.isdigit()}
    if not new - old:
        return True
    kinds_old, kinds_new = ({w for w in words if w.isupper()} for words in (old, new))
    if kinds_new - kinds_old:
        return False
    return len(new & old) * 2 >= len(new)
