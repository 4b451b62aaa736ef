"""Find products by their price: 一百二十九, 129块9, 二十九块九, "forty-nine ninety-nine"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.catalogue import Catalogue
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.findings import Finding, rarity
from pipeline.detect.units import Unit
from pipeline.language.normalise import is_han
from pipeline.language.numerals import DIGIT_VALUES, Numeral

MONEY_SHARE = 0.6
"""Share of a price's rarity that counts when money is spoken of."""
BARE_SHARE = 0.35
"""The same for a bare number that equals the price."""
FEWEST_BARE = 15
"""A smaller bare number counts things, not money."""
MANDARIN_CENTS, ENGLISH_CENTS = 90, 1
"""Cents of prices that recognisers write without the point: 2499 is 24.99, and 2750 said by a
speaker of English 27.50."""

_YUAN = re.compile(r"\s*(?:块钱|块|元|米(?![a-z厚长宽高])|dollars?|bucks?)\s*")
_TENTHS = re.compile(
    r"\s*(?P<digit>[0-9零一二两三四五六七八九酒久就]|半)(?![0-9十百个件支瓶盒])(?:毛钱|毛|角)?"
)
_TENTH_SOUNDS = {"酒": 9, "久": 9, "就": 9, "半": 5}
"""Heard for 九 after 块; 半 is half of one."""
_NOT_MONEY = re.compile(
    r"\s*(?:号|月|点|分钟|小时|岁|公分|厘米|毫升|升|克|斤|公斤|片|支|瓶|盒|包|袋|个|件|条|双|张|只|枚|粒|颗"
    r"|卷|抽|层|寸|码|度|倍|年|天|次|人|单|位|万|楼|%|ml|g\b|kg|cm|mm|inch|ounce|oz|pound|lb|hour|minute"
    r"|second|day|week|year|month|people|percent|watt|milli|pack|piece|degree|feet|foot|left)"
)
_MONEY_NEAR = re.compile(
    r"[价块元钱券减优惠卖付\$¥￥]|到手|only|price|dollar|buck|off\b|sale|each|tonight|list"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money, or a number that may be one."""

    value: Decimal
    start: int
    end: int
    is_money: bool


def find_prices(units: Sequence[Unit], catalogue: Catalogue) -> Iterator[Finding]:
    """Yield a finding for every product whose catalogue price is said."""
    priced: defaultdict[Decimal, list[int]] = defaultdict(list)
    for product, item in enumerate(catalogue):
        if item.price:
            priced[item.price].append(product)
    for index, unit in enumerate(units):
        for amount in iter_amounts(unit.text.text, unit.numerals):
            if not amount.is_money and amount.value < FEWEST_BARE:
                continue
            share = MONEY_SHARE if amount.is_money else BARE_SHARE
            products = priced.get(amount.value, [])
            weight = share * rarity(len(products), len(catalogue))
            spoken = unit.text.spoken(amount.start, amount.end)
            at_ms = unit.at_ms(amount.start)
            for product in products:
                evidence = Evidence(EvidenceKind.PRICE, spoken, at_ms, weight)
                yield Finding(index, product, amount.start, amount.end, evidence)


def iter_amounts(text: str, numerals: Sequence[Numeral]) -> Iterator[Amount]:
    """Yield the sums of money in a normalised text, and the numbers that may be sums.

    Every reading is given: `2499` is 2499 and, as recognisers drop the point, 24.99.
    """
    near = _MONEY_NEAR.search(text) is not None
    for place, numeral in enumerate(numerals):
        yuan = _YUAN.match(text, numeral.end)
        if yuan:
            yield _with_tenths(text, numeral, yuan.end())
            continue
        following = numerals[place + 1] if place + 1 < len(numerals) else None
        if following and _is_cents(text, numeral, following):
            value = numeral.value + following.value / 100
            yield Amount(value, numeral.start, following.end, is_money=True)
        if _NOT_MONEY.match(text, numeral.end):
            continue
        has_sign = numeral.start > 0 and text[numeral.start - 1] in "$¥￥"
        has_cents = numeral.value != numeral.value.to_integral_value()
        is_money = has_sign or has_cents or near
        yield Amount(numeral.value, numeral.start, numeral.end, is_money)
        cents = 0 if has_cents else numeral.value % 100
        if 100 < numeral.value < 100_000 and cents >= _least_cents(text):
            yield Amount(numeral.value / 100, numeral.start, numeral.end, is_money)


def _least_cents(text: str) -> int:
    """Return the cents from which on a point may have been dropped."""
    return MANDARIN_CENTS if any(is_han(character) for character in text) else ENGLISH_CENTS


def _with_tenths(text: str, numeral: Numeral, end: int) -> Amount:
    """Read what follows 块: 二十九块九 is 29.9."""
    match = _TENTHS.match(text, end)
    if match is None:
        return Amount(numeral.value, numeral.start, end, is_money=True)
    digit = match["digit"]
    tenths = int(digit) if digit.isascii() else DIGIT_VALUES.get(digit, _TENTH_SOUNDS.get(digit, 0))
    value = numeral.value + Decimal(tenths) / 10
    return Amount(value, numeral.start, match.end(), is_money=True)


def _is_cents(text: str, numeral: Numeral, following: Numeral) -> bool:
    """Tell "forty-nine ninety-nine" and "9, 99": two numbers close together, the second cents."""
    between = text[numeral.end : following.start]
    whole = numeral.value == numeral.value.to_integral_value()
    return whole and between.strip(" ,-") == "" and 90 <= following.value <= 99
