"""Look at a finished replay as a player would, before it is published."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import InputError, ToolError
from pipeline.media.clock import US_PER_MS
from pipeline.media.codecs import describe_picture, describe_sound
from pipeline.media.demux import Scan, open_media, scan_packets
from pipeline.media.naming import spell_duration
from pipeline.media.source import Source, file_source

if TYPE_CHECKING:
    from av.container import InputContainer

TAIL_MS = 5000
"""How much of the end is decoded: more than one keyframe interval."""

LENGTH_TOLERANCE_MS = 500
"""A frame dropped or repeated at the end, an AAC packet of padding, an edit list."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a player will find."""

    codecs: str
    """RFC 6381, from the decoder configurations in the file."""
    width: int
    height: int
    scan: Scan


def inspect_replay(path: Path) -> Replay:
    """Read a replay's packets, decode its tail and describe it.

    Raises:
        ToolError: when it is not what a player could play to the end.
    """
    source = file_source(path)
    with _opened(source) as container:
        if not container.streams.audio:
            raise ToolError(f"ffmpeg reported success but {path.name} has no sound")
        audio = container.streams.audio[0]
        video = container.streams.video[0] if container.streams.video else None
        codecs = [] if video is None else [describe_picture(video)]
        codecs.append(describe_sound(audio))
        for stream in (audio, video):
            if stream is not None:
                _decode_tail(container, stream)
        width, height = (video.width, video.height) if video is not None else (0, 0)
        audio_index = audio.index
    return Replay(
        codecs=",".join(codecs),
        width=width,
        height=height,
        scan=scan_packets(source, audio_index=audio_index),
    )


def require_same_length(made: Scan, source: Scan, *, frame_ms: float) -> None:
    """Check that a replay's tracks end where the recording's do.

    Raises:
        ToolError: when one does not.
    """
    tolerance_ms = LENGTH_TOLERANCE_MS + 2 * frame_ms
    for what, ours, theirs in (
        ("sound", made.audio, source.audio),
        ("picture", made.video, source.video),
    ):
        if theirs is None:
            continue
        if ours is None:
            raise ToolError(f"ffmpeg reported success but the replay has no {what}")
        if abs(ours.end_ms - theirs.end_ms) > tolerance_ms:
            raise ToolError(
                f"the {what} of the replay ends at {spell_duration(ours.end_ms)}, that of the "
                f"recording at {spell_duration(theirs.end_ms)}"
            )


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[InputContainer]:
    try:
        with open_media(source) as container:
            yield container
    except InputError as error:
        raise ToolError(f"ffmpeg reported success, but {error}") from error


def _decode_tail(container: InputContainer, stream: Any) -> None:
    import av

    end = (stream.duration or 0) * stream.time_base * 1000
    frames = 0
    try:
        container.seek(int(max(0, end - TAIL_MS) * US_PER_MS), backward=True)
        for _ in container.decode(stream):
            frames += 1
    except av.error.FFmpegError as error:
        raise ToolError(f"the end of the replay does not decode: {error}") from error
    if not frames:
        raise ToolError("ffmpeg reported success but nothing at the end of the replay decodes")
