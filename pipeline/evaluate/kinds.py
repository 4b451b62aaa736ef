"""What each kind of evidence is worth: how often it speaks, is right, agrees and misleads."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.highlight import Evidence, EvidenceKind, Highlight
from pipeline.evaluate.truth import Truth, TruthPitch


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A piece of evidence and the product that it speaks for."""

    product_id: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class KindCounts:
    """Counts of one kind of evidence."""

    kind: EvidenceKind
    rows: int = 0
    inside: int = 0
    """Rows that lie in a true pitch, whoever's."""
    right: int = 0
    """Rows that lie in a true pitch of the product that they speak for."""
    covered: int = 0
    """True pitches with at least one right row."""
    true: int = 0

    @property
    def coverage(self) -> float | None:
        """Share of the true pitches that the kind speaks for; None when there are none."""
        return self.covered / self.true if self.true else None

    @property
    def precision(self) -> float | None:
        """Share of all rows that are right, those outside every pitch included; None without."""
        return self.right / self.rows if self.rows else None

    @property
    def conflict(self) -> float | None:
        """Share of the rows in true pitches that point to another product; None without any."""
        return 1 - self.right / self.inside if self.inside else None

    def __add__(self, other: KindCounts) -> KindCounts:
        if self.kind != other.kind:
            raise ValueError(f"counts of {self.kind} and {other.kind} do not add")
        return KindCounts(
            self.kind,
            self.rows + other.rows,
            self.inside + other.inside,
            self.right + other.right,
            self.covered + other.covered,
            self.true + other.true,
        )


@dataclass(frozen=True, slots=True)
class PairCounts:
    """How many true pitches two kinds both speak for; the kinds in the order of `EvidenceKind`."""

    first: EvidenceKind
    second: EvidenceKind
    both: int = 0
    true: int = 0

    @property
    def overlap(self) -> float | None:
        """Share of the true pitches that both kinds speak for; None when there are none."""
        return self.both / self.true if self.true else None

    def __add__(self, other: PairCounts) -> PairCounts:
        if (self.first, self.second) != (other.first, other.second):
            raise ValueError("counts of different kinds do not add")
        return PairCounts(self.first, self.second, self.both + other.both, self.true + other.true)


PAIRS = tuple(itertools.combinations(EvidenceKind, 2))


@dataclass(frozen=True, slots=True)
class KindScore:
    """The counts of every kind and of every two kinds, for one recording or for many."""

    kinds: tuple[KindCounts, ...] = tuple(KindCounts(kind) for kind in EvidenceKind)
    """One for each of `EvidenceKind`, in that order."""
    pairs: tuple[PairCounts, ...] = tuple(PairCounts(*pair) for pair in PAIRS)
    """One for each of `PAIRS`, in that order."""

    def of(self, kind: EvidenceKind) -> KindCounts:
        """Return the counts of one kind."""
        return next(counts for counts in self.kinds if counts.kind == kind)

    def of_pair(self, one: EvidenceKind, other: EvidenceKind) -> PairCounts:
        """Return the counts of two different kinds, in either order."""
        return next(pair for pair in self.pairs if {pair.first, pair.second} == {one, other})

    def __add__(self, other: KindScore) -> KindScore:
        return KindScore(
            tuple(a + b for a, b in zip(self.kinds, other.kinds, strict=True)),
            tuple(a + b for a, b in zip(self.pairs, other.pairs, strict=True)),
        )


def list_rows(highlights: Iterable[Highlight]) -> tuple[EvidenceRow, ...]:
    """Return the evidence of highlights, each row for its highlight's product."""
    return tuple(EvidenceRow(h.product_id, evidence) for h in highlights for evidence in h.evidence)


def score_kinds(rows: Sequence[EvidenceRow], truth: Truth) -> KindScore:
    """Compare evidence with the truth of the same recording.

    A row speaks at its moment: it lies in the pitches that hold `at_ms`, and is right when one of
    them is of its product. Rows that speak against their product (weight not above 0) are left out.
    """
    speaking = [row for row in rows if row.evidence.weight > 0]
    inside: Counter[EvidenceKind] = Counter()
    right: Counter[EvidenceKind] = Counter()
    speakers: list[set[EvidenceKind]] = [set() for _ in truth.pitches]
    for row in speaking:
        held = _find_pitches(row.evidence.at_ms, truth.pitches)
        own = [index for index in held if truth.pitches[index].product_id == row.product_id]
        inside[row.evidence.kind] += bool(held)
        right[row.evidence.kind] += bool(own)
        for index in own:
            speakers[index].add(row.evidence.kind)
    counted = Counter(row.evidence.kind for row in speaking)
    true = len(truth.pitches)
    return KindScore(
        tuple(
            KindCounts(
                kind=kind,
                rows=counted[kind],
                inside=inside[kind],
                right=right[kind],
                covered=sum(kind in kinds for kinds in speakers),
                true=true,
            )
            for kind in EvidenceKind
        ),
        tuple(PairCounts(a, b, sum({a, b} <= kinds for kinds in speakers), true) for a, b in PAIRS),
    )


def _find_pitches(at_ms: int, pitches: Sequence[TruthPitch]) -> tuple[int, ...]:
    return tuple(index for index, pitch in enumerate(pitches) if pitch.span.holds(at_ms))
