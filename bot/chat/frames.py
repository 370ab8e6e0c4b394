"""The frames of `/ws`: what a client may send, checked at the edge, and the errors it gets for anything else."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from bot.chat.words import VALUE, ClientId, Entry, NotWords, Sealed

MAX_TEXT = 4000
#: The shape of a language's name (BCP 47), such as `de` or `pt-BR`; whatever else is sent names none.
_LOCALE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


class FrameError(Exception):
    """A frame that cannot be used. `code` is the protocol's, the message is for a person, `id` that of the `say`,
    `retry_after` the seconds after which it may be tried again."""

    def __init__(self, code: str, message: str, id: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code, self.id, self.retry_after = code, id, retry_after

    def frame(self) -> dict[str, Any]:
        """The `error` frame of the protocol."""
        frame: dict[str, Any] = {"type": "error", "code": self.code, "message": str(self)}
        if self.retry_after is not None:
            frame["retry_after"] = self.retry_after
        return frame if self.id is None else frame | {"id": self.id}


def _short_enough(text: Sealed) -> Sealed:
    """Measured as it was sent: masking may make it longer."""
    if len(text) > MAX_TEXT:
        raise PydanticCustomError("message_too_long", "longer than {most} characters", {"most": MAX_TEXT})
    return text


def _named(locale: str | None) -> str | None:
    return locale if locale and _LOCALE.fullmatch(locale) else None


class Customer(Entry):
    """The page's signed-in customer. `signature` is the shop's server's word for them, see `bot.chat.identity`."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), VALUE] | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), VALUE] | None = None
    signature: Annotated[str, StringConstraints(max_length=128), NotWords("compared and let go")] | None = None


class Hello(Entry):
    type: Literal["hello"]
    token: (
        Annotated[str, StringConstraints(max_length=200), NotWords("a secret of ours: only its hash is stored")] | None
    ) = None
    after: Annotated[int, Field(ge=0)] = 0
    customer: Customer | None = None
    locale: Annotated[str, StringConstraints(max_length=35), VALUE, AfterValidator(_named)] | None = None


class Say(Entry):
    type: Literal["say"]
    id: ClientId
    text: Annotated[Sealed, AfterValidator(_short_enough)]


class Rate(Entry):
    type: Literal["rate"]
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Sealed, AfterValidator(_short_enough), Field(max_length=MAX_TEXT)] | None = None


class Typing(Entry):
    type: Literal["typing"]


class Erase(Entry):
    """The shopper wants this conversation forgotten. The answer is `erased`; a ticket on its way is still filed, one
    that the helpdesk refused goes along."""

    type: Literal["erase"]


class SendFile(Entry):
    """Files that were uploaded over HTTP, sent in a turn of the shopper's; `files` are their ids. The turn with the
    same `id` is the acknowledgement. Words beside them are a `say` of their own."""

    type: Literal["file"]
    id: ClientId
    files: Annotated[
        tuple[Annotated[str, StringConstraints(pattern="^[a-z]{28}$"), NotWords("keys of our own")], ...],
        Field(min_length=1, max_length=20),
    ]


class Read(Entry):
    """The shopper has seen every turn up to `seq`. Answered by nothing; whoever else shows this conversation hears it
    as the server's frame of the same name."""

    type: Literal["read"]
    seq: Annotated[int, Field(ge=0)]


Frame = Hello | Say | Rate | Typing | Erase | Read | SendFile
_ANY: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])
_KNOWN = "hello, say, rate, typing, erase, read, file"


def without_nul(value: Any) -> Any:
    """`value` with U+FFFD for every NUL in its strings: PostgreSQL stores none, and nobody means one."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd") if "\x00" in value else value
    if isinstance(value, dict):
        return {key: without_nul(item) if isinstance(item, str | dict) else item for key, item in value.items()}
    return value


def parse(text: str | bytes) -> Frame:
    """The frame in `text`. Raises `FrameError`: `bad_frame`, or `too_long` for a text over 4,000 characters."""
    try:
        raw = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise FrameError("bad_frame", "A frame must be a JSON object.") from None
    if not isinstance(raw, dict):
        raise FrameError("bad_frame", "A frame must be a JSON object.")
    raw = without_nul(raw)
    id = raw.get("id") if isinstance(raw.get("id"), str) else None
    try:
        frame = _ANY.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
            raise FrameError("bad_frame", f"Unknown frame type; known are {_KNOWN}.", id) from None
        if first["type"] == "message_too_long":
            told = f"A message may have up to {MAX_TEXT:,} characters; please send it in parts."
            raise FrameError("too_long", told, id) from None
        field = ".".join(str(p) for p in first["loc"][1:]) or str(first["loc"][0])
        raise FrameError("bad_frame", f"The field {field!r} of this frame is not right: {first['msg']}.", id) from None
    if isinstance(frame, Say) and frame.text.blank:
        raise FrameError("bad_frame", "A message needs some text.", id)
    return frame


def dump(frame: dict[str, Any]) -> str:
    """A frame as text."""
    return orjson.dumps(frame).decode()
