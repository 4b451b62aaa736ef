"""The default engine: faster-whisper, int8 on a CPU and float16 on CUDA, windows in batches."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.errors import ConfigError
from models.span import MS_PER_SECOND, Span
from pipeline.transcribe.audio import SAMPLE_RATE, Samples
from pipeline.transcribe.chunked import ChunkedTranscriber, WindowAudio
from pipeline.transcribe.decoded import DecodedWindow, DecodedWord
from pipeline.transcribe.engine import Device, Engine, Language, TranscribeSettings
from pipeline.transcribe.guard import MAX_COMPRESSION_RATIO, compression_ratio
from pipeline.transcribe.hot_words import join_hot_words
from pipeline.transcribe.prompt import choose_language, initial_prompt
from pipeline.transcribe.weights import Weights

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment

_COMPUTE_TYPES: Mapping[Device, str] = {Device.CPU: "int8", Device.CUDA: "float16"}
_SLOT_MS = 30_000
"""Windows lie in one array at multiples of 30 s, where the library's arithmetic is exact."""
_FRAME_MS = 10
"""The library counts positions (`Segment.seek`) in mel frames of 10 ms."""
LOOP_PENALTY = 1.2
"""Repetition penalty of the second try at a window that came out as a loop: deterministic, unlike
whisper's sampling at rising temperatures."""


class FasterWhisperDecoder:
    """Decodes windows with one CTranslate2 model, loaded at the first call and kept."""

    def __init__(self, weights: Weights, settings: TranscribeSettings, device: Device) -> None:
        self._weights = weights
        self._settings = settings
        self._device = device

    def detect_language(self, samples: Samples) -> Language:
        """Tell Chinese from English in at most 30 s of speech."""
        _, _, probabilities = self._model().detect_language(samples)
        return choose_language(dict(probabilities))

    def decode(
        self, windows: Sequence[WindowAudio], language: Language
    ) -> tuple[DecodedWindow, ...]:
        """Return the words of each window; a window that loops is decoded once more."""
        first = self._decode(windows, language, repetition_penalty=1.0)
        loops = [n for n, window in enumerate(first) if _loops(window)]
        if not loops:
            return first
        again = self._decode([windows[n] for n in loops], language, repetition_penalty=LOOP_PENALTY)
        better = {n: window for n, window in zip(loops, again, strict=True) if not _loops(window)}
        return tuple(better.get(n, window) for n, window in enumerate(first))

    def _decode(
        self, windows: Sequence[WindowAudio], language: Language, *, repetition_penalty: float
    ) -> tuple[DecodedWindow, ...]:
        from faster_whisper import BatchedInferencePipeline

        slots = np.zeros(len(windows) * _SLOT_MS * SAMPLE_RATE // MS_PER_SECOND, dtype=np.float32)
        clips: list[dict[str, float]] = []
        for index, window in enumerate(windows):
            start_s = index * _SLOT_MS / MS_PER_SECOND
            first = index * _SLOT_MS * SAMPLE_RATE // MS_PER_SECOND
            slots[first : first + len(window.samples)] = window.samples
            clips.append({"start": start_s, "end": start_s + len(window.samples) / SAMPLE_RATE})
        segments, _ = BatchedInferencePipeline(self._model()).transcribe(
            slots,
            language=language.value,
            clip_timestamps=clips,
            batch_size=len(windows),
            beam_size=self._settings.beam_size,
            initial_prompt=initial_prompt(language),
            hotwords=join_hot_words(self._settings.hot_words) or None,
            repetition_penalty=repetition_penalty,
            word_timestamps=True,
        )
        return _collect(windows, list(segments))

    def _model(self) -> WhisperModel:
        return _load(self._weights, self._device, self._settings.thread_count)


@functools.lru_cache(maxsize=1)
def _load(weights: Weights, device: Device, threads: int) -> WhisperModel:
    """Load the model, once for all catalogues: hot words are told with each decoding."""
    from faster_whisper import WhisperModel

    try:
        return WhisperModel(
            str(weights.path),
            device=device.value,
            compute_type=_COMPUTE_TYPES[device],
            cpu_threads=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise ConfigError(
            f"faster-whisper cannot load the weights in {weights.path}: {error}"
        ) from error


def make(weights: Weights, settings: TranscribeSettings) -> ChunkedTranscriber:
    """Make the engine; with `Device.AUTO` this asks whether there is a CUDA device."""
    device = _choose_device(settings.device)
    return ChunkedTranscriber(
        name=Engine.FASTER_WHISPER,
        model=weights.name,
        weights_sha256=weights.sha256,
        decoding={
            "beam_size": settings.beam_size,
            "compute_type": _COMPUTE_TYPES[device],
            "hot_words": settings.hot_words,
            "loop_penalty": LOOP_PENALTY,
        },
        request=settings,
        decoder=FasterWhisperDecoder(weights, settings, device),
    )


def _choose_device(asked: Device) -> Device:
    if asked is not Device.AUTO:
        return asked
    import ctranslate2

    return Device.CUDA if ctranslate2.get_cuda_device_count() else Device.CPU


def _loops(window: DecodedWindow) -> bool:
    return compression_ratio(window.text) > MAX_COMPRESSION_RATIO


def _collect(
    windows: Sequence[WindowAudio], segments: Sequence[Segment]
) -> tuple[DecodedWindow, ...]:
    """Give each window the segments of its slot, in media time."""
    return tuple(
        _to_window(
            window.span,
            index * _SLOT_MS,
            [part for part in segments if part.seek * _FRAME_MS // _SLOT_MS == index],
        )
        for index, window in enumerate(windows)
    )


def _to_window(span: Span, slot_ms: int, segments: Sequence[Segment]) -> DecodedWindow:
    origin_ms = span.start_ms - slot_ms
    words = tuple(
        DecodedWord(
            origin_ms + round(word.start * MS_PER_SECOND),
            origin_ms + round(word.end * MS_PER_SECOND),
            word.word,
            round(float(word.probability), 4),
        )
        for segment in segments
        for word in segment.words or ()
    )
    log_probabilities = [segment.avg_logprob for segment in segments]
    silences = [segment.no_speech_prob for segment in segments]
    return DecodedWindow(
        span,
        words,
        round(float(min(log_probabilities, default=0.0)), 4),
        round(float(max(silences, default=0.0)), 4),
    )
