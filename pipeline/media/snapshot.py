"""One picture of a moment, small, as bytes: what a report shows of a recording and its replay."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError, ToolError
from models.span import MS_PER_SECOND, Span
from pipeline.media.demux import UNINDEXED
from pipeline.media.encoding import Frame
from pipeline.media.frames import Decoding, Footage, Still, fit_width, write_jpeg
from pipeline.media.probe import probe
from pipeline.media.tool import Ffmpeg

SNAPSHOT_WIDTH = 360
"""Pixels: as wide as a telephone's screen counts itself."""

SNAPSHOT_QUALITY = 2
"""ffmpeg's best: the picture is there to be judged, and its own coding must not be what is seen."""

NEAR_MS = 1000
"""How long after the moment a picture may come: sluggish recordings have 5 a second, not one."""

LEAD_MS = 12_000
"""Longer than keyframes are apart in live streams: 1 to 10 s."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A small picture."""

    jpeg: bytes
    size: Frame


def open_any_footage(path: Path) -> Footage | None:
    """Look at a recording as it came, HLS and turned pictures too; None when it is sound alone.

    Raises:
        InputError: when it cannot be used.
    """
    info = probe(path)
    if info.video is None:
        return None
    return Footage(
        path=path,
        frame=Frame(info.video.width, info.video.height),
        picture_ms=info.duration_ms,
        duration_ms=info.duration_ms,
        lead_ms=LEAD_MS if info.container in UNINDEXED else 0,
    )


def take_snapshot(footage: Footage, at_ms: int, *, ffmpeg: Ffmpeg) -> Snapshot:
    """Take the picture that is shown at a moment, or comes next within a second.

    Raises:
        ResourceError: when the disk or the memory is full.
        ToolError: when there is none.
    """
    size = fit_width(footage.frame, SNAPSHOT_WIDTH)
    shown_ms = min(at_ms, max(0, footage.picture_ms - NEAR_MS))
    start_ms = max(0, shown_ms - footage.lead_ms)
    # To filters the start of the stretch is time 0.
    skip = f"select='gte(t,{(shown_ms - start_ms) / MS_PER_SECOND})'"
    scale = f"scale={size.width}:{size.height}"
    still = Still((skip, scale), size, Decoding.ALL, SNAPSHOT_QUALITY)
    with tempfile.TemporaryDirectory(prefix="kandian-") as folder:
        target = Path(folder, "snapshot.jpg")
        try:
            write_jpeg(
                footage,
                Span(start_ms, shown_ms + NEAR_MS),
                target,
                still,
                ffmpeg=ffmpeg,
            )
        except InputError as error:
            raise ToolError(f"no picture can be taken: {error}") from error
        return Snapshot(target.read_bytes(), size)
