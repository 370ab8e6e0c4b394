"""The console: accounts, what they looked at, reviews, samples, edited articles, work on desk tickets; a summary of
each conversation with its facets and its words for the search. `conversation.erased_at` for those whose shopper was
forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_SEARCH = {
    "sqlite": ("CREATE VIRTUAL TABLE search USING fts5(words, masked, tokenize='unicode61 remove_diacritics 2')",),
    "postgresql": (
        "CREATE TABLE search (rowid integer PRIMARY KEY, words tsvector NOT NULL, masked tsvector NOT NULL)",
        "CREATE INDEX ix_search_words ON search USING gin (words)",
        "CREATE INDEX ix_search_masked ON search USING gin (masked)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
    )
    op.create_index(op.f("ix_access_at"), "access", ["at"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_used", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Float(), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("disabled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "article_version",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_version")),
    )
    op.create_index(op.f("ix_article_version_article"), "article_version", ["article"], unique=False)
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(length=20), nullable=False),
        sa.Column("since", sa.String(length=40), nullable=False),
        sa.Column("until", sa.String(length=40), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
    )
    op.create_table(
        "assignment",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_assignment_account_account")),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_assignment_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_account"), "assignment", ["account"], unique=False)
    op.create_table(
        "correction",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("intent", sa.String(length=30), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_correction_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", "seq", name=op.f("pk_correction")),
    )
    op.create_table(
        "desk_note",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("sent", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["desk_ticket.id"], name=op.f("fk_desk_note_ticket_desk_ticket"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_note")),
    )
    op.create_index(op.f("ix_desk_note_ticket"), "desk_note", ["ticket"], unique=False)
    op.create_table(
        "review",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("account", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_review_account_account")),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_review_conversation_conversation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation", "account", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_at"), "review", ["at"], unique=False)
    op.create_table(
        "sample_item",
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_sample_item_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sample"], ["sample.id"], name=op.f("fk_sample_item_sample_sample"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample", "position", name=op.f("pk_sample_item")),
    )
    op.create_index(op.f("ix_sample_item_conversation"), "sample_item", ["conversation"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_saved_view_account_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account", "name", name=op.f("uq_saved_view_account_name")),
    )
    op.create_table(
        "session",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_session_account_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account"), "session", ["account"], unique=False)
    op.create_table(
        "summary",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.String(length=40), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("opening_masked", sa.Text(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("fallbacks", sa.Integer(), nullable=False),
        sa.Column("reasks", sa.Integer(), nullable=False),
        sa.Column("violations", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("delivery", sa.String(length=10), nullable=False),
        sa.Column("first_answer_ms", sa.Float(), nullable=True),
        sa.Column("understood_by", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name=op.f("fk_summary_conversation_conversation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary")),
        sa.UniqueConstraint("conversation", name=op.f("uq_summary_conversation")),
    )
    op.create_index("ix_summary_created", "summary", ["created_at", "id"], unique=False)
    op.create_index("ix_summary_outcome", "summary", ["outcome", "created_at", "id"], unique=False)
    op.create_index("ix_summary_rating", "summary", ["rating", "id"], unique=False)
    op.create_index("ix_summary_turns", "summary", ["turns", "id"], unique=False)
    op.create_index(op.f("ix_summary_updated_at"), "summary", ["updated_at"], unique=False)
    op.create_table(
        "facet",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["summary"], ["summary.id"], name=op.f("fk_facet_summary_summary"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("kind", "value", "created_at", "summary", name=op.f("pk_facet")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_facet_summary", "facet", ["summary"], unique=False)
    op.add_column("conversation", sa.Column("erased_at", sa.String(length=40), nullable=True))
    for statement in _SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
