"""Read the JSON that whisper, faster-whisper's front ends and WhisperX write; times in seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.errors import InputError
from models.span import MS_PER_SECOND, Span
from pipeline.transcribe.cue import Cue, ImportedText, checked_span
from pipeline.transcribe.decoded import DecodedWord
from pipeline.transcribe.json_values import (
    list_at,
    mapping_at,
    number_at,
    optional_number,
    text_at,
)

_WORD_KEYS = ("word", "text")
_PROBABILITY_KEYS = ("probability", "score")


def parse_whisper(document: Mapping[str, object]) -> ImportedText:
    """Return one cue for each of `segments`.

    Raises:
        InputError: when a segment has no text or impossible times; it names the segment.
    """
    cues = [
        _parse_segment(mapping_at(entry, where), where)
        for number, entry in enumerate(list_at(document.get("segments"), "'segments'"), start=1)
        for where in [f"segment {number}"]
    ]
    language = document.get("language")
    return ImportedText(
        "whisper-json", tuple(cues), language if isinstance(language, str) else None
    )


def _parse_segment(entry: Mapping[str, object], where: str) -> Cue:
    text = text_at(entry, "text", where)
    span = checked_span(
        _milliseconds(number_at(entry, "start", where)),
        _milliseconds(number_at(entry, "end", where)),
        where,
    )
    return Cue(
        span,
        text.strip(),
        text,
        _parse_words(entry.get("words"), span, where),
        optional_number(entry, "avg_logprob"),
        optional_number(entry, "no_speech_prob"),
    )


def _parse_words(entries: object, span: Span, where: str) -> tuple[DecodedWord, ...]:
    """Return the timed words; WhisperX gives digits no time, those get what lies between."""
    if not entries:
        return ()
    known = [mapping_at(entry, where) for entry in list_at(entries, f"{where}: 'words'")]
    starts = [_optional_milliseconds(entry, "start") for entry in known]
    ends = [_optional_milliseconds(entry, "end") for entry in known]
    words: list[DecodedWord] = []
    for index, entry in enumerate(known):
        before_ms = words[-1].end_ms if words else span.start_ms
        after_ms = _next_known(starts[index:], span.end_ms)
        start_ms, end_ms = starts[index], ends[index]
        words.append(
            DecodedWord(
                before_ms if start_ms is None else start_ms,
                max(before_ms, after_ms) if end_ms is None else end_ms,
                _word_text(entry, where),
                _probability(entry),
            )
        )
    return tuple(words)


def _next_known(times: Sequence[int | None], otherwise: int) -> int:
    return next((time for time in times if time is not None), otherwise)


def _word_text(entry: Mapping[str, object], where: str) -> str:
    for key in _WORD_KEYS:
        if isinstance(text := entry.get(key), str):
            return text
    raise InputError(f"{where}: a word has no text")


def _probability(entry: Mapping[str, object]) -> float | None:
    for key in _PROBABILITY_KEYS:
        if (value := optional_number(entry, key)) is not None:
            return value
    return None


def _optional_milliseconds(entry: Mapping[str, object], key: str) -> int | None:
    seconds = optional_number(entry, key)
    return None if seconds is None else _milliseconds(seconds)


def _milliseconds(seconds: float) -> int:
    return round(seconds * MS_PER_SECOND)
