"""Laws of numbers as people say them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.numerals import format_han, iter_numerals, parse_english, parse_han


@given(st.integers(0, 99_999_999))
def test_han_numerals_round_trip(value: int) -> None:
    assert parse_han(format_han(value)) == value


@pytest.mark.parametrize("value", [-1, 100_000_000])
def test_format_han_refuses_what_it_cannot_write(value: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        format_han(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("十", "10", id="ten"),
        pytest.param("十六", "16", id="teens"),
        pytest.param("一百二十九", "129", id="quantity"),
        pytest.param("一百一", "110", id="short-tail-hundreds"),
        pytest.param("两百三", "230", id="liang"),
        pytest.param("一万二", "12000", id="short-tail-myriads"),
        pytest.param("一百零五", "105", id="zero-inside"),
        pytest.param("三零六", "306", id="digit-by-digit"),
        pytest.param("幺二", "12", id="yao"),
        pytest.param("三点五", "3.5", id="decimal"),
    ],
)
def test_parse_han_reads(text: str, value: str) -> None:
    assert parse_han(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "三点", "好", "二三十五六"])
def test_parse_han_refuses_what_is_no_number(text: str) -> None:
    assert parse_han(text) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("forty-nine ninety-nine", [49, 99], id="price"),
        pytest.param("two hundred and five", [205], id="and"),
        pytest.param("five and three", [5, 3], id="and-between-two-numbers"),
        pytest.param("three two one", [3, 2, 1], id="countdown"),
        pytest.param("twenty thousand", [20_000], id="thousands"),
        pytest.param("one million two hundred thousand and six", [1_200_006], id="millions"),
    ],
)
def test_parse_english_reads(text: str, values: list[int]) -> None:
    assert list(parse_english(text)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("129块9", ["129", "9"], id="digits"),
        pytest.param("1,299.50 only", ["1299.50"], id="thousands-mark"),
        pytest.param("卖3百", ["300"], id="digit-and-unit"),
        pytest.param("百搭又显瘦", [], id="unit-as-a-word"),
        pytest.param("拍两件,一共一百七十八", ["2", "1", "178"], id="several"),
        pytest.param("八十九一包", ["89", "1"], id="two-run-together"),
        pytest.param("五百三百", ["500", "300"], id="hundreds-run-together"),
        pytest.param("一百八三号", ["180", "3"], id="short-tail-run-together"),
        pytest.param("二十十五", ["20", "15"], id="tens-run-together"),
        pytest.param("一百零五三百", ["105", "300"], id="zero-run-together"),
    ],
)
def test_iter_numerals_finds(text: str, values: list[str]) -> None:
    assert [n.value for n in iter_numerals(text)] == [Decimal(v) for v in values]


@given(st.text(alphabet="一二三十百千万零点号0123456789., fivehundred-and", max_size=40))
def test_numerals_lie_in_order_inside_any_text(text: str) -> None:
    cursor = 0
    for numeral in iter_numerals(text):
        assert cursor <= numeral.start < numeral.end <= len(text)
        cursor = numeral.end


@given(st.integers(20, 9_999), st.integers(20, 9_999))
def test_two_numbers_in_a_row_are_read_without_losing_a_character(one: int, other: int) -> None:
    text = format_han(one) + format_han(other)
    found = list(iter_numerals(text))
    assert found[0].start == 0
    assert found[-1].end == len(text)
