"""The costly things that a batch makes once and every recording uses."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from models.catalogue import Catalogue
from models.decision import Codec, Machine
from models.errors import InputError
from pipeline.detect.encoder import SentenceEncoder, make_encoder
from pipeline.detect.settings import DetectSettings
from pipeline.language.script import Script
from pipeline.media.encoding import EncodeSettings
from pipeline.media.tool import Ffmpeg, find_ffmpeg
from pipeline.run.job import JobSettings
from pipeline.transcribe.engine import Language, Transcriber, TranscribeSettings, make_transcriber
from pipeline.transcribe.hot_words import choose_hot_words
from pipeline.transcribe.weights import Weights, find_weights

_Choice = TypeVar("_Choice", Script, Language, Machine)


class Toolbox:
    """ffmpeg, a recognition engine and a sentence encoder, each made at first use and kept."""

    def __init__(self, settings: JobSettings) -> None:
        self.settings = settings
        self._transcribers: dict[tuple[str, ...], Transcriber] = {}
        self.detect_settings = DetectSettings()
        self.encode_settings = EncodeSettings(
            quality=settings.quality,
            machine=_choose(Machine, settings.encode_on, "machine to encode on"),
            threads=settings.threads,
        )
        self.extra_codecs = tuple(dict.fromkeys(_read_codec(name) for name in settings.also))

    @cached_property
    def script(self) -> Script:
        """The script that Chinese transcripts are made uniform in."""
        return _choose(Script, self.settings.script, "script")

    @cached_property
    def language(self) -> Language:
        """The language asked for, or that it be heard."""
        return _choose(Language, self.settings.language, "language")

    @cached_property
    def ffmpeg(self) -> Ffmpeg:
        """The ffmpeg to use.

        Raises:
            ConfigError: when there is none that will do.
        """
        return find_ffmpeg(self.settings.ffmpeg)

    @cached_property
    def weights(self) -> Weights:
        """The weights that the engine runs on.

        Raises:
            ConfigError: when they are not here.
        """
        return find_weights(self.settings.model, path=self.settings.weights)

    def transcriber_for(self, catalogue: Catalogue) -> Transcriber:
        """Return the recognition engine; its model is loaded at its first transcription, once.

        With hot words it leans towards this catalogue's names; all catalogues share the model.

        Raises:
            InputError: when there is no such engine.
            ConfigError: when it, or its weights, are not installed.
        """
        hot_words = choose_hot_words(catalogue) if self.settings.hot_words else ()
        if hot_words not in self._transcribers:
            settings = TranscribeSettings(
                language=self.language,
                script=self.script,
                hot_words=hot_words,
                threads=self.settings.threads,
            )
            engine = make_transcriber(self.settings.engine, weights=self.weights, settings=settings)
            # In place of the last one: a batch may meet thousands of shops.
            self._transcribers = {hot_words: engine}
        return self._transcribers[hot_words]

    @cached_property
    def encoder(self) -> SentenceEncoder:
        """The sentence encoder that detection compares meanings with."""
        return make_encoder(self.settings.encoder)


def _read_codec(name: str) -> Codec:
    extra = [codec for codec in Codec if codec is not Codec.H264]
    if name not in extra:
        raise InputError(f"there is no extra codec {name!r}; choose one of: {', '.join(extra)}")
    return Codec(name)


def _choose(kind: type[_Choice], name: str, what: str) -> _Choice:
    try:
        return kind(name)
    except ValueError:
        names = ", ".join(kind)
        raise InputError(f"there is no {what} {name!r}; choose one of: {names}") from None
