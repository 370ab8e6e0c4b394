"""The console's tables: people who sign in, what they reviewed, edited and looked at, and a summary of each
conversation.

`summary`, `facet` and `search` are a cache that `bot.history.summaries` makes from the conversations and can make
again; the others are the only record of what people did. Times are ISO 8601 UTC text, as everywhere.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from bot.store.tables import metadata

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    Column("name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("totp_secret", String(64)),
    Column("totp_used", Integer, nullable=False, default=0),  # the last time step a code was taken for
    Column("failed", Integer, nullable=False, default=0),
    Column("locked_until", Float, nullable=False, default=0.0),
    Column("created_at", String(40), nullable=False),
    Column("disabled", Integer, nullable=False, default=0),
    Column("language", String(16)),  # of the console, where they chose one
)

session = Table(
    "session",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("hash", String(64), primary_key=True),
    Column("made_at", String(40), nullable=False),
    Column("used_at", String(40)),
)

sign_in_try = Table(
    "sign_in_try",
    metadata,
    Column("hash", String(64), primary_key=True),  # of an address, whether or not it has an account
    Column("failed", Integer, nullable=False),
    Column("locked_until", Float, nullable=False),
    Column("at", Float, nullable=False, index=True),
)

access = Table(
    "access",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False, index=True),
    Column("who", String(254), nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("account", Integer),  # whose `who` is: None where it was nobody's, or was written before accounts were kept
)

summary = Table(
    "summary",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("number", Integer, nullable=False),  # the happening it was made after
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False, index=True),
    Column("turns", Integer, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("language", String(10), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("opening", Text, nullable=False),
    Column("opening_masked", Text, nullable=False),
    Column("offered", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("tickets", Integer, nullable=False),
    Column("saved", Integer, nullable=False),
    Column("gaps", Integer, nullable=False),
    Column("heard", Integer, nullable=False),  # shopper messages
    Column("fallbacks", Integer, nullable=False),
    Column("reasks", Integer, nullable=False),
    Column("violations", Integer, nullable=False),
    Column("rating", Integer),
    Column("delivery", String(10), nullable=False),
    Column("first_answer_ms", Float),
    Column("understood_by", String(20), nullable=False),
    Column("refused", Integer),  # tickets that the helpdesk refused; `tickets` counts the others
    Column("heard_at", String(40)),  # when the shopper last wrote
    Index("ix_summary_created", "created_at", "id"),
    Index("ix_summary_turns", "turns", "id"),
    Index("ix_summary_outcome", "outcome", "created_at", "id"),
    Index("ix_summary_rating", "rating", "id"),
)

facet = Table(
    "facet",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("value", String(254), primary_key=True),
    Column("created_at", String(40), primary_key=True),
    Column("summary", ForeignKey("summary.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Index("ix_facet_summary", "summary"),
    sqlite_with_rowid=False,
)

review = Table(
    "review",
    metadata,
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("account", ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("verdict", String(10), nullable=False),  # right, wrong, unsure
    Column("reasons", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", String(40), nullable=False, index=True),
)

assignment = Table(
    "assignment",
    metadata,
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False, index=True),
    Column("at", String(40), nullable=False),
)

correction = Table(
    "correction",
    metadata,
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("intent", String(30), nullable=False),  # empty: the intent was right
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", String(254), nullable=False),
    Column("at", String(40), nullable=False),
    Column("account", Integer),  # as in `access`
    Column("wrong", Text),  # fields that were read where there was none: JSON list of name, email, reason
)

sample = Table(
    "sample",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(100), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("stratum", String(20), nullable=False),
    Column("since", String(40), nullable=False),
    Column("until", String(40), nullable=False),
    Column("who", String(254), nullable=False),
    Column("at", String(40), nullable=False),
    Column("account", Integer),  # as in `access`
)

sample_item = Table(
    "sample_item",
    metadata,
    Column("sample", ForeignKey("sample.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", Text, nullable=False),
    UniqueConstraint("account", "name"),
)

article_version = Table(
    "article_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("article", String(100), nullable=False, index=True),
    Column("text", Text, nullable=False),  # empty: the article is withdrawn, or the draft given up
    Column("who", String(254), nullable=False),
    Column("at", String(40), nullable=False),
    Column("note", String(200), nullable=False),
    Column("account", Integer),  # as in `access`
    Column("state", String(10), nullable=False, server_default="published"),  # draft, published, withdrawn
    Column("base", Integer, nullable=False, server_default="0"),  # the version it was made upon; 0: the file, or none
    Column("source", String(500), nullable=False, server_default=""),  # where an import came from
)

article_opinion = Table(
    "article_opinion",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("article", String(100), nullable=False),
    Column("language", String(10), nullable=False),  # of the page
    Column("helpful", Integer, nullable=False),  # 1: yes, 0: no
    Column("words", Text, nullable=False),  # empty: none were added
    Column("at", String(40), nullable=False, index=True),
)

desk_note = Table(
    "desk_note",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ticket", ForeignKey("desk_ticket.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),  # reply, note, closed, opened
    Column("text", Text, nullable=False),
    Column("who", String(254), nullable=False),
    Column("at", String(40), nullable=False),
    Column("sent", String(10), nullable=False),  # of a reply: queued, sent, failed; else empty
    Column("account", Integer),  # as in `access`
)

log_key = Table(
    "log_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("key", String(64), nullable=False),  # see `bot.store.access_log`
)

#: Made by a migration, in each database's own way, and by no `create_all`: so it stands in no metadata of the others.
search = Table(
    "search",
    MetaData(),
    Column("rowid", Integer, primary_key=True),
    Column("words", Text),
    Column("masked", Text),
)

#: What a shopper passes on to one person of the shop, who can read it once (`bot.one_time`): ciphertext, and for whom.
one_time = Table(
    "one_time",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("account", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("key", String(200), nullable=False),  # public: whoever has it can seal for its owner, and read nothing
    Column("language", String(10), nullable=False),
    Column("sealed", Text),  # in base64
    Column("created_at", String(40), nullable=False),
    Column("until", Float, nullable=False, index=True),
    Column("sealed_at", String(40)),
    Column("read_at", String(40)),
)
