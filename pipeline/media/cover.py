"""The cover picture of a pitch: the best frame shortly after its start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ToolError
from models.span import MS_PER_SECOND, Span
from pipeline.media.artifact import atomic_output
from pipeline.media.encoding import Frame
from pipeline.media.frames import (
    Decoding,
    Footage,
    Still,
    fit_long_side,
    run_on_stretch,
    write_jpeg,
)
from pipeline.media.naming import spell_duration
from pipeline.media.still import choose_still
from pipeline.media.tool import Ffmpeg

WINDOW_MS = 12_000
"""How long after its start a pitch is looked at: within it the product is held up for the first
time, and three keyframes lie in it."""

TAIL_MS = 4000
"""What is looked at when a pitch begins as the picture ends: a keyframe interval."""

SAMPLE_RATE = 5
"""Candidates a second: enough to catch a hand at rest; twice as many cost a third more."""

SCORED_LONG_SIDE = 320
"""Pixels that candidates are judged at: what is blurred over less is sharp on a telephone."""

COVER_LONG_SIDE = 640
"""Pixels of the finished cover: a third of a telephone's screen, at its density."""


def make_cover(footage: Footage, window: Span, target: Path, *, ffmpeg: Ffmpeg) -> None:
    """Write the best picture of a window to `target`: JPEG, long side at most 640 pixels.

    Best is sharp, well lit, still, and a little after the window's start (see `choose_still`).
    Guaranteed: it lies in the window; `target` appears only after it was decoded again.

    Raises:
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails or there is no picture.
        TransientError: when another process makes the same cover.
    """
    size = fit_long_side(footage.frame, COVER_LONG_SIDE)
    with atomic_output(target) as partial:
        # The candidates' pixels go where the picture will be: one file, locked and cleaned up.
        pixels = _sample(footage, window, partial, ffmpeg)
        best = choose_still(pixels, step_ms=MS_PER_SECOND // SAMPLE_RATE)
        write_jpeg(
            footage,
            window,
            partial,
            Still(
                filters=(
                    f"fps={SAMPLE_RATE}",
                    f"select='eq(n,{best})'",
                    f"scale={size.width}:{size.height}",
                ),
                frame=size,
                decoding=Decoding.REFERENCES,
            ),
            ffmpeg=ffmpeg,
        )


def cover_window(span: Span, footage: Footage) -> Span:
    """Return where the cover of a pitch is looked for: its first seconds, as far as it goes.

    A pitch that begins where the picture ends gets the last seconds of the picture, which is what
    a viewer sees there.
    """
    end_ms = min(span.start_ms + WINDOW_MS, span.end_ms, footage.picture_ms)
    if end_ms - span.start_ms >= min(MS_PER_SECOND, span.duration_ms):
        return Span(span.start_ms, end_ms)
    return Span(max(0, footage.picture_ms - TAIL_MS), footage.picture_ms)


def _sample(footage: Footage, window: Span, partial: Path, ffmpeg: Ffmpeg) -> NDArray[np.uint8]:
    small = fit_long_side(footage.frame, SCORED_LONG_SIDE)
    scale = f"scale={small.width}:{small.height}:flags=area:out_range=pc"
    run_on_stretch(
        footage,
        window,
        partial,
        decoding=Decoding.REFERENCES,
        ffmpeg=ffmpeg,
        output={
            "vf": f"fps={SAMPLE_RATE},{scale},format=gray",
            "format": "rawvideo",
            "c:v": "rawvideo",
            "flags:v": "+bitexact",
        },
    )
    return _read_gray(partial, small, footage, window)


def _read_gray(path: Path, size: Frame, footage: Footage, window: Span) -> NDArray[np.uint8]:
    pixels = np.fromfile(path, np.uint8)
    area = size.width * size.height
    if not pixels.size or pixels.size % area:
        raise ToolError(
            f"ffmpeg reported success but there is no picture in {footage.path.name} at "
            f"{spell_duration(window.start_ms)}"
        )
    return pixels.reshape(-1, size.height, size.width)
