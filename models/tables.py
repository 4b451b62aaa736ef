"""The tables that keep the nouns: SQLAlchemy rows, portable over SQLite and PostgreSQL.

Times of media are integer milliseconds, half-open `[start_ms, end_ms)`; wall-clock moments are
UTC. `pipeline.store` alone opens a connection; what is declared here equals what its migrations
make.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

RECORDING_ID_LENGTH = 120
"""Characters; what `models.recording.RECORDING_ID` lets pass."""
PRODUCT_ID_LENGTH = 200
"""Characters; shop systems use up to about 64, SKU codes joined of attributes a little more."""
HIGHLIGHT_ID_LENGTH = 40
KEY_LENGTH = 80
"""Characters; holds `sha256:` and 64 hex digits."""
NAME_LENGTH = 80
"""Characters; enumerated names, engines, versions."""

_BigCounter = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as its own text, so that 129.00 comes back as 129.00.

    SQLite has no decimal type: NUMERIC would go through a binary float.
    """

    impl = String(60)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write the decimal as text, every digit kept."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Read the decimal back."""
        return None if value is None else Decimal(value)


class UtcMoment(TypeDecorator[datetime]):
    """A wall-clock moment kept in UTC; one without a time zone is taken as local time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn the moment to UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment its time zone back, which SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every row; constraints get names, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _recording_key() -> Mapped[str]:
    """Make the first part of the key of everything that belongs to one recording."""
    return mapped_column(
        String(RECORDING_ID_LENGTH),
        ForeignKey("recordings.id", ondelete="CASCADE"),
        primary_key=True,
    )


class RecordingRow(Base):
    """One recording; the row stays when the recording is deleted, as its tombstone."""

    __tablename__ = "recordings"
    __table_args__ = (CheckConstraint("duration_ms > 0", name="lasts"),)

    id: Mapped[str] = mapped_column(String(RECORDING_ID_LENGTH), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(NAME_LENGTH))
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime | None] = mapped_column(UtcMoment, index=True)
    revision: Mapped[int]
    """Raised by every change that a reader of the index could see; never reused."""
    created_at: Mapped[datetime] = mapped_column(UtcMoment)
    updated_at: Mapped[datetime] = mapped_column(UtcMoment)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcMoment)


class RenditionRow(Base):
    """One playable file of a recording."""

    __tablename__ = "renditions"

    recording_id: Mapped[str] = _recording_key()
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    mime: Mapped[str] = mapped_column(Text)
    codecs: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)


class ProductRow(Base):
    """One product as the catalogue of this recording's broadcast described it."""

    __tablename__ = "products"

    recording_id: Mapped[str] = _recording_key()
    product_id: Mapped[str] = mapped_column(String(PRODUCT_ID_LENGTH), primary_key=True, index=True)
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    brand: Mapped[str] = mapped_column(Text)
    aliases: Mapped[str] = mapped_column(Text)
    """A JSON array of strings."""
    category: Mapped[str] = mapped_column(Text)
    price: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    link_no: Mapped[int | None]
    url: Mapped[str] = mapped_column(Text)
    image: Mapped[str] = mapped_column(Text)
    listed_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    delisted_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    search_text: Mapped[str] = mapped_column(Text)
    """Title, brand and aliases, a line each, folded as queries are."""


class TranscriptRow(Base):
    """Language and provenance of a recording's transcript."""

    __tablename__ = "transcripts"

    recording_id: Mapped[str] = _recording_key()
    language: Mapped[str] = mapped_column(String(NAME_LENGTH))
    engine: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    weights_sha256: Mapped[str] = mapped_column(String(KEY_LENGTH))
    settings: Mapped[str] = mapped_column(Text)


class UtteranceRow(Base):
    """One sentence or breath group of a transcript."""

    __tablename__ = "utterances"
    __table_args__ = (
        CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="span"),
        Index(None, "recording_id", "start_ms"),
    )

    recording_id: Mapped[str] = _recording_key()
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    raw_text: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    """A JSON array of `[start_ms, end_ms, text, probability]`; empty when nobody timed them."""
    average_log_probability: Mapped[float | None]
    no_speech_probability: Mapped[float | None]
    flag: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    search_text: Mapped[str] = mapped_column(Text)
    """The text, folded as queries are."""


class SearchPageRow(Base):
    """What is searched first: the pieces of words of a stretch of a recording.

    A page holds some dozens of utterances, or, covering none, all titles of the recording. Which
    pages hold a word is told by an index of the database's own kind, which the migrations make.
    """

    __tablename__ = "search_pages"
    __table_args__ = (Index(None, "recording_id"),)

    id: Mapped[int] = mapped_column(_BigCounter, primary_key=True, autoincrement=True)
    recording_id: Mapped[str] = mapped_column(
        String(RECORDING_ID_LENGTH), ForeignKey("recordings.id", ondelete="CASCADE")
    )
    first_ordinal: Mapped[int]
    """Of the utterances on the page, half-open; 0 to 0 for the titles."""
    end_ordinal: Mapped[int]
    grams: Mapped[str | None] = mapped_column(Text)
    """Every piece once, separated by spaces; None where there are too many to index."""


class _HighlightColumns:
    """What a highlight is, whether as detected or as served."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[CheckConstraint | ForeignKeyConstraint | Index, ...]:  # noqa: N805
        """Keep spans sound and products known."""
        return (
            CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="span"),
            CheckConstraint("start_ms <= point_ms AND point_ms < end_ms", name="point"),
            CheckConstraint("confidence >= 0 AND confidence <= 1", name="confidence"),
            ForeignKeyConstraint(
                ["recording_id", "product_id"],
                ["products.recording_id", "products.product_id"],
                ondelete="CASCADE",
            ),
            Index(None, "recording_id", "start_ms"),
            Index(None, "product_id"),
        )

    recording_id: Mapped[str] = mapped_column(String(RECORDING_ID_LENGTH), primary_key=True)
    id: Mapped[str] = mapped_column(String(HIGHLIGHT_ID_LENGTH), primary_key=True)
    product_id: Mapped[str] = mapped_column(String(PRODUCT_ID_LENGTH))
    title: Mapped[str] = mapped_column(Text)
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int] = mapped_column(BigInteger)
    point_ms: Mapped[int] = mapped_column(BigInteger)
    confidence: Mapped[float]
    status: Mapped[str] = mapped_column(String(NAME_LENGTH))
    source: Mapped[str] = mapped_column(String(NAME_LENGTH))


class DetectionRow(_HighlightColumns, Base):
    """One highlight as detection found it, before any person's correction."""

    __tablename__ = "detections"

    evidence: Mapped[str] = mapped_column(Text)
    """A JSON array of `[kind, text, at_ms, weight]`."""


class HighlightRow(_HighlightColumns, Base):
    """One highlight as it is served: detections with the corrections laid over them."""

    __tablename__ = "highlights"

    search_text: Mapped[str] = mapped_column(Text)
    """The title, folded as queries are."""


class EvidenceRow(Base):
    """One reason for a highlight that is served."""

    __tablename__ = "evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["recording_id", "highlight_id"],
            ["highlights.recording_id", "highlights.id"],
            ondelete="CASCADE",
        ),
    )

    recording_id: Mapped[str] = mapped_column(String(RECORDING_ID_LENGTH), primary_key=True)
    highlight_id: Mapped[str] = mapped_column(String(HIGHLIGHT_ID_LENGTH), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(NAME_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    weight: Mapped[float]


class MentionRow(Base):
    """One product named in passing."""

    __tablename__ = "mentions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["recording_id", "product_id"],
            ["products.recording_id", "products.product_id"],
            ondelete="CASCADE",
        ),
        Index(None, "product_id"),
    )

    recording_id: Mapped[str] = mapped_column(String(RECORDING_ID_LENGTH), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(String(PRODUCT_ID_LENGTH))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class RemovedRow(Base):
    """Tombstone of a highlight that was published once and no longer is.

    Product and span are kept so that the same stretch, found again, gets its old id back.
    """

    __tablename__ = "removed_highlights"

    recording_id: Mapped[str] = _recording_key()
    highlight_id: Mapped[str] = mapped_column(String(HIGHLIGHT_ID_LENGTH), primary_key=True)
    product_id: Mapped[str] = mapped_column(String(PRODUCT_ID_LENGTH))
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int]
    """The first revision without it."""


class CorrectionRow(Base):
    """One event of the log of people's corrections; only ever inserted."""

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="span"),
        CheckConstraint(
            "anchor_start_ms >= 0 AND anchor_end_ms > anchor_start_ms", name="anchor_span"
        ),
        Index(None, "recording_id", "sequence"),
    )

    sequence: Mapped[int] = mapped_column(_BigCounter, primary_key=True, autoincrement=True)
    """Order in which corrections were made; wall clocks of two desks may disagree."""
    recording_id: Mapped[str] = mapped_column(
        String(RECORDING_ID_LENGTH), ForeignKey("recordings.id", ondelete="CASCADE")
    )
    fingerprint: Mapped[str] = mapped_column(String(KEY_LENGTH))
    """Of the media that the person saw: other media under the same id is another matter."""
    action: Mapped[str] = mapped_column(String(NAME_LENGTH))
    highlight_id: Mapped[str] = mapped_column(String(HIGHLIGHT_ID_LENGTH))
    anchor_product_id: Mapped[str] = mapped_column(String(PRODUCT_ID_LENGTH))
    anchor_start_ms: Mapped[int] = mapped_column(BigInteger)
    anchor_end_ms: Mapped[int] = mapped_column(BigInteger)
    product_id: Mapped[str] = mapped_column(String(PRODUCT_ID_LENGTH))
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcMoment)


class OperatorMarkRow(Base):
    """One click of the operator's file; a new file takes the place of all marks of the old one."""

    __tablename__ = "operator_marks"
    __table_args__ = (
        CheckConstraint("start_ms >= 0 AND (end_ms IS NULL OR end_ms > start_ms)", name="span"),
    )

    recording_id: Mapped[str] = _recording_key()
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(KEY_LENGTH))
    """Of the media that was on air: other media under the same id is another matter."""
    product_id: Mapped[str] = mapped_column(String(PRODUCT_ID_LENGTH))
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    highlight_id: Mapped[str] = mapped_column(String(HIGHLIGHT_ID_LENGTH))
    """Of the highlight that it became; kept for as long as the mark is in the file."""


class IndexRunRow(Base):
    """One saved index: what made it, and the digest of all that was saved."""

    __tablename__ = "index_runs"

    recording_id: Mapped[str] = _recording_key()
    revision: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(KEY_LENGTH))
    engine: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    weights_sha256: Mapped[str] = mapped_column(String(KEY_LENGTH))
    config: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    transcript_key: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcMoment)


class StageResultRow(Base):
    """One stage that is done: the row is committed after its artifact is verified and renamed."""

    __tablename__ = "stage_results"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    stage: Mapped[str] = mapped_column(String(NAME_LENGTH))
    fingerprint: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    artifact: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(KEY_LENGTH))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcMoment)


class LeaseRow(Base):
    """Who works on what at the moment; the row stays, so that tokens only ever rise."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    holder: Mapped[str] = mapped_column(Text)
    token: Mapped[int] = mapped_column(BigInteger)
    """Raised whenever the lease changes hands; what a late holder stores is refused by it."""
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    """Milliseconds since 1970 by the clock of the database; 0 = given back."""


class FailureRow(Base):
    """How often, and how, one recording failed since its input last changed."""

    __tablename__ = "failures"

    item: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    """Which recording of which place, hashed."""
    label: Mapped[str] = mapped_column(Text)
    input: Mapped[str] = mapped_column(String(KEY_LENGTH))
    """Hash of the content and the settings that failed."""
    kind: Mapped[str] = mapped_column(String(NAME_LENGTH))
    reason: Mapped[str] = mapped_column(Text)
    times: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(UtcMoment)
