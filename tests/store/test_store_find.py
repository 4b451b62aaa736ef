"""Looking up, through SQLAlchemy and through SQLite's own driver alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from models.errors import ConfigError, InputError
from models.highlight import Status
from models.span import Span
from pipeline.store.contract import IndexInput
from pipeline.store.find import FindQuery, FoundHighlight, find
from pipeline.store.folding import fold, format_contains
from pipeline.store.location import make_sqlite_url
from pipeline.store.lookup import Lookup, open_lookup
from pipeline.store.pages import BY_INDEX, POSTGRES_PAGES, SQLITE_PAGES
from pipeline.store.select import Row
from pipeline.store.store import Store, open_store, open_store_readonly
from tests.postgres import Server

MakeInput = Callable[..., IndexInput]
REVIEW = frozenset({Status.PUBLISHED, Status.REVIEW})


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def indexed_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        yield make_sqlite_url(tmp_path_factory.mktemp("find") / "kandian.db")
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.make()
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture
def lookups(indexed_url: str, index_input: MakeInput) -> Iterator[tuple[Lookup, Store]]:
    with open_store(indexed_url) as store:
        store.save_index(index_input())
        other = index_input(("P3", 20, 50), recording_id="rec-2", status=Status.REVIEW)
        store.save_index(other)
        with open_lookup(indexed_url) as lookup:
            yield lookup, store


def brief(found: tuple[FoundHighlight, ...]) -> list[tuple[str, str | None, int]]:
    return [(item.recording_id, item.product_id, item.span.start_ms // 1000) for item in found]


P1_FIRST, P2, P1_SECOND = ("rec-1", "P1", 10), ("rec-1", "P2", 90), ("rec-1", "P1", 200)
P3_REVIEW = ("rec-2", "P3", 20)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (FindQuery(), [P1_FIRST, P2, P1_SECOND]),
        (FindQuery(statuses=REVIEW), [P1_FIRST, P2, P1_SECOND, P3_REVIEW]),
        (FindQuery(product_id="P1"), [P1_FIRST, P1_SECOND]),
        (FindQuery(product_id="P"), []),
        (FindQuery(recording_id="rec-2", statuses=REVIEW), [P3_REVIEW]),
        (FindQuery(at_ms=10_000), [P1_FIRST]),
        (FindQuery(at_ms=59_999), [P1_FIRST]),
        (FindQuery(at_ms=60_000), []),
        (FindQuery(min_confidence=0.875), [P1_FIRST, P2, P1_SECOND]),
        (FindQuery(min_confidence=0.876), []),
        (FindQuery(text="灰围巾"), [P1_FIRST, P1_SECOND]),
        (FindQuery(text="北岭 羊毛"), [P1_FIRST, P1_SECOND]),
        (FindQuery(text="北岭 炒锅"), []),
        (
            FindQuery(text="圍巾", spellings=("围巾",)),
            [P1_FIRST, P1_SECOND, ("rec-2", None, 12)],
        ),
        (FindQuery(text="圍巾"), []),
        (FindQuery(text="desk LAMP", statuses=REVIEW), [P3_REVIEW]),
        (FindQuery(text="ｄｅｓｋ", statuses=REVIEW), [P3_REVIEW]),
        (FindQuery(text="100%"), [P2]),
        (FindQuery(text="%"), [P2]),
        (FindQuery(text="lamp_", statuses=REVIEW), [P3_REVIEW]),
        (FindQuery(text="_", statuses=REVIEW), [P3_REVIEW]),
        (FindQuery(text="!"), []),
        (FindQuery(text="'; DROP TABLE highlights; --"), []),
        (FindQuery(text="不粘"), [P2, ("rec-2", None, 95)]),
        (FindQuery(text="不粘", product_id="P2"), [P2]),
        (FindQuery(text="不粘", product_id="P1"), []),
        (FindQuery(text="不粘", recording_id="rec-1"), [P2]),
        (FindQuery(text="不粘", min_confidence=0.5), [P2]),
        (FindQuery(text="不扎 很软", recording_id="rec-1"), [P1_FIRST]),
        (FindQuery(text="很软 不粘"), []),
        (FindQuery(text="大家好", recording_id="rec-1"), [("rec-1", None, 0)]),
        (FindQuery(text="大家好", at_ms=1_000, recording_id="rec-1"), [("rec-1", None, 0)]),
        (FindQuery(text="大家好", at_ms=9_000), []),
        (FindQuery(text="谢谢观看"), []),
        (FindQuery(text="   "), [P1_FIRST, P2, P1_SECOND]),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, FindQuery) else "",
)
def test_find(
    lookups: tuple[Lookup, Store],
    query: FindQuery,
    expected: list[tuple[str, str | None, int]],
) -> None:
    lookup, store = lookups
    assert brief(lookup.find(query)) == expected
    assert store.find(query) == lookup.find(query)


def test_words_in_the_transcript_tell_what_was_said_and_when(
    lookups: tuple[Lookup, Store],
) -> None:
    (found,) = lookups[0].find(FindQuery(text="围巾", at_ms=12_500, recording_id="rec-1"))
    assert found.matching_text == "来看这条围巾"
    assert found.matching_at_ms == 12_000
    assert found.span == Span(10_000, 60_000)
    assert found.point_ms == 10_500
    assert (found.recording_title, found.product_title) == ("周三晚场", "羊毛围巾 灰色")
    assert (found.status, found.confidence) == (Status.PUBLISHED, 0.875)


def test_words_outside_every_highlight_answer_by_themselves(
    lookups: tuple[Lookup, Store],
) -> None:
    (found,) = lookups[0].find(FindQuery(text="明天再见", recording_id="rec-1"))
    assert (found.span, found.point_ms) == (Span(250_000, 254_000), 250_000)
    assert found.highlight_id is found.product_id is found.status is found.confidence is None


def test_listings_are_the_same_both_ways(lookups: tuple[Lookup, Store]) -> None:
    lookup, store = lookups
    assert lookup.recordings() == store.recordings()
    assert lookup.products(None) == store.products(None)
    assert lookup.products("rec-2") == store.products("rec-2")
    assert len(lookup.products(None)) == 6
    assert len(lookup.products("rec-2")) == 3


def test_a_lookup_sees_what_is_saved_after_it_was_opened(
    lookups: tuple[Lookup, Store], index_input: MakeInput
) -> None:
    lookup, store = lookups
    store.save_index(index_input(recording_id="rec-3"))
    assert len(lookup.find(FindQuery(recording_id="rec-3"))) == 3
    store.delete_recording("rec-3")
    assert lookup.find(FindQuery(recording_id="rec-3")) == ()


def test_nothing_can_be_written_through_a_reader(
    lookups: tuple[Lookup, Store], indexed_url: str, index_input: MakeInput
) -> None:
    with open_store_readonly(indexed_url) as reader:
        assert reader.document("rec-1", with_review=False).recording.id == "rec-1"
        with pytest.raises(ConfigError, match="read-only"):
            reader.save_index(replace(index_input(), media=()))
    assert lookups[1].document("rec-1", with_review=False).media


@pytest.mark.parametrize("opener", [open_lookup, open_store_readonly], ids=["lookup", "store"])
def test_where_nothing_is_indexed_a_reader_says_so_and_makes_nothing(
    url: str, opener: Callable[[str], object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(InputError, match="nothing is indexed here yet"):
        opener(url)
    folder = tmp_path_factory.mktemp("empty")
    (folder / "kandian.db").touch()
    with pytest.raises(InputError, match="nothing is indexed here yet"):
        opener(make_sqlite_url(folder / "kandian.db"))
    assert [path.name for path in folder.iterdir()] == ["kandian.db"]


@pytest.mark.parametrize(
    "query",
    [
        lambda: FindQuery(at_ms=-1),
        lambda: FindQuery(min_confidence=1.5),
        lambda: FindQuery(text=" ".join("abcdefghijklmnopq")),
    ],
    ids=["before-0", "no-probability", "too-many-words"],
)
def test_a_question_without_sense_is_refused(query: Callable[[], FindQuery]) -> None:
    with pytest.raises(InputError):
        query()


@pytest.mark.parametrize(
    "query",
    [
        FindQuery(product_id="P1"),
        FindQuery(recording_id="rec-1"),
        FindQuery(recording_id="rec-1", at_ms=10_000),
        FindQuery(recording_id="rec-1", text="围巾"),
        FindQuery(text="围巾"),
        FindQuery(text="锅 不粘", at_ms=95_000),
        FindQuery(text="锅", product_id="P2"),
    ],
    ids=["product", "recording", "moment", "text-in-one", "text", "text-at", "text-of-product"],
)
def test_no_question_reads_a_whole_table(lookups: tuple[Lookup, Store], query: FindQuery) -> None:
    engine = lookups[1]._engine
    on_server = engine.dialect.name == "postgresql"
    explain = "EXPLAIN " if on_server else "EXPLAIN QUERY PLAN "
    plans: list[str] = []
    with engine.connect() as connection:
        if on_server:
            connection.execute(text(BY_INDEX))

        def select(sql: str, parameters: Mapping[str, object]) -> list[Row]:
            rows = connection.execute(text(explain + sql), dict(parameters))
            plans.extend(str(row[-1]) for row in rows)
            return []

        find(select, query, POSTGRES_PAGES if on_server else SQLITE_PAGES)
    assert plans
    scans = [line for line in plans if "Seq Scan" in line or line.strip().startswith("SCAN")]
    # A page that was found, the virtual table and the few pages without an index are no tables.
    harmless = ("VIRTUAL TABLE", "search_pages_unindexed", "SCAN g", "SUBQUERY", "CO-ROUTINE")
    assert [line for line in scans if not any(word in line for word in harmless)] == []
    if query.text and query.recording_id is None:
        assert any("search_pages_grams" in line or "search_index" in line for line in plans)


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="!%_a"), st.text(alphabet="!%_a"))
def test_a_pattern_finds_exactly_what_contains_the_word(word: str, text: str) -> None:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    (hit,) = connection.execute(
        "SELECT ? LIKE ? ESCAPE '!'", (text, format_contains(word))
    ).fetchone()
    connection.close()
    assert bool(hit) is (word in text)
