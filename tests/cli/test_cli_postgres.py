"""The same commands over the same index on PostgreSQL and on SQLite say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import QUICK, Kandian, Show
from tests.postgres import Server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    name = postgres.make()
    yield postgres.url_of(name)
    postgres.drop(name)


_TIMES = re.compile(r'"took_s": [0-9.]+')
"""What a batch says of itself that no two runs share."""


class Both:
    """Runs a command on either database, in one workspace each."""

    def __init__(self, kandian: Kandian, url: str) -> None:
        self._sqlite = kandian
        self._postgres = type(kandian)(kandian.workspace.with_name("pg"))
        self._url = url

    def __call__(self, *arguments: object, code: int = 0) -> str:
        """Run it on both, hold the answers against each other and return the data."""
        first = self._sqlite(*arguments)
        second = self._postgres("--db", self._url, *arguments)
        assert (first.code, second.code) == (code, code), (first.err, second.err)
        assert _TIMES.sub("", second.out) == _TIMES.sub("", first.out)
        return first.out


@pytest.fixture
def both(kandian: Kandian, database: str) -> Both:
    return Both(kandian, database)


def test_every_command_says_the_same_on_both(both: Both, show: Show, tmp_path: Path) -> None:
    both("find", code=1)
    both(*show.job, "--id", "show", "--title", "晚场")
    manifest = tmp_path / "jobs.csv"
    manifest.write_text(
        f"transcript,catalogue,id\n{show.transcript},{show.catalogue},other\n", encoding="utf-8"
    )
    both(
        "batch",
        manifest,
        *QUICK,
    )
    assert len(json.loads(both("find", "--text", "圍巾"))) == 2
    (first, _) = json.loads(both("find", "--product", "P1"))
    both("find", "--at", "0:10", "--recording", "show")
    both("find", "--text", "锅")
    both("export", "show", "--format", "json")
    both("export", "show", "--format", "webvtt")
    both("highlight", "remove", first["recording_id"], first["id"])
    assert len(json.loads(both("find", "--product", "P1"))) == 1
    for listing in (("review",), ("recordings", "show", "show"), ("catalogue", "list")):
        both(*listing)


def test_a_password_is_never_shown(kandian: Kandian, database: str) -> None:
    url = database.replace("postgres@", "postgres:secret@")
    for arguments in (("db", "url"), ("db", "upgrade")):
        ran = kandian("--db", url, *arguments)
        assert "secret" not in ran.out + ran.err
        assert "postgresql://postgres:***@/kandian" in ran.out + ran.err


def test_a_server_that_nobody_reaches_is_a_setting(kandian: Kandian, tmp_path: Path) -> None:
    ran = kandian("--db", f"postgresql://nobody:secret@/none?host={tmp_path}", "find")
    assert ran.code == 3
    assert "cannot be reached" in ran.err
    assert "secret" not in ran.err
