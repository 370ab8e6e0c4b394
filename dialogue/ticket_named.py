"""Which of several tickets a shopper names outright: by its reference, or by its place among them (R12)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.states import Ticket

_REFERENCE = re.compile(r"\bAO-\w+-\d+", re.I)
_NUMBERED = re.compile(
    r"(?:ticket|case|request|anfrage|demande|solicitud|pedido|تذكرة|number|no\.?|nr\.?|#)\s*#?\s*(\d)\b", re.I
)
#: Places among tickets, in the languages of the catalogues. What stands behind tells "my first ticket" from "first of
#: all".
_PLACES: tuple[tuple[int, str], ...] = (
    (0, r"first|1st|erste\w{0,2}|premi[eè]re?|primer[oa]?|primeir[oa]|الأولى?|الاولى?"),
    (1, r"second|2nd|zweite\w{0,2}|deuxi[eè]me|seconde|segund[oa]|الثانية?|الثاني"),
    (2, r"third|3rd|dritte\w{0,2}|troisi[eè]me|tercer[oa]?|terceir[oa]|الثالثة?"),
    (-1, r"last|latest|newest|letzte\w{0,2}|derni(?:er|[eè]re)|[uú]ltim[oa]|الأخيرة?|الاخيرة?"),
)
_PLACE = tuple(
    (place, re.compile(rf"(?<!\w)(?:{words})(?!\w)(?!\s+(?:of all|time|week|month|year|night))", re.I))
    for place, words in _PLACES
)


def ticket_named(tickets: Sequence[Ticket], text: str) -> Ticket | None:
    """The ticket whose reference or place `text` says; None where it says none, or more than one."""
    folded = text.casefold()
    referred = [t for t in tickets if re.search(rf"{re.escape(t.reference.casefold())}(?!\d)", folded)]
    if referred:
        return referred[0] if len(referred) == 1 else None
    if len(tickets) < 2 or names_a_foreign_one(tickets, text):
        return None
    places = {place for place, pattern in _PLACE if pattern.search(text)}
    places |= {int(n) - 1 for n in _NUMBERED.findall(text)}
    found = [tickets[place] for place in places if -1 <= place < len(tickets)]
    return found[0] if len(found) == 1 else None


def names_a_foreign_one(tickets: Sequence[Ticket], text: str) -> bool:
    """True where a ticket's reference stands in `text` that is none of these."""
    ours = {t.reference.casefold() for t in tickets}
    said = {found.casefold() for found in _REFERENCE.findall(text)}
    return bool(said) and not said & ours
