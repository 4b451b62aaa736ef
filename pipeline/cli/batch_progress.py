"""Show how a batch goes on: on a terminal a bar in total and one per recording under way."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.cli.progress import STAGE_WORDS
from pipeline.cli.rendering import say
from pipeline.run.batch_events import (
    BatchEvent,
    BatchLine,
    Planned,
    Progressed,
    Remarked,
    Retried,
    Started,
    Watcher,
)
from pipeline.run.outcome import Done, Failed, Skipped

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LABEL_WIDTH = 28
"""Characters of a recording's name beside its bar."""


@contextlib.contextmanager
def watched(total: int | None, *, quiet: bool) -> Iterator[Watcher]:
    """Yield what tells a person about the events of a batch; `total` is None when nobody knows."""
    if quiet:
        yield lambda _event: None
        return
    if not sys.stderr.isatty():
        teller = _Teller(total)
        yield teller.take
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[how]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bars:
        yield _Board(bars, total).take


class _Teller:
    """Says in sentences what has happened."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._ended = 0

    def take(self, event: BatchEvent) -> None:
        if (sentence := self.describe(event)) is not None:
            say(sentence)

    def describe(self, event: BatchEvent) -> str | None:
        match event:
            case BatchLine():
                self._ended += 1
                of = "" if self._total is None else f"/{self._total}"
                return f"[{self._ended}{of}] {describe_line(event)}"
            case Retried():
                beside = ", with nothing beside it" if event.alone else ""
                when = f"in {event.wait_s:.0f} s" if event.wait_s else "at once"
                return f"{event.job.label}: {event.reason}; tried again {when}{beside}"
            case Remarked():
                return _labelled(event)
        return None


def _labelled(event: Remarked) -> str:
    """Name the recording unless the sentence does."""
    label = event.job.label
    return event.sentence if label in event.sentence else f"{label}: {event.sentence}"


class _Board(_Teller):
    """Draws a bar for the batch, and one for each recording under way."""

    def __init__(self, bars: Progress, total: int | None) -> None:
        super().__init__(total)
        self._bars = bars
        self._whole = bars.add_task("batch", total=total, how="")
        self._tasks: dict[int, TaskID] = {}

    def take(self, event: BatchEvent) -> None:
        if (sentence := self.describe(event)) is not None:
            self._bars.console.print(sentence, markup=False, highlight=False)
        match event:
            case Planned():
                pass
            case Started(number=number, job=job):
                self._tasks[number] = self._bars.add_task(
                    f"  {job.label[:LABEL_WIDTH]}", total=None, how="starting"
                )
            case Progressed(number=number, stage=stage):
                word = STAGE_WORDS.get(stage, stage)
                self._bars.update(
                    self._tasks[number], completed=event.done_ms, total=event.total_ms, how=word
                )
            case BatchLine(number=number) | Retried(number=number):
                self._bars.remove_task(self._tasks.pop(number))
        if isinstance(event, BatchLine):
            of = "" if self._total is None else f" of {self._total}"
            self._bars.update(self._whole, advance=1, how=f"{self._ended}{of}")


def describe_line(line: BatchLine) -> str:
    """Say how one recording ended."""
    outcome = line.outcome
    word = type(outcome).__name__.lower()
    if isinstance(outcome, Done | Skipped):
        bare = describe_pictures(line)
        return (
            f"{line.job.label}: {word}, {outcome.summary.published} highlights"
            f"{f'; pictures: {bare}' if bare else ''}"
        )
    return f"{line.job.label}: {word}: {outcome.reason}"


def describe_pictures(line: BatchLine) -> str | None:
    """Say why pictures of an indexed recording are missing; None when none are."""
    if not isinstance(line.outcome, Done | Skipped):
        return None
    pictures = line.outcome.summary.pictures
    return pictures.reason if isinstance(pictures, Failed) else None
