"""Laws of spans and of the clock."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from models.span import Span, format_clock, iter_gaps, merge, parse_clock

LONGEST_MS = 1_000


@st.composite
def make_span(draw: st.DrawFn) -> Span:
    start_ms = draw(st.integers(0, LONGEST_MS - 1))
    return Span(start_ms, draw(st.integers(start_ms + 1, LONGEST_MS)))


spans = make_span()
lists_of_spans = st.lists(spans, max_size=8)
bridges = st.integers(0, 200)


def moments(*some: Span) -> set[int]:
    """The plain meaning of spans: the set of milliseconds that they hold."""
    return set().union(*(range(span.start_ms, span.end_ms) for span in some))


@pytest.mark.parametrize(
    ("start_ms", "end_ms"),
    [(-1, 5), (5, 5), (6, 5), (0, 0)],
    ids=["before zero", "empty", "backwards", "empty at zero"],
)
def test_an_impossible_span_cannot_be_made(start_ms: int, end_ms: int) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(start_ms, end_ms)


@given(spans, st.integers(0, LONGEST_MS))
def test_a_span_holds_its_start_and_not_its_end(span: Span, at_ms: int) -> None:
    assert span.holds(span.start_ms)
    assert not span.holds(span.end_ms)
    assert span.holds(at_ms) == (at_ms in moments(span))


@given(spans, spans)
def test_overlap_counts_shared_milliseconds(a: Span, b: Span) -> None:
    assert a.overlap_ms(b) == b.overlap_ms(a) == len(moments(a) & moments(b))


@given(spans, spans)
def test_iou_is_shared_by_either_and_symmetric(a: Span, b: Span) -> None:
    expected = len(moments(a) & moments(b)) / len(moments(a) | moments(b))
    assert a.iou(b) == b.iou(a) == expected
    assert 0.0 <= expected <= 1.0
    assert (a.iou(b) == 1.0) == (a == b)


@given(spans, spans)
def test_a_gap_is_what_would_have_to_be_filled(a: Span, b: Span) -> None:
    extent = Span(min(a.start_ms, b.start_ms), max(a.end_ms, b.end_ms))
    assert a.gap_to(b) == b.gap_to(a) == len(moments(extent) - moments(a, b))


@given(spans, spans)
def test_crop_keeps_exactly_what_lies_in_the_extent(span: Span, extent: Span) -> None:
    cropped = span.crop(extent)
    assert (moments(cropped) if cropped else set()) == moments(span) & moments(extent)


@given(lists_of_spans)
def test_merge_keeps_every_moment_and_adds_none(some: list[Span]) -> None:
    assert moments(*merge(some)) == moments(*some)


@given(lists_of_spans, bridges)
def test_merge_is_idempotent(some: list[Span], bridge_ms: int) -> None:
    once = merge(some, bridge_ms=bridge_ms)
    assert merge(once, bridge_ms=bridge_ms) == once


@given(lists_of_spans, bridges, st.randoms(use_true_random=False))
def test_merge_does_not_depend_on_order(some: list[Span], bridge_ms: int, random: Random) -> None:
    shuffled = random.sample(some, len(some))
    assert merge(shuffled, bridge_ms=bridge_ms) == merge(some, bridge_ms=bridge_ms)


@given(lists_of_spans, bridges)
def test_merged_spans_are_sorted_and_further_apart_than_the_bridge(
    some: list[Span], bridge_ms: int
) -> None:
    for earlier, later in itertools.pairwise(merge(some, bridge_ms=bridge_ms)):
        assert later.start_ms - earlier.end_ms > bridge_ms


@pytest.mark.parametrize(
    ("bridge_ms", "count"), [(0, 2), (4, 2), (5, 1)], ids=["none", "too short", "just enough"]
)
def test_a_bridge_as_long_as_the_gap_joins(bridge_ms: int, count: int) -> None:
    assert len(merge([Span(0, 10), Span(15, 20)], bridge_ms=bridge_ms)) == count


@given(lists_of_spans, spans)
def test_gaps_and_spans_partition_the_extent(some: list[Span], extent: Span) -> None:
    gaps = tuple(iter_gaps(some, extent))
    assert moments(*gaps) == moments(extent) - moments(*some)
    assert merge(gaps) == gaps


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("0", 0),
        ("5025.5", 5_025_500),
        ("83:05", 4_985_000),
        ("1:23:45", 5_025_000),
        ("01:02:03.004", 3_723_004),
        ("1:02:03,5", 3_723_500),
        (" 7:5 ", 425_000),
        ("100:00:00", 360_000_000),
    ],
)
def test_clock_reads_what_people_and_subtitles_write(text: str, expected_ms: int) -> None:
    assert parse_clock(text) == expected_ms


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "1:", ":30", "1:60", "1:60:00", "1:2:3:4", "-5", "-0:30", "+5", "1e3", "1_0:30"),
        *("nan", "inf", "1.5:00", "1:23.5:00", "12h", "٣:00", "9" * 400 + ":00", "1:23:45\n1"),
    ],
)
def test_clock_refuses_anything_else_with_advice(text: str) -> None:
    with pytest.raises(InputError, match="write it as"):
        parse_clock(text)


@given(st.integers(0, 10**9))
def test_clock_round_trip_loses_only_the_fraction_of_a_second(at_ms: int) -> None:
    assert parse_clock(format_clock(at_ms)) == at_ms // 1000 * 1000


@given(st.integers(0, 10**9))
def test_seconds_with_three_decimals_are_exact(at_ms: int) -> None:
    assert parse_clock(f"{at_ms // 1000}.{at_ms % 1000:03d}") == at_ms
