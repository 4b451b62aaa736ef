"""Which values of other measures belong to a VMAF: read off made-up encodes."""

from __future__ import annotations

import pytest

from tests.bench.encode.equivalents import Look, iter_pairs, read_off

LOOKS = [Look(60, {"ssim": 0.90}), Look(80, {"ssim": 0.94}), Look(90, {"ssim": 0.98})]
BETTER = [Look(look.vmaf, {"ssim": look.other["ssim"] + 0.01}) for look in LOOKS]


@pytest.mark.parametrize(
    ("knot", "value"),
    [
        pytest.param(60, 0.90, id="an encode"),
        pytest.param(70, 0.92, id="between two"),
        pytest.param(95, None, id="beyond the best"),
        pytest.param(50, None, id="below the worst"),
    ],
)
def test_a_value_is_read_off_between_encodes(knot: float, value: float | None) -> None:
    assert read_off(LOOKS[::-1], "ssim", knot) == (value and pytest.approx(value))


def test_a_pair_is_the_median_of_the_clips_where_any_reaches() -> None:
    found = list(iter_pairs([LOOKS, BETTER], "ssim"))
    assert [value for value, _ in found] == pytest.approx([0.929, 0.969])
    assert found[0][1] == "VMAF NEG 72: 0.924 to 0.934, 2 clips"
