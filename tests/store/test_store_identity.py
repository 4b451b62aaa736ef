"""Laws of the ids that survive re-runs."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Highlight, Source, Status
from models.span import Span, merge
from pipeline.store.identity import (
    HIGHLIGHT_ID,
    Sighting,
    align,
    keep_ids,
    make_highlight_id,
    match_sightings,
)

spans = st.builds(
    lambda start_ms, length_ms: Span(start_ms, start_ms + length_ms),
    st.integers(0, 300_000),
    st.integers(1_000, 90_000),
)
rows = st.lists(spans, max_size=5).map(merge)


def found_of(items: tuple[Span, ...], products: str = "P") -> tuple[Highlight, ...]:
    return tuple(
        Highlight(
            id=f"hl_{index}",
            product_id=products[index % len(products)],
            title="t",
            span=span,
            point_ms=span.start_ms,
            confidence=0.5,
            status=Status.PUBLISHED,
            source=Source.DETECTED,
            evidence=(),
        )
        for index, span in enumerate(items)
    )


def sightings_of(items: tuple[Highlight, ...]) -> list[Sighting]:
    return [Sighting(item.id, item.product_id, item.span) for item in items]


def named(items: tuple[Span, ...], products: str = "P") -> tuple[Highlight, ...]:
    return keep_ids(found_of(items, products), (), (), frozenset(), "rec")


@given(rows)
def test_what_did_not_change_keeps_its_ids(items: tuple[Span, ...]) -> None:
    first = named(items, "PQ")
    again = keep_ids(found_of(items, "PQ"), sightings_of(first), (), frozenset(), "rec")
    assert again == first


@given(rows, rows)
def test_ids_are_unique_and_safe(items: tuple[Span, ...], later: tuple[Span, ...]) -> None:
    first = named(items)
    half = len(first) // 2
    known = sightings_of(first)
    second = keep_ids(found_of(later), known[:half], known[half:], {"hl_taken"}, "rec")
    names = [item.id for item in second]
    assert len(set(names)) == len(names)
    assert all(HIGHLIGHT_ID.fullmatch(name) for name in names)


@given(rows, st.randoms())
def test_the_order_of_what_is_known_does_not_matter(items: tuple[Span, ...], random) -> None:
    known = sightings_of(named(items))
    shuffled = random.sample(known, len(known))
    assert match_sightings(found_of(items), shuffled) == match_sightings(found_of(items), known)


def largest_matching(new: tuple[Span, ...], old: tuple[Span, ...]) -> int:
    """Size of a maximum matching, by trying every set of edges."""
    edges = [
        (i, j) for i in range(len(new)) for j in range(len(old)) if align((new[i],), (old[j],))
    ]
    for size in range(min(len(new), len(old)), 0, -1):
        for chosen in combinations(edges, size):
            if len({i for i, _ in chosen}) == size == len({j for _, j in chosen}):
                return size
    return 0


@given(
    st.lists(spans, max_size=4).map(merge),
    st.lists(spans, max_size=4).map(merge),
)
def test_as_many_pairs_as_possible_are_made(new: tuple[Span, ...], old: tuple[Span, ...]) -> None:
    pairs = align(new, old)
    assert len(pairs) == largest_matching(new, old)
    assert list(pairs) == sorted(pairs)
    assert all(left[1] < right[1] for left, right in pairwise(pairs))


@pytest.mark.parametrize(
    ("new", "old", "same"),
    [
        (Span(10_000, 60_000), Span(14_000, 70_000), True),
        (Span(10_000, 60_000), Span(10_000, 190_000), False),
        (Span(10_000, 14_000), Span(16_000, 20_000), True),
        (Span(10_000, 60_000), Span(61_000, 99_000), False),
    ],
    ids=["boundaries-moved", "more-than-three-times-as-long", "short-and-near", "next-one"],
)
def test_same_pitch(new: Span, old: Span, same: bool) -> None:  # noqa: FBT001
    assert bool(align((new,), (old,))) is same


def test_another_product_is_never_the_same_pitch() -> None:
    known = sightings_of(named((Span(0, 9_000),), "P"))
    assert match_sightings(found_of((Span(0, 9_000),), "Q"), known) == {}


def test_the_living_are_matched_before_the_buried() -> None:
    span = Span(0, 60_000)
    live = Sighting("hl_a", "P", Span(20_000, 80_000))
    buried = Sighting("hl_b", "P", span)
    (kept,) = keep_ids(found_of((span,)), [live], [buried], frozenset(), "rec")
    assert kept.id == "hl_a"


@pytest.mark.parametrize(("cut_ms", "best"), [(45_000, 1), (55_000, 0)], ids=["second", "first"])
def test_a_split_pitch_leaves_the_id_with_the_piece_that_fits_best(cut_ms: int, best: int) -> None:
    known = [Sighting("hl_a", "P", Span(0, 100_000))]
    pieces = (Span(0, cut_ms), Span(cut_ms, 100_000))
    assert match_sightings(found_of(pieces), known) == {best: "hl_a"}


def test_a_taken_id_is_passed_over() -> None:
    first = make_highlight_id("rec", "P", 0, set())
    second = make_highlight_id("rec", "P", 0, {first})
    assert second != first
    assert make_highlight_id("other", "P", 0, set()) != first
