"""Discrete events: jobs pass through stages, each with workers of its own and one queue.

Every queue is first come, first served; a worker takes one job at a time. A job joins the next
stage the moment it leaves the one before.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

Seconds = float


@dataclass(frozen=True, slots=True)
class Job:
    """One broadcast: when it ends, and how long each stage works on it."""

    arrives: Seconds
    work: tuple[Seconds, ...]
    """By stage, in the order of the stages."""


@dataclass(frozen=True, slots=True)
class Passed:
    """How one job fared."""

    arrived: Seconds
    left: Seconds
    waits: tuple[Seconds, ...]
    """Time in the queue of each stage."""

    @property
    def sojourn(self) -> Seconds:
        """Time from its arrival until it has passed the last stage."""
        return self.left - self.arrived


@dataclass(frozen=True, slots=True)
class Course:
    """What came of a simulation."""

    passed: tuple[Passed, ...]
    """In the order of the jobs."""
    longest_queues: tuple[int, ...]
    """The most jobs that ever waited, by stage."""
    mean_inside: float
    """Jobs in the system, averaged over the time until the last one left."""


@dataclass(slots=True)
class _Stage:
    free: int
    queue: deque[int]
    longest: int = 0


class _Floor:
    """The state of a simulation."""

    def __init__(self, jobs: Sequence[Job], workers: Sequence[int]) -> None:
        self.jobs = jobs
        self.stages = [_Stage(count, deque()) for count in workers]
        self.events: list[tuple[Seconds, int, int, int]] = []
        """When, a number that keeps ties in order, which job, which stage it has finished."""
        self.ties = 0
        self.joined: list[Seconds] = [0.0] * len(jobs)
        self.waits: list[list[Seconds]] = [[] for _ in jobs]
        self.left: list[Seconds] = [0.0] * len(jobs)
        for number, job in enumerate(jobs):
            self._plan(job.arrives, number, -1)

    def run(self) -> None:
        while self.events:
            now, _, number, finished = heapq.heappop(self.events)
            if finished >= 0:
                self.stages[finished].free += 1
                self._serve(finished, now)
            self._join(number, finished + 1, now)

    def _join(self, number: int, stage: int, now: Seconds) -> None:
        if stage == len(self.stages):
            self.left[number] = now
            return
        self.joined[number] = now
        self.stages[stage].queue.append(number)
        self._serve(stage, now)

    def _serve(self, index: int, now: Seconds) -> None:
        stage = self.stages[index]
        while stage.free and stage.queue:
            stage.free -= 1
            number = stage.queue.popleft()
            self.waits[number].append(now - self.joined[number])
            self._plan(now + self.jobs[number].work[index], number, index)
        stage.longest = max(stage.longest, len(stage.queue))

    def _plan(self, when: Seconds, number: int, finished: int) -> None:
        self.ties += 1
        heapq.heappush(self.events, (when, self.ties, number, finished))


def simulate(jobs: Sequence[Job], workers: Sequence[int]) -> Course:
    """Let the jobs pass through stages with that many workers; the same input, the same course.

    Raises:
        ValueError: when a stage has no worker, or a job does not say its work in every stage.
    """
    if min(workers) < 1:
        raise ValueError(f"every stage needs a worker: {list(workers)}")
    if any(len(job.work) != len(workers) for job in jobs):
        raise ValueError(f"every job needs its work in {len(workers)} stages")
    floor = _Floor(jobs, workers)
    floor.run()
    passed = tuple(
        Passed(job.arrives, left, tuple(waits))
        for job, left, waits in zip(jobs, floor.left, floor.waits, strict=True)
    )
    span = max(floor.left, default=0.0) - min((job.arrives for job in jobs), default=0.0)
    inside = sum(one.sojourn for one in passed) / span if span else 0.0
    return Course(passed, tuple(stage.longest for stage in floor.stages), inside)
