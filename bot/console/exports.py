"""What is carried away as files: the conversations of the present filters, a row each (CSV) or with every turn (JSON
Lines)."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import orjson
from starlette.responses import Response

from bot.clock import now_text
from bot.console.site import Ask
from bot.history import views
from bot.history.comments import comments_of
from bot.history.search import Page, Query, find

_MOST_ROWS = 100_000
_MOST_WITH_TURNS = 10_000
_COLUMNS = (
    "conversation", "created_at", "updated_at", "language", "channel", "outcome", "turns", "heard", "answered",
    "offered", "tickets", "saved", "gaps", "fallbacks", "reasks", "violations", "rating", "delivery",
    "first_answer_ms", "understood_by", "opening", "comment",
)  # fmt: skip


def download(content: str | bytes, media_type: str, name: str) -> Response:
    """`content` as a file that the browser keeps under `name`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def cell(value: object) -> str:
    """A value of a CSV file that no spreadsheet takes for a formula."""
    words = "" if value is None else str(value)
    return "'" + words if words[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%") else words


class CsvFile:
    """A CSV file in the making; a spreadsheet may open it."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.rows = 0
        self._out = io.StringIO()
        self._writer = csv.writer(self._out)
        self._writer.writerow(columns)

    def add(self, values: Iterable[object]) -> None:
        """One more row."""
        self._writer.writerow([cell(value) for value in values])
        self.rows += 1

    def download(self, name: str) -> Response:
        """The file, under this name."""
        return download(self._out.getvalue(), "text/csv; charset=utf-8", name)


async def _pages(ask: Ask, query: Query, *, most: int, at_once: int) -> AsyncIterator[Page]:
    """The conversations that fit, by pages, until `most` of them were given."""
    given = 0
    while given < most:
        page = await find(ask.bot.store, query, hidden=ask.hidden, limit=at_once)
        yield page
        given += len(page.rows)
        if not page.next:
            return
        query = replace(query, after=page.next)


async def as_csv(ask: Ask) -> Response:
    """The conversations of the present filters as CSV, one row each."""
    query = Query.read(dict(ask.request.query_params))
    file = CsvFile(_COLUMNS)
    async for page in _pages(ask, query, most=_MOST_ROWS, at_once=1_000):
        said = await comments_of(ask.bot.store, [row.conversation for row in page.rows], hidden=ask.hidden)
        for row in page.rows:
            opening = row.opening_masked if ask.hidden else row.opening
            words = {"opening": opening, "comment": said.get(row.conversation, "")}
            file.add(words[c] if c in words else getattr(row, c) for c in _COLUMNS)
    await _note(ask, "export conversations", f"{file.rows} rows", query)
    return file.download(f"conversations-{now_text()[:10]}.csv")


async def everything(ask: Ask) -> Response:
    """Every conversation of the present filters with every turn, as JSON Lines."""
    query = Query.read(dict(ask.request.query_params))
    out: list[bytes] = []
    async for page in _pages(ask, query, most=_MOST_WITH_TURNS, at_once=200):
        for row in page.rows:
            found = await views.conversation(ask.bot.store, row.conversation)
            if found is not None:
                listed = await views.tickets(ask.bot.store, conversation=row.conversation, after=None, limit=1_000)
                out.append(orjson.dumps(found | {"tickets": listed["items"]}))
    await _note(ask, "export turns", f"{len(out)} conversations", query)
    return download(b"\n".join(out) + b"\n", "application/x-ndjson", "conversations.jsonl")


async def _note(ask: Ask, action: str, many: str, query: Query) -> None:
    await ask.note(action, many, await ask.accounts.access.filters(query.filtered))
