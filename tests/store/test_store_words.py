"""Words are found wherever they are said, by the same index of pieces on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from models.transcript import Utterance
from pipeline.store.contract import IndexInput
from pipeline.store.find import FindQuery
from pipeline.store.folding import fold
from pipeline.store.grams import MAX_GRAMS, format_fts5, format_tsquery, grams_of
from pipeline.store.location import make_sqlite_url
from pipeline.store.pages import POSTGRES_PAGES, SQLITE_PAGES
from pipeline.store.store import Store, open_store
from tests.postgres import Server

MakeInput = Callable[..., IndexInput]

SAID = (
    "来看这条羊毛围巾",
    "圍巾今晚一百二十九",
    "巾帼不让须眉，帽子也有",
    "iPhone 17 Pro的手機殼",
    "p50手机壳买一送一",
    "C++ 入门 100%_! 'quoted\" \\back* NEAR(a) AND",
    "Desk lamp, lamps and LAMPSHADES",
    "ＮＩＫＥ运动鞋 size ４２",
    "😀好物🎁推荐",
    "𠮷野家牛肉饭",
    "锅",
    "ok",
)
"""One after another in one recording of its own each, so that an answer names its sentence."""


def spoken(data: IndexInput, texts: tuple[str, ...]) -> IndexInput:
    utterances = tuple(
        Utterance(span=Span(number * 10, number * 10 + 10), text=text, raw_text=text)
        for number, text in enumerate(texts)
    )
    return replace(data, transcript=replace(data.transcript, utterances=utterances))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def words_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        yield make_sqlite_url(tmp_path_factory.mktemp("words") / "kandian.db")
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.make(request.getfixturevalue("empty_index"))
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture
def words(words_url: str, index_input: MakeInput) -> Iterator[Store]:
    with open_store(words_url) as store:
        for number, text in enumerate(SAID):
            store.save_index(spoken(index_input(recording_id=f"r{number:02d}"), (text,)))
        yield store


@pytest.mark.parametrize(
    ("text", "spellings", "expected"),
    [
        ("围巾", (), [0]),
        ("圍巾", (), [1]),
        ("圍巾", ("围巾",), [0, 1]),
        ("巾", (), [0, 1, 2]),
        ("手机", ("手機",), [3, 4]),
        ("帽", (), [2]),
        ("锅", (), [10]),
        ("毛围", (), [0]),
        ("羊毛围巾", (), [0]),
        ("围巾 羊", (), [0]),
        ("围巾 帽子", (), []),
        ("巾围", (), []),
        ("iphone", (), [3]),
        ("IPHONE pro", (), [3]),
        ("17", (), [3]),
        ("p", (), [3, 4, 6]),
        ("o的手", (), [3]),
        ("0手", (), [4]),
        ("lamp", (), [6]),
        ("amps", (), [6]),
        ("lampsh", (), [6]),
        ("la", (), [6]),
        ("nike", (), [7]),
        ("４2", (), [7]),
        ("c++", (), [5]),
        ("100%_!", (), [5]),
        ("%", (), [5]),
        ("'", (), [5]),
        ('"', (), [5]),
        ("\\", (), [5]),
        ("*", (), [5]),
        ("'quoted\"", (), [5]),
        ("near(a)", (), [5]),
        ("and", (), [5, 6]),
        ("OR", (), []),
        ("😀", (), [8]),
        ("🎁推", (), [8]),
        ("𠮷", (), [9]),
        ("𠮷野家", (), [9]),
        ("ok", (), [11]),
        ("没人说过的", (), []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_are_found_alike_on_both(
    words: Store, text: str, spellings: tuple[str, ...], expected: list[int]
) -> None:
    found = words.find(FindQuery(text=text, spellings=spellings))
    assert sorted({int(item.recording_id[1:]) for item in found if item.matching_at_ms == 0}) == (
        expected
    )
    for number in expected:  # without the index, which one recording does not need
        query = FindQuery(text=text, spellings=spellings, recording_id=f"r{number:02d}")
        assert set(words.find(query)) <= set(found)


def test_only_the_pages_with_the_word_are_read(store: Store, index_input: MakeInput) -> None:
    texts = tuple(f"第{number}句" for number in range(1000))
    store.save_index(spoken(index_input(), (*texts, "铸铁锅")))
    pages = POSTGRES_PAGES if store._engine.dialect.name == "postgresql" else SQLITE_PAGES

    def read(word: str) -> list[tuple[int, int]]:
        rows = store.select(pages.sql, {"pages": pages.write_query([(word,)])})
        return sorted((row["first_ordinal"], row["end_ordinal"]) for row in rows)

    assert read("铸铁锅") == [(960, 1001)]
    assert read("锅") == [(0, 0), (960, 1001)]
    assert len(read("句")) == 16
    store.save_index(spoken(index_input(), ("改口了",)))
    assert read("铸铁锅") == read("句") == []
    assert read("改口") == [(0, 1)]
    store.delete_recording("rec-1")
    assert read("改口") == read("围巾") == []


def test_a_page_of_too_many_different_pieces_is_always_read(
    store: Store, index_input: MakeInput
) -> None:
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 250)]
    noise = "".join(first + second for first in letters for second in letters)
    assert grams_of([noise]) is None
    store.save_index(spoken(index_input(), (noise[:130_000], "很普通")))
    assert len(store.find(FindQuery(text=noise[1000:1005]))) == 1
    assert store.find(FindQuery(text="找不到的")) == ()


texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("围巾ab '\"*\\%"))


@given(texts, st.data())
def test_the_index_never_misses_a_part_of_a_word(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    runs = folded.split()
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 1))
    word = run[start : data.draw(st.integers(start + 1, len(run)))]
    grams = (grams_of([folded]) or "").split(" ")
    for piece in format_fts5([(word,)]).strip("()").split(" AND "):
        if piece.endswith(" *"):
            assert any(gram.startswith(piece[1:-3]) for gram in grams)
        else:
            assert piece[1:-1] in grams


@given(texts.filter(lambda text: bool(fold(text).split())))
def test_a_query_is_made_of_nothing_that_means_something(text: str) -> None:
    words = [(word,) for word in fold(text).split()]
    inside = format_tsquery(words).replace(":*", "").replace(" & ", "").replace("'", "")
    assert not set(inside) & set("!:*&|<>'\"\\")
    assert inside.count("(") == 2 * len(words)


def test_the_limit_is_within_what_postgresql_takes() -> None:
    """A tsvector holds 2**20 bytes of lexemes; a piece has three characters of four bytes."""
    assert MAX_GRAMS * 3 * 4 < 2**20
