"""A highlight on its way to a player."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.catalogue import Product
from models.document import IndexDocument
from models.highlight import Highlight
from models.span import Span
from pipeline.export.escaping import one_line
from pipeline.export.report import Change, Fate, Report

SAFE_ID = re.compile(r"[A-Za-z0-9_-]+")
"""What may stand in a class name, a CSS selector, a WebVTT cue and a playlist without escape."""

NAMED_TITLES = 3
"""How many of the pitches that share a dot are named on it; the others are counted."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One dot or chapter of a player: where it is and what it says."""

    id: str
    """Safe (`SAFE_ID`) and the only one of its name within an export."""
    highlight: Highlight
    """As the index has it."""
    product: Product
    span: Span
    """Where the pitch lies, inside the recording."""
    at_ms: int
    """Where the dot stands and a click jumps to."""
    title: str
    """One line, never empty; not escaped for any target."""
    joined: tuple[Mark, ...] = ()
    """Pitches that share this dot because theirs would lie on top of it."""

    def __post_init__(self) -> None:
        if not SAFE_ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id that every player takes")
        if not self.title or self.title != one_line(self.title):
            raise ValueError(f"{self.title!r} is not one line of text")
        if self.at_ms < 0:
            raise ValueError(f"a mark stands at {self.at_ms} ms; it may not stand before 0")

    @property
    def text(self) -> str:
        """What a dot says: its title, and those of the pitches that share it."""
        titles = [self.title, *(mark.title for mark in self.joined)]
        more = len(titles) - NAMED_TITLES
        return " / ".join(titles[:NAMED_TITLES]) + (f" / +{more}" if more > 0 else "")

    def change(self, fate: Fate, reason: str) -> Change:
        """Describe what becomes of this mark's highlight."""
        return Change(fate, self.id, self.title, self.highlight.span.start_ms, reason)


@dataclass(frozen=True, slots=True)
class Normalised:
    """Marks that keep the rules of a target, and what was changed to make them."""

    marks: tuple[Mark, ...]
    report: Report


def mark_highlights(document: IndexDocument) -> Normalised:
    """Make a mark of every highlight, sorted by start, with safe unique ids and one-line titles.

    Where nothing is left of a title, the id of its product stands in, or else the mark's own.
    """
    products = {product.id: product for product in document.products}
    marks: list[Mark] = []
    changes: list[Change] = []
    taken: set[str] = set()
    for highlight in sorted(document.highlights, key=_by_time):
        mark_id = _free_id(highlight.id, taken)
        taken.add(mark_id)
        mark = Mark(
            id=mark_id,
            highlight=highlight,
            product=products[highlight.product_id],
            span=highlight.span,
            at_ms=highlight.point_ms,
            title=one_line(highlight.title) or one_line(highlight.product_id) or mark_id,
        )
        marks.append(mark)
        if mark_id != highlight.id:
            was = one_line(highlight.id) or "without a visible id"
            changes.append(mark.change(Fate.RENAMED, f"was {was}, which players cannot take"))
    return Normalised(tuple(marks), Report(tuple(changes)))


def _by_time(highlight: Highlight) -> tuple[int, int, str]:
    return highlight.span.start_ms, highlight.span.end_ms, highlight.id


def _free_id(raw: str, taken: set[str]) -> str:
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", raw) or "hl"
    candidate, number = safe, 1
    while candidate in taken:
        number += 1
        candidate = f"{safe}-{number}"
    return candidate
