"""Evidence by kind: by hand, and laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Evidence, EvidenceKind, Highlight
from pipeline.evaluate.kinds import (
    PAIRS,
    EvidenceRow,
    KindCounts,
    KindScore,
    PairCounts,
    list_rows,
    score_kinds,
)
from pipeline.evaluate.truth import Truth

MakeHighlight = Callable[..., Highlight]
MakeTruth = Callable[..., Truth]

ALIAS, LINK, PRICE = EvidenceKind.ALIAS, EvidenceKind.LINK_NUMBER, EvidenceKind.PRICE


def row(product_id: str, kind: EvidenceKind, at_s: float, weight: float = 1.0) -> EvidenceRow:
    return EvidenceRow(product_id, Evidence(kind, "said", round(at_s * 1000), weight))


def test_an_evening_by_hand(truth: MakeTruth) -> None:
    """A 0-60, B 100-160, A 200-260, C 300-360.

    alias     A in A, A in A again, B in B, A in B, A at 80 (nowhere)
    link      A in A, A in the second A, C in B
    price     only against C
    """
    evening = truth(("A", 0, 60), ("B", 100, 160), ("A", 200, 260), ("C", 300, 360))
    score = score_kinds(
        [
            *(row("A", ALIAS, at_s) for at_s in (10, 20, 80, 110)),
            row("B", ALIAS, 120),
            row("A", LINK, 30),
            row("A", LINK, 210),
            row("C", LINK, 159.999),
            row("C", PRICE, 310, weight=-1.0),
        ],
        evening,
    )
    alias, link, price = score.of(ALIAS), score.of(LINK), score.of(PRICE)
    assert alias == KindCounts(ALIAS, rows=5, inside=4, right=3, covered=2, true=4)
    assert (alias.coverage, alias.precision, alias.conflict) == (0.5, 0.6, 0.25)
    assert link == KindCounts(LINK, rows=3, inside=3, right=2, covered=2, true=4)
    assert (price.coverage, price.precision, price.conflict) == (0.0, None, None)
    assert score.of_pair(ALIAS, LINK) == score.of_pair(LINK, ALIAS)
    assert score.of_pair(ALIAS, LINK) == PairCounts(ALIAS, LINK, both=1, true=4)
    assert score.of_pair(ALIAS, LINK).overlap == 0.25
    assert score.of_pair(ALIAS, PRICE).overlap == 0.0


def test_pitches_at_once_are_both_held(truth: MakeTruth) -> None:
    score = score_kinds([row("B", ALIAS, 40)], truth(("A", 0, 60), ("B", 30, 60)))
    assert score.of(ALIAS) == KindCounts(ALIAS, rows=1, inside=1, right=1, covered=1, true=2)


def test_the_rows_of_highlights_speak_for_their_product(highlight: MakeHighlight) -> None:
    said = Evidence(ALIAS, "said", 5, 1.0)
    found = (replace(highlight("A", 0, 60), evidence=(said, said)), highlight("B", 60, 90))
    assert list_rows(found) == (EvidenceRow("A", said), EvidenceRow("A", said))


def test_nothing_has_no_rates(truth: MakeTruth) -> None:
    score = score_kinds([], truth())
    assert score == KindScore()
    assert all((c.coverage, c.precision, c.conflict) == (None,) * 3 for c in score.kinds)
    assert all(pair.overlap is None for pair in score.pairs)


def test_counts_of_other_kinds_do_not_add() -> None:
    with pytest.raises(ValueError, match="do not add"):
        KindCounts(ALIAS) + KindCounts(LINK)
    with pytest.raises(ValueError, match="do not add"):
        PairCounts(ALIAS, LINK) + PairCounts(ALIAS, PRICE)


rows = st.lists(
    st.builds(
        row,
        st.sampled_from("ABC"),
        st.sampled_from(EvidenceKind),
        st.integers(0, 599),
        st.sampled_from([1.0, 0.5, -1.0]),
    ),
    max_size=30,
)
PITCHES = (("A", 0.0, 100.0), ("B", 80.0, 200.0), ("A", 300.0, 400.0), ("C", 450.0, 500.0))


@given(rows)
def test_rates_are_bounded_and_pairs_never_beat_their_kinds(
    truth: MakeTruth, spoken: list[EvidenceRow]
) -> None:
    score = score_kinds(spoken, truth(*PITCHES))
    for counts in score.kinds:
        assert counts.right <= counts.inside <= counts.rows
        assert counts.covered <= counts.true == len(PITCHES)
        for rate in (counts.coverage, counts.precision, counts.conflict):
            assert rate is None or 0 <= rate <= 1
    for one, other in PAIRS:
        both = score.of_pair(one, other).both
        assert both <= min(score.of(one).covered, score.of(other).covered)
        assert both >= score.of(one).covered + score.of(other).covered - len(PITCHES)


@given(rows, rows)
def test_rows_add_up_over_recordings(
    truth: MakeTruth, one: list[EvidenceRow], other: list[EvidenceRow]
) -> None:
    evening = truth(*PITCHES)
    total = score_kinds(one, evening) + score_kinds(other, evening)
    together = score_kinds([*one, *other], evening)
    for kind in EvidenceKind:
        added, joined = total.of(kind), together.of(kind)
        assert (added.rows, added.inside, added.right) == (joined.rows, joined.inside, joined.right)
        assert added.true == 2 * joined.true
        assert joined.covered <= added.covered


@given(st.lists(st.sampled_from(EvidenceKind), min_size=1, unique=True))
def test_a_kind_that_is_always_right_scores_1(truth: MakeTruth, kinds: list[EvidenceKind]) -> None:
    evening = truth(("A", 0, 60), ("B", 60, 90))
    spoken = [row(p.product_id, k, p.span.start_ms / 1000) for p in evening.pitches for k in kinds]
    score = score_kinds(spoken, evening)
    for kind in kinds:
        counts = score.of(kind)
        assert (counts.coverage, counts.precision, counts.conflict) == (1.0, 1.0, 0.0)
        assert all(score.of_pair(kind, k).overlap == 1.0 for k in kinds if k != kind)
