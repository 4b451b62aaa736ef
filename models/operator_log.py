"""What the operator of a shop's console put on screen during a broadcast, and when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OperatorMark:
    """One click: a product came on screen."""

    product_id: str
    start_ms: int
    end_ms: int | None = None
    """When it left the screen; None = the console did not say."""
    title: str = ""
    """What the console called it; empty = as the catalogue does."""

    def __post_init__(self) -> None:
        if not self.product_id.strip():
            raise ValueError("a mark needs a product")
        if self.start_ms < 0:
            raise ValueError(f"a mark at {self.start_ms} ms lies before the recording")
        if self.end_ms is not None and self.end_ms <= self.start_ms:
            raise ValueError(f"a mark must end after its start: [{self.start_ms}, {self.end_ms})")


@dataclass(frozen=True, slots=True)
class OperatorLog:
    """All clicks of one broadcast, in order of time; none at all is a log as well.

    Guaranteed: no two at one moment, and none begins before an earlier one that says its end.
    """

    marks: tuple[OperatorMark, ...]

    def __post_init__(self) -> None:
        for earlier, later in zip(self.marks, self.marks[1:], strict=False):
            if later.start_ms <= earlier.start_ms:
                raise ValueError(f"marks are not in order: {earlier} and {later}")
            if earlier.end_ms is not None and later.start_ms < earlier.end_ms:
                raise ValueError(f"marks overlap: {earlier} and {later}")
