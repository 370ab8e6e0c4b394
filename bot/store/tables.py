"""The tables, for SQLite and PostgreSQL alike. Times are ISO 8601 UTC text; JSON is text, read and written by
orjson."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

from bot.store.words import mask_words_of

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
mask_words_of(metadata)

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False, index=True),
    Column("seq", Integer, nullable=False, default=0),
    Column("number", Integer, nullable=False, default=0),  # happenings so far
    Column("state", Text, nullable=False),  # a cache of the fold of its happenings
    Column("locale", String(35)),
    Column("channel", String(20), nullable=False),
    # When it was erased. The row stays, empty, while a ticket of it is still on its way; then it goes as well.
    Column("erased_at", String(40)),
    Column("customer", String(64)),  # a key of the customer that the shop's server vouched for
    Column("read", Integer, nullable=False, server_default="0"),  # the last turn that its shopper has seen
    Index("ix_conversation_customer", "customer", "updated_at"),
)

device = Table(
    "device",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # of a further device of that customer
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", String(40), nullable=False),
)

happening = Table(
    "happening",
    metadata,
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),  # the latest turn once it was decided
    Column("at", String(40), nullable=False),
    Column("events", Text, nullable=False),  # what the tracker was told, in order
    Column("rows", Text, nullable=False),  # the table rows that decided
    Column("milliseconds", Float, nullable=False),
)

turn = Table(
    "turn",
    metadata,
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("who", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("client_id", String(200)),
    Column("act", String(30), index=True),
    Column("asks", Text),
    Column("sources", Text),
    Column("ticket", Text),
    Column("choices", Text),
    Column("rule", String(200)),
    Column("number", Integer, nullable=False),  # the happening that caused it
    Column("language", Text),  # null in turns older than the column
    Column("parts", Text),
    Column("files", Text),  # null where the turn is no turn of files
    UniqueConstraint("conversation", "client_id"),
)

#: Files that shoppers send. Their bytes lie in a folder by their hash (`bot.store.files`).
attachment = Table(
    "attachment",
    metadata,
    Column("id", String(40), primary_key=True),  # drawn, of letters alone: it stands in JSON in which words are masked
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", String(200), nullable=False),
    Column("seq", Integer),  # the turn that it was sent with; null: uploaded, and not sent yet
    Column("place", Integer),  # among the files of that turn
    Column("ticket", String(40)),  # reference of the ticket that it belongs to
    Column("name", Text, nullable=False),
    Column("type", String(60), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", String(64), nullable=False, index=True),  # SHA-256 of what is kept
    Column("thumbnail", String(64), index=True),  # likewise; null where it is no picture
    Column("created_at", String(40), nullable=False),
    Column("status", String(10), nullable=False),  # kept, due, told: see `bot.store.files.additions`
    UniqueConstraint("conversation", "client_id"),
    Index("ix_attachment_status_ticket", "status", "ticket"),
)

#: Contents that nothing needs any more, until they are deleted from the folder.
file_gone = Table(
    "file_gone",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("at", Float, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column(
        "key", String(80), primary_key=True
    ),  # conversation:seq:index:mark, the idempotency key; never twice (`bot.chat.drawn`)
    Column("conversation", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("reference", String(40), nullable=False, unique=True),
    Column("payload", Text, nullable=False),  # exactly what the helpdesk gets
    Column("status", String(10), nullable=False),  # queued, sending, filed, refused
    Column("helpdesk", String(30), nullable=False),
    Column("external_id", String(200)),
    Column("attempts", Integer, nullable=False, default=0),
    Column(
        "ambiguous", Integer, nullable=False, default=0
    ),  # how much in doubt it is, see `ticket_bridge.outbox.Claim`
    Column("due_at", Float, nullable=False),  # seconds since the epoch
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("owner", String(60)),
    Column("created_at", Float, nullable=False),
    Column("told_saved", Integer, nullable=False, default=0),
    Column("trace", String(80)),  # W3C traceparent of the message that made it
    Index("ix_outbox_status_due_at", "status", "due_at"),
    Index("ix_outbox_created", "created_at", "key"),
)
Index(
    "ix_outbox_untold",
    outbox.c.created_at,
    sqlite_where=text("told_saved = 0 AND status != 'filed'"),
    postgresql_where=text("told_saved = 0 AND status != 'filed'"),
)

#: What follows tickets that are filed, on its way to the helpdesk like them: the outbox's columns (`ticket_bridge`).
addition = Table(
    "addition",
    metadata,
    Column("key", String(120), primary_key=True),  # the ticket's key, and its first file
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reference", String(40), nullable=False),
    Column("payload", Text, nullable=False),  # which files, of which ticket, with which words
    Column("status", String(10), nullable=False),
    Column("helpdesk", String(30), nullable=False),
    Column("external_id", String(200)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("ambiguous", Integer, nullable=False, default=0),
    Column("due_at", Float, nullable=False),
    Column("lease_until", Float, nullable=False, default=0.0),
    Column("owner", String(60)),
    Column("created_at", Float, nullable=False),
    Column("told_saved", Integer, nullable=False, default=0),
    Column("trace", String(80)),
    Column("seen", Integer),  # whether the note could be read back once it was there; null: not asked
    Column("said", Text),  # why the helpdesk took it not, in an operator's words
    Index("ix_addition_status_due_at", "status", "due_at"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(60), nullable=False),
    Column("until", Float, nullable=False),  # seconds since the epoch
)

presence = Table(
    "presence",
    metadata,
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("stay", String(40), nullable=False),  # as `State.presence` names it
    Column("until", Float, nullable=False, index=True),  # seconds since the epoch
    Column("waiting_since", Float),  # when the shopper wrote what nobody has answered; seconds since the epoch
)

notice = Table(
    "notice",
    metadata,
    Column("key", ForeignKey("outbox.key", ondelete="CASCADE"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),  # what the shopper reads (`bot.chat.mails`)
    Column("language", String(35), nullable=False, server_default=""),  # that it is written in; empty: not known
    Column("status", String(10), nullable=False),  # queued, sending, sent, refused
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Float, nullable=False),
    Column("lease_until", Float, nullable=False, default=0.0),
    Index("ix_notice_status_due_at", "status", "due_at"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", ForeignKey("outbox.key"), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("detail", Text, nullable=False),
)

Index(
    "ix_attempt_keys",
    attempt.c.id,
    sqlite_where=text("outcome IN ('key seen', 'key unseen')"),
    postgresql_where=text("outcome IN ('key seen', 'key unseen')"),
)

desk_ticket = Table(
    "desk_ticket",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("reference", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Column("created_at", String(40), nullable=False),
)

gap = Table(
    "gap",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("at", String(40), nullable=False),
)

#: Who asked what no article answered, and is to hear that one does: a row for a question of a conversation, whatever
#: becomes of it. `bot.store.news` says what `chat` and `mail` may be.
news = Table(
    "news",
    metadata,
    Column("gap", ForeignKey("gap.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),  # the first of it
    Column("article", String(100), nullable=False),
    Column("version", Integer, nullable=False),  # of the article, which answered it first
    Column("at", String(40), nullable=False),
    Column("chat", String(10), nullable=False),
    Column("mail", String(10), nullable=False),
    Column("lease_until", Float, nullable=False, default=0.0),
    Index("ix_news_chat", "chat"),
    Index("ix_news_mail", "mail"),
)

#: Their mail, until it is sent or refused; then it is empty.
news_mail = Table(
    "news_mail",
    metadata,
    Column("gap", ForeignKey("news.gap", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("key", String(80), nullable=False, unique=True),  # what the mail's own id is made of
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("status", String(10), nullable=False),  # as of `notice`
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Float, nullable=False),
    Column("lease_until", Float, nullable=False, default=0.0),
    Index("ix_news_mail_status_due_at", "status", "due_at"),
)

rating = Table(
    "rating",
    metadata,
    Column("conversation", ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("score", Integer, nullable=False),
    Column("comment", Text),
    Column("at", String(40), nullable=False),
)

#: Keys that the bot made for itself, such as the one that seals its tokens.
own_key = Table(
    "own_key",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(64), nullable=False),
)

#: Hashes of tokens whose conversations were erased within the last day: they open nothing, though their seal is right.
spent_token = Table(
    "spent_token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("at", Float, nullable=False, index=True),
)

admin_token = Table(
    "admin_token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("created_at", String(40), nullable=False),
)
