"""Measure how a recogniser errs, on recordings with known truth: rates only, no words.

python -m pipeline.detect.train.measure_noise TRUTH.json=HEARD.json ... > noise_rates.json
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from pipeline.detect.train.noise import NoiseRates, common_characters
from pipeline.language.normalise import is_han, normalise
from pipeline.language.numerals import DIGIT_VALUES, iter_numerals
from pipeline.language.script import Script, uniform_script
from pipeline.language.sound import fold, read_syllables, split_syllable

_LATIN = re.compile("[a-z']+")


class Tally:
    """Counts of what was said and of what went wrong, over recordings."""

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()

    def count_mandarin(self, truth: str, heard: str) -> None:
        """Count one recording in Mandarin."""
        true, other = (uniform_script(text, Script.SIMPLIFIED) for text in (truth, heard))
        self._count_characters(_characters(true), _characters(other), common_characters([true]))
        for kind, marks in (("sentence_marks", "[。？！?!]"), ("commas", "[，、,]")):
            self._count_lost(kind, len(re.findall(marks, true)), len(re.findall(marks, other)))
        self._count_lost("links", true.count("链接"), other.count("链接"))
        self._count_bag("numerals", _values(true), _values(other))
        self._count_bag("latin", _words(true), _words(other))

    def count_english(self, truth: str, heard: str) -> None:
        """Count one recording in English."""
        self._count_bag("words", _words(truth), _words(heard))

    def rates(self) -> NoiseRates:
        """Return the share that went wrong, by kind."""
        shares = {kind: self.wrong[kind] / max(self.said[kind], 1) for kind in self.said}
        return NoiseRates(**{kind: round(share, 3) for kind, share in shares.items()})

    def _count_lost(self, kind: str, said: int, heard: int) -> None:
        self.said[kind] += said
        self.wrong[kind] += max(said - heard, 0)

    def _count_bag(self, kind: str, said: Counter[str], heard: Counter[str]) -> None:
        self.said[kind] += said.total()
        self.wrong[kind] += (said - heard).total()

    def _count_characters(self, true: str, other: str, common: frozenset[str]) -> None:
        for character in true:
            self.said["common" if character in common else "rare"] += 1
        self.said["dropped"] += len(true)
        self.said["added"] += len(true)
        for edit in Levenshtein.opcodes(true, other):
            if edit.tag == "delete":
                self.wrong["dropped"] += edit.src_end - edit.src_start
            elif edit.tag == "insert":
                self.wrong["added"] += edit.dest_end - edit.dest_start
            elif edit.tag == "replace":
                for place in range(edit.src_end - edit.src_start):
                    pair = true[edit.src_start + place], other[edit.dest_start + place]
                    self._count_confusion(*pair, is_common=pair[0] in common)

    def _count_confusion(self, true: str, other: str, *, is_common: bool) -> None:
        self.wrong["common" if is_common else "rare"] += 1
        self.said["same_sound"] += 1
        self.said["like_sound"] += 1
        one, two = read_syllables(true)[0], read_syllables(other)[0]
        if one == two:
            self.wrong["same_sound"] += 1
        elif set(_halves(one)) & set(_halves(two)):
            self.wrong["like_sound"] += 1


def measure(pairs: Sequence[tuple[Path, Path]]) -> NoiseRates:
    """Return the rates over pairs of truth and Whisper JSON."""
    tally = Tally()
    for truth_path, heard_path in pairs:
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        heard = json.loads(heard_path.read_text(encoding="utf-8"))
        texts = (
            "".join(utterance["text"] + " " for utterance in truth["utterances"]),
            "".join(segment["text"] for segment in heard["segments"]),
        )
        if truth["language"] == "zh":
            tally.count_mandarin(*texts)
        else:
            tally.count_english(*texts)
    return tally.rates()


def _characters(text: str) -> str:
    return "".join(
        c
        for c in normalise(text).text
        if is_han(c) and c not in DIGIT_VALUES and c not in "十百千万"
    )


def _halves(syllable: str) -> Iterator[str]:
    yield from (half for half in split_syllable(fold(syllable)) if half)


def _values(text: str) -> Counter[str]:
    return Counter(str(n.value) for n in iter_numerals(normalise(text).text) if n.value > 2)


def _words(text: str) -> Counter[str]:
    return Counter(_LATIN.findall(text.lower()))


if __name__ == "__main__":
    given = [argument.split("=", 1) for argument in sys.argv[1:]]
    measured = measure([(Path(truth), Path(heard)) for truth, heard in given])
    sys.stdout.write(json.dumps(asdict(measured), indent=2) + "\n")
