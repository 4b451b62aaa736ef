"""The simulation obeys the laws of queues."""

from __future__ import annotations

import heapq
import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.simulate import rates
from tests.bench.simulate.day import ENDS_BY_HOUR, HOUR_S, MEAN_LENGTH_H, make_day
from tests.bench.simulate.queues import Job, simulate
from tests.bench.simulate.sizing import size_pools

JOBS = st.lists(
    st.builds(
        Job,
        st.floats(0, 1000),
        st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)),
    ),
    min_size=1,
    max_size=30,
)
WHOLE = st.lists(
    st.builds(Job, st.integers(0, 60).map(float), st.tuples(st.integers(1, 20).map(float))),
    min_size=1,
    max_size=30,
)
"""One stage, in whole seconds: sums are exact, and many things happen in the same moment."""
POOLS = st.tuples(st.integers(1, 4), st.integers(1, 4))


@given(JOBS, POOLS)
def test_nobody_leaves_before_their_work_is_done(jobs, workers) -> None:
    for job, one in zip(jobs, simulate(jobs, workers).passed, strict=True):
        assert one.sojourn == pytest.approx(sum(job.work) + sum(one.waits))
        assert min(one.waits) >= 0


@given(JOBS)
def test_with_a_worker_for_everybody_nobody_waits(jobs) -> None:
    course = simulate(jobs, (len(jobs), len(jobs)))
    assert all(one.waits == (0, 0) for one in course.passed)
    assert course.longest_queues == (0, 0)


@given(JOBS, POOLS)
def test_little_s_law(jobs, workers) -> None:
    """Jobs inside, counted event by event, are the arrival rate times the time inside."""
    course = simulate(jobs, workers)
    begun, ended = min(job.arrives for job in jobs), max(one.left for one in course.passed)
    changes = sorted(
        [(one.arrived, 1) for one in course.passed] + [(one.left, -1) for one in course.passed]
    )
    inside, area, before = 0, 0.0, begun
    for moment, change in changes:
        area += inside * (moment - before)
        inside, before = inside + change, moment
    rate = len(jobs) / (ended - begun)
    sojourn = math.fsum(one.sojourn for one in course.passed) / len(jobs)
    assert area / (ended - begun) == pytest.approx(rate * sojourn)
    assert course.mean_inside == pytest.approx(rate * sojourn)


@given(WHOLE, st.integers(1, 4))
def test_first_come_first_served_and_never_too_many_at_once(jobs, workers) -> None:
    passed = simulate(jobs, (workers,)).passed
    begun = sorted(
        (one.arrived, number, one.arrived + one.waits[0]) for number, one in enumerate(passed)
    )
    starts = [start for _, _, start in begun]
    assert starts == sorted(starts)
    for start in starts:
        busy = sum(one.arrived + one.waits[0] <= start < one.left for one in passed)
        assert busy <= workers


@given(JOBS, st.integers(1, 4))
def test_one_more_worker_makes_nobody_wait_longer(jobs, workers) -> None:
    one_stage = [Job(job.arrives, job.work[:1]) for job in jobs]
    few = simulate(one_stage, (workers,)).passed
    more = simulate(one_stage, (workers + 1,)).passed
    assert all(b.left <= a.left + 1e-6 for a, b in zip(few, more, strict=True))


@given(JOBS, st.integers(1, 4))
def test_waits_are_kiefer_and_wolfowitz_s(jobs, workers) -> None:
    """A job begins when it has come and the worker who is free first is free."""
    jobs = sorted((Job(job.arrives, job.work[:1]) for job in jobs), key=lambda job: job.arrives)
    free = [0.0] * workers
    for job, one in zip(jobs, simulate(jobs, (workers,)).passed, strict=True):
        begins = max(job.arrives, heapq.heappop(free))
        heapq.heappush(free, begins + job.work[0])
        assert one.waits[0] == pytest.approx(begins - job.arrives)


@pytest.mark.parametrize(("workers", "load"), [(1, 0.4), (3, 0.5), (6, 0.6)])
def test_waiting_in_m_m_c_is_erlang_s(workers: int, load: float) -> None:
    chance = random.Random(1)
    rate, now, jobs = workers * load, 0.0, []
    for _ in range(60_000):
        now += chance.expovariate(rate)
        jobs.append(Job(now, (chance.expovariate(1.0),)))
    waited = statistics.fmean(one.waits[0] for one in simulate(jobs, (workers,)).passed)
    # At these loads the mean of so many is within a tenth; nearer to 1 it would need millions.
    assert waited == pytest.approx(_erlang_c(workers, rate) / (workers - rate), rel=0.1)


def _erlang_c(workers: int, offered: float) -> float:
    """Chance that a job has to wait."""
    full = offered**workers / math.factorial(workers) * workers / (workers - offered)
    return full / (sum(offered**k / math.factorial(k) for k in range(workers)) + full)


def test_a_day_is_as_it_was_ordered() -> None:
    jobs = make_day(rates.ON_CPU, broadcasts=20_000, seed=1)
    assert len(jobs) == 20_000
    assert jobs == make_day(rates.ON_CPU, broadcasts=20_000, seed=1)
    hours = math.fsum(job.work[1] / rates.HEAR.work_s(1) for job in jobs)
    assert hours / len(jobs) == pytest.approx(MEAN_LENGTH_H, rel=0.03)
    evening = sum(17 <= job.arrives / HOUR_S < 19 for job in jobs) / len(jobs)
    assert evening == pytest.approx((ENDS_BY_HOUR[21] + ENDS_BY_HOUR[22]) / 100, abs=0.01)
    assert sum(ENDS_BY_HOUR) == pytest.approx(100)


def test_pools_are_as_small_as_the_limit_lets_them() -> None:
    stages = rates.INDEX_ONLY
    jobs = make_day(stages, broadcasts=1_000, seed=2)
    workers = size_pools(stages, jobs, limit_s=1_800)
    latest = max(one.sojourn for one in simulate(jobs, workers).passed)
    assert latest <= 1_800
    for index in range(len(stages)):
        fewer = [count - (place == index) for place, count in enumerate(workers)]
        assert min(fewer) == 0 or max(one.sojourn for one in simulate(jobs, fewer).passed) > 1_800
    with pytest.raises(ValueError, match="takes longer"):
        size_pools(stages, jobs, limit_s=10)
