"""Highlight ids that survive re-runs: the same stretch of the same product keeps its id."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from models.highlight import Highlight
from models.span import Span

SAME_IOU = 0.3
"""Least overlap over union at which two spans of one product are the same pitch: a boundary that
moves by a sentence or two keeps it; a pitch more than three times as long is another one."""
SAME_CENTRE_MS = 15_000
"""Two short stretches of one product whose middles lie closer than a few sentences are the same
even without overlap: a start that snaps to another sentence moves a short pitch whole."""
HIGHLIGHT_ID = re.compile(r"hl_[0-9a-f]{1,36}")
"""Safe in a file, a URL, a CSS class and a WebVTT cue alike."""
_ID_DIGITS = 16
"""Hex digits of an id: 64 bits, so that a million ids of one recording still do not collide."""

_Quality = tuple[int, float, int]
"""Pairs made, their summed overlap over union, minus their summed centre distance in ms."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A highlight known from an earlier run."""

    id: str
    product_id: str
    span: Span


def keep_ids(
    found: Sequence[Highlight],
    live: Iterable[Sighting],
    buried: Iterable[Sighting],
    taken: AbstractSet[str],
    owner: str,
) -> tuple[Highlight, ...]:
    """Give every found highlight the id it had, or a new one that nobody has or had.

    `live` sightings of the run before are matched first, then `buried` ones, which were published
    once and vanished. `taken` holds further ids that may not be given; `owner` names the recording.
    Deterministic; the ids are unique; what was found before unchanged keeps its ids.
    """
    live, buried = tuple(live), tuple(buried)
    names = match_sightings(found, live)
    rest = [highlight for index, highlight in enumerate(found) if index not in names]
    places = [index for index in range(len(found)) if index not in names]
    names |= {places[index]: name for index, name in match_sightings(rest, buried).items()}
    used = set(taken) | {sighting.id for sighting in (*live, *buried)}
    ordinals: dict[str, int] = defaultdict(int)
    named = []
    for index, highlight in enumerate(found):
        ordinal = ordinals[highlight.product_id]
        ordinals[highlight.product_id] += 1
        name = names.get(index) or make_highlight_id(owner, highlight.product_id, ordinal, used)
        used.add(name)
        named.append(replace(highlight, id=name))
    return tuple(named)


def make_highlight_id(owner: str, product_id: str, ordinal: int, taken: AbstractSet[str]) -> str:
    """Derive an id from the recording, the product and its ordinal, passing over taken ones."""
    attempt = 0
    while True:
        seed = json.dumps([owner, product_id, ordinal, attempt])
        name = f"hl_{hashlib.sha256(seed.encode()).hexdigest()[:_ID_DIGITS]}"
        if name not in taken:
            return name
        attempt += 1


def match_sightings(found: Sequence[Highlight], known: Iterable[Sighting]) -> dict[int, str]:
    """Pair found highlights with known ones of the same product, one to one.

    Returns the known id by the index of the found highlight. As many pairs as possible, and of
    those the closest; stretches of one product keep their order in time, as pitches do.
    """
    by_product: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in known:
        by_product[sighting.product_id].append(sighting)
    indices: dict[str, list[int]] = defaultdict(list)
    for index, highlight in enumerate(found):
        indices[highlight.product_id].append(index)
    names: dict[int, str] = {}
    for product_id, places in indices.items():
        places.sort(key=lambda index: found[index].span)
        old = sorted(by_product[product_id], key=lambda sighting: (sighting.span, sighting.id))
        pairs = align([found[place].span for place in places], [item.span for item in old])
        names |= {places[left]: old[right].id for left, right in pairs}
    return names


def align(new: Sequence[Span], old: Sequence[Span]) -> tuple[tuple[int, int], ...]:
    """Pair two sorted rows of spans without crossing, most pairs first, then the closest.

    new   [--a--)   [b)  [---c---)
    old     [--1--)      [--2--)  [3)      ->  a1, c2

    The classic alignment by dynamic programming, O(len(new) * len(old)).
    """
    best: list[list[_Quality]] = [[(0, 0.0, 0)] * (len(old) + 1) for _ in range(len(new) + 1)]
    for i, span in enumerate(new, 1):
        for j, other in enumerate(old, 1):
            best[i][j] = max(best[i - 1][j], best[i][j - 1])
            if _same_pitch(span, other):
                best[i][j] = max(best[i][j], _with_pair(best[i - 1][j - 1], span, other))
    pairs = []
    i, j = len(new), len(old)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return tuple(reversed(pairs))


def _same_pitch(span: Span, other: Span) -> bool:
    return span.iou(other) >= SAME_IOU or _centre_distance_ms(span, other) <= SAME_CENTRE_MS


def _with_pair(quality: _Quality, span: Span, other: Span) -> _Quality:
    pairs, overlap, closeness = quality
    return pairs + 1, overlap + span.iou(other), closeness - _centre_distance_ms(span, other)


def _centre_distance_ms(span: Span, other: Span) -> int:
    return abs(span.start_ms + span.end_ms - other.start_ms - other.end_ms) // 2
