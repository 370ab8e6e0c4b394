"""Words from outside on their way to a terminal, an XML file or GitHub: nothing in them may act there. Pure."""

from __future__ import annotations

import unicodedata

from rich.markup import escape
from rich.text import Text

#: Signs that turn the direction of what follows: a line could read otherwise than it is.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """A text on one line in which every control character, line end, bidi control, lone surrogate and tag is written
    out, such as `\\x1b`. A terminal shows it and does nothing else."""
    return "".join(_shown(c) for c in text)


def _shown(char: str) -> str:
    code = ord(char)
    acts = unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI or 0xE0000 <= code <= 0xE0FFF
    if not acts:
        return char
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
    return known or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def words(text: str, style: str = "") -> Text:
    """`plain` for rich: no markup, no emoji's code and no link in it means anything."""
    return Text(plain(text), style=style)


def markup(text: str) -> str:
    """`plain` between tags of rich's markup, for a console that knows no emoji's codes."""
    return escape(plain(text))


def in_xml(text: str) -> str:
    """A text with nothing in it that XML 1.0 does not know."""
    return "".join(c if _known_to_xml(ord(c)) else "\ufffd" for c in text)


def _known_to_xml(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def for_github(text: str, *, property: bool = False) -> str:
    """A text as the message of one of GitHub's workflow commands, or as the value of a property of it."""
    pairs = [("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), *((":", "%3A"), (",", "%2C")) * property]
    text = "".join(c if c in "\r\n" else plain(c) for c in text)
    for raw, coded in pairs:
        text = text.replace(raw, coded)
    return text
