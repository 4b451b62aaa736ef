"""Laws of what a text sounds like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.sound import fold, phonetic_code, read_syllables, sound_out, stem


def keys(text: str) -> list[str]:
    return [sound.key for sound in sound_out(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("蝴蝶酥", "胡叠苏", id="homophones"),
        pytest.param("真丝", "怎丝", id="zh-z"),
        pytest.param("牛奶", "流奶", id="n-l"),
        pytest.param("飞机", "黑鸡", id="f-h"),
        pytest.param("精英", "今音", id="ing-in"),
        pytest.param("色号三零六", "色号306", id="digits-one-by-one"),
        pytest.param("三十包", "30包", id="digits-as-a-quantity"),
        pytest.param("五百毫升", "500毫升", id="round-hundreds"),
    ],
)
def test_what_is_confused_sounds_alike(one: str, other: str) -> None:
    assert keys(one) == keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("龙井", "红茶"), ("铁锅", "锅铲"), ("一号", "二号")],
)
def test_what_differs_sounds_different(one: str, other: str) -> None:
    assert keys(one) != keys(other)


def test_polyphones_are_read_in_their_phrase() -> None:
    assert read_syllables("银行行走") == ("yin", "hang", "xing", "zou")


@given(st.text(max_size=40))
def test_sounds_lie_in_order_inside_any_text(text: str) -> None:
    places = [(sound.start, sound.end) for sound in sound_out(text)]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(st.sampled_from(["zhang", "cheng", "shi", "nan", "feng", "lü", "er", "a", "xing", "huang"]))
def test_folding_twice_changes_nothing(syllable: str) -> None:
    assert fold(fold(syllable)) == fold(syllable)


@pytest.mark.parametrize(
    ("one", "other"),
    [("kitchen", "kichin"), ("glowing", "gloing"), ("puretide", "puretied"), ("phone", "fone")],
)
def test_misheard_english_has_the_same_code(one: str, other: str) -> None:
    assert phonetic_code(one) == phonetic_code(other)


@pytest.mark.parametrize(("one", "other"), [("brush", "glove"), ("fountain", "feeder")])
def test_different_english_has_different_codes(one: str, other: str) -> None:
    assert phonetic_code(one) != phonetic_code(other)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("charging", "charg"), ("charger", "charg"), ("patches", "patch"), ("glass", "glass")],
)
def test_stem(word: str, expected: str) -> None:
    assert stem(word) == expected
