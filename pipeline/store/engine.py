"""Connections to the database, set up the way the store needs them."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from models.errors import ConfigError
from pipeline.store.location import Location
from pipeline.store.readonly import connect_readonly

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another one: saving the longest recordings takes about a second, so
thirty seconds let dozens of workers queue behind each other."""
BEGIN = "kandian_begin"
"""Execution option: the statement that opens a transaction on SQLite."""


def make_engine(location: Location) -> Engine:
    """Make the engine of a location; nothing is opened yet.

    SQLite: foreign keys enforced, transactions real (the driver's own are switched off), a commit
    survives a power cut.

    Raises:
        ConfigError: when no driver for the database is installed.
    """
    if location.path is None:
        try:
            return create_engine(location.url)
        except (ImportError, ArgumentError, NoSuchModuleError) as error:
            raise ConfigError(
                f"{location.name} cannot be used: {error}; install its driver (psycopg)"
            ) from error
    engine = create_engine(URL.create("sqlite", database=str(location.path)))
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_engine_readonly(location: Location) -> Engine:
    """Make an engine that only reads, as far as the database can promise that.

    Raises:
        ConfigError: when no driver for the database is installed.
    """
    path = location.path
    if path is None:
        return make_engine(location)
    engine = create_engine("sqlite://", creator=lambda: connect_readonly(path), poolclass=QueuePool)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_writing(engine: Engine) -> Engine:
    """Return the same engine with transactions that take SQLite's write lock at their start.

    A transaction that reads first and writes later fails at once when another writer came between
    (sqlite.org/isolation); one that starts by asking for the lock waits for its turn.
    """
    return engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS:d}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))
