"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "recordings",
    "stage_results",
    "corrections",
    "index_runs",
    "products",
    "removed_highlights",
    "renditions",
    "transcripts",
    "utterances",
    "detections",
    "highlights",
    "mentions",
    "evidence",
)
"""Parents before children, as they are made."""


def upgrade() -> None:
    _make_recordings()
    _make_stage_results()
    _make_corrections()
    _make_index_runs()
    _make_products()
    _make_removed_highlights()
    _make_renditions()
    _make_transcripts()
    _make_utterances()
    _make_detections()
    _make_highlights()
    _make_mentions()
    _make_evidence()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _make_recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("duration_ms > 0", name=op.f("ck_recordings_lasts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    op.create_index(op.f("ix_recordings_fingerprint"), "recordings", ["fingerprint"])
    op.create_index(op.f("ix_recordings_started_at"), "recordings", ["started_at"])


def _make_stage_results() -> None:
    op.create_table(
        "stage_results",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("artifact", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stage_results")),
    )
    op.create_index(op.f("ix_stage_results_fingerprint"), "stage_results", ["fingerprint"])


def _make_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("highlight_id", sa.String(length=40), nullable=False),
        sa.Column("anchor_product_id", sa.String(length=200), nullable=False),
        sa.Column("anchor_start_ms", sa.BigInteger(), nullable=False),
        sa.Column("anchor_end_ms", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "anchor_start_ms >= 0 AND anchor_end_ms > anchor_start_ms",
            name=op.f("ck_corrections_anchor_span"),
        ),
        sa.CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name=op.f("ck_corrections_span")),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_corrections_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_corrections")),
    )
    op.create_index(
        op.f("ix_corrections_recording_id_sequence"), "corrections", ["recording_id", "sequence"]
    )


def _make_index_runs() -> None:
    op.create_table(
        "index_runs",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("weights_sha256", sa.String(length=80), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("transcript_key", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_index_runs_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "revision", name=op.f("pk_index_runs")),
    )


def _make_products() -> None:
    op.create_table(
        "products",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("price", sa.String(length=60), nullable=True),
        sa.Column("link_no", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delisted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_products_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "product_id", name=op.f("pk_products")),
    )
    op.create_index(op.f("ix_products_product_id"), "products", ["product_id"])


def _make_removed_highlights() -> None:
    op.create_table(
        "removed_highlights",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("highlight_id", sa.String(length=40), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_removed_highlights_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "highlight_id", name=op.f("pk_removed_highlights")),
    )


def _make_renditions() -> None:
    op.create_table(
        "renditions",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("codecs", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_renditions_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "ordinal", name=op.f("pk_renditions")),
    )


def _make_transcripts() -> None:
    op.create_table(
        "transcripts",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=80), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("weights_sha256", sa.String(length=80), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_transcripts_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_transcripts")),
    )


def _make_utterances() -> None:
    op.create_table(
        "utterances",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raw_text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("average_log_probability", sa.Double(), nullable=True),
        sa.Column("no_speech_probability", sa.Double(), nullable=True),
        sa.Column("flag", sa.String(length=80), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name=op.f("ck_utterances_span")),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_utterances_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "ordinal", name=op.f("pk_utterances")),
    )
    op.create_index(
        op.f("ix_utterances_recording_id_start_ms"), "utterances", ["recording_id", "start_ms"]
    )


def _make_detections() -> None:
    op.create_table(
        "detections",
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("point_ms", sa.BigInteger(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "confidence >= 0 AND confidence <= 1", name=op.f("ck_detections_confidence")
        ),
        sa.CheckConstraint(
            "start_ms <= point_ms AND point_ms < end_ms", name=op.f("ck_detections_point")
        ),
        sa.CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name=op.f("ck_detections_span")),
        sa.ForeignKeyConstraint(
            ["recording_id", "product_id"],
            ["products.recording_id", "products.product_id"],
            name=op.f("fk_detections_recording_id_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "id", name=op.f("pk_detections")),
    )
    op.create_index(op.f("ix_detections_product_id"), "detections", ["product_id"])
    op.create_index(
        op.f("ix_detections_recording_id_start_ms"), "detections", ["recording_id", "start_ms"]
    )


def _make_highlights() -> None:
    op.create_table(
        "highlights",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("point_ms", sa.BigInteger(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "confidence >= 0 AND confidence <= 1", name=op.f("ck_highlights_confidence")
        ),
        sa.CheckConstraint(
            "start_ms <= point_ms AND point_ms < end_ms", name=op.f("ck_highlights_point")
        ),
        sa.CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name=op.f("ck_highlights_span")),
        sa.ForeignKeyConstraint(
            ["recording_id", "product_id"],
            ["products.recording_id", "products.product_id"],
            name=op.f("fk_highlights_recording_id_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "id", name=op.f("pk_highlights")),
    )
    op.create_index(op.f("ix_highlights_product_id"), "highlights", ["product_id"])
    op.create_index(
        op.f("ix_highlights_recording_id_start_ms"), "highlights", ["recording_id", "start_ms"]
    )


def _make_mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id", "product_id"],
            ["products.recording_id", "products.product_id"],
            name=op.f("fk_mentions_recording_id_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "ordinal", name=op.f("pk_mentions")),
    )
    op.create_index(op.f("ix_mentions_product_id"), "mentions", ["product_id"])


def _make_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("recording_id", sa.String(length=120), nullable=False),
        sa.Column("highlight_id", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id", "highlight_id"],
            ["highlights.recording_id", "highlights.id"],
            name=op.f("fk_evidence_recording_id_highlight_id_highlights"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "recording_id", "highlight_id", "ordinal", name=op.f("pk_evidence")
        ),
    )
