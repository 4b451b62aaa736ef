"""The content of a recording as its identity."""

from __future__ import annotations

import hashlib
from pathlib import Path

from models.recording import MediaKind
from pipeline.media.source import locate_source


def fingerprint(path: Path) -> str:
    """Return `sha256:` and 64 hex digits of the recording's bytes; constant memory.

    The name and place of the recording do not matter. A single file has the digest that
    `sha256sum` shows; an HLS recording that of the digests of its playlist and segments in playing
    order, so that moving a byte from one segment to the next is a change.

    Raises:
        InputError: when the recording cannot be found or read.
    """
    source = locate_source(path)
    digests = [_digest(file) for file in source.files]
    if source.kind is MediaKind.FILE:
        return f"sha256:{digests[0].hex()}"
    return f"sha256:{hashlib.sha256(b''.join(digests)).hexdigest()}"


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
