"""Gather the figures of a workspace: from its store, its replays' records and batches' events."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from models.decision import Decision, RenditionRecord
from models.decision_json import parse_media_record
from models.errors import InputError
from models.metric import Metric, MetricKind, Sample
from pipeline.run.batch_history import BatchHistory, read_history
from pipeline.run.workspace import MEDIA_FILE, Workspace
from pipeline.store.select import Select
from pipeline.store.stages import list_living
from pipeline.store.tally import Tally, tally

GAUGE, COUNTER = MetricKind.GAUGE, MetricKind.COUNTER
S = 1000
Labels = tuple[tuple[str, str], ...]


def gather_figures(
    select: Select, workspace: Workspace, events: tuple[Path, ...]
) -> tuple[Metric, ...]:
    """Measure a workspace as it stands; `events` are event logs of batches, the oldest first.

    Raises:
        InputError: when an event log cannot be read.
    """
    counts = tally(select)
    history = read_history(events)
    return (
        *_describe_index(counts),
        *_describe_kept(counts),
        *_describe_replays(_read_records(select, workspace)),
        *_describe_disk(workspace),
        *(_describe_batches(history) if events else ()),
    )


def _describe_index(counts: Tally) -> Iterator[Metric]:
    states = {"indexed": counts.indexed, "deleted": counts.deleted}
    yield _by("kandian_recordings", GAUGE, "Recordings by state.", "state", states)
    statuses = {"published": counts.published, "review": counts.review}
    yield _by("kandian_highlights", GAUGE, "Highlights by status.", "status", statuses)
    text = "Length of all indexed recordings."
    yield _one("kandian_media_seconds", GAUGE, text, counts.media_ms / S)
    if counts.last_saved is not None:
        text = "When an index was saved last, in seconds since 1970."
        moment = counts.last_saved.timestamp()
        yield _one("kandian_last_saved_timestamp_seconds", GAUGE, text, moment)


def _describe_kept(counts: Tally) -> Iterator[Metric]:
    text = "Results that stages keep for later runs."
    yield _by("kandian_stage_results", GAUGE, text, "stage", counts.results)
    text = "Recordings of batches that failed and were not mended yet, by kind."
    yield _by("kandian_recordings_failed", GAUGE, text, "kind", counts.failures)


def _describe_replays(records: Iterator[RenditionRecord]) -> Iterator[Metric]:
    numbers: Counter[Labels] = Counter()
    sizes: Counter[str] = Counter()
    media: dict[str, float] = defaultdict(float)
    cpu: dict[Labels, float] = defaultdict(float)
    for record in records:
        decision, codec = record.decision, record.decision.codec.value
        numbers[("codec", codec), ("verdict", decision.verdict.value)] += 1
        sizes[codec] += record.rendition.bytes
        media[codec] += record.rendition.duration_ms / S
        for work, seconds in _list_work(decision):
            cpu[("codec", codec), ("work", work)] += seconds
    yield _many("kandian_replays", GAUGE, "Replays by codec and what was decided.", numbers)
    yield _by("kandian_replay_bytes", GAUGE, "Size of the replays.", "codec", sizes)
    yield _by("kandian_replay_media_seconds", GAUGE, "Length of the replays.", "codec", media)
    text = "CPU time that making the replays took; over their length: the real-time factor."
    yield _many("kandian_replay_cpu_seconds", GAUGE, text, cpu)


def _list_work(decision: Decision) -> Iterator[tuple[str, float]]:
    yield "search", 0 if decision.search is None else decision.search.cpu_s
    yield "encode", decision.encode_cpu_s
    yield "verify", decision.verify_cpu_s


def _describe_disk(workspace: Workspace) -> Iterator[Metric]:
    try:
        usage = shutil.disk_usage(workspace.root)
    except OSError:
        return
    text = "Free space of the disk that holds the workspace."
    yield _one("kandian_workspace_free_bytes", GAUGE, text, usage.free)


def _describe_batches(history: BatchHistory) -> Iterator[Metric]:
    yield _one("kandian_batches_total", COUNTER, "Batches begun.", history.batches)
    text = "Recordings of batches by how they ended."
    yield _by("kandian_batch_recordings_total", COUNTER, text, "outcome", history.outcomes)
    text = "Failed tries, also those that were tried again, by kind."
    yield _by("kandian_batch_failures_total", COUNTER, text, "kind", history.failures)
    yield _one("kandian_batch_retries_total", COUNTER, "Tries after a failure.", history.retries)
    text = "Wall-clock time by stage."
    yield _by("kandian_batch_stage_seconds_total", COUNTER, text, "stage", history.stage_seconds)
    text = "How often a stage ran."
    yield _by("kandian_batch_stage_runs_total", COUNTER, text, "stage", history.stage_runs)
    text = "Wall-clock time of the recordings that were done."
    yield _one("kandian_batch_seconds_total", COUNTER, text, history.took_ms / S)
    text = "Length of the recordings that were done."
    yield _one("kandian_batch_media_seconds_total", COUNTER, text, history.media_ms / S)
    if history.media_ms:
        text = "Wall-clock time of the recordings that were done over their length."
        factor = history.took_ms / history.media_ms
        yield _one("kandian_batch_real_time_factor", GAUGE, text, factor)
    queue = {"waiting": history.waiting, "under way": history.under_way}
    text = "Recordings of batches that have not ended, or were killed."
    yield _by("kandian_batch_queue", GAUGE, text, "state", queue)
    if history.last_event_s:
        text = "When a batch told of something last, in seconds since 1970."
        yield _one("kandian_batch_last_event_timestamp_seconds", GAUGE, text, history.last_event_s)
    text = "Lines of event logs that could not be read."
    yield _one("kandian_batch_unread_lines_total", COUNTER, text, history.unread_lines)


def _read_records(select: Select, workspace: Workspace) -> Iterator[RenditionRecord]:
    for content in _list_records(select, workspace):
        try:
            record = parse_media_record(content.decode(), name=MEDIA_FILE)
        except (UnicodeDecodeError, InputError):  # written by another version
            continue
        yield from record.renditions


def _list_records(select: Select, workspace: Workspace) -> Iterator[bytes]:
    if workspace.depot is not None:
        for living in list_living(select):
            url = workspace.depot.recording(living.id).below(MEDIA_FILE)
            yield workspace.depot.storage.read(url) or b""
        return
    for path in sorted(workspace.root.glob(f"recordings/*/{MEDIA_FILE}")):
        with contextlib.suppress(OSError):  # deleted in this moment
            yield path.read_bytes()


def _one(name: str, kind: MetricKind, text: str, value: float) -> Metric:
    return Metric(name, kind, text, (Sample(value),))


def _by(name: str, kind: MetricKind, text: str, label: str, values: Mapping[str, float]) -> Metric:
    labelled: dict[Labels, float] = {((label, key),): value for key, value in values.items()}
    return _many(name, kind, text, labelled)


def _many(name: str, kind: MetricKind, text: str, values: Mapping[Labels, float]) -> Metric:
    samples = (Sample(value, labels) for labels, value in sorted(values.items()))
    return Metric(name, kind, text, tuple(samples))
