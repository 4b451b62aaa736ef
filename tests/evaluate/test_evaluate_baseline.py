"""The keyword baseline."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.span import Span
from models.transcript import Provenance, Transcript, Utterance
from pipeline.evaluate.baseline import HOLD_MS, keyword_baseline

CATALOGUE = Catalogue(
    (
        Product("A1", "Pine tea, 20 bags", aliases=("pine tea", "松针茶")),
        Product("B2", "雾凇洗手液补充装", aliases=("洗手液",)),
        Product("C3", "Nameless"),
    )
)
SILENCE = "大家好"


def speak(*lines: tuple[float, str]) -> Transcript:
    """Say each line at its second, four seconds long."""
    utterances = (
        Utterance(Span(round(at_s * 1000), round(at_s * 1000) + 4000), text, text)
        for at_s, text in lines
    )
    return Transcript("zh", tuple(utterances), Provenance("import:srt", "", "", "{}"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], []),
        ([(0, SILENCE)], []),
        ([(10, "来看松针茶"), (90, SILENCE)], [("A1", 10_000, 44_000)]),
        ([(10, "PINE  Tea now"), (60, SILENCE)], [("A1", 10_000, 44_000)]),
        ([(10, "雾凇洗手液補充裝"), (60, SILENCE)], [("B2", 10_000, 44_000)]),
        ([(10, "松针茶")], [("A1", 10_000, 14_000)]),
        ([(10, "松针茶"), (44, "松针茶")], [("A1", 10_000, 48_000)]),
        ([(10, "松针茶"), (44.001, "松针茶")], [("A1", 10_000, 44_000), ("A1", 44_001, 48_001)]),
        ([(10, "松针茶"), (20, "洗手液")], [("A1", 10_000, 20_000), ("B2", 20_000, 24_000)]),
        ([(10, "松针茶和洗手液")], [("A1", 10_000, 14_000), ("B2", 10_000, 14_000)]),
        ([(10, "nameless"), (12, SILENCE)], [("C3", 10_000, 16_000)]),
    ],
    ids=[
        *("no speech", "nothing named", "held", "case and space", "title and script"),
        *("to the end", "gap bridged", "gap too long", "switch", "both at once", "title only"),
    ],
)
def test_a_naming_holds_until_another_or_for_half_a_minute(
    lines: list[tuple[float, str]], expected: list[tuple[str, int, int]]
) -> None:
    found = keyword_baseline(speak(*lines), CATALOGUE)
    assert [(h.product_id, h.span.start_ms, h.span.end_ms) for h in found] == expected


names = st.sampled_from([SILENCE, "松针茶", "洗手液", "pine tea 松针茶", "nameless"])


@given(st.lists(st.tuples(st.integers(0, 50), names), max_size=8))
def test_highlights_follow_one_another_and_name_their_evidence(
    steps: list[tuple[int, str]],
) -> None:
    times = itertools.accumulate(4 + pause_s for pause_s, _ in steps)
    transcript = speak(*((at_s, text) for at_s, (_, text) in zip(times, steps, strict=True)))
    found = keyword_baseline(transcript, CATALOGUE)
    for earlier, later in itertools.pairwise(found):
        assert earlier.span.end_ms <= later.span.start_ms
    for highlight in found:
        assert highlight.evidence[0].at_ms == highlight.point_ms == highlight.span.start_ms
        assert highlight.span.end_ms - highlight.evidence[-1].at_ms <= 4_000 + HOLD_MS
