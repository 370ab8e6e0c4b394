"""Logs: ids, rule names, durations; never a shopper's words, name or address. One line each, on standard error.

`text` is for people at a terminal, `json` for whatever collects logs. Both carry the conversation's id, and the trace's
where there is one, so that one shopper's way through several replicas can be followed without a word of theirs.
"""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

from bot.telemetry import tracing

#: The conversation that the running task works for.
CONVERSATION: ContextVar[str | None] = ContextVar("conversation", default=None)
_IDS = ("conversation", "trace")
#: Libraries that would log addresses or bodies.
_NOISY = (
    "httpx", "httpcore", "alembic", "sqlalchemy", "websockets", "aiosqlite", "urllib3", "opentelemetry", "boto3",
    "botocore", "uvicorn", "uvicorn.error",
)  # fmt: skip


class _Ids(logging.Filter):
    """Adds what the task knows to every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "conversation", None) is None:
            record.conversation = CONVERSATION.get()
        record.trace = tracing.trace_id()
        return True


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        known = "".join(f" {name}={value}" for name in _IDS if (value := getattr(record, name, None)))
        return super().format(record) + known


def set_up_logs(level: str, form: Literal["text", "json"] = "text") -> None:
    """Lines on standard error; libraries that would log addresses or bodies stay quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Ids())
    if form == "json":
        handler.setFormatter(
            JsonFormatter(
                "{asctime}{levelname}{name}{message}{conversation}{trace}",
                style="{",
                rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
                datefmt="%Y-%m-%dT%H:%M:%S%z",
                json_ensure_ascii=False,
            )
        )
    else:
        handler.setFormatter(_Text("%(asctime)s %(levelname)-7s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
