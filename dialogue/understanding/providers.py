"""Slips in the name of a great mail provider ("gmial.com", "gmail,com"): which domain was likely meant (R6).

Nearness decides, over a list of providers in a file; no slip is written down here. A domain that the list knows, as a
provider or as a neighbour of one, is never a slip; nor is one whose first letter differs, for that makes another word
("email", "cloud") more often than a slip.
"""

from __future__ import annotations

import functools
import pathlib

from rapidfuzz.distance import DamerauLevenshtein

_LIST = pathlib.Path(__file__).parent / "lexicons" / "mail_providers.txt"
#: Shorter names are one letter away from too much that exists ("live", "love"): only their ending is looked at.
_LONG_ENOUGH = 5
#: From this length on two slips in the name are forgiven.
_VERY_LONG = 7
#: Endings that are another letter's or a lost letter's "com", although countries own some of them.
_MISTYPED_COM = frozenset(("co", "cm", "om", "cmo", "ocm", "c0m"))
#: What people type for the dot; no domain holds it.
_FOR_A_DOT = str.maketrans({",": ".", ";": ".", "/": ".", "。": ".", "．": ".", "_": "."})


@functools.cache
def _lists() -> tuple[tuple[str, ...], frozenset[str]]:
    lines = [line for line in _LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return tuple(line for line in lines if not line.startswith("=")), frozenset(line.lstrip("=") for line in lines)


def likely_domain(domain: str) -> str | None:
    """The provider's domain that was likely meant, or None where `domain` is no slip in one."""
    great, known = _lists()
    typed = domain.casefold().strip(".")
    if typed in known:
        return None
    dotted = typed.translate(_FOR_A_DOT)
    if dotted in great:
        return dotted
    return _nearest(dotted, great)


@functools.lru_cache(maxsize=4096)
def _nearest(typed: str, great: tuple[str, ...]) -> str | None:
    label, dot, ending = typed.partition(".")
    best: tuple[int, str] | None = None
    for domain in great:
        name, _, rest = domain.partition(".")
        cost = _slips(label, dot + ending, name, "." + rest)
        if cost and (best is None or cost < best[0]):
            best = (cost, domain)
    return best[1] if best else None


def _slips(label: str, ending: str, name: str, rest: str) -> int:
    """How many slips lead from a provider's name and ending to what was typed; 0 where no slips do."""
    if not ending:  # "gmailcom", "gmail"
        run_on = label.removesuffix(rest.replace(".", "")) if label != name else label
        return 1 if run_on == name and rest == ".com" else 0
    if label == name:
        in_label = 0
    else:
        most = 2 if len(name) >= _VERY_LONG else 1
        in_label = DamerauLevenshtein.distance(label, name, score_cutoff=most)
        if len(name) < _LONG_ENOUGH or label[:1] != name[:1] or in_label > most:
            return 0
    in_ending = DamerauLevenshtein.distance(ending, rest, score_cutoff=1)
    country = ending.count(".") == 1 and len(ending) == 3
    if in_ending > 1 or (in_ending and country and not (rest == ".com" and ending[1:] in _MISTYPED_COM)):
        return 0
    return in_label + in_ending
