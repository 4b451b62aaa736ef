"""MP4 and MOV files whose index leads elsewhere or unpacks without bound (ISO 14496-12)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.errors import InputError
from pipeline.media.boxes import iter_boxes, read_index
from pipeline.media.naming import spell

IN_THIS_FILE = 1
"""Flag of a data reference: the samples lie in the file itself."""

ENTRY_HEAD_BYTES = 12
"""Length, kind, version and flags of a data reference."""

MAX_TRACKS = 64
"""Picture, sound in a few languages, captions, chapters, telemetry: a dozen at the very most."""


def require_own_samples(path: Path) -> None:
    """Check that an MP4's index is plain and names no other file; silent about other containers.

    Raises:
        InputError: when samples lie in another file, the index is compressed, or there are more
            than `MAX_TRACKS` tracks.
    """
    name = spell(path)
    try:
        boxes = tuple(iter_boxes(read_index(path)))
        places = tuple(_iter_references(boxes))
    except InputError:
        return  # No such file, or one that is broken: whoever opens it says what is wrong.
    if any(kind in {b"cmov", b"rmra"} for kind, _ in boxes):
        raise InputError(
            f"{name} has a compressed index or refers to other movies; copy it with ffmpeg -c copy"
        )
    tracks = sum(kind == b"trak" for kind, _ in boxes)
    if tracks > MAX_TRACKS:
        raise InputError(
            f"{name} says that it has {tracks} tracks; copy picture and sound out with ffmpeg"
        )
    if any(map(_leads_elsewhere, places)):
        raise InputError(
            f"{name} has sound or picture in another file (a reference movie); export it as one "
            "self-contained file"
        )


def _iter_references(boxes: tuple[tuple[bytes, bytes], ...]) -> Iterator[bytes]:
    for kind, body in boxes:
        if kind in {b"trak", b"mdia", b"minf", b"dinf"}:
            yield from _iter_references(tuple(iter_boxes(body)))
        elif kind == b"dref":
            yield body


def _leads_elsewhere(dref: bytes) -> bool:
    """Tell whether any entry has a place that is not the file itself."""
    offset = 8
    while len(head := dref[offset : offset + ENTRY_HEAD_BYTES]) == ENTRY_HEAD_BYTES:
        length = max(int.from_bytes(head[:4]), ENTRY_HEAD_BYTES)
        place = dref[offset + ENTRY_HEAD_BYTES : offset + length]
        if not head[11] & IN_THIS_FILE and place.strip(b"\0"):
            return True
        offset += length
    return False
