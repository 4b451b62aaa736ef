"""Weigh evidence: log-likelihood ratios per unit and product, and the moves between products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.highlight import EvidenceKind
from pipeline.detect.cues import Cue
from pipeline.detect.decode import NONE_STATE, Floats, Moves
from pipeline.detect.findings import Finding, surprise
from pipeline.detect.parameters import Weights
from pipeline.detect.units import Unit

NAME_KINDS = frozenset({EvidenceKind.ALIAS, EvidenceKind.PINYIN})

LISTED_SHARE = 0.35
"""What evidence counts in a preview, a recap or a list of three and more products."""
ASKED_SHARE = 0.7
"""What it counts in a round of questions."""
COMPARED_SHARE = 0.6
"""What it counts where products are told apart: either may be the one on show."""
MOST_SHARE = 1.5
"""Of `surprise`: no unit says more about a product than this."""
MEMORY_MS = 20_000
"""Time in which what was said of a product fades to 1/e."""
SILENCE_FREE_S = 0.4
SILENCE_MOST_S = 2.0
"""A pause counts from the first of these to the second, in seconds."""


def weigh_emissions(
    units: Sequence[Unit],
    findings: Iterable[Finding],
    meaning: Floats,
    cues: Sequence[frozenset[Cue]],
    linked: Sequence[bool],
    weights: Weights,
) -> Floats:
    """Return log-likelihood ratios, shape (units, 1 + products); column 0 is "no product"."""
    table = tabulate(units, findings, cues, len(linked))
    emissions = np.zeros((len(units), 1 + len(linked)))
    for name, feature in iter_product_features(units, table, meaning, linked):
        emissions[:, 1:] += getattr(weights, name) * feature
    for name, signal in iter_none_features(cues, table):
        emissions[:, NONE_STATE] += getattr(weights, name) * signal
    return emissions


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence by kind, shape (units, products) each, in nats; lists and questions discounted."""

    name: Floats
    gram: Floats
    link: Floats
    price: Floats
    spec: Floats
    named: NDArray[np.int64]
    """How many products every unit names."""

    def total(self, most: float) -> Floats:
        """Return all kinds together, capped."""
        whole = self.name + self.gram + self.link + self.price + self.spec
        return np.minimum(whole, most)


def tabulate(
    units: Sequence[Unit],
    findings: Iterable[Finding],
    cues: Sequence[frozenset[Cue]],
    products: int,
) -> Table:
    """Put findings into one table per kind.

    Of several names, links or prices in a unit the strongest counts; n-grams and specifications add
    up, each further one half as much. A name counts as a name and as the n-grams that it is made
    of; their weights are fitted together.
    """
    shape = (len(units), products)
    table = Table(
        name=np.zeros(shape),
        gram=np.zeros(shape),
        link=np.zeros(shape),
        price=np.zeros(shape),
        spec=np.zeros(shape),
        named=np.zeros(len(units), np.int64),
    )
    grouped: defaultdict[tuple[int, int], list[Finding]] = defaultdict(list)
    by_unit: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.unit, finding.product].append(finding)
        by_unit[finding.unit].append(finding)
    for index, group in by_unit.items():
        table.named[index] = count_named(group, surprise(products) / 2)
    for place, group in grouped.items():
        by_kind: defaultdict[EvidenceKind, list[float]] = defaultdict(list)
        for finding in group:
            by_kind[finding.evidence.kind].append(finding.evidence.weight)
        share = _share(cues[place[0]], int(table.named[place[0]]))
        name = max((w for kind in NAME_KINDS for w in by_kind[kind]), default=0.0)
        table.name[place] = share * name
        table.gram[place] = share * _fading_sum(by_kind[EvidenceKind.NGRAM])
        table.link[place] = share * max(by_kind[EvidenceKind.LINK_NUMBER], default=0.0)
        table.price[place] = share * max(by_kind[EvidenceKind.PRICE], default=0.0)
        table.spec[place] = share * _fading_sum(by_kind[EvidenceKind.SPEC])
    return table


def iter_product_features(
    units: Sequence[Unit], table: Table, meaning: Floats, linked: Sequence[bool]
) -> Iterator[tuple[str, Floats]]:
    """Yield (name of the weight, feature), each feature of shape (units, products)."""
    for name in ("name", "gram", "link", "price", "spec"):
        yield name, getattr(table, name)
    yield "meaning", meaning
    most = MOST_SHARE * surprise(len(linked))
    total = table.total(most)
    before, after = remember(units, total)
    yield "enclosed", np.minimum(np.minimum(before, after), most)
    seconds = np.array([min(unit.span.duration_ms / 1000, 10.0) for unit in units])
    yield "pitching", np.repeat(seconds[:, None] / 5, len(linked), axis=1)
    absent = np.array([any(linked) and not has for has in linked], dtype=np.float64)
    yield "unlinked", np.repeat(absent[None, :], len(units), axis=0)


def iter_none_features(
    cues: Sequence[frozenset[Cue]], table: Table
) -> Iterator[tuple[str, Floats]]:
    """Yield (name of the weight, signal for "no product"), one number per unit."""
    for cue in (Cue.CHATTER, Cue.LISTING, Cue.QUESTIONS, Cue.CALL):
        yield cue.value, np.array([cue in found for found in cues], dtype=np.float64)
    yield "many", (table.named >= 3).astype(np.float64)


def remember(units: Sequence[Unit], evidence: Floats) -> tuple[Floats, Floats]:
    """Return the evidence of earlier and of later units, fading with the time between."""
    starts = np.array([unit.span.start_ms for unit in units], dtype=np.float64)
    fading = np.exp(-np.diff(starts) / MEMORY_MS)
    before, after = np.zeros_like(evidence), np.zeros_like(evidence)
    for t in range(1, len(units)):
        before[t] = (before[t - 1] + evidence[t - 1]) * fading[t - 1]
    for t in range(len(units) - 2, -1, -1):
        after[t] = (after[t + 1] + evidence[t + 1]) * fading[t]
    return before, after


def count_named(findings: Sequence[Finding], from_weight: float) -> int:
    """Count the products that a unit names or numbers in places of their own."""
    strongest = sorted(
        (f for f in findings if f.evidence.kind is not EvidenceKind.EMBEDDING),
        key=lambda f: (-f.evidence.weight, f.start, f.evidence.text),
    )
    places: list[tuple[int, int, int]] = []
    for finding in strongest:
        if finding.evidence.weight < from_weight:
            break
        known = any(product == finding.product for product, _start, _end in places)
        taken = any(finding.start < end and start < finding.end for _p, start, end in places)
        if not known and not taken:
            places.append((finding.product, finding.start, finding.end))
    return len(places)


def iter_move_features(
    units: Sequence[Unit], cues: Sequence[frozenset[Cue]]
) -> Iterator[tuple[str, Floats, tuple[bool, bool, bool]]]:
    """Yield (name of the weight, signal per unit, does it bear on open, switch, close)."""
    ones = np.ones(len(units))
    yield "open_", ones, (True, False, False)
    yield "switch", ones, (False, True, False)
    yield "close", ones, (False, False, True)
    opening = np.array([Cue.OPENING in found for found in cues], dtype=np.float64)
    yield "at_opening", opening, (True, True, False)
    called = np.array([Cue.CALL in found for found in cues], dtype=np.float64)
    yield "after_call", np.concatenate(([0.0], called[:-1])), (True, True, True)
    idle = {Cue.CHATTER, Cue.LISTING, Cue.QUESTIONS}
    yield "at_chatter", np.array([bool(c & idle) for c in cues], float), (False, False, True)
    seconds = np.array([unit.gap_ms / 1000 for unit in units])
    pause = np.clip(seconds - SILENCE_FREE_S, 0.0, SILENCE_MOST_S)
    yield "silence", pause, (True, True, True)


def weigh_moves(
    units: Sequence[Unit],
    cues: Sequence[frozenset[Cue]],
    weights: Weights,
) -> Moves:
    """Return the log weights of opening, switching and closing at every unit."""
    moves = np.zeros((3, len(units)))
    for name, signal, bears_on in iter_move_features(units, cues):
        for row, bears in enumerate(bears_on):
            moves[row] += getattr(weights, name) * signal * bears
    return Moves(open_=moves[0], switch=moves[1], close=moves[2])


def _share(cues: frozenset[Cue], named: int) -> float:
    if named >= 3 or (named >= 2 and Cue.LISTING in cues):
        return LISTED_SHARE
    if Cue.LISTING in cues:
        return (1 + LISTED_SHARE) / 2
    if Cue.COMPARISON in cues:
        return COMPARED_SHARE
    return ASKED_SHARE if Cue.QUESTIONS in cues else 1.0


def _fading_sum(values: Sequence[float]) -> float:
    """Sum, every further value counting half as much as the one before it."""
    ordered = sorted(values, reverse=True)
    return sum(value * 0.5**place for place, value in enumerate(ordered))
