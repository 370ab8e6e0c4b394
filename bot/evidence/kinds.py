"""What a file is, by its content and never by its name; and why one is not taken.

Pictures are taken that `bot.evidence.picture` can write anew. PDF and plain text are kept to the letter and never shown
in a page of ours. Whatever else there is, also what only pretends, is refused.
"""

from __future__ import annotations

import re
import unicodedata

import puremagic

from dialogue.understanding.secrets import mask

#: Kinds of pictures that may be decoded, by what puremagic calls them.
_PICTURES = {
    "image/jpeg": "image/jpeg", "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/png": "image/png",
    "image/webp": "image/webp", "image/gif": "image/gif", "image/heic": "image/heic", "image/heif": "image/heic",
    "image/avif": "image/avif", "image/bmp": "image/bmp", "image/x-ms-bmp": "image/bmp", "image/x-bmp": "image/bmp",
}  # fmt: skip
#: How names of what is kept end.
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf", "text/plain": ".txt"}
#: ISO base media files whose brand says that they are pictures of a telephone.
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"))
_HEAD = 4096
_LONGEST_NAME = 80
#: What text holds beside letters: tabs and ends of lines.
_LAYOUT = frozenset("\t\n\r\f")


class Refused(Exception):
    """A file that is not taken. `code` names the phrase `file_<code>`; `most`: the limit that it tells; `again`: the
    very same file may be taken later, so what was uploaded stays."""

    def __init__(self, code: str, *, most: int = 0, again: bool = False) -> None:
        super().__init__(code)
        self.code, self.most, self.again = code, most, again


def kind_of(content: bytes) -> str:
    """The type of a file: one of `_PICTURES`' values, `application/pdf` or `text/plain`. Raises `Refused`."""
    if not content:
        raise Refused("empty")
    head = content[:_HEAD]
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "image/heic"
    if (picture := _picture(head)) is not None:
        return picture
    if _is_text(content):
        return "text/plain"
    raise Refused("kind")


def looks_like_a_picture(beginning: bytes) -> bool:
    """Whether a file that begins so may be one of the pictures that are taken."""
    head = beginning[:_HEAD]
    return (head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS) or _picture(head) is not None


def _picture(head: bytes) -> str | None:
    """The picture that the very first bytes promise; whether it is one is for the decoder to say."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    best = max(found, key=lambda match: (match.confidence, len(match.byte_match or b"")), default=None)
    return _PICTURES.get(best.mime_type) if best is not None else None


def _is_text(content: bytes) -> bool:
    """Plain text in UTF-8, and nothing that a browser would take for a page or a picture."""
    if any(mark in content[:1] for mark in (b"\x00",)) or content.startswith((b"PK", b"MZ", b"\x7fELF")):
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(unicodedata.category(c) == "Cc" and c not in _LAYOUT for c in text):
        return False
    return re.search(r"<\s*(?:!doctype|\?xml|html|svg|script|head|body|iframe|xsl:)", text, re.I) is None


def clean_name(name: str, type: str) -> str:
    """A name as it may be kept and shown: no folder, no mark that turns writing around, no secret (R17), the ending of
    what the file is. `file` where nothing is left."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(" " if unicodedata.category(c) in ("Zl", "Zp", "Zs") else c for c in name)
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name).strip(" .")
    stem = mask(re.sub(r'[<>:"|?*]', "-", stem))[:_LONGEST_NAME].strip(" .")
    return (stem or "file") + ENDINGS[type]
