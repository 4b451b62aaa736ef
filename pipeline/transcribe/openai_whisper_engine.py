"""The reference engine: openai-whisper on PyTorch, with the same weights and the same windows.

It decodes greedily, as the library does by itself: its beam search copies the encoder's keys for
every token and takes three times as long on a CPU (measured: 309 s against 100 s for two minutes).
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.errors import ConfigError
from models.span import MS_PER_SECOND, Span
from pipeline.transcribe.audio import SAMPLE_RATE, Samples
from pipeline.transcribe.chunked import ChunkedTranscriber, WindowAudio
from pipeline.transcribe.convert import convert_weights, read_alignment_heads
from pipeline.transcribe.decoded import DecodedWindow, DecodedWord
from pipeline.transcribe.engine import Device, Engine, Language, TranscribeSettings
from pipeline.transcribe.guard import MAX_COMPRESSION_RATIO, compression_ratio
from pipeline.transcribe.hot_words import join_hot_words
from pipeline.transcribe.prompt import choose_language, initial_prompt
from pipeline.transcribe.weights import Weights

if TYPE_CHECKING:
    import torch
    from whisper import Whisper
    from whisper.decoding import DecodingResult
    from whisper.tokenizer import Tokenizer

_SAMPLES_PER_FRAME = 160
"""Whisper's mel frames are 10 ms apart."""
LOOP_TEMPERATURE = 0.4
"""Sampling temperature of the second try at a window that came out as a loop."""
_SEED = 20_241
"""Sampling starts here every time, so that a second run gives the same text."""


class OpenaiWhisperDecoder:
    """Decodes windows with one PyTorch model, loaded at the first call and kept."""

    def __init__(self, weights: Weights, settings: TranscribeSettings, device: Device) -> None:
        self._weights = weights
        self._settings = settings
        self._device = device

    def detect_language(self, samples: Samples) -> Language:
        """Tell Chinese from English in at most 30 s of speech."""
        model = self._model()
        _, probabilities = model.detect_language(self._mel(samples))
        return choose_language(probabilities)

    def decode(
        self, windows: Sequence[WindowAudio], language: Language
    ) -> tuple[DecodedWindow, ...]:
        """Return the words of each window; a window that loops is decoded once more."""
        tokenizer = self._tokenizer(language)
        return tuple(self._decode_window(window, tokenizer) for window in windows)

    def _decode_window(self, window: WindowAudio, tokenizer: Tokenizer) -> DecodedWindow:
        """Decode one window: the library's beam search fails on batches of several."""
        mel = self._mel(window.samples)
        result = self._decode(mel, tokenizer, temperature=0.0)
        if compression_ratio(result.text) > MAX_COMPRESSION_RATIO:
            again = self._decode(mel, tokenizer, temperature=LOOP_TEMPERATURE)
            if compression_ratio(again.text) <= MAX_COMPRESSION_RATIO:
                result = again
        return self._to_window(window, mel, result, tokenizer)

    def _decode(
        self, mel: torch.Tensor, tokenizer: Tokenizer, *, temperature: float
    ) -> DecodingResult:
        import torch
        import whisper

        options = whisper.DecodingOptions(
            language=tokenizer.language,
            temperature=temperature,
            prompt=self._prompt(tokenizer),
            without_timestamps=True,
            fp16=self._device is Device.CUDA,
        )
        with torch.random.fork_rng():
            torch.manual_seed(_SEED)
            result: DecodingResult = whisper.decode(self._model(), mel, options)
        return result

    def _to_window(
        self, window: WindowAudio, mel: torch.Tensor, result: DecodingResult, tokenizer: Tokenizer
    ) -> DecodedWindow:
        from whisper.timing import add_word_timestamps

        duration_s = len(window.samples) / SAMPLE_RATE
        segment = {"seek": 0, "start": 0.0, "end": duration_s, "tokens": result.tokens, "words": []}
        add_word_timestamps(
            segments=[segment],
            model=self._model(),
            tokenizer=tokenizer,
            mel=mel,
            num_frames=len(window.samples) // _SAMPLES_PER_FRAME,
            last_speech_timestamp=0.0,
        )
        return DecodedWindow(
            window.span,
            tuple(_to_word(word, window.span) for word in segment["words"]),
            round(float(result.avg_logprob), 4),
            round(float(result.no_speech_prob), 4),
        )

    def _prompt(self, tokenizer: Tokenizer) -> list[int]:
        """Return hot words and prompt as tokens, in the order that faster-whisper puts them."""
        hot_words = join_hot_words(self._settings.hot_words)
        tokens = tokenizer.encode(f" {hot_words}") if hot_words else []
        return [*tokens, *tokenizer.encode(initial_prompt(Language(tokenizer.language)) or "")]

    def _mel(self, samples: Samples) -> torch.Tensor:
        import whisper

        model = self._model()
        mel: torch.Tensor = whisper.log_mel_spectrogram(
            whisper.pad_or_trim(samples), n_mels=model.dims.n_mels
        )
        return mel.to(model.device)

    def _tokenizer(self, language: Language) -> Tokenizer:
        from whisper.tokenizer import get_tokenizer

        model = self._model()
        with warnings.catch_warnings():
            # The library leaves its vocabulary file open for the collector to close.
            warnings.simplefilter("ignore", ResourceWarning)
            return get_tokenizer(
                model.is_multilingual,
                num_languages=model.num_languages,
                language=language.value,
                task="transcribe",
            )

    def _model(self) -> Whisper:
        return _load(self._weights, self._device, self._settings.thread_count)


def make(weights: Weights, settings: TranscribeSettings) -> ChunkedTranscriber:
    """Make the engine; with `Device.AUTO` this asks whether there is a CUDA device."""
    device = _choose_device(settings.device)
    return ChunkedTranscriber(
        name=Engine.OPENAI_WHISPER,
        model=weights.name,
        weights_sha256=weights.sha256,
        decoding={
            "beam_size": 1,
            "compute_type": "float16" if device is Device.CUDA else "float32",
            "hot_words": settings.hot_words,
            "loop_temperature": LOOP_TEMPERATURE,
        },
        request=settings,
        decoder=OpenaiWhisperDecoder(weights, settings, device),
    )


@functools.lru_cache(maxsize=1)
def _load(weights: Weights, device: Device, threads: int) -> Whisper:
    """Load the converted checkpoint; the library refuses missing, extra or misshapen tensors."""
    import torch
    import whisper

    path = convert_weights(weights)
    heads = read_alignment_heads(weights)
    torch.set_num_threads(threads)
    try:
        model = whisper.load_model(str(path), device=device.value)
    except (RuntimeError, OSError, ValueError, EOFError) as error:
        path.unlink(missing_ok=True)
        raise ConfigError(
            f"openai-whisper cannot load {path}: {error}; it was removed, run again to convert anew"
        ) from error
    if heads:
        mask = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
        for layer, head in heads:
            mask[layer, head] = True
        model.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)
    return model


def _choose_device(asked: Device) -> Device:
    if asked is not Device.AUTO:
        return asked
    import torch

    return Device.CUDA if torch.cuda.is_available() else Device.CPU


def _to_word(word: dict[str, float | str], span: Span) -> DecodedWord:
    return DecodedWord(
        span.start_ms + round(float(word["start"]) * MS_PER_SECOND),
        span.start_ms + round(float(word["end"]) * MS_PER_SECOND),
        str(word["word"]),
        round(float(word["probability"]), 4),
    )
