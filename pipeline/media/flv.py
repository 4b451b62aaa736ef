"""Flash Video, what live recorders write: tags, and what the first of them promises.

Source: Adobe Flash Video File Format Specification 10.1, annex E.
"""

from __future__ import annotations

import mmap
import re
import struct
from pathlib import Path
from typing import BinaryIO

from models.span import MS_PER_SECOND

TAG_TYPES = frozenset({8, 9, 18})
"""Sound, picture, script."""

MAX_PIECES = 2_000_000
"""Pieces of a container walked at most: more than 10 h of live tags, of fragments far more."""

METADATA_BYTES = 64 * 1024
"""The script tag of a recording is some 400 bytes; with a table of keyframes some 30 000."""

DURATION = re.compile(rb"\x00\x08duration\x00(.{8})", re.DOTALL)
"""An AMF0 property: length and name, the marker of a number, a big-endian double."""


MOST_S = 1e9
"""30 years: whoever states more is not believed either."""

HEADER = re.compile(rb"FLV\x01[\x00\x01\x04\x05]\x00\x00\x00\x09\x00\x00\x00\x00")
"""Signature, version, which tracks there are, length of the header, length of the tag before it: 13
bytes that no coded picture or sound comes upon by chance."""


def read_flv_duration_ms(path: Path) -> int | None:
    """Return the duration that the header states; None when it states none.

    A live recorder that was stopped hard leaves 0 or nothing. libav then divides the size by a bit
    rate, which is a guess and no promise.
    """
    with path.open("rb") as file:
        found = DURATION.search(file.read(METADATA_BYTES))
    if found is None:
        return None
    (duration_s,) = struct.unpack(">d", found[1])
    return round(min(duration_s, MOST_S) * MS_PER_SECOND) if duration_s > 0 else None


def is_flv(head: bytes) -> bool:
    """Tell whether these first bytes of a file are an FLV header."""
    return head[:3] == b"FLV" and len(head) >= 9


def has_second_header(path: Path) -> bool:
    """Tell whether another recording was appended to this one, byte by byte; libav stops there."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(found.start() for found in HEADER.finditer(content))


def find_flv_cut(file: BinaryIO, size: int) -> str | None:
    """Say what is missing of the last tag, or None; every tag is followed by its size."""
    if _flv_ends_well(file, size):
        return None
    file.seek(0)
    offset = int.from_bytes(file.read(9)[5:9]) + 4
    for _ in range(MAX_PIECES):
        file.seek(offset)
        header = file.read(11)
        if not header:
            return None
        if len(header) < 11:
            return "its last tag has no whole header"
        if header[0] & 0x1F not in TAG_TYPES:
            return None
        offset += 11 + int.from_bytes(header[1:4]) + 4
        if offset > size:
            return f"{offset - size} bytes of its last tag are missing"
    return None


def _flv_ends_well(file: BinaryIO, size: int) -> bool:
    """Tell whether the last four bytes lead back to a tag of just that length."""
    if size < 4:
        return False
    file.seek(size - 4)
    length = int.from_bytes(file.read(4))
    start = size - 4 - length
    if length < 11 or start < 9:
        return False
    file.seek(start)
    tag = file.read(4)
    return tag[0] & 0x1F in TAG_TYPES and int.from_bytes(tag[1:4]) + 11 == length
