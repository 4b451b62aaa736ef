"""Read the 16 kHz mono WAV that recognition works on, piece by piece."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import InputError
from models.span import MS_PER_SECOND, Span

SAMPLE_RATE = 16_000
"""Samples per second; what Whisper and Silero are trained on."""
SAMPLES_PER_MS = SAMPLE_RATE // MS_PER_SECOND
SAMPLE_BYTES = 2
FULL_SCALE = 32_768.0
"""One more than the largest signed 16-bit sample, so that samples lie in [-1, 1)."""

Samples = npt.NDArray[np.float32]
"""Mono samples in [-1, 1), shape (samples,)."""


@dataclass(frozen=True, slots=True)
class SpeechAudio:
    """A checked 16 kHz mono 16-bit WAV; sample 0 is media time 0."""

    path: Path
    samples: int

    @property
    def duration_ms(self) -> int:
        """Length in whole milliseconds, rounded down."""
        return self.samples // SAMPLES_PER_MS

    def read(self, span: Span) -> Samples:
        """Return the samples of one stretch; shorter at the end of the file.

        Raises:
            InputError: when the file can no longer be read.
        """
        pcm = np.frombuffer(self.read_pcm(span), dtype="<i2")
        return pcm.astype(np.float32) / np.float32(FULL_SCALE)

    def read_pcm(self, span: Span) -> bytes:
        """Return the raw little-endian 16-bit samples of one stretch.

        Raises:
            InputError: when the file can no longer be read.
        """
        first = min(span.start_ms * SAMPLES_PER_MS, self.samples)
        last = min(span.end_ms * SAMPLES_PER_MS, self.samples)
        try:
            with wave.open(str(self.path), "rb") as reader:
                reader.setpos(first)
                return reader.readframes(last - first)
        except (OSError, wave.Error, EOFError) as error:
            raise InputError(f"the audio {self.path} cannot be read: {error}") from error

    def iter_blocks(self, block_ms: int) -> Iterator[Span]:
        """Yield the whole audio as consecutive blocks of at most `block_ms`."""
        for start_ms in range(0, self.duration_ms, block_ms):
            yield Span(start_ms, min(start_ms + block_ms, self.duration_ms))


def read_audio(path: Path) -> SpeechAudio:
    """Open a WAV and check that it is what recognition needs.

    Raises:
        InputError: when it is missing, no WAV, or not 16 kHz mono 16-bit.
    """
    try:
        with wave.open(str(path), "rb") as reader:
            found = (reader.getframerate(), reader.getnchannels(), reader.getsampwidth())
            declared = reader.getnframes()
    except FileNotFoundError:
        raise InputError(f"there is no audio at {path}") from None
    except (OSError, wave.Error, EOFError) as error:
        raise InputError(f"the audio {path} is not a readable WAV file: {error}") from error
    if found != (SAMPLE_RATE, 1, SAMPLE_BYTES):
        raise InputError(
            f"the audio {path} has {found[0]} Hz, {found[1]} channels, {8 * found[2]} bits; "
            "recognition needs 16000 Hz, 1 channel, 16 bits"
        )
    # A WAV written into a pipe declares 0xFFFFFFFF bytes: trust the file's size over its header.
    on_disk = max(0, path.stat().st_size - _WAV_HEADER_BYTES) // SAMPLE_BYTES
    return SpeechAudio(path, min(declared, on_disk))


_WAV_HEADER_BYTES = 44
