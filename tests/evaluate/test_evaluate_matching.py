"""The matching is one to one and as large as it can be."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.matching import match_maximum

graphs = st.integers(0, 5).flatmap(
    lambda rights: st.lists(
        st.lists(st.integers(0, max(rights - 1, 0)), max_size=rights, unique=True), max_size=5
    )
)


def largest_by_brute_force(edges: Sequence[Sequence[int]]) -> int:
    """Try every way of giving each left vertex one of its rights, or none."""
    choices = itertools.product(*((None, *rights) for rights in edges))
    taken = ([right for right in choice if right is not None] for choice in choices)
    return max(len(rights) for rights in taken if len(set(rights)) == len(rights))


@pytest.mark.parametrize(
    ("edges", "pairs"),
    [
        ([], ()),
        ([[], []], ()),
        ([[0]], ((0, 0),)),
        ([[0], [0]], ((0, 0),)),
        ([[0, 1], [0]], ((0, 1), (1, 0))),
        ([[0, 1], [0, 2], [1], [2]], 3),
        ([[0], [0, 1], [1, 2], [2, 3]], ((0, 0), (1, 1), (2, 2), (3, 3))),
    ],
    ids=["empty", "no edges", "one", "contested", "greedy fails", "too few rights", "chain"],
)
def test_known_graphs(edges: list[list[int]], pairs: object) -> None:
    found = match_maximum(edges)
    assert (len(found) if isinstance(pairs, int) else found) == pairs


@given(graphs)
def test_a_matching_is_one_to_one_along_edges_and_maximum(edges: list[list[int]]) -> None:
    pairs = match_maximum(edges)
    assert all(right in edges[left] for left, right in pairs)
    assert len({left for left, _ in pairs}) == len({right for _, right in pairs}) == len(pairs)
    assert len(pairs) == largest_by_brute_force(edges)


def test_the_first_preference_wins_when_nothing_is_lost_by_it() -> None:
    assert match_maximum([[1, 0], [0, 1]]) == ((0, 1), (1, 0))


def test_a_long_chain_needs_no_recursion() -> None:
    length = 3_000
    edges = [[0], *([index, index - 1] for index in range(1, length))]
    assert len(match_maximum(edges)) == length
    assert len(match_maximum(edges[::-1])) == length


@given(graphs, st.integers(0, 5))
def test_what_is_matched_stays_matched_whatever_follows(edges: list[list[int]], cut: int) -> None:
    """The first lefts are matched as they are alone, so that a ranked list is right at any rank."""
    alone = {left for left, _ in match_maximum(edges[:cut])}
    assert {left for left, _ in match_maximum(edges) if left < cut} == alone
