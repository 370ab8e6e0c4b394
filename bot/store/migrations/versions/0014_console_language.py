"""Which language a colleague chose for the console. Expands only."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("account", sa.Column("language", sa.String(16), nullable=True))
