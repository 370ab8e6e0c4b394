"""Versions of articles are drafts, published or withdrawn, say which version they were made upon, and where an import
came from. Expands only: what the version before writes is published at once, as it always was; it knows no drafts and
would publish those that it reads, so none is to be written before the last replica of that version is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    table = "article_version"
    op.add_column(table, sa.Column("state", sa.String(10), nullable=False, server_default="published"))
    op.add_column(table, sa.Column("base", sa.Integer, nullable=False, server_default="0"))
    op.add_column(table, sa.Column("source", sa.String(500), nullable=False, server_default=""))
    op.execute("UPDATE article_version SET state = 'withdrawn' WHERE text = ''")
    op.execute(
        "UPDATE article_version SET base = COALESCE((SELECT MAX(earlier.id) FROM article_version AS earlier "
        "WHERE earlier.article = article_version.article AND earlier.id < article_version.id), 0)"
    )
