"""Transcribe long audio job by job, on top of an engine that decodes windows.

audio      |--------------------------------------------------------|
windows    [----)[-----) [----)  [-----)[----)[---)    [----)[---)       speech.cut_windows
jobs       [------------ 1 ------------------------)   [--- 2 ---)       one checkpoint each
decoding   engine, then again for speech that the engine passed over
assembly   words -> guard -> utterances -> uniform script                pure, never stored
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from models.progress import Report
from models.span import Span
from models.transcript import Provenance, Transcript
from pipeline.transcribe.assemble import assemble_transcript
from pipeline.transcribe.audio import Samples, SpeechAudio, read_audio
from pipeline.transcribe.checkpoint import Checkpoints
from pipeline.transcribe.decoded import DecodedWindow
from pipeline.transcribe.engine import Language, TranscribeSettings, format_settings
from pipeline.transcribe.speech import (
    Probabilities,
    SpeechSettings,
    cut_windows,
    find_missed,
    find_speech,
    measure_speech,
    plan_jobs,
)
from pipeline.transcribe.words import tidy_words

DECODING_VERSION = 1
"""Raise when the same weights and settings come to give another text."""
WINDOWS_PER_JOB = 8
"""One batch: about three minutes of speech, which is all that a kill costs."""
MAX_SECOND_HEARINGS = 2
"""How often missed speech is decoded again: a bound, so that noise cannot be tried for ever."""
DETECTION_MS = 30_000
"""Whisper tells the language from one window of 30 s."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowAudio:
    """A window and its sound."""

    span: Span
    samples: Samples


class WindowDecoder(Protocol):
    """What an engine must be able to do; it loads its model at the first call and keeps it."""

    def detect_language(self, samples: Samples) -> Language:
        """Tell Chinese from English in at most 30 s of speech."""

    def decode(
        self, windows: Sequence[WindowAudio], language: Language
    ) -> tuple[DecodedWindow, ...]:
        """Return the words of each window, in media time; deterministic."""


@dataclass(frozen=True, slots=True)
class ChunkedTranscriber:
    """A `Transcriber` made of a window decoder, voice detection and checkpoints."""

    name: str
    model: str
    weights_sha256: str
    decoding: dict[str, object]
    """The engine's own settings that decide its text."""
    request: TranscribeSettings
    decoder: WindowDecoder = field(compare=False)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    windows_per_job: int = WINDOWS_PER_JOB

    @property
    def hot_words(self) -> tuple[str, ...]:
        """See `Transcriber.hot_words`."""
        return self.request.hot_words

    @property
    def settings(self) -> str:
        """Everything that decides the transcript, as canonical JSON."""
        return format_settings(self._settings())

    @property
    def common_settings(self) -> str:
        """See `Transcriber.common_settings`."""
        return format_settings(self._settings() | {"hot_words": ()})

    def _settings(self) -> dict[str, object]:
        return {
            **self._decoding_settings(self.request.language),
            "script": self.request.script,
        }

    def transcribe(self, audio: Path, *, checkpoints: Path, report: Report) -> Transcript:
        """See `Transcriber.transcribe`."""
        sound = read_audio(audio)
        probabilities = measure_speech(sound)
        spans = find_speech(probabilities, self.speech)
        windows = cut_windows(spans, probabilities, self.speech, duration_ms=sound.duration_ms)
        language = self._language(sound, windows)
        kept = Checkpoints(checkpoints)
        decoded: list[DecodedWindow] = []
        report(0, sound.duration_ms)
        for job in plan_jobs(windows, windows_per_job=self.windows_per_job):
            key = self._job_key(sound, job, language)
            found = kept.load(key)
            if found is None:
                found = self._decode(sound, job, spans, language)
                kept.save(key, found)
            decoded += found
            report(job[-1].end_ms, sound.duration_ms)
        report(sound.duration_ms, sound.duration_ms)
        return self._assemble(decoded, probabilities, language)

    def _assemble(
        self, decoded: Sequence[DecodedWindow], probabilities: Probabilities, language: Language
    ) -> Transcript:
        provenance = Provenance(self.name, self.model, self.weights_sha256, self.settings)
        return assemble_transcript(
            decoded,
            probabilities,
            language=language,
            script=self.request.script,
            provenance=provenance,
            hot_words=self.request.hot_words,
        )

    def _language(self, sound: SpeechAudio, windows: Sequence[Span]) -> Language:
        if self.request.language is not Language.AUTO:
            return self.request.language
        if not windows:
            return Language.CHINESE
        start_ms = windows[0].start_ms
        return self.decoder.detect_language(sound.read(Span(start_ms, start_ms + DETECTION_MS)))

    def _decode(
        self, sound: SpeechAudio, job: Sequence[Span], speech: Sequence[Span], language: Language
    ) -> tuple[DecodedWindow, ...]:
        """Decode a job, then once more what the engine passed over.

        Whisper often stops at a change of voice or a pause inside a window, and leaves the rest of
        the window without text.
        """
        extent = Span(job[0].start_ms, job[-1].end_ms)
        inside = [piece for span in speech if (piece := span.crop(extent))]
        waiting: Sequence[Span] = job
        decoded: list[DecodedWindow] = []
        heard: list[Span] = []
        for _ in range(1 + MAX_SECOND_HEARINGS):
            if not waiting:
                break
            windows = [WindowAudio(span, sound.read(span)) for span in waiting]
            found = self.decoder.decode(windows, language)
            decoded += [window for window in found if window.words]
            heard += [word.span for window in found for word in tidy_words(window)]
            waiting = find_missed(inside, heard, waiting)
        return tuple(sorted(decoded, key=lambda window: window.span))

    def _job_key(self, sound: SpeechAudio, job: Sequence[Span], language: Language) -> str:
        """Hash everything that a job's text depends on: settings, weights, spans, samples."""
        digest = hashlib.sha256(format_settings(self._decoding_settings(language)).encode())
        digest.update(self.weights_sha256.encode())
        for window in job:
            digest.update(f"[{window.start_ms},{window.end_ms})".encode())
        digest.update(sound.read_pcm(Span(job[0].start_ms, job[-1].end_ms)))
        return digest.hexdigest()

    def _decoding_settings(self, language: Language) -> dict[str, object]:
        return {
            **self.decoding,
            "engine": self.name,
            "language": language,
            "speech": asdict(self.speech),
            "version": DECODING_VERSION,
            "windows_per_job": self.windows_per_job,
        }
