"""Case tables of the evidence finders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from models.catalogue import Catalogue, Product
from models.highlight import EvidenceKind
from pipeline.detect.find_grams import find_grams
from pipeline.detect.find_links import find_links
from pipeline.detect.find_meaning import find_meaning
from pipeline.detect.find_names import find_names, likeness
from pipeline.detect.find_prices import find_prices, iter_amounts
from pipeline.detect.find_specs import find_specs
from pipeline.detect.findings import Finding, rarity, surprise
from pipeline.detect.shop import index_shop
from pipeline.detect.units import Unit
from pipeline.language.numerals import iter_numerals

Speak = Callable[..., tuple[Unit, ...]]


def ids(findings: list[Finding], catalogue: Catalogue) -> set[str]:
    return {catalogue.products[finding.product].id for finding in findings}


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        pytest.param("这个桂花乌龙真香", {"T1"}, EvidenceKind.ALIAS, id="written"),
        pytest.param("这个贵花物龙真香", {"T1"}, EvidenceKind.PINYIN, id="heard"),
        pytest.param("这个贵画无农真香", {"T1"}, EvidenceKind.PINYIN, id="confusable-n-l"),
        pytest.param("这个桂花乌东真香", {"T1"}, EvidenceKind.PINYIN, id="nearly-heard"),
        pytest.param("来个胡叠苏尝尝", {"T3"}, EvidenceKind.PINYIN, id="three-syllables"),
        pytest.param("是 norvela 的", {"T4", "T5"}, EvidenceKind.PINYIN, id="latin-brand"),
        pytest.param("今天天气真好", set(), None, id="abstains"),
    ],
)
def test_names(
    text: str, expected: set[str], kind: EvidenceKind | None, units: Speak, shelf: Catalogue
) -> None:
    findings = list(find_names(units(text), index_shop(shelf)))
    assert ids(findings, shelf) == expected
    assert {finding.evidence.kind for finding in findings} == ({kind} if kind else set())


def test_a_written_name_weighs_more_than_a_heard_one(units: Speak, shelf: Catalogue) -> None:
    shop = index_shop(shelf)
    [written] = find_names(units("这个蝴蝶酥很脆"), shop)
    [heard] = find_names(units("这个胡叠苏很脆"), shop)
    assert written.evidence.weight > heard.evidence.weight > 0
    assert written.evidence.text == "蝴蝶酥"


def test_a_name_inside_a_longer_name_of_another_product_hardly_counts(units: Speak) -> None:
    catalogue = Catalogue(
        (
            Product("S1", "Pulse earbuds", aliases=("earbuds",)),
            Product("S2", "Pulse open ear earbuds", aliases=("open ear earbuds",)),
        )
    )
    findings = find_names(
        units("these open ear earbuds rock", language="en"), index_shop(catalogue)
    )
    weights = {f.product: f.evidence.weight for f in findings}
    assert weights[1] > 2 * weights[0]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("li", "wu"), ("li", "wu"), 1.0),
        (("li", "wu"), ("li", "hu"), 0.75),
        (("li", "wu"), ("ban", "hei"), 0.0),
        (("li",), ("li", "wu"), 0.0),
    ],
)
def test_likeness(one: tuple[str, ...], other: tuple[str, ...], expected: float) -> None:
    assert likeness(one, other) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("三号链接拍起来", {"T3"}, id="full"),
        pytest.param("3号链接拍起来", {"T3"}, id="digits"),
        pytest.param("三号练结拍起来", {"T3"}, id="misheard-link"),
        pytest.param("三毫练接拍起来", {"T3"}, id="misheard-number-mark"),
        pytest.param("伞号链接拍起来", {"T3"}, id="misheard-number"),
        pytest.param("喜欢的拍三号", {"T3"}, id="ordered"),
        pytest.param("链接三自己拍", {"T3"}, id="number-behind"),
        pytest.param("拍一下十六号", {"T4"}, id="teens"),
        pytest.param("主推3016号链接", {"T4"}, id="glued-to-a-shade"),
        pytest.param("明天三月三号见", set(), id="date"),
        pytest.param("三号色最好看", set(), id="shade"),
        pytest.param("三号发货", set(), id="shipping-date"),
        pytest.param("九号链接", set(), id="no-such-link"),
        pytest.param("买三个链接发你", set(), id="a-count"),
    ],
)
def test_links(text: str, expected: set[str], units: Speak, shelf: Catalogue) -> None:
    assert ids(list(find_links(units(text), shelf, None)), shelf) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("grab link three now", {"T3"}),
        ("it is link number 16 tonight", {"T4"}),
        ("that is sixteen on the list", {"T4"}),
        ("item 2 is back", {"T2"}),
        ("i have three dogs", set()),
    ],
)
def test_links_in_english(text: str, expected: set[str], units: Speak, shelf: Catalogue) -> None:
    assert ids(list(find_links(units(text, language="en"), shelf, None)), shelf) == expected


@pytest.mark.parametrize(
    ("listed_s", "delisted_s", "expected"),
    [(None, None, 1), (-60, None, 1), (60, None, 0), (None, 60, 1), (-60, -30, 0)],
    ids=["always", "listed-before", "listed-later", "still-there", "gone"],
)
def test_a_link_number_counts_only_while_its_product_is_on_the_shelf(
    listed_s: int | None, delisted_s: int | None, expected: int, units: Speak, shelf: Catalogue
) -> None:
    start = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else start + timedelta(seconds=seconds)

    product = replace(shelf["T3"], listed_at=moment(listed_s), delisted_at=moment(delisted_s))
    found = list(find_links(units("三号链接"), Catalogue((product,)), start))
    assert len(found) == expected


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        pytest.param("一百二十九", "129", id="han"),
        pytest.param("129块9", "129.9", id="tenths"),
        pytest.param("二十九块九毛", "29.9", id="tenths-spoken"),
        pytest.param("29块酒", "29.9", id="tenths-misheard"),
        pytest.param("两块半", "2.5", id="half"),
        pytest.param("forty-nine ninety-nine", "49.99", id="english"),
        pytest.param("2499 only", "24.99", id="lost-point"),
        pytest.param("$39.99 tonight", "39.99", id="sign"),
    ],
)
def test_amounts(text: str, amount: str) -> None:
    values = {found.value for found in iter_amounts(text, tuple(iter_numerals(text)))}
    assert Decimal(amount) in values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("今天到手三十九块九", {"T3"}, id="price"),
        pytest.param("卖一百二十九", {"T4"}, id="han-price"),
        pytest.param("装了129毫升", set(), id="not-money"),
        pytest.param("五十七块", set(), id="no-such-price"),
    ],
)
def test_prices(text: str, expected: set[str], units: Speak, shelf: Catalogue) -> None:
    assert ids(list(find_prices(units(text), shelf)), shelf) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("一罐一百克", {"T1"}, id="grams"),
        pytest.param("这袋250g的", {"T2"}, id="latin-unit"),
        pytest.param("五百毫升能喝半天", {"T4"}, id="millilitres"),
        pytest.param("一盒十二枚", {"T3"}, id="count"),
        pytest.param("送你两枚", set(), id="a-count-of-anything"),
    ],
)
def test_specs_tell_siblings_apart(
    text: str, expected: set[str], units: Speak, shelf: Catalogue
) -> None:
    assert ids(list(find_specs(units(text), shelf)), shelf) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("它是手工做的", {"T3"}, id="title-word"),
        pytest.param("不锈钢的", {"T4", "T5"}, id="siblings-share"),
        pytest.param("今天下雨了", set(), id="abstains"),
    ],
)
def test_grams(text: str, expected: set[str], units: Speak, shelf: Catalogue) -> None:
    assert ids(list(find_grams(units(text), index_shop(shelf))), shelf) == expected


def test_a_gram_of_one_product_weighs_more_than_one_that_siblings_share(
    units: Speak, shelf: Catalogue
) -> None:
    shop = index_shop(shelf)
    own = max(f.evidence.weight for f in find_grams(units("手工的"), shop))
    shared = max(f.evidence.weight for f in find_grams(units("桂花的"), shop))
    assert own > shared


def test_punctuation_parts_words(units: Speak, shelf: Catalogue) -> None:
    assert not list(find_grams(units("一双手，工作好"), index_shop(shelf)))


def test_meaning_shows_only_what_stands_out(units: Speak) -> None:
    ratios = np.array([[2.0, -1.0, 0.1]])
    [finding] = find_meaning(units("杯子很保温"), ratios)
    assert (finding.product, finding.evidence.weight) == (0, 2.0)


@pytest.mark.parametrize(
    ("carriers", "products", "expected"),
    [(1, 40, np.log(40)), (8, 40, np.log(5)), (40, 40, 0.0), (0, 40, np.log(40))],
)
def test_rarity(carriers: int, products: int, expected: float) -> None:
    assert rarity(carriers, products) == pytest.approx(expected)
    assert rarity(carriers, products) <= surprise(products) + 1e-12
