"""What an engine gives back for one window, and its form on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.span import Span


@dataclass(frozen=True, slots=True)
class DecodedWord:
    """Timed tokens as the engine gave them: times may overlap, characters may be broken."""

    start_ms: int
    end_ms: int
    text: str
    probability: float | None


@dataclass(frozen=True, slots=True)
class DecodedWindow:
    """The engine's text for one window of speech, with how sure it was."""

    span: Span
    words: tuple[DecodedWord, ...]
    average_log_probability: float | None
    no_speech_probability: float | None
    """Both None when an imported transcript does not tell."""

    @property
    def text(self) -> str:
        """All that was heard, as one string."""
        return "".join(word.text for word in self.words)


def format_windows(windows: Sequence[DecodedWindow]) -> list[dict[str, object]]:
    """Write windows as JSON values; `parse_windows` reads them back unchanged."""
    return [
        {
            "start_ms": window.span.start_ms,
            "end_ms": window.span.end_ms,
            "average_log_probability": window.average_log_probability,
            "no_speech_probability": window.no_speech_probability,
            "words": [
                [word.start_ms, word.end_ms, word.text, word.probability] for word in window.words
            ],
        }
        for window in windows
    ]


def parse_windows(entries: Sequence[Mapping[str, object]]) -> tuple[DecodedWindow, ...]:
    """Read what `format_windows` wrote.

    Raises:
        KeyError, TypeError, ValueError: when the entries have another shape.
    """
    return tuple(_parse_window(entry) for entry in entries)


def _parse_window(entry: Mapping[str, object]) -> DecodedWindow:
    words = entry["words"]
    if not isinstance(words, list):
        raise TypeError("words must be a list")
    return DecodedWindow(
        Span(_integer(entry["start_ms"]), _integer(entry["end_ms"])),
        tuple(_parse_word(word) for word in words),
        _optional(entry["average_log_probability"]),
        _optional(entry["no_speech_probability"]),
    )


def _parse_word(entry: Sequence[object]) -> DecodedWord:
    start_ms, end_ms, text, probability = entry
    if not isinstance(text, str):
        raise TypeError("a word's text must be a string")
    return DecodedWord(_integer(start_ms), _integer(end_ms), text, _optional(probability))


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not an integer")
    return value


def _optional(value: object) -> float | None:
    return None if value is None else _number(value)


def _number(value: object) -> float:
    if not isinstance(value, float | int):
        raise TypeError(f"{value!r} is not a number")
    return float(value)
