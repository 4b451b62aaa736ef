"""Where one worker works: its tools stay warm from recording to recording."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Self

from models.errors import ConfigError, KandianError, TransientError
from pipeline.process.cores import bind_to_cores
from pipeline.run.bench import Bench
from pipeline.run.executor import Broken, Ended, Message, Noted, Setup, Stepped, Work
from pipeline.run.index_recording import attempt
from pipeline.run.job import Observer
from pipeline.run.ledger import Ledger
from pipeline.run.logs import set_up_logging
from pipeline.run.outcome import Outcome, outcome_of_error
from pipeline.run.parcel import unpack
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import open_workspace
from pipeline.store.store import Store, open_store

STEP_S = 0.2
"""Between two words about the progress of one stage: as often as a person can read them."""


class Station:
    """A bench in a process of its own; the database and the tools are opened at first use.

    The process takes as many cores as it was granted threads, and no more.
    """

    def __init__(self, setup: Setup) -> None:
        set_up_logging(setup.log_level, setup.log_format)
        self._setup = setup
        self._workspace = open_workspace(setup.workspace)
        self._toolbox: Toolbox | None = None
        self._store: Store | None = None
        self._holds = contextlib.ExitStack()

    def __enter__(self) -> Self:
        # First of all: libraries count the cores when they are loaded.
        bind_to_cores(self._setup.settings.threads, self._holds)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._holds.close()

    def run(self, work: Work, tell: Callable[[Message], None]) -> Ended | Broken:
        """Index one recording and say how it ended."""
        try:
            return Ended(work.number, self._run(work, tell))
        except ConfigError as error:
            return Broken(work.number, str(error))
        except KandianError as error:  # the database could not be opened, or not asked
            return Ended(work.number, outcome_of_error(error))

    def _run(self, work: Work, tell: Callable[[Message], None]) -> Outcome:
        bench = self._prepare(work.number, tell)
        job = unpack(work, bench.workspace)
        ledger = Ledger(bench.store, self._setup.settings)
        if not self._setup.retry_failed and (poisoned := ledger.find_poisoned(job)):
            return poisoned
        outcome = attempt(bench, job)
        ledger.note(job, outcome)
        return outcome

    def _prepare(self, number: int, tell: Callable[[Message], None]) -> Bench:
        self._store = self._store or self._open_store()
        self._toolbox = self._toolbox or Toolbox(self._setup.settings)
        observer = Observer(
            follow=_Throttle(number, tell).follow,
            note=lambda sentence: tell(Noted(number, sentence)),
        )
        return Bench(self._toolbox, self._workspace, self._store, observer, waits=False)

    def _open_store(self) -> Store:
        # The batch has opened it before: a server that is away now is restarting.
        store = open_store(self._setup.database_url, unreachable=TransientError)
        return self._holds.enter_context(store)


class _Throttle:
    """Tells of a stage's beginning and end at once, and of what lies between now and then."""

    def __init__(self, number: int, tell: Callable[[Message], None]) -> None:
        self._number = number
        self._tell = tell
        self._stage = ""
        self._told = 0.0

    def follow(self, stage: str, done_ms: int, total_ms: int) -> None:
        now = time.monotonic()
        if stage == self._stage and done_ms < total_ms and now - self._told < STEP_S:
            return
        self._stage, self._told = stage, now
        self._tell(Stepped(self._number, stage, done_ms, total_ms))
