"""For several replicas: leases for work that one of them does for all, and the trace that a ticket belongs to. Expands
only: the version before goes on working beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.add_column("outbox", sa.Column("trace", sa.String(80), nullable=True))
