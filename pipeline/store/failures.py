"""Database failures told in Kandian's own errors, by what the user can do about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import ConfigError, InputError, KandianError, ResourceError, TransientError

_PRIMARY_CODE = 0xFF
"""SQLite's extended result codes keep the primary code in the low byte (sqlite.org/rescode)."""
_SQLITE_FAILURES: dict[int, tuple[type[KandianError], str]] = {
    sqlite3.SQLITE_FULL: (ResourceError, "the disk is full; free some space and run again"),
    sqlite3.SQLITE_IOERR: (ResourceError, "the disk cannot be read or written; check it"),
    sqlite3.SQLITE_BUSY: (TransientError, "another process is writing to it; try again"),
    sqlite3.SQLITE_LOCKED: (TransientError, "another process is writing to it; try again"),
    sqlite3.SQLITE_READONLY: (ConfigError, "it is read-only; make it and its folder writable"),
    sqlite3.SQLITE_PERM: (ConfigError, "access to it is denied; check its permissions"),
    sqlite3.SQLITE_CANTOPEN: (
        ConfigError,
        "it cannot be opened; its folder must exist and be writable",
    ),
    sqlite3.SQLITE_NOTADB: (ConfigError, "it is no SQLite database; name another file"),
    sqlite3.SQLITE_CORRUPT: (ConfigError, "it is damaged; restore a backup or index again"),
}
_NO_FTS5 = (ConfigError, "this Python's SQLite lacks FTS5; use a Python that has it")
_SERVER_FAILURES: dict[str, tuple[type[KandianError], str]] = {
    "53": (ResourceError, "the server lacks disk, memory or connections"),
    "40": (TransientError, "another process changed the same rows; try again"),
    "57": (TransientError, "the server stopped the work; try again"),
    "08": (TransientError, "the connection broke; try again"),
    "25006": (ConfigError, "it is read-only; name the server that takes writes"),
    "42501": (ConfigError, "this user may not do that; grant it, or name another user"),
    "42P07": (
        ConfigError,
        "another application's table is in the way; give Kandian a database of its own",
    ),
    "22": (InputError, "a value is too long or too large to be kept; mend that recording"),
    "28": (ConfigError, "the server refuses this user; check the URL"),
    "3D": (ConfigError, "the server has no such database; create it or check the URL"),
}
"""By the SQLSTATE that PostgreSQL reports, or by its class, which is its first two characters."""
_UNREACHABLE: dict[type[KandianError], str] = {
    ConfigError: "the server cannot be reached or refuses; check the URL",
    TransientError: "the connection broke; try again",
}
"""When the driver failed before the server could report anything."""


@contextmanager
def told_clearly(name: str, *, unreachable: type[KandianError] = ConfigError) -> Iterator[None]:
    """Turn failures of the database called `name` into Kandian's errors, cause kept.

    A server that cannot be reached is `unreachable`: a wrong setting as long as nobody ever
    reached it, later a restart or a broken line (TransientError).

    Raises:
        ConfigError, ResourceError, TransientError: by the code that the database gave.
        InputError: for text that is no Unicode (half a surrogate pair).
    """
    try:
        yield
    except KandianError:
        raise
    except UnicodeEncodeError as error:
        raise InputError(
            f"{error.object[max(0, error.start - 20) : error.end]!r} is not Unicode text and "
            "cannot be kept; mend that title or transcript"
        ) from error
    except Exception as error:
        if (told := _explain(error, name, unreachable)) is not None:
            raise told from error
        raise


def _explain(error: Exception, name: str, unreachable: type[KandianError]) -> KandianError | None:
    """Return the error to raise instead; None when this is no database failure we know."""
    # SQLAlchemy keeps the driver's own exception in `orig`; asking for the attribute instead of
    # the class keeps SQLAlchemy out of the look-up commands.
    cause = getattr(error, "orig", None) or error
    known = None
    if isinstance(cause, sqlite3.Error):
        known = _SQLITE_FAILURES.get(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY_CODE)
        known = _NO_FTS5 if "no such module: fts5" in str(cause) else known
    elif hasattr(cause, "sqlstate"):
        known = _server_failure(type(cause).__name__, cause.sqlstate, unreachable)
    if known is None:
        return None
    kind, advice = known
    words = " ".join(str(cause).split())  # a server that is not there is told of over two lines
    return kind(f"the database {name} failed ({words}): {advice}")


def _server_failure(
    kind: str, sqlstate: str | None, unreachable: type[KandianError]
) -> tuple[type[KandianError], str] | None:
    if sqlstate is not None:
        return _SERVER_FAILURES.get(sqlstate) or _SERVER_FAILURES.get(sqlstate[:2])
    wrong_url = kind == "ProgrammingError" and unreachable is ConfigError
    if kind == "OperationalError" or wrong_url:
        return unreachable, _UNREACHABLE[unreachable]
    if kind == "DataError":  # the driver found a NUL before the server could
        return InputError, "take the NUL character out of that title or transcript"
    return None
