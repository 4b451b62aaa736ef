"""Answer look-ups fast: read-only, without SQLAlchemy unless the tables need an upgrade."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from pipeline.store.failures import told_clearly
from pipeline.store.find import FindQuery, FoundHighlight, find
from pipeline.store.listing import ListedProduct, ListedRecording, list_products, list_recordings
from pipeline.store.location import Location, parse_location
from pipeline.store.pages import SQLITE_PAGES
from pipeline.store.readonly import check_indexed, connect_readonly
from pipeline.store.select import Row, Select
from pipeline.store.version import SCHEMA_REVISION, VERSION_TABLE

if TYPE_CHECKING:
    from pipeline.store.direct import DirectLookup

Ask = Callable[[FindQuery], tuple[FoundHighlight, ...]]
"""Answers one question from one state of the database."""


class Lookup:
    """Read-only questions to an index; a context manager that closes its connection."""

    def __init__(self, select: Select, close: Callable[[], None], ask: Ask) -> None:
        self._select = select
        self._close = close
        self._ask = ask

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._close()

    def find(self, query: FindQuery) -> tuple[FoundHighlight, ...]:
        """Answer a query; see `pipeline.store.find.find`."""
        return self._ask(query)

    def products(self, recording_id: str | None) -> tuple[ListedProduct, ...]:
        """List the products of one recording's catalogue, or of all recordings."""
        return list_products(self._select, recording_id)

    def recordings(self) -> tuple[ListedRecording, ...]:
        """List the recordings, sorted by id."""
        return list_recordings(self._select)


def open_lookup(url: str) -> Lookup:
    """Open an index for look-ups; nothing is written, unless its schema is old and is upgraded.

    Raises:
        InputError: when nothing is indexed there yet.
        ConfigError: when the database cannot be read.
    """
    location = parse_location(url)
    check_indexed(location)
    if location.path is not None:
        with told_clearly(location.name):
            connection = connect_readonly(location.path)
            if _read_revision(connection) == SCHEMA_REVISION:
                connection.row_factory = sqlite3.Row
                select = _make_select(connection, location)
                return Lookup(select, connection.close, _make_ask(connection, location, select))
            connection.close()
    else:
        direct = _open_direct(location)
        if direct is not None:
            return Lookup(direct.select, direct.close, direct.find)
    from pipeline.store.store import open_store_readonly

    store = open_store_readonly(url)
    return Lookup(store.select, store.close, store.find)


def _open_direct(location: Location) -> DirectLookup | None:
    """Connect to the server; None when its schema is not this Kandian's."""
    from pipeline.store.direct import DirectLookup

    direct = DirectLookup(location)
    try:
        if direct.read_revision() == SCHEMA_REVISION:
            return direct
    except BaseException:
        direct.close()
        raise
    direct.close()
    return None


def _read_revision(connection: sqlite3.Connection) -> str | None:
    tables = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (VERSION_TABLE,)
    ).fetchone()
    if tables is None:
        return None
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
    return None if row is None else str(row[0])


def _make_ask(connection: sqlite3.Connection, location: Location, select: Select) -> Ask:
    def ask(query: FindQuery) -> tuple[FoundHighlight, ...]:
        with told_clearly(location.name):
            connection.execute("BEGIN")
            try:
                return find(select, query, SQLITE_PAGES)
            finally:
                connection.rollback()

    return ask


def _make_select(connection: sqlite3.Connection, location: Location) -> Select:
    def select(sql: str, parameters: Mapping[str, object]) -> Sequence[Row]:
        with told_clearly(location.name):
            return connection.execute(sql, dict(parameters)).fetchall()

    return select
