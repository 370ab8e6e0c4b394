"""The notes that follow tickets to the helpdesk with their shoppers' files: made once the ticket is filed, sent as
tickets are (`ticket_bridge.additions`), and what came of them.

A file that was sent in a turn is `due` where the helpdesk is to hear of it, and `told` once a note names it, or the
ticket itself told where the files are. Both changes are one transaction, so no file is in two notes or in none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Select, func, select, update
from sqlalchemy.engine import Connection

from bot.store.dialects import insert_into
from bot.store.tables import addition, attachment, outbox
from ticket_bridge.outbox import Claim, enqueue_row, file_late, held

_AT_ONCE = 200
#: Bytes of files that one note holds together, where they are more than one: helpdesks take 20 MB.
_MOST = 10_000_000


def any_due(connection: Connection) -> bool:
    """Whether a file waits whose ticket is filed."""
    return connection.execute(_due(1)).first() is not None


def enlist(connection: Connection, *, helpdesk: str, address: Callable[[str], str | None] | None) -> int:
    """Make notes of the files that are due and whose tickets are filed in this helpdesk; how many files that were.
    `address`: where a ticket's files are, told in place of the files themselves; a ticket that told it is left be."""
    due = _due(_AT_ONCE)
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True, of=attachment)
    rows = list(connection.execute(due))
    here = [row for row in rows if row.helpdesk == helpdesk]
    for (_, _), group in groupby(here, key=lambda row: (row.ticket, row.seq)):
        files = list(group)
        envelope = orjson.loads(files[0].payload)["envelope"]
        for some in [files] if address else _packed(files):
            if address is None:
                _add(connection, some, "\n".join([envelope["reference"], *(file.name for file in some)]), whole=True)
            elif "evidence" not in envelope and (at := address(envelope["reference"])):
                _add(connection, some, f"{envelope['reference']}\n{at}", whole=False)
    if rows:
        told = update(attachment).where(attachment.c.id.in_([row.id for row in rows])).values(status="told")
        connection.execute(told)
    return len(rows)


def _due(limit: int) -> Select[Any]:
    a, o = attachment.c, outbox.c
    return (
        select(a.id, a.ticket, a.seq, a.name, a.size, a.conversation, o.key, o.payload, o.helpdesk)
        .join(outbox, o.reference == a.ticket)
        .where(a.status == "due", o.status == "filed")
        .order_by(a.ticket, a.seq, a.place)
        .limit(limit)
    )


def _packed(files: Sequence[Any]) -> Iterator[list[Any]]:
    """In as few notes as hold them, in their order."""
    pack: list[Any] = []
    for file in files:
        if pack and sum(other.size for other in pack) + file.size > _MOST:
            yield pack
            pack = []
        pack.append(file)
    if pack:
        yield pack


def _add(connection: Connection, files: Sequence[Any], text: str, *, whole: bool) -> None:
    first = files[0]
    payload = {
        "envelope": {"reference": first.ticket}, "ticket": first.key, "text": text,
        "files": [file.id for file in files] if whole else [],
    }  # fmt: skip
    row = enqueue_row(
        key=f"{first.key}+{first.id}", conversation=first.conversation, reference=first.ticket, payload=payload,
        helpdesk=first.helpdesk, now=time.time(),
    )  # fmt: skip
    connection.execute(insert_into(connection, addition).values(**row | {"told_saved": 1}).on_conflict_do_nothing())


# ---------------------------------------------------------------- what a note holds


def ticket_of(connection: Connection, key: str) -> tuple[str, str, dict[str, Any]] | None:
    """Of the ticket that the note under `key` follows: its helpdesk, its id there, its payload. None where the note is
    gone."""
    found: str | None = connection.scalar(select(addition.c.payload).where(addition.c.key == key))
    if found is None:
        return None
    o = outbox.c
    query = select(o.helpdesk, o.external_id, o.payload).where(o.key == orjson.loads(found)["ticket"])
    row = connection.execute(query).one_or_none()
    return (row.helpdesk, row.external_id, orjson.loads(row.payload)) if row else None


def held_by(connection: Connection, key: str) -> tuple[str, list[tuple[str, str, str]]] | None:
    """Of the note under `key`: its text, and name, type and content (its hash) of each file. None where it is gone."""
    found: str | None = connection.scalar(select(addition.c.payload).where(addition.c.key == key))
    if found is None:
        return None
    payload = orjson.loads(found)
    a = attachment.c
    rows = connection.execute(select(a.id, a.name, a.type, a.content).where(a.id.in_(payload["files"])))
    named = {row.id: (row.name, row.type, row.content) for row in rows}
    return payload["text"], [named[id] for id in payload["files"] if id in named]


# ---------------------------------------------------------------- what came of it


def note_accepted(connection: Connection, claim: Claim, external_id: str) -> None:
    """The helpdesk has the note."""
    mine = held(addition, key=claim.key, owner=claim.owner, attempts=claim.attempts)
    values = {"status": "filed", "external_id": external_id, "lease_until": 0.0, "due_at": time.time(), "said": None}
    if not connection.execute(update(addition).where(mine).values(**values)).rowcount:
        file_late(connection, addition, key=claim.key, external_id=external_id)


def note_failed(connection: Connection, claim: Claim, *, said: str, retry_at: float | None, doubt: int) -> None:
    """The helpdesk took it not; `retry_at` and `doubt` as in `ticket_bridge.courier.Report.failed`."""
    mine = held(addition, key=claim.key, owner=claim.owner, attempts=claim.attempts)
    values: dict[str, Any] = {"status": "refused", "ambiguous": doubt, "lease_until": 0.0, "said": said}
    if retry_at is not None:
        values |= {"status": "queued", "due_at": retry_at}
    connection.execute(update(addition).where(mine).values(**values))


def note_seen(connection: Connection, key: str, said: bool) -> None:
    """Whether the note could be read back."""
    connection.execute(update(addition).where(addition.c.key == key).values(seen=int(said)))


def are_seen(connection: Connection) -> bool:
    """Whether the last note that was read back was there; True where none was."""
    c = addition.c
    query = select(c.seen).where(c.status == "filed", c.seen.is_not(None)).order_by(c.due_at.desc()).limit(1)
    return connection.scalar(query) != 0


def counts(connection: Connection) -> dict[str, int]:
    """How many notes stand at each status."""
    rows = connection.execute(select(addition.c.status, func.count()).group_by(addition.c.status))
    return {row[0]: int(row[1]) for row in rows}


def why_refused(connection: Connection) -> str | None:
    """What the helpdesk said of the last note that it refused; None where none stands refused."""
    c = addition.c
    query = select(c.said).where(c.status == "refused").order_by(c.created_at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else row.said or ""
