"""Laws of corrections: a person's word wins, survives re-runs, and leaves no overlap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import (
    Action,
    Correction,
    Highlight,
    Source,
    Status,
)
from models.span import Span, merge
from pipeline.store.overlay import SHORTEST_REMNANT_MS, overlay
from tests.store.detected import make_detected

TITLES = {"P": "产品甲", "Q": "产品乙", "R": "产品丙"}
MADE_AT = datetime(2026, 3, 2, tzinfo=UTC)


detected = partial(make_detected, status=Status.REVIEW)


def correct(
    action: Action, target: Highlight, product_id: str | None = None, span: Span | None = None
) -> Correction:
    return Correction(
        recording_id="rec",
        action=action,
        highlight_id=target.id,
        anchor_product_id=target.product_id,
        anchor=target.span,
        product_id=product_id or target.product_id,
        span=span or target.span,
        author="w",
        made_at=MADE_AT,
    )


def add(name: str, product_id: str, start_s: int, end_s: int) -> Correction:
    span = Span(start_s * 1000, end_s * 1000)
    return Correction("rec", Action.ADD, name, product_id, span, product_id, span, "w", MADE_AT)


def shapes(highlights: tuple[Highlight, ...]) -> list[tuple[str, int, int]]:
    return [
        (item.product_id, item.span.start_ms // 1000, item.span.end_ms // 1000)
        for item in highlights
    ]


@st.composite
def runs(draw: st.DrawFn) -> tuple[Highlight, ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 600), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return detected(*((draw(st.sampled_from("PQR")), start, end) for start, end in pairs))


@st.composite
def histories(draw: st.DrawFn) -> tuple[tuple[Highlight, ...], list[Correction]]:
    """A run, and corrections that people made one after the other of what they saw."""
    run = draw(runs())
    made: list[Correction] = []
    for number in range(draw(st.integers(0, 4))):
        seen = overlay(run, made, TITLES)
        start_s = draw(st.integers(0, 590))
        span = Span(start_s * 1000, (start_s + draw(st.integers(1, 120))) * 1000)
        product_id = draw(st.sampled_from("PQR"))
        action = draw(st.sampled_from(list(Action))) if seen else Action.ADD
        if action is Action.ADD:
            name = f"hl_ad{number}"
            made.append(
                Correction("rec", action, name, product_id, span, product_id, span, "w", MADE_AT)
            )
            continue
        target = draw(st.sampled_from(seen))
        changed = {
            Action.MOVE: correct(action, target, span=span),
            Action.RELINK: correct(action, target, product_id=product_id),
        }
        made.append(changed.get(action, correct(action, target)))
    return run, made


@given(runs())
def test_without_corrections_nothing_changes(run: tuple[Highlight, ...]) -> None:
    assert overlay(run, (), TITLES) == run


@given(histories())
def test_the_result_is_sorted_disjoint_and_unique(
    history: tuple[tuple[Highlight, ...], list[Correction]],
) -> None:
    result = overlay(*history, TITLES)
    ends = [item.span.end_ms for item in result]
    starts = [item.span.start_ms for item in result]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert len({item.id for item in result}) == len(result)
    assert merge(item.span for item in result) == merge(item.span for item in result[::-1])


@given(histories(), runs())
def test_the_last_word_stands_whatever_the_next_run_detects(
    history: tuple[tuple[Highlight, ...], list[Correction]], next_run: tuple[Highlight, ...]
) -> None:
    run, made = history
    for later in (run, tuple(replace(item, id=f"hl_b{item.id[3:]}") for item in next_run)):
        result = {item.id: item for item in overlay(later, made, TITLES)}
        last = made[-1] if made else None
        if last is None:
            continue
        if last.action is Action.REMOVE:
            assert last.highlight_id not in result
            continue
        kept = result[last.highlight_id]
        assert (kept.product_id, kept.span) == (last.product_id, last.span)
        assert kept.status is Status.PUBLISHED
        assert kept.source in {Source.CORRECTED, Source.OPERATOR}


@given(runs(), st.data())
def test_stretch_and_product_find_the_target_as_well_as_its_id(
    run: tuple[Highlight, ...], data: st.DataObject
) -> None:
    targets = data.draw(st.lists(st.sampled_from(run), unique=True) if run else st.just([]))
    made = [
        data.draw(
            st.sampled_from(
                [
                    correct(Action.CONFIRM, target),
                    correct(Action.REMOVE, target),
                    correct(Action.RELINK, target, "PQR"["QRP".index(target.product_id)]),
                    correct(Action.MOVE, target, span=Span(700_000, 720_000)),
                ]
            )
        )
        for target in targets
    ]
    renamed = tuple(replace(item, id=f"hl_b{item.id[3:]}") for item in run)
    by_id, by_place = overlay(run, made, TITLES), overlay(renamed, made, TITLES)
    assert [replace(item, id="hl_0") for item in by_place] == [
        replace(item, id="hl_0") for item in by_id
    ]


@given(histories())
def test_detection_keeps_only_what_people_left(
    history: tuple[tuple[Highlight, ...], list[Correction]],
) -> None:
    run, made = history
    spans = {item.id: item.span for item in run}
    people = {correction.highlight_id for correction in made}
    for item in overlay(run, made, TITLES):
        if item.id in people:
            continue
        assert item.span.crop(spans[item.id]) == item.span
        assert item.span == spans[item.id] or item.span.duration_ms >= SHORTEST_REMNANT_MS
        assert all(item.span.holds(reason.at_ms) for reason in item.evidence)


RUN = detected(("P", 10, 60), ("Q", 60, 100), ("P", 200, 240))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ([correct(Action.CONFIRM, RUN[0])], [("P", 10, 60), ("Q", 60, 100), ("P", 200, 240)]),
        ([correct(Action.REMOVE, RUN[1])], [("P", 10, 60), ("P", 200, 240)]),
        (
            [correct(Action.RELINK, RUN[1], "R")],
            [("P", 10, 60), ("R", 60, 100), ("P", 200, 240)],
        ),
        (
            [correct(Action.MOVE, RUN[0], span=Span(5_000, 80_000))],
            [("P", 5, 80), ("Q", 80, 100), ("P", 200, 240)],
        ),
        (
            [correct(Action.MOVE, RUN[0], span=Span(5_000, 95_000))],
            [("P", 5, 95), ("P", 200, 240)],
        ),
        (
            [add("hl_a", "R", 70, 90)],
            [("P", 10, 60), ("Q", 60, 70), ("R", 70, 90), ("P", 200, 240)],
        ),
        (
            [
                correct(Action.MOVE, RUN[0], span=Span(5_000, 95_000)),
                correct(Action.MOVE, replace(RUN[0], span=Span(5_000, 95_000)), span=RUN[0].span),
            ],
            [("P", 10, 60), ("Q", 60, 100), ("P", 200, 240)],
        ),
        (
            [add("hl_a", "R", 70, 90), add("hl_b", "P", 80, 120)],
            [("P", 10, 60), ("Q", 60, 70), ("R", 70, 80), ("P", 80, 120), ("P", 200, 240)],
        ),
    ],
    ids=[
        "confirm",
        "remove",
        "relink",
        "move-crops-a-neighbour",
        "move-leaves-too-little-of-a-neighbour",
        "add-keeps-the-piece-with-the-point",
        "moving-back-undoes",
        "the-later-addition-wins",
    ],
)
def test_corrections_by_example(
    made: list[Correction], expected: list[tuple[str, int, int]]
) -> None:
    assert shapes(overlay(RUN, made, TITLES)) == expected


def test_who_says_so_is_told() -> None:
    made = [correct(Action.CONFIRM, RUN[0]), add("hl_a", "R", 120, 150)]
    result = {item.id: item for item in overlay(RUN, made, TITLES)}
    assert result["hl_0"].source is Source.CORRECTED
    assert result["hl_a"].source is Source.OPERATOR
    assert result["hl_1"].source is Source.DETECTED
    moved = correct(Action.MOVE, result["hl_a"], span=Span(121_000, 150_000))
    again = {item.id: item for item in overlay(RUN, [*made, moved], TITLES)}
    assert again["hl_a"].source is Source.OPERATOR


def test_title_point_and_evidence_follow_the_correction() -> None:
    made = [
        correct(Action.RELINK, RUN[1], "R"),
        correct(Action.MOVE, RUN[0], span=Span(10_000, 50_000)),
        correct(Action.MOVE, RUN[2], span=Span(205_000, 240_000)),
    ]
    shorter, relinked, later = overlay(RUN, made, TITLES)
    assert (relinked.title, relinked.evidence) == ("产品丙", ())
    assert (shorter.title, shorter.point_ms) == ("short P", 10_500)
    assert [reason.at_ms for reason in shorter.evidence] == [10_100]
    assert later.point_ms == 205_000


def test_a_rerun_that_splits_a_removed_stretch_stays_removed() -> None:
    made = [correct(Action.REMOVE, RUN[0])]
    again = detected(("P", 8, 30), ("P", 35, 62), ("Q", 62, 100))
    renamed = tuple(replace(item, id=f"hl_b{item.id[3:]}") for item in again)
    assert shapes(overlay(renamed, made, TITLES)) == [("Q", 62, 100)]


def test_a_correction_of_what_is_no_longer_detected_stands_on_its_own() -> None:
    made = [correct(Action.CONFIRM, RUN[0])]
    assert shapes(overlay((), made, TITLES)) == [("P", 10, 60)]
