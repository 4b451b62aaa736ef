"""Laws of text made uniform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.normalise import count_pairs, normalise


@given(st.text(max_size=60))
def test_every_normalised_character_points_back_in_order(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.origin)
    assert list(normal.origin) == sorted(normal.origin)
    assert all(0 <= index < len(text) for index in normal.origin)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ＳＰＦ５０＋", "spf50+", id="full-width"),
        pytest.param("鏈接練習", "链接练习", id="traditional"),
        pytest.param("呃这个，嗯，好用", "这个,,好用", id="fillers"),
        pytest.param("免某疫力", "免疫力", id="evasion-infix"),
        pytest.param("铁元铁元素", "铁元素", id="stutter"),
        pytest.param("哈哈哈哈哈哈好", "哈哈哈好", id="laughter"),
        pytest.param("三号三号链接", "三号三号链接", id="a-number-twice-is-no-stutter"),
        pytest.param("It's, um, great", "it's, great", id="english-filler"),
        pytest.param("hummus", "hummus", id="filler-inside-a-word"),
        pytest.param("桂\u200b花", "桂花", id="no-width"),
        pytest.param("父母亲按摩", "父母亲按摩", id="no-infix-without-a-known-word"),
        pytest.param("", "", id="empty"),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text).text == expected


def test_spoken_returns_the_words_of_the_source() -> None:
    normal = normalise("今天 免某疫力 来了")
    start = normal.text.index("免疫")
    assert normal.spoken(start, start + 3) == "免某疫力"
    assert normal.spoken(2, 2) == ""


@pytest.mark.parametrize(
    ("said", "text", "expected"),
    [
        pytest.param("免疫力", "免母疫力", "免疫力", id="known-without-it"),
        pytest.param("", "免母疫力", "免母疫力", id="never-heard-without-it"),
        pytest.param("蝴蝶酥", "蝴莫蝶酥", "蝴蝶酥", id="mo"),
        pytest.param("父亲", "父母亲", "父母亲", id="a-word-of-its-own"),
        pytest.param("个飞", "个摩飞,摩飞好", "个摩飞,摩飞好", id="a-brand-said-oftener"),
    ],
)
def test_doubtful_infixes_go_where_the_word_is_known(said: str, text: str, expected: str) -> None:
    assert normalise(text, count_pairs([said, text])).text == expected


@given(st.text("免母疫莫力摩a, 呃", max_size=30), st.text("免疫力", max_size=10))
def test_the_way_back_stays_with_known_words(text: str, said: str) -> None:
    normal = normalise(text, count_pairs([said]))
    assert list(normal.origin) == sorted(set(normal.origin))
    assert all(
        text[index] == character
        for index, character in zip(normal.origin, normal.text, strict=True)
    )
