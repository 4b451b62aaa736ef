"""How many workers does it take until no broadcast waits too long?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tests.bench.simulate.day import DAY_H, ENDS_BY_HOUR, HOUR_S, Stage
from tests.bench.simulate.queues import Job, simulate

Fits = Callable[[Sequence[int]], bool]


def size_pools(stages: Sequence[Stage], jobs: Sequence[Job], *, limit_s: float) -> tuple[int, ...]:
    """Return the fewest workers of each stage, the dearest stage first, that keep the limit.

    Raises:
        ValueError: when no number of workers does, because some job's own work takes longer.
    """
    if max(sum(job.work) for job in jobs) > limit_s:
        raise ValueError("a broadcast takes longer than that even with a worker waiting for it")

    def fits(workers: Sequence[int]) -> bool:
        course = simulate(jobs, workers)
        return max(one.sojourn for one in course.passed) <= limit_s

    workers = _raise_all(_busiest_hour(stages, jobs), fits)
    for index in sorted(range(len(stages)), key=lambda one: -stages[one].busy_s_per_hour):
        workers[index] = _fewest(index, workers, fits)
    return tuple(workers)


def mean_load(jobs: Sequence[Job]) -> tuple[float, ...]:
    """Return the workers of each stage that would be busy all day, were the work spread evenly."""
    totals = [math.fsum(work) for work in zip(*(job.work for job in jobs), strict=True)]
    return tuple(total / (DAY_H * HOUR_S) for total in totals)


def _busiest_hour(stages: Sequence[Stage], jobs: Sequence[Job]) -> list[int]:
    peak = max(ENDS_BY_HOUR) / (sum(ENDS_BY_HOUR) / DAY_H)
    return [max(1, math.ceil(load * peak)) for load in mean_load(jobs)][: len(stages)]


def _raise_all(workers: list[int], fits: Fits) -> list[int]:
    while not fits(workers):
        workers = [math.ceil(count * 1.1) for count in workers]
    return workers


def _fewest(index: int, workers: Sequence[int], fits: Fits) -> int:
    """Halve the interval between too few and enough; the others keep what they have."""
    too_few, enough = 0, workers[index]
    while enough - too_few > max(1, enough // 200):
        middle = (too_few + enough) // 2
        if fits([*workers[:index], middle, *workers[index + 1 :]]):
            enough = middle
        else:
            too_few = middle
    return enough
