"""What readers of the help centre say of its articles. Expands only."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "article_opinion",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("article", sa.String(100), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("helpful", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_index("ix_article_opinion_at", "article_opinion", ["at"])
