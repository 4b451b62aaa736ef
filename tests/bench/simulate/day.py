"""A day of broadcasts: when they end, how long they are, and what work that makes."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.simulate.queues import Job

HOUR_S = 3600
DAY_H = 24

ENDS_BY_HOUR = (5.5, 2.5, 1.2, 0.6, 0.4, 0.4, 0.5, 0.8, 1.2, 1.8, 2.6, 3.6,
                4.6, 4.4, 4.0, 4.0, 4.2, 4.6, 5.0, 5.6, 7.5, 11.5, 13.5, 10.0)  # fmt: skip
"""Percent of a day's broadcasts that end in each hour from midnight: an assumption, not measured.
Live selling peaks in the evening; the busiest hour has 3.2 times the mean."""
FIRST_HOUR = 4
"""A simulated day begins in its quietest hour, with nothing under way."""

MEAN_LENGTH_H = 3.0
"""An assumption, with the next two."""
SPREAD = 0.5
"""Standard deviation of the logarithm of the length."""
SHORTEST_H, LONGEST_H = 0.25, 6.0
"""Longer shows cannot be done in half an hour when work begins at their end."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One kind of work, on workers of one kind."""

    name: str
    busy_s_per_hour: float
    """Seconds of one core (or one GPU) per hour of broadcast."""
    cores: int
    """Of one worker; a GPU worker counts as one."""
    source: str
    """Where the rate comes from."""
    fixed_s: float = 0
    """The same for a broadcast of any length."""

    def work_s(self, length_h: float) -> float:
        """Return how long one worker is at a broadcast of that length."""
        yielded = self.cores * (1 if self.cores == 1 else PARALLEL_YIELD)
        return (self.fixed_s + self.busy_s_per_hour * length_h) / yielded


PARALLEL_YIELD = 0.8
"""Share of a worker's cores that one job makes use of when it has several: an assumption (x264 and
CTranslate2 scale less than evenly; we measured on two cores only)."""


def make_day(stages: Sequence[Stage], *, broadcasts: int, seed: int) -> tuple[Job, ...]:
    """Make one day, sorted by the broadcasts' ends; the number is exact, the moments are random."""
    chance = random.Random(seed)
    hours = [(FIRST_HOUR + number) % DAY_H for number in range(DAY_H)]
    weights = [ENDS_BY_HOUR[hour] for hour in hours]
    slots = chance.choices(range(DAY_H), weights, k=broadcasts)
    ends = sorted((slot + chance.random()) * HOUR_S for slot in slots)
    return tuple(Job(end, _make_work(stages, _draw_length_h(chance))) for end in ends)


def _draw_length_h(chance: random.Random) -> float:
    middle = math.log(MEAN_LENGTH_H) - SPREAD**2 / 2
    return min(LONGEST_H, max(SHORTEST_H, chance.lognormvariate(middle, SPREAD)))


def _make_work(stages: Sequence[Stage], length_h: float) -> tuple[float, ...]:
    return tuple(stage.work_s(length_h) for stage in stages)
