r"""Decide what a recording's replay is to be, and have it made.

small, and every player shows it -----------------------------> copied
else  search the rate on sampled windows
would save nothing, and the packets may be used as they are -> kept
else encode, verify ------------------------------------> encoded
\-- too poor: once more, at a lower CRF
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from models.decision import RenditionRecord, Verdict
from models.progress import Report, silent
from models.recording import VideoTrack
from models.span import MS_PER_SECOND
from pipeline.media.clock import TrackScan
from pipeline.media.demux import UNINDEXED, scan_packets
from pipeline.media.encoding import EncodeSettings
from pipeline.media.gate import look_at_picture
from pipeline.media.quality import Lab, choose_metric
from pipeline.media.reel import Subject, UnsearchableError
from pipeline.media.rendition import Maker, Task
from pipeline.media.source import locate_source
from pipeline.media.tool import Ffmpeg
from pipeline.media.tune import Hints, Tuned, tune

WORTH_IT = 0.9
"""An encode must save a tenth of the picture's bits: less does not pay for its losses."""

SEEK_MARGIN_MS = MS_PER_SECOND
"""Seeking in a transport stream goes by decode times, up to half a second beside those shown."""


def make_rendition(
    task: Task,
    *,
    ffmpeg: Ffmpeg,
    settings: EncodeSettings,
    searching: Report = silent,
    report: Report = silent,
) -> RenditionRecord:
    """Make one rendition of a recording and say why it is as it is.

    Guaranteed: what stands at the task's target passed every check of `verify`; the recording is
    only read; nothing else is left behind, not even after kill -9 and a second run.

    Raises:
        InputError: when the recording is damaged.
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails or what it made does not pass.
    """
    located = locate_source(task.source)
    scan = scan_packets(located, audio_index=task.info.audio.index)
    maker = Maker(task, located, scan, ffmpeg, settings, report)
    if task.info.video is None or scan.video is None:
        return maker.without_picture()
    gate = look_at_picture(located, task.info, scan, settings)
    had = f"where the recording has {gate.bit_rate // 1000}"
    if gate.is_open and gate.is_small:
        why = f"its {gate.bit_rate // 1000} kb/s are too few to save any"
        copied = maker.copy(gate, Verdict.COPIED, why, None)
        if copied is not None:
            return copied
    with _scratch(task.target) as folder:
        tuned = _search(maker, task.info.video, scan.video, folder, searching)
        if isinstance(tuned, Tuned) and gate.is_open:
            needed = tuned.search.chosen.bit_rate
            why = f"an encode would need {needed // 1000} kb/s {had}"
            worth_it = needed <= WORTH_IT * gate.bit_rate
            kept = None if worth_it else maker.copy(gate, Verdict.KEPT, why, tuned.search)
            if kept is not None:
                return kept
        made = maker.encode(gate, tuned)
    if gate.is_open and made.decision.bit_rate >= gate.bit_rate:
        why = f"the encode came out at {made.decision.bit_rate // 1000} kb/s {had}"
        return maker.copy(gate, Verdict.KEPT, why, made.decision.search) or made
    return made


def _search(
    maker: Maker, video: VideoTrack, track: TrackScan, folder: Path, report: Report
) -> Tuned | UnsearchableError:
    if maker.scan.clock_changes:
        return UnsearchableError("its clock jumps")
    task, settings = maker.task, maker.settings
    unindexed = not UNINDEXED.isdisjoint(task.info.container.split(","))
    lead_ms = track.longest_gop_ms + SEEK_MARGIN_MS if unindexed else 0
    try:
        return tune(
            Subject(maker.source, video, settings, lead_ms),
            track,
            folder,
            Lab(maker.ffmpeg, choose_metric(maker.ffmpeg), settings.threads),
            hints=Hints(task.moments.pitches_ms, task.start_crf),
            report=report,
        )
    except UnsearchableError as error:
        return error


@contextlib.contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target, also after a killed run; it goes with the block."""
    folder = target.with_name(f".{target.name}.search")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
