"""What operators put on screen, as their files say it.

Going down loses it: the files can be imported again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operator_marks",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("highlight_id", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "start_ms >= 0 AND (end_ms IS NULL OR end_ms > start_ms)",
            name=op.f("ck_operator_marks_span"),
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_operator_marks_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "ordinal", name=op.f("pk_operator_marks")),
    )


def downgrade() -> None:
    op.drop_table("operator_marks")
