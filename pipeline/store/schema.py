"""Bring a database to the schema of this Kandian."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from models.errors import ConfigError
from pipeline.store.engine import BUSY_TIMEOUT_MS, lock, make_writing
from pipeline.store.location import Location
from pipeline.store.version import SCHEMA_REVISION, VERSION_TABLE

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_WAL_RETRY_S = 0.05
"""Between two tries to switch to WAL; SQLite does not wait for that lock by itself."""


def ensure_schema(engine: Engine, location: Location) -> None:
    """Create or upgrade the tables; a database that is current is only looked at.

    Two processes may do this at once: one migrates, the other waits and finds it done. A migration
    happens as a whole or not at all.

    Raises:
        ConfigError: when a newer Kandian wrote the database, or it is somebody else's.
    """
    with engine.connect() as connection:
        if read_revision(connection) == SCHEMA_REVISION:
            return
        if location.path is not None and not _is_ours(connection):
            raise ConfigError(
                f"{location.name} is another application's database; name another file"
            )
    if location.path is not None:
        _switch_to_wal(engine)
    migrate(engine, location, SCHEMA_REVISION)


def read_revision(connection: Connection) -> str | None:
    """Return the schema revision of the database, None when it has no tables of ours."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 (a constant of ours)
    revision: str | None = connection.scalar(query)
    return revision


def migrate(engine: Engine, location: Location, revision: str) -> None:
    """Bring the tables to the revision, up or down (`base` = no tables), in one transaction.

    Raises:
        ConfigError: when the database stands at a revision that this Kandian does not know.
    """
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    with make_writing(engine).begin() as connection:
        lock(connection, "schema")
        config = make_config(connection)
        current = read_revision(connection)
        order = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
        if current is not None and current not in order:
            raise ConfigError(
                f"{location.name} was written by a newer Kandian (schema {current}, this one knows "
                f"up to {SCHEMA_REVISION}); upgrade Kandian"
            )
        try:
            if revision == "base" or (
                current is not None and order.index(revision) > order.index(current)
            ):
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
        except CommandError as error:
            raise ConfigError(f"{location.name} cannot be migrated: {error}") from error


def make_config(connection: Connection) -> Config:
    """Make Alembic's configuration for the migrations inside this package."""
    from alembic.config import Config

    config = Config()
    # Alembic interpolates % in its options, and a home directory may hold one.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _is_ours(connection: Connection) -> bool:
    names = inspect(connection).get_table_names()
    return not names or VERSION_TABLE in names


def _switch_to_wal(engine: Engine) -> None:
    """Let readers read while somebody writes; the mode stays with the file.

    On file systems that cannot (network shares) SQLite keeps its old mode, which is slower only.
    """
    give_up_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    with closing(engine.raw_connection()) as connection:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                    raise
                time.sleep(_WAL_RETRY_S)
            else:
                return
