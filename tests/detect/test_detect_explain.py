"""Explanations: what they say adds up to what the decoder weighed."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest

from models.catalogue import Catalogue, Product
from pipeline.detect.confidence import Support
from pipeline.detect.decode import NONE_STATE
from pipeline.detect.detect import Study, study
from pipeline.detect.encoder import LsaEncoder
from pipeline.detect.explain import LABELS, Explanation, explain_moment
from pipeline.detect.parameters import Weights
from pipeline.detect.settings import DetectSettings
from tests.detect.conftest import say

SHOP = Catalogue(
    (
        Product("W1", "北岭羊毛围巾 灰色", aliases=("羊毛围巾",), price=Decimal(129), link_no=1),
        Product("W2", "铸铁炒锅 无涂层 32cm", aliases=("炒锅",), price=Decimal(259), link_no=2),
        Product("W3", "桂花乌龙茶包 15包", aliases=("乌龙茶",), price=Decimal("39.9"), link_no=3),
    )
)
SPEECH = (
    "大家晚上好，刚进来的朋友点个关注，扣个一。",
    "今天我儿子考试，早上起来就发脾气，气死我了。",
    "来，先看一号链接，这条羊毛围巾，北岭的。",
    "羊毛围巾摸起来很软，一点也不扎，你看这个灰色多好搭。",
    "商场要三百多，今天羊毛围巾一百二十九，一号链接直接拍。",
    "接下来二号链接，铸铁炒锅，三十二公分的。",
    "这个炒锅不粘，没有涂层，铁的，用一辈子。",
    "炒锅今天二百五十九，二号链接，三二一上链接。",
    "谢谢大家，明天晚上八点我们再见，拜拜。",
)
TOLERANCE = 1e-6
"""Sums of a few dozen floats in another order."""


@pytest.fixture(scope="module")
def found() -> Study:
    result = study(
        say(*SPEECH), SHOP, settings=DetectSettings(), started_at=None, encoder=LsaEncoder()
    )
    assert result is not None
    return result


@pytest.fixture(scope="module")
def why(found: Study) -> Explanation:
    return explain_moment(found, _moment(found, "羊毛围巾摸起来"))


def _moment(found: Study, words: str) -> int:
    return next(u.span.start_ms for u in found.reading.units if words in u.text.text)


def test_a_pitch_is_explained_by_its_product(why: Explanation) -> None:
    assert (why.pitched, why.product_id) == (True, "W1")
    assert why.rival_id in {"W2", "W3"}
    assert why.shares[0] > max(why.shares[1:])
    assert any(e.kind == "link_no" for sentence in why.sentences for e in sentence.own)


def test_contributions_add_up_to_the_emissions(found: Study, why: Explanation) -> None:
    units = [p for p, u in enumerate(found.reading.units) if why.span.holds(u.span.start_ms)]
    ids = [product.id for product in SHOP]
    assert why.rival_id is not None
    own, rival = 1 + ids.index(why.product_id), 1 + ids.index(why.rival_id)
    emitted = found.look.emissions[units]
    over_rival = sum(part.nats for part in why.over_rival)
    over_none = sum(part.nats for part in why.over_none)
    assert over_rival == pytest.approx((emitted[:, own] - emitted[:, rival]).sum(), abs=TOLERANCE)
    assert over_none == pytest.approx(
        (emitted[:, own] - emitted[:, NONE_STATE]).sum(), abs=TOLERANCE
    )


def test_the_parts_of_a_confidence_are_those_of_its_support(why: Explanation) -> None:
    assert why.judgement is not None
    assert {part.feature for part in why.judgement.parts} == {f.name for f in fields(Support)}
    assert 0 < why.judgement.review_from <= why.judgement.publish_from < 1


def test_where_nothing_is_pitched_the_likeliest_is_named(found: Study) -> None:
    why = explain_moment(found, 0)
    assert not why.pitched
    assert why.judgement is None
    assert why.product_id in {product.id for product in SHOP}
    assert sum(part.nats for part in why.over_none) < 0


def test_every_weight_has_plain_words() -> None:
    assert set(LABELS) == {field.name for field in fields(Weights)}


def test_an_explanation_repeats_itself(found: Study, why: Explanation) -> None:
    assert explain_moment(found, why.at_ms) == why


def test_a_shop_of_one_has_no_rival() -> None:
    alone = Catalogue(SHOP.products[:1])
    result = study(
        say(*SPEECH), alone, settings=DetectSettings(), started_at=None, encoder=LsaEncoder()
    )
    assert result is not None
    why = explain_moment(result, _moment(result, "羊毛围巾摸起来"))
    assert (why.rival_id, why.over_rival) == (None, ())
