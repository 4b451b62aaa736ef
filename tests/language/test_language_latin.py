"""Latin words as Mandarin has them."""

from __future__ import annotations

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import latin
from pipeline.language.latin import ordinary_syllables, spell_beats, unlikeness, weigh

SYLLABLES = st.sampled_from([syllable for syllable, _share in ordinary_syllables()])
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("karinova", "ka li nuo wa", id="plain"),
        pytest.param("lonatti", "luo na ti", id="doubled-letters"),
        pytest.param("opalune", "ou pa lun", id="mute-e"),
        pytest.param("nolite", "nuo li te-", id="mute-e-leaves-its-consonant"),
        pytest.param("bravisto", "bu- la wei si- tuo", id="clusters"),
        pytest.param("velmora", "wei er- mo la", id="l-that-ends-a-syllable"),
        pytest.param("skandora", "si- kan duo la", id="n-joins-its-vowel"),
        pytest.param("tambero", "tan bei luo", id="m-before-b"),
        pytest.param("sorelia", "suo lei li ya", id="hiatus"),
        pytest.param("jolanea", "zhuo la ni ya", id="ea-at-the-end"),
        pytest.param("isomee", "yi suo mi", id="ee"),
        pytest.param("quivano", "kui wa nuo", id="qu"),
        pytest.param("wexano", "wei ke- sa nuo", id="x"),
        pytest.param("chavello", "cha wei luo", id="ch"),
        pytest.param("phelaine", "fei lian", id="ain"),
        pytest.param("celino", "sai li nuo", id="soft-c"),
        pytest.param("ok", "ou ke-", id="short"),
        pytest.param("8'", "", id="no-letters"),
    ],
)
def test_a_word_is_spelled_in_syllables(word: str, expected: str) -> None:
    beats = spell_beats(word)
    assert " ".join(beat.syllable + "-" * beat.is_light for beat in beats) == expected


def test_the_examples_of_the_docstrings_hold() -> None:
    assert doctest.testmod(latin).failed == 0


@given(WORDS)
def test_every_word_has_syllables_and_vowels_make_the_full_ones(word: str) -> None:
    beats = spell_beats(word)
    assert beats
    assert all(beat.syllable.isalpha() and beat.syllable.islower() for beat in beats)
    if not set(word) & set("aeiouy"):
        assert all(beat.is_light for beat in beats)


def test_transcription_writes_only_syllables_that_mandarin_has() -> None:
    known = {"fo", *(syllable for syllable, _share in ordinary_syllables())}  # pypinyin: 佛 is fu
    written = {syllable for row in latin._ROWS.values() for syllable in row.split()}
    assert written | set(latin._LIGHT.values()) <= known


@pytest.mark.parametrize(
    ("said", "nearer", "farther"),
    [
        pytest.param("luo", "nuo", "tuo", id="n-and-l"),
        pytest.param("da", "ta", "ga", id="breath-before-place"),
        pytest.param("li", "lei", "la", id="vowels-by-the-tongue"),
        pytest.param("wa", "wang", "wu", id="a-nasal-more"),
        pytest.param("xi", "shi", "ti", id="hisses"),
        pytest.param("yu", "you", "ya", id="u-in-front"),
    ],
)
def test_what_is_made_alike_sounds_alike(said: str, nearer: str, farther: str) -> None:
    assert 0.0 < unlikeness(said, nearer) < unlikeness(said, farther)


@given(SYLLABLES, SYLLABLES)
def test_unlikeness_is_symmetric_and_nothing_sounds_more_like_a_syllable_than_itself(
    one: str, other: str
) -> None:
    assert unlikeness(one, other) == unlikeness(other, one) >= unlikeness(one, one) == 0.0
    assert weigh(one, other) <= weigh(one, one)


def test_ordinary_speech_is_a_distribution() -> None:
    assert math.isclose(sum(share for _, share in ordinary_syllables()), 1.0)
    assert all(share > 0 for _, share in ordinary_syllables())


@given(SYLLABLES)
def test_ordinary_speech_speaks_for_nothing(syllable: str) -> None:
    odds = sum(share * math.exp(weigh(syllable, heard)) for heard, share in ordinary_syllables())
    assert math.isclose(odds, 1.0)
