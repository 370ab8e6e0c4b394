"""The language that a mail to a shopper is written in. Expands only: the version before leaves it empty."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("notice", sa.Column("language", sa.String(35), nullable=False, server_default=""))
