"""Prices by sound, and links that run into a price."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.catalogue import Catalogue, Product
from pipeline.detect.find_heard_prices import find_heard_prices
from pipeline.detect.find_links import find_links
from pipeline.detect.units import make_units
from tests.detect.conftest import say

PRICES = ("199", "168", "49", "129", "29.9", "89", "120", "230", "268", "6680")
SHOP = Catalogue(
    tuple(
        Product(id=price, title=f"货{place}", price=Decimal(price), link_no=place)
        for place, price in enumerate(PRICES, start=1)
    )
    + tuple(Product(id=f"L{n}", title="别的", link_no=n) for n in range(10, 27))
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("今天我们一败流时把", ["168"], id="homophones"),
        pytest.param("降噪这个一百九十九十五号", ["199"], id="runs-into-a-link"),
        pytest.param("只要二时九块九", ["29.9"], id="tenths"),
        pytest.param("把时久块钱一瓶", ["89"], id="short-with-yuan"),
        pytest.param("只要260把,十二号", ["268"], id="digits-and-a-homophone"),
        pytest.param("三十一号,6600吧", ["6680"], id="last-unit-left-out"),
        pytest.param("就6688", [], id="digits-go-on"),
        pytest.param("把酒言欢", [], id="short-without-yuan"),
        pytest.param("今天两败三时拿走", ["230"], id="two-as-liang"),
        pytest.param("一百二十五块", [], id="part-of-a-longer-number"),
        pytest.param("今天一百六十八", [], id="written-as-a-number"),
    ],
)
def test_a_price_is_known_by_its_sound(text: str, expected: list[str]) -> None:
    units = make_units(say(text).utterances)
    found = [SHOP.products[finding.product].id for finding in find_heard_prices(units, SHOP)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("一百九十九十五号", "L15", id="199-and-15"),
        pytest.param("四十九十二号", "L12", id="49-and-12"),
        pytest.param("一百二十九四号", "129", id="129-and-4"),
        pytest.param("来拍起号", "120", id="heard-as-another-character"),
    ],
)
def test_a_link_is_cut_off_the_price_before_it(text: str, expected: str) -> None:
    units = make_units(say(text).utterances)
    found = {SHOP.products[f.product].id for f in find_links(units, SHOP, None)}
    assert found == {expected}


def test_a_whole_number_is_never_cut() -> None:
    units = make_units(say("三十五号").utterances)
    assert not list(find_links(units, SHOP, None))
