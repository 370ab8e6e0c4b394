"""Who asked what no article answered hears once one does. Expands only: the version before knows nothing of it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "news",
        sa.Column(
            "gap", sa.Integer(), sa.ForeignKey("gap.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
        sa.Column("article", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("chat", sa.String(10), nullable=False),
        sa.Column("mail", sa.String(10), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=False),
    )
    op.create_index("ix_news_chat", "news", ["chat"])
    op.create_index("ix_news_mail", "news", ["mail"])
    op.create_table(
        "news_mail",
        sa.Column(
            "gap", sa.Integer(), sa.ForeignKey("news.gap", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=False),
    )
    op.create_index("ix_news_mail_status_due_at", "news_mail", ["status", "due_at"])
