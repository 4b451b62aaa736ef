"""Ranges and conditions: what RFC 9110 says of every header and every size."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.web.conditions import is_range_wanted, is_unchanged, make_etag, make_file_etag
from pipeline.web.ranges import ByteRange, Unsatisfiable, parse_range

sizes = st.integers(0, 60)


@given(size=sizes, first=st.integers(0, 70), last=st.integers(0, 70))
def test_first_and_last_are_both_meant(size: int, first: int, last: int) -> None:
    whole = bytes(range(size))
    asked = parse_range(f"bytes={first}-{last}", size)
    if last < first:
        assert asked is None
    elif first >= size:
        assert asked == Unsatisfiable()
    else:
        assert isinstance(asked, ByteRange)
        assert whole[asked.start : asked.end] == whole[first : last + 1]


@given(size=sizes, first=st.integers(0, 70))
def test_an_open_end_means_all_the_rest(size: int, first: int) -> None:
    expected = ByteRange(first, size) if first < size else Unsatisfiable()
    assert parse_range(f"bytes={first}-", size) == expected


@given(size=sizes, length=st.integers(0, 70))
def test_a_suffix_means_the_last_bytes(size: int, length: int) -> None:
    whole = bytes(range(size))
    asked = parse_range(f"bytes=-{length}", size)
    if not whole[-length:] or not length:
        assert asked == Unsatisfiable()
    else:
        assert isinstance(asked, ByteRange)
        assert whole[asked.start : asked.end] == whole[-length:]


@given(text=st.text("bytes=0123456789-, \tBYTESx", max_size=30), size=sizes)
@example(text="bytes=" + "9" * 5000 + "-", size=1)
@example(text="bytes=٣-", size=9)
def test_any_header_gives_bytes_of_the_file_or_none(text: str, size: int) -> None:
    asked = parse_range(text, size)
    if isinstance(asked, ByteRange):
        assert 0 <= asked.start < asked.end <= size
        assert asked.length == asked.end - asked.start


PASSED_OVER = ("", "bytes", "bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "items=0-1",
               "bytes=a-b", "bytes 0-1", "bytes=0-1-2", "bytes=-1-", "bytes=+1-2")  # fmt: skip


@pytest.mark.parametrize("text", PASSED_OVER)
def test_what_is_no_single_range_of_bytes_is_passed_over(text: str) -> None:
    assert parse_range(text, 10) is None


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_a_range_that_cannot_be_is_not_made(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no range"):
        ByteRange(start, end)


@given(body=st.binary(max_size=40), other=st.binary(max_size=40), revision=st.integers(1, 99))
def test_tags_are_equal_for_equal_bytes_alone(body: bytes, other: bytes, revision: int) -> None:
    tag = make_etag(body, revision)
    assert tag == make_etag(body, revision)
    assert tag.startswith(f'"{revision}-')
    assert (make_etag(other, revision) == tag) is (other == body)
    assert make_etag(body, revision + 1) != tag
    assert is_unchanged({"if-none-match": tag}, tag)


CONDITIONS = {
    "none": ({}, False),
    "same": ({"if-none-match": '"a"'}, True),
    "weak": ({"if-none-match": 'W/"a"'}, True),
    "any": ({"if-none-match": "*"}, True),
    "of-many": ({"if-none-match": '"x", W/"a" ,"y"'}, True),
    "other": ({"if-none-match": '"b"'}, False),
    "part": ({"if-none-match": '"aa"'}, False),
    "unquoted": ({"if-none-match": "a"}, False),
    "not-since": ({"if-modified-since": formatdate(1000, usegmt=True)}, True),
    "since": ({"if-modified-since": formatdate(999, usegmt=True)}, False),
    "no-time": ({"if-modified-since": "yesterday"}, False),
    "tag-beats-time": (
        {"if-none-match": '"b"', "if-modified-since": formatdate(2000, usegmt=True)},
        False,
    ),
}


@pytest.mark.parametrize("case", CONDITIONS)
def test_conditions(case: str) -> None:
    asked, expected = CONDITIONS[case]
    assert is_unchanged(asked, '"a"', 1000) is expected


IF_RANGE = {
    "none": (None, True),
    "same": ('"a"', True),
    "weak": ('W/"a"', False),
    "other": ('"b"', False),
    "time": (formatdate(1000, usegmt=True), True),
    "earlier": (formatdate(999, usegmt=True), False),
    "later": (formatdate(1001, usegmt=True), False),
    "no-time": ("soon", False),
}


@pytest.mark.parametrize("case", IF_RANGE)
def test_a_range_of_another_file_is_not_wanted(case: str) -> None:
    value, expected = IF_RANGE[case]
    asked = {} if value is None else {"if-range": value}
    assert is_range_wanted(asked, '"a"', 1000) is expected


def test_a_file_that_was_replaced_has_another_tag() -> None:
    assert len({make_file_etag(9, 5, 7), make_file_etag(8, 5, 7), make_file_etag(9, 6, 7)}) == 3
    assert make_file_etag(9, 5, 8) != make_file_etag(9, 5, 7)
