"""Where one person is: the conversations in which an address was given as theirs, the desk's tickets, and where it is
only named.

Whoever searches must find every spelling (`bot.history.person`), what the summaries do not know yet, an address that
was replaced by a later one (R5), what a colleague put right, and the other conversations of a customer for whom the
shop's server vouched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import or_, select, text
from sqlalchemy.engine import Connection

from bot.chat.identity import key_of
from bot.history.person import Person
from bot.history.summaries import names_of
from bot.store.console_tables import account, correction, facet, summary
from bot.store.records import from_json, happenings_from_json
from bot.store.searched_words import fold
from bot.store.tables import conversation, desk_ticket, gap, happening, outbox, rating, turn
from dialogue import events
from dialogue.states import State

_AT_ONCE = 1_000


@dataclass
class Found:
    """`theirs`: conversations of theirs; `naming`: others' conversations in which their address stands; `desk`: tickets
    of the built-in desk; `colleague`: whether a colleague signs in with this address."""

    person: Person
    theirs: list[str] = field(default_factory=list)
    naming: list[str] = field(default_factory=list)
    desk: list[int] = field(default_factory=list)
    colleague: bool = False


def find_person(connection: Connection, email: str, *, secret: str = "", also: Iterable[str] = ()) -> Found:
    """Everything of one person; `also`: conversations that somebody looked at and knows to be theirs. Only reads."""
    person = Person.of(email)
    theirs = _given(connection, person) | _customers(connection, email, secret)
    fresh, named = _not_summarised(connection, person)
    theirs |= fresh
    naming = (_named(connection, person) | named) - theirs
    theirs |= naming & set(also)
    theirs |= _same_customer(connection, theirs)
    desk = [
        row.id
        for row in connection.execute(select(desk_ticket.c.id, desk_ticket.c.payload))
        if person.is_address(orjson.loads(row.payload).get("email"))
    ]
    colleagues = connection.scalars(select(account.c.email))
    return Found(
        Person(person.address, frozenset(names_in(connection, theirs, desk))),
        sorted(theirs),
        sorted(naming - theirs),
        desk,
        any(person.is_address(email) for email in colleagues),
    )


def _given(connection: Connection, person: Person) -> set[str]:
    """By the summaries, by what was passed to a helpdesk, by what a colleague put right."""
    known = select(summary.c.conversation, facet.c.value).join(facet, facet.c.summary == summary.c.id)
    found = {
        row.conversation
        for row in connection.execute(known.where(facet.c.kind == "email"))
        if person.is_address(row.value)
    }
    passed = connection.execute(select(outbox.c.conversation, outbox.c.payload)).yield_per(_AT_ONCE)
    found |= {row.conversation for row in passed if person.is_address(orjson.loads(row.payload).get("email"))}
    mended = connection.execute(select(correction.c.conversation, correction.c.email).where(correction.c.email != ""))
    return found | {row.conversation for row in mended if person.is_address(row.email)}


def emails_of(state: State, told: Iterable[events.Happening]) -> set[str]:
    """Every address that a conversation holds as its shopper's, replaced ones included."""
    found = {state.email, *(ticket.email for ticket in state.tickets)}
    for fact in told:
        if isinstance(fact, events.ShopperSaid):
            found.add(fact.understood.email)
        elif isinstance(fact, events.CustomerIdentified):
            found.add(fact.email)
    return {email for email in found if email}


def _not_summarised(connection: Connection, person: Person) -> tuple[set[str], set[str]]:
    """Among the conversations of which the summaries do not know the newest: theirs, and those that name them."""
    c, s = conversation.c, summary.c
    behind = (
        select(c.id)
        .outerjoin(summary, s.conversation == c.id)
        .where(c.number > 0, or_(s.number.is_(None), s.number < c.number))
    )
    theirs, naming = set(), set()
    for id in list(connection.scalars(behind)):
        state, told = read_told(connection, id)
        if any(person.is_address(email) for email in emails_of(state, told)):
            theirs.add(id)
        elif any(
            person.is_named_in(words)
            for words in connection.scalars(select(turn.c.text).where(turn.c.conversation == id))
        ):
            naming.add(id)
    return theirs, naming


def read_told(connection: Connection, id: str) -> tuple[State, list[events.Happening]]:
    """A conversation's state, and what it was told."""
    state = from_json(State, str(connection.scalar(select(conversation.c.state).where(conversation.c.id == id))))
    rows = connection.scalars(
        select(happening.c.events).where(happening.c.conversation == id).order_by(happening.c.number)
    )
    return state, [fact for row in rows for fact in happenings_from_json(row)]


def _named(connection: Connection, person: Person) -> set[str]:
    """The conversations in whose words the address stands: the search knows which may, their turns say whether they
    do."""
    words = fold(person.address).split()
    if connection.dialect.name == "sqlite":
        query, match = "SELECT rowid FROM search WHERE search MATCH :match", f'words : "{" ".join(words)}"'
    else:
        query, match = (
            "SELECT rowid FROM search WHERE words @@ to_tsquery('simple', :match)",
            " <-> ".join(f"'{w}'" for w in words),
        )
    ids = list(connection.scalars(text(query), {"match": match})) if words else []
    found: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        said = select(turn.c.conversation, turn.c.text).join(summary, summary.c.conversation == turn.c.conversation)
        rows = connection.execute(said.where(summary.c.id.in_(ids[start : start + _AT_ONCE])))
        found |= {row.conversation for row in rows if person.is_named_in(row.text)}
    for table, column in ((rating, rating.c.comment), (gap, gap.c.question)):
        rows = connection.execute(select(table.c.conversation, column.label("words")).where(column.like("%@%")))
        found |= {row.conversation for row in rows if person.is_named_in(row.words)}
    return found


def _customers(connection: Connection, email: str, secret: str) -> set[str]:
    """The conversations of the customer with this address for whom the shop's server vouched."""
    key = key_of(secret, email) if secret else None
    return set(connection.scalars(select(conversation.c.id).where(conversation.c.customer == key))) if key else set()


def _same_customer(connection: Connection, ids: Iterable[str]) -> set[str]:
    """The other conversations of the customers whom these belong to."""
    keys = select(conversation.c.customer).where(conversation.c.id.in_(list(ids)), conversation.c.customer.is_not(None))
    return set(connection.scalars(select(conversation.c.id).where(conversation.c.customer.in_(keys))))


def names_in(connection: Connection, ids: Iterable[str], desk: Iterable[int] = ()) -> set[str]:
    """Every name that these conversations and tickets hold."""
    found: set[Any] = set()
    for id in ids:
        found |= names_of(*read_told(connection, id))
    payloads = [
        *connection.scalars(select(outbox.c.payload).where(outbox.c.conversation.in_(list(ids)))),
        *connection.scalars(select(desk_ticket.c.payload).where(desk_ticket.c.id.in_(list(desk)))),
    ]
    found |= {orjson.loads(payload).get("name") for payload in payloads}
    found |= set(connection.scalars(select(correction.c.name).where(correction.c.conversation.in_(list(ids)))))
    return {name for name in found if name}
