"""Keep the vectors of sentences, so that a new catalogue or threshold re-indexes in seconds.

Encoding a sentence costs about 60 ms of a core, minutes for a show of four hours; nearly all
sentences and most products are the same in the next run.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pipeline.detect.encoder import SentenceEncoder, Vectors
from pipeline.run.keys import stage_key
from pipeline.run.workspace import Workspace, write_atomically

log = logging.getLogger(__name__)


class RememberingEncoder:
    """A sentence encoder that keeps its vectors in one file per recording.

    Gives exactly the vectors of the encoder within. A file that is damaged is made again.
    """

    def __init__(self, encoder: SentenceEncoder, path: Path) -> None:
        self._encoder = encoder
        self._path = path

    @property
    def name(self) -> str:
        """Name of the encoder within."""
        return self._encoder.name

    @property
    def version(self) -> str:
        """Version of the encoder within."""
        return self._encoder.version

    @property
    def pointwise(self) -> bool:
        """As the encoder within: True."""
        return self._encoder.pointwise

    def encode(self, spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Return a row per sentence spoken and a row per product text sold."""
        known = _read(self._path)
        before = len(known)
        spoken_rows = _recall(known, "spoken", spoken, lambda new: self._encoder.encode(new, ())[0])
        sold_rows = _recall(known, "sold", sold, lambda new: self._encoder.encode((), new)[1])
        if len(known) > before:
            write_atomically(self._path, _format(known))
        return spoken_rows, sold_rows


def remember(encoder: SentenceEncoder, workspace: Workspace, fingerprint: str) -> SentenceEncoder:
    """Return the encoder with a memory for one recording, where its vectors can be kept at all.

    An encoder that looks at all texts together gives other vectors with every other text.
    """
    if not encoder.pointwise:
        return encoder
    key = stage_key("vectors", encoder.version, encoder.name, fingerprint)
    return RememberingEncoder(encoder, workspace.stage_file("vectors", key, ".npz"))


def _recall(
    known: dict[str, Vectors],
    role: str,
    texts: Sequence[str],
    encode: Callable[[Sequence[str]], Vectors],
) -> Vectors:
    """Return the rows of the texts; those that are not known yet are encoded and added."""
    names = [hashlib.sha256(f"{role}:{text}".encode()).hexdigest() for text in texts]
    new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
    if new:
        known.update(zip(new, encode(tuple(new.values())), strict=True))
    if not names:
        return np.zeros((0, 1), np.float32)
    return np.stack([known[name] for name in names])


def _read(path: Path) -> dict[str, Vectors]:
    try:
        # From memory: numpy leaves the file open when it is no archive.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            names, rows = file["names"], file["rows"]
        return dict(zip((str(name) for name in names), rows.astype(np.float32), strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        log.warning("the kept vectors are damaged and are made again: %s", error)
        return {}


def _format(known: dict[str, Vectors]) -> bytes:
    buffer = io.BytesIO()
    names = np.array(list(known), dtype="U64")
    np.savez(buffer, names=names, rows=np.stack(list(known.values())))
    return buffer.getvalue()
