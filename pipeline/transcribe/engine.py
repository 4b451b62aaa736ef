"""One protocol for every recognition engine, and the factory that makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from models.errors import ConfigError, InputError
from models.progress import Report
from models.transcript import Transcript
from pipeline.language.script import Script
from pipeline.process.cores import usable_cores
from pipeline.transcribe.weights import Weights


class Language(StrEnum):
    """What is spoken; `auto` listens to the first half minute of speech and decides once."""

    CHINESE = "zh"
    ENGLISH = "en"
    AUTO = "auto"


class Engine(StrEnum):
    """The engines that can be asked for by name."""

    FASTER_WHISPER = "faster-whisper"
    OPENAI_WHISPER = "openai-whisper"


class Device(StrEnum):
    """Where the model runs; `auto` takes a CUDA device when there is one."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class TranscribeSettings:
    """What a transcription is asked to be."""

    language: Language = Language.CHINESE
    script: Script = Script.SIMPLIFIED
    """The script that Chinese text is made uniform in."""
    hot_words: tuple[str, ...] = ()
    """Words to lean towards; `hot_words.choose_hot_words` takes them from a catalogue."""
    threads: int = 0
    """Processor threads; 0 takes all that this process may use. Never changes the result's key."""
    device: Device = Device.AUTO
    beam_size: int = 5
    """Hypotheses that faster-whisper keeps: one point of character error rate better than greedy,
    for a third more time (measured). openai-whisper decodes greedily, see there."""

    def __post_init__(self) -> None:
        if self.threads < 0:
            raise ValueError(f"threads is {self.threads}; it must be 0 or more")
        if self.beam_size < 1:
            raise ValueError(f"beam_size is {self.beam_size}; it must be 1 or more")

    @property
    def thread_count(self) -> int:
        """Return how many threads to start, at least 1."""
        return self.threads or usable_cores()


class Transcriber(Protocol):
    """A loaded or loadable recognition engine; keeps its model between recordings."""

    @property
    def name(self) -> str:
        """Engine name, as in `Provenance.engine`."""

    @property
    def model(self) -> str:
        """Model name, e.g. `base`."""

    @property
    def weights_sha256(self) -> str:
        """SHA-256 of the weights file that decodes."""

    @property
    def hot_words(self) -> tuple[str, ...]:
        """The names that it leans towards."""

    @property
    def settings(self) -> str:
        """Everything else that decides the text, as canonical JSON."""

    @property
    def common_settings(self) -> str:
        """The same without the hot words, which change with every catalogue."""

    def transcribe(self, audio: Path, *, checkpoints: Path, report: Report) -> Transcript:
        """Turn a 16 kHz mono 16-bit WAV, whose sample 0 is media time 0, into a transcript.

        Finished pieces are kept in the folder `checkpoints` (made when missing), so that a killed
        run goes on where it was; the result is the same either way. The caller owns the folder.

        Raises:
            InputError: when the audio cannot be read or has the wrong format.
            ResourceError: when the disk is full.
            ConfigError: when the engine cannot run with these weights on this machine.
        """


def make_transcriber(engine: str, *, weights: Weights, settings: TranscribeSettings) -> Transcriber:
    """Make the engine of that name; its model is loaded at the first transcription.

    Raises:
        InputError: when there is no engine of that name.
        ConfigError: when the engine is not installed.
    """
    if engine == Engine.FASTER_WHISPER:
        from pipeline.transcribe import faster_whisper_engine

        return faster_whisper_engine.make(weights, settings)
    if engine == Engine.OPENAI_WHISPER:
        if find_spec("whisper") is None:
            raise ConfigError(
                "the engine openai-whisper is not installed; "
                "install it with: pip install 'kandian[openai-whisper]'"
            )
        from pipeline.transcribe import openai_whisper_engine

        return openai_whisper_engine.make(weights, settings)
    names = ", ".join(Engine)
    raise InputError(f"there is no engine {engine!r}; the engines are: {names}")


def format_settings(settings: Mapping[str, object]) -> str:
    """Write settings as canonical JSON: sorted keys, no spaces, characters as they are."""
    return json.dumps(settings, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
