"""A price and the link number said behind it, run together by a recogniser."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.highlight import EvidenceKind
from pipeline.detect.detect import gather_findings
from pipeline.detect.find_meaning import Likeness
from pipeline.detect.find_price_links import find_links_beside, find_price_links
from pipeline.detect.findings import Finding
from pipeline.detect.units import make_units
from pipeline.language.numerals import format_han
from tests.detect.conftest import say

TAGS = {
    5: "119",
    7: "35",
    8: "139",
    9: "259",
    10: "66",
    13: "45",
    16: "36.9",
    17: "3680",
    18: "26800",
    20: "258",
    23: "49.9",
    25: "179",
    43: "129",
}
SHOP = Catalogue(
    tuple(
        Product(id=f"L{link}", title=f"货{link}", price=Decimal(price), link_no=link)
        for link, price in TAGS.items()
    )
    + tuple(Product(id=f"X{n}", title="别的", link_no=n) for n in (1, 2, 3, 53, 87))
)


def _ids(findings: Iterator[Finding]) -> list[str]:
    return [
        SHOP.products[finding.product].id
        for finding in findings
        if finding.evidence.kind is EvidenceKind.LINK_NUMBER
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("四斤1398号,一盘子", ["L8"], id="one-number"),
        pytest.param("1195号到手价", ["L5"], id="one-number-119-and-5"),
        pytest.param("3687号,拍了写圈口", ["L17"], id="one-quantity"),
        pytest.param("26818号有人说贵", ["L18"], id="zeros-left-out"),
        pytest.param("水管够长了258.20号链接", ["L20"], id="decimals"),
        pytest.param("价钱259.9号,包邮", ["L9"], id="decimals-of-one-digit"),
        pytest.param("价179月25号,就是顿饭钱", ["L25"], id="a-date"),
        pytest.param("四十五十三号,黑的白的", ["L13"], id="han-and-another-link-fits"),
        pytest.param("三百克三十六块九十六号", ["L16"], id="tenths"),
        pytest.param("同样一斤49块923号", ["L23"], id="tenths-in-digits"),
        pytest.param("一百三十九,八号", ["L8"], id="as-it-was-said"),
        pytest.param("一周穿三天没人发现,129.43,", ["L43"], id="decimals-without-hao"),
        pytest.param("八号", [], id="a-link-alone"),
        pytest.param("一百三十九,七号", [], id="price-of-another"),
        pytest.param("五十三号", [], id="a-link-of-the-shop-is-no-price"),
        pytest.param("三月八号发货", [], id="a-real-date"),
    ],
)
def test_run_together_they_are_read_as_both(text: str, expected: list[str]) -> None:
    units = make_units(say(text).utterances)
    assert _ids(find_price_links(units, SHOP, None)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("光要送人的十七,三千六百八", ["L17"], id="before-the-price"),
        pytest.param("三千六百八,带盒子,十七", ["L17"], id="behind-it"),
        pytest.param("that's thirty-five, seven on my list, $35", ["L7"], id="english"),
        pytest.param("三千六百八,十七个人抢", [], id="counts-something"),
        pytest.param("一百三十九,十七", [], id="price-of-another"),
        pytest.param("十七", [], id="no-price"),
    ],
)
def test_a_bare_number_beside_its_price_is_a_link(text: str, expected: list[str]) -> None:
    units = make_units(say(text).utterances)
    assert _ids(find_links_beside(units, SHOP, None)) == expected  # once, however often priced


def test_what_is_read_together_is_read_as_nothing_else() -> None:
    units = make_units(say("四十五十三号,黑的白的").utterances)
    nothing = np.zeros((len(units), len(SHOP)))
    numbers = {
        SHOP.products[finding.product].id
        for finding in gather_findings(units, SHOP, None, Likeness(nothing, nothing))
        if finding.evidence.kind is EvidenceKind.LINK_NUMBER
    }
    assert numbers == {"L13"}  # neither 53 nor 3


@given(st.sampled_from(sorted(TAGS.items())), st.sampled_from(["", ",", " ", "，"]))
def test_every_tag_is_found_as_it_is_said(tag: tuple[int, str], between: str) -> None:
    link, price = tag
    whole, _point, tenths = price.partition(".")
    words = format_han(int(whole)) + (f"块{format_han(int(tenths))}" if tenths else "")
    units = make_units(say(f"今天{words}{between}{format_han(link)}号").utterances)
    assert f"L{link}" in _ids(find_price_links(units, SHOP, None))
