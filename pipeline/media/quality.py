"""How near a picture is to its source, frame by frame, by the best measure that ffmpeg has.

All are given in points of VMAF NEG, 0 to 100. XPSNR and SSIM are what older builds of ffmpeg can
do; what they say is translated by pairs that `tests/bench/encode/equivalents.py` measured.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.decision import Metric
from models.errors import ToolError
from models.progress import silent
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.tool import Ffmpeg

if TYPE_CHECKING:
    from ffmpeg.nodes import OutputStream

MODEL = "version=vmaf_v0.6.1neg"
"""NEG: sharpening earns nothing. Made for 1080p on a television; a telephone forgives more."""

SLOWEST = 60.0
"""Seconds of work per second of media; 0.3 is usual at 720p."""

EVERY_NTH = 3
"""VMAF looks at each third frame: at most 0.4 points off all frames, at 62 % of the CPU (three
clips at two CRFs, measured once)."""

FRAME_XPSNR = re.compile(r"XPSNR y:\s*([0-9.]+|inf)")
FRAME_SSIM = re.compile(r"\bY:([0-9.]+)")

BEST_XPSNR = 60.0
"""Decibels of a frame that is all the same as its source, which would be infinite."""

XPSNR_POINTS = ((25.1, 50.0), (29.8, 72.0), (34.1, 86.0), (37.5, 92.0), (42.4, 97.0), (60.0, 100.0))
SSIM_POINTS = (
    (0.932, 50.0),
    (0.965, 72.0),
    (0.984, 86.0),
    (0.991, 92.0),
    (0.996, 97.0),
    (1.0, 100.0),
)
"""Medians of twelve clips of talking heads (the pair at 97 of two). At 86 single clips lie from
32.5 to 36.3 dB and from 0.974 to 0.991: good for four or five points, no nearer."""


def choose_metric(ffmpeg: Ffmpeg) -> Metric:
    """Return the best metric that this ffmpeg has; SSIM every ffmpeg has."""
    if "libvmaf" in ffmpeg.filters:
        return Metric.VMAF_NEG
    return Metric.XPSNR if "xpsnr" in ffmpeg.filters else Metric.SSIM


@dataclass(frozen=True, slots=True)
class Lab:
    """What encodes are tried and measured with."""

    ffmpeg: Ffmpeg
    metric: Metric
    threads: int
    """Of encoders and metrics; 0 = as many as there are cores."""


def compare(
    made: Any, reference: Any, log: Path, lab: Lab, *, duration_ms: int
) -> tuple[list[float], float]:
    """Measure frames against their sources; return points of VMAF NEG, and CPU seconds.

    VMAF looks at every `EVERY_NTH` frame only; the other metrics are cheap and look at all.

    Args:
        made: stream of ffmpeg-python with the encoded frames.
        reference: the frames that they were made from, as many and of the same size.
        log: a file that may be written and is removed again.
        lab: what to measure with.
        duration_ms: length of what is compared.

    Raises:
        ToolError: when ffmpeg fails, or writes no measurements.
    """
    ran = run_ffmpeg(
        lab.ffmpeg,
        _output(made, reference, log, lab),
        target=log,
        total_ms=duration_ms,
        slowest=SLOWEST,
        report=silent,
    )
    try:
        text = log.read_text(encoding="utf-8")
        return read_points(text, lab.metric), ran.cpu_s
    except (OSError, ValueError, KeyError) as error:
        raise ToolError(f"ffmpeg measured no {lab.metric}: {error}") from error
    finally:
        log.unlink(missing_ok=True)


def _output(made: Any, reference: Any, log: Path, lab: Lab) -> OutputStream:
    import ffmpeg

    pair = [_numbered(made), _numbered(reference)]
    if lab.metric is Metric.VMAF_NEG:
        options: dict[str, Any] = {
            "model": MODEL,
            "log_fmt": "json",
            "log_path": str(log),
            "n_subsample": EVERY_NTH,
            "n_threads": lab.threads,
        }
        measured = ffmpeg.filter(pair, "libvmaf", **options)
    else:
        measured = ffmpeg.filter(pair, lab.metric.value, stats_file=str(log))
    return ffmpeg.output(measured, "-", format="null")


def _numbered(stream: Any) -> Any:
    """Give the n-th frame the time n in both streams: filters pair frames by their times."""
    return stream.filter("settb", "1/1000").filter("setpts", "N*40")


def read_points(text: str, metric: Metric) -> list[float]:
    """Read the log of a metric: one value a measured frame, in points of VMAF NEG.

    Raises:
        ValueError: when it holds no measurement.
        KeyError: likewise.
    """
    if metric is Metric.VMAF_NEG:
        # The model's name is the metric's: "vmaf", whichever variant was asked for.
        found = [frame["metrics"]["vmaf"] for frame in json.loads(text)["frames"]]
    elif metric is Metric.XPSNR:
        found = [
            translate(min(float(value), BEST_XPSNR), XPSNR_POINTS)
            for value in FRAME_XPSNR.findall(text)
        ]
    else:
        found = [translate(float(value), SSIM_POINTS) for value in FRAME_SSIM.findall(text)]
    if not found:
        raise ValueError("no frame was measured")
    return found


def translate(value: float, points: Sequence[tuple[float, float]]) -> float:
    """Return what a value means on another scale, by straight lines between known pairs."""
    at = min(max(1, bisect_right(points, (value, float("inf")))), len(points) - 1)
    (x0, y0), (x1, y1) = points[at - 1], points[at]
    return min(max(y0 + (value - x0) * (y1 - y0) / (x1 - x0), 0.0), 100.0)
