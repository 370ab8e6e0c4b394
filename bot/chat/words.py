"""What people write into the bot, masked where it enters (R17): in frames, in the REST channel, in the console's forms
and addresses.

Every text field of a model made from `Entry` says what it is, or the class cannot be made: `WORDS` are masked, `Sealed`
comes out only masked, `VALUE` is a value that is none where it holds a secret (a name, an address, a language),
`ClientId` names a message, and `NotWords` says why something is not masked. Below this the store masks once more
(`bot.store.words`).
"""

from __future__ import annotations

import hashlib
import types
import typing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema
from pydantic_core.core_schema import no_info_after_validator_function
from starlette.datastructures import FormData

from dialogue.understanding.secrets import Masked, mask

#: In `Annotated[str, …, WORDS]`: words of people.
WORDS = AfterValidator(Masked.of)


def _without_secret(text: str) -> str | None:
    return text if mask(text) == text else None


#: In `Annotated[str, …, VALUE]`: a value that holds no secret, or none.
VALUE = AfterValidator(_without_secret)


@dataclass(frozen=True)
class NotWords:
    """In `Annotated[str, …, NotWords("why")]`: what is never stored, or is none of people's words."""

    why: str


class ClientId(str):
    """The id that a client gave its message, as it may be stored. One that holds a secret is stored as a short digest,
    too short to be turned back; `sent` is what the client knows its message by."""

    __slots__ = ("sent",)
    sent: str

    @classmethod
    def of(cls, text: str) -> ClientId:
        if isinstance(text, ClientId):
            return text
        safe = text if mask(text) == text else f"masked-{hashlib.blake2b(text.encode(), digest_size=3).hexdigest()}"
        made = cls(safe)
        made.sent = text
        return made

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(cls.of, core_schema.str_schema(min_length=1, max_length=200))


class Sealed:
    """Words as they came, which only come out masked. Measured and admitted before anybody takes the time to look into
    them."""

    __slots__ = ("_raw",)

    def __init__(self, raw: str) -> None:
        self._raw = raw

    def __len__(self) -> int:
        return len(self._raw)

    def __repr__(self) -> str:
        return f"Sealed({len(self)} characters)"

    @property
    def blank(self) -> bool:
        return not self._raw.strip()

    def masked(self) -> Masked:
        return Masked.of(self._raw)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(cls, core_schema.str_schema())


def _undecided(annotation: Any, metadata: typing.Sequence[Any]) -> bool:
    """True where a text of this type could enter without a decision."""
    if annotation is str:
        return not any(m is WORDS or m is VALUE or isinstance(m, NotWords) for m in metadata)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _undecided(arguments[0], (*metadata, *arguments[1:]))
    if origin is typing.Literal:
        return False
    if origin in (typing.Union, types.UnionType):
        return any(_undecided(a, metadata) for a in arguments)
    return any(_undecided(a, ()) for a in arguments) or annotation is Any


class Entry(BaseModel):
    """What comes in from outside. Raises `TypeError` while the class is made where a text field does not say what it
    is."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        for name, found in cls.model_fields.items():
            if _undecided(found.annotation, found.metadata):
                raise TypeError(
                    f"{cls.__name__}.{name}: say whether these are words of people (R17); see bot.chat.words"
                )


def masked_query(query: bytes) -> bytes:
    """A query string with every value masked; to the letter as it was where none holds a secret."""
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    except ValueError:
        return b""
    masked = [(mask(name), mask(value)) for name, value in pairs]
    return query if masked == pairs else urlencode(masked).encode()


def masked_form(form: FormData) -> FormData:
    """A form with every value masked. Files are refused before."""
    return FormData([(name, Masked.of(str(value))) for name, value in form.multi_items()])
