"""Recordings worked off by processes of this machine."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Self

from pipeline.process.worker import Worker
from pipeline.run.executor import Broken, Died, Ended, Message, Setup, Work, choose_idle
from pipeline.run.station import Station

log = logging.getLogger(__name__)

GRACE_S = 5.0
"""From SIGTERM to SIGKILL: enough to remove unfinished files and end ffmpeg; recognition may be in
native code for a minute, and nothing is lost when it is killed there."""


@dataclass(slots=True)
class _Member:
    """One worker and what it is at."""

    worker: Worker
    work: Work | None = None


class LocalExecutor:
    """Up to `jobs` processes, each started when it is first needed and kept with its model.

    See `Executor` for what is guaranteed.
    """

    def __init__(self, setup: Setup, *, jobs: int) -> None:
        self._setup = setup
        self._jobs = jobs
        self._crew: list[_Member] = []

    @property
    def slots(self) -> int:
        """How many recordings can be under way at once."""
        return self._jobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()

    def submit(self, work: Work) -> None:
        """Give a recording to an idle worker, or to a new one.

        Raises:
            ValueError: when all workers are busy.
        """
        idle = choose_idle(self._crew, self._jobs, self._hire)
        idle.work = work
        try:
            idle.worker.pipe.send(work)
        except OSError:  # it died while it was idle; `receive` tells
            log.debug("worker %d was gone when work came", idle.worker.pid)

    def receive(self, timeout_s: float) -> tuple[Message, ...]:
        """Wait for news, at most so long."""
        pipes: dict[object, _Member] = {member.worker.pipe: member for member in self._crew}
        ends: dict[object, _Member] = {member.worker.sentinel: member for member in self._crew}
        ready = wait([*pipes, *ends], timeout_s)  # type: ignore[list-item]
        news: list[Message] = []
        for member in [pipes[one] for one in ready if one in pipes]:
            news += self._hear(member)
        for member in [ends[one] for one in ready if one in ends]:
            news += self._bury(member)
        return tuple(news)

    def stop(self) -> None:
        """End all workers: the idle ones at once, others asked first and killed after a while."""
        crew, self._crew = self._crew, []
        busy = [member for member in crew if member.work is not None]
        for member in busy:
            member.worker.ask_to_stop()
        deadline = time.monotonic() + GRACE_S
        for member in crew:
            patience_s = deadline - time.monotonic() if member in busy else 0.0
            member.worker.end(patience_s=max(0.0, patience_s))

    def _hire(self) -> _Member:
        return _Member(Worker(serve, self._setup))

    def _hear(self, member: _Member) -> list[Message]:
        """Take what a worker has said so far."""
        news: list[Message] = []
        try:
            while member.work is not None and member.worker.pipe.poll():
                message: Message = member.worker.pipe.recv()
                news.append(message)
                if isinstance(message, Ended | Broken):
                    member.work = None
        except (EOFError, OSError):
            # Its end of the pipe is closed: it is ending, and its sentinel tells.
            if member in self._crew:
                news += self._bury(member)
        return news

    def _bury(self, member: _Member) -> list[Message]:
        """Take the last words of a worker that ended, and say what it left undone."""
        if member not in self._crew:
            return []
        self._crew.remove(member)
        news = self._hear(member)
        how = member.worker.end(patience_s=GRACE_S)
        if member.work is not None:
            news.append(Died(member.work.number, how))
        return news


def serve(pipe: Connection, setup: Setup) -> None:
    """Work recordings off one after the other, until the other end of the pipe is closed."""
    with Station(setup) as station:
        while True:
            try:
                work: Work = pipe.recv()
            except (EOFError, OSError):
                return
            pipe.send(station.run(work, pipe.send))
