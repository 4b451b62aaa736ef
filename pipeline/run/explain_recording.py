"""Explain the dots of an indexed recording from what was kept: nothing is transcribed again."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalogue import Catalogue
from models.errors import InputError
from models.highlight import Correction, Highlight
from models.recording import Recording
from pipeline.detect.detect import Study, study
from pipeline.detect.explain import Explanation, explain_moment
from pipeline.run.bench import Bench
from pipeline.run.detection import detection_key
from pipeline.run.vectors import remember


@dataclass(frozen=True, slots=True)
class Explained:
    """The dots that were asked about, and why they are what they are."""

    recording: Recording
    catalogue: Catalogue
    dots: tuple[tuple[Highlight | None, Explanation], ...]
    """Each highlight as players see it (None where none is) and what detection makes of it."""
    corrections: tuple[Correction, ...]
    """What people decided about this recording; they win over detection."""
    is_current: bool
    """False when the index was made with other settings, weights or code than these."""


def explain_recording(bench: Bench, recording_id: str, at_ms: int | None) -> Explained:
    """Explain the highlight at a moment, or every highlight.

    Raises:
        InputError: when no such recording is indexed, nothing is said in it, or the moment lies
            outside it.
    """
    document = bench.store.document(recording_id, with_review=True)
    recording = document.recording
    if at_ms is not None and at_ms >= recording.duration_ms:
        raise InputError(
            f"{recording_id} is over before that moment: it lasts {recording.duration_ms // 1000} s"
        )
    catalogue = bench.store.catalogue(recording_id)
    found = _study(bench, recording, catalogue)
    dots: list[tuple[Highlight | None, Explanation]]
    if at_ms is None:
        dots = [(h, explain_moment(found, h.point_ms)) for h in document.highlights]
    else:
        there = next((h for h in document.highlights if h.span.holds(at_ms)), None)
        dots = [(there, explain_moment(found, at_ms))]
    provenance = document.provenance
    key = detection_key(bench.toolbox, provenance.transcript_key, catalogue, recording.started_at)
    return Explained(
        recording,
        catalogue,
        tuple(dots),
        bench.store.corrections(recording_id),
        is_current=key == provenance.config,
    )


def _study(bench: Bench, recording: Recording, catalogue: Catalogue) -> Study:
    found = study(
        bench.store.transcript(recording.id),
        catalogue,
        settings=bench.toolbox.detect_settings,
        started_at=recording.started_at,
        encoder=remember(bench.toolbox.encoder, bench.workspace, recording.fingerprint),
    )
    if found is None:
        raise InputError(f"{recording.id}: nobody says anything in it, so there is nothing to say")
    return found
