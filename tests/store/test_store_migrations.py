"""What is kept survives every migration, down and up again, from every released revision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from models.highlight import Action, Correction
from pipeline.store.contract import IndexInput
from pipeline.store.engine import make_engine
from pipeline.store.find import FindQuery
from pipeline.store.location import parse_location
from pipeline.store.schema import MIGRATIONS, migrate
from pipeline.store.store import Store, open_store
from pipeline.store.version import SCHEMA_REVISION, VERSION_TABLE

MakeInput = Callable[..., IndexInput]
REVISIONS = sorted(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
LATER = ("search_pages", "search_index", "leases", "failures", "operator_marks")
"""Tables of later revisions, made of what the others hold or of no worth to keep."""


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Read all rows of all tables that hold what cannot be made again."""
    with engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=str)  # noqa: S608
            for name in inspect(connection).get_table_names()
            if name != VERSION_TABLE and not name.startswith(LATER)
        }


def answers(store: Store) -> tuple[object, ...]:
    return (
        store.document("rec-1", with_review=True),
        store.transcript("rec-1"),
        store.corrections("rec-1"),
        store.recordings(),
        *(store.find(FindQuery(text=word)) for word in ("围巾", "锅", "lamp", "再见")),
    )


@pytest.mark.parametrize("revision", REVISIONS)
def test_down_to_any_revision_and_up_again_keeps_everything(
    store: Store,
    url: str,
    index_input: MakeInput,
    correction: Callable[..., Correction],
    revision: str,
) -> None:
    store.save_index(index_input(("P1", 10, 60), ("P2", 90, 150)))
    store.save_index(index_input(("P1", 12, 60), ("P3", 200, 240)))
    store.save_index(index_input(recording_id="rec-2"))
    first, _ = store.document("rec-1", with_review=True).highlights
    store.correct(correction(Action.RELINK, first, product_id="P2"))
    before = answers(store)
    assert all(before)
    store.close()
    location = parse_location(url)
    engine = make_engine(location)
    rows = contents(engine)
    migrate(engine, location, revision)
    if revision != SCHEMA_REVISION:
        assert contents(engine) == rows
    engine.dispose()
    with open_store(url) as again:
        assert answers(again) == before
        assert contents(again._engine) == rows
        assert again.save_index(index_input(recording_id="rec-3")).changed
        assert len(again.find(FindQuery(text="明天再见"))) == 3
