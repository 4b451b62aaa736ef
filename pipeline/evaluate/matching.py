"""One-to-one matching of what was found with what is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.highlight import Highlight
from pipeline.evaluate.truth import TruthPitch


@dataclass(frozen=True, slots=True)
class Pair:
    """A highlight and the pitch that it found."""

    highlight: Highlight
    pitch: TruthPitch


def match_pitches(
    highlights: Sequence[Highlight], pitches: Sequence[TruthPitch], *, threshold: float
) -> tuple[Pair, ...]:
    """Match highlights and pitches of the same product with tIoU >= `threshold`, one to one.

    The matching has the greatest possible number of pairs (greedy matching may have fewer), as
    mir_eval does for events. Sorted by the start of the pitch; deterministic.
    """
    found = match_indices(highlights, pitches, threshold=threshold)
    return tuple(
        Pair(highlights[left], pitches[right])
        for left, right in sorted(found, key=lambda pair: pitches[pair[1]].span)
    )


def match_indices(
    highlights: Sequence[Highlight], pitches: Sequence[TruthPitch], *, threshold: float
) -> tuple[tuple[int, int], ...]:
    """Return the matching of `match_pitches` as (highlight, pitch) indices, sorted.

    A highlight that finds a pitch keeps one, whatever comes after it: the pairs of the first n
    highlights are as many as those n alone could have. So what is matched of a ranked list is right
    at every rank.
    """
    return match_maximum(
        [_find_partners(highlight, pitches, threshold) for highlight in highlights]
    )


def _find_partners(
    highlight: Highlight, pitches: Sequence[TruthPitch], threshold: float
) -> tuple[int, ...]:
    """Return the indices of the pitches that a highlight may be matched with, the closest first."""
    overlaps = [
        (highlight.span.iou(pitch.span), index)
        for index, pitch in enumerate(pitches)
        if pitch.product_id == highlight.product_id
    ]
    near = [(iou, index) for iou, index in overlaps if iou > 0 and iou >= threshold]
    return tuple(index for iou, index in sorted(near, key=lambda found: (-found[0], found[1])))


def match_maximum(edges: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Return a maximum matching of a bipartite graph as (left, right) pairs, sorted.

    `edges[left]` lists the right vertices of a left one, the preferred first. Augmenting paths
    (Berge 1957; Kuhn 1955): O(vertices x edges), without recursion.
    """
    right_of: dict[int, int] = {}
    left_of: dict[int, int] = {}
    for start in range(len(edges)):
        came_from, right = _search_free(start, edges, left_of)
        while right is not None:
            left = came_from[right]
            left_of[right] = left
            right_of[left], right = right, right_of.get(left)
    return tuple(sorted(right_of.items()))


def _search_free(
    start: int, edges: Sequence[Sequence[int]], left_of: Mapping[int, int]
) -> tuple[dict[int, int], int | None]:
    """Search a free right vertex along alternating edges, breadth first.

    Returns the left vertex that each right one was reached from, and the free one if there is any.
    """
    came_from: dict[int, int] = {}
    queue = [start]
    for left in queue:
        for right in edges[left]:
            if right in came_from:
                continue
            came_from[right] = left
            if right not in left_of:
                return came_from, right
            queue.append(left_of[right])
    return came_from, None
