"""Connections to the database, set up the way the store needs them."""

from __future__ import annotations

import hashlib
import sqlite3
from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from models.errors import ConfigError
from pipeline.store.location import CONNECT_TIMEOUT_S, NO_DRIVER, Location
from pipeline.store.readonly import connect_readonly

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another one: saving the longest recordings takes about a second, so
thirty seconds let dozens of workers queue behind each other."""
BEGIN = "kandian_begin"
"""Execution option: the statement that opens a transaction on SQLite."""


def make_engine(location: Location) -> Engine:
    """Make the engine of a location; nothing is opened yet.

    SQLite: foreign keys enforced, transactions real (the driver's own are switched off), a commit
    survives a power cut. PostgreSQL: connections that broke while nobody used them are replaced.

    Raises:
        ConfigError: when no driver for the database is installed, or the URL is none.
    """
    if location.path is None:
        return _make_server_engine(location)
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
        return make_engine(location).execution_options(postgresql_readonly=True)
    engine = create_engine("sqlite://", creator=lambda: connect_readonly(path), poolclass=QueuePool)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_reading(engine: Engine) -> Engine:
    """Return the same engine with transactions that see one state of the database throughout.

    SQLite's always do; PostgreSQL's would see what others commit between two statements.
    """
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def make_writing(engine: Engine) -> Engine:
    """Return the same engine with transactions that take SQLite's write lock at their start.

    A transaction that reads first and writes later fails at once when another writer came between
    (sqlite.org/isolation); one that starts by asking for the lock waits for its turn.
    """
    return engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})


def lock(connection: Connection, name: str) -> None:
    """Wait until no other transaction on a server holds the lock of that name, and take it.

    It is given back when the transaction ends. On SQLite a writing transaction is alone anyway.
    """
    if connection.dialect.name == "sqlite":
        return
    digest = hashlib.sha256(f"kandian/{name}".encode(errors="surrogatepass")).digest()
    number = int.from_bytes(digest[:8], signed=True)
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _make_server_engine(location: Location) -> Engine:
    if find_spec("psycopg") is None:
        raise ConfigError(f"{location.name} {NO_DRIVER}")
    try:
        url = make_url(location.url)
        waits = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_S}
        return create_engine(url, pool_pre_ping=True, connect_args=waits)
    except (ImportError, ArgumentError, ValueError) as error:
        # The error's own words may hold the password.
        raise ConfigError(
            f"{location.name} cannot be used ({type(error).__name__}); "
            "write postgresql://USER:PASSWORD@HOST/NAME"
        ) from error


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS:d}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))
