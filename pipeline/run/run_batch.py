"""Run every job of a batch over an executor; one bad recording never stops the rest.

plan --> agenda --> executor: a worker runs the whole job
            ^           |
            '- again ---+--> ended for good: a line of the summary
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from models.errors import ConfigError, FailureKind, KandianError
from pipeline.run.agenda import Agenda, Task
from pipeline.run.batch_events import (
    BatchLine,
    Planned,
    Progressed,
    Remarked,
    Retried,
    Started,
    Watcher,
)
from pipeline.run.executor import Broken, Died, Ended, Executor, Message, Noted, Stepped, Work
from pipeline.run.job import Job
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Busy, Done, Failed, Outcome, Skipped

log = logging.getLogger(__name__)

WAKE_S = 0.5
"""How often the plan and the clock are looked at while nobody says anything."""


def iter_batch(
    executor: Executor, plan: Iterable[Job | None], ledger: Ledger, watcher: Watcher
) -> Iterator[BatchLine]:
    """Run the jobs, as many at once as the executor takes, and yield each as it ends.

    Memory does not grow with the plan: no more of it is taken than runs at once.

    Raises:
        ConfigError: when the environment is wrong; no other job could do better.
    """
    batch = _Batch(executor, Agenda(iter(plan)), ledger, watcher)
    while batch.goes_on():
        yield from batch.step()


def went_wrong(lines: Iterable[BatchLine]) -> int:
    """Count the jobs that did not end with a stored index."""
    return sum(not isinstance(line.outcome, Done | Skipped) for line in lines)


class _Batch:
    def __init__(
        self, executor: Executor, agenda: Agenda, ledger: Ledger, watcher: Watcher
    ) -> None:
        self._executor = executor
        self._agenda = agenda
        self._ledger = ledger
        self._watcher = watcher
        self._running: dict[int, Task] = {}

    def goes_on(self) -> bool:
        return bool(self._running) or not self._agenda.exhausted

    def step(self) -> Iterator[BatchLine]:
        """Fill the executor, hear what it has to say, and yield what has ended."""
        self._fill()
        if not self.goes_on():
            return
        for message in self._executor.receive(self._agenda.until_due_s(WAKE_S)):
            line = self._take(message)
            if line is not None:
                self._watcher(line)
                yield line

    def _fill(self) -> None:
        while len(self._running) < self._executor.slots:
            task = self._agenda.next(in_flight=len(self._running))
            if task is None:
                return
            if task.tries == 0:
                self._watcher(Planned(task.number, task.job))
            task.tries += 1
            self._running[task.number] = task
            self._watcher(Started(task.number, task.job, task.tries))
            self._executor.submit(Work(task.number, task.job))

    def _take(self, message: Message) -> BatchLine | None:
        task = self._running[message.number]
        match message:
            case Stepped(number, stage, done_ms, total_ms):
                self._watcher(Progressed(number, task.job, stage, done_ms, total_ms))
            case Noted(number, sentence):
                self._watcher(Remarked(number, task.job, sentence))
            case Broken(_, reason):
                raise ConfigError(reason)
            case Ended(_, outcome):
                return self._end(task, outcome)
            case Died(_, how):
                return self._end(task, self._dead(task, how))
        return None

    def _dead(self, task: Task, how: str) -> Failed:
        times = "once" if task.tries == 1 else f"{task.tries} times"
        failed = Failed(
            f"the worker died {times} on this recording (last: {how})", FailureKind.DIED
        )
        try:
            self._ledger.note(task.job, failed)  # its worker could not any more
        except ConfigError:
            raise
        except KandianError as error:
            log.warning("that %s failed could not be remembered: %s", task.job.label, error)
        return failed

    def _end(self, task: Task, outcome: Outcome) -> BatchLine | None:
        del self._running[task.number]
        if isinstance(outcome, Busy):
            if task.tries == 1:
                self._watcher(Remarked(task.number, task.job, outcome.reason))
            self._agenda.look_later(task)
            return None
        if isinstance(outcome, Failed) and task.may_retry(outcome.kind):
            again = self._agenda.again(task, outcome.kind)
            self._watcher(
                Retried(
                    number=task.number,
                    job=task.job,
                    tries=task.tries,
                    kind=outcome.kind,
                    reason=outcome.reason,
                    wait_s=again.wait_s,
                    alone=again.alone,
                )
            )
            return None
        return BatchLine(task.number, task.job, outcome, task.tries)
