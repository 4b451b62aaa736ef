"""Keep the vectors of texts, so that a new catalogue or threshold re-indexes in seconds.

Sentences are kept per recording; what a shop sells is shared by all recordings of a workspace,
since the next broadcast sells nearly the same.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.detect.encoder import SentenceEncoder, Vectors
from pipeline.run.kept_far import bring_shared, put_shared
from pipeline.run.keys import stage_key
from pipeline.run.workspace import Workspace, write_atomically

log = logging.getLogger(__name__)

MOST_TEXTS = 50_000
"""Texts that one file keeps: 80 MB, read in about 0.2 s; fifty catalogues of a thousand."""
NAME_DIGITS = 32
"""128 bits of a text's SHA-256: no two texts of a workspace will meet."""

Rows = dict[str, Vectors]
"""The vector of every text that is known, by the text's name; least recently used first."""


class RememberingEncoder:
    """A sentence encoder that keeps its vectors in one file for each side.

    Gives exactly the vectors of the encoder within. A file that is damaged is made again. The
    files may be shared with other processes: each always finds a whole file, and of two that
    write in the same moment, one has to encode its new texts again some other time.
    """

    def __init__(
        self,
        encoder: SentenceEncoder,
        spoken: Path,
        sold: Path,
        *,
        told: Callable[[Path], None] = lambda _path: None,
    ) -> None:
        self._encoder = encoder
        self._spoken = VectorFile(spoken, told=told)
        self._sold = VectorFile(sold)

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
        return (
            self._spoken.recall(spoken, lambda new: self._encoder.encode(new, ())[0]),
            self._sold.recall(sold, lambda new: self._encoder.encode((), new)[1]),
        )


def remember(encoder: SentenceEncoder, workspace: Workspace, fingerprint: str) -> SentenceEncoder:
    """Return the encoder with a memory for one recording, where its vectors can be kept at all.

    An encoder that looks at all texts together gives other vectors with every other text. Of a
    depot's, those of sentences are fetched and put there; what shops sell is encoded once a mirror,
    since every recording would change that file for all.
    """
    if not encoder.pointwise:
        return encoder
    spoken = _spoken_file(encoder, workspace, fingerprint)
    if not spoken.is_file():
        bring_shared(workspace, spoken)
    return RememberingEncoder(
        encoder,
        spoken,
        _sold_file(encoder, workspace),
        told=lambda path: put_shared(workspace, path),
    )


def name_vectors(
    encoder: SentenceEncoder, workspace: Workspace, fingerprints: Iterable[str]
) -> frozenset[str]:
    """Return the names of the files that hold the vectors of these recordings, and of all shops."""
    spoken = {_spoken_file(encoder, workspace, one).name for one in fingerprints}
    return frozenset({_sold_file(encoder, workspace).name, *spoken})


def _spoken_file(encoder: SentenceEncoder, workspace: Workspace, fingerprint: str) -> Path:
    key = stage_key("spoken", encoder.version, encoder.name, fingerprint)
    return workspace.stage_file("vectors", key, ".npz")


def _sold_file(encoder: SentenceEncoder, workspace: Workspace) -> Path:
    return workspace.stage_file("vectors", stage_key("sold", encoder.version, encoder.name), ".npz")


@dataclass(frozen=True, slots=True)
class VectorFile:
    """The vectors of the texts that were used last, at most `limit`."""

    path: Path
    limit: int = MOST_TEXTS
    told: Callable[[Path], None] = lambda _path: None
    """Called with the file whenever it has been written."""

    def recall(self, texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
        """Return the rows of the texts; those that are not known yet are encoded and added."""
        if not texts:
            return np.zeros((0, 1), np.float32)
        names = [_name(text) for text in texts]
        known = _read(self.path)
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
        used = {name: known[name] for name in names if name in known}
        if new:
            used.update(zip(new, encode(tuple(new.values())), strict=True))
            # Another process may have added its own meanwhile.
            known = _read(self.path)
        if new or self._nears_its_end(used, known):
            write_atomically(self.path, _format(self._keep(used, known)))
            self.told(self.path)
        return np.stack([used[name] for name in names])

    def _nears_its_end(self, used: Rows, known: Rows) -> bool:
        """Tell whether a used text is so far back that half a file of new ones would drop it.

        To write the file on every use, only to note the use, would cost more than it saves.
        """
        behind = list(known)[: max(0, len(known) - self.limit // 2)]
        return not used.keys().isdisjoint(behind)

    def _keep(self, used: Rows, known: Rows) -> Rows:
        others = [name for name in known if name not in used]
        room = max(0, self.limit - len(used))
        kept = {name: known[name] for name in others[max(0, len(others) - room) :]}
        return kept | dict(list(used.items())[: self.limit])


def _name(text: str) -> str:
    # Half a surrogate pair cannot be written as UTF-8, but an import may hold one.
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:NAME_DIGITS]


def _read(path: Path) -> Rows:
    try:
        # From memory: numpy leaves the file open when it is no archive.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            names, rows = file["names"], file["rows"]
        return dict(zip(names.astype(str).tolist(), rows.astype(np.float32), strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        log.warning("the kept vectors are damaged and are made again: %s", error)
        return {}


def _format(rows: Rows) -> bytes:
    buffer = io.BytesIO()
    names = np.array(list(rows), dtype=f"S{NAME_DIGITS}")
    np.savez(buffer, names=names, rows=np.stack(list(rows.values())))
    return buffer.getvalue()
