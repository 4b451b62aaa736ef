"""Echoes: what is said of a product elsewhere in the show, and only elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.decode import Floats
from pipeline.detect.echo import (
    APART_MS,
    Echo,
    Likenesses,
    compare_stretches,
    find_echo,
    measure_returns,
)
from pipeline.detect.encoder import LsaEncoder
from pipeline.detect.segment import Run
from pipeline.detect.units import Unit, make_units
from tests.detect.conftest import say

SOUP = (
    "这个小火慢慢熬，熬到汤面起一层皱皮。",
    "我妈坐月子那会儿天天早上一碗，手脚都暖。",
    "里头红枣去核，不去核上火，你们记住。",
    "一碗下去肚子里头热乎乎的，跟揣个暖水袋一样。",
)
SCARF = (
    "摸一下，一点也不扎脖子，贴着皮肤都行。",
    "两面颜色不一样，翻过来又是一条新的。",
    "甩起来有垂感，坐飞机盖腿上当毯子。",
    "洗的时候冷水泡五分钟，别拧，平铺晾。",
)
TALK = (
    "外面下雨了，刚刚出门鞋子全湿，气死我。",
    "昨天那个电影你们看没看，结局我没看懂。",
    "我们楼下新开一家理发店，排队排到马路上。",
    "小孩今天开学，书包比他人还重，不知道装什么。",
    "谢谢大家陪我，晚上做梦都是你们的名字。",
)
SHOW = (*SOUP, *SCARF, *TALK * 3, *SOUP, *TALK)
"""The soup is sold, the scarf is sold; a minute of talk; the soup again, word for word."""
AGAIN = slice(len(SOUP) + len(SCARF) + 3 * len(TALK), -len(TALK))


@pytest.fixture(scope="module")
def units() -> tuple[Unit, ...]:
    return make_units(say(*SHOW).utterances)


@pytest.fixture(scope="module")
def alike(units: tuple[Unit, ...]) -> Likenesses:
    spoken, _sold = LsaEncoder().encode([unit.text.source for unit in units], ["汤", "围巾"])
    alike = compare_stretches(units, spoken)
    assert alike is not None
    return alike


def first_look(count: int) -> Floats:
    """Return what a first look is sure of: soup, then scarf, then nothing."""
    posteriors = np.zeros((count, 3))
    posteriors[:, 0] = 1.0
    posteriors[: len(SOUP)] = [0.0, 1.0, 0.0]
    posteriors[len(SOUP) : len(SOUP) + len(SCARF)] = [0.0, 0.0, 1.0]
    return posteriors


RETURNING = (Run(0, 0, 3), Run(1, 4, 7), Run(0, 20, 23))


def test_a_sentence_is_a_unit_here(units: tuple[Unit, ...]) -> None:
    assert len(units) == len(SHOW)
    assert units[AGAIN.start].span.start_ms - units[len(SOUP) - 1].span.start_ms > APART_MS


def test_what_returns_echoes_what_was_said_of_it(
    units: tuple[Unit, ...], alike: Likenesses
) -> None:
    echo = find_echo(alike, first_look(len(units)), RETURNING)
    for heard in (echo.meaning[AGAIN], echo.sound[AGAIN]):
        assert (heard[:, 0] > heard[:, 1]).all()
        assert heard[:, 0].min() > 0.1
    talk = slice(AGAIN.stop, None)
    assert echo.sound[AGAIN, 0].min() > echo.sound[talk, 0].max()


def test_nothing_echoes_where_nothing_returns(units: tuple[Unit, ...], alike: Likenesses) -> None:
    once = (Run(0, 0, 3), Run(1, 4, 7))
    echo = find_echo(alike, first_look(len(units)), once)
    assert not echo.meaning.any()
    assert not echo.sound.any()


@given(st.data())
def test_a_stretch_never_echoes_itself(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.sampled_from(SHOW), min_size=1, max_size=12))
    units = make_units(say(*texts).utterances)
    alike = compare_stretches(units, np.eye(len(units), dtype=np.float32))
    assert alike is not None
    seed = data.draw(st.integers(0, 2**32 - 1))
    posteriors = np.random.default_rng(seed).dirichlet(np.ones(4), len(units))
    short = units[-1].span.start_ms - units[0].span.start_ms <= APART_MS
    echo = find_echo(alike, posteriors, RETURNING)
    if short:
        assert not echo.meaning.any()
        assert not echo.sound.any()
    order = data.draw(st.permutations(range(3)))
    shuffled = find_echo(alike, posteriors[:, [0, *(1 + p for p in order)]], RETURNING)
    assert same(shuffled, Echo(echo.meaning[:, order], echo.sound[:, order]))


def same(one: Echo, other: Echo) -> bool:
    return np.allclose(one.meaning, other.meaning) and np.allclose(one.sound, other.sound)


@pytest.mark.parametrize(
    ("products", "expected"),
    [
        pytest.param((), 0.0, id="nothing"),
        pytest.param((1, 2, 3), 0.0, id="all-once"),
        pytest.param((1, 2, 1, 2), 0.5, id="all-twice"),
        pytest.param((1, 1, 1, 1), 0.75, id="one-four-times"),
    ],
)
def test_returns_are_the_share_of_pitches_that_go_back(
    products: tuple[int, ...], expected: float
) -> None:
    runs = [Run(product, place, place) for place, product in enumerate(products)]
    assert measure_returns(runs) == pytest.approx(expected)
