"""Labelled text broadcasts: what the weights of detection are fitted on.

One file a broadcast, UTF-8:

    zh                                          the language
    A1|title|brand|alias/alias|price|link       a product a line; price and link may be empty
    ---
    |大家晚上好                                  chatter: nothing is pitched
    ~preview|等会儿有三样                         so for every `Kind` of line that is no pitch
    A1|来看第一款                                A1 is pitched; unbroken lines of A1 are one pitch

Some were spoken, whole or in part, by synthetic voices and recognised by Whisper base;
`heard/NAME.txt` has, in ms,

    A1|23410|65020                              the pitches
    ---
    23410|25900|来看第一块                       what was recognised
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from models.catalogue import Catalogue, Product
from models.errors import InputError
from models.span import Span
from models.transcript import Provenance, Transcript, Utterance

CHARACTERS_PER_SECOND = {"zh": 5.5, "en": 15.0}
"""Pace at which a script is spoken: what brisk hosts reach."""
GAP_MS = 300
"""Silence after every line: short enough to tell nothing about pitches."""
SHORTEST_LINE_MS = 200
PROVENANCE = Provenance("import:txt", "", "", "{}")


class Kind(StrEnum):
    """What a line is, by the mark that it begins with where it is no pitch."""

    PITCH = "pitch"
    CHATTER = ""
    """Greetings, thanks, lotteries, stories, logistics."""
    PREVIEW = "~preview"
    """Products that come later, or never."""
    RECAP = "~recap"
    """Products that were sold before."""
    QUESTION = "~question"
    """A quick answer to a viewer."""
    STRANGER = "~stranger"
    """The pitch of something that the catalogue does not have."""


_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.PITCH}


@dataclass(frozen=True, slots=True)
class Line:
    """What is said in one breath, and of what."""

    product_id: str
    """Empty when nothing is pitched."""
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Pitch:
    """A pitch as the script has it."""

    product_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Script:
    """A labelled text broadcast."""

    name: str
    language: str
    catalogue: Catalogue
    lines: tuple[Line, ...]

    @property
    def tells_kinds(self) -> bool:
        """Tell whether previews, recaps and answers are marked, not only what is no pitch."""
        return any(line.kind not in (Kind.PITCH, Kind.CHATTER) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Passage:
    """One line of a script, spoken: when it is said, and what it is."""

    span: Span
    kind: Kind


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A script, spoken: times, and perhaps not what the script says."""

    name: str
    catalogue: Catalogue
    transcript: Transcript
    pitches: tuple[Pitch, ...]
    passages: tuple[Passage, ...] = ()
    """In order of time; none where the script does not tell the kinds of its lines apart."""


def read_scripts(folder: Path) -> tuple[Script, ...]:
    """Read every script of a folder, by name.

    Raises:
        InputError: when there is none, or one has a line that cannot be read.
    """
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise InputError(f"{folder} holds no text broadcast (*.txt)")
    return tuple(parse_script(path.stem, path.read_text(encoding="utf-8")) for path in paths)


def hash_scripts(folder: Path) -> str:
    """Return the SHA-256 of all scripts of a folder: what the weights were fitted on."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def parse_script(name: str, text: str) -> Script:
    """Parse one script.

    Raises:
        InputError: when a line cannot be read, or pitches a product that is not in the catalogue.
    """
    head, rule, body = text.partition("---\n")
    rows = head.split("\n")
    if not rule or rows[0] not in CHARACTERS_PER_SECOND:
        raise InputError(f"{name}: a script is a language, products, ---, and lines")
    catalogue = Catalogue(tuple(_parse_product(name, row) for row in rows[1:] if row))
    known = {product.id for product in catalogue}
    lines: list[Line] = []
    for row in body.splitlines():
        mark, bar, spoken = row.partition("|")
        if not bar or not (mark in known or mark in _KINDS):
            raise InputError(f"{name}: {row!r} does not start with a product of its catalogue")
        kind = _KINDS.get(mark, Kind.PITCH)
        lines.append(Line(mark if kind is Kind.PITCH else "", spoken, kind))
    return Script(name, rows[0], catalogue, tuple(lines))


def speak(script: Script, heard: Sequence[str] | None = None) -> Broadcast:
    """Return the script spoken at an even pace; `heard` is what is understood, line by line.

    The times are those of the script, so that truth stays put under noise.
    """
    texts = [line.text for line in script.lines] if heard is None else heard
    pace = CHARACTERS_PER_SECOND[script.language]
    utterances: list[Utterance] = []
    pitches: list[Pitch] = []
    passages: list[Passage] = []
    at_ms, before = 0, ""
    for line, text in zip(script.lines, texts, strict=True):
        length_ms = max(int(len(line.text) / pace * 1000), SHORTEST_LINE_MS)
        span = Span(at_ms, at_ms + length_ms)
        if text:
            utterances.append(Utterance(span, text, text))
        if line.product_id and line.product_id == before:
            pitches[-1] = Pitch(before, Span(pitches[-1].span.start_ms, span.end_ms))
        elif line.product_id:
            pitches.append(Pitch(line.product_id, span))
        passages.append(Passage(span, line.kind))
        before = line.product_id
        at_ms = span.end_ms + GAP_MS
    return Broadcast(
        name=script.name,
        catalogue=script.catalogue,
        transcript=Transcript(script.language, tuple(utterances), PROVENANCE),
        pitches=tuple(pitches),
        passages=tuple(passages) if script.tells_kinds else (),
    )


def read_heard(folder: Path, scripts: Sequence[Script]) -> tuple[Broadcast, ...]:
    """Read what a recogniser heard of the scripts that were spoken; none when there is no folder.

    Raises:
        InputError: when a file belongs to no script, or has a line that cannot be read.
    """
    by_name = {script.name: script for script in scripts}
    return tuple(
        parse_heard(by_name[path.stem], path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.txt"))
        if path.stem in by_name
    )


def parse_heard(script: Script, text: str) -> Broadcast:
    """Parse what was heard of one script.

    Raises:
        InputError: when a line cannot be read.
    """
    head, _rule, body = text.partition("---\n")
    try:
        pitches = tuple(
            Pitch(product_id, Span(int(start), int(end)))
            for product_id, start, end in (row.split("|") for row in head.splitlines())
        )
        utterances = tuple(
            Utterance(Span(int(start), int(end)), spoken, spoken)
            for start, end, spoken in (row.split("|", 2) for row in body.splitlines())
        )
    except ValueError as error:
        raise InputError(f"{script.name}, as heard: {error}") from error
    transcript = Transcript(script.language, utterances, PROVENANCE)
    return Broadcast(script.name, script.catalogue, transcript, pitches)


def _parse_product(name: str, row: str) -> Product:
    parts = row.split("|")
    if len(parts) != 6:
        raise InputError(f"{name}: {row!r} is not id|title|brand|aliases|price|link")
    key, title, brand, aliases, price, link = parts
    return Product(
        id=key,
        title=title,
        brand=brand,
        aliases=tuple(alias for alias in aliases.split("/") if alias),
        price=Decimal(price) if price else None,
        link_no=int(link) if link else None,
    )
