"""What is to be done next in a batch: the plan, recordings to try again, and those to try alone."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from models.errors import FailureKind
from pipeline.run.job import Job

MOST_TRIES = {FailureKind.TRANSIENT: 4, FailureKind.RESOURCE: 2, FailureKind.DIED: 3}
"""By kind; what is not here is tried once. A resource that is missing twice needs a person."""
FIRST_WAIT_S = 1.0
WAIT_GROWS = 4.0
"""Waits of 1, 4 and 16 s before what may pass is tried again: longer than a database restarts."""
BUSY_WAIT_S = 1.0
"""Until a recording that another run has under way is looked at again."""


@dataclass(slots=True)
class Task:
    """One recording of the plan and how often it has been tried."""

    number: int
    job: Job
    tries: int = 0

    def may_retry(self, kind: FailureKind) -> bool:
        """Tell whether a failure of this kind is worth another try."""
        return self.tries < MOST_TRIES.get(kind, 1)


@dataclass(frozen=True, slots=True)
class Again:
    """When, and how, a recording is tried again."""

    wait_s: float
    alone: bool


class Agenda:
    """Hands out one recording after the other; never holds more of the plan than was asked for.

    The plan may yield None: nothing now, ask again later.
    """

    def __init__(self, plan: Iterator[Job | None]) -> None:
        self._plan = plan
        self._planned = 0
        self._ended = False
        self._later: list[tuple[float, int, Task]] = []
        self._alone: deque[Task] = deque()
        self._occupied = False

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to hand out, now or later."""
        return self._ended and not self._later and not self._alone

    def next(self, *, in_flight: int) -> Task | None:
        """Return what to begin now beside what is under way; None = nothing at the moment."""
        self._occupied = self._occupied and in_flight > 0
        if self._occupied:
            return None
        if self._later and self._later[0][0] <= time.monotonic():
            return heapq.heappop(self._later)[2]
        task = self._next_planned()
        if task is None and self._alone and in_flight == 0:
            self._occupied = True
            return self._alone.popleft()
        return task

    def again(self, task: Task, kind: FailureKind) -> Again:
        """Put a recording that failed back, and say when it will be tried again.

        Where memory or disk ran out, or a worker died twice, nothing else runs beside it.
        """
        if kind is FailureKind.RESOURCE or (kind is FailureKind.DIED and task.tries > 1):
            self._alone.append(task)
            return Again(0.0, alone=True)
        wait_s = FIRST_WAIT_S * WAIT_GROWS ** (task.tries - 1)
        if kind is FailureKind.DIED:
            wait_s = 0.0
        self._delay(task, wait_s)
        return Again(wait_s, alone=False)

    def look_later(self, task: Task) -> None:
        """Put a recording back that another run has under way."""
        task.tries -= 1
        self._delay(task, BUSY_WAIT_S)

    def until_due_s(self, most_s: float) -> float:
        """Return how long nothing becomes due, at most `most_s`."""
        if not self._later:
            return most_s
        return min(most_s, max(0.0, self._later[0][0] - time.monotonic()))

    def _delay(self, task: Task, wait_s: float) -> None:
        heapq.heappush(self._later, (time.monotonic() + wait_s, task.number, task))

    def _next_planned(self) -> Task | None:
        if self._ended:
            return None
        try:
            job = next(self._plan)
        except StopIteration:
            self._ended = True
            return None
        if job is None:
            return None
        self._planned += 1
        return Task(self._planned, job)
