"""Real weights and real speech, cut from the sample broadcast and shared by the whole session."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import pytest

from models.span import Span
from pipeline.transcribe.audio import SAMPLE_RATE, SAMPLES_PER_MS
from pipeline.transcribe.weights import Weights, find_weights

SAMPLE = Path(__file__).parents[2] / "sample_media" / "broadcast.mp4"
SPEECH = Span(29_000, 53_000)
"""The opening of the first pitch: 24 s, several sentences."""


def write_wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes(samples.astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def base_weights() -> Weights:
    return find_weights("base")


@pytest.fixture(scope="session")
def speech_samples() -> np.ndarray:
    """16 kHz mono samples of `SPEECH`, shape (samples,)."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(SAMPLE)) as container:
        blocks = [
            block.to_ndarray().reshape(-1)
            for frame in container.decode(audio=0)
            for block in resampler.resample(frame)
        ]
    samples = np.concatenate(blocks)
    return samples[SPEECH.start_ms * SAMPLES_PER_MS : SPEECH.end_ms * SAMPLES_PER_MS]


@pytest.fixture(scope="session")
def speech_wav(speech_samples: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(tmp_path_factory.mktemp("speech") / "speech.wav", speech_samples)
