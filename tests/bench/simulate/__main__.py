"""`make simulate`: how many workers keep every replay indexed within half an hour of its end."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tests.bench.simulate import rates
from tests.bench.simulate.day import Stage, make_day
from tests.bench.simulate.queues import simulate
from tests.bench.simulate.sizing import mean_load, size_pools

FLEETS = {
    "index and replay, transcription on CPUs": rates.ON_CPU,
    "index and replay, transcription on GPUs": rates.WITH_GPU,
    "index alone (replays copied, or encoded later)": rates.INDEX_ONLY,
}
SEED = 6
SIZED_FOR = 0.95
"""Of the time allowed: other days are a little worse than the one that the pools are sized on."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broadcasts", type=int, default=300_000, help="a day")
    parser.add_argument("--minutes", type=float, default=30, help="from a broadcast's end")
    parser.add_argument("--scale", type=int, default=20, help="sized on one in so many broadcasts")
    chosen = parser.parse_args()
    for title, stages in FLEETS.items():
        print(f"\n{title}\n")
        _report(stages, chosen.broadcasts, chosen.minutes * 60, chosen.scale)


def _report(stages: Sequence[Stage], broadcasts: int, limit_s: float, scale: int) -> None:
    part = make_day(stages, broadcasts=broadcasts // scale, seed=SEED)
    workers = [count * scale for count in size_pools(stages, part, limit_s=limit_s * SIZED_FOR)]
    # Not the day that the pools were sized on.
    day = make_day(stages, broadcasts=broadcasts, seed=SEED + 1)
    course = simulate(day, workers)
    print("| stage | rate | cores a worker | workers | busy on average | most waiting |")
    print("|---|---|--:|--:|--:|--:|")
    for stage, count, load, queue in zip(
        stages, workers, mean_load(day), course.longest_queues, strict=True
    ):
        print(
            f"| {stage.name} | {stage.source} | {stage.cores} | {count:,} | {load / count:.0%} | "
            f"{queue:,} |"
        )
    cores = sum(stage.cores * count for stage, count in zip(stages, workers, strict=True))
    times = sorted(one.sojourn / 60 for one in course.passed)
    late = sum(one > limit_s / 60 for one in times)
    print(
        f"\n{cores:,} cores and GPUs; indexed after, median {times[len(times) // 2]:.1f} min, 99 % "
        f"{times[len(times) * 99 // 100]:.1f} min, the last {times[-1]:.1f} min; later than "
        f"{limit_s / 60:g} min: {late:,} of {len(times):,}"
    )


if __name__ == "__main__":
    main()
