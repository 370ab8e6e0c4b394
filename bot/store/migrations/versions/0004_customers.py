"""Signed-in customers whose page vouches for them: their conversation, and a token for each further device. An index
for the list of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("customer", sa.String(64), nullable=True))
    op.create_index("ix_conversation_customer", "conversation", ["customer", "updated_at"])
    op.create_table(
        "device",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_device_conversation_conversation", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
    op.create_index("ix_device_conversation", "device", ["conversation"])
    op.create_index("ix_outbox_created", "outbox", ["created_at", "key"])
