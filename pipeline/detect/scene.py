"""Tell, sentence by sentence, whether something is being sold, and where a pitch opens and closes.

Learned from labelled broadcasts, not listed: logistic heads over how a sentence and those around
it sound and what they mean. They know no product; which one it is, is for the evidence.

    opens            closes opens                closes
      |                   | |                       |
    --[====== pitch ======] [======== pitch ========]-- chatter, preview, question, recap --
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.detect.cues import Cue
from pipeline.detect.decode import Floats
from pipeline.detect.encoder import Vectors
from pipeline.detect.units import Unit

SCENES_FILE = Path(__file__).with_name("scenes.json")
SCHEMA = "kandian.detect-scenes/1"
WORDS_ONLY = "words"
"""The reader for encoders that no reader was fitted with."""

LONGEST_GRAM = 3
"""Sounds in a row that are looked at together."""
REACH_UNITS = 3
"""Units before and after that are looked at."""
FADING = 0.7
"""What the next unit counts against the one nearer by."""
LONG_UNIT_S = 8.0
MANY_NUMBERS = 3
"""Units longer, or with more numbers, than this look alike."""


class Head(StrEnum):
    """A question that is asked of every unit."""

    PITCH = "pitch"
    """Is a product being sold?"""
    OPENS = "opens"
    """Does a pitch begin here?"""
    CLOSES = "closes"
    """Does one end here?"""
    CHATTER = "chatter"
    """Is it greetings, thanks, lotteries, stories?"""
    PREVIEW = "preview"
    """Are products announced that come later, or never?"""
    RECAP = "recap"
    """Are products named that were sold before?"""
    QUESTION = "question"
    """Is a viewer answered in passing?"""
    TRUST = "trust"
    """How far is what speaks for a product here to be trusted? Little, where hosts speak of a
    sibling, a larger pack, a gift beside what they sell."""


HEADS = tuple(Head)
PLAIN = (*(cue.value for cue in Cue), "seconds", "numbers")
"""Names of the plain features of a unit, in order."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Log-odds per unit, one array per head."""

    pitch: Floats
    opens: Floats
    closes: Floats
    chatter: Floats
    preview: Floats
    recap: Floats
    question: Floats
    trust: Floats
    """No log-odds but a factor of evidence."""


@dataclass(frozen=True, slots=True)
class SceneReader:
    """Fitted weights, one column per head."""

    intercepts: Floats
    grams: Mapping[str, Floats]
    """By run of sounds, joined with spaces."""
    plain: Floats
    """Shape (plain features, heads)."""
    vectors: Floats | None
    """Shape (3 * dimensions, heads): the unit's own vector, those before, those after."""

    def __post_init__(self) -> None:
        arrays = [self.intercepts, self.plain, *self.grams.values()]
        if self.vectors is not None:
            arrays.append(self.vectors)
        if any(array.shape[-1] != len(HEADS) for array in arrays):
            raise ValueError("every weight needs one number per head")
        if not all(np.isfinite(array).all() for array in arrays):
            raise ValueError("every weight must be a finite number")

    def read(self, units: Sequence[Unit], cues: Sequence[frozenset[Cue]], spoken: Vectors) -> Scene:
        """Return the log-odds of every unit; `spoken` has the vector of every unit."""
        total = self.intercepts + describe_plainly(units, cues) @ self.plain
        for place, unit in enumerate(units):
            total[place] += self._weigh_grams(unit)
        if self.vectors is not None and len(units):
            total += surround(spoken) @ self.vectors
        return Scene(*(np.ascontiguousarray(column) for column in total.T))

    def _weigh_grams(self, unit: Unit) -> Floats:
        known = [self.grams[gram] for gram in sound_grams(unit) if gram in self.grams]
        if not known:
            return np.zeros(len(HEADS))
        return np.asarray(np.sum(known, axis=0) / math.sqrt(len(known)))


def sound_grams(unit: Unit) -> frozenset[str]:
    """Return the runs of one to three sounds of a unit."""
    keys = [sound.key for sound in unit.sounds]
    return frozenset(
        " ".join(keys[start : start + length])
        for length in range(1, LONGEST_GRAM + 1)
        for start in range(len(keys) - length + 1)
    )


def describe_plainly(units: Sequence[Unit], cues: Sequence[frozenset[Cue]]) -> Floats:
    """Return the plain features, shape (units, features), in the order of `PLAIN`."""
    rows = [
        [
            *(float(cue in found) for cue in Cue),
            min(unit.span.duration_ms / 1000, LONG_UNIT_S) / LONG_UNIT_S,
            min(len(unit.numerals), MANY_NUMBERS) / MANY_NUMBERS,
        ]
        for unit, found in zip(units, cues, strict=True)
    ]
    return np.array(rows, dtype=np.float64).reshape(len(units), len(PLAIN))


def surround(spoken: Vectors) -> Floats:
    """Return every unit's vector beside the fading sums of those before and of those after it."""
    own = spoken.astype(np.float64)
    before, after = np.zeros_like(own), np.zeros_like(own)
    for distance in range(1, REACH_UNITS + 1):
        share = FADING ** (distance - 1)
        before[distance:] += share * own[:-distance]
        after[:-distance] += share * own[distance:]
    return np.concatenate([own, before, after], axis=1)


@lru_cache(maxsize=4)
def load_reader(encoder: str) -> SceneReader:
    """Return the reader that was fitted with an encoder's vectors, else the one without any."""
    readers = parse_readers(SCENES_FILE.read_text(encoding="utf-8"))
    return readers.get(encoder, readers[WORDS_ONLY])


@lru_cache(maxsize=1)
def identify_scenes() -> str:
    """Return the SHA-256 of the scenes file: whatever depends on its readers depends on this."""
    return hashlib.sha256(SCENES_FILE.read_bytes()).hexdigest()


def parse_readers(text: str) -> dict[str, SceneReader]:
    """Parse the scenes file.

    Raises:
        ValueError: when it is of another schema or a part is missing or of the wrong shape.
    """
    record: dict[str, Any] = json.loads(text)
    if record.get("schema") != SCHEMA or record.get("heads") != [head.value for head in HEADS]:
        raise ValueError(f"expected schema {SCHEMA} with the heads {', '.join(HEADS)}")
    try:
        readers = {name: _parse_reader(entry) for name, entry in record["readers"].items()}
        readers[WORDS_ONLY]
    except (KeyError, TypeError) as error:
        raise ValueError(f"a reader lacks a part: {error}") from error
    return readers


def _parse_reader(entry: Mapping[str, Any]) -> SceneReader:
    plain = np.array([entry["plain"][name] for name in PLAIN], dtype=np.float64)
    rows = entry.get("vectors")
    return SceneReader(
        intercepts=np.array(entry["intercepts"], dtype=np.float64),
        grams={gram: np.array(row, dtype=np.float64) for gram, row in entry["grams"].items()},
        plain=plain,
        vectors=None if rows is None else np.array(rows, dtype=np.float64),
    )


def iter_reader_fields(reader: SceneReader, digits: int) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a reader as `parse_readers` reads them."""
    yield "intercepts", _rounded(reader.intercepts, digits)
    yield "plain", dict(zip(PLAIN, _rounded(reader.plain, digits), strict=True))
    yield "grams", {gram: _rounded(row, digits) for gram, row in reader.grams.items()}
    if reader.vectors is not None:
        yield "vectors", _rounded(reader.vectors, digits)


def _rounded(values: Floats, digits: int) -> Any:
    return np.round(values, digits).tolist()
