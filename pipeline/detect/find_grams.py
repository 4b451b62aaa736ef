"""Find products by pieces of their titles: runs of syllables or words that few products share.

TF-IDF over sound n-grams, read off as maximal runs so that every point has words to show for it.
A title needs no word segmentation: what the host says of it, by sound, is what counts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.highlight import Evidence, EvidenceKind
from models.span import MS_PER_MINUTE
from pipeline.detect.findings import FEWEST_PRODUCTS, Finding, Form
from pipeline.detect.shop import LONGEST_GRAM, Gram, Shop, is_gram, surface_of
from pipeline.detect.units import Unit

WRITTEN_SHARE = {1: 0.5, 2: 0.5, 3: 0.8}
"""Share of a run's rarity that counts when it is written as in the catalogue, by sounds."""
HEARD_SHARE = {1: 0.5, 2: 0.15, 3: 0.55}
"""The same when only the sounds agree: two syllables agree with too much ordinary speech."""
LONG_WRITTEN_SHARE = 1.0
LONG_HEARD_SHARE = 0.85
COVERED_SHARE = 0.3
"""What is left of a run that is only a part of a longer run of another product."""
COMMON_SHARE = 1 / 8
"""A gram that more of the catalogue shares names a whole shelf, not a product."""
BLOCK_MS = MS_PER_MINUTE
"""Words of a pitch come in few minutes, words of the host's habit in all of them."""
FEWEST_BLOCKS = 4
"""A shorter transcript cannot tell habit from topic."""
PRODUCTS_PER_UNIT = 12
LEAST_WEIGHT = 0.15


@dataclass(slots=True)
class _Run:
    first: int
    last: int
    rarity: float
    written: bool

    def take(self, first: int, last: int, rarity: float, *, written: bool) -> bool:
        """Grow by an overlapping gram; False when it does not overlap."""
        if first > self.last:
            return False
        longer = last - first > 1 or last > self.last
        self.last = max(self.last, last)
        self.rarity = max(self.rarity, rarity)
        self.written = self.written and (written or not longer)
        return True


def find_grams(units: Sequence[Unit], shop: Shop) -> Iterator[Finding]:
    """Yield an n-gram finding for every run of a product's words that is said."""
    habit = _Habit(units, shop)
    for index, unit in enumerate(units):
        runs = _runs_by_product(unit, shop, habit)
        extents = {(run.first, run.last) for group in runs.values() for run in group}
        weighted = [
            (product, run, _weigh(unit, run, extents))
            for product, group in runs.items()
            for run in group
        ]
        weighted.sort(key=lambda item: (-item[2], item[1].first, item[0]))
        floor = _floor_weight(weighted)
        for product, run, weight in weighted:
            if weight < max(floor, LEAST_WEIGHT):
                break
            start, end = unit.sounds[run.first].start, unit.sounds[run.last].end
            evidence = Evidence(
                EvidenceKind.NGRAM, unit.text.spoken(start, end), unit.at_ms(start), weight
            )
            yield Finding(index, product, start, end, evidence, _form(unit, run))


class _Habit:
    """How much of the broadcast a gram is spread over: 1 for a topic, towards 0 for a habit."""

    def __init__(self, units: Sequence[Unit], shop: Shop) -> None:
        self._blocks: defaultdict[Gram, set[int]] = defaultdict(set)
        everywhere: set[int] = set()
        for unit in units:
            block = unit.span.start_ms // BLOCK_MS
            everywhere.add(block)
            for _first, _last, gram in _iter_unit_grams(unit, shop):
                self._blocks[gram].add(block)
        self._count = len(everywhere)

    def share(self, gram: Gram) -> float:
        if self._count < FEWEST_BLOCKS:
            return 1.0
        return math.log((self._count + 1) / len(self._blocks[gram])) / math.log(self._count + 1)


def _iter_unit_grams(unit: Unit, shop: Shop) -> Iterator[tuple[int, int, Gram]]:
    limit = max(FEWEST_PRODUCTS, len(shop)) * COMMON_SHARE
    sounds = unit.sounds
    keys = tuple(sound.key for sound in sounds)
    for first in range(len(sounds)):
        for length in range(1, LONGEST_GRAM + 1):
            gram = keys[first : first + length]
            carriers = shop.grams.get(gram) if len(gram) == length else None
            if (
                carriers
                and len(carriers) <= limit
                and is_gram(unit.text.text, sounds[first : first + length])
            ):
                yield first, first + length - 1, gram


def _runs_by_product(unit: Unit, shop: Shop, habit: _Habit) -> dict[int, list[_Run]]:
    runs: defaultdict[int, list[_Run]] = defaultdict(list)
    for first, last, gram in _iter_unit_grams(unit, shop):
        surface = surface_of(unit.text.text, unit.sounds[first : last + 1])
        rarity = shop.rarity_of(gram) * habit.share(gram)
        for product in sorted(shop.grams[gram]):
            written = surface in shop.surfaces[product]
            group = runs[product]
            if not (group and group[-1].take(first, last, rarity, written=written)):
                group.append(_Run(first, last, rarity, written))
    return runs


def _length(unit: Unit, run: _Run) -> int:
    """Return the length in syllables; a word of Latin letters counts as two."""
    sounds = unit.sounds[run.first : run.last + 1]
    return len(sounds) + sum(sound.is_word for sound in sounds)


def _form(unit: Unit, run: _Run) -> Form:
    if _length(unit, run) <= 2:
        return Form.PAIR_WRITTEN if run.written else Form.PAIR_HEARD
    return Form.RUN_WRITTEN if run.written else Form.RUN_HEARD


def _weigh(unit: Unit, run: _Run, extents: set[tuple[int, int]]) -> float:
    length = _length(unit, run)
    if run.written:
        share = WRITTEN_SHARE.get(length, LONG_WRITTEN_SHARE)
    else:
        share = HEARD_SHARE.get(length, LONG_HEARD_SHARE)
    covered = any(
        first <= run.first and run.last <= last and last - first > run.last - run.first
        for first, last in extents
    )
    return run.rarity * share * (COVERED_SHARE if covered else 1.0)


def _floor_weight(weighted: Sequence[tuple[int, _Run, float]]) -> float:
    """Return the weight of the weakest of the best products; ties stay together."""
    best: dict[int, float] = {}
    for product, _run, weight in weighted:
        best.setdefault(product, weight)
        if len(best) == PRODUCTS_PER_UNIT:
            return weight
    return 0.0
