"""Laws of runs, confidence and settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Status
from pipeline.detect.confidence import Support, estimate_confidence, judge
from pipeline.detect.parameters import load_parameters
from pipeline.detect.segment import Run, bridge_runs, cut_runs, trim_runs
from pipeline.detect.settings import DetectSettings
from pipeline.detect.units import Unit


@given(st.lists(st.integers(0, 3), max_size=20))
def test_runs_hold_exactly_the_units_of_their_product(path: list[int]) -> None:
    rebuilt = [0] * len(path)
    for run in cut_runs(np.array(path, dtype=np.int64)):
        rebuilt[run.first : run.last + 1] = [run.product + 1] * (run.last - run.first + 1)
    assert rebuilt == path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param([1, 1, 0, 1], [Run(0, 0, 3)], id="over-a-pause"),
        pytest.param([1, 1, 2, 1], [Run(0, 0, 3)], id="over-a-comparison"),
        pytest.param([1, 2, 2, 2, 1], [Run(0, 0, 0), Run(1, 1, 3), Run(0, 4, 4)], id="a-return"),
        pytest.param([1, 0, 0, 0, 0, 1], [Run(0, 0, 0), Run(0, 5, 5)], id="too-far"),
    ],
)
def test_bridge(
    path: list[int], expected: list[Run], units: Callable[..., tuple[Unit, ...]]
) -> None:
    spoken = units(
        *["这一句话刚好说上六秒钟左右的时间也就是三十三个字再多说几个就到了吧"] * len(path)
    )
    runs = bridge_runs(cut_runs(np.array(path)), spoken, DetectSettings(shortest_ms=8_000))
    assert list(runs) == expected


def test_trim_cuts_doubtful_ends_and_keeps_the_best_unit() -> None:
    posteriors = np.array([[0.8, 0.2], [0.1, 0.9], [0.6, 0.4], [0.1, 0.9], [0.9, 0.1]])
    assert trim_runs([Run(0, 0, 4)], posteriors) == (Run(0, 1, 3),)
    assert trim_runs([Run(0, 0, 0)], posteriors) == (Run(0, 0, 0),)


def test_trim_keeps_what_siblings_share() -> None:
    posteriors = np.array([[0.1, 0.45, 0.45], [0.1, 0.5, 0.4], [0.85, 0.1, 0.05]])
    assert trim_runs([Run(0, 0, 2)], posteriors) == (Run(0, 0, 1),)


supports = st.builds(
    Support,
    low=st.floats(0, 1),
    certainty=st.floats(0, 1),
    rivalry=st.floats(0, 6),
    pace=st.floats(2, 6),
    rival=st.floats(0, 6),
    kinds=st.floats(0, 3),
    seconds=st.floats(2, 7),
    brief=st.floats(2, 3.4),
    opens=st.floats(-6, 6),
    mean=st.floats(0, 1),
    last=st.floats(0, 1),
    proof=st.floats(0, 6),
    lead=st.floats(-5, 30),
    echo=st.floats(-5, 5),
)


@given(supports)
def test_confidence_is_a_probability_that_grows_with_what_speaks_for_a_highlight(
    support: Support,
) -> None:
    weights = load_parameters().confidence
    confidence = estimate_confidence(support, weights)
    likelier = replace(support, low=min(support.low + 0.1, 1.0), rival=support.rival / 2)
    assert 0.0 <= confidence <= estimate_confidence(likelier, weights) <= 1.0


@pytest.mark.parametrize(
    ("confidence", "status"),
    [(0.9, Status.PUBLISHED), (0.7, Status.PUBLISHED), (0.5, Status.REVIEW), (0.1, Status.DROPPED)],
)
def test_judge(confidence: float, status: Status) -> None:
    assert judge(confidence, DetectSettings(publish_from=0.7, review_from=0.3)) is status


@pytest.mark.parametrize(
    "wrong",
    [
        {"publish_from": 0.2, "review_from": 0.3},
        {"publish_from": 1.2},
        {"bridge_ms": -1},
        {"evidence_limit": 0},
    ],
)
def test_settings_out_of_range_cannot_be_made(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must|may not"):
        DetectSettings(**wrong)  # type: ignore[arg-type]
