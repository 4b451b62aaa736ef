"""Small files that jobs read, on their way to machines with other disks.

Catalogue and transcript travel with their job. Where the same file lies under the same name, as on
a shared disk, that one is read; elsewhere it is unpacked below the mirror. Recordings do not
travel: they lie at s3://, or on a disk that all machines share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self

from pipeline.run.executor import Executor, Message, Work
from pipeline.run.job import Job
from pipeline.run.keys import stage_key
from pipeline.run.workspace import SCRATCH, Workspace, write_atomically

LARGE = frozenset({"media"})
"""What a job names and is not taken along."""


class PackingExecutor:
    """Another executor, whose works take the small files of their jobs along.

    See `Executor` for what is guaranteed.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    @property
    def slots(self) -> int:
        """How many recordings can be under way at once."""
        return self._executor.slots

    def submit(self, work: Work) -> None:
        """Begin a recording."""
        self._executor.submit(pack(work))

    def receive(self, timeout_s: float) -> tuple[Message, ...]:
        """Wait for news, at most so long."""
        return self._executor.receive(timeout_s)

    def stop(self) -> None:
        """End all workers."""
        self._executor.stop()

    def __enter__(self) -> Self:
        self._executor.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._executor.__exit__(*raised)


def pack(work: Work) -> Work:
    """Return the work with what its small files hold; of what cannot be read, its worker tells."""
    contents = ((str(path), _read(path)) for _name, path in _list_small(work.job))
    files = tuple((name, content) for name, content in contents if content is not None)
    return replace(work, files=files)


def unpack(work: Work, workspace: Workspace) -> Job:
    """Return the job with the names under which this machine has its files."""
    contents = dict(work.files)
    moved: dict[str, Any] = {
        name: _place(path, contents[str(path)], workspace)
        for name, path in _list_small(work.job)
        if str(path) in contents
    }
    return replace(work.job, **moved)


def _list_small(job: Job) -> Iterator[tuple[str, Path]]:
    for field in fields(job):
        value = getattr(job, field.name)
        if isinstance(value, Path) and field.name not in LARGE:
            yield field.name, value.absolute()


def _place(path: Path, content: bytes, workspace: Workspace) -> Path:
    if _read(path) == content:
        return path
    # Named by its path, so that a recording that fails here is known again on the next machine.
    folder = workspace.root / SCRATCH / stage_key("parcel", "1", str(path))
    write_atomically(folder / path.name, content)
    return folder / path.name


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
