"""Run every job of a batch; one bad recording never stops the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.run.bench import Bench
from pipeline.run.index_recording import attempt
from pipeline.run.job import Job
from pipeline.run.outcome import Failed, Outcome, Rejected


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One job and how it ended."""

    job: Job
    outcome: Outcome


def iter_batch(bench: Bench, jobs: Sequence[Job]) -> Iterator[BatchLine]:
    """Run the jobs in order and yield each as it ends.

    Raises:
        ConfigError: when the environment is wrong; no other job could do better.
    """
    for job in jobs:
        yield BatchLine(job, attempt(bench, job))


def went_wrong(lines: Sequence[BatchLine]) -> int:
    """Count the jobs that did not end with a stored index."""
    return sum(isinstance(line.outcome, Rejected | Failed) for line in lines)
