"""Evidence counts as far as it is to be trusted where it is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from pipeline.detect.cues import find_cues
from pipeline.detect.detect import read_broadcast
from pipeline.detect.emission import MOST_TRUST, Reading, iter_product_features
from pipeline.detect.find_meaning import Likeness
from pipeline.detect.find_names import find_names
from pipeline.detect.parameters import load_parameters
from pipeline.detect.scene import HEADS, Head, Scene
from pipeline.detect.shop import index_shop
from pipeline.detect.tabulate import COLUMNS, Table
from pipeline.detect.units import make_units
from tests.detect.conftest import say

SHOP = Catalogue(
    (Product(id="A", title="红枣茶", aliases=("红枣茶",)), Product(id="B", title="羊毛袜"))
)
UNITS = make_units(say("来看一下这个红枣茶。", "今天天气真不错啊。").utterances)
odds = st.floats(-9, 9)


def read(head: Head, value: float) -> Reading:
    scene = Scene(**{h: np.full(len(UNITS), value if h is head else 0.0) for h in HEADS})
    nothing = np.zeros((len(UNITS), len(SHOP)))
    findings = list(find_names(UNITS, index_shop(SHOP)))
    cues = find_cues(UNITS)
    return read_broadcast(UNITS, SHOP, findings, Likeness(nothing, nothing), cues, scene)


def feature(name: str, head: Head, value: float) -> np.ndarray:
    return np.asarray(dict(iter_product_features(read(head, value)))[name])


@pytest.mark.parametrize("head", HEADS)
@settings(max_examples=20)
@given(value=odds)
def test_where_nothing_is_told_there_is_nothing_to_trust(head: Head, value: float) -> None:
    name = "trusted" if head is Head.TRUST else f"told_{head}"
    found = feature(name, head, value)
    assert not found[:, 1].any()
    assert not found[1].any()


evidence = st.lists(
    st.lists(st.floats(0, 9), min_size=3, max_size=3), min_size=len(COLUMNS), max_size=len(COLUMNS)
)


@given(evidence, st.floats(0.5, 9))
def test_the_kinds_share_what_may_be_said_of_a_product(
    kinds: list[list[float]], most: float
) -> None:
    by_name = {name: np.array([row]) for name, row in zip(COLUMNS, kinds, strict=True)}
    table = Table(by_name, np.zeros(1, np.int64))
    shares = dict(table.iter_shares(most))
    assert sum(shares.values()) == pytest.approx(table.total(most))
    assert all((share <= by_name[name]).all() for name, share in shares.items())


@given(odds, odds)
def test_the_more_trust_the_more_a_name_counts(one: float, other: float) -> None:
    less, more = sorted((one, other))
    low, high = (feature("trusted", Head.TRUST, value)[0, 0] for value in (less, more))
    assert low <= high
    if less >= MOST_TRUST or more <= -MOST_TRUST:
        assert low == high


def test_the_fitted_weights_trust_what_is_to_be_trusted() -> None:
    weights = load_parameters().weights
    assert weights.trusted > 0 > weights.told_question
