"""Who works recordings off: the one interface that a batch knows, and what goes over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self, TypeVar

from models.remote import RemoteUrl
from pipeline.run.job import Job, JobSettings
from pipeline.run.logs import current_log_format
from pipeline.run.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Setup:
    """What every worker needs to know; paths and URLs alone, so that any machine can read it."""

    settings: JobSettings
    workspace: Path | RemoteUrl
    """An address means a mirror on each machine, shared by its workers."""
    database_url: str
    log_level: int
    retry_failed: bool = False
    """Try recordings again that failed so often that they would be passed over."""
    gpus: float = 0.0
    """Share of a GPU that a worker of a cluster takes; 0 = it sees none."""
    log_format: str = field(default_factory=current_log_format)
    """As in the process that starts the workers."""


@dataclass(frozen=True, slots=True)
class Work:
    """One recording to index, by its number in the plan."""

    number: int
    job: Job
    files: tuple[tuple[str, bytes], ...] = ()
    """What the small files hold that the job names, for machines with other disks."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """A stage of a recording went on."""

    number: int
    stage: str
    done_ms: int
    total_ms: int


@dataclass(frozen=True, slots=True)
class Noted:
    """Something about a recording that a person may want to know."""

    number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A recording has come to an end, whichever."""

    number: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Broken:
    """The environment is wrong: no recording would do better."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Died:
    """The worker of a recording ended in the middle of it."""

    number: int
    how: str


Message = Stepped | Noted | Ended | Broken | Died


class Executor(Protocol):
    """Runs the whole job of a recording on some worker.

    Guaranteed: each work submitted gives exactly one `Ended`, `Broken` or `Died`, unless `stop`
    comes first; at most `slots` are under way. A worker that died has been replaced, and nothing
    that it started goes on. Leaving the context stops all workers.
    """

    @property
    def slots(self) -> int:
        """How many recordings can be under way at once."""

    def submit(self, work: Work) -> None:
        """Begin a recording; only while fewer than `slots` are under way."""

    def receive(self, timeout_s: float) -> tuple[Message, ...]:
        """Wait for news, at most so long; there may be none."""

    def stop(self) -> None:
        """End all workers, with what they are at; nothing is lost that was stored."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_raised: object) -> None:
        """Stop."""


class Member(Protocol):
    """One worker of an executor's crew."""

    work: Work | None
    """What it is at; None = it is idle."""


AnyMember = TypeVar("AnyMember", bound=Member)


def choose_idle(crew: list[AnyMember], slots: int, hire: Callable[[], AnyMember]) -> AnyMember:
    """Return a worker that has nothing to do; a new one joins the crew where all are busy.

    Raises:
        ValueError: when all are busy and there is no room for more.
    """
    for member in crew:
        if member.work is None:
            return member
    if len(crew) >= slots:
        raise ValueError("every worker is busy")
    crew.append(hire())
    return crew[-1]
