"""The catalogue as the finders read it: every product's words, sounds and who else has them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.catalogue import Catalogue, Product
from pipeline.detect.findings import rarity
from pipeline.language.normalise import normalise
from pipeline.language.sound import STOP_WORDS, Sound, phonetic_code, sound_out

LONGEST_GRAM = 3
SHORTEST_WORD = 3
"""Letters that a Latin word needs to name something by itself."""
SHORTEST_CODE = 4
"""Consonants that a phonetic code needs before it is trusted."""

NUMERAL_CHARACTERS = frozenset("零〇一二两俩三四五六七八九十百千万亿幺点0123456789. ")
CUT = re.compile(r"[,，。、；：;:!?！？()（）]")
"""Marks that no name goes across."""

Gram = tuple[str, ...]
"""Folded sound keys, one after another."""


@dataclass(frozen=True, slots=True)
class Name:
    """One way to call a product: an alias or the brand."""

    product: int
    text: str
    """Normalised, without spaces and punctuation."""
    sounds: tuple[Sound, ...]

    @property
    def gram(self) -> Gram:
        """The folded keys, by which it is looked up."""
        return tuple(sound.key for sound in self.sounds)


@dataclass(frozen=True, slots=True)
class Shop:
    """The indexed words of one catalogue."""

    catalogue: Catalogue
    names: dict[Gram, tuple[Name, ...]]
    """Aliases by their folded sounds."""
    codes: dict[str, tuple[Name, ...]]
    """Latin brands and aliases by their phonetic code."""
    grams: dict[Gram, frozenset[int]]
    """Products by every run of 1 to 3 sounds in title, brand, aliases and category."""
    surfaces: dict[int, frozenset[str]]
    """Per product, the written form of its grams: tells a written match from a heard one."""

    def __len__(self) -> int:
        return len(self.catalogue)

    def rarity_of(self, gram: Gram) -> float:
        """Return how much the gram tells within this catalogue, in nats."""
        carriers: frozenset[int] | None = None
        for part in _windows(gram, LONGEST_GRAM):
            found = self.grams.get(part, frozenset())
            carriers = found if carriers is None else carriers & found
        return rarity(len(carriers or ()), len(self))


def index_shop(catalogue: Catalogue) -> Shop:
    """Index the words of a catalogue; the order of products changes nothing but the indices."""
    names: defaultdict[Gram, list[Name]] = defaultdict(list)
    codes: defaultdict[str, list[Name]] = defaultdict(list)
    grams: defaultdict[Gram, set[int]] = defaultdict(set)
    surfaces: dict[int, frozenset[str]] = {}
    for index, product in enumerate(catalogue):
        for alias in product.aliases:
            name = _make_name(index, alias)
            if _is_telling(name):
                names[name.gram].append(name)
        for name, _words in iter_latin(index, product):
            codes["".join(phonetic_code(sound.plain) for sound in name.sounds)].append(name)
        written: set[str] = set()
        for text in (product.title, product.brand, *product.aliases, product.category):
            normal = normalise(text).text
            for gram, surface in iter_grams(normal, sound_out(normal)):
                grams[gram].add(index)
                written.add(surface)
        surfaces[index] = frozenset(written)
    return Shop(
        catalogue,
        {gram: tuple(group) for gram, group in names.items()},
        {code: tuple(group) for code, group in codes.items() if len(code) >= SHORTEST_CODE},
        {gram: frozenset(products) for gram, products in grams.items()},
        surfaces,
    )


def iter_grams(text: str, sounds: tuple[Sound, ...]) -> Iterator[tuple[Gram, str]]:
    """Yield every run of sounds that can name something, and how it is written.

    Two or three syllables; or one, two or three words; nothing that starts or ends in a stop word.
    """
    for start in range(len(sounds)):
        for length in range(1, LONGEST_GRAM + 1):
            run = sounds[start : start + length]
            if len(run) == length and is_gram(text, run):
                yield tuple(sound.key for sound in run), surface_of(text, run)


def is_gram(text: str, run: tuple[Sound, ...]) -> bool:
    """Tell whether a run of sounds can name something.

    Not when punctuation cuts it, when a stop word begins or ends it, or when it is only a number:
    numbers are for the finders of prices, specifications and links.
    """
    first, last = run[0], run[-1]
    if first.key in STOP_WORDS or last.key in STOP_WORDS:
        return False
    if len(run) == 1:
        return first.is_word and len(first.key) >= SHORTEST_WORD
    written = text[first.start : last.end]
    if not written.isalnum() and CUT.search(written):
        return False
    return not all(character in NUMERAL_CHARACTERS for character in written)


def surface_of(text: str, run: tuple[Sound, ...]) -> str:
    """Return how a run of sounds is written, words by their stems, without spaces."""
    pieces: list[str] = []
    end = -1
    for sound in run:
        if sound.end > end:
            pieces.append(sound.plain if sound.is_word else text[sound.start : sound.end])
            end = sound.end
    return "".join(pieces)


def _make_name(index: int, alias: str) -> Name:
    normal = normalise(alias).text
    sounds = sound_out(normal)
    return Name(index, surface_of(normal, sounds), sounds)


def _is_telling(name: Name) -> bool:
    if len(name.sounds) == 1:
        sound = name.sounds[0]
        return sound.is_word and len(sound.key) >= SHORTEST_WORD and sound.key not in STOP_WORDS
    return len(name.sounds) > 1


def iter_latin(index: int, product: Product) -> Iterator[tuple[Name, tuple[str, ...]]]:
    """Yield the brand and aliases that are written in Latin letters only, and their whole words."""
    for text in (*product.brand.split("/"), *product.aliases):
        normal = normalise(text).text
        sounds = sound_out(normal)
        words = tuple(sound for sound in sounds if sound.is_word)
        if words and (len(words) == len(sounds) or text == product.brand):
            name = Name(index, surface_of(normal, sounds), words)
            yield name, tuple(normal[sound.start : sound.end] for sound in words)


def _windows(gram: Gram, length: int) -> Iterable[Gram]:
    if len(gram) <= length:
        return (gram,)
    return (gram[start : start + length] for start in range(len(gram) - length + 1))
