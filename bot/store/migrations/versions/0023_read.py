"""How far its shopper has read a conversation, the same for all their tabs and devices. Expands only."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("read", sa.Integer, nullable=False, server_default="0"))
