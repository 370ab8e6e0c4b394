"""What a viewer gets to see: rows and what is made of them, masked as the declarations of the tables say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from bot.history.figures import Group
from bot.history.masking import masked, veiled
from bot.history.searching_person import names_in
from bot.store.database import Store
from bot.store.declarations import REGISTER
from bot.store.declared import Viewer

#: The names under which a conversation's turns, tickets and the desk's payloads hold facts.
TURNS = REGISTER.plain_keys(("turn", "happening"))
TICKETS = REGISTER.plain_keys(("outbox", "attempt"))
DESK = REGISTER.plain_keys(("desk_ticket",))


_TOLD_BY = 20


async def names_of_each(store: Store, ids: Iterable[str]) -> dict[str, set[str]]:
    """Every name that each of these conversations holds."""
    wanted = sorted(set(ids))
    return await store.look(lambda connection: {id: names_in(connection, [id]) for id in wanted})


async def names_of_texts(store: Store, where: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """The names to be masked in each text: those of the conversations in which it was said, by text in `where`; of the
    first twenty, for what twenty chats say alike names nobody of theirs."""
    first = {text: list(ids)[:_TOLD_BY] for text, ids in where.items()}
    names = await names_of_each(store, [id for ids in first.values() for id in ids])
    return {text: {name for id in ids for name in names[id]} for text, ids in first.items()}


def row_as_seen(table: str, row: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A row of `table` for a viewer: what is hidden is empty, what is masked is masked, the rest stands."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        holds = REGISTER.column(table, name)
        if holds.viewer is Viewer.HIDDEN:
            found[name] = ""
        elif holds.viewer is Viewer.MASKED and isinstance(value, str):
            seen = (
                orjson.dumps(veiled(orjson.loads(value), names, holds.plain)).decode()
                if holds.json
                else masked(value, names)
            )
            found[name] = seen
        else:
            found[name] = value
    return found


async def groups_as_seen(store: Store, groups: list[Group[str]]) -> list[Group[str]]:
    """Groups of texts with their conversations (`bot.history.figures.alike`), the texts masked."""
    names = await names_of_each(store, [id for group in groups for _, id in group["examples"]])
    return [
        {**group, "examples": [(masked(text, names.get(id, ())), id) for text, id in group["examples"]]}
        for group in groups
    ]
