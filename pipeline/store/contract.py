"""What goes into the store and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.catalogue import Catalogue
from models.document import IndexProvenance
from models.highlight import Detection
from models.operator_log import OperatorLog
from models.recording import Recording, Rendition
from models.transcript import Transcript


@dataclass(frozen=True, slots=True)
class IndexInput:
    """All that is known about one recording; saved as a whole or not at all."""

    recording: Recording
    media: tuple[Rendition, ...]
    catalogue: Catalogue
    transcript: Transcript
    detection: Detection
    """The ids of its highlights are ignored: the store gives ids that survive re-runs."""
    provenance: IndexProvenance
    log: OperatorLog | None = None
    """What the operator put on screen; None = what was kept of it before stays."""

    def __post_init__(self) -> None:
        named = {highlight.product_id for highlight in self.detection.highlights}
        named |= {mention.product_id for mention in self.detection.mentions}
        named |= {mark.product_id for mark in (self.log.marks if self.log else ())}
        if missing := sorted(name for name in named if name not in self.catalogue):
            raise ValueError(f"products outside the catalogue are named: {missing}")


@dataclass(frozen=True, slots=True)
class SavedIndex:
    """What saving did."""

    revision: int
    """Of the index as it now stands."""
    changed: bool
    """False when exactly this had been saved before."""


@dataclass(frozen=True, slots=True)
class SavedCorrection:
    """What correcting did."""

    revision: int
    highlight_id: str
    """The highlight that the correction is about; a new one for an addition."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """Proof that a stage is done: its artifact is verified and in place."""

    key: str
    """Hash of everything that the artifact depends on."""
    stage: str
    fingerprint: str
    """Of the recording."""
    artifact: str
    """Path, relative to the workspace."""
    sha256: str
    size_bytes: int
    created_at: datetime

    def __post_init__(self) -> None:
        if not self.key or not self.stage:
            raise ValueError("a stage result needs a key and a stage")
        if self.size_bytes < 0:
            raise ValueError(f"an artifact of {self.size_bytes} bytes cannot be")
        if self.created_at.tzinfo is None:
            raise ValueError("created_at needs a time zone")
