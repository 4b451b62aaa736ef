"""TextTiling: cut where the words change, and name the product whose words are said most."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from models.catalogue import Catalogue
from models.highlight import Highlight
from models.span import Span
from models.transcript import Transcript, Utterance
from pipeline.evaluate.bm25 import Bm25Index, index_catalogue, iter_grams
from pipeline.evaluate.stretches import Stretch, join_stretches, make_highlights
from pipeline.evaluate.windows_baseline import label_stretch

BLOCK = 3
"""Utterances compared on either side of a gap (Hearst's k): the best F1 at tIoU 0.5 of 3 to 10 on
the made-up text broadcasts (0.20), whose pitches last eight utterances on average."""
SMOOTHED = 1
"""Gaps on either side that a similarity is averaged with, as in Hearst's one round of three."""
SHORTEST_TILE = 3
"""Utterances between two cuts at least, as Hearst has it for her pseudo-sentences."""


def tiling_baseline(transcript: Transcript, catalogue: Catalogue) -> tuple[Highlight, ...]:
    """Return the tiles that are about a product, neighbours of one product joined.

    TextTiling (Hearst 1997) by blocks of utterances and their character n-grams; a tile gets its
    product as a window of `windows_baseline` does. Sorted by start, never overlapping.
    """
    stretches = _iter_tiles(transcript.credible(), index_catalogue(catalogue))
    return make_highlights(join_stretches(stretches, bridge_ms=0), catalogue)


def _iter_tiles(utterances: Sequence[Utterance], index: Bm25Index) -> Iterator[Stretch]:
    cuts = find_cuts([utterance.text for utterance in utterances])
    for first, behind in itertools.pairwise((0, *cuts, len(utterances))):
        tile = utterances[first:behind]
        if not tile:
            continue
        end_ms = max(utterance.span.end_ms for utterance in tile)
        if behind < len(utterances):
            end_ms = min(end_ms, utterances[behind].span.start_ms)
        start_ms = tile[0].span.start_ms
        if start_ms >= end_ms:  # spoken at the same moment as the next tile
            continue
        text = " ".join(utterance.text for utterance in tile)
        stretch = label_stretch(text, Span(start_ms, end_ms), index)
        if stretch is not None:
            yield stretch


def find_cuts(texts: Sequence[str]) -> tuple[int, ...]:
    """Return the indices of the texts that begin a tile, without the first; sorted.

    The lexical similarity of the blocks before and behind each gap makes a curve; a gap's depth is
    how far the curve falls there from the peaks on both sides. Cuts lie in its valleys, where the
    depth exceeds the mean less half a standard deviation (Hearst's conservative cutoff), the
    deepest first, no two nearer than `SHORTEST_TILE`.
    """
    if len(texts) < 2:
        return ()
    curve = _smooth(_compare_blocks([Counter(iter_grams(text)) for text in texts]))
    depths = _measure_depths(curve)
    cutoff = statistics.fmean(depths) - statistics.pstdev(depths) / 2
    valleys = [
        gap
        for gap, height in enumerate(curve)
        if depths[gap] > max(cutoff, 0.0) and height <= min(curve[max(0, gap - 1) : gap + 2])
    ]
    cuts: list[int] = []
    for gap in sorted(valleys, key=lambda gap: (-depths[gap], gap)):
        place = gap + 1
        if all(abs(place - edge) >= SHORTEST_TILE for edge in (0, *cuts, len(texts))):
            cuts.append(place)
    return tuple(sorted(cuts))


def _compare_blocks(grams: Sequence[Counter[str]]) -> list[float]:
    """Return the cosine of the blocks on both sides of every gap between texts."""
    cosines: list[float] = []
    for place in range(1, len(grams)):
        before = sum(grams[max(0, place - BLOCK) : place], Counter[str]())
        behind = sum(grams[place : place + BLOCK], Counter[str]())
        shared = sum(count * behind[gram] for gram, count in before.items())
        lengths = math.sqrt(_square(before) * _square(behind))
        cosines.append(shared / lengths if lengths else 0.0)
    return cosines


def _square(grams: Counter[str]) -> int:
    return sum(count * count for count in grams.values())


def _smooth(curve: Sequence[float]) -> list[float]:
    return [
        statistics.fmean(curve[max(0, place - SMOOTHED) : place + SMOOTHED + 1])
        for place in range(len(curve))
    ]


def _measure_depths(curve: Sequence[float]) -> list[float]:
    """Return for every place how far it lies below the nearest peaks, left and right together."""
    left = _climb(curve)
    right = _climb(curve[::-1])[::-1]
    return [a + b - 2 * here for a, b, here in zip(left, right, curve, strict=True)]


def _climb(curve: Sequence[float]) -> list[float]:
    """Return the height reached by walking left from every place as long as the curve rises."""
    peaks: list[float] = []
    for place, height in enumerate(curve):
        rises = place > 0 and curve[place - 1] >= height
        peaks.append(peaks[-1] if rises else height)
    return peaks
