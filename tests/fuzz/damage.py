"""What happens to files: cut, bits flipped, pieces swapped, doubled, lost or zeroed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.fuzz.bases import Base

MOST_FLIPS = 64


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged input, made from a seed and a number alone."""

    number: int
    base: Base
    how: str
    content: bytes


def cut(raw: bytes, dice: random.Random, _other: bytes) -> bytes:
    return raw[: dice.randrange(len(raw))]


def flip(raw: bytes, dice: random.Random, _other: bytes) -> bytes:
    made = bytearray(raw)
    for _ in range(round(MOST_FLIPS ** dice.random())):
        made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)
    return bytes(made)


def splice(raw: bytes, dice: random.Random, other: bytes) -> bytes:
    """Put a stretch of another file, or of the same, over or between the bytes."""
    source = raw if dice.random() < 0.5 else other
    start = dice.randrange(len(source))
    stretch = source[start : start + _stretch(dice, len(source))]
    at = dice.randrange(len(raw))
    return raw[:at] + stretch + raw[at + (len(stretch) if dice.random() < 0.5 else 0) :]


def lose(raw: bytes, dice: random.Random, _other: bytes) -> bytes:
    at = dice.randrange(len(raw))
    return raw[:at] + raw[at + _stretch(dice, len(raw)) :]


def zero(raw: bytes, dice: random.Random, _other: bytes) -> bytes:
    at = dice.randrange(len(raw))
    length = min(_stretch(dice, len(raw)), len(raw) - at)
    return raw[:at] + bytes(length) + raw[at + length :]


def _stretch(dice: random.Random, size: int) -> int:
    """Return a length: a few bytes as often as a good part of the file."""
    return max(1, round((size / 2) ** dice.random()))


WAYS: dict[str, Callable[[bytes, random.Random, bytes], bytes]] = {
    "cut": cut, "flip": flip, "splice": splice, "lose": lose, "zero": zero,
}  # fmt: skip


def make_case(bases: Sequence[Base], number: int, *, seed: int) -> Case:
    """Damage one of the bases; seven of ten cases are media."""
    dice = random.Random(f"{seed}:{number}")
    wants_media = number % 10 < 7
    chosen = [base for base in bases if (base.role == "media") is wants_media]
    base, other = dice.choice(chosen), dice.choice(chosen)
    how = dice.choice(list(WAYS))
    content = WAYS[how](base.path.read_bytes(), dice, other.path.read_bytes())
    return Case(number, base, how, content)
