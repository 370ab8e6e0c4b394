"""The one walk over a conversation's stored happenings: what the tracker was told, and which turns that brought.

A row of `happening` says up to which turn the conversation had come once it was decided; where it began is only known
from the row before. Whoever shows, explains, judges or replays a conversation goes this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from bot.store.records import happenings_from_json
from dialogue import events


@dataclass(frozen=True, slots=True)
class Happened:
    """What one commit told the tracker. Its turns are `first` to `seq`; it brought none where `seq` is before
    `first`."""

    first: int
    seq: int
    at: str  # ISO 8601, UTC
    told: tuple[events.Happening, ...]
    rows_json: str
    milliseconds: float  # from the message's arrival to the commit

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of the table's rows that decided."""
        return tuple(orjson.loads(self.rows_json))


def walk(rows: Iterable[Any]) -> Iterator[Happened]:
    """The rows of `happening` of one conversation, by their number, as what they tell."""
    first = 1
    for row in rows:
        yield Happened(first, row.seq, row.at, happenings_from_json(row.events), row.rows, row.milliseconds)
        first = row.seq + 1


def with_their_turns(happened: Iterable[Happened]) -> Iterator[tuple[int, events.Happening]]:
    """Every happening with the turn that it began with: a message's own turn is the first of its happening."""
    return ((one.first, told) for one in happened for told in one.told)
