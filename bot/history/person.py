"""One person as their marks stand in texts: an address in any spelling, and full names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

#: Plain in a sentence, in an article's header and in an address bar alike.
GONE = "(erased)"
_PART = r"\s<>(),;:\"'&=?/\\\[\]{}|"
#: Whatever stands around an at sign; as an address bar writes it, where a plus sign is a space, too.
_ADDRESS = re.compile(rf"(?:[^{_PART}]+[@＠﹫]|[^{_PART}+]+%40)[^{_PART}+]+", re.IGNORECASE)


def canonical(address: str) -> str:
    """One form for all spellings of an address: without regard to case, width, composition, invisible signs, and to how the
    domain's letters are written."""
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
    """What of a token may be an address, the longest first: as it stands there, and what that reads. The signs that a sentence
    puts around it are none of it; a plus sign may be, or part it from the word before it in an address bar."""
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


@dataclass(frozen=True)
class Person:
    """`address` in its canonical form; `names` as they were given."""

    address: str
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, email: str, names: Iterable[str] = ()) -> Person:
        return cls(canonical(email), frozenset(names))

    @property
    def full_names(self) -> list[str]:
        """Names of two words or more: a single one is too many people's to be taken out of texts that are not theirs."""
        return sorted(name for name in self.names if len(name.split()) > 1)

    def is_address(self, text: str | None) -> bool:
        return bool(text) and canonical(text or "") == self.address

    def is_named_in(self, text: str | None) -> bool:
        """Whether their address stands in `text`."""
        return bool(text) and self.address in addresses(text or "")

    def taken_out(self, text: str) -> str:
        """`text` with `GONE` in the place of their address, however it is spelt, and of their full names."""
        text = replaced(text, lambda address: GONE if address == self.address else None)
        for name in self.full_names:
            gap = r"(?:\s|\+|%20)+"
            pattern = rf"(?<!\w){gap.join(re.escape(part) for part in name.split())}(?!\w)"
            text = re.sub(pattern, GONE, text, flags=re.IGNORECASE)
        return text
