"""The windows of a recording as one lossless clip, to try encoders on.

    recording   ......[--w1--].........[--w2--]......[--w3--]...
    reel        [--w1--][--w2--][--w3--]       frames as the encoder would see them

Every window has the same number of frames at a constant rate, so that the n-th frame of an encode
is the n-th of the reel: compared by number, not by time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.decision import Probe, Window
from models.progress import silent
from models.recording import VideoTrack
from models.span import MS_PER_SECOND
from pipeline.media.demux import open_media
from pipeline.media.encoder import Rate
from pipeline.media.encoding import EncodeSettings, bit_rate_ceiling, encoded_frame_rate, fit_frame
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.picture import apply_steps, picture_steps
from pipeline.media.profile import choose_profile
from pipeline.media.quality import Lab, compare
from pipeline.media.source import Source, file_source, file_url
from pipeline.media.timeline import VIDEO

SLOWEST = 60.0
"""Seconds of work per second of media; lossless coding takes 0.2 at 720p."""

LOSSLESS = {"c:v": "libx264", "qp:v": 0, "preset:v": "ultrafast"}
"""An eighth of the size of raw frames, at half the CPU of one VMAF (three clips, measured once)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The picture that a rate is looked for."""

    source: Source
    video: VideoTrack
    settings: EncodeSettings
    lead_ms: int = 0
    """How much earlier than a window decoding begins where no index says where keyframes are."""

    @property
    def frame_rate(self) -> float:
        """Frames per second of the replay."""
        return encoded_frame_rate(self.video, self.settings)


class UnsearchableError(Exception):
    """Windows cannot be cut out of a recording; caught where an encode without a search is made."""


@dataclass(frozen=True, slots=True)
class Reel:
    """The windows, cut."""

    path: Path
    subject: Subject
    windows: tuple[Window, ...]
    window_frames: int
    cpu_s: float

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.subject.frame_rate

    @property
    def duration_ms(self) -> int:
        """Length of all windows together."""
        return round(self.window_frames * len(self.windows) * MS_PER_SECOND / self.frame_rate)

    @property
    def window_s(self) -> float:
        """Length of each window."""
        return self.window_frames / self.frame_rate


def cut_reel(subject: Subject, windows: Sequence[Window], target: Path, lab: Lab) -> Reel:
    """Cut the windows out of a recording, as its encoder would see them.

    Raises:
        UnsearchableError: when a window shows nothing.
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails.
    """
    import ffmpeg as builder

    rate = subject.frame_rate
    frames = max(1, int(windows[0].span.duration_ms / MS_PER_SECOND * rate))
    cut = [even_out(_cut(subject, window), frames, rate) for window in windows]
    ran = run_ffmpeg(
        lab.ffmpeg,
        builder.output(
            builder.concat(*cut, v=1, a=0) if len(cut) > 1 else cut[0],
            file_url(target),
            format="matroska",
            threads=lab.threads,
            **LOSSLESS,
        ),
        target=target,
        total_ms=sum(window.span.duration_ms for window in windows),
        slowest=SLOWEST,
        report=silent,
    )
    reel = Reel(target, subject, tuple(windows), frames, ran.cpu_s)
    if sum(1 for _ in _iter_sizes(target)) < frames * len(windows):
        raise UnsearchableError("a window of it shows nothing")
    return reel


def _cut(subject: Subject, window: Window) -> Any:
    import ffmpeg

    start_s = window.span.start_ms / MS_PER_SECOND
    lead_s = min(start_s, subject.lead_ms / MS_PER_SECOND)
    opened = ffmpeg.input(
        subject.source.url,
        ss=f"{start_s - lead_s:.3f}",
        t=f"{lead_s + window.span.duration_ms / MS_PER_SECOND:.3f}",
        **subject.source.ffmpeg_options(),
    )
    stream = opened[VIDEO]
    if lead_s:
        stream = stream.filter("trim", start=f"{lead_s:.3f}").filter("setpts", f"PTS-{lead_s}/TB")
    return apply_steps(stream, picture_steps(subject.video, subject.settings, from_s=start_s))


def even_out(stream: Any, frames: int, rate: float) -> Any:
    """Give a stream just so many frames, evenly timed; a short one holds its last."""
    return (
        stream.filter("settb", "1/90000")
        .filter("setpts", f"N/({rate:.6f}*TB)")
        .filter("tpad", stop=frames, stop_mode="clone")
        .filter("trim", end_frame=frames)
        .filter("setpts", f"N/({rate:.6f}*TB)")
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """A probe and its cost."""

    probe: Probe
    encode_s: float
    """CPU seconds."""
    measure_s: float


def try_crf(reel: Reel, crf: float, lab: Lab) -> Tried:
    """Encode the reel and measure it; return what came out and what it cost.

    Raises:
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails.
    """
    import ffmpeg as builder

    probe = reel.path.with_name("probe.mp4")
    video, settings = reel.subject.video, reel.subject.settings
    frame = fit_frame(video, settings)
    ceiling = bit_rate_ceiling(frame, settings)
    starts = (f"{at * reel.window_s:.3f}" for at in range(len(reel.windows)))
    ran = run_ffmpeg(
        lab.ffmpeg,
        builder.output(
            read_reel(reel.path, reel.frame_rate),
            file_url(probe),
            force_key_frames=",".join(starts),
            **choose_profile(settings).options(
                Rate(crf, ceiling, reel.frame_rate, frame.width * frame.height, lab.threads)
            ),
        ),
        target=probe,
        total_ms=reel.duration_ms,
        slowest=SLOWEST,
        report=silent,
    )
    points, cost_s = measure_against(reel, read_reel(probe, reel.frame_rate), lab)
    by_window = average_by_window(points, len(reel.windows))
    sizes = _window_bytes(probe, reel)
    probe.unlink(missing_ok=True)
    bits = sum(
        8 * size / reel.window_s * window.share
        for size, window in zip(sizes, reel.windows, strict=True)
    )
    return Tried(
        Probe(crf, weigh(by_window, reel.windows), min(by_window), max(1, round(bits))),
        ran.cpu_s,
        cost_s,
    )


def read_reel(path: Path, rate: float) -> Any:
    """Return the picture of a clip with its frames at a constant rate, whatever its clock says."""
    import ffmpeg

    return ffmpeg.input(file_url(path), r=f"{rate:.6f}")["v:0"]


def measure_against(reel: Reel, made: Any, lab: Lab) -> tuple[list[float], float]:
    """Compare frames with the reel's; return points of VMAF NEG in their order, and CPU seconds."""
    return compare(
        made,
        read_reel(reel.path, reel.frame_rate),
        reel.path.with_name("measured.log"),
        lab,
        duration_ms=reel.duration_ms,
    )


def average_by_window(points: Sequence[float], windows: int) -> list[float]:
    """Return the mean of each window's frames; measured frames lie evenly over all windows."""
    edges = [round(at * len(points) / windows) for at in range(windows + 1)]
    return [sum(points[low:high]) / max(1, high - low) for low, high in itertools.pairwise(edges)]


def weigh(values: Sequence[float], windows: Sequence[Window]) -> float:
    """Return the mean of one value a window, each by the share of the recording it stands for."""
    return sum(value * window.share for value, window in zip(values, windows, strict=True))


def _window_bytes(probe: Path, reel: Reel) -> list[int]:
    """Return the bytes of every window, by the presentation times of its packets."""
    sizes = [0] * len(reel.windows)
    for shown_s, size in _iter_sizes(probe):
        at = int((shown_s + ROUNDING_S) / reel.window_s)
        sizes[min(max(at, 0), len(sizes) - 1)] += size
    return sizes


ROUNDING_S = 1e-4
"""By which a container may write a frame's time too early."""


def _iter_sizes(clip: Path) -> Iterator[tuple[float, int]]:
    """Yield time in seconds and bytes of every packet of a clip's picture."""
    with open_media(file_source(clip)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.pts is not None and packet.size and packet.time_base is not None:
                yield float(packet.pts * packet.time_base), packet.size
