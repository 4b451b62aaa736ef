"""The one timeline that transcript and replay share.

Time 0 is the start of the recording: the earliest moment of the tracks in use. Both programs that
decode a recording read the same tracks, so that ffmpeg chooses the same 0 and mends the same clock
jumps for both, and both lay the sound on the timeline with the same filter:

    audio in            [-----------------)      [-----------)
    audio out   [silence|-----------------|silence|-----------)
                0       start             gap

The picture starts at 0 as well: its first frame is shown from there on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.recording import MediaInfo
from pipeline.media.source import Source

if TYPE_CHECKING:
    from ffmpeg.nodes import FilterableStream

MAX_OFFSET_MS = 40
"""Sound and picture this far apart are not noticed (ITU-R BT.1359: 45 ms early, 125 ms late)."""

VIDEO = "V:0"
"""The first picture that is no cover."""


def open_input(source: Source, **options: str) -> Any:
    """Return the recording as an input of ffmpeg-python, with more options of its decoders."""
    import ffmpeg

    return ffmpeg.input(source.url, **source.ffmpeg_options(), **options)


def audio_of(opened: Any, info: MediaInfo) -> FilterableStream:
    """Return the track that the transcript is made from."""
    return opened[str(info.audio.index)]


def audio_filter(sample_rate: int) -> str:
    """Return the filter that lays sound on the timeline: padded from 0, gaps filled, no overlap.

    `async=1` fills and trims but never stretches; `min_hard_comp` is the distance, in seconds, from
    which it does (by default 100 ms, more than eye and ear forgive).
    """
    return f"aresample={sample_rate}:async=1:first_pts=0:min_hard_comp={MAX_OFFSET_MS / 1000}"
