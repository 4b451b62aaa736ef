"""Choose who works a batch off."""

from __future__ import annotations

from dataclasses import replace

from models.errors import InputError
from models.remote import RemoteUrl
from pipeline.run.executor import Executor, Setup
from pipeline.run.executor_local import LocalExecutor
from pipeline.run.parcel import PackingExecutor
from pipeline.run.sizing import threads_each, usual_jobs


def make_executor(name: str, setup: Setup, *, jobs: int | None) -> Executor:
    """Return the executor of that name.

    Local workers share the machine; a Ray actor takes --threads CPUs, one unless told, and --gpus.

    Raises:
        InputError: when there is no such executor.
        ConfigError: when it is not installed, or its cluster cannot be reached.
    """
    if name == "local":
        if setup.gpus:
            raise InputError("--gpus is for --executor ray; workers here share this machine's GPU")
        number = jobs or usual_jobs()
        return LocalExecutor(_sharing(setup, number), jobs=number)
    if name == "ray":
        from pipeline.run.executor_ray import RayExecutor

        executor = RayExecutor(setup, jobs=jobs)
        return PackingExecutor(executor) if isinstance(setup.workspace, RemoteUrl) else executor
    raise InputError(f"there is no executor {name!r}; choose local or ray")


def _sharing(setup: Setup, jobs: int) -> Setup:
    threads = threads_each(jobs, setup.settings.threads)
    return replace(setup, settings=replace(setup.settings, threads=threads))
