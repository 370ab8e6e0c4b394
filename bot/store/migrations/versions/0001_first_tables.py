"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_conversation_token_hash"),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("updated_at", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("locale", sa.String(35)),
        sa.Column("channel", sa.String(20), nullable=False),
    )
    op.create_index("ix_conversation_updated_at", "conversation", ["updated_at"])
    op.create_table(
        "happening",
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_happening_conversation_conversation", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("rows", sa.Text, nullable=False),
        sa.Column("milliseconds", sa.Float, nullable=False),
    )
    op.create_table(
        "turn",
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_turn_conversation_conversation", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("who", sa.String(10), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("client_id", sa.String(200)),
        sa.Column("act", sa.String(30)),
        sa.Column("asks", sa.Text),
        sa.Column("sources", sa.Text),
        sa.Column("ticket", sa.Text),
        sa.Column("choices", sa.Text),
        sa.Column("rule", sa.String(200)),
        sa.Column("number", sa.Integer, nullable=False),
        sa.UniqueConstraint("conversation", "client_id", name="uq_turn_conversation_client_id"),
    )
    op.create_index("ix_turn_act", "turn", ["act"])
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_outbox_conversation_conversation"),
            nullable=False,
        ),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.UniqueConstraint("reference", name="uq_outbox_reference"),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("helpdesk", sa.String(30), nullable=False),
        sa.Column("external_id", sa.String(200)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("ambiguous", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("lease_until", sa.Float, nullable=False),
        sa.Column("owner", sa.String(60)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("told_saved", sa.Integer, nullable=False),
    )
    op.create_index("ix_outbox_conversation", "outbox", ["conversation"])
    op.create_index("ix_outbox_status_due_at", "outbox", ["status", "due_at"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(80), sa.ForeignKey("outbox.key", name="fk_attempt_key_outbox"), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("ix_attempt_key", "attempt", ["key"])
    op.create_table(
        "desk_ticket",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.UniqueConstraint("key", name="uq_desk_ticket_key"),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "gap",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_gap_conversation_conversation", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_index("ix_gap_conversation", "gap", ["conversation"])
    op.create_table(
        "rating",
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_rating_conversation_conversation", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "admin_token",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
