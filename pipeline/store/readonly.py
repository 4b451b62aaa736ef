"""Open a SQLite index for reading only, with the driver alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from models.errors import InputError
from pipeline.store.location import Location

NOTHING_INDEXED = (
    "nothing is indexed here yet ({}); run kandian index first, or name another workspace"
)
"""What a reader says where there is nothing to read."""
_BUSY_TIMEOUT_S = 30.0
"""A reader of a WAL database waits only while another process recovers it after a crash."""


def check_indexed(location: Location) -> None:
    """Make sure that there is a database file at all.

    Raises:
        InputError: when there is none, or an empty one.
    """
    path = location.path
    if path is not None and not (path.is_file() and path.stat().st_size):
        raise InputError(NOTHING_INDEXED.format(f"{path} is not there"))


def connect_readonly(path: Path) -> sqlite3.Connection:
    """Open the file so that nothing can be written through the connection.

    A reader of a WAL database writes into its `-shm` file. Where not even that can be done (a
    read-only disk) and no `-wal` file holds newer pages, the file is read as one that cannot
    change (sqlite.org/wal, "Read-Only Databases").

    Raises:
        sqlite3.Error: when it cannot be opened or is no database.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _connect(uri)
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        log = path.with_name(f"{path.name}-wal")
        if code not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY} or _holds_pages(log):
            raise
        return _connect(f"{uri}&immutable=1")


def _connect(uri: str) -> sqlite3.Connection:
    # Connections go back to SQLAlchemy's pool and may serve another thread next, never two at once.
    connection = sqlite3.connect(
        uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _holds_pages(log: Path) -> bool:
    return log.exists() and log.stat().st_size > 0
