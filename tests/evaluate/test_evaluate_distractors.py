"""Inflated catalogues: as large as asked for, repeatable, without clashes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, Product
from models.catalogue_file import format_catalogue_csv, parse_catalogue
from pipeline.evaluate.distractors import (
    ID_PREFIX,
    NUMBERED_SHARE,
    inflate,
    is_distractor,
    split_words,
)
from pipeline.evaluate.trade_words import read_trades

MANDARIN = Catalogue(
    (
        Product(
            "A1", "青石洗衣液 2kg 薰衣草", "青石", ("洗衣液", "大桶的"), "洗护", Decimal(39), 3
        ),
        Product("A2", "青石洗碗块 30颗装", "青石", ("洗碗块",), "洗护", Decimal("19.9"), 7),
        Product("A3", "雨燕遮阳伞"),
    )
)
ENGLISH = Catalogue(
    (
        Product("E1", "Stonepath walking poles 120 cm", "Stonepath", ("poles",), "", Decimal(45)),
        Product("E2", "Headlamp"),
    )
)


def key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def added(catalogue: Catalogue) -> list[Product]:
    return [product for product in catalogue if is_distractor(product)]


def words(title: str) -> list[str]:
    return re.findall(r"[^\W\d]+", title)


@pytest.mark.parametrize("shop", [MANDARIN, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("size", [4, 50, 1000, 3000])
def test_a_shop_grows_to_its_size_and_keeps_its_products(shop: Catalogue, size: int) -> None:
    inflated = inflate(shop, size=size)
    assert len(inflated) == size
    assert len(added(inflated)) == size - len(shop)
    assert all(inflated[product.id] == product for product in shop)


@pytest.mark.parametrize("shop", [MANDARIN, ENGLISH], ids=["zh", "en"])
def test_no_name_is_there_twice(shop: Catalogue) -> None:
    inflated = inflate(shop, size=3000)
    names = Counter(key(name) for p in inflated for name in (p.id, p.title, *p.aliases))
    assert [name for name, count in names.items() if count > 1] == []


@given(st.integers(0, 10_000), st.integers(5, 60))
def test_the_same_seed_gives_the_same_shop(seed: int, size: int) -> None:
    assert inflate(MANDARIN, size=size, seed=seed) == inflate(MANDARIN, size=size, seed=seed)


def test_another_seed_gives_another_shop() -> None:
    titles = [{p.title for p in added(inflate(MANDARIN, seed=seed))} for seed in (1, 2)]
    assert len(titles[0] & titles[1]) < 200


@pytest.mark.parametrize("shop", [MANDARIN, ENGLISH], ids=["zh", "en"])
def test_at_least_a_tenth_are_siblings_of_real_products(shop: Catalogue) -> None:
    """A sibling has all words of a real title, in order, its brand, and another price."""
    siblings = [
        (product, real)
        for product in added(inflate(shop))
        for real in shop
        if words(product.title)[: len(words(real.title))] == words(real.title)
    ]
    assert len(siblings) >= 100
    assert all(product.title != real.title for product, real in siblings)
    assert all(product.brand == real.brand for product, real in siblings)
    assert all(product.price != real.price for product, real in siblings if real.price)


def test_words_of_real_titles_come_back_behind_other_brands() -> None:
    borrowed = [p for p in added(inflate(MANDARIN)) if p.brand != "青石" and "洗碗块" in p.title]
    assert len(borrowed) >= 20


def test_few_are_numbered_and_only_beyond_the_numbers_in_use() -> None:
    numbers = [p.link_no for p in added(inflate(MANDARIN)) if p.link_no is not None]
    assert sorted(numbers) == list(range(8, 8 + len(numbers)))
    assert 0 < len(numbers) <= 1000 * NUMBERED_SHARE
    assert [p for p in added(inflate(ENGLISH)) if p.link_no is not None] == []


def test_some_have_aliases_and_all_others_none() -> None:
    counts = Counter(len(p.aliases) for p in added(inflate(MANDARIN)))
    assert set(counts) == {0, 1}
    assert counts[1] > 200


def test_real_products_lie_anywhere() -> None:
    places = {
        [p.id for p in inflate(MANDARIN, size=30, seed=seed)].index("A1") for seed in range(40)
    }
    assert len(places) > 10


def test_a_shop_that_is_large_enough_stays() -> None:
    assert inflate(MANDARIN, size=3) is MANDARIN
    assert inflate(MANDARIN, size=1) is MANDARIN


def test_ids_in_use_are_passed_over() -> None:
    shop = Catalogue((Product(f"{ID_PREFIX}0002", "Lamp", aliases=(f"{ID_PREFIX}0001",)),))
    ids = sorted(p.id for p in inflate(shop, size=3))
    assert ids == [f"{ID_PREFIX}{n:04d}" for n in (2, 3, 4)]


@pytest.mark.parametrize("shop", [MANDARIN, ENGLISH], ids=["zh", "en"])
def test_an_inflated_catalogue_is_a_good_file(shop: Catalogue) -> None:
    inflated = inflate(shop)
    assert parse_catalogue(format_catalogue_csv(inflated).encode(), name="shop.csv") == inflated


@given(st.text(min_size=1).filter(str.strip), st.integers(2, 12))
def test_any_title_can_be_inflated(title: str, size: int) -> None:
    shop = Catalogue((Product("A", title),))
    inflated = inflate(shop, size=size)
    assert len(inflated) == size
    assert len({key(product.title) for product in inflated}) == size


@given(st.text())
def test_the_words_of_a_title_are_its_letters_in_order(title: str) -> None:
    letters = re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", title)
    joined = re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", "".join(split_words(title)))
    assert joined == letters


@pytest.mark.parametrize(
    ("title", "pieces"),
    [
        ("青石洗衣液", ("青石", "洗衣液")),
        ("青石洗衣", ("青石", "洗衣")),
        ("伞", ("伞",)),
        ("遮阳伞Pro 30cm", ("遮阳伞", "Pro", "cm")),
        ("30", ()),
    ],
)
def test_chinese_is_cut_in_twos(title: str, pieces: tuple[str, ...]) -> None:
    assert split_words(title) == pieces


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_trades_are_many_and_whole(language: str) -> None:
    trades = read_trades(language)
    assert len({trade.category for trade in trades}) >= 20
    for trade in trades:
        assert len(set(trade.nouns)) >= 5
        assert len(set(trade.qualities)) >= 2
        assert all(spec.count("{}") == 1 for spec in trade.specs)
        assert trade.price > 0
