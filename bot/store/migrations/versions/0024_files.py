"""Files that shoppers send: a turn names them, and `attachment` says which content each is. `file_gone` holds contents
that nothing needs any more until they are deleted from the folder, so that a crash leaves none behind. `addition` is an
outbox of what follows tickets to the helpdesk."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("turn", sa.Column("files", sa.Text, nullable=True))
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_attachment_conversation_conversation", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("client_id", sa.String(200), nullable=False),
        sa.Column("seq", sa.Integer),
        sa.Column("place", sa.Integer),
        sa.Column("ticket", sa.String(40)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("thumbnail", sa.String(64)),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.UniqueConstraint("conversation", "client_id", name="uq_attachment_conversation_client_id"),
    )
    op.create_index("ix_attachment_content", "attachment", ["content"])
    op.create_index("ix_attachment_thumbnail", "attachment", ["thumbnail"])
    op.create_index("ix_attachment_status_ticket", "attachment", ["status", "ticket"])
    op.create_table(
        "addition",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column(
            "conversation",
            sa.String(40),
            sa.ForeignKey("conversation.id", name="fk_addition_conversation_conversation", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("helpdesk", sa.String(30), nullable=False),
        sa.Column("external_id", sa.String(200)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("ambiguous", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("lease_until", sa.Float, nullable=False, server_default="0"),
        sa.Column("owner", sa.String(60)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("told_saved", sa.Integer, nullable=False, server_default="0"),
        sa.Column("trace", sa.String(80)),
        sa.Column("seen", sa.Integer),
        sa.Column("said", sa.Text),
    )
    op.create_index("ix_addition_conversation", "addition", ["conversation"])
    op.create_index("ix_addition_status_due_at", "addition", ["status", "due_at"])
    op.create_table(
        "file_gone",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
