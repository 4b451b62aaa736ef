"""The boxes that an MP4 file consists of (ISO 14496-12): read them, write them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from models.errors import InputError
from pipeline.media.naming import spell

HEADER_BYTES = 8
LONG_HEADER_BYTES = 16
"""A length of 1 says that the true one follows, in eight bytes."""

MAX_INDEX_BYTES = 256 * 1024 * 1024
"""The `moov` of 48 h takes a third of it; a forged length must not fill the memory."""


def make_box(kind: bytes, *parts: bytes) -> bytes:
    """Write a box of these parts."""
    body = b"".join(parts)
    return struct.pack(">I4s", HEADER_BYTES + len(body), kind) + body


def make_full_box(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Write a box whose content is led by a version and flags."""
    return make_box(kind, struct.pack(">I", version << 24 | flags), *parts)


def iter_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and body of the boxes that stand side by side.

    Raises:
        InputError: when a length leads out of the data.
    """
    offset = 0
    while offset < len(data):
        kind, head, length = _read_header(data[offset : offset + LONG_HEADER_BYTES])
        if length < head or offset + length > len(data):
            raise InputError("its index holds a box of impossible length; make it again")
        yield kind, data[offset + head : offset + length]
        offset += length


def find_box(data: bytes, *path: bytes) -> bytes | None:
    """Return the body of the first box that this path of kinds leads to; None when none does."""
    for kind in path:
        found = next((body for one, body in iter_boxes(data) if one == kind), None)
        if found is None:
            return None
        data = found
    return data


def read_index(path: Path) -> bytes:
    """Return the body of an MP4 file's `moov` box.

    Raises:
        InputError: when it has none.
    """
    size, offset = path.stat().st_size, 0
    with path.open("rb") as file:
        while len(header := file.read(LONG_HEADER_BYTES)) >= HEADER_BYTES:
            kind, head, length = _read_header(header)
            if kind == b"moov" and head <= length <= MAX_INDEX_BYTES:
                file.seek(offset + head)
                return file.read(length - head)
            offset += length
            if length < head or offset > size:
                break
            file.seek(offset)
    raise InputError(f"{spell(path)} is no MP4 file with an index (moov); make it again")


def _read_header(header: bytes) -> tuple[bytes, int, int]:
    """Return kind, bytes of the header and bytes of the whole box; 0 bytes when it is cut."""
    if len(header) < HEADER_BYTES:
        return b"", HEADER_BYTES, 0
    length, kind = struct.unpack_from(">I4s", header)
    if length == 1 and len(header) == LONG_HEADER_BYTES:
        return kind, LONG_HEADER_BYTES, struct.unpack_from(">Q", header, HEADER_BYTES)[0]
    return kind, HEADER_BYTES, length
