"""Find products by their price and their link number said in one breath, whatever ran together.

Hosts end a pitch with both: "一百三十九，八号". Recognisers write that as one number, as decimals
or as a date, and each half alone is then lost or another product's. Only a product that has this
price and this link number can have been meant:

    1398号         139 and link 8            259.20号     259 and link 20
    3687号         三千六百八 and 十七号      179月25号    179 and link 25
    四十五十三号   45 and link 13            49块923号    49.9 and link 23
    129.43         129 and link 43           "49.99, that's four"
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from models.catalogue import Catalogue
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.find_links import is_on_shelf
from pipeline.detect.find_prices import MONEY_SHARE, iter_amounts
from pipeline.detect.findings import Finding, Form, rarity, surprise
from pipeline.detect.units import Unit
from pipeline.language.numerals import DIGIT_VALUES, format_han, parse_han

CONFIRMED_TRUST = 0.85
"""Share of `surprise` that a link number is worth which the price beside it confirms."""
BESIDE_TRUST = 0.5
"""The same for a number without 号 or "link" that the price beside it confirms."""
LEAST_PRICE = 10
"""A smaller price is one digit: nothing is confirmed by that."""
FEWEST_DIGITS = 3
"""Digits from which on zeros at the end of a price may have been left out: 两万六千八 is 268."""
MOST_HAN = 99_999_999
"""The largest number that `format_han` writes."""

_HAN = "零〇一二两俩三四五六七八九十百千万幺"
_RUN = re.compile(rf"(?P<run>[0-9{_HAN}][0-9{_HAN}.,点块元钱月 ]{{0,13}})号")
_DECIMALS = re.compile(r"(?<![0-9.])(?P<price>[0-9]{2,5})[.](?P<link>[0-9]{1,2})(?![0-9.])")
_SEPARATORS = " .,月元块钱"
_YUAN = re.compile(r"(?P<whole>[^块]+)块(?:(?P<tenths>[0-9零一二三四五六七八九])(?:毛)?)?")
_COUNTED = re.compile(r"\s*[个件支瓶盒包袋条双张只枚粒片克斤升毫岁年天次人单位度码寸层倍折%]")
_COMMON = frozenset({*DIGIT_VALUES, "one"})
"""Said of everything: 一起, 两盒, "this one"."""

Shelf = Mapping[tuple[Decimal, int], Sequence[int]]
"""Products by price and link number."""


@dataclass(frozen=True, slots=True)
class _Tag:
    """A price and a link number that belong to the same products."""

    products: Sequence[int]
    start: int
    end: int
    trust: float


def find_price_links(
    units: Sequence[Unit], catalogue: Catalogue, started_at: datetime | None
) -> Iterator[Finding]:
    """Yield a price and a link finding for every product whose both were run together."""
    shelf = _fill_shelf(catalogue)
    numbers = {product.link_no for product in catalogue}
    for index, unit in enumerate(units):
        for tag in _iter_tags(unit, shelf, numbers):
            for product, link in _judge(tag, unit, catalogue, started_at):
                worth = MONEY_SHARE * rarity(len(tag.products), len(catalogue))
                price = replace(link, kind=EvidenceKind.PRICE, weight=worth)
                yield Finding(index, product, tag.start, tag.end, link, Form.CONFIRMED)
                yield Finding(index, product, tag.start, tag.end, price)


def find_links_beside(
    units: Sequence[Unit], catalogue: Catalogue, started_at: datetime | None
) -> Iterator[Finding]:
    """Yield a link finding for every bare number beside the price of the product that has it."""
    shelf = _fill_shelf(catalogue)
    for index, unit in enumerate(units):
        for tag in _iter_beside(unit, shelf):
            for product, link in _judge(tag, unit, catalogue, started_at):
                yield Finding(index, product, tag.start, tag.end, link, Form.CONFIRMED)


def drop_overlapped(findings: Sequence[Finding], tags: Sequence[Finding]) -> list[Finding]:
    """Return the findings that do not read otherwise what was read as price and link together."""
    by_unit: defaultdict[int, list[Finding]] = defaultdict(list)
    for tag in tags:
        by_unit[tag.unit].append(tag)

    def is_free(finding: Finding) -> bool:
        others = by_unit[finding.unit]
        return all(tag.end <= finding.start or finding.end <= tag.start for tag in others)

    return [finding for finding in findings if is_free(finding)]


def _fill_shelf(catalogue: Catalogue) -> Shelf:
    shelf: defaultdict[tuple[Decimal, int], list[int]] = defaultdict(list)
    for index, product in enumerate(catalogue):
        if product.link_no is not None and product.price and product.price >= LEAST_PRICE:
            shelf[product.price.normalize(), product.link_no].append(index)
    return shelf


def _judge(
    tag: _Tag, unit: Unit, catalogue: Catalogue, started_at: datetime | None
) -> Iterator[tuple[int, Evidence]]:
    """Yield the products of a tag that are for sale, each with its link number as evidence."""
    at_ms = unit.at_ms(tag.start)
    spoken = unit.text.spoken(tag.start, tag.end)
    weight = tag.trust * surprise(len(catalogue)) / len(tag.products)
    for product in tag.products:
        if is_on_shelf(catalogue.products[product], at_ms, started_at):
            yield product, Evidence(EvidenceKind.LINK_NUMBER, spoken, at_ms, weight)


def _iter_tags(unit: Unit, shelf: Shelf, numbers: set[int | None]) -> Iterator[_Tag]:
    text = unit.text.text
    end = 0
    for match in _RUN.finditer(text):
        for price, number in _iter_splits(match["run"], numbers):
            products = shelf.get((price, number))
            if products:
                yield _Tag(products, match.start(), match.end(), CONFIRMED_TRUST)
                end = match.end()
                break
    for match in _DECIMALS.finditer(text, end):
        products = shelf.get((_as_price(match["price"]), int(match["link"])))
        if products:
            yield _Tag(products, match.start(), match.end(), BESIDE_TRUST)


def _iter_splits(run: str, numbers: set[int | None]) -> Iterator[tuple[Decimal, int]]:
    """Yield every price and link number that a run of numerals before 号 may be."""
    whole = _read_whole(run)
    if whole is not None and whole in numbers:
        return
    for cut in range(1, len(run)):
        number = _read_whole(run[cut:])
        if number:
            for price in _iter_prices(run[:cut]):
                yield price, number
    if whole is not None and 100 <= whole <= MOST_HAN and run.isdigit():
        words = format_han(whole)
        for cut in range(1, len(words)):
            said, link = parse_han(words[:cut]), parse_han(words[cut:])
            if said is not None and link is not None:
                yield said.normalize(), int(link)


def _read_whole(text: str) -> int | None:
    """Read a whole number in digits of one kind, without a zero in front."""
    if text.isdecimal() and text.isascii():
        return int(text) if text[0] != "0" else None
    value = parse_han(text) if text and text[0] not in "零〇" else None
    return int(value) if value is not None and value == value.to_integral_value() else None


def _iter_prices(text: str) -> Iterator[Decimal]:
    """Yield the prices that a text before a link number may say."""
    text = re.split("[, ]", text.strip(" .,"))[-1]
    yuan = _YUAN.fullmatch(text)
    if yuan:
        whole = _read_whole(yuan["whole"])
        if whole is not None:
            digit = yuan["tenths"] or "0"
            tenths = int(digit) if digit.isascii() else DIGIT_VALUES[digit]
            yield _as_price(str(whole)) + Decimal(tenths) / 10
        return
    bare = text.strip(_SEPARATORS)
    whole = _read_whole(bare)
    if whole is None:
        return
    yield _as_price(str(whole))
    if bare.isascii() and len(bare) >= FEWEST_DIGITS:
        yield from (_as_price(bare + zeros) for zeros in ("0", "00"))
        yield _as_price(f"{bare[:-1]}.{bare[-1]}")


def _iter_beside(unit: Unit, shelf: Shelf) -> Iterator[_Tag]:
    """Yield the numbers beside a price that are the link number of a product of that price."""
    text = unit.text.text
    amounts = list(iter_amounts(text, unit.numerals))
    for numeral in unit.numerals:
        whole = numeral.value == numeral.value.to_integral_value()
        spoken = text[numeral.start : numeral.end]
        if not whole or spoken in _COMMON or _COUNTED.match(text, numeral.end):
            continue
        prices = {
            amount.value
            for amount in amounts
            if numeral.end <= amount.start or amount.end <= numeral.start
        }
        for price in sorted(prices):
            products = shelf.get((price, int(numeral.value)))
            if products:
                yield _Tag(products, numeral.start, numeral.end, BESIDE_TRUST)


def _as_price(text: str) -> Decimal:
    return Decimal(text).normalize()
