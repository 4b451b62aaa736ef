"""What happens in a batch, for whoever shows it, writes it down or counts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.errors import FailureKind
from pipeline.run.job import Job
from pipeline.run.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Planned:
    """A recording was taken into the batch."""

    number: int
    """From 1, in the order of the plan."""
    job: Job


@dataclass(frozen=True, slots=True)
class Started:
    """A worker began with it."""

    number: int
    job: Job
    tries: int
    """1 at the first time."""


@dataclass(frozen=True, slots=True)
class Progressed:
    """One of its stages went on."""

    number: int
    job: Job
    stage: str
    done_ms: int
    total_ms: int


@dataclass(frozen=True, slots=True)
class Remarked:
    """There is something about it that a person may want to know."""

    number: int
    job: Job
    sentence: str


@dataclass(frozen=True, slots=True)
class Retried:
    """It failed, and will be tried again."""

    number: int
    job: Job
    tries: int
    """How many it has had."""
    kind: FailureKind
    reason: str
    wait_s: float
    """Until it may begin again."""
    alone: bool
    """Whether nothing else is to run beside it."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One job and how it ended, for good as far as this batch goes."""

    number: int
    job: Job
    outcome: Outcome
    tries: int


BatchEvent = Planned | Started | Progressed | Remarked | Retried | BatchLine
Watcher = Callable[[BatchEvent], None]
