from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.span import Span
from models.transcript import Word
from pipeline.transcribe.decoded import DecodedWindow, DecodedWord, format_windows, parse_windows
from pipeline.transcribe.utterances import MAX_GAP_MS, MAX_UTTERANCE_MS, cut_utterances
from pipeline.transcribe.words import REPLACEMENT, tidy_words

TIMES = st.integers(-2_000, 40_000)
DECODED = st.lists(
    st.builds(
        DecodedWord,
        TIMES,
        TIMES,
        st.text("三号链接，。“” abc" + REPLACEMENT, min_size=1, max_size=3),
        st.none() | st.floats(0, 1),
    ),
    max_size=15,
)
WINDOWS = st.builds(
    DecodedWindow,
    st.builds(
        lambda start, size: Span(start, start + size), st.integers(0, 9_000), st.integers(1, 28_000)
    ),
    DECODED.map(tuple),
    st.none() | st.floats(-9, 0),
    st.none() | st.floats(0, 1),
)


def make_words(*pieces: tuple[str, int, int]) -> tuple[Word, ...]:
    return tuple(Word(Span(start_ms, end_ms), text) for text, start_ms, end_ms in pieces)


@st.composite
def word_streams(draw: st.DrawFn) -> tuple[Word, ...]:
    cursor_ms = 0
    words = []
    for _ in range(draw(st.integers(0, 25))):
        cursor_ms += draw(st.sampled_from([0, 0, 0, 100, 399, 401, 3_000]))
        end_ms = cursor_ms + draw(st.integers(1, 900))
        words.append(Word(Span(cursor_ms, end_ms), draw(st.sampled_from("好看买它一，。？ "))))
        cursor_ms = end_ms
    return tuple(words)


@given(WINDOWS)
def test_tidy_words_are_ordered_disjoint_and_inside_the_window(window: DecodedWindow) -> None:
    words = tidy_words(window)
    for earlier, later in itertools.pairwise(words):
        assert earlier.span.end_ms <= later.span.start_ms
    for word in words:
        assert word.span.crop(window.span) == word.span


@given(WINDOWS)
def test_tidy_words_hold_whole_characters_and_lose_no_letter(window: DecodedWindow) -> None:
    text = "".join(word.text for word in tidy_words(window))
    assert REPLACEMENT not in text
    letters = [character for character in window.text if character.isalnum()]
    assert [character for character in text if character.isalnum()] == letters


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        pytest.param(["链", "接", "，"], ["链", "接，"], id="a comma belongs to the word before"),
        pytest.param(["“", "买", "它", "”"], ["“买", "它”"], id="quotes hug their words"),
        pytest.param(["买" + REPLACEMENT, REPLACEMENT], ["买"], id="half characters go"),
        pytest.param([" hello", ",", " world"], [" hello,", " world"], id="spaces stay"),
        pytest.param(["。", "，"], [], id="marks alone are no words"),
    ],
)
def test_punctuation_is_attached(tokens: list[str], expected: list[str]) -> None:
    words = tuple(DecodedWord(100 * n, 100 * n + 100, text, 0.5) for n, text in enumerate(tokens))
    window = DecodedWindow(Span(0, 5_000), words, -0.2, 0.1)
    assert [word.text for word in tidy_words(window)] == expected


@given(st.lists(WINDOWS, max_size=2))
def test_decoded_windows_survive_the_disk(windows: list[DecodedWindow]) -> None:
    assert list(parse_windows(format_windows(windows))) == windows


@given(word_streams())
def test_utterances_hold_every_word_once_and_in_order(words: tuple[Word, ...]) -> None:
    groups = cut_utterances(words)
    assert tuple(word for group in groups for word in group) == words
    assert all(groups)


@given(word_streams())
def test_utterances_are_short_and_never_bridge_a_pause(words: tuple[Word, ...]) -> None:
    for group in cut_utterances(words):
        assert group[-1].span.end_ms - group[0].span.start_ms <= MAX_UTTERANCE_MS
        for earlier, later in itertools.pairwise(group):
            assert later.span.start_ms - earlier.span.end_ms <= MAX_GAP_MS


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            make_words(("今天有货。", 0, 1_500), ("拍一号。", 1_500, 3_000)),
            ["今天有货。", "拍一号。"],
            id="at the end of a sentence",
        ),
        pytest.param(
            make_words(("好。", 0, 400), ("拍一号。", 400, 2_000)),
            ["好。拍一号。"],
            id="a very short sentence joins the next",
        ),
        pytest.param(
            make_words(("今天", 0, 600), ("有货", 1_100, 1_700)), ["今天", "有货"], id="at a pause"
        ),
        pytest.param(
            make_words(("这个锅，", 0, 1_200), ("很轻", 1_200, 2_400)),
            ["这个锅，很轻"],
            id="not at an early comma",
        ),
        pytest.param(
            make_words(("这个锅，", 0, 5_500), ("很轻", 5_500, 7_000)),
            ["这个锅，", "很轻"],
            id="at a late comma",
        ),
        pytest.param(
            make_words(("only 39.", 0, 1_500), (" now", 1_500, 3_000)),
            ["only 39.", " now"],
            id="at an English full stop",
        ),
    ],
)
def test_utterances_are_cut_where_people_breathe(
    words: tuple[Word, ...], expected: list[str]
) -> None:
    groups = cut_utterances(words)
    assert ["".join(word.text for word in group) for group in groups] == expected


def test_a_minute_without_punctuation_is_cut_at_its_longest_pauses() -> None:
    words = [Word(Span(200 * n, 200 * n + 200), "好") for n in range(300)]
    words[150] = Word(Span(30_100, 30_200), "好")
    groups = cut_utterances(words)
    ends = [group[-1].span.end_ms for group in groups]
    assert 30_000 in ends
    assert max(group[-1].span.end_ms - group[0].span.start_ms for group in groups) <= 12_000
