"""Keys of the bot's own, tokens that are spent, recovery codes, and wrong tries to sign in by address, whether or not
it has an account. Expands only."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "recovery_code",
        sa.Column(
            "account",
            sa.Integer(),
            sa.ForeignKey("account.id", ondelete="CASCADE", name="fk_recovery_code_account_account"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("used_at", sa.String(40)),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
    )
    op.create_index("ix_sign_in_try_at", "sign_in_try", ["at"])
    op.create_table(
        "own_key",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(64), nullable=False),
    )
    op.create_table(
        "spent_token",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("at", sa.Float(), nullable=False),
    )
    op.create_index("ix_spent_token_at", "spent_token", ["at"])
