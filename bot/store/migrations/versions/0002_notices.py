"""Mail to shoppers who had left when their ticket was filed; an index for tickets nobody has had a word about yet."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column(
            "key",
            sa.String(80),
            sa.ForeignKey("outbox.key", name="fk_notice_key_outbox", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("lease_until", sa.Float, nullable=False),
    )
    op.create_index("ix_notice_status_due_at", "notice", ["status", "due_at"])
    where = sa.text("told_saved = 0 AND status != 'filed'")
    op.create_index("ix_outbox_untold", "outbox", ["created_at"], sqlite_where=where, postgresql_where=where)
