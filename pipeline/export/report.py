"""What an export had to change so that its target takes it, and the export itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.span import format_clock


class Fate(StrEnum):
    """What became of a highlight on its way to a player."""

    DROPPED = "dropped"
    MERGED = "merged"
    """Shares the dot of another one."""
    MOVED = "moved"
    """Begins, ends or stands elsewhere than in the index."""
    SHORTENED = "shortened"
    """Its title was too long."""
    RENAMED = "renamed"
    """Its id was not safe, or not the only one of its name."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the export does not say as the index does."""

    fate: Fate
    highlight_id: str
    title: str
    """One printable line."""
    at_ms: int
    """Where the highlight begins in the index."""
    reason: str
    """Why, and into what; the end of a sentence."""

    def __str__(self) -> str:
        """Write the change as one line for people."""
        place = format_clock(self.at_ms)
        return f"{self.fate} {self.highlight_id} at {place}, {self.title}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """Every change that one export made, in the order in which they were made."""

    changes: tuple[Change, ...] = ()

    def with_changes(self, *changes: Change) -> Report:
        """Return a report that says this too."""
        return Report(self.changes + changes)


@dataclass(frozen=True, slots=True)
class Exported:
    """The text of one export, and what it does not say as the index does."""

    text: str
    """Encodable as UTF-8 whatever the index holds."""
    report: Report
