"""Find speech in audio, and cut it into the windows and jobs that engines decode.

    speech    [==]  [=====] [====]              [===]  [==]
    windows   [------------------)              [---------)     at most 28 s, cut in silences
    jobs      [-------------------------------------------)     at most 8 windows

All of it depends on the samples alone, so that an interrupted run cuts where the first one did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.span import Span, iter_gaps, merge
from pipeline.transcribe.audio import SAMPLES_PER_MS, SpeechAudio

FRAME_MS = 32
"""Silero's hop of 512 samples."""
FRAME_SAMPLES = FRAME_MS * SAMPLES_PER_MS
BLOCK_MS = 9_375 * FRAME_MS
"""Audio is read in blocks of five minutes, so that memory does not grow with the recording."""
WARM_UP_MS = 64 * FRAME_MS
"""Silero is recurrent: each block is preceded by two seconds that only warm it up."""
WORD_BRIDGE_MS = 300
"""Pauses between words of one breath: no speech is missed in them."""
MIN_MISSED_MS = 800
"""Speech without words must last this long to be worth a second hearing: three or four characters;
word times are off by up to 0.5 s."""

Probabilities = npt.NDArray[np.float32]
"""Speech probability of each frame, shape (frames,)."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How speech is told from silence and cut; see ARCHITECTURE for the measurements."""

    threshold: float = 0.5
    """A frame at or above is speech (Silero's own default)."""
    release: float = 0.35
    """Speech goes on until frames fall below (Silero's default: threshold - 0.15)."""
    min_silence_ms: int = 160
    """Shorter silences do not end a stretch of speech."""
    pad_ms: int = 320
    """Kept on both sides of speech, at most half of the silence: consonants start softly."""
    max_gap_ms: int = 2_000
    """A longer silence ends a window, so that no window carries silence to hallucinate over."""
    max_window_ms: int = 28_000
    """Whisper hears 30 s; the rest is a margin for padding."""


def measure_speech(audio: SpeechAudio) -> Probabilities:
    """Return the speech probability of every 32 ms frame, by Silero VAD (ships with the engine)."""
    from faster_whisper.vad import get_vad_model

    model = get_vad_model()
    pieces: list[Probabilities] = []
    for block in audio.iter_blocks(BLOCK_MS):
        warm_from_ms = max(0, block.start_ms - WARM_UP_MS)
        samples = audio.read(Span(warm_from_ms, block.end_ms))
        padded = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
        frames = np.asarray(model(padded), dtype=np.float32).reshape(-1)
        pieces.append(frames[(block.start_ms - warm_from_ms) // FRAME_MS :])
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)


def find_speech(probabilities: Probabilities, settings: SpeechSettings) -> tuple[Span, ...]:
    """Return the stretches of speech, unpadded, sorted and disjoint.

    Hysteresis as in Silero's reference: speech starts at `threshold`, and ends where the
    probability stays below `release` for `min_silence_ms`.
    """
    patience = -(-settings.min_silence_ms // FRAME_MS)
    stretches: list[Span] = []
    start: int | None = None
    quiet = 0
    for frame, probability in enumerate(probabilities):
        if probability >= settings.threshold:
            start = frame if start is None else start
            quiet = 0
        elif start is not None and (probability < settings.release or quiet):
            quiet += 1
            if quiet >= patience:
                stretches.append(Span(start * FRAME_MS, (frame + 1 - quiet) * FRAME_MS))
                start, quiet = None, 0
    if start is not None:
        stretches.append(Span(start * FRAME_MS, (len(probabilities) - quiet) * FRAME_MS))
    return tuple(stretches)


def cut_windows(
    speech: Sequence[Span],
    probabilities: Probabilities,
    settings: SpeechSettings,
    *,
    duration_ms: int,
) -> tuple[Span, ...]:
    """Return windows that hold all the speech, each at most `max_window_ms`, sorted and disjoint.

    A window ends at the longest silence in its second half; speech without any silence is cut
    where it is least likely to be speech.
    """
    reach_ms = settings.max_window_ms - 2 * settings.pad_ms
    waiting = [piece for span in speech for piece in _split_long(span, probabilities, reach_ms)]
    windows: list[Span] = []
    while waiting:
        taken = _count_that_fit(waiting, reach_ms, settings.max_gap_ms)
        windows.append(Span(waiting[0].start_ms, waiting[taken - 1].end_ms))
        del waiting[:taken]
    return _pad(windows, settings.pad_ms, duration_ms)


def plan_jobs(windows: Sequence[Span], *, windows_per_job: int) -> tuple[tuple[Span, ...], ...]:
    """Group windows into the jobs that are decoded and checkpointed as one."""
    return tuple(
        tuple(windows[first : first + windows_per_job])
        for first in range(0, len(windows), windows_per_job)
    )


def _count_that_fit(spans: Sequence[Span], reach_ms: int, max_gap_ms: int) -> int:
    """Return how many of the leading spans make the next window, at least one."""
    fitting = 1
    while fitting < len(spans):
        gap_ms = spans[fitting].start_ms - spans[fitting - 1].end_ms
        if gap_ms > max_gap_ms:
            return fitting
        if spans[fitting].end_ms - spans[0].start_ms > reach_ms:
            break
        fitting += 1
    if fitting == len(spans):
        return fitting
    half_ms = spans[0].start_ms + reach_ms // 2
    candidates = [n for n in range(1, fitting + 1) if spans[n - 1].end_ms >= half_ms] or [fitting]
    return max(candidates, key=lambda n: (spans[n].start_ms - spans[n - 1].end_ms, n))


def _split_long(span: Span, probabilities: Probabilities, reach_ms: int) -> list[Span]:
    """Cut speech longer than a window at its least speech-like frame, as often as needed."""
    pieces: list[Span] = []
    start_ms = span.start_ms
    while span.end_ms - start_ms > reach_ms:
        first = (start_ms + reach_ms // 2) // FRAME_MS
        last = (start_ms + reach_ms) // FRAME_MS
        cut_ms = (first + int(np.argmin(probabilities[first:last]))) * FRAME_MS
        pieces.append(Span(start_ms, cut_ms))
        start_ms = cut_ms
    pieces.append(Span(start_ms, span.end_ms))
    return pieces


def _pad(windows: Sequence[Span], pad_ms: int, duration_ms: int) -> tuple[Span, ...]:
    padded: list[Span] = []
    for index, window in enumerate(windows):
        floor_ms = _middle(windows[index - 1], window) if index else 0
        is_last = index == len(windows) - 1
        ceiling_ms = duration_ms if is_last else _middle(window, windows[index + 1])
        start_ms = max(floor_ms, window.start_ms - pad_ms)
        end_ms = min(ceiling_ms, window.end_ms + pad_ms)
        if start_ms < end_ms:
            padded.append(Span(start_ms, end_ms))
    return tuple(padded)


def _middle(earlier: Span, later: Span) -> int:
    return (earlier.end_ms + later.start_ms) // 2


def find_missed(
    speech: Sequence[Span], heard: Sequence[Span], windows: Sequence[Span]
) -> tuple[Span, ...]:
    """Return the parts of the windows where there is speech that no word covers.

    window   [-------------------------------)
    speech    [====]  [=====] [====] [======]
    heard     [-][-]  [-][--]
    missed                    [-------------)
    """
    covered = merge(heard, bridge_ms=WORD_BRIDGE_MS)
    missed: list[Span] = []
    for window in windows:
        silent = [gap for gap in iter_gaps(covered, window) if gap.duration_ms >= MIN_MISSED_MS]
        for gap in silent:
            pieces = [piece for span in speech if (piece := span.crop(gap))]
            if sum(piece.duration_ms for piece in pieces) >= MIN_MISSED_MS:
                missed.append(gap)
    return tuple(missed)
