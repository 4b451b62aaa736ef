"""What a batch would do for one recording, found out without doing any of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.catalogue_file import read_catalogue
from models.errors import KandianError
from models.operator_log import OperatorLog
from models.recording import Recording
from pipeline.run.bench import Bench
from pipeline.run.detection import detection_key
from pipeline.run.index_recording import name_recording
from pipeline.run.ingest import Source, ingest
from pipeline.run.job import Job
from pipeline.run.ledger import Ledger
from pipeline.run.operator import read_log
from pipeline.run.replays import KeptReplay, find_replays, require_encoders, wanted_codecs
from pipeline.run.stages import KeptTranscript, find_transcript
from pipeline.store.tries import RememberedFailure


@dataclass(frozen=True, slots=True)
class Due:
    """A stage that would run, and why."""

    stage: str
    why: str
    in_short: str
    """The same in a word or two."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of one recording."""

    job: Job
    recording_id: str | None
    stages: tuple[Due, ...] = ()
    """Empty when all is done. Pictures are not looked at."""
    refused: str | None = None
    """Why it would not be indexed at all."""
    poisoned: bool = False
    """Whether it would be passed over because it failed too often."""
    new: bool = False
    """Whether it is not indexed yet."""
    failure: RememberedFailure | None = None
    """How it failed before with the same input and settings."""


def forecast(bench: Bench, ledger: Ledger | None, job: Job) -> Forecast:
    """Say what would be done for a recording; reads all of it, writes nothing.

    Args:
        bench: where the job would run.
        ledger: what failed before; None = that is not to count.
        job: the recording.

    Raises:
        ConfigError: never for one recording; what is wrong is told as its refusal.
    """
    try:
        poisoned = None if ledger is None else ledger.find_poisoned(job)
        failure = None if ledger is None else ledger.find_failure(job)
        if poisoned is not None:
            return Forecast(
                job, job.recording_id, refused=poisoned.reason, poisoned=True, failure=failure
            )
        return replace(_forecast(bench, job), failure=failure)
    except KandianError as error:
        return Forecast(job, job.recording_id, refused=str(error))


def _forecast(bench: Bench, job: Job) -> Forecast:
    if job.remote is not None:
        due_first = Due("fetch", "it lies in an object storage", "remote")
        return Forecast(job, job.recording_id, (due_first,))
    catalogue = read_catalogue(job.catalogue)
    source = ingest(job, script=bench.toolbox.script, language=bench.toolbox.language)
    recording = name_recording(bench, job, source)
    require_encoders(bench, source)
    operator_log = read_log(job, recording, catalogue)
    transcript = find_transcript(bench, source, catalogue)
    replays = find_replays(bench, source)
    due = [*_due_before(bench, source, transcript, replays)]
    if due:
        due.append(Due("index", "what comes before it is new", "redone"))
    elif transcript is not None:
        key = detection_key(bench.toolbox, transcript.key, catalogue, recording.started_at)
        due += _due_index(bench, recording, key, replays) or _due_log(
            bench, recording, operator_log
        )
    new = bench.store.find_recording(recording.id) is None
    return Forecast(job, recording.id, tuple(due), new=new)


def _due_before(
    bench: Bench,
    source: Source,
    transcript: KeptTranscript | None,
    replays: tuple[KeptReplay, ...],
) -> list[Due]:
    due = []
    if transcript is None:
        why = "never heard with this engine, weights and settings"
        due.append(Due("transcript", why, "not heard"))
    if bench.toolbox.settings.transcode:
        there = {replay.record.decision.codec for replay in replays}
        missing = sorted(wanted_codecs(bench.toolbox, source) - there)
        due += [
            Due("replay", f"never made in {codec} with these settings", "no replay")
            for codec in missing
        ]
    return due


def _due_index(
    bench: Bench, recording: Recording, key: str, replays: tuple[KeptReplay, ...]
) -> list[Due]:
    stored = bench.store.find_recording(recording.id)
    if stored is None:
        return [Due("index", "not indexed yet", "new")]
    if stored != recording:
        return [Due("index", "its title or start has changed", "renamed")]
    document = bench.store.document(recording.id, with_review=False)
    if document.provenance.config != key:
        why = "its catalogue, transcript or the settings have changed"
        return [Due("index", why, "changed")]
    known = {media.url for media in document.media}
    if not {replay.name for replay in replays} <= known:
        return [Due("index", "it has new replays", "new replay")]
    return []


def _due_log(bench: Bench, recording: Recording, operator_log: OperatorLog | None) -> list[Due]:
    if operator_log is None or bench.store.log(recording.id) == operator_log:
        return []
    return [Due("index", "its operator file is new or has changed", "new log")]
