"""The JSON that the server answers with, as OpenAPI documents it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from models.highlight import Source
from models.recording import MediaKind
from pipeline.web.library import Hit, Listing, Standing

CONFIDENCE_DIGITS = 4
"""As many as `kandian.index/1` has."""


class Reply(BaseModel):
    """What all answers share: no fields but those documented."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Failure(Reply):
    """Why there is no answer."""

    error: str = Field(
        description="One sentence: what is wrong and what to do.",
        examples=["no recording 'friday' is indexed here; see /api/recordings"],
    )


class Gone(Failure):
    """The recording was deleted: forget what you kept of it."""

    recording_id: str = Field(examples=["friday"])
    revision: int = Field(ge=1, description="The revision that says so.", examples=[4])
    deleted_at: datetime = Field(examples=["2026-11-12T09:00:00Z"])
    removed: tuple[str, ...] = Field(
        description="Ids of all highlights that it ever published.", examples=[["hl_5f2c"]]
    )


class RecordingItem(Reply):
    """One recording and how much was found in it."""

    id: str = Field(examples=["friday"])
    title: str = Field(description="Hostile text: escape it.", examples=["周五晚场"])
    kind: MediaKind = Field(description="`text`: no media at all.", examples=["file"])
    duration_ms: int = Field(ge=1, examples=[5_400_000])
    started_at: datetime | None = Field(
        description="Wall-clock start; null when unknown.", examples=["2026-11-11T12:00:00Z"]
    )
    revision: int = Field(ge=1, description="Of its index.", examples=[3])
    updated_at: datetime = Field(examples=["2026-11-11T14:10:00Z"])
    published: int = Field(ge=0, description="Highlights that players show.", examples=[41])
    products: int = Field(ge=0, description="Products of its catalogue.", examples=[152])


class DeletedItem(Reply):
    """One recording that is no more."""

    id: str = Field(examples=["monday"])
    revision: int = Field(ge=1, examples=[4])
    deleted_at: datetime = Field(examples=["2026-11-12T09:00:00Z"])


class RecordingList(Reply):
    """One page of the recordings that are served, and of those that no longer are, sorted by id."""

    recordings: tuple[RecordingItem, ...]
    deleted: tuple[DeletedItem, ...]
    next: str | None = Field(
        description="Ask for the next page with `after` set to this; null on the last page.",
        examples=[None],
    )


class HitItem(Reply):
    """One stretch that answers; the fields of `kandian find --format json`."""

    recording_id: str = Field(examples=["friday"])
    recording_title: str = Field(examples=["周五晚场"])
    id: str | None = Field(
        description="Of the highlight; null for words said outside any, as are the next four.",
        examples=["hl_5f2c"],
    )
    product_id: str | None = Field(examples=["TB1007"])
    product_title: str | None = Field(
        description="Hostile text: escape it.", examples=["保温杯 500ml"]
    )
    confidence: float | None = Field(ge=0, le=1, examples=[0.97])
    source: Source | None = Field(examples=["detected"])
    start_ms: int = Field(ge=0, examples=[61_200])
    end_ms: int = Field(ge=1, description="The first moment after it.", examples=[151_000])
    point_ms: int = Field(ge=0, description="Where to jump to.", examples=[61_200])
    text: str = Field(
        description="What was said, for words found in the transcript; else the title.",
        examples=["这个保温杯大家看一下"],
    )
    text_at_ms: int | None = Field(
        description="When it was said; null for words found in the catalogue only.",
        examples=[63_000],
    )


class MomentReply(Reply):
    """What is on at a moment of a recording."""

    recording_id: str = Field(examples=["friday"])
    revision: int = Field(ge=1, description="Of the index that was asked.", examples=[3])
    at_ms: int = Field(ge=0, examples=[5_025_000])
    highlights: tuple[HitItem, ...] = Field(description="None or one: they do not overlap.")


class PitchesReply(Reply):
    """All published pitches of a product, sorted by recording and start."""

    product_id: str = Field(examples=["TB1007"])
    pitches: tuple[HitItem, ...]


class SearchReply(Reply):
    """Where words are found, sorted by recording and start."""

    q: str = Field(examples=["保温杯"])
    total: int = Field(ge=0, description="How many there are in all.", examples=[1])
    hits: tuple[HitItem, ...] = Field(description="The first of them, as many as asked for.")


def recording_item(listing: Listing) -> RecordingItem:
    """Describe one recording."""
    recording = listing.recording
    return RecordingItem(
        id=recording.id,
        title=recording.title,
        kind=recording.kind,
        duration_ms=recording.duration_ms,
        started_at=recording.started_at,
        revision=listing.revision,
        updated_at=listing.updated_at,
        published=listing.published,
        products=listing.products,
    )


def deleted_item(standing: Standing) -> DeletedItem:
    """Describe one recording that was deleted.

    Raises:
        ValueError: when it was not.
    """
    if standing.deleted_at is None:
        raise ValueError(f"recording {standing.recording_id} was not deleted")
    return DeletedItem(
        id=standing.recording_id, revision=standing.revision, deleted_at=standing.deleted_at
    )


def hit_item(hit: Hit) -> HitItem:
    """Describe one stretch that answers."""
    confidence = None if hit.confidence is None else round(hit.confidence, CONFIDENCE_DIGITS)
    return HitItem(
        recording_id=hit.recording_id,
        recording_title=hit.recording_title,
        id=hit.highlight_id,
        product_id=hit.product_id,
        product_title=hit.product_title,
        confidence=confidence,
        source=hit.source,
        start_ms=hit.span.start_ms,
        end_ms=hit.span.end_ms,
        point_ms=hit.point_ms,
        text=hit.text,
        text_at_ms=hit.text_at_ms,
    )
