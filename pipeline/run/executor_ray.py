"""Recordings worked off by the actors of a Ray cluster: the only module that knows Ray.

Only paths and outcomes travel; every node must see the recordings, the workspace and the database
under the same names, or take part in a workspace at s3:// (see `parcel`). What has happened stands
in the store, so Ray keeps nothing and repeats nothing: an actor that dies, or whose node does, is
replaced, and we try its recording again.

Signals wait for calls of Ray, which takes what is raised in the middle of them for its own failure.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Any, Self

from models.errors import ConfigError
from pipeline.process.stopping import unbroken
from pipeline.run.executor import Broken, Died, Ended, Message, Setup, Work, choose_idle
from pipeline.run.station import Station

log = logging.getLogger(__name__)

WHERE = "RAY_ADDRESS"
"""Ray's own variable for the cluster to join; without it a cluster of this machine is made."""


@dataclass(slots=True)
class _Member:
    """One actor and what it is at."""

    actor: Any
    begun: Any
    """What Ray answers once the actor runs; an actor that no node has room for waits for ever."""
    work: Work | None = None
    said: Any = None
    """What it says about its work: a stream of answers, each of which Ray has or waits for."""


class RayActor:
    """What runs inside the cluster: a station, whose model stays loaded."""

    def __init__(self, setup: Setup) -> None:
        self._station = Station(setup).__enter__()  # it ends with its process
        # One for all recordings: what it starts dies with the thread that started it.
        self._worker = ThreadPoolExecutor(1)

    def begin(self) -> None:
        """Answer, once there is a process that can."""

    def run(self, work: Work) -> Iterator[Message]:
        """Index one recording and say how it goes on, in order, its end last.

        A generator that Ray sends on word by word, so the work is done in a thread beside it. They
        are few: a station tells of a stage five times a second at most.
        """
        said: SimpleQueue[Message | None] = SimpleQueue()
        ended = self._worker.submit(self._station.run, work, said.put)
        ended.add_done_callback(lambda _ended: said.put(None))
        while (message := said.get()) is not None:
            yield message
        yield ended.result()


class RayExecutor:
    """Up to `jobs` actors with `threads` CPUs each, and a share of a GPU where that was asked for.

    See `Executor` for what is guaranteed.

    Raises:
        ConfigError: when Ray is not installed, or its cluster cannot be reached.
    """

    def __init__(self, setup: Setup, *, jobs: int | None) -> None:
        self._ray = _import_ray()
        self._ours = not self._ray.is_initialized()
        if self._ours:
            _join(self._ray)
        self._threads = setup.settings.threads or 1
        # A worker left to itself would take all threads of its node.
        settings = replace(setup.settings, threads=self._threads)
        self._setup = replace(setup, settings=settings)
        self._jobs = jobs or self._fitting()
        self._crew: list[_Member] = []

    @property
    def slots(self) -> int:
        """How many recordings can be under way at once."""
        return self._jobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()
        if self._ours:
            self._ray.shutdown()

    def submit(self, work: Work) -> None:
        """Give a recording to an idle actor, or to a new one.

        Raises:
            ValueError: when all actors are busy.
        """
        with unbroken():
            self._give(work, choose_idle(self._crew, self._jobs, self._hire))

    def receive(self, timeout_s: float) -> tuple[Message, ...]:
        """Wait for news, at most so long."""
        news: list[Message] = []
        with unbroken():
            self._relieve()
            ready = self._wait(timeout_s)
            while ready:
                for member in ready:
                    news += self._hear(member)
                ready = self._wait(0)
        return tuple(news)

    def stop(self) -> None:
        """Kill all actors; what they had started goes with them."""
        crew, self._crew = self._crew, []
        for member in crew:
            self._ray.kill(member.actor, no_restart=True)

    def _give(self, work: Work, member: _Member) -> None:
        member.work, member.said = work, member.actor.run.remote(work)

    def _wait(self, timeout_s: float) -> list[_Member]:
        """Return the members that have said something more, waiting for the first of them."""
        busy = [member for member in self._crew if member.work is not None]
        if not busy:  # others become due later
            time.sleep(timeout_s)
            return []
        streams = [member.said for member in busy]
        ready, _ = self._ray.wait(streams, num_returns=1, timeout=timeout_s)
        return [member for member in busy if any(member.said is one for one in ready)]

    def _relieve(self) -> None:
        """Give the work of an actor that has not begun to an idle one: its node may be lost."""
        idle = [member for member in self._crew if member.work is None]
        for member in list(self._crew):
            if not idle or member.work is None or self._has_begun(member):
                continue
            self._crew.remove(member)
            self._ray.kill(member.actor, no_restart=True)
            self._give(member.work, idle.pop())

    def _has_begun(self, member: _Member) -> bool:
        ready, _ = self._ray.wait([member.begun], timeout=0)
        return bool(ready)

    def _hear(self, member: _Member) -> list[Message]:
        """Take the next that a busy actor has said, or say that it died."""
        try:
            message: Message = self._ray.get(next(member.said))
        except (self._ray.exceptions.RayError, StopIteration) as error:
            self._crew.remove(member)
            self._ray.kill(member.actor, no_restart=True)
            return [] if member.work is None else [Died(member.work.number, _first_line(error))]
        if isinstance(message, Ended | Broken):
            member.work = member.said = None
        return [message]

    def _hire(self) -> _Member:
        # Without num_cpus a running actor counts as no CPU at all, and a node takes any number.
        # Restarts and retries are ours: Ray would repeat them without asking the store.
        # Without num_gpus it sees no GPU, whatever its node has.
        takes = {"num_cpus": self._threads, "num_gpus": self._setup.gpus}
        options = takes | {"max_restarts": 0, "max_task_retries": 0}
        actor = self._ray.remote(**options)(RayActor).remote(self._setup)
        return _Member(actor, actor.begin.remote())

    def _fitting(self) -> int:
        """Return how many actors the cluster has CPUs and GPUs for."""
        has = self._ray.cluster_resources()
        fit = [has.get("CPU", 1) // self._threads]
        if self._setup.gpus:
            fit.append(has.get("GPU", 0) // self._setup.gpus)
        return max(1, int(min(fit)))


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ConfigError(
            "Ray is not installed; install it: pip install 'kandian[ray]', or leave --executor out"
        ) from error
    return ray


def _join(ray: Any) -> None:
    quiet: dict[str, Any] = {"log_to_driver": True, "logging_level": logging.WARNING}
    start: Callable[..., Any] = ray.init
    try:
        with unbroken():  # and what SIGTERM does is put back: Ray takes it for itself
            start(include_dashboard=False, **quiet)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        raise ConfigError(f"the Ray cluster cannot be reached ({error}); see {WHERE}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
