"""Put what the finders found into tables: one number per unit, product and kind of evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.highlight import EvidenceKind
from pipeline.detect.cues import Cue
from pipeline.detect.decode import Floats
from pipeline.detect.findings import Finding, Form, surprise
from pipeline.detect.units import Unit

NAME_KINDS = frozenset({EvidenceKind.ALIAS, EvidenceKind.PINYIN})
LISTED_SHARE = 0.35
"""What evidence counts in a preview, a recap or a list of three and more products."""
ASKED_SHARE = 0.7
"""What it counts in a round of questions."""
COMPARED_SHARE = 0.6
"""What it counts where products are told apart: either may be the one on show."""
MEMORY_MS = 20_000
"""Time in which what was said of a product fades to 1/e."""

COLUMNS = (
    "name",
    Form.RUN_WRITTEN.value,
    Form.RUN_HEARD.value,
    Form.PAIR_WRITTEN.value,
    Form.PAIR_HEARD.value,
    "link",
    Form.CONFIRMED.value,
    "price",
    "spec",
)
"""Names of the tables, which are those of their weights."""
_BY_KIND = {
    EvidenceKind.ALIAS: "name",
    EvidenceKind.PINYIN: "name",
    EvidenceKind.LINK_NUMBER: "link",
    EvidenceKind.PRICE: "price",
    EvidenceKind.SPEC: "spec",
}
_ADDING = frozenset({"spec", *(form for form in Form if form not in (Form.WHOLE, Form.CONFIRMED))})
"""Of several pieces of these kinds all count; of the others only the strongest."""


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence by kind, in nats; lists and questions discounted."""

    by_name: Mapping[str, Floats]
    """By each of `COLUMNS`, shape (units, products)."""
    named: NDArray[np.int64]
    """How many products every unit names."""

    def total(self, most: float, units: slice = slice(None)) -> Floats:
        """Return all kinds together, capped, for some units or all."""
        whole = np.sum([self.by_name[name][units] for name in COLUMNS], axis=0)
        return np.asarray(np.minimum(whole, most))

    def iter_shares(self, most: float) -> Iterator[tuple[str, Floats]]:
        """Yield every kind's share of the capped total: together they are `total`.

        A name is also a run of words and pairs of syllables; however many kinds one word counts
        as, it says no more than that it is this product.
        """
        whole = np.sum([self.by_name[name] for name in COLUMNS], axis=0)
        share = most / np.maximum(whole, most)
        for name in COLUMNS:
            yield name, self.by_name[name] * share


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
    tables = {name: np.zeros((len(units), products)) for name in COLUMNS}
    weights: defaultdict[tuple[str, int, int], list[float]] = defaultdict(list)
    by_unit: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_unit[finding.unit].append(finding)
        column = _column_of(finding)
        if column is not None:
            weights[column, finding.unit, finding.product].append(finding.evidence.weight)
    named = np.zeros(len(units), np.int64)
    for index, group in by_unit.items():
        named[index] = count_named(group, surprise(products) / 2)
    shares = [_share(found, count) for found, count in zip(cues, named.tolist(), strict=True)]
    for (column, unit, product), values in weights.items():
        value = _fading_sum(values) if column in _ADDING else max(values)
        tables[column][unit, product] = shares[unit] * value
    return Table(tables, named)


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


def lead(evidence: Floats, most: float) -> Floats:
    """Return by how much every product leads the best other one of its unit, within +-`most`."""
    if evidence.shape[1] < 2:
        return np.zeros_like(evidence)
    ordered = np.partition(evidence, -2, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    rival = np.where(evidence >= best, second, best)
    return np.asarray(np.clip(evidence - rival, -most, most))


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


def _column_of(finding: Finding) -> str | None:
    if finding.form is not Form.WHOLE:
        return finding.form.value
    return _BY_KIND.get(finding.evidence.kind)


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
