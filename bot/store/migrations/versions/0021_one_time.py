"""What is passed on once, sealed, from a shopper to one person of the shop. Expands only."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "one_time",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(64), sa.ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("sealed", sa.Text()),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("sealed_at", sa.String(40)),
        sa.Column("read_at", sa.String(40)),
    )
    op.create_index("ix_one_time_conversation", "one_time", ["conversation"])
    op.create_index("ix_one_time_until", "one_time", ["until"])
