"""The last line before the database (R17): what goes into a column that may hold people's words is masked, whoever
wrote it.

Every text column masks unless `bot.store.declarations` says that it holds no words; a new column masks until somebody
decides. Masking twice changes nothing, so what was masked at the door passes as it is. A column of JSON masks the texts
inside it.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
from sqlalchemy import Dialect, MetaData, String, Table, event
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.store.declarations import REGISTER
from dialogue.understanding.secrets import mask, may_hold_secret

#: Texts inside JSON that the bot drew: in a stem, too, "PW" and digits come together by chance, and masked it is
#: another stem.
_DRAWN, _STEM = frozenset(("stem", "began")), re.compile(r"[0-9A-Z]{6,12}")


def masked_json(text: str) -> str:
    """JSON with every text inside it masked; what is no JSON is masked as it stands."""
    if "\\" not in text and not may_hold_secret(text):
        return text
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return mask(text)
    masked = _masked(value)
    return text if masked == value else orjson.dumps(masked).decode()


def _masked(value: Any, name: str = "") -> Any:
    if isinstance(value, str):
        return value if name in _DRAWN and _STEM.fullmatch(value) else mask(value)
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        return {name: _masked(item, name) for name, item in value.items()}
    return value


class Words(TypeDecorator[str]):
    """Text that is masked on its way in."""

    impl: Any = String
    cache_ok = True

    def __init__(self, stored: TypeEngine[str], *, json: bool = False) -> None:
        super().__init__()
        self.impl, self.json = stored, json

    @property
    def python_type(self) -> type[str]:
        """Text, as the column it stands for."""
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if not isinstance(value, str):
            return value
        return masked_json(value) if self.json else mask(value)

    def copy(self, **options: Any) -> Words:
        return Words(self.impl, json=self.json)


def mask_words_of(metadata: MetaData) -> None:
    """From now on every table made in `metadata` masks its columns of words."""

    @event.listens_for(Table, "after_parent_attach")
    def attached(table: Table, parent: Any) -> None:
        if parent is not metadata:
            return
        declared = REGISTER.tables[table.name].columns if table.name in REGISTER.tables else {}
        for column in table.columns:
            holds = declared.get(column.name)
            if isinstance(column.type, String) and not column.foreign_keys and (holds is None or holds.words):
                column.type = Words(column.type, json=holds is not None and holds.json)
