"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[int, int], None]
"""Called with (milliseconds of media done, milliseconds in all); must not raise; may be slow."""


def silent(_done_ms: int, _total_ms: int) -> None:
    """Report to nobody."""
