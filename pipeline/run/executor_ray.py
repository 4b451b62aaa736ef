"""Recordings worked off by the actors of a Ray cluster: the only module that knows Ray.

Only paths and outcomes travel; every node must see the recordings, the workspace and the database
under the same names. What has happened stands in the store, so Ray keeps nothing and repeats
nothing: an actor that dies, or whose node does, is replaced, and we try its recording again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from models.errors import ConfigError
from pipeline.run.executor import Died, Message, Setup, Work
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


class RayActor:
    """What runs inside the cluster: a station, whose model stays loaded."""

    def __init__(self, setup: Setup) -> None:
        self._station = Station(setup).__enter__()  # it ends with its process

    def begin(self) -> None:
        """Answer, once there is a process that can."""

    def run(self, work: Work) -> tuple[Message, ...]:
        """Index one recording; what was to be said about it comes with its end."""
        said: list[Message] = []
        ended = self._station.run(work, said.append)
        return (*_without_steps(said), ended)


def _without_steps(said: list[Message]) -> list[Message]:
    """Keep one word about each stage: progress that is over helps nobody."""
    kept: dict[object, Message] = {}
    for message in said:
        kept.setdefault(getattr(message, "stage", message), message)
    return list(kept.values())


class RayExecutor:
    """Up to `jobs` actors with `threads` CPUs each; see `Executor` for what is guaranteed.

    Raises:
        ConfigError: when Ray is not installed, or its cluster cannot be reached.
    """

    def __init__(self, setup: Setup, *, jobs: int | None) -> None:
        self._ray = _import_ray()
        self._ours = not self._ray.is_initialized()
        if self._ours:
            _join(self._ray)
        self._threads = setup.settings.threads or 1
        self._jobs = jobs or self._fitting()
        # A worker left to itself would take all threads of its node.
        settings = replace(setup.settings, threads=self._threads)
        self._setup = replace(setup, settings=settings)
        self._crew: list[_Member] = []
        self._under_way: dict[Any, _Member] = {}

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
        idle = next((member for member in self._crew if member.work is None), None)
        if idle is None:
            if len(self._crew) >= self._jobs:
                raise ValueError("every actor is busy")
            actor = self._make_actor()
            idle = _Member(actor, actor.begin.remote())
            self._crew.append(idle)
        self._give(work, idle)

    def receive(self, timeout_s: float) -> tuple[Message, ...]:
        """Wait for news, at most so long."""
        if not self._under_way:
            return ()
        self._relieve()
        ready, _ = self._ray.wait(list(self._under_way), num_returns=1, timeout=timeout_s)
        return tuple(message for one in ready for message in self._collect(one))

    def stop(self) -> None:
        """Kill all actors; what they had started goes with them."""
        crew, self._crew, self._under_way = self._crew, [], {}
        for member in crew:
            self._ray.kill(member.actor, no_restart=True)

    def _give(self, work: Work, member: _Member) -> None:
        member.work = work
        self._under_way[member.actor.run.remote(work)] = member

    def _relieve(self) -> None:
        """Give the work of an actor that has not begun to an idle one: its node may be lost."""
        idle = [member for member in self._crew if member.work is None]
        for one, member in list(self._under_way.items()):
            if not idle or member.work is None or self._has_begun(member):
                continue
            del self._under_way[one]
            self._crew.remove(member)
            self._ray.kill(member.actor, no_restart=True)
            self._give(member.work, idle.pop())

    def _has_begun(self, member: _Member) -> bool:
        ready, _ = self._ray.wait([member.begun], timeout=0)
        return bool(ready)

    def _collect(self, one: Any) -> tuple[Message, ...]:
        member = self._under_way.pop(one)
        work, member.work = member.work, None
        try:
            said: tuple[Message, ...] = self._ray.get(one)
        except self._ray.exceptions.RayError as error:
            self._crew.remove(member)
            self._ray.kill(member.actor, no_restart=True)
            return () if work is None else (Died(work.number, _first_line(error)),)
        return said

    def _make_actor(self) -> Any:
        # Without num_cpus a running actor counts as no CPU at all, and a node takes any number.
        # Restarts and retries are ours: Ray would repeat them without asking the store.
        options = {"num_cpus": self._threads, "max_restarts": 0, "max_task_retries": 0}
        return self._ray.remote(**options)(RayActor).remote(self._setup)

    def _fitting(self) -> int:
        """Return how many actors the cluster has CPUs for."""
        cpus = self._ray.cluster_resources().get("CPU", 1)
        return max(1, int(cpus // self._threads))


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
        start(include_dashboard=False, **quiet)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        raise ConfigError(f"the Ray cluster cannot be reached ({error}); see {WHERE}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
