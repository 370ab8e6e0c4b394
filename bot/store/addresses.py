"""Addresses as they stand in texts, in any spelling. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

_PART = r"\s<>(),;:\"'&=?/\\\[\]{}|"
#: Whatever stands around an at sign; as an address bar writes it, where a plus sign is a space, too.
_ADDRESS = re.compile(rf"(?:[^{_PART}]+[@＠﹫]|[^{_PART}+]+%40)[^{_PART}+]+", re.IGNORECASE)


def canonical(address: str) -> str:
    """One form for all spellings of an address: without regard to case, width, composition, invisible signs, and to how
    the domain's letters are written."""
    text = unicodedata.normalize("NFKC", address)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Zs"))
    text = unicodedata.normalize("NFKC", text.casefold())
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{'.'.join(_label(part) for part in domain.rstrip('.').split('.'))}"


def _label(text: str) -> str:
    try:
        return text.encode("idna").decode()
    except UnicodeError:
        return text


def addresses(text: str) -> set[str]:
    """The canonical form of everything in `text` that looks like an address."""
    return {canonical(plain) for token in _ADDRESS.findall(text) for _, plain in _readings(token)}


def _readings(token: str) -> list[tuple[str, str]]:
    """What of a token may be an address, the longest first: as it stands there, and what that reads. The signs that a
    sentence puts around it are none of it; a plus sign may be, or part it from the word before it in an address bar."""
    found = []
    bare = token.strip(".,!?;:'\"*_-")
    while bare:
        found.append((bare, unquote(bare) if "%" in bare else bare))
        local, at, domain = bare.partition("@")
        _, plus, rest = local.partition("+")
        if not at or not plus or not rest:
            break
        bare = f"{rest}{at}{domain}"
    return found


def replaced(text: str, instead: Callable[[str], str | None]) -> str:
    """`text` with `instead` of each address's canonical form in its place; one for which that is None stays."""

    def one(found: re.Match[str]) -> str:
        for bare, plain in _readings(found[0]):
            if (new := instead(canonical(plain))) is not None:
                return found[0].replace(bare, new)
        return found[0]

    return _ADDRESS.sub(one, text)
