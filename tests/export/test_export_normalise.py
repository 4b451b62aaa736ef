"""What every export does first: sort, clip, part, place, thin, name; and tell of it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from pipeline.export.marks import SAFE_ID, Mark, Normalised, mark_highlights
from pipeline.export.normalise import (
    normalise_chapters,
    normalise_dots,
    normalise_pitches,
    place,
    separate,
    thin,
)
from pipeline.export.report import Fate, Report
from tests.export.indexes import indexes, make_highlight, make_index


def fates(normalised: Normalised) -> list[tuple[str, str]]:
    return [(change.fate.value, change.highlight_id) for change in normalised.report.changes]


def spans(normalised: Normalised) -> list[tuple[int, int]]:
    return [(mark.span.start_ms, mark.span.end_ms) for mark in normalised.marks]


def make_mark(start_ms: int, end_ms: int, confidence: float, name: str = "") -> Mark:
    made = make_highlight(start_ms, end_ms, name=name, confidence=confidence)
    (mark,) = mark_highlights(make_index(made)).marks
    return mark


def given_marks(*marks: Mark) -> Normalised:
    return Normalised(marks, Report())


CLIPPED = {
    "inside": ((1_000, 2_000), 10_000, [(1_000, 2_000)], []),
    "to the very end": ((9_000, 10_000), 10_000, [(9_000, 10_000)], []),
    "over the end": ((9_000, 12_000), 10_000, [(9_000, 10_000)], ["moved"]),
    "beginning at the end": ((10_000, 12_000), 10_000, [], ["dropped"]),
    "after the end": ((11_000, 12_000), 10_000, [], ["dropped"]),
}


@pytest.mark.parametrize("case", CLIPPED)
def test_spans_are_cut_to_the_recording(case: str) -> None:
    (start_ms, end_ms), duration_ms, left, told = CLIPPED[case]
    document = make_index(make_highlight(start_ms, end_ms), duration_ms=duration_ms)
    pitches = normalise_pitches(document)
    assert spans(pitches) == left
    assert [fate for fate, _ in fates(pitches)] == told


def test_the_point_stays_inside_a_cut_pitch() -> None:
    document = make_index(make_highlight(9_000, 12_000, point_ms=11_500), duration_ms=10_000)
    (mark,) = normalise_pitches(document).marks
    assert mark.at_ms == 9_999


# Each: marks as (start, end, confidence), and the spans that stay, by start.
OVERLAPPING = {
    "apart": ([(0, 10, 0.5), (10, 20, 0.9)], [(0, 10), (10, 20)]),
    "the surer one comes later": ([(0, 10, 0.5), (5, 15, 0.9)], [(0, 5), (5, 15)]),
    "the surer one comes first": ([(0, 10, 0.9), (5, 15, 0.5)], [(0, 10), (10, 15)]),
    "inside the surer one": ([(0, 10, 0.9), (2, 8, 0.5)], [(0, 10)]),
    "around the surer one": ([(0, 20, 0.5), (4, 8, 0.9)], [(4, 8), (8, 20)]),
    "around it evenly": ([(0, 12, 0.5), (4, 8, 0.9)], [(0, 4), (4, 8)]),
    "between two": ([(0, 10, 0.9), (8, 22, 0.5), (20, 30, 0.8)], [(0, 10), (10, 20), (20, 30)]),
    "too little left": ([(0, 10, 0.9), (9, 12, 0.5)], [(0, 10)]),
    "equally sure": ([(0, 10, 0.5), (5, 15, 0.5)], [(0, 10), (10, 15)]),
}


@pytest.mark.parametrize("case", OVERLAPPING)
def test_the_more_confident_of_two_keeps_its_span(case: str) -> None:
    given_spans, left = OVERLAPPING[case]
    marks = [
        make_mark(start, end, sure, f"hl_{at}") for at, (start, end, sure) in enumerate(given_spans)
    ]
    parted = separate(given_marks(*marks), min_length_ms=3)
    assert spans(parted) == left
    changed = sum(mark not in marks for mark in parted.marks) + len(marks) - len(parted.marks)
    assert len(parted.report.changes) == changed


overlapping = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60), st.sampled_from([0.3, 0.5, 0.9])),
    max_size=30,
).map(
    lambda drawn: [
        make_mark(start, start + length, sure, f"hl_{at}")
        for at, (start, length, sure) in enumerate(drawn)
    ]
)


@given(marks=overlapping, seed=st.integers(0, 9), least=st.integers(1, 20))
def test_parting_leaves_no_overlap_whatever_the_order(
    marks: list[Mark], seed: int, least: int
) -> None:
    parted = separate(given_marks(*marks), min_length_ms=least)
    for earlier, later in zip(parted.marks, parted.marks[1:], strict=False):
        assert earlier.span.end_ms <= later.span.start_ms
    asked = {mark.id: mark for mark in marks}
    for mark in parted.marks:
        assert mark.span.crop(asked[mark.id].span) == mark.span
        assert mark.span.holds(mark.at_ms)
    shuffled = list(marks)
    random.Random(seed).shuffle(shuffled)
    assert separate(given_marks(*shuffled), min_length_ms=least).marks == parted.marks
    again = separate(parted, min_length_ms=least)
    assert again == parted
    surest = min(marks, key=by_confidence, default=None)
    if surest is not None and surest.span.duration_ms >= least:
        assert surest in parted.marks


def by_confidence(mark: Mark) -> tuple[float, int, int, str]:
    return -mark.highlight.confidence, mark.span.start_ms, mark.span.end_ms, mark.id


def test_chapters_shorter_than_a_player_shows_are_dropped() -> None:
    document = make_index(make_highlight(0, 999), make_highlight(1_000, 2_000))
    chapters = normalise_chapters(document, min_length_ms=1_000)
    assert spans(chapters) == [(1_000, 2_000)]
    assert fates(chapters) == [("dropped", "hl_0")]


# Each: points, earliest, grid, end, and where they stand then.
PLACED = {
    "as they are": ([0, 5_400, 9_999], 0, 1, 10_000, [0, 5_400, 9_999]),
    "none at 0": ([0, 5_400], 1, 1, 10_000, [1, 5_400]),
    "whole seconds": ([1_200, 5_999], 1_000, 1_000, 10_000, [1_000, 5_000]),
    "whole seconds, none at 0": ([0, 400, 1_700], 1_000, 1_000, 10_000, [1_000, 1_000, 1_000]),
    "the last whole second": ([9_999], 1_000, 1_000, 10_000, [9_000]),
    "an end between seconds": ([10_300], 1_000, 1_000, 10_400, [10_000]),
    "no room for a second": ([0, 500], 1_000, 1_000, 1_000, []),
}


@pytest.mark.parametrize("case", PLACED)
def test_points_stand_where_the_player_takes_them(case: str) -> None:
    points, earliest_ms, grid_ms, end_ms, places = PLACED[case]
    marks = [make_mark(at_ms, at_ms + 1, 0.9, f"hl_{at_ms}") for at_ms in points]
    placed = place(given_marks(*marks), earliest_ms=earliest_ms, grid_ms=grid_ms, end_ms=end_ms)
    assert [mark.at_ms for mark in placed.marks] == places
    early = sum(at_ms // grid_ms * grid_ms < earliest_ms for at_ms in points)
    assert len(placed.report.changes) == (early if places else len(points))


def test_dots_on_top_of_each_other_share_one_and_all_are_named() -> None:
    times = [0, 100, 199, 200, 1_000]
    marks = [
        replace(make_mark(at_ms, at_ms + 1, 0.9, f"hl_{at_ms}"), title=f"t{at_ms}")
        for at_ms in times
    ]
    thinned = thin(given_marks(*marks), spacing_ms=200)
    assert [(mark.at_ms, mark.text) for mark in thinned.marks] == [
        (0, "t0 / t100 / t199"),
        (200, "t200"),
        (1_000, "t1000"),
    ]
    assert fates(thinned) == [("merged", "hl_100"), ("merged", "hl_199")]
    assert "shares the dot of hl_0" in thinned.report.changes[0].reason


def test_a_crowd_under_one_dot_is_counted() -> None:
    crowd = [make_highlight(at, at + 1, title=f"t{at}") for at in range(20)]
    (dot,) = normalise_dots(make_index(*crowd)).marks
    assert dot.text == "t0 / t1 / t2 / +17"


def test_a_hundred_products_on_a_long_show_stay_apart() -> None:
    crowd = [make_highlight(at * 40_000, at * 40_000 + 30_000) for at in range(360)]
    document = make_index(*crowd, duration_ms=4 * 3_600_000)
    dots = normalise_dots(document)
    assert 1 < len(dots.marks) <= 100
    assert all(
        later.at_ms - earlier.at_ms >= 4 * 3_600_000 * 8 // 800
        for earlier, later in zip(dots.marks, dots.marks[1:], strict=False)
    )
    assert len(dots.marks) + len(dots.report.changes) == 360


NAMES = {
    "safe": (["hl_1f"], ["hl_1f"]),
    "spaces and quotes": (['a "b"'], ["a--b-"]),
    "chinese": (["高亮"], ["--"]),
    "the same twice": (["hl_1", "hl_1"], ["hl_1", "hl_1-2"]),
    "the same once made safe": (["a b", "a:b", "a-b"], ["a-b", "a-b-2", "a-b-3"]),
    "cue arrow": (["a --> b"], ["a-----b"]),
}


@pytest.mark.parametrize("case", NAMES)
def test_ids_are_safe_and_unique(case: str) -> None:
    raw, safe = NAMES[case]
    document = make_index(
        *(make_highlight(at * 10, at * 10 + 5, name=name) for at, name in enumerate(raw))
    )
    named = mark_highlights(document)
    assert [mark.id for mark in named.marks] == safe
    changed = [new for old, new in zip(raw, safe, strict=True) if old != new]
    assert fates(named) == [("renamed", name) for name in changed]


TITLES = {
    "as it is": ("护手霜", "护手霜"),
    "one line": (" a\n\nb\u2028c ", "a b c"),
    "invisible": ("a\x00b\ud83d", "ab"),
    "spaces around a control": ("\x00 =1", "=1"),
    "nothing left": ("\x00\ud800 \u3000", "P1"),
}


@pytest.mark.parametrize("case", TITLES)
def test_a_title_is_one_visible_line(case: str) -> None:
    raw, clean = TITLES[case]
    (mark,) = mark_highlights(make_index(make_highlight(0, 1, title=raw))).marks
    assert mark.title == clean


@given(document=indexes(most=200))
def test_marks_of_any_index_are_sorted_safe_and_inside(document) -> None:
    end_ms = document.recording.duration_ms
    pitches = normalise_pitches(document)
    ids = [mark.id for mark in pitches.marks]
    assert len(set(ids)) == len(ids)
    assert all(SAFE_ID.fullmatch(name) for name in ids)
    assert spans(pitches) == sorted(spans(pitches))
    for mark in pitches.marks:
        assert mark.span.crop(Span(0, end_ms)) == mark.span
        assert mark.span.holds(mark.at_ms)
    told = {change.at_ms for change in pitches.report.changes if change.fate is not Fate.RENAMED}
    unchanged = {mark.highlight.span.start_ms for mark in pitches.marks} - told
    assert unchanged | told == {item.span.start_ms for item in document.highlights}


BAD_MARKS = {
    "id": {"id": "a b"},
    "no title": {"title": ""},
    "two lines": {"title": "a\nb"},
    "before 0": {"at_ms": -1},
}


@pytest.mark.parametrize("case", BAD_MARKS)
def test_a_mark_that_no_player_takes_cannot_be_made(case: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        replace(make_mark(0, 1, 0.9), **BAD_MARKS[case])


def test_a_change_is_one_line_for_people() -> None:
    change = make_mark(3_723_000, 3_724_000, 0.9, "hl_1f").change(Fate.DROPPED, "no room")
    assert str(change) == "dropped hl_1f at 1:02:03, 护手霜: no room"
