"""Show how a job goes on: a bar per stage on a terminal, nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from models.span import MS_PER_SECOND
from pipeline.cli.rendering import say
from pipeline.run.job import Observer

STAGE_WORDS = {
    "fetch": "fetching the recording",
    "audio": "reading the sound",
    "transcribe": "transcribing",
    "detect": "finding pitches",
    "search": "choosing the rate",
    "transcode": "making the replay",
    "package": "packaging",
    "pictures": "taking pictures",
    "deposit": "sending it to the depot",
    "source": "reading the recording",
    "replay": "reading the replay",
}

COUNTED = frozenset({"fetch", "search", "pictures", "deposit"})
"""Their progress is counted in pieces, not in time of media: they have no speed."""


@contextlib.contextmanager
def observed(*, quiet: bool) -> Iterator[Observer]:
    """Yield an observer that draws progress, time left and speed when stderr is a terminal."""
    if quiet:
        yield Observer()
        return
    if not sys.stderr.isatty():
        yield Observer(note=say)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[speed]}"),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def follow(stage: str, done_ms: int, total_ms: int) -> None:
        if stage not in tasks or _begins_anew(
            bars.tasks[bars.task_ids.index(tasks[stage])].completed, done_ms
        ):
            word = STAGE_WORDS.get(stage, stage)
            tasks[stage] = bars.add_task(word, total=total_ms, speed="")
        bars.update(tasks[stage], completed=done_ms, total=total_ms)
        ms_per_s = bars.tasks[bars.task_ids.index(tasks[stage])].speed
        if ms_per_s is not None and stage not in COUNTED:
            bars.update(tasks[stage], speed=f"{ms_per_s / MS_PER_SECOND:.1f}x")

    with bars:
        yield Observer(follow=follow, note=bars.console.print)


def _begins_anew(before_ms: float, done_ms: int) -> bool:
    """Tell the next recording's stage from a clock that steps back a little at its end."""
    return done_ms < before_ms / 2
