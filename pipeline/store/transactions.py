"""How a database is read and written: one transaction at a time, failures told in our own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from models.errors import TransientError
from pipeline.store.engine import lock, make_reading, make_writing
from pipeline.store.failures import told_clearly
from pipeline.store.leases import Lease, require_lease
from pipeline.store.location import Location
from pipeline.store.select import Row, Select


class Transactions:
    """An open database, and the lease under which it is written where there is one."""

    def __init__(self, engine: Engine, location: Location, lease: Lease | None = None) -> None:
        self._engine = engine
        self._location = location
        self._lease = lease

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def select(self, sql: str, parameters: Mapping[str, object]) -> Sequence[Row]:
        """Run one reading statement with `:name` parameters."""
        with self._told(), self._engine.connect() as connection:
            return make_select(connection)(sql, parameters)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._told(), Session(make_reading(self._engine)) as session:
            yield session

    @contextmanager
    def _writing(self, name: str = "") -> Iterator[Session]:
        """Give a transaction that is alone in writing what has that name, or what has none."""
        with self._told(), Session(make_writing(self._engine)) as session, session.begin():
            lock(session.connection(), name)
            if self._lease is not None:
                require_lease(session, self._lease)
            yield session

    def _told(self) -> AbstractContextManager[None]:
        return told_clearly(self._location.name, unreachable=TransientError)


def make_select(connection: Connection) -> Select:
    """Return the function that look-ups ask this connection with."""

    def select(sql: str, parameters: Mapping[str, object]) -> Sequence[Row]:
        return connection.execute(text(sql), dict(parameters)).mappings().all()

    return select
