"""Where an index may be kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from pipeline.store.location import make_sqlite_url, parse_location
from pipeline.store.lookup import open_lookup
from pipeline.store.store import open_store

names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)


@given(names.filter(lambda name: name not in {".", "..", ":memory:"}))
def test_any_file_name_survives_its_url(name: str) -> None:
    path = Path("/srv") / name
    assert parse_location(make_sqlite_url(path)).path == path
    assert parse_location(make_sqlite_url(Path(name))).path == Path(name)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "kandian.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
        "mysql://localhost/kandian",
        "postgresql+psycopg2://kandian@localhost/kandian",
        "oracle://scott:tiger@localhost",
    ],
)
def test_where_no_index_can_be_kept(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        open_store(url)
    assert "tiger" not in str(raised.value)


def test_a_password_is_never_shown() -> None:
    location = parse_location("postgresql://kandian:secret@db.example/shop")
    assert location.path is None
    assert location.name == "postgresql://db.example/shop"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_is_spoken_to_through_psycopg_3(scheme: str) -> None:
    assert parse_location(f"{scheme}://h/n").url == "postgresql+psycopg://h/n"


@pytest.mark.parametrize("opener", [open_store, open_lookup], ids=["store", "lookup"])
@pytest.mark.parametrize(
    "end", ["localhost:port/shop", "localhost/shop?colour=red", "localhost:9/shop", "[/shop"]
)
def test_a_url_of_no_server_is_told_without_its_password(
    opener: Callable[[str], object], end: str
) -> None:
    with pytest.raises(ConfigError, match="postgresql") as raised:
        opener(f"postgresql://kandian:secret@{end}")
    assert "secret" not in str(raised.value)


def test_a_server_without_its_driver_is_a_setting_to_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.store.engine.find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match=r"db\.example/shop needs.*kandian\[postgres\]"):
        open_store("postgresql://kandian:secret@db.example/shop")
