"""The words that conversations are found by: how they are folded, and how they are stored in either database's
full-text search."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Connection


def fold(words: str) -> str:
    """Words as they are searched for: without case, accents or signs, on every database alike."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", plain).casefold()))


def insert_words(dialect: str) -> TextClause:
    """The statement that stores the words a summary is found by: `id`, `words`, `hidden`."""
    made = ":words, :hidden" if dialect == "sqlite" else "to_tsvector('simple', :words), to_tsvector('simple', :hidden)"
    return text(f"INSERT INTO search (rowid, words, masked) VALUES (:id, {made})")  # noqa: S608 - one of two constants


def write_words(connection: Connection, id: int, words: str, hidden: str) -> None:
    """The words summary `id` is found by, in place of earlier ones."""
    connection.execute(text("DELETE FROM search WHERE rowid = :id"), {"id": id})
    connection.execute(insert_words(connection.dialect.name), {"id": id, "words": words, "hidden": hidden})
