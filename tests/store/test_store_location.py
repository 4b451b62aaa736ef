"""Where an index may be kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from pipeline.store.location import make_sqlite_url, parse_location
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


def test_a_server_without_its_driver_is_a_setting_to_mend() -> None:
    with pytest.raises(ConfigError, match=r"db\.example/shop cannot be used.*driver"):
        open_store("postgresql+psycopg2://kandian:secret@db.example/shop")
