"""What the rest of the bot hands to the store and gets from it: plain frozen records, and their JSON forms."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from dialogue import events, states

T = TypeVar("T")
#: What stands between the parts of a turn that are in different languages.
PARAGRAPH = "\n\n"


def to_json(value: Any) -> str:
    """Dataclasses, enumerations, tuples and frozensets as JSON text."""
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


_hints: dict[type, dict[str, Any]] = {}


def from_json(kind: type[T], text: str) -> T:
    """The dataclass `kind` that `to_json` wrote; fields added since then take their defaults."""
    value: T = _read(kind, orjson.loads(text))
    return value


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _read(next(k for k in typing.get_args(kind) if k is not type(None)), value)
    if origin in (tuple, frozenset):
        args = typing.get_args(kind)
        if origin is tuple and len(args) == 2 and args[1] is not Ellipsis:
            return tuple(_read(k, v) for k, v in zip(args, value, strict=True))
        return origin(_read(args[0], v) for v in value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if kind not in _hints:
            _hints[kind] = typing.get_type_hints(kind)
        known = _hints[kind]
        return kind(**{name: _read(known[name], v) for name, v in value.items() if name in known})
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind(value)
    return value


_HAPPENINGS = {kind.__name__: kind for kind in typing.get_args(events.Happening)}


def happenings_to_json(happenings: tuple[events.Happening, ...]) -> str:
    """A list of `{"kind": ..., ...}` objects: what the tracker was told, in order."""
    return to_json([{"kind": type(h).__name__, "data": h} for h in happenings])


def happenings_from_json(text: str) -> tuple[events.Happening, ...]:
    """The happenings that `happenings_to_json` wrote."""
    return tuple(_read(_HAPPENINGS[item["kind"]], item["data"]) for item in orjson.loads(text))


@dataclass(frozen=True, slots=True)
class File:
    """A file of a turn. `size` in bytes, of what is kept; `preview`: there is a small picture of it."""

    id: str
    name: str
    type: str
    size: int
    preview: bool = False

    def frame(self) -> dict[str, Any]:
        """The file as the protocol has it. Its addresses are paths on the bot's own host, for whoever may read the
        chat."""
        at = f"/api/files/{self.id}"
        told = {"id": self.id, "name": self.name, "type": self.type, "size": self.size, "url": at}
        return told | {"thumbnail": f"{at}/thumbnail" if self.preview else None}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as it is stored and sent; the protocol's names.

    `language` is the one it was said in, an ISO 639-1 code, None where nobody can tell. Where a turn holds more than
    one, `parts` are the languages of its paragraphs in order, the last that of all the rest."""

    seq: int
    who: str
    text: str
    at: str
    id: str | None = None
    act: str | None = None
    asks: tuple[str, ...] = ()
    sources: tuple[events.Passage, ...] = ()
    ticket: dict[str, str] | None = None
    choices: tuple[str, ...] = ()
    rule: str = ""
    language: str | None = None
    parts: tuple[str, ...] = ()
    files: tuple[File, ...] = ()

    def frame(self) -> dict[str, Any]:
        """The `turn` frame of the protocol."""
        frame: dict[str, Any] = {"type": "turn", "seq": self.seq, "who": self.who, "text": self.text, "at": self.at}
        frame["language"] = self.language
        if self.who == "shopper":
            sent = {"files": [file.frame() for file in self.files]} if self.files else {}
            return frame | {"id": self.id} | sent
        quoted = self.parts[-1] if self.parts else self.language  # what an answer quotes is its end
        return frame | {
            "act": self.act,
            "asks": list(self.asks),
            "sources": [dataclasses.asdict(s) | {"language": quoted} for s in self.sources],
            "ticket": self.ticket,
            "choices": list(self.choices),
            "parts": self._parts(),
        }

    def _parts(self) -> list[dict[str, str]]:
        """The text in parts of one language each, with a blank line between; none where it has one language."""
        texts = self.text.split(PARAGRAPH, max(len(self.parts) - 1, 0))
        if len(texts) != len(self.parts):
            return []
        return [{"text": text, "language": language} for text, language in zip(texts, self.parts, strict=True)]


@dataclass(frozen=True, slots=True)
class Enqueued:
    """A ticket for the bridge, stored in the transaction of the turn that completed it (R8)."""

    key: str
    reference: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the courier learned, stored in the transaction of the turn it causes (R13)."""

    key: str
    status: str | None = None  # filed, queued or refused; None leaves it
    # Owner and number of the attempt that says so, the fence; None: an attempt that holds the ticket no more, and may
    # only say "filed"
    held: tuple[str, int] | None = None
    external_id: str | None = None
    helpdesk: str | None = None  # where it is filed; the settings may have changed since it was asked for
    due_at: float | None = None
    attempted: tuple[str, str, str] | None = None  # at, outcome, detail
    doubt: int | None = None  # see `ticket_bridge.outbox.Claim`
    told_saved: bool = False
    notify: bool = False  # the shopper is gone: what the `ticket_filed` turn says is mailed


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to the shopper, stored in the transaction of the turn whose words it carries. `language`: the one that it
    is written in."""

    subject: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Stay:
    """How a change leaves the stay of a person of the shop. `name` None: it is over. `renewed`: the change is the
    person's own doing. `waits`: the shopper is without a reply."""

    name: str | None
    now: float
    until: float
    renewed: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class OfFiles:
    """What a change does with files. `sent`: the conversation has some, which belong to a ticket of this change;
    `ticket`: reference of the one that this change's own files belong to; `status`: `due` where the helpdesk is to hear
    of them once their ticket is filed."""

    sent: bool = False
    ticket: str | None = None
    status: str = "kept"


@dataclass(frozen=True, slots=True)
class Change:
    """Everything one happening does to one conversation: stored whole or not at all."""

    conversation: str
    number: int
    at: str
    state: states.State
    happenings: tuple[events.Happening, ...]
    rows: tuple[str, ...]
    turns: tuple[Turn, ...]
    seq: int
    milliseconds: float
    enqueued: tuple[Enqueued, ...] = ()
    gaps: tuple[tuple[int, str], ...] = ()
    rated: tuple[int, str | None] | None = None
    delivery: Delivery | None = None
    letter: Letter | None = None
    news: int | None = None  # the row of `news` that this change tells
    helpdesk: str = "desk"
    now: float = 0.0
    stay: Stay | None = None  # where a person of the shop is in the chat, or has just left it
    trace: str | None = None  # W3C traceparent of the message that did it
    files: OfFiles = OfFiles()


@dataclass
class Loaded:
    """A conversation as it stands in the store."""

    id: str
    state: states.State
    seq: int
    number: int
    client_ids: tuple[str, ...] = ()  # of the latest messages, oldest first
    locale: str | None = None
    all_ids: bool = True  # no message is older than these
    read: int = 0  # the last turn that its shopper has seen


@dataclass(frozen=True, slots=True)
class Head:
    """What tells whether a conversation in memory is stale: its latest happening, and the last turn that its shopper
    has seen."""

    number: int
    read: int
