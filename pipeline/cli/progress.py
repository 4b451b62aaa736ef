"""Show how a job goes on: a bar per stage on a terminal, nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from pipeline.cli.rendering import say
from pipeline.run.job import Observer

STAGE_WORDS = {
    "audio": "reading the sound",
    "transcribe": "transcribing",
    "detect": "finding pitches",
    "search": "choosing the rate",
    "transcode": "making the replay",
    "pictures": "taking pictures",
    "source": "reading the recording",
    "replay": "reading the replay",
}


@contextlib.contextmanager
def observed(*, quiet: bool) -> Iterator[Observer]:
    """Yield an observer that draws progress bars with time left when stderr is a terminal."""
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
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def follow(stage: str, done_ms: int, total_ms: int) -> None:
        if stage not in tasks or done_ms < bars.tasks[bars.task_ids.index(tasks[stage])].completed:
            tasks[stage] = bars.add_task(STAGE_WORDS.get(stage, stage), total=total_ms)
        bars.update(tasks[stage], completed=done_ms, total=total_ms)

    with bars:
        yield Observer(follow=follow, note=bars.console.print)
