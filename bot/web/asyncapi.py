"""The WebSocket's contract as AsyncAPI 3, made from the very models that check frames; served at `/asyncapi.json`.

What the server sends has models here too, so that tests can hold real frames to them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bot.chat.frames import Erase, Hello, Rate, Read, Say, SendFile, Typing
from dialogue.vocabulary import Act


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ServiceHours(_Sent):
    """The published hours of live agents, in the page's language, else the chat's: their wording, and where a machine
    can read them whether somebody is there now, when they are `next` while they are not, and when that `closes` (ISO
    8601). `closed` names the closed days of the next week; empty where there are none."""

    text: str
    open: bool | None = None
    next: str | None = None
    closes: str | None = None
    closed: str | None = None


class Topic(_Sent):
    """An article of the shop's: its title, to be shown and to be asked, in its language (ISO 639-1)."""

    title: str
    language: str


class Home(_Sent):
    """What a chat begins with on the screen. `search` answers `?q=` with JSON, in the reader's language; it is there
    where the help centre is, and without a public address a path on the bot's own host."""

    topics: list[Topic]
    search: str | None = None


class Welcome(_Sent):
    """Answers `hello`. `token` keeps the conversation across reloads and grants that conversation only. `rated`: this
    chat was rated, so that no form is shown for it again (R19); where it is rated in another tab meanwhile, a turn with
    the act `thanks` follows. `language`: the chat's (ISO 639-1), null while nothing was said; from there on a turn of
    the shopper's that tells one changes it. `features`: what was added to the frames since they were first published:
    `languages` (this field, and `language` and `parts` of turns), `home` (the field of that name), `read` (the frames
    of that name), and `files` where files may be sent. `read`: the last turn that the shopper has seen, 0 for none."""

    type: Literal["welcome"]
    conversation: str
    token: str
    seq: int
    rated: bool
    language: str | None
    features: list[Literal["languages", "hours", "home", "read", "files"]]
    read: int
    home: Home
    hours: ServiceHours | None = None


class Source(_Sent):
    """A quoted place of an article; `language` is the article's. `url`: its page in the help centre, where there is
    one; without a public address a path on the bot's own host. `revised`: the day on which the article was last revised
    (ISO 8601)."""

    article: str
    title: str
    passage: str
    language: str | None
    url: str | None = None
    revised: str | None = None


class TicketShown(_Sent):
    reference: str
    status: Literal["filed", "saved"]


class FileShown(_Sent):
    """A file of a turn. `size` in bytes; `url`, and `thumbnail` where it is a picture: paths on the bot's own host, for
    whoever sends the chat's token as `Authorization: Bearer`."""

    id: str
    name: str
    type: Literal["image/jpeg", "image/png", "application/pdf", "text/plain"]
    size: int
    url: str
    thumbnail: str | None


class ShopperTurn(_Sent):
    """The shopper's own turn: the acknowledgement of a `say` with the same `id`. `language`: that of its words, null
    where they do not tell. `files`: what a `file` sent; `text` then holds their names, for whoever shows text alone."""

    type: Literal["turn"]
    seq: int
    who: Literal["shopper"]
    text: str
    at: str
    language: str | None
    id: str | None
    files: list[FileShown] = []


class Part(_Sent):
    """A piece of a turn's text, in one language."""

    text: str
    language: str


class BotTurn(_Sent):
    """`seq` counts 1, 2, 3 … without a gap, the same after a reconnect. `language`: the one it was said in, and its
    choices; null where nobody can tell (an agent's, and turns stored by an older version). `parts`: the whole text
    again where it holds more than one language, a blank line between two; else none. `agent`: on a `system` turn that
    says who of the shop is in the chat now, their name."""

    type: Literal["turn"]
    seq: int
    who: Literal["bot", "agent", "system"]
    text: str
    at: str
    language: str | None
    act: Act | None
    asks: list[str]
    sources: list[Source]
    ticket: TicketShown | None
    choices: list[str]
    parts: list[Part]
    agent: str | None = None


class TypingShown(_Sent):
    type: Literal["typing"]
    who: Literal["bot", "agent"]


class HoursChanged(_Sent):
    """What the welcome said of the hours has changed: they have begun or ended, or another day has (`hours` among the
    welcome's features)."""

    type: Literal["hours"]
    hours: ServiceHours


class Rated(_Sent):
    """This conversation has its rating, from whichever tab: no form for one is shown any more (R19)."""

    type: Literal["rated"]


class ReadElsewhere(_Sent):
    """The shopper has seen every turn up to `seq`, in another tab or on another device (`read` among the welcome's
    features)."""

    type: Literal["read"]
    seq: int


class Erased(_Sent):
    """Answers `erase`: the conversation is forgotten, and the connection ends."""

    type: Literal["erased"]


class Error(_Sent):
    """`message` is for a person; `id` is that of the `say` it concerns; `retry_after`, with `unavailable`, says after
    how many seconds the bot may have room again."""

    type: Literal["error"]
    code: Literal["bad_frame", "too_long", "too_fast", "bad_token", "bad_origin", "unavailable"]
    message: str
    id: str | None = None
    retry_after: int | None = None


SENT_BY_CLIENT: tuple[type[BaseModel], ...] = (Hello, Say, Rate, Typing, Erase, Read, SendFile)
SENT_BY_SERVER: tuple[type[BaseModel], ...] = (
    Welcome, ShopperTurn, BotTurn, TypingShown, HoursChanged, Rated, ReadElsewhere, Erased, Error,
)  # fmt: skip


def document() -> dict[str, Any]:
    """The AsyncAPI 3 document."""
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for model in (*SENT_BY_CLIENT, *SENT_BY_SERVER):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
        messages[model.__name__] = {"payload": {"$ref": f"#/components/schemas/{model.__name__}"}}

    def operation(action: str, models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
        channel = "#/channels/chat"
        refs = [{"$ref": f"{channel}/messages/{m.__name__}"} for m in models]
        return {"action": action, "channel": {"$ref": channel}, "messages": refs}

    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Askonce chat",
            "version": "0.1.0",
            "description": "JSON text frames. The first is `hello`, within 10 seconds. Unknown fields are ignored.",
        },
        "channels": {
            "chat": {
                "address": "/ws",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "hear": operation("receive", SENT_BY_CLIENT),
            "speak": operation("send", SENT_BY_SERVER),
        },
        "components": {"messages": messages, "schemas": schemas},
    }
