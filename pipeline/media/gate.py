"""Whether a recording's picture may go into the replay as it came, packet by packet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.recording import MediaInfo, VideoTrack
from models.span import MS_PER_SECOND
from pipeline.media.clock import TrackScan
from pipeline.media.demux import Scan, first_picture, open_media
from pipeline.media.encoding import EncodeSettings, bit_rate_ceiling, fit_frame, keep_every
from pipeline.media.source import Source
from pipeline.media.timeline import MAX_OFFSET_MS

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer

LONGEST_GOP_MS = 10_500
"""Ten seconds and a late frame: from farther back a jump is slow to show its picture."""

SMALL_SHARE = 0.15
"""Of the bit-rate ceiling: no encode of ours saves a tenth of so little (225 kb/s at 720p), and
looking for one would cost more than it saves."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the picture's packets may be used as they are."""

    obstacle: str
    """Why not, in words that follow "because"; empty when they may."""
    is_small: bool
    """So few bits that no encode is worth trying."""
    bit_rate: int
    """Of the recording's picture, in bits/s."""

    @property
    def is_open(self) -> bool:
        """Tell whether the packets may be used."""
        return not self.obstacle


def look_at_picture(source: Source, info: MediaInfo, scan: Scan, settings: EncodeSettings) -> Gate:
    """Look at a recording that has a picture.

    Raises:
        InputError: when it cannot be opened.
        ValueError: when it has no picture.
    """
    if info.video is None or scan.video is None:
        raise ValueError(f"{source.name} has no picture")
    rate = measure_bit_rate(scan.video)
    ceiling = bit_rate_ceiling(fit_frame(info.video, settings), settings)
    obstacle = _first_obstacle(source, info.video, scan.video, scan, settings)
    if not obstacle and rate > ceiling:
        obstacle = f"its {rate // 1000} kb/s are above the ceiling of {ceiling // 1000} kb/s"
    return Gate(obstacle=obstacle, is_small=rate <= SMALL_SHARE * ceiling, bit_rate=rate)


def measure_bit_rate(track: TrackScan) -> int:
    """Return the bits/s of a track over all its packets."""
    return track.bytes * 8 * MS_PER_SECOND // max(1, track.end_ms - track.start_ms)


def _first_obstacle(
    source: Source, video: VideoTrack, track: TrackScan, scan: Scan, settings: EncodeSettings
) -> str:
    obstacles = itertools.chain(
        _iter_kind_obstacles(video, settings),
        _iter_clock_obstacles(track, scan),
        _iter_picture_obstacles(source),
    )
    return next(obstacles, "")


def _iter_kind_obstacles(video: VideoTrack, settings: EncodeSettings) -> Iterator[str]:
    wanted = settings.codec.value
    frame = fit_frame(video, settings)
    if video.codec != wanted:
        yield f"it is {video.codec}, not {wanted}"
    if video.pixel_format != "yuv420p":
        yield f"its pixels are {video.pixel_format}, which not every player shows"
    if (video.width, video.height) != (frame.width, frame.height):
        yield f"its {video.width}x{video.height} pixels become {frame.width}x{frame.height}"
    if keep_every(video, settings) > 1:
        yield f"its {video.frame_rate:g} frames/s are too many"


def _iter_clock_obstacles(track: TrackScan, scan: Scan) -> Iterator[str]:
    if abs(track.start_ms) > MAX_OFFSET_MS:
        yield f"its picture begins at {track.start_ms} ms"
    if scan.clock_changes or track.back_ms:
        yield "its clock jumps"
    if track.corrupt_packets or track.leading_packets:
        yield "some of its packets cannot be decoded"
    if track.longest_gop_ms > LONGEST_GOP_MS:
        yield f"its keyframes lie up to {track.longest_gop_ms / MS_PER_SECOND:.0f} s apart"


def _iter_picture_obstacles(source: Source) -> Iterator[str]:
    """Look at the first picture: what a header does not tell."""
    with open_media(source) as container:
        shown = _decode_first(container)
        if shown is None:
            yield "its first picture does not decode"
            return
        ratio = first_picture(container).sample_aspect_ratio
        if shown.rotation:
            yield f"it is turned by {shown.rotation} degrees"
        if ratio and ratio != 1:
            yield f"its pixels are not square ({ratio})"
        if shown.interlaced_frame:
            yield "it is interlaced"


def _decode_first(container: InputContainer) -> VideoFrame | None:
    import av

    try:
        return next(iter(container.decode(first_picture(container))), None)
    except av.error.FFmpegError:
        return None
