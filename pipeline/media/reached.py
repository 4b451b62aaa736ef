"""Measure the quality of a finished replay in the windows that its rate was searched in.

The replay is cut where the recording was cut, with some slack, and moved until its frames lie on
those of the reel: containers round times, and some seek a little beside the mark.

    reel window         [----------------]
    replay     ....[slack|----------------|slack]....     shifted by the frames that fit best
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.decision import Window
from models.errors import ToolError
from models.progress import silent
from models.span import MS_PER_SECOND
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.naming import spell_duration
from pipeline.media.quality import Lab
from pipeline.media.reel import (
    SLOWEST,
    Reel,
    average_by_window,
    even_out,
    measure_against,
    read_reel,
    weigh,
)
from pipeline.media.source import file_url

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLACK_MS = 500
"""Looked at before and after a window's place."""

SIDE = 32
"""Pixels of the thumbnails that frames are recognised by."""

STILL = 0.05
"""Grey levels, 0 to 255, by which a farther place must fit better for each frame that it is off: a
picture that stands still fits everywhere."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a finished replay turned out to be."""

    quality: float
    """Points of VMAF NEG, weighed as the search weighs them."""
    worst: float
    """The same of the worst window."""
    cpu_s: float


def measure_reached(reel: Reel, replay: Path, lab: Lab) -> Reached:
    """Measure a finished replay against the reel of its recording.

    Raises:
        ToolError: when ffmpeg fails, or a window is not in the replay.
        ResourceError: when the disk or the memory is full.
    """
    import ffmpeg as builder

    shifts, cost_s = _find_shifts(reel, replay, lab)
    cut = [
        even_out(
            _cut(replay, window).filter("trim", start_frame=shift),
            reel.window_frames,
            reel.frame_rate,
        )
        for window, shift in zip(reel.windows, shifts, strict=True)
    ]
    made = builder.concat(*cut, v=1, a=0) if len(cut) > 1 else cut[0]
    points, measured_s = measure_against(reel, made, lab)
    by_window = average_by_window(points, len(reel.windows))
    return Reached(weigh(by_window, reel.windows), min(by_window), cost_s + measured_s)


def _cut(replay: Path, window: Window) -> Any:
    import ffmpeg

    start_ms = max(0, window.span.start_ms - SLACK_MS)
    end_ms = window.span.end_ms + SLACK_MS
    opened = ffmpeg.input(
        file_url(replay),
        ss=f"{start_ms / MS_PER_SECOND:.3f}",
        t=f"{(end_ms - start_ms) / MS_PER_SECOND:.3f}",
    )
    return opened["v:0"]


def _find_shifts(reel: Reel, replay: Path, lab: Lab) -> tuple[list[int], float]:
    """Return, for each window, how many frames of its cut come before it; and CPU seconds."""
    theirs, cost_s = _thumbnails([read_reel(reel.path, reel.frame_rate)], reel.path.parent, lab)
    ours, more_s = _thumbnails(
        [_cut(replay, window) for window in reel.windows], reel.path.parent, lab
    )
    shifts = []
    for at, (window, made) in enumerate(zip(reel.windows, ours, strict=True)):
        first = at * reel.window_frames
        wanted = theirs[0][first : first + reel.window_frames]
        slack_ms = min(SLACK_MS, window.span.start_ms)
        expected = round(slack_ms * reel.frame_rate / MS_PER_SECOND)
        if not len(made) or not len(wanted):
            raise ToolError(f"the replay shows nothing at {spell_duration(window.span.start_ms)}")
        shifts.append(find_shift(wanted, made, expected=expected))
    return shifts, cost_s + more_s


def find_shift(wanted: NDArray[np.uint8], made: NDArray[np.uint8], *, expected: int) -> int:
    """Return where in `made` the frames of `wanted` begin; of places as good the expected one.

    Args:
        wanted: frames, one a row.
        made: frames, one a row, somewhat more.
        expected: where they should begin.
    """
    known = wanted.astype(np.int16)

    def distance(shift: int) -> float:
        shown = made[shift : shift + len(known)].astype(np.int16)
        return float(np.abs(shown - known[: len(shown)]).mean()) + STILL * abs(shift - expected)

    most = max(1, min(len(made), 2 * expected + 1))
    return min(range(most), key=distance)


def _thumbnails(
    streams: list[Any], folder: Path, lab: Lab
) -> tuple[list[NDArray[np.uint8]], float]:
    """Return the frames of each stream as rows of grey pixels, and CPU seconds."""
    import ffmpeg as builder

    files = [folder / f"thumbnails-{at}.gray" for at in range(len(streams))]
    outputs = [
        builder.output(
            stream.filter("scale", SIDE, SIDE, flags="area").filter("format", "gray"),
            file_url(file),
            format="rawvideo",
            fps_mode="passthrough",
            threads=lab.threads,
        )
        for stream, file in zip(streams, files, strict=True)
    ]
    ran = run_ffmpeg(
        lab.ffmpeg,
        builder.merge_outputs(*outputs) if len(outputs) > 1 else outputs[0],
        target=files[0],
        total_ms=2 * SLACK_MS * len(files),
        slowest=SLOWEST,
        report=silent,
    )
    frames = [
        np.frombuffer(file.read_bytes(), dtype=np.uint8).reshape(-1, SIDE * SIDE) for file in files
    ]
    for file in files:
        file.unlink()
    return frames, ran.cpu_s
