"""Tracks: ways to look at the same recordings, and what each of them found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from models.catalogue import Catalogue
from models.highlight import EvidenceKind, Highlight, Status
from pipeline.evaluate.baselines import Baseline
from pipeline.evaluate.distractors import SIZE
from pipeline.evaluate.metrics import PUBLISHED
from pipeline.evaluate.report import Evaluation, RecordingScore
from pipeline.evaluate.truth import Truth


class Text(StrEnum):
    """What is read."""

    ASR = "asr"
    """Text as the engine, or the imported transcript, gives it."""
    ORACLE = "oracle"
    """The true text: what detection could do if recognition were perfect."""


class Links(StrEnum):
    """Whether link numbers may be read."""

    VISIBLE = "visible"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class Track:
    """One way to look at recordings.

    Raises:
        ValueError: when a baseline shall do without a kind of evidence, which it does not have.
    """

    text: Text = Text.ASR
    links: Links = Links.VISIBLE
    catalogue_size: int | None = None
    """Products after distractors were added; None adds none."""
    without: tuple[EvidenceKind, ...] = ()
    """Kinds of evidence that detection may not look at."""
    baseline: Baseline | None = None
    """None = detection."""

    def __post_init__(self) -> None:
        if self.baseline is not None and self.without:
            raise ValueError("a baseline has no kinds of evidence to do without")
        if self.catalogue_size is not None and self.catalogue_size < 1:
            raise ValueError("a catalogue holds at least one product")

    @property
    def name(self) -> str:
        """What to call it in a table: how it differs from plain detection."""
        return ", ".join(self._differences()) or "detection"

    def _differences(self) -> Iterator[str]:
        if self.baseline is not None:
            yield f"baseline {self.baseline}"
        if self.text is Text.ORACLE:
            yield "true text"
        if self.links is Links.MASKED:
            yield "links masked"
        if self.catalogue_size is not None:
            yield f"{self.catalogue_size:,} products"
        yield from (f"without {kind}" for kind in self.without)


FULL = (
    Track(),
    Track(links=Links.MASKED),
    Track(text=Text.ORACLE),
    Track(catalogue_size=SIZE),
    *(Track(without=(kind,)) for kind in EvidenceKind),
    *(Track(baseline=baseline) for baseline in Baseline),
)
"""Detection, its harder and easier conditions, each kind of evidence off, and every baseline."""


@dataclass(frozen=True, slots=True)
class Take:
    """One recording as one track sees it: what was found, beside what is true."""

    truth: Truth
    catalogue: Catalogue
    highlights: tuple[Highlight, ...]
    """Of every status, with all their evidence."""
    score: RecordingScore

    @property
    def name(self) -> str:
        """Name of the recording."""
        return self.score.name

    def title_of(self, product_id: str) -> str:
        """Return the shop's title of a product, or its id where the catalogue has none."""
        known = product_id in self.catalogue
        return self.catalogue[product_id].title if known else product_id


@dataclass(frozen=True, slots=True)
class TrackResult:
    """All recordings as one track sees them."""

    track: Track
    takes: tuple[Take, ...]
    statuses: frozenset[Status] = PUBLISHED
    """Of the highlights that count as found."""

    @property
    def evaluation(self) -> Evaluation:
        """The scores alone."""
        return Evaluation(tuple(take.score for take in self.takes))
