"""How a job ended, in the words that decide the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import FailureKind, InputError, KandianError, kind_of


@dataclass(frozen=True, slots=True)
class PicturesMade:
    """The pictures beside an index are there, made now or before."""

    covers: int
    """One for every published highlight."""
    sheets: int
    """Sheets of previews."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """There is nothing to take pictures from."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong that is not the input's fault."""

    reason: str
    kind: FailureKind = FailureKind.UNEXPECTED


Pictures = PicturesMade | LeftOut | Failed


@dataclass(frozen=True, slots=True)
class Summary:
    """One indexed recording in numbers."""

    recording_id: str
    duration_ms: int
    published: int
    """Highlights that players show."""
    review: int
    """Highlights that wait for a person's word."""
    degraded: str | None
    """What is wrong with the recording though it was used; None when nothing is."""
    pictures: Pictures
    """Failed ones leave the index as good as it is; the same command again tries them again."""


@dataclass(frozen=True, slots=True)
class Done:
    """The job ran and its results are stored."""

    summary: Summary
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """Everything was done already, with the same inputs and settings."""

    summary: Summary


@dataclass(frozen=True, slots=True)
class Rejected:
    """The input is bad; running again will not help."""

    reason: str


@dataclass(frozen=True, slots=True)
class Poisoned:
    """It failed so often in the same way that it was not tried again."""

    reason: str
    kind: FailureKind


@dataclass(frozen=True, slots=True)
class Busy:
    """Another run has it under way; only where nobody waits for that."""

    reason: str


Outcome = Done | Skipped | Rejected | Failed | Poisoned | Busy


def outcome_of_error(error: KandianError) -> Rejected | Failed:
    """Sort an error by whose fault it is."""
    if isinstance(error, InputError):
        return Rejected(str(error))
    return Failed(str(error), kind_of(error))
