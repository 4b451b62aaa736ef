"""Keep finished jobs on disk, so that a killed transcription goes on where it was."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.transcribe.decoded import DecodedWindow, format_windows, parse_windows
from pipeline.transcribe.disk import explain_write_failure

_logger = logging.getLogger(__name__)

_FORMAT = 1
"""Raise when the shape of the file changes; files of another number are recomputed."""


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Decoded jobs in a folder, each under a key that holds everything its text depends on.

    Guaranteed: a file appears whole or not at all; a file that is damaged, or was made under
    another key, is as good as absent.
    """

    folder: Path

    def load(self, key: str) -> tuple[DecodedWindow, ...] | None:
        """Return the windows of a finished job, or None when it must be decoded."""
        path = self._path(key)
        try:
            document = json.loads(path.read_text("utf-8"))
            if document["format"] != _FORMAT or document["key"] != key:
                return None
            if document["sha256"] != _digest(document["windows"]):
                _logger.warning("checkpoint %s is damaged; decoding that part again", path.name)
                return None
            return parse_windows(document["windows"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _logger.warning("checkpoint %s cannot be used (%s); decoding again", path.name, error)
            return None

    def save(self, key: str, windows: Sequence[DecodedWindow]) -> None:
        """Write a finished job: temporary file, fsync, rename.

        Raises:
            ResourceError: when the disk is full.
            ConfigError: when the folder cannot be written to.
        """
        entries = format_windows(windows)
        document = {"format": _FORMAT, "key": key, "sha256": _digest(entries), "windows": entries}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_atomically(self._path(key), text.encode())
        except OSError as error:
            raise explain_write_failure(error, self.folder, "the transcript so far") from error

    def _path(self, key: str) -> Path:
        return self.folder / f"job-{key}.json"


def _digest(entries: object) -> str:
    text = json.dumps(entries, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _write_atomically(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
