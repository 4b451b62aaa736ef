"""The whole job for one recording.

media ---.
         +-> ingest -> transcript -> detect -+-----------.
catalogue ------------------^                | keyframes  +-> store (one transaction) -> index.json
media ------------------------------------> replays -----'                         -> covers ...
operator file ------------------------------^------------'
"""

from __future__ import annotations

import importlib.metadata
import logging
import os
import time
from dataclasses import dataclass

from models.catalogue import Catalogue
from models.catalogue_file import read_catalogue
from models.document import IndexProvenance
from models.errors import (
    BusyError,
    ConfigError,
    InputError,
    KandianError,
    kind_of,
)
from models.highlight import Detection, Status
from models.operator_log import OperatorLog
from models.recording import Recording, Rendition
from pipeline.media.package import FOLDER_NAME
from pipeline.media.rendition import DAMAGE
from pipeline.run.at_hand import at_hand
from pipeline.run.bench import Bench
from pipeline.run.delivery import KeptPackage, find_package, make_package
from pipeline.run.deposit import begin_afresh, deposit_recording
from pipeline.run.detection import detection_key, find_pitches
from pipeline.run.index_files import write_index_files
from pipeline.run.ingest import Source, ingest
from pipeline.run.job import Job
from pipeline.run.lease import holding, lock_name
from pipeline.run.operator import points_of, read_log
from pipeline.run.outcome import (
    Busy,
    Done,
    Failed,
    Outcome,
    Pictures,
    Skipped,
    Summary,
    outcome_of_error,
)
from pipeline.run.pictures import make_pictures
from pipeline.run.replays import (
    KeptReplay,
    describe_media,
    find_replays,
    make_replays,
    plan_moments,
    require_encoders,
    wanted_codecs,
)
from pipeline.run.stages import KeptTranscript, make_transcript
from pipeline.run.workspace import MEDIA_FILE, place, place_folder, write_atomically
from pipeline.store.contract import IndexInput

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is known of one recording once it has been listened to."""

    recording: Recording
    source: Source
    catalogue: Catalogue
    log: OperatorLog | None
    transcript: KeptTranscript


@dataclass(frozen=True, slots=True)
class _Material:
    """Everything about one recording that goes into the store and to players."""

    heard: _Heard
    replays: tuple[KeptReplay, ...]
    package: KeptPackage | None
    detection: Detection | None
    """None when it is not known yet."""

    def renditions(self) -> tuple[Rendition, ...]:
        """Describe the replays to players, the one that plays everywhere first."""
        packaged = () if self.package is None else (self.package.rendition,)
        return (*(replay.rendition for replay in self.replays), *packaged)


def attempt(bench: Bench, job: Job) -> Outcome:
    """Index one recording and say how it ended, whatever one recording can do wrong.

    Raises:
        ConfigError: when the environment is wrong, so that no other recording would do better.
    """
    try:
        with at_hand(bench, job) as here:
            return index_recording(bench, here)
    except ConfigError:
        raise
    except BusyError as error:
        return Busy(str(error))
    except KandianError as error:
        return outcome_of_error(error)
    except Exception as error:  # one bad recording never stops a batch
        log.exception("%s: unexpected failure", job.label)
        return Failed(f"unexpected {type(error).__name__}: {error}", kind_of(error))


def index_recording(bench: Bench, job: Job) -> Done | Skipped:
    """Index one recording; what was done before with the same inputs is not done again.

    Everything is stored in one transaction at the end, or nothing is. The originals are only read.

    Raises:
        InputError: when the media, catalogue, transcript or operator file is bad.
        ConfigError: when a tool or the weights are missing.
        ToolError: when ffmpeg fails.
        ResourceError: when the disk is full.
        BusyError: when another run has it under way and this bench does not wait.
        LeaseLostError: when another run took it over meanwhile.
    """
    begun = time.monotonic()
    catalogue = read_catalogue(job.catalogue)
    source = ingest(job, script=bench.toolbox.script, language=bench.toolbox.language)
    name = lock_name(source.fingerprint)
    with holding(bench, name, waiting=lambda: bench.observer.note(_waiting(job))) as held:
        recording = name_recording(held, job, source)
        require_encoders(held, source)
        log_of_operator = read_log(job, recording, catalogue)  # before hours of work
        transcript = make_transcript(held, source, catalogue)
        heard = _Heard(recording, source, catalogue, log_of_operator, transcript)
        material = _gather(held, job, heard)
        changed = _store(held, material)
        _publish(held, job, material)
        # Last, from what is stored: an index is not lost with its pictures.
        pictures = make_pictures(held, recording.id)
        deposit_recording(held, recording.id)
        summary = _summarise(held, material, pictures)
    return Done(summary, time.monotonic() - begun) if changed else Skipped(summary)


def name_recording(bench: Bench, job: Job, source: Source) -> Recording:
    """Return the recording under the id, title and start that it is to have.

    Raises:
        InputError: when the id belongs to another recording.
    """
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


def _gather(bench: Bench, job: Job, heard: _Heard) -> _Material:
    """Find the pitches, then make the replays, whose keyframes lie where pitches begin.

    What was made before is not made again; then pitches need not be known here.
    """
    replays = find_replays(bench, heard.source)
    toolbox = bench.toolbox
    there = {replay.record.decision.codec for replay in replays}
    if not toolbox.settings.transcode or wanted_codecs(toolbox, heard.source) <= there:
        return _Material(heard, replays, _deliver(bench, heard, replays), None)
    detection = _find_pitches(bench, heard)
    duration_ms = heard.recording.duration_ms
    clicks = points_of(heard.log, detection, duration_ms)
    moments = plan_moments(heard.transcript.transcript, detection, duration_ms, clicks)
    made = make_replays(bench, heard.source, moments, room=job.room)
    return _Material(heard, made, _deliver(bench, heard, made), detection)


def _deliver(bench: Bench, heard: _Heard, replays: tuple[KeptReplay, ...]) -> KeptPackage | None:
    settings = bench.toolbox.settings
    if replays and settings.transcode and settings.package == "hls":
        return make_package(bench, heard.recording.fingerprint, replays)
    return find_package(bench, replays)


def _find_pitches(bench: Bench, heard: _Heard) -> Detection:
    return find_pitches(bench, heard.recording, heard.catalogue, heard.transcript.transcript)


def _store(bench: Bench, material: _Material) -> bool:
    heard = material.heard
    transcript = heard.transcript.transcript
    key = detection_key(
        bench.toolbox, heard.transcript.key, heard.catalogue, heard.recording.started_at
    )
    if _is_stored(bench, material, key):
        return heard.log is not None and _keep_log(bench, heard.recording.id, heard.log)
    saved = bench.store.save_index(
        IndexInput(
            recording=heard.recording,
            media=material.renditions(),
            catalogue=heard.catalogue,
            transcript=transcript,
            detection=material.detection or _find_pitches(bench, heard),
            provenance=IndexProvenance(
                engine=transcript.provenance.engine,
                model=transcript.provenance.model,
                weights_sha256=transcript.provenance.weights_sha256,
                config=key,
                version=importlib.metadata.version("kandian"),
                transcript_key=heard.transcript.key,
            ),
            log=heard.log,
        )
    )
    return saved.changed


def _keep_log(bench: Bench, recording_id: str, operator_log: OperatorLog) -> bool:
    return bench.store.keep_log(recording_id, operator_log).changed


def _is_stored(bench: Bench, material: _Material, key: str) -> bool:
    recording = material.heard.recording
    if bench.store.find_recording(recording.id) != recording:
        return False
    document = bench.store.document(recording.id, with_review=False)
    return document.provenance.config == key and document.media == material.renditions()


def _publish(bench: Bench, job: Job, material: _Material) -> None:
    """Put what players read into the recording's folder; the database has the last word."""
    recording_id = material.heard.recording.id
    bench.store.require_lease()
    begin_afresh(bench.workspace, recording_id)
    write_index_files(bench.store, bench.workspace, recording_id)
    folder = bench.workspace.recording_folder(recording_id)
    for replay in material.replays:
        place(replay.path, folder / replay.name)
    if material.package is not None:
        place_folder(material.package.folder, folder / FOLDER_NAME)
    if material.replays:
        write_atomically(
            folder / MEDIA_FILE, describe_media(recording_id, job.origin, material.replays)
        )


def _summarise(bench: Bench, material: _Material, pictures: Pictures) -> Summary:
    recording = material.heard.recording
    noted = [
        check.found
        for replay in material.replays[:1]
        for check in replay.record.decision.checks
        if check.what == DAMAGE
    ]
    statuses = [
        highlight.status
        for highlight in bench.store.document(recording.id, with_review=True).highlights
    ]
    return Summary(
        recording_id=recording.id,
        duration_ms=recording.duration_ms,
        published=statuses.count(Status.PUBLISHED),
        review=statuses.count(Status.REVIEW),
        degraded="; ".join(noted) or None,
        pictures=pictures,
    )


def _waiting(job: Job) -> str:
    return f"{job.label}: another run is working on this recording; waiting for it"
