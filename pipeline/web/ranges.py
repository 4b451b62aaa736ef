"""Range requests: which bytes of a file are asked for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(
    r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.IGNORECASE
)
"""Eighteen digits: an exabyte; what has more is no range of ours."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `[start, end)` of a file.

    Raises:
        ValueError: when it starts before 0 or ends before its start.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"[{self.start}, {self.end}) is no range of bytes")

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """A range that the file has no byte of."""


def parse_range(text: str, size: int) -> ByteRange | Unsatisfiable | None:
    """Read a Range header for a file of `size` bytes; None means the whole file.

    A header that is malformed, of another unit or of several ranges is passed over, as the RFC
    allows: the whole file answers it too.
    """
    match = _ONE_RANGE.fullmatch(text)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        length = min(int(suffix), size)
        return ByteRange(size - length, size) if length else Unsatisfiable()
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        return Unsatisfiable()
    return ByteRange(start, min(int(last) + 1, size) if last else size)
