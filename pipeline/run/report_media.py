"""Gather what there is to tell about a recording's replay: record, packets, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.decision import MediaRecord, RenditionRecord, Verdict
from models.decision_json import parse_media_record
from models.document import IndexDocument
from models.errors import InputError, ToolError
from models.recording import MediaKind
from pipeline.media.fingerprint import fingerprint
from pipeline.media.frames import Footage, open_footage
from pipeline.media.naming import spell
from pipeline.media.rate_curve import measure_rate
from pipeline.media.report_facts import (
    MediaReport,
    Moment,
    Original,
    Pitch,
    ReportedRendition,
)
from pipeline.media.report_page import format_media_report
from pipeline.media.snapshot import Snapshot, open_any_footage, take_snapshot
from pipeline.media.source import locate_source
from pipeline.media.tool import Ffmpeg
from pipeline.run.job import Follow, unfollowed
from pipeline.run.workspace import MEDIA_FILE, Workspace
from pipeline.store.store import Store

REPORT_FILE = "media.html"
"""In the recording's folder, unless somebody names another place."""

MOST_MOMENTS = 6
"""Pictures of more are megabytes, and tell nothing new."""

SETTLE_MS = 2000
"""After the start of a pitch: by then the product is in the picture."""


def report_media(
    store: Store,
    workspace: Workspace,
    recording_id: str,
    *,
    source: Path | None,
    ffmpeg: Ffmpeg,
    follow: Follow = unfollowed,
) -> str:
    """Write the page about a recording's media; nothing is changed.

    Args:
        store: where the recording is indexed.
        workspace: where its replay and its record lie.
        recording_id: which one.
        source: the original, if it lies elsewhere now than when it was indexed.
        ffmpeg: the program that takes the pictures.
        follow: who is told how far it is.

    Raises:
        InputError: when no such recording is indexed, it has no record, the record is damaged, or
            `source` is another recording.
        ToolError: when ffmpeg fails.
    """
    document = store.document(recording_id, with_review=False)
    if document.recording.kind is MediaKind.TEXT:
        raise InputError(f"recording {recording_id!r} is text alone: it has no replay to tell of")
    folder = workspace.recording_folder(recording_id)
    record = read_media_record(folder, recording_id)
    original = _look_at_original(document, record, source, follow)
    renditions = tuple(
        _look_at_rendition(document, each, folder, follow) for each in record.renditions
    )
    pitches = _list_pitches(document)
    report = MediaReport(
        recording_id=recording_id,
        title=document.recording.title,
        duration_ms=document.recording.duration_ms,
        original=original,
        renditions=renditions,
        pitches=pitches,
        moments=_take_moments(choose_pitches(pitches), original, renditions, folder, ffmpeg),
    )
    return format_media_report(report)


def read_media_record(folder: Path, recording_id: str) -> MediaRecord:
    """Read the record that was written when the replay was made.

    Raises:
        InputError: when there is none, or it is damaged.
    """
    again = "run `kandian index` on the recording again"
    path = folder / MEDIA_FILE
    try:
        return parse_media_record(path.read_text(encoding="utf-8"), name=str(path))
    except FileNotFoundError:
        raise InputError(
            f"recording {recording_id!r} has no {MEDIA_FILE}, which tells how its replay came "
            f"about; {again}"
        ) from None
    except InputError as error:
        raise InputError(f"{error}; {again}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text ({error}); {again}") from error


def choose_pitches(pitches: Sequence[Pitch]) -> tuple[Pitch, ...]:
    """Return at most `MOST_MOMENTS` pitches, evenly spread, the first and the last among them."""
    if len(pitches) <= MOST_MOMENTS:
        return tuple(pitches)
    last = len(pitches) - 1
    return tuple(pitches[last * place // (MOST_MOMENTS - 1)] for place in range(MOST_MOMENTS))


def _list_pitches(document: IndexDocument) -> tuple[Pitch, ...]:
    return tuple(Pitch(h.span, h.point_ms, h.title) for h in document.highlights)


def _look_at_original(
    document: IndexDocument, record: MediaRecord, source: Path | None, follow: Follow
) -> Original:
    if source is None and not record.source:
        return Original(
            "an original of unknown place",
            "Nobody noted where the original lies; name it with --source to see it beside.",
            None,
        )
    path = Path(record.source) if source is None else source
    try:
        located = locate_source(path)
        if fingerprint(path) != document.recording.fingerprint:
            raise InputError(f"{spell(path)} is not the recording that was indexed")
        duration_ms = document.recording.duration_ms
        curve = measure_rate(
            located, duration_ms, report=lambda done, total: follow("source", done, total)
        )
    except InputError as error:
        if source is not None:
            raise
        missing = f"The original cannot be shown beside the replay: {error}. Name it with --source."
        return Original(str(path), missing, None)
    return Original(str(path), None, curve)


def _look_at_rendition(
    document: IndexDocument, record: RenditionRecord, folder: Path, follow: Follow
) -> ReportedRendition:
    path = folder / record.rendition.url
    try:
        curve = measure_rate(
            locate_source(path),
            document.recording.duration_ms,
            report=lambda done, total: follow("replay", done, total),
        )
    except InputError as error:
        return ReportedRendition(record, f"Its file cannot be looked at: {error}.", None)
    return ReportedRendition(record, None, curve)


def _take_moments(
    pitches: Sequence[Pitch],
    original: Original,
    renditions: Sequence[ReportedRendition],
    folder: Path,
    ffmpeg: Ffmpeg,
) -> tuple[Moment, ...]:
    before = open_any_footage(Path(original.path)) if original.curve is not None else None
    after = [_open_replay(one, folder) for one in renditions]
    if before is None and not any(after):
        return ()
    moments = []
    for pitch in pitches:
        at_ms = min(pitch.point_ms + SETTLE_MS, pitch.span.end_ms - 1)
        replays = tuple(_take(footage, at_ms, ffmpeg) for footage in after)
        moments.append(Moment(at_ms, pitch.title, _take(before, at_ms, ffmpeg), replays))
    return tuple(moments)


def _open_replay(one: ReportedRendition, folder: Path) -> Footage | None:
    if one.curve is None or one.record.decision.verdict is Verdict.ABSENT:
        return None
    return open_footage(folder / one.record.rendition.url)


def _take(footage: Footage | None, at_ms: int, ffmpeg: Ffmpeg) -> Snapshot | None:
    """Take a picture; one that cannot be taken leaves its place empty, not the page unwritten."""
    if footage is None:
        return None
    try:
        return take_snapshot(footage, at_ms, ffmpeg=ffmpeg)
    except ToolError:
        return None
