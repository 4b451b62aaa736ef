"""Ask a PostgreSQL server through its driver alone, for look-ups that start at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from models.errors import ConfigError, TransientError
from pipeline.store.failures import told_clearly
from pipeline.store.find import FindQuery, FoundHighlight, find
from pipeline.store.location import CONNECT_TIMEOUT_S, NO_DRIVER, Location
from pipeline.store.pages import BY_INDEX, POSTGRES_PAGES
from pipeline.store.select import Row
from pipeline.store.version import VERSION_TABLE

if TYPE_CHECKING:
    from psycopg import Connection

_PARAMETER = re.compile(r":([a-z]\w*)")
"""In our statements a colon means nothing else."""
_ONE_STATE = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_READ_ONLY = "SET default_transaction_read_only = on"


class DirectLookup:
    """One connection that only reads; every question sees one state of the database."""

    def __init__(self, location: Location) -> None:
        """Connect.

        Raises:
            ConfigError: when the driver is missing, or the server cannot be reached or refuses.
        """
        try:
            import psycopg
            from psycopg.rows import dict_row
        except ImportError as error:
            raise ConfigError(f"{location.name} {NO_DRIVER}") from error
        self._name = location.name
        with told_clearly(location.name):
            self._connection: Connection[dict[str, Any]] = psycopg.connect(
                _make_conninfo(location), autocommit=True, row_factory=dict_row
            )
            self._connection.execute(_READ_ONLY)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def read_revision(self) -> str | None:
        """Return the schema revision of the database, None when it has no tables of ours."""
        (there,) = self.select("SELECT to_regclass(:name) AS name", {"name": VERSION_TABLE})
        if there["name"] is None:
            return None
        rows = self.select(f"SELECT version_num FROM {VERSION_TABLE}", {})  # noqa: S608
        return str(rows[0]["version_num"]) if rows else None

    def find(self, query: FindQuery) -> tuple[FoundHighlight, ...]:
        """Answer a query; see `pipeline.store.find.find`."""
        if not query.text:  # one statement, which sees one state by itself
            return find(self.select, query, POSTGRES_PAGES)
        with told_clearly(self._name, unreachable=TransientError):
            self._connection.execute(_ONE_STATE)
            try:
                self._connection.execute(BY_INDEX)
                return find(self.select, query, POSTGRES_PAGES)
            finally:
                self._connection.rollback()

    def select(self, sql: str, parameters: Mapping[str, object]) -> Sequence[Row]:
        """Run one reading statement with `:name` parameters."""
        with told_clearly(self._name, unreachable=TransientError):
            statement = _PARAMETER.sub(r"%(\1)s", sql)
            return self._connection.execute(statement.encode(), parameters or None).fetchall()


def _make_conninfo(location: Location) -> str:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    url = location.url.replace("+psycopg", "", 1)
    try:
        patience = conninfo_to_dict(url).get("connect_timeout", CONNECT_TIMEOUT_S)
        return make_conninfo(url, connect_timeout=patience)
    except ProgrammingError as error:
        raise ConfigError(
            f"{location.name} cannot be used; write postgresql://USER:PASSWORD@HOST/NAME"
        ) from error
