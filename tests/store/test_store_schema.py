"""Migrations make exactly the declared tables, once, whoever comes first."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from models.errors import ConfigError, InputError
from models.tables import Base
from pipeline.store.contract import IndexInput
from pipeline.store.engine import make_engine
from pipeline.store.location import make_sqlite_url, parse_location
from pipeline.store.lookup import open_lookup
from pipeline.store.schema import MIGRATIONS, migrate, read_revision
from pipeline.store.store import open_store, open_store_readonly
from pipeline.store.version import SCHEMA_REVISION, VERSION_TABLE
from tests.postgres import Server

FTS5 = "search_index"
"""SQLite's virtual table and, with more behind the name, the tables in which it keeps itself."""


def structure(engine: Engine) -> dict[str, object]:
    inspector = inspect(engine)
    return {
        name: (
            {column["name"]: (str(column["type"]), column["nullable"]) for column in columns},
            inspector.get_pk_constraint(name),
            sorted(inspector.get_foreign_keys(name), key=str),
            sorted(inspector.get_check_constraints(name), key=str),
            sorted(
                (
                    index
                    for index in inspector.get_indexes(name)
                    if is_declared(index["name"], "index", {})
                ),
                key=str,
            ),
        )
        for name in inspector.get_table_names()
        if name != VERSION_TABLE and not name.startswith(FTS5)
        for columns in [inspector.get_columns(name)]
    }


def is_declared(name: str | None, kind: str, parents: object) -> bool:
    """Leave out the index of words, which is of each database's own kind."""
    del parents
    if kind == "index":
        return name not in {"search_pages_grams", "search_pages_unindexed"}
    return kind != "table" or not str(name).startswith(FTS5)


def test_migrations_make_the_declared_tables(url: str, tmp_path: Path) -> None:
    open_store(url).close()
    migrated = make_engine(parse_location(url))
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "compare_type": True,
                "include_name": is_declared,
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    if migrated.dialect.name == "sqlite":
        declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
        Base.metadata.create_all(declared)
        assert structure(migrated) == structure(declared)
        declared.dispose()
    migrated.dispose()


def test_down_and_up_again_is_the_same_schema(url: str) -> None:
    location = parse_location(url)
    open_store(url).close()
    engine = make_engine(location)
    first = structure(engine)
    migrate(engine, location, "base")
    assert structure(engine) == {}
    migrate(engine, location, SCHEMA_REVISION)
    assert structure(engine) == first
    engine.dispose()


def test_the_newest_migration_is_the_one_that_is_expected() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [SCHEMA_REVISION]


@pytest.mark.parametrize(
    "opener", [open_store, open_store_readonly, open_lookup], ids=["store", "readonly", "lookup"]
)
def test_opening_an_older_database_upgrades_it(url: str, opener: Callable[[str], object]) -> None:
    location = parse_location(url)
    open_store(url).close()
    engine = make_engine(location)
    migrate(engine, location, "0001")
    opener(url).close()  # type: ignore[attr-defined]
    with engine.connect() as connection:
        assert read_revision(connection) == SCHEMA_REVISION
    engine.dispose()


@pytest.mark.parametrize(
    "opener", [open_store, open_store_readonly, open_lookup], ids=["store", "readonly", "lookup"]
)
def test_a_newer_database_is_left_alone(url: str, opener: Callable[[str], object]) -> None:
    open_store(url).close()
    engine = make_engine(parse_location(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE kandian_schema SET version_num = '9999'"))
    before = structure(engine)
    with pytest.raises(ConfigError, match="newer Kandian"):
        opener(url)
    assert structure(engine) == before
    with engine.connect() as connection:
        assert read_revision(connection) == "9999"
    engine.dispose()


def test_on_a_server_others_may_keep_tables_beside_ours(
    postgres: Server, index_input: Callable[..., IndexInput]
) -> None:
    name = postgres.make()
    engine = make_engine(parse_location(postgres.url_of(name)))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE visits (url TEXT)"))
    with open_store(postgres.url_of(name)) as store:
        assert store.save_index(index_input()).changed
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE kandian_schema"))
    with pytest.raises(ConfigError, match="in the way"):
        open_store(postgres.url_of(name))
    assert inspect(engine).has_table("visits")
    engine.dispose()
    postgres.drop(name)


def test_another_applications_database_is_left_alone(sqlite_url: str) -> None:
    url = sqlite_url
    path = parse_location(url).path
    assert path is not None
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE visits (url TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="another application"):
        open_store(url)
    assert path.read_bytes() == before


def test_reading_another_applications_database_says_so(sqlite_url: str) -> None:
    url = sqlite_url
    path = parse_location(url).path
    assert path is not None
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE visits (url TEXT)")
    connection.close()
    with pytest.raises((ConfigError, InputError), match="another application"):
        open_lookup(url)


def test_the_tables_can_be_made_on_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements = [
        str(make(item).compile(dialect=dialect))
        for table in Base.metadata.sorted_tables
        for make, items in ((CreateTable, [table]), (CreateIndex, table.indexes))
        for item in items
    ]
    assert any("BIGSERIAL" in statement for statement in statements)
    assert any("TIMESTAMP WITH TIME ZONE" in statement for statement in statements)
    assert all(len(name) <= 63 for name in names_of_all_constraints())


def names_of_all_constraints() -> list[str]:
    return [
        str(item.name)
        for table in Base.metadata.sorted_tables
        for item in (*table.constraints, *table.indexes)
    ]


def test_a_database_is_durable_and_lets_readers_read(sqlite_url: str) -> None:
    open_store(sqlite_url).close()
    engine = make_engine(parse_location(sqlite_url))
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    engine.dispose()
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 30_000,
    }


def test_processes_may_make_the_database_at_once(url: str) -> None:
    script = "import sys; from pipeline.store.store import open_store; open_store(sys.argv[1])"
    children = [
        subprocess.Popen([sys.executable, "-c", script, url], cwd=MIGRATIONS.parents[2])
        for _ in range(3)
    ]
    assert [child.wait() for child in children] == [0, 0, 0]
    engine = make_engine(parse_location(url))
    with engine.connect() as connection:
        assert read_revision(connection) == SCHEMA_REVISION
    engine.dispose()


def test_a_folder_with_percent_signs_is_ordinary(
    tmp_path: Path, index_input: Callable[..., IndexInput]
) -> None:
    with open_store(make_sqlite_url(tmp_path / "%(here)s" / "a.db")) as store:
        assert store.save_index(index_input()).changed
