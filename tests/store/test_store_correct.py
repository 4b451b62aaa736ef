"""Corrections through the database: kept as events, laid over every re-run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.errors import InputError
from models.highlight import Action, Correction, Highlight, Source, Status
from models.span import Span
from pipeline.store.contract import IndexInput
from pipeline.store.find import FindQuery
from pipeline.store.store import Store

MakeInput = Callable[..., IndexInput]
MakeCorrection = Callable[..., Correction]


def served(store: Store) -> tuple[Highlight, ...]:
    return store.document("rec-1", with_review=True).highlights


def shapes(store: Store) -> list[tuple[str, int, int]]:
    return [
        (item.product_id, item.span.start_ms // 1000, item.span.end_ms // 1000)
        for item in served(store)
    ]


def test_a_corrected_highlight_is_served_and_found(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    store.save_index(index_input(("P1", 10, 60), status=Status.REVIEW))
    (before,) = served(store)
    made = correction(Action.MOVE, before, span=Span(12_000, 70_000))
    saved = store.correct(made)
    assert (saved.revision, saved.highlight_id) == (2, before.id)
    (after,) = served(store)
    assert (after.id, after.span, after.status, after.source) == (
        before.id,
        Span(12_000, 70_000),
        Status.PUBLISHED,
        Source.CORRECTED,
    )
    (found,) = store.find(FindQuery(at_ms=65_000))
    assert found.highlight_id == before.id
    assert store.corrections("rec-1") == (made,)


def test_a_rerun_never_overwrites_a_person(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    store.save_index(index_input(("P1", 10, 60), ("P2", 90, 150), ("P1", 200, 240)))
    first, second, third = served(store)
    store.correct(correction(Action.RELINK, first, product_id="P3"))
    store.correct(correction(Action.REMOVE, second))
    store.correct(correction(Action.MOVE, third, span=Span(205_000, 235_000)))
    added = correction(
        Action.ADD,
        third,
        highlight_id="",
        product_id="P2",
        anchor_product_id="P2",
        anchor=Span(260_000, 280_000),
        span=Span(260_000, 280_000),
    )
    name = store.correct(added).highlight_id
    expected = [("P3", 10, 60), ("P1", 205, 235), ("P2", 260, 280)]
    assert shapes(store) == expected
    for shape in ((("P1", 14, 66), ("P2", 92, 149), ("P1", 190, 240)), (("P1", 150, 154),)):
        store.save_index(index_input(*shape))
        assert [item for item in shapes(store) if item != ("P1", 150, 154)] == expected
        assert [item.id for item in served(store) if item.source is not Source.DETECTED] == [
            first.id,
            third.id,
            name,
        ]


def test_a_new_catalogue_keeps_the_product_that_a_person_linked(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    data = index_input(("P1", 10, 60))
    store.save_index(data)
    (first,) = served(store)
    store.correct(correction(Action.RELINK, first, product_id="P3"))
    store.save_index(index_input(("P1", 10, 60), products=data.catalogue.products[:2]))
    assert shapes(store) == [("P3", 10, 60)]
    store.delete_recording("rec-1")
    store.save_index(index_input(("P1", 10, 60), products=data.catalogue.products[:2]))
    assert shapes(store) == [("P3", 10, 60)]


def test_a_removed_highlight_is_listed_as_removed(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    store.save_index(index_input(("P1", 10, 60), ("P2", 90, 150)))
    first, _ = served(store)
    store.correct(correction(Action.REMOVE, first))
    assert store.document("rec-1", with_review=False).removed == (first.id,)
    store.save_index(index_input(("P1", 12, 60), ("P2", 90, 150)))
    assert store.document("rec-1", with_review=False).removed == (first.id,)


def test_saying_the_same_twice_raises_the_revision_once(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    store.save_index(index_input())
    made = correction(Action.CONFIRM, served(store)[0])
    assert store.correct(made).revision == 2
    assert store.correct(made).revision == 2
    assert store.corrections("rec-1") == (made, made)


def test_additions_get_ids_of_their_own(
    store: Store, index_input: MakeInput, correction: MakeCorrection
) -> None:
    store.save_index(index_input(("P1", 10, 60)))
    (first,) = served(store)
    span = Span(100_000, 120_000)
    made = correction(Action.ADD, first, highlight_id="", anchor=span, span=span)
    names = {store.correct(made).highlight_id, store.correct(made).highlight_id, first.id}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recording_id": "rec-9"}, "rec-9"),
        ({"product_id": "P9"}, "'P9' is not in the catalogue"),
        ({"span": Span(10_000, 300_001)}, "after recording rec-1 has ended"),
        ({"highlight_id": "hl_beef"}, "hl_beef of recording rec-1 is not there"),
        ({"highlight_id": "x --> y"}, "no highlight id"),
        ({"action": Action.ADD}, "exists already"),
    ],
    ids=["recording", "product", "too-late", "highlight", "bad-id", "add-over-another"],
)
def test_a_correction_of_nothing_is_refused_and_not_kept(
    store: Store,
    index_input: MakeInput,
    correction: MakeCorrection,
    changes: dict[str, object],
    message: str,
) -> None:
    store.save_index(index_input())
    with pytest.raises(InputError, match=message):
        store.correct(
            correction(**({"action": Action.MOVE, "highlight": served(store)[0]} | changes))
        )
    assert store.corrections("rec-1") == ()
    assert store.document("rec-1", with_review=False).revision == 1
