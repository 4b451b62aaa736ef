"""What goes wrong with disks and processes: told clearly, and never half a recording kept."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from models.errors import ConfigError, InputError, ResourceError, TransientError
from pipeline.store.contract import IndexInput, StageResult
from pipeline.store.failures import told_clearly
from pipeline.store.find import FindQuery
from pipeline.store.location import make_sqlite_url, parse_location
from pipeline.store.lookup import open_lookup
from pipeline.store.readonly import connect_readonly
from pipeline.store.store import Store, open_store

MakeInput = Callable[..., IndexInput]
ROOT = Path(__file__).parents[2]

CHILD = """
import os, pickle, signal, sys
from sqlalchemy import event
from pipeline.store.store import open_store

url, data_path, kill_at = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = open_store(url)
statements = 0

def count(connection, cursor, statement, parameters, context, many):
    global statements
    statements += 1
    if statements == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(store._engine, "after_cursor_execute", count)
with open(data_path, "rb") as file:
    for data in pickle.load(file):
        store.save_index(data)
store.close()
print(statements)
"""
"""Saves what it is told and, when asked to, dies by SIGKILL in the middle of a transaction."""


def start_child(url: str, data: list[IndexInput], folder: Path, kill_at: int) -> subprocess.Popen:
    import pickle

    path = folder / f"{data[0].recording.id}.pickle"
    path.write_bytes(pickle.dumps(data))
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(path), str(kill_at)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("kill_at", [3, 9, 14])
def test_killed_while_saving_nothing_half_is_kept(
    url: str, index_input: MakeInput, tmp_path: Path, kill_at: int
) -> None:
    first = index_input(("P1", 10, 60))
    with open_store(url) as store:
        store.save_index(first)
        before = store.document("rec-1", with_review=True), store.transcript("rec-1")
    second = replace(index_input(("P2", 90, 150)), media=())
    child = start_child(url, [second], tmp_path, kill_at)
    assert child.wait() == -9
    child.communicate()
    with open_store(url) as store:
        assert (store.document("rec-1", with_review=True), store.transcript("rec-1")) == before
        assert store.save_index(second).revision == 2
        assert store.document("rec-1", with_review=False).media == ()


def test_two_processes_save_different_recordings_at_once(
    url: str, index_input: MakeInput, tmp_path: Path
) -> None:
    batches = [[index_input(recording_id=f"r{n}-{i}") for i in range(8)] for n in range(2)]
    children = [start_child(url, batch, tmp_path, 0) for batch in batches]
    for child in children:
        child.communicate()
        assert child.returncode == 0
    with open_store(url) as store:
        assert len(store.recordings()) == 16
        assert len(store.find(FindQuery())) == 3 * 16
        assert not any(store.save_index(data).changed for batch in batches for data in batch)


@pytest.fixture
def full_disk_store(sqlite_store: Store, index_input: MakeInput) -> Iterator[Store]:
    """A store whose file may not grow: SQLite then reports SQLITE_FULL, as a full disk does."""
    store = sqlite_store
    store.save_index(index_input())
    store.close()

    @event.listens_for(store._engine, "connect")
    def forbid_growth(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    yield store
    event.remove(store._engine, "connect", forbid_growth)


def test_a_full_disk_is_told_and_loses_nothing(
    full_disk_store: Store, index_input: MakeInput
) -> None:
    store = full_disk_store
    long = index_input(recording_id="rec-2")
    utterances = long.transcript.utterances
    spoken = tuple(replace(item, words=(), text="很长" * 20_000) for item in utterances)
    with pytest.raises(ResourceError, match="disk is full"):
        store.save_index(replace(long, transcript=replace(long.transcript, utterances=spoken)))
    assert [item.recording.id for item in store.recordings()] == ["rec-1"]


def test_a_file_size_limit_is_a_resource_that_ran_out(sqlite_url: str) -> None:
    script = (
        "import resource, sys\n"
        "from models.errors import ResourceError\n"
        "from pipeline.store.store import open_store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    open_store(sys.argv[1])\n"
        "except ResourceError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, sqlite_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "disk" in done.stdout


def test_a_database_that_stays_locked_may_be_tried_again(
    sqlite_store: Store, sqlite_url: str, index_input: MakeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = sqlite_store
    monkeypatch.setattr("pipeline.store.engine.BUSY_TIMEOUT_MS", 20)
    store.close()
    path = parse_location(sqlite_url).path
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError, match="another process"):
        store.save_index(index_input())
    assert store.recordings() == ()
    other.execute("ROLLBACK")
    other.close()
    assert store.save_index(index_input()).changed


@pytest.mark.parametrize("opener", [open_store, open_lookup], ids=["store", "lookup"])
def test_a_file_that_is_no_database_is_named_and_left_alone(
    tmp_path: Path, opener: Callable[[str], object]
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("买菜\n" * 500, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"notes\.txt.*no SQLite database"):
        opener(make_sqlite_url(path))
    assert path.read_text(encoding="utf-8") == "买菜\n" * 500


def test_a_folder_that_cannot_be_made_is_a_setting_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be made"):
        open_store(make_sqlite_url(tmp_path / "file" / "kandian.db"))


def test_a_folder_in_place_of_the_database_is_a_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        open_store(make_sqlite_url(tmp_path))


def test_a_reader_without_any_right_to_write_reads_all_the_same(
    sqlite_url: str, index_input: MakeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(sqlite_url) as store:
        store.save_index(index_input())
    path = parse_location(sqlite_url).path
    assert path is not None
    real_connect = sqlite3.connect

    def connect(database: str, **options: object) -> sqlite3.Connection:
        """Behave as on a disk mounted read-only, where the -shm file cannot be made."""
        if "immutable" not in database:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return real_connect(database, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr("pipeline.store.readonly.sqlite3.connect", connect)
    with open_lookup(sqlite_url) as lookup:
        assert len(lookup.find(FindQuery())) == 3
    path.with_name(f"{path.name}-wal").write_bytes(b"newer pages")
    with pytest.raises(sqlite3.OperationalError):
        connect_readonly(path)


def test_what_is_done_is_remembered_and_done_again_replaces_it(store: Store) -> None:
    result = StageResult(
        key="sha256:" + "a" * 64,
        stage="transcribe",
        fingerprint="sha256:" + "1" * 64,
        artifact="artifacts/文字.json",
        sha256="b" * 64,
        size_bytes=5_000_000_000,
        created_at=datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
    )
    assert store.stage_result(result.key) is None
    store.record_stage(result)
    assert store.stage_result(result.key) == result
    again = replace(result, sha256="c" * 64)
    store.record_stage(again)
    assert store.stage_result(result.key) == again


class OperationalError(Exception):
    """Looks like what a PostgreSQL driver raises."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("server says no")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("53100", ResourceError),
        ("40001", TransientError),
        ("08006", TransientError),
        ("3D000", ConfigError),
        ("28P01", ConfigError),
        (None, ConfigError),
        ("42601", OperationalError),
        ("25006", ConfigError),
        ("42P07", ConfigError),
        ("22003", InputError),
    ],
    ids=[
        "disk",
        "serialisation",
        "connection",
        "no-database",
        "password",
        "no-server",
        "syntax",
        "standby",
        "table",
        "range",
    ],
)
def test_what_a_server_reports_becomes_what_to_do(
    sqlstate: str | None, kind: type[Exception]
) -> None:
    with pytest.raises(kind, match="server says no"), told_clearly("postgresql://db.example/shop"):
        raise OperationalError(sqlstate)


def test_a_sqlite_without_fts5_is_a_setting_to_mend() -> None:
    with pytest.raises(ConfigError, match="lacks FTS5"), told_clearly("a.db"):
        raise sqlite3.OperationalError("no such module: fts5")


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_what_a_server_cannot_keep_is_the_recordings_fault(
    store: Store, index_input: MakeInput
) -> None:
    data = index_input()
    with pytest.raises(InputError, match="NUL"):
        store.save_index(replace(data, recording=replace(data.recording, title="a\0b")))
    with pytest.raises(InputError, match="too long"):
        store.save_index(
            replace(data, recording=replace(data.recording, fingerprint="sha256:" + "1" * 90))
        )
    assert store.recordings() == ()


def test_an_error_of_our_own_making_is_not_explained_away(store: Store) -> None:
    with pytest.raises(Exception, match=r"no such table|does not exist"):
        store.select("SELECT * FROM nowhere", {})
