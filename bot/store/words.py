"""The last line before the database (R17): what goes into a column that may hold people's words is masked, whoever
wrote it.

Every text column masks unless it is named here as one that cannot hold words; a new column masks until somebody
decides. Masking twice changes nothing, so what was masked at the door passes as it is. A column of JSON masks the texts
inside it.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
from sqlalchemy import Dialect, MetaData, String, Table, event
from sqlalchemy.types import TypeDecorator, TypeEngine

from dialogue.understanding.secrets import mask, may_hold_secret

#: Columns that the bot alone fills, and with what. To mask a hash or a key would break it.
NOT_WORDS = {
    "conversation.id": "random", "conversation.token_hash": "a hash", "conversation.created_at": "a time", "conversation.updated_at": "a time",
    "conversation.channel": "one of ours", "conversation.erased_at": "a time", "conversation.customer": "a hash",
    "device.token_hash": "a hash", "device.created_at": "a time", "happening.at": "a time", "happening.rows": "names of rows",
    "turn.who": "one of ours", "turn.at": "a time", "turn.act": "one of ours", "turn.asks": "names of fields", "turn.rule": "a row's name",
    "outbox.key": "made of an id", "outbox.reference": "random", "outbox.status": "one of ours", "outbox.helpdesk": "one of ours",
    "outbox.external_id": "the helpdesk's", "outbox.owner": "a process", "outbox.trace": "an id", "lease.name": "one of ours",
    "lease.owner": "a process", "notice.status": "one of ours", "attempt.at": "a time", "attempt.outcome": "one of ours",
    "desk_ticket.key": "made of an id", "desk_ticket.reference": "random", "desk_ticket.status": "one of ours",
    "desk_ticket.created_at": "a time", "gap.at": "a time", "rating.at": "a time", "admin_token.hash": "a hash", "admin_token.created_at": "a time",
    "own_key.name": "one of ours", "own_key.value": "random", "spent_token.hash": "a hash", "recovery_code.hash": "a hash",
    "recovery_code.made_at": "a time", "recovery_code.used_at": "a time", "sign_in_try.hash": "a hash", "correction.wrong": "names of fields", "summary.heard_at": "a time", "presence.stay": "random", "log_key.key": "random",
    "account.role": "one of ours", "account.password_hash": "a hash", "account.totp_secret": "random", "account.created_at": "a time",
    "session.hash": "a hash", "session.csrf": "random", "access.at": "a time", "summary.created_at": "a time", "summary.updated_at": "a time",
    "summary.channel": "one of ours", "summary.language": "one of ours", "summary.outcome": "one of ours", "summary.delivery": "one of ours",
    "summary.understood_by": "one of ours", "facet.kind": "one of ours", "facet.created_at": "a time", "review.verdict": "one of ours",
    "review.reasons": "some of ours", "review.at": "a time", "assignment.at": "a time", "correction.intent": "one of ours",
    "correction.at": "a time", "sample.stratum": "one of ours", "sample.since": "a day", "sample.until": "a day", "sample.at": "a time",
    "article_version.at": "a time", "desk_note.kind": "one of ours", "desk_note.at": "a time", "desk_note.sent": "one of ours",
}  # fmt: skip
#: Columns of JSON that holds words.
JSON = frozenset(
    ("conversation.state", "happening.events", "turn.sources", "turn.ticket", "turn.choices", "outbox.payload", "desk_ticket.payload")
)  # fmt: skip
#: Columns that hold words of people, or of the shop.
PLAIN = frozenset(
    ("conversation.locale", "turn.text", "turn.client_id", "notice.subject", "notice.text", "attempt.detail", "gap.question", "rating.comment",
     "account.email", "account.name", "access.who", "access.action", "access.target", "access.detail", "summary.opening",
     "summary.opening_masked", "facet.value", "review.note", "correction.name", "correction.email", "correction.reason", "correction.who",
     "sample.name", "sample.who", "saved_view.name", "saved_view.query", "article_version.article", "article_version.text",
     "article_version.who", "article_version.note", "desk_note.text", "desk_note.who")
)  # fmt: skip
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
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if isinstance(column.type, String) and not column.foreign_keys and name not in NOT_WORDS:
                column.type = Words(column.type, json=name in JSON)
