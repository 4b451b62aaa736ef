"""Mishear a text as a recogniser does, so that text trains for speech."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache

from pipeline.detect.train.corpus import Script
from pipeline.language.normalise import is_han
from pipeline.language.numerals import DIGIT_VALUES
from pipeline.language.sound import fold, read_syllables, split_syllable

COMMON_CHARACTERS = 150
"""The characters that are said most are heard best: recognisers know them in any context."""
STRENGTHS = (0.4, 1.6)
"""Range of the factor drawn for every line: recognisers fail in bursts, not evenly."""

_LINK = re.compile("链接")
_LINK_HEARD = ("练接", "连接", "练结", "链结", "脸接", "连街")
_NUMERAL = re.compile("[零一二两三四五六七八九十百千]+|[0-9]+")
_DIGITS = "一二三四五六七八九"
_WORD = re.compile("[A-Za-z]+")
_VOWELS = "aeiou"
_CONSONANTS = "bcdfgklmnprstvz"


@dataclass(frozen=True, slots=True)
class NoiseRates:
    """How often what goes wrong; shares, 0 to 1, measured on recordings with known truth."""

    common: float
    """Of the common characters, that are heard as another character."""
    rare: float
    """Of all other characters."""
    same_sound: float
    """Of the characters that are misheard: as another of the same syllable, tones apart."""
    like_sound: float
    """As one whose syllable has the same initial or the same final."""
    dropped: float
    """Characters left out."""
    added: float
    """Characters that nobody said, per character."""
    sentence_marks: float
    """Full stops, question and exclamation marks that are lost."""
    commas: float
    """Commas that are lost."""
    numerals: float
    """Numbers of which the value is wrong or which are lost."""
    links: float
    """链接 that is written otherwise."""
    latin: float
    """Latin words in Mandarin speech that are spelled otherwise."""
    words: float
    """English words in English speech that are spelled otherwise."""

    def __post_init__(self) -> None:
        if not all(0.0 <= value <= 1.0 for value in asdict(self).values()):
            raise ValueError("noise rates lie between 0 and 1")

    def scaled(self, factor: float) -> NoiseRates:
        """Return the rates of a recogniser that errs that much more; kinds of error stay."""
        kept = {"same_sound", "like_sound"}
        values = {
            field.name: getattr(self, field.name) * (1.0 if field.name in kept else factor)
            for field in fields(self)
        }
        return NoiseRates(**{name: min(value, 1.0) for name, value in values.items()})


def mishear(script: Script, rates: NoiseRates, common: frozenset[str], seed: str) -> list[str]:
    """Return what a recogniser makes of every line; the same seed hears the same."""
    rng = random.Random(f"{seed}:{script.name}")  # noqa: S311
    heard: list[str] = []
    for line in script.lines:
        strength = rates.scaled(rng.uniform(*STRENGTHS))
        if script.language == "zh":
            heard.append(_mishear_mandarin(line.text, strength, common, rng))
        else:
            text = _respell_words(line.text, strength.words, rng)
            heard.append(_lose_marks(text, strength, rng))
    return heard


def common_characters(texts: Iterable[str]) -> frozenset[str]:
    """Return the characters that are said most."""
    counts = Counter(c for text in texts for c in text if is_han(c))
    ranked = sorted(counts, key=lambda c: (-counts[c], c))
    return frozenset(ranked[:COMMON_CHARACTERS])


def _mishear_mandarin(
    text: str, rates: NoiseRates, common: frozenset[str], rng: random.Random
) -> str:
    text = _LINK.sub(
        lambda m: rng.choice(_LINK_HEARD) if rng.random() < rates.links else m.group(), text
    )
    text = _NUMERAL.sub(
        lambda m: _misread(m.group(), rng) if rng.random() < rates.numerals else m.group(), text
    )
    text = _respell_words(text, rates.latin, rng)
    out: list[str] = []
    for character in text:
        if not is_han(character) or character in DIGIT_VALUES or character in "十百千万号":
            out.append(character)
            continue
        if rng.random() < rates.dropped:
            continue
        wrong = rng.random() < (rates.common if character in common else rates.rare)
        out.append(_confuse(character, rates, rng) if wrong else character)
        if rng.random() < rates.added:
            out.append(rng.choice("的了啊是个"))
    return _lose_marks("".join(out), rates, rng)


def _confuse(character: str, rates: NoiseRates, rng: random.Random) -> str:
    """Return another character: of the same syllable, of a similar one, or of any."""
    by_syllable, by_half, everything = _characters()
    syllable = read_syllables(character)[0]
    draw = rng.random()
    if draw < rates.same_sound:
        choices: Sequence[str] = by_syllable.get(syllable, ())
    elif draw < rates.same_sound + rates.like_sound:
        choices = by_half.get(rng.choice(split_syllable(fold(syllable))), ())
    else:
        choices = everything
    return rng.choice(choices) if choices else character


def _misread(numeral: str, rng: random.Random) -> str:
    """Change one digit, or lose the number."""
    places = [place for place, c in enumerate(numeral) if c in _DIGITS or c.isdigit()]
    if not places or rng.random() < 0.5:
        return rng.choice(("", "是", "十"))
    place = rng.choice(places)
    other = rng.choice("123456789" if numeral[place].isdigit() else _DIGITS)
    return numeral[:place] + other + numeral[place + 1 :]


def _respell_words(text: str, rate: float, rng: random.Random) -> str:
    return _WORD.sub(lambda m: _respell(m.group(), rng) if rng.random() < rate else m.group(), text)


def _respell(word: str, rng: random.Random) -> str:
    """Spell a word otherwise: letters of its kind, and perhaps in two."""
    letters = list(word)
    for _change in range(1 + len(word) // 5):
        place = rng.randrange(len(letters))
        kind = _VOWELS if letters[place].lower() in _VOWELS else _CONSONANTS
        letters[place] = rng.choice(kind)
    if len(letters) > 5 and rng.random() < 0.3:
        letters.insert(len(letters) // 2, " ")
    return "".join(letters)


def _lose_marks(text: str, rates: NoiseRates, rng: random.Random) -> str:
    out: list[str] = []
    for character in text:
        if character in "。？！?!" and rng.random() < rates.sentence_marks:
            out.append(",")
        elif character in "，、" and rng.random() < rates.commas:
            continue
        else:
            out.append(character)
    return "".join(out)


@lru_cache(maxsize=1)
def _characters() -> tuple[dict[str, list[str]], dict[str, list[str]], list[str]]:
    """Return the 3,755 characters of GB 2312's first level by syllable, and by half of one."""
    by_syllable: defaultdict[str, list[str]] = defaultdict(list)
    by_half: defaultdict[str, list[str]] = defaultdict(list)
    everything: list[str] = []
    for row in range(0xB0, 0xD8):
        for column in range(0xA1, 0xFF):
            try:
                character = bytes((row, column)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            syllable = read_syllables(character)[0]
            by_syllable[syllable].append(character)
            for half in split_syllable(fold(syllable)):
                by_half[half].append(character)
            everything.append(character)
    return dict(by_syllable), dict(by_half), everything
