"""Presence of people of the shop in running chats, as leases. Whoever is in a chat at this moment gets one that runs
out soon after: their page renews it once it is loaded anew. Expands only: the version before goes on working beside
it."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"

#: Seconds that the pages of those who are here have to renew what they never had to before.
_FIRST = 300.0


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_presence_conversation_conversation", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("stay", sa.String(40), nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("waiting_since", sa.Float, nullable=True),
    )
    op.create_index("ix_presence_until", "presence", ["until"])
    op.execute(
        sa.text(
            "INSERT INTO presence (conversation, stay, until) SELECT id, '', :until FROM conversation "
            'WHERE state LIKE \'%"phase":"attended"%\''
        ).bindparams(until=time.time() + _FIRST)
    )
