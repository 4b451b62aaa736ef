"""Truth files (kandian.truth/1): what a person says a recording pitches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.catalogue import Catalogue
from models.errors import InputError
from models.highlight import Mention
from models.span import Span
from models.text_file import decode_text, read_text_file
from models.transcript import Provenance, Transcript, Utterance

SCHEMA = "kandian.truth/1"
_REQUIRED = ("schema", "recording", "language", "duration_ms", "pitches")
_OPTIONAL = ("mentions", "utterances")


@dataclass(frozen=True, slots=True)
class TruthPitch:
    """A stretch in which one product is really pitched."""

    product_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class TruthUtterance:
    """What was really said."""

    span: Span
    text: str
    product_id: str | None
    """The product being pitched; None for everything else."""


@dataclass(frozen=True, slots=True)
class Truth:
    """All that is known about one recording; pitches of one product never overlap."""

    recording: str
    language: str
    """ISO 639-1."""
    duration_ms: int
    pitches: tuple[TruthPitch, ...]
    """In any order; `parse_truth` sorts them by start."""
    mentions: tuple[Mention, ...] = ()
    utterances: tuple[TruthUtterance, ...] = ()
    """Empty when nobody wrote the speech down."""

    def __post_init__(self) -> None:
        last_end: dict[str, int] = {}
        for pitch in sorted(self.pitches, key=lambda p: p.span):
            if pitch.span.start_ms < last_end.get(pitch.product_id, 0):
                raise ValueError(f"two pitches of {pitch.product_id} overlap at {pitch.span}")
            last_end[pitch.product_id] = pitch.span.end_ms
        spans = [pitch.span for pitch in self.pitches]
        spans += [utterance.span for utterance in self.utterances]
        last_ms = max((span.end_ms for span in spans), default=0)
        if last_ms > self.duration_ms:
            raise ValueError(f"{last_ms} ms is beyond the end at {self.duration_ms} ms")

    def to_transcript(self) -> Transcript:
        """Return the true speech as a transcript: detection without recognition errors."""
        utterances = (
            Utterance(span=u.span, text=u.text, raw_text=u.text)
            for u in sorted(self.utterances, key=lambda u: u.span)
        )
        provenance = Provenance(engine="truth", model="", weights_sha256="", settings="{}")
        return Transcript(self.language, tuple(utterances), provenance)


def read_truth(path: Path) -> Truth:
    """Read a truth file.

    Raises:
        InputError: when it cannot be read, or as `parse_truth` says.
    """
    return parse_truth(read_text_file(path, what="truth"), name=str(path))


def parse_truth(data: bytes, *, name: str) -> Truth:
    """Read a truth document; `mentions` and `utterances` may be left out, nothing may be added.

    Raises:
        InputError: naming the file and the place, when it is no valid kandian.truth/1.
    """
    text = decode_text(data, name=name)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the truth {name} is not valid JSON: {error}") from None
    try:
        return _read_document(document)
    except (InputError, ValueError) as error:
        raise InputError(f"the truth {name} cannot be used: {error}") from None


def check_products(truth: Truth, catalogue: Catalogue, *, name: str) -> None:
    """Make sure that every product of the truth is for sale, for a misspelt one is never found.

    Raises:
        InputError: naming the products that the catalogue lacks.
    """
    named = {pitch.product_id for pitch in truth.pitches}
    named |= {mention.product_id for mention in truth.mentions}
    if missing := sorted(named - {product.id for product in catalogue}):
        raise InputError(
            f"the truth {name} names products that its catalogue lacks: {', '.join(missing)}; "
            "correct the ids in one of the two files"
        )


def _read_document(document: object) -> Truth:
    fields = _Fields(document, "the document", required=_REQUIRED, optional=_OPTIONAL)
    if fields.text("schema") != SCHEMA:
        raise ValueError(f"schema must be {SCHEMA!r}")
    duration_ms = fields.integer("duration_ms")
    if duration_ms <= 0:
        raise ValueError("duration_ms must be above 0")
    pitches = [_read_pitch(item, place) for item, place in fields.items("pitches")]
    return Truth(
        recording=fields.text("recording"),
        language=fields.text("language"),
        duration_ms=duration_ms,
        pitches=tuple(sorted(pitches, key=lambda pitch: pitch.span)),
        mentions=tuple(_read_mention(item, place) for item, place in fields.items("mentions")),
        utterances=tuple(
            _read_utterance(item, place) for item, place in fields.items("utterances")
        ),
    )


def _read_pitch(item: object, place: str) -> TruthPitch:
    fields = _Fields(item, place, required=("product_id", "start_ms", "end_ms"))
    return TruthPitch(fields.text("product_id"), fields.span())


def _read_mention(item: object, place: str) -> Mention:
    fields = _Fields(item, place, required=("product_id", "start_ms"))
    at_ms = fields.integer("start_ms")
    if at_ms < 0:
        raise ValueError(f"{place}.start_ms is negative")
    return Mention(fields.text("product_id"), at_ms)


def _read_utterance(item: object, place: str) -> TruthUtterance:
    required = ("start_ms", "end_ms", "text", "product_id")
    fields = _Fields(item, place, required=required)
    product_id = None if fields.is_null("product_id") else fields.text("product_id")
    return TruthUtterance(fields.span(), fields.text("text"), product_id)


class _Fields:
    """The members of one JSON object, checked as they are taken out."""

    def __init__(
        self, item: object, place: str, *, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        if not isinstance(item, dict):
            raise InputError(f"{place} must be an object, {{...}}")
        if missing := [key for key in required if key not in item]:
            raise InputError(f"{place} lacks {' and '.join(missing)}")
        if unknown := sorted(item.keys() - {*required, *optional}):
            raise InputError(f"{place} has the unknown member {unknown[0]!r}")
        self._item: dict[str, object] = item
        self._place = place

    def is_null(self, key: str) -> bool:
        """Tell whether the member is null."""
        return self._item[key] is None

    def text(self, key: str) -> str:
        """Return a member that is text and not blank."""
        value = self._item[key]
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{self._place}: {key} must be text")
        return value

    def integer(self, key: str) -> int:
        """Return a member that is a whole number (JSON `true` and `1.0` are none)."""
        value = self._item[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputError(f"{self._place}: {key} must be a whole number of milliseconds")
        return value

    def span(self) -> Span:
        """Return the span from `start_ms` to `end_ms`."""
        start_ms, end_ms = self.integer("start_ms"), self.integer("end_ms")
        try:
            return Span(start_ms, end_ms)
        except ValueError as error:
            raise InputError(f"{self._place}: {error}") from None

    def items(self, key: str) -> Iterable[tuple[object, str]]:
        """Return the elements of a list with the place of each; none when it is left out."""
        value = self._item.get(key, [])
        if not isinstance(value, list):
            raise InputError(f"{key} must be a list")
        return [(item, f"{key}[{index}]") for index, item in enumerate(value)]
