"""Logs: ids, rule names, durations; never a shopper's words, name or address. One line each, on standard error."""

from __future__ import annotations

import logging
import sys


def set_up_logs(level: str) -> None:
    """Plain lines on standard error; libraries that would log addresses or bodies stay quiet."""
    logging.basicConfig(
        stream=sys.stderr, level=level.upper(), format="%(asctime)s %(levelname)-7s %(name)s %(message)s", force=True
    )
    for noisy in ("httpx", "httpcore", "alembic", "sqlalchemy", "websockets", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
