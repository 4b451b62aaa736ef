"""The whole job for one recording.

media ---.
         +-> ingest -> transcript -> detect -.
catalogue ------------------^                +-> store (one transaction) -> index.json, .vtt
media ------------------------> replay ------'                          -> covers, thumbnails
"""

from __future__ import annotations

import importlib.metadata
import logging
import os
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from models.catalogue import Catalogue
from models.catalogue_file import format_catalogue_csv, read_catalogue
from models.document import IndexProvenance
from models.errors import ConfigError, InputError, KandianError
from models.highlight import Detection, Status
from models.recording import Recording, Rendition
from models.span import Span
from pipeline.detect.detect import DETECT_VERSION, detect
from pipeline.detect.parameters import load_parameters
from pipeline.detect.scene import identify_scenes
from pipeline.run.index_files import write_index_files
from pipeline.run.ingest import Source, ingest
from pipeline.run.job import Job
from pipeline.run.keys import settings_key, stage_key
from pipeline.run.outcome import (
    Done,
    Failed,
    Outcome,
    Pictures,
    Skipped,
    Summary,
    outcome_of_error,
)
from pipeline.run.pictures import make_pictures
from pipeline.run.stages import (
    Bench,
    KeptReplay,
    KeptTranscript,
    find_replay,
    make_replay,
    make_transcript,
)
from pipeline.run.toolbox import Toolbox
from pipeline.run.vectors import remember
from pipeline.run.workspace import place
from pipeline.store.contract import IndexInput

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Material:
    """Everything about one recording that has been gathered before detection."""

    recording: Recording
    source: Source
    catalogue: Catalogue
    transcript: KeptTranscript
    replay: KeptReplay | None

    def rendition(self) -> tuple[Rendition, ...]:
        """Describe the replay to players, under the name that it has in its folder."""
        if self.replay is None:
            return ()
        return (replace(self.replay.rendition, url=f"replay{self.replay.path.suffix}"),)


def attempt(bench: Bench, job: Job) -> Outcome:
    """Index one recording and say how it ended, whatever one recording can do wrong.

    Raises:
        ConfigError: when the environment is wrong, so that no other recording would do better.
    """
    try:
        return index_recording(bench, job)
    except ConfigError:
        raise
    except KandianError as error:
        return outcome_of_error(error)
    except Exception as error:  # one bad recording never stops a batch
        log.exception("%s: unexpected failure", job.label)
        return Failed(f"unexpected {type(error).__name__}: {error}")


def index_recording(bench: Bench, job: Job) -> Done | Skipped:
    """Index one recording; what was done before with the same inputs is not done again.

    Everything is stored in one transaction at the end, or nothing is. The originals are only read.

    Raises:
        InputError: when the media, catalogue or transcript is bad.
        ConfigError: when a tool or the weights are missing.
        ToolError: when ffmpeg fails.
        ResourceError: when the disk is full.
    """
    begun = time.monotonic()
    catalogue = read_catalogue(job.catalogue)
    source = ingest(job, script=bench.toolbox.script, language=bench.toolbox.language)
    lock = source.fingerprint.removeprefix("sha256:")
    with bench.workspace.locked(lock, waiting=lambda: bench.observer.note(_waiting(job))):
        recording = _name_recording(bench, job, source)
        transcript = make_transcript(bench, source, catalogue)
        wanted = bench.toolbox.settings.transcode
        replay = make_replay(bench, source) if wanted else find_replay(bench, source)
        material = _Material(recording, source, catalogue, transcript, replay)
        changed = _store(bench, material)
        _publish(bench, material)
        # Last, from what is stored: an index is not lost with its pictures.
        pictures = make_pictures(bench, recording.id)
        summary = _summarise(bench, recording, pictures)
    return Done(summary, time.monotonic() - begun) if changed else Skipped(summary)


def detection_key(
    toolbox: Toolbox, transcript_key: str, catalogue: Catalogue, started_at: datetime | None
) -> str:
    """Return the key of a detection: all that its result depends on."""
    parameters = load_parameters()
    return stage_key(
        "detect",
        DETECT_VERSION,
        transcript_key,
        format_catalogue_csv(catalogue),
        started_at.astimezone(UTC).isoformat() if started_at else "",
        toolbox.encoder.name,
        toolbox.encoder.version,
        settings_key(toolbox.detect_settings),
        settings_key(parameters.weights),
        settings_key(parameters.confidence),
        identify_scenes(),
    )


def crop_detection(detection: Detection, duration_ms: int) -> Detection:
    """Return a detection without what lies after the end of the recording.

    An imported transcript may overrun its recording by a few seconds; a dot may not.
    """
    extent = Span(0, duration_ms)
    cropped = (
        replace(highlight, span=span)
        for highlight in detection.highlights
        if highlight.point_ms < duration_ms and (span := highlight.span.crop(extent))
    )
    return Detection(tuple(cropped), tuple(m for m in detection.mentions if m.at_ms < duration_ms))


def _name_recording(bench: Bench, job: Job, source: Source) -> Recording:
    known = bench.store.find_recording_by_fingerprint(source.fingerprint)
    recording_id = job.recording_id or (known.id if known else source.default_id)
    holder = bench.store.find_recording(recording_id)
    if holder is not None and holder.fingerprint != source.fingerprint:
        raise InputError(
            f"{job.label}: the id {recording_id!r} belongs to another recording ({holder.title}); "
            f"choose another --id, or delete that one: kandian recordings delete {recording_id}"
        )
    before = holder or known
    return Recording(
        id=recording_id,
        fingerprint=source.fingerprint,
        title=job.title or (before.title if before else _title_of(job) or recording_id),
        kind=source.kind,
        duration_ms=source.duration_ms,
        started_at=job.started_at or (before.started_at if before else None),
    )


def _title_of(job: Job) -> str:
    """Make a title of the file's name; bytes of it that are no UTF-8 become U+FFFD."""
    path = job.media or job.transcript
    return os.fsencode(path.stem).decode(errors="replace") if path else ""


def _store(bench: Bench, material: _Material) -> bool:
    recording, catalogue = material.recording, material.catalogue
    toolbox = bench.toolbox
    key = detection_key(toolbox, material.transcript.key, catalogue, recording.started_at)
    if _is_stored(bench, material, key):
        return False
    total_ms = recording.duration_ms
    bench.observer.follow("detect", 0, total_ms)
    detection = detect(
        material.transcript.transcript,
        catalogue,
        settings=toolbox.detect_settings,
        started_at=recording.started_at,
        encoder=remember(toolbox.encoder, bench.workspace, recording.fingerprint),
    )
    bench.observer.follow("detect", total_ms, total_ms)
    made_by = material.transcript.transcript.provenance
    saved = bench.store.save_index(
        IndexInput(
            recording=recording,
            media=material.rendition(),
            catalogue=catalogue,
            transcript=material.transcript.transcript,
            detection=crop_detection(detection, recording.duration_ms),
            provenance=IndexProvenance(
                engine=made_by.engine,
                model=made_by.model,
                weights_sha256=made_by.weights_sha256,
                config=key,
                version=importlib.metadata.version("kandian"),
                transcript_key=material.transcript.key,
            ),
        )
    )
    return saved.changed


def _is_stored(bench: Bench, material: _Material, key: str) -> bool:
    if bench.store.find_recording(material.recording.id) != material.recording:
        return False
    document = bench.store.document(material.recording.id, with_review=False)
    return document.provenance.config == key and document.media == material.rendition()


def _publish(bench: Bench, material: _Material) -> None:
    """Put what players read into the recording's folder; the database has the last word."""
    write_index_files(bench.store, bench.workspace, material.recording.id)
    if material.replay is not None:
        folder = bench.workspace.recording_folder(material.recording.id)
        place(material.replay.path, folder / f"replay{material.replay.path.suffix}")


def _summarise(bench: Bench, recording: Recording, pictures: Pictures) -> Summary:
    statuses = [
        highlight.status
        for highlight in bench.store.document(recording.id, with_review=True).highlights
    ]
    return Summary(
        recording_id=recording.id,
        duration_ms=recording.duration_ms,
        published=statuses.count(Status.PUBLISHED),
        review=statuses.count(Status.REVIEW),
        pictures=pictures,
    )


def _waiting(job: Job) -> str:
    return f"{job.label}: another run is working on this recording; waiting for it"
