"""The sound of a recording as the transcript's engines want it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import InputError, ToolError
from models.progress import Report, silent
from models.recording import MediaInfo
from models.span import MS_PER_SECOND
from pipeline.media.artifact import atomic_output, require_space
from pipeline.media.completeness import require_no_cut_sign, require_whole, tolerance_ms
from pipeline.media.demux import Scan, scan_packets
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.naming import spell_duration
from pipeline.media.source import Source, file_url, locate_source
from pipeline.media.timeline import VIDEO, audio_filter, audio_of, open_input
from pipeline.media.tool import Ffmpeg

if TYPE_CHECKING:
    from ffmpeg.nodes import OutputStream

SAMPLE_RATE = 16_000
"""What speech recognisers are trained on."""

BYTES_PER_SAMPLE = 2

SLOWEST = 2.0
"""Seconds of work per second of media; 0.005 is usual."""

HEADER_BYTES = 4096
"""The data chunk of a WAV that ffmpeg writes begins within its first hundred bytes."""


@dataclass(frozen=True, slots=True)
class AudioExtract:
    """The sound of a whole recording; its sample 0 is time 0 of the replay."""

    path: Path
    """WAV: 16 kHz, mono, signed 16 bit."""
    duration_ms: int
    """Length of the sound; may be shorter than the picture."""
    media_ms: int
    """Measured length of the whole recording, sound or picture, whichever ends last."""
    errors: int
    """Decoding errors that were borne."""


def extract_audio(
    source: Path,
    info: MediaInfo,
    target: Path,
    *,
    ffmpeg: Ffmpeg,
    report: Report = silent,
) -> AudioExtract:
    """Write the sound of a recording to `target` and make sure that all of it is there.

    Guaranteed: late starts and gaps are filled with silence, so that sample n lies n/16 ms after
    the start of the replay; `target` appears only when the recording was found to be whole.

    Raises:
        InputError: when the recording was cut short or is damaged.
        ResourceError: when the disk is full.
        ToolError: when ffmpeg fails.
    """
    located = locate_source(source)
    scan = scan_packets(located, audio_index=info.audio.index)
    require_whole(located, info, scan)
    _require_sound(located, scan)
    require_space(target.parent, scan.end_ms * SAMPLE_RATE * BYTES_PER_SAMPLE // MS_PER_SECOND)
    with atomic_output(target) as partial:
        complaints = run_ffmpeg(
            ffmpeg,
            _outputs(located, info, partial),
            target=target,
            total_ms=scan.end_ms,
            slowest=SLOWEST,
            report=report,
        )
        require_no_cut_sign(located, info, scan, complaints.cut_sign)
        complaints.require_few(located, scan)
        duration_ms = _wav_duration_ms(partial)
        _require_decoded(located, scan, duration_ms)
    return AudioExtract(
        path=target, duration_ms=duration_ms, media_ms=scan.end_ms, errors=complaints.errors
    )


def _outputs(source: Source, info: MediaInfo, partial: Path) -> OutputStream:
    import ffmpeg

    opened = open_input(source)
    wav = ffmpeg.output(
        audio_of(opened, info),
        file_url(partial),
        af=audio_filter(SAMPLE_RATE),
        ac=1,
        acodec="pcm_s16le",
        format="wav",
        rf64="auto",
        fflags="+bitexact",
        map_metadata=-1,
    )
    if info.video is None:
        return wav
    # Copied to nowhere: it costs nothing and makes ffmpeg choose the same time 0 as the transcode.
    nowhere = ffmpeg.output(opened[VIDEO], "-", format="null", vcodec="copy")
    return ffmpeg.merge_outputs(wav, nowhere)


def _require_sound(source: Source, scan: Scan) -> None:
    if scan.audio is None:
        raise InputError(f"{source.name} has an audio track without any sound in it")


def _require_decoded(source: Source, scan: Scan, decoded_ms: int) -> None:
    held_ms = scan.audio.end_ms if scan.audio else 0
    if held_ms - decoded_ms > tolerance_ms(held_ms):
        raise InputError(
            f"{source.name} is damaged: only {spell_duration(decoded_ms)} of its "
            f"{spell_duration(held_ms)} of sound can be decoded; fetch the file again"
        )


def _wav_duration_ms(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    found = head.find(b"data")
    if found < 0:
        raise ToolError(f"ffmpeg reported success but wrote no sound to {path.name}")
    samples = (path.stat().st_size - found - 8) // BYTES_PER_SAMPLE
    return samples * MS_PER_SECOND // SAMPLE_RATE
