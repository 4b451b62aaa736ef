"""What a rate search may cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.tune import BUDGET_SHARE, HOUR_S, LEAST_BUDGET_S, allow_cpu

ENCODES = st.floats(0.1, 1e5)


@given(encode_s=ENCODES, length_s=st.floats(HOUR_S, 1e5))
def test_from_an_hour_on_a_search_costs_a_twentieth_of_the_encode(encode_s, length_s):
    assert allow_cpu(encode_s, length_s) == BUDGET_SHARE * encode_s


@given(encode_s=ENCODES, length_s=st.floats(0, HOUR_S))
def test_below_it_is_bounded_in_seconds(encode_s, length_s):
    allowed_s = allow_cpu(encode_s, length_s)
    assert allowed_s >= BUDGET_SHARE * encode_s
    assert allowed_s <= max(LEAST_BUDGET_S, BUDGET_SHARE * encode_s)


@given(encode_s=ENCODES, length_s=st.floats(0, 2 * HOUR_S))
def test_a_minute_more_never_halves_what_is_allowed(encode_s, length_s):
    """No cliff at the hour: shows end when they end."""
    assert allow_cpu(encode_s, length_s + 60) >= allow_cpu(encode_s, length_s) - LEAST_BUDGET_S / 59
