"""What a `Change` writes: the statements of every message, made once, and those of a group of changes told together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import UpdateBase, bindparam, delete, insert, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from bot.store.news import TOLD
from bot.store.presence import statements as stay_statements
from bot.store.records import Change, Delivery, File, Turn, happenings_to_json, to_json
from bot.store.tables import attachment, attempt, conversation, gap, happening, news, notice, outbox, rating, turn
from dialogue import events
from ticket_bridge.notices import notice_row
from ticket_bridge.outbox import enqueue_row, file_late, held

Job = Callable[[Connection], Any]
Row = dict[str, Any]
#: A statement with the values of its parameters: of one row, or of several for one statement.
Statement = tuple[UpdateBase, Row | list[Row]]

_INSERT_HAPPENING = insert(happening)
_INSERT_TURN = insert(turn)
_INSERT_OUTBOX = insert(outbox)
_INSERT_GAP = insert(gap)
_INSERT_RATING = insert(rating)
_INSERT_ATTEMPT = insert(attempt)
_TOLD_SAVED = update(outbox).where(outbox.c.key == bindparam("b_key")).values(told_saved=1)
_TOLD_NEWS = update(news).where(news.c.gap == bindparam("b_gap")).values(chat=TOLD)
_DELETE_RATING = delete(rating).where(rating.c.conversation == bindparam("b_id"))
_UPDATE_CONVERSATION = (
    update(conversation)
    .where(conversation.c.id == bindparam("b_id"))
    .values(
        seq=bindparam("b_seq"), number=bindparam("b_number"), state=bindparam("b_state"), updated_at=bindparam("b_at")
    )
)
_SEND_FILES = (
    update(attachment)
    .where(attachment.c.conversation == bindparam("b_id"), attachment.c.id == bindparam("b_file"))
    .values(
        seq=bindparam("b_seq"), place=bindparam("b_place"), ticket=bindparam("b_ticket"), status=bindparam("b_status")
    )
)
_FILES_TO_TICKET = (
    update(attachment)
    .where(attachment.c.conversation == bindparam("b_id"), attachment.c.ticket.is_(None), attachment.c.seq.is_not(None))
    .values(ticket=bindparam("b_ticket"))
)
_EVERY_MESSAGE = frozenset((_INSERT_HAPPENING, _INSERT_TURN, _UPDATE_CONVERSATION))


class Stale(Exception):
    """What an attempt reports that holds its ticket no more; nothing was stored."""


class Commit:
    """The job of a `Change`: its statements, known beforehand, so that those of a whole group can be told together.
    What a courier reports comes first: where its fence does not hold, nothing of the change is stored. Raises
    `Stale`."""

    def __init__(self, conversation: str, statements: list[Statement], delivery: Delivery | None = None) -> None:
        self.conversation, self.statements, self._delivery = conversation, statements, delivery

    def report(self, connection: Connection) -> None:
        """The courier's part of the change."""
        if self._delivery is not None:
            record(connection, self._delivery)

    def __call__(self, connection: Connection) -> None:
        self.report(connection)
        for statement, rows in self.statements:
            _execute(connection, statement, rows)


def together(connection: Connection, jobs: Sequence[Job]) -> list[Any]:
    """All jobs of a group; what every message writes goes as one statement for all of them, which on PostgreSQL is one
    journey instead of three for each. Their order among each other is free: a process has one `Change` of a
    conversation at a time, and the conversation's row was there before its first."""
    outcomes = [None if isinstance(job, Commit) else job(connection) for job in jobs]
    many: dict[UpdateBase, list[Row]] = {}
    rest: list[Statement] = []
    # In one order on every replica, so that two that write the same conversations wait for each other and never in a
    # ring.
    changes = sorted((job for job in jobs if isinstance(job, Commit)), key=lambda job: job.conversation)
    for job in changes:
        job.report(connection)
    for job in changes:
        for statement, rows in job.statements:
            if statement in _EVERY_MESSAGE:
                many.setdefault(statement, []).extend(rows if isinstance(rows, list) else [rows])
            else:
                rest.append((statement, rows))
    for statement, rows in (*many.items(), *rest):
        _execute(connection, statement, rows)
    return outcomes


def one_by_one(connection: Connection, jobs: Sequence[Job]) -> list[Any]:
    """Each job in a savepoint: its result, or the exception it raised with its writes undone."""
    outcomes: list[Any] = []
    for job in jobs:
        try:
            with connection.begin_nested():
                outcomes.append(job(connection))
        except DBAPIError as error:
            if connection.invalidated or not isinstance(error, IntegrityError | DataError):
                raise
            outcomes.append(error)
        except Exception as error:
            outcomes.append(error)
    return outcomes


Masks = Mapping[str, Callable[[Any], Any]]
_compiled: dict[UpdateBase, tuple[str, list[str], Masks]] = {}


def _execute(connection: Connection, statement: UpdateBase, rows: Row | list[Row]) -> None:
    """`connection.execute`, for the few statements of every message without its preparations: on SQLite the SQL text,
    the order of its parameters and the masks of those that hold words (R17) are made once."""
    if connection.dialect.name != "sqlite" or statement not in _EVERY_MESSAGE:
        connection.execute(statement, rows)
        return
    many = rows if isinstance(rows, list) else [rows]
    if statement not in _compiled:
        made = statement.compile(dialect=connection.dialect, column_keys=list(many[0]))
        types = {name: bind.type.bind_processor(connection.dialect) for name, bind in made.binds.items()}
        masks: Masks = {name: process for name, process in types.items() if process is not None}
        _compiled[statement] = str(made), list(made.positiontup or ()), masks
    text, order, masks = _compiled[statement]
    connection.exec_driver_sql(
        text, [tuple(masks[name](row[name]) if name in masks else row[name] for name in order) for row in many]
    )


def statements_of(c: Change) -> list[Statement]:
    """All that a change writes, in order."""
    happened = {
        "conversation": c.conversation, "number": c.number, "seq": c.seq, "at": c.at,
        "events": happenings_to_json(c.happenings), "rows": to_json(c.rows), "milliseconds": c.milliseconds,
    }  # fmt: skip
    stands = {"b_id": c.conversation, "b_seq": c.seq, "b_number": c.number, "b_state": to_json(c.state), "b_at": c.at}
    found: list[Statement] = [(_INSERT_HAPPENING, happened)]
    if c.turns:
        found.append((_INSERT_TURN, [_turn_row(c, t) for t in c.turns]))
    found.append((_UPDATE_CONVERSATION, stands))
    sent = [
        {"b_id": c.conversation, "b_file": file.id, "b_seq": t.seq, "b_place": place, "b_ticket": c.files.ticket,
         "b_status": c.files.status}
        for t in c.turns
        for place, file in enumerate(t.files)
    ]  # fmt: skip
    if sent:
        found.append((_SEND_FILES, sent))
    for e in c.enqueued:
        row = enqueue_row(
            key=e.key, conversation=c.conversation, reference=e.reference, payload=e.payload, helpdesk=c.helpdesk,
            now=c.now, trace=c.trace,
        )  # fmt: skip
        found.append((_INSERT_OUTBOX, row))
        if c.files.sent:
            found.append((_FILES_TO_TICKET, {"b_id": c.conversation, "b_ticket": e.reference}))
    for seq, question in c.gaps:
        found.append((_INSERT_GAP, {"conversation": c.conversation, "seq": seq, "question": question, "at": c.at}))
    if c.stay:
        found += stay_statements(
            c.conversation,
            stay=c.stay.name,
            now=c.stay.now,
            until=c.stay.until,
            renewed=c.stay.renewed,
            waits=c.stay.waits,
        )
    if c.rated:
        found.append((_DELETE_RATING, {"b_id": c.conversation}))
        row = {"conversation": c.conversation, "score": c.rated[0], "comment": c.rated[1], "at": c.at}
        found.append((_INSERT_RATING, row))
    if c.delivery and c.letter:
        letter = c.letter
        row = notice_row(
            key=c.delivery.key, subject=letter.subject, text=letter.text, language=letter.language, now=c.now
        )
        found.append((insert(notice), row))
    if c.news is not None:
        found.append((_TOLD_NEWS, {"b_gap": c.news}))
    return found


def record(connection: Connection, d: Delivery) -> None:
    """What the courier learned. Raises `Stale` where the attempt it speaks of is no longer the ticket's own; that the
    helpdesk has the ticket is true all the same, and `held` is None where that is said late."""
    attempted = d.attempted
    if d.status and d.held is None:
        assert d.status == "filed" and d.external_id, "without its fence a report may only say that the ticket is filed"
        stands = file_late(connection, outbox, key=d.key, external_id=d.external_id, helpdesk=d.helpdesk)
        if stands == d.external_id or stands is None:
            attempted = None  # the same word twice, or the row is gone
    elif d.status and d.held is not None:
        owner, number = d.held
        mine = held(outbox, key=d.key, owner=owner, attempts=number)
        if not connection.execute(update(outbox).where(mine).values(**_columns(d))).rowcount:
            raise Stale(d.key)
    if d.told_saved:
        connection.execute(_TOLD_SAVED, {"b_key": d.key})
    if attempted:
        at, outcome, detail = attempted
        connection.execute(_INSERT_ATTEMPT, {"key": d.key, "at": at, "outcome": outcome, "detail": detail})


def _columns(d: Delivery) -> Row:
    values: Row = {"status": d.status, "lease_until": 0.0}
    if d.external_id:
        values["external_id"] = d.external_id
    if d.helpdesk:
        values["helpdesk"] = d.helpdesk
    if d.due_at is not None:
        values["due_at"] = d.due_at
    if d.doubt is not None:
        values["ambiguous"] = d.doubt
    return values


def _turn_row(c: Change, t: Turn) -> Row:
    return {
        "conversation": c.conversation, "seq": t.seq, "who": t.who, "text": t.text, "at": t.at, "client_id": t.id,
        "act": t.act, "asks": to_json(t.asks), "sources": to_json(t.sources),
        "ticket": to_json(t.ticket) if t.ticket else None, "choices": to_json(t.choices), "rule": t.rule,
        "number": c.number, "language": t.language, "parts": to_json(t.parts) if t.parts else None,
        "files": to_json(t.files) if t.files else None,
    }  # fmt: skip


def turn_of(row: Any) -> Turn:
    """A row of `turn` as what is sent."""
    return Turn(
        seq=row.seq, who=row.who, text=row.text, at=row.at, id=row.client_id, act=row.act,
        asks=tuple(orjson.loads(row.asks or "[]")),
        sources=tuple(events.Passage(**s) for s in orjson.loads(row.sources or "[]")),
        ticket=orjson.loads(row.ticket) if row.ticket else None, choices=tuple(orjson.loads(row.choices or "[]")),
        rule=row.rule or "", language=row.language, parts=tuple(orjson.loads(row.parts or "[]")),
        files=tuple(File(**f) for f in orjson.loads(row.files or "[]")),
    )  # fmt: skip
