"""Laws of cutting speech into units."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from models.transcript import Utterance
from pipeline.detect.units import LONGEST_MS, make_units


def test_a_minute_long_cue_is_cut_into_thoughts() -> None:
    text = "这个茶很香,真的很香,你们闻一下。" * 12
    units = make_units([Utterance(Span(0, 60_000), text, text)])
    assert len(units) > 8
    assert max(unit.span.duration_ms for unit in units) <= LONGEST_MS + 1_000


def test_a_short_piece_joins_the_next_one_over_a_short_silence_only() -> None:
    near = [Utterance(Span(0, 900), "对。", "对。"), Utterance(Span(1_000, 4_000), "好喝", "好喝")]
    far = [near[0], Utterance(Span(5_000, 8_000), "好喝", "好喝")]
    assert [unit.text.source for unit in make_units(near)] == ["对。 好喝"]
    assert [unit.gap_ms for unit in make_units(far)] == [0, 4_100]


def test_prices_and_thousands_are_not_cut() -> None:
    text = "It is 49.99, and it holds 20,000 milliamp hours, which is a lot for such a small thing."
    units = make_units([Utterance(Span(0, 12_000), text, text)])
    joined = " ".join(unit.text.source for unit in units)
    assert "49.99" in joined
    assert "20,000" in joined


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3_000), st.integers(1, 9_000), st.text("茶好,。?a 1", max_size=30)
        ),
        max_size=8,
    )
)
def test_units_lie_in_order_and_never_overlap(pieces: list[tuple[int, int, str]]) -> None:
    utterances, at_ms = [], 0
    for gap_ms, length_ms, text in pieces:
        at_ms += gap_ms
        utterances.append(Utterance(Span(at_ms, at_ms + length_ms), text, text))
        at_ms += length_ms // 2
    units = make_units(utterances)
    for earlier, later in pairwise(units):
        assert earlier.span.end_ms <= later.span.start_ms
    for unit in units:
        assert list(unit.times) == sorted(unit.times)
        assert len(unit.times) == len(unit.text.text)
