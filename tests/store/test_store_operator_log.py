"""Operators' logs through the database: kept and replaced as a whole, below people's word."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import InputError
from models.highlight import Action, Correction, Highlight, Source, Status
from models.operator_log import OperatorLog, OperatorMark
from models.span import Span
from pipeline.store.contract import IndexInput
from pipeline.store.engine import make_engine
from pipeline.store.location import parse_location
from pipeline.store.schema import migrate
from pipeline.store.store import Store, open_store

MakeInput = Callable[..., IndexInput]
MakeCorrection = Callable[..., Correction]
LOG = OperatorLog((OperatorMark("P1", 20_000), OperatorMark("P3", 160_000, 190_000, "台灯")))
"""The first confirms a pitch of the broadcast in conftest, the second is of nothing detected."""


def served(store: Store, recording_id: str = "rec-1") -> tuple[Highlight, ...]:
    return store.document(recording_id, with_review=True).highlights


def shapes(store: Store) -> list[tuple[str, int, int, str]]:
    return [
        (
            item.product_id,
            item.span.start_ms // 1000,
            item.span.end_ms // 1000,
            item.source.value,
        )
        for item in served(store)
    ]


def test_a_log_is_served_found_and_told(store: Store, index_input: MakeInput) -> None:
    store.save_index(index_input(status=Status.REVIEW))
    before = served(store)
    assert store.log("rec-1") == OperatorLog(())
    saved = store.keep_log("rec-1", LOG)
    assert (saved.revision, saved.changed, store.log("rec-1")) == (2, True, LOG)
    assert shapes(store) == [
        ("P1", 10, 60, "operator"),
        ("P2", 90, 150, "detected"),
        ("P3", 160, 190, "operator"),
        ("P1", 200, 240, "detected"),
    ]
    assert served(store)[0].id == before[0].id
    assert [item.title for item in served(store)][2] == "台灯"
    published = store.document("rec-1", with_review=False).highlights
    assert [(item.confidence, item.status) for item in published] == [(1.0, Status.PUBLISHED)] * 2


def test_the_same_log_again_changes_nothing_by_either_way(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    before = store.document("rec-1", with_review=True)
    assert not store.keep_log("rec-1", LOG).changed
    assert not store.save_index(replace(index_input(), log=LOG)).changed
    assert not store.save_index(index_input()).changed
    assert store.document("rec-1", with_review=True) == before


def test_a_log_that_is_saved_with_the_index_is_as_one_kept_afterwards(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    store.save_index(index_input(recording_id="rec-2"))
    store.keep_log("rec-2", LOG)
    first, second = served(store), served(store, "rec-2")
    assert [replace(item, id="hl_0") for item in first] == [
        replace(item, id="hl_0") for item in second
    ]
    assert not {item.id for item in first} & {item.id for item in second}


def test_another_log_takes_the_place_of_all_marks_of_the_old_one(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    lamp = next(item for item in served(store) if item.product_id == "P3")
    other = OperatorLog((OperatorMark("P3", 161_000, 190_000), OperatorMark("P2", 250_000)))
    assert store.save_index(replace(index_input(), log=other)).changed
    assert shapes(store) == [
        ("P1", 10, 60, "detected"),
        ("P2", 90, 150, "detected"),
        ("P3", 161, 190, "operator"),
        ("P1", 200, 240, "detected"),
        ("P2", 250, 300, "operator"),
    ]
    assert served(store)[2].id == lamp.id
    store.keep_log("rec-1", OperatorLog(()))
    assert {item.source for item in served(store)} == {Source.DETECTED}
    document = store.document("rec-1", with_review=True)
    assert lamp.id in document.removed
    store.keep_log("rec-1", LOG)
    assert lamp.id in {item.id for item in served(store)}


def test_a_file_named_again_wins_over_one_that_was_imported_since(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    before = served(store)
    store.keep_log("rec-1", OperatorLog(()))
    assert store.save_index(replace(index_input(), log=LOG)).changed
    assert served(store) == before


def test_marks_and_their_ids_survive_what_the_next_run_detects(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    ids = [item.id for item in served(store) if item.source is Source.OPERATOR]
    for shapes_now in (("P2", 15, 100),), (("P1", 15, 70), ("P3", 155, 210)), (("P1", 10, 60),):
        store.save_index(index_input(*shapes_now))
        now = [item for item in served(store) if item.source is Source.OPERATOR]
        assert [item.id for item in now] == ids
        assert [item.product_id for item in now] == ["P1", "P3"]
    assert store.log("rec-1") == LOG


def test_a_person_wins_over_the_file_whoever_came_first(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    scarf, pot, lamp, last = served(store)
    store.correct(correction(Action.MOVE, scarf, span=Span(22_000, 40_000)))
    store.correct(correction(Action.REMOVE, lamp))
    store.correct(correction(Action.RELINK, last, product_id="P3"))
    mended = OperatorLog(
        (
            OperatorMark("P1", 21_000),
            OperatorMark("P2", 100_000, 140_000),
            OperatorMark("P3", 160_000, 195_000),
            OperatorMark("P1", 201_000),
        )
    )
    expected = [
        ("P1", 22, 40, "operator"),
        ("P2", 100, 140, "operator"),
        ("P3", 200, 240, "operator"),
    ]
    store.keep_log("rec-1", mended)
    assert shapes(store) == expected
    store.save_index(index_input(("P1", 12, 60), ("P2", 91, 150), ("P1", 203, 240)))
    assert shapes(store) == expected
    assert served(store)[0].id == scarf.id
    store.keep_log("rec-1", OperatorLog(()))
    assert shapes(store) == [
        ("P1", 22, 40, "corrected"),
        ("P2", 91, 150, "detected"),
        ("P3", 200, 240, "corrected"),
    ]
    assert served(store)[1].id == pot.id


def test_what_a_person_added_stands_before_a_click_on_the_same_product(
    store: Store, index_input: MakeInput, correction: MakeCorrection, highlight
) -> None:
    store.save_index(index_input(("P1", 10, 60)))
    added = correction(Action.ADD, highlight(("P3", 160, 220)), highlight_id="")
    name = store.correct(added).highlight_id
    store.keep_log("rec-1", OperatorLog((OperatorMark("P3", 165_000, 200_000),)))
    assert shapes(store) == [("P1", 10, 60, "detected"), ("P3", 160, 220, "operator")]
    assert served(store)[1].id == name


def test_a_new_catalogue_keeps_the_product_that_an_operator_marked(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    products = index_input().catalogue.products[:2]
    store.save_index(index_input(products=products))
    assert [item.product_id for item in served(store)].count("P3") == 1
    assert "P3" in store.catalogue("rec-1")


def test_a_log_waits_for_a_deleted_recording_but_not_for_other_media(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    before = served(store)
    store.delete_recording("rec-1")
    store.save_index(index_input())
    assert [replace(item) for item in served(store)] == list(before)
    store.delete_recording("rec-1")
    store.save_index(index_input(fingerprint="sha256:" + "2" * 64))
    assert {item.source for item in served(store)} == {Source.DETECTED}
    assert store.log("rec-1") == OperatorLog(())
    assert not {item.id for item in before} & {item.id for item in served(store)}


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (OperatorMark("P9", 5_000), "product 'P9' is not in the catalogue"),
        (OperatorMark("P1", 300_000), "beyond recording rec-1"),
        (OperatorMark("P1", 5_000, 300_001), "beyond recording rec-1"),
    ],
    ids=["product", "start", "end"],
)
def test_a_log_of_what_is_not_there_is_refused_and_leaves_the_old_one(
    store: Store, index_input: MakeInput, mark: OperatorMark, words: str
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    before = store.document("rec-1", with_review=True)
    with pytest.raises(InputError, match=words):
        store.keep_log("rec-1", OperatorLog((mark,)))
    assert (store.document("rec-1", with_review=True), store.log("rec-1")) == (before, LOG)


def test_a_log_of_no_recording_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="no recording 'rec-1' is indexed here"):
        store.keep_log("rec-1", LOG)


def test_two_imports_at_once_leave_one_of_the_logs_whole(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input())
    other = OperatorLog((OperatorMark("P2", 30_000), OperatorMark("P3", 250_000)))
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda log: store.keep_log("rec-1", log), (LOG, other, LOG, other)))
    assert store.log("rec-1") in (LOG, other)
    revision = store.document("rec-1", with_review=True).revision
    assert max(item.revision for item in saved) == revision
    assert revision == 1 + sum(item.changed for item in saved)


def test_going_down_loses_logs_and_importing_again_brings_them_back(
    store: Store, url: str, index_input: MakeInput
) -> None:
    store.save_index(replace(index_input(), log=LOG))
    before = served(store)
    store.close()
    engine = make_engine(parse_location(url))
    migrate(engine, parse_location(url), "0003")
    engine.dispose()
    with open_store(url) as again:
        assert again.log("rec-1") == OperatorLog(())
        assert again.keep_log("rec-1", LOG).changed
        assert served(again) == before


def test_a_mark_that_moves_off_a_pitch_leaves_it_to_detection(
    store: Store, index_input: MakeInput
) -> None:
    store.save_index(index_input())
    pitch = served(store)[-1]
    store.keep_log("rec-1", OperatorLog((OperatorMark("P1", 189_000),)))
    assert served(store)[-1].id == pitch.id
    store.keep_log("rec-1", OperatorLog((OperatorMark("P1", 185_000, 195_000),)))
    assert shapes(store)[-2:] == [("P1", 185, 195, "operator"), ("P1", 200, 240, "detected")]
    assert served(store)[-1] == pitch


numbers = count()


@st.composite
def logs(draw: st.DrawFn) -> OperatorLog:
    times = sorted(draw(st.sets(st.integers(0, 299), max_size=5)))
    marks = []
    for start_s, limit_s in zip(times, [*times[1:], 300], strict=False):
        end_s = draw(st.none() | st.integers(start_s + 1, limit_s))
        product_id = draw(st.sampled_from(["P1", "P2", "P3"]))
        marks.append(OperatorMark(product_id, start_s * 1000, end_s and end_s * 1000))
    return OperatorLog(tuple(marks))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # transactions wait for a disk that others share
@given(st.lists(logs(), min_size=1, max_size=4))
def test_logs_one_after_the_other_leave_what_the_last_one_alone_would(
    sqlite_store: Store, index_input: MakeInput, history: list[OperatorLog]
) -> None:
    # Recordings of its own for every example: what was served once keeps its id for ever.
    often, once = f"often-{next(numbers)}", f"once-{next(numbers)}"
    sqlite_store.save_index(index_input(recording_id=often))
    for log in history:
        sqlite_store.keep_log(often, log)
        before = sqlite_store.document(often, with_review=True)
        assert not sqlite_store.keep_log(often, log).changed
        again = replace(index_input(recording_id=often), log=log)
        assert not sqlite_store.save_index(again).changed
        assert sqlite_store.document(often, with_review=True) == before
        ends = [item.span.end_ms for item in before.highlights]
        starts = [item.span.start_ms for item in before.highlights]
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    sqlite_store.save_index(replace(index_input(recording_id=once), log=history[-1]))
    assert [replace(item, id="hl_0") for item in served(sqlite_store, often)] == [
        replace(item, id="hl_0") for item in served(sqlite_store, once)
    ]
