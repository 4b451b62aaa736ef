"""A plan without an end: the recordings that arrive in a folder, each once it is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.run.batch_plan import iter_folder
from pipeline.run.job import Job

POLL_S = 2.0
"""Between two looks at the folder; polling works on network shares, where notifications do not."""

Size = tuple[int, int, int]
"""Of a recording: files, bytes in all, latest change. Any of them moves while it is written."""


@dataclass(slots=True)
class _Seen:
    size: Size
    since_s: float
    given: bool = False


def watch_folder(
    root: Path,
    *,
    catalogue: Path | None,
    quiet_s: float,
    note: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Job | None]:
    """Yield a job for every recording that has not changed for `quiet_s`, and None for "not now".

    A recording whose catalogue is not there yet is left until it is; one that is replaced by
    another, or whose operator file comes or changes, is given again. Never ends.
    """
    seen: dict[Path, _Seen] = {}
    while True:
        looked_at_s = clock()
        yield from _iter_quiet(root, catalogue, seen, quiet_s, note, clock)
        while clock() - looked_at_s < POLL_S:
            yield None


def _iter_quiet(
    root: Path,
    catalogue: Path | None,
    seen: dict[Path, _Seen],
    quiet_s: float,
    note: Callable[[str], None],
    clock: Callable[[], float],
) -> Iterator[Job]:
    for job in list(iter_folder(root, catalogue)):
        media = job.media
        size = None if media is None else _measure(media, job.operator)
        if media is None or size is None:
            continue
        known = seen.get(media)
        if known is None or known.size != size:
            seen[media] = _Seen(size, clock())
            continue
        if known.given or clock() - known.since_s < quiet_s:
            continue
        if not job.catalogue.is_file():
            note(f"{job.label}: left until its catalogue is there ({job.catalogue})")
            # Said again only when it has been quiet for as long once more.
            known.since_s = clock()
            continue
        known.given = True
        yield job


def _measure(media: Path, operator: Path | None) -> Size | None:
    """Return the size of a recording and its operator file; None when one is gone already."""
    try:
        files = [path for path in media.iterdir() if path.is_file()] if media.is_dir() else [media]
        files += [] if operator is None else [operator]
        facts = [path.stat() for path in files]
    except OSError:
        return None
    changed = max((fact.st_mtime_ns for fact in facts), default=0)
    return len(facts), sum(fact.st_size for fact in facts), changed
