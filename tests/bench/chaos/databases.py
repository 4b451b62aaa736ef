"""The databases that batches are disturbed on: a file, and a server that restarts."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from pipeline.store.engine import make_engine
from pipeline.store.location import make_sqlite_url, parse_location
from tests.postgres import Postmaster

DURABLE = ("fsync=off", "autovacuum=off")
"""What was committed must survive a crash of the server, not one of the machine."""
LOCKED_S = (0.2, 3.0)
AWAY_S = (0.1, 4.0)
"""How long a server is away: a batch tries again after 1, 4 and 16 s."""


class Database(Protocol):
    """Where the batches of a round keep their index."""

    @property
    def url(self) -> str:
        """As `--db` takes it."""

    def __str__(self) -> str:
        """Which it is."""

    def disturb(self, chance: random.Random) -> str:
        """Do something to it and say what; empty when nothing could be done."""


@dataclass(frozen=True, slots=True)
class File:
    """SQLite in the workspace."""

    workspace: Path

    @property
    def url(self) -> str:
        return make_sqlite_url(self.workspace / "kandian.db")

    def __str__(self) -> str:
        return "SQLite"

    def disturb(self, chance: random.Random) -> str:
        if not (self.workspace / "kandian.db").exists():
            return ""
        # Deletes nothing, and takes the only lock there is.
        return hold(self.url, "DELETE FROM leases WHERE 1 = 0", chance.uniform(*LOCKED_S))


@dataclass(frozen=True, slots=True)
class OnServer:
    """A database of a PostgreSQL server."""

    postmaster: Postmaster
    name: str

    @property
    def url(self) -> str:
        return self.postmaster.server.url_of(self.name)

    def __str__(self) -> str:
        return "PostgreSQL"

    def disturb(self, chance: random.Random) -> str:
        if chance.random() < 0.4:
            everything = "LOCK TABLE recordings IN ACCESS EXCLUSIVE MODE"
            return hold(self.url, everything, chance.uniform(*LOCKED_S))
        crashes = chance.random() < 0.5
        self.postmaster.stop(signal.SIGQUIT if crashes else signal.SIGINT)
        time.sleep(chance.uniform(*AWAY_S))
        self.postmaster.start()
        return "database crash" if crashes else "database restart"


def hold(url: str, statement: str, seconds: float) -> str:
    """Keep everybody else from writing for a while."""
    try:
        with connected(url) as connection:
            connection.execute(text(statement))
            time.sleep(seconds)
            connection.rollback()
    except DBAPIError:  # others hold it, or the first batch has not made its tables yet
        return ""
    return "database lock"


@contextlib.contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Connect for a moment, in a transaction of the statements' own."""
    engine = make_engine(parse_location(url))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
