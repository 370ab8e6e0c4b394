"""The language that each turn was said in, and those of its parts where it holds more than one. Expands only."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("turn", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("turn", sa.Column("parts", sa.Text(), nullable=True))
