"""What a program writes: cut into lines, and only the end of it kept."""

from __future__ import annotations

import re
from collections import deque

TAIL_BYTES = 32 * 1024
"""How much of an output is kept: a screenful of trouble, whatever the program writes."""

MAX_LINE_BYTES = 64 * 1024
"""A longer line is handed on in pieces, so that no output can fill the memory."""

LINE_END = re.compile(rb"[\r\n]")
"""A carriage return ends a line too: progress displays overwrite themselves with it."""


class OutputTail:
    """Collects one output stream in bounded memory and hands on its whole lines."""

    def __init__(self) -> None:
        self._kept: deque[bytes] = deque()
        self._kept_bytes = 0
        self._rest = b""

    def take(self, chunk: bytes) -> tuple[str, ...]:
        """Keep a chunk and return the lines that it completes, without empty ones."""
        self._keep(chunk)
        *lines, self._rest = LINE_END.split(self._rest + chunk)
        if len(self._rest) > MAX_LINE_BYTES:
            lines.append(self._rest)
            self._rest = b""
        return tuple(_text(line) for line in lines if line)

    def finish(self) -> tuple[str, ...]:
        """Return the last line when no line end closed it."""
        rest, self._rest = self._rest, b""
        return (_text(rest),) if rest else ()

    def text(self) -> str:
        """Return the last `TAIL_BYTES` of everything taken."""
        return _text(b"".join(self._kept)[-TAIL_BYTES:])

    def _keep(self, chunk: bytes) -> None:
        self._kept.append(chunk)
        self._kept_bytes += len(chunk)
        while self._kept_bytes - len(self._kept[0]) >= TAIL_BYTES:
            self._kept_bytes -= len(self._kept.popleft())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
