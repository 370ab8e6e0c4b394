"""Who did something is kept as an account beside the words; figures count refused tickets apart and know when the
shopper last wrote; a correction may say that what was read as a field is none. Expands only: the version before goes on
working beside it.

What that version wrote names people by their address, which belongs to one account and could never be changed, so the
account is told by it. Notes on desk tickets name them by display name, which two may share: these keep their words
alone."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_BY_ADDRESS = ("access", "correction", "sample", "article_version")


def upgrade() -> None:
    for table in (*_BY_ADDRESS, "desk_note"):
        op.add_column(table, sa.Column("account", sa.Integer, nullable=True))
    for table in _BY_ADDRESS:  # constants, so that nobody puts words of their own into the statement
        op.execute(
            f"UPDATE {table} SET account = (SELECT id FROM account WHERE account.email = {table}.who)"  # noqa: S608
        )
    op.add_column("correction", sa.Column("wrong", sa.Text, nullable=True))
    op.add_column("summary", sa.Column("refused", sa.Integer, nullable=True))
    op.add_column("summary", sa.Column("heard_at", sa.String(40), nullable=True))
