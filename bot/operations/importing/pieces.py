"""What was read from a source, before anything is made of it: one piece a page or an article, and why one was left."""

from __future__ import annotations

import datetime
import pathlib
from dataclasses import dataclass, field

#: The largest page, file or answer that is read, in bytes.
LARGEST = 5_000_000


class ImportFault(Exception):
    """A source that cannot be read at all; the message names it and says what to do."""


@dataclass(frozen=True)
class Left:
    """What was not taken: where it stands, why in a word or two (`cause`, the same for all of one kind), and what there
    is to say beside that."""

    source: str
    cause: str
    detail: str = ""


@dataclass(frozen=True)
class Piece:
    """One page, as Markdown. `source` is its address or file; `key` is the same for a text and its translations;
    `language` is a code of two letters, empty where the source does not say; `revised` is the source's own date. Which
    of them is the original, the library says, whose originals are English. `own` is the whole text of a file that is an
    article of ours already. `first` is the line of the source on which `markdown` begins, 0 where its lines are not
    those of the source; then `raw` is what to look in. `under` names the sections it stands in, `named` the file within
    its folder."""

    source: str
    key: str
    title: str
    markdown: str
    language: str = ""
    revised: datetime.date | None = None
    own: str = ""
    first: int = 0
    raw: str = field(default="", repr=False)
    under: str = ""
    named: str = ""

    @property
    def cited(self) -> str:
        """What the article names as its source: the address, or the file without the folders of whoever imported it."""
        if self.named or self.source.startswith("http"):
            return self.named or self.source
        path, hash, part = self.source.partition("#")
        return pathlib.PurePath(path).name + hash + part


def date_of(text: object) -> datetime.date | None:
    """The day in a date or a time as sources write them: ISO 8601, or seconds since 1970. None for anything else."""
    if isinstance(text, bool) or text is None:
        return None
    if isinstance(text, int | float):
        try:
            return datetime.datetime.fromtimestamp(text, datetime.UTC).date()
        except (OverflowError, OSError, ValueError):
            return None
    try:
        return datetime.date.fromisoformat(str(text).strip()[:10])
    except ValueError:
        return None


def language_of(tag: str | None) -> str:
    """The two letters of a language tag (`de-AT`, `pt_BR`); empty where there are none."""
    first = (tag or "").replace("_", "-").split("-")[0].strip().lower()
    return first if len(first) == 2 and first.isascii() and first.isalpha() else ""
