"""From decoded frames to what the encoder sees: the steps between, for replays and for samples.

1. frames before 0 go, and enough of a fast source's to stay below the frame-rate maximum;
2. the first frame is shown from time 0, so that no player meets an empty edit;
3. pixels become square; 4. the picture is fitted; a change of size in mid-stream gets bars.

A filter chain begins anew when the size changes; then (2) sends one frame back to 0, where it is
dropped for being late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.recording import VideoTrack
from pipeline.media.encoding import EncodeSettings, encoded_frame_rate, fit_frame, keep_every

GRID_MARGIN = 0.25
"""Part of a source frame by which the grid of kept frames lies beside their times, so that no
rounding of a time moves a frame across it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One filter of ffmpeg with its arguments, not yet escaped."""

    name: str
    arguments: tuple[str, ...]


def picture_steps(
    video: VideoTrack, settings: EncodeSettings, *, from_s: float = 0.0
) -> tuple[Step, ...]:
    """Return the steps for a recording that is read from a moment on.

    Which frames of a fast source are kept depends on their times in the recording alone, not on
    where reading begins: a sample holds the frames that the replay will hold.
    """
    frame = fit_frame(video, settings)
    size = (str(frame.width), str(frame.height))
    return (
        Step("select", (_kept_frames(video, settings, from_s),)),
        Step("setpts", ("if(eq(N,0),0,PTS)",)),
        Step("scale", ("max(2,trunc(iw*sar/2)*2)", "max(2,trunc(ih/2)*2)")),
        Step("setsar", ("1",)),
        Step("scale", (*size, *_FITTED)),
        Step("pad", (*size, "-1", "-1")),
        Step("format", ("yuv420p",)),
    )


_FITTED = (
    "force_original_aspect_ratio=decrease",
    "force_divisible_by=2",
    "out_range=tv",
)


def _kept_frames(video: VideoTrack, settings: EncodeSettings, from_s: float) -> str:
    if keep_every(video, settings) == 1:
        return "gte(t,0)"
    rate = encoded_frame_rate(video, settings)
    shift = from_s + GRID_MARGIN / video.frame_rate
    this, last = (f"floor(({time}+{shift:.6f})*{rate:.6f})" for time in ("t", "prev_selected_t"))
    return f"gte(t,0)*(isnan(prev_selected_t)+gt({this},{last}))"


def apply_steps(stream: Any, steps: Sequence[Step]) -> Any:
    """Return a stream of ffmpeg-python with the steps behind it."""
    for step in steps:
        plain = [part for part in step.arguments if not _is_named(part)]
        named = dict(part.split("=", 1) for part in step.arguments if _is_named(part))
        stream = stream.filter(step.name, *plain, **named)
    return stream


def _is_named(argument: str) -> bool:
    name, equals, _ = argument.partition("=")
    return bool(equals) and name.isidentifier()
