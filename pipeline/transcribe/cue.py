"""Timed text that somebody else made, and how it becomes utterances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from models.errors import InputError
from models.span import MS_PER_HOUR, MS_PER_SECOND, Span
from models.transcript import Utterance
from pipeline.language.script import Script, uniform_script
from pipeline.transcribe.assemble import iter_utterances
from pipeline.transcribe.decoded import DecodedWindow, DecodedWord
from pipeline.transcribe.utterances import MAX_UTTERANCE_MS

MAX_TIME_MS = 48 * MS_PER_HOUR
"""No broadcast is longer: a time beyond is a mistake in the file (or milliseconds for seconds)."""

_TOKEN = re.compile(r"\s*(?:[A-Za-z0-9\u00c0-\u024f]+(?:['’.,-][A-Za-z0-9\u00c0-\u024f]+)*|\S)")
"""A run of Latin letters and digits, or any other single character, with the spaces before it."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of an imported transcript."""

    span: Span
    text: str
    """Without markup; lines joined."""
    raw_text: str
    """As the file has it."""
    words: tuple[DecodedWord, ...] = ()
    """Empty when the file times only whole cues."""
    average_log_probability: float | None = None
    no_speech_probability: float | None = None


@dataclass(frozen=True, slots=True)
class ImportedText:
    """What a format's reader found."""

    format: str
    """`srt`, `webvtt`, `whisper-json` or `funasr-json`."""
    cues: tuple[Cue, ...]
    language: str | None = None
    """As the file says; None when it does not."""


def checked_span(start_ms: int, end_ms: int, where: str) -> Span:
    """Return the span of a cue; one of no length gets 1 ms.

    Raises:
        InputError: when the times are impossible; `where` names the line or entry.
    """
    if start_ms < 0:
        raise InputError(f"{where}: the start {_seconds(start_ms)} is negative")
    if end_ms < start_ms:
        raise InputError(
            f"{where}: the end {_seconds(end_ms)} comes before the start {_seconds(start_ms)}"
        )
    if end_ms > MAX_TIME_MS:
        raise InputError(
            f"{where}: the end {_seconds(end_ms)} lies beyond 48 hours; are the times in the "
            "right unit?"
        )
    return Span(start_ms, max(end_ms, start_ms + 1))


def split_tokens(text: str) -> tuple[str, ...]:
    """Split text into characters and Latin words, each with the spaces before it.

    They join to the text without the spaces at its end.
    """
    return tuple(_TOKEN.findall(text))


def cues_to_utterances(cues: Iterable[Cue], script: Script) -> tuple[Utterance, ...]:
    """Return the utterances of all cues, sorted by start.

    A cue of at most 12 s stays as its author cut it. A longer one is cut at pauses and
    punctuation; where nobody timed its words, time is shared out evenly over its characters.
    """
    utterances = [utterance for cue in cues for utterance in _iter_cue(cue, script)]
    return tuple(sorted(utterances, key=lambda utterance: utterance.span))


def _iter_cue(cue: Cue, script: Script) -> Iterator[Utterance]:
    if not cue.text.strip():
        return
    words = cue.words or _share_time(cue)
    window = DecodedWindow(cue.span, words, cue.average_log_probability, cue.no_speech_probability)
    pieces = tuple(iter_utterances(window, script, speech_share=None))
    if cue.words:
        yield from pieces
    elif cue.span.duration_ms <= MAX_UTTERANCE_MS and len({piece.flag for piece in pieces}) == 1:
        yield Utterance(
            cue.span,
            uniform_script(cue.text, script),
            cue.raw_text,
            (),
            cue.average_log_probability,
            cue.no_speech_probability,
            pieces[0].flag,
        )
    else:
        yield from (replace(piece, words=()) for piece in pieces)


def _share_time(cue: Cue) -> tuple[DecodedWord, ...]:
    tokens = split_tokens(cue.text)
    letters = sum(len(token) for token in tokens)
    words: list[DecodedWord] = []
    done = 0
    for token in tokens:
        start_ms = cue.span.start_ms + cue.span.duration_ms * done // letters
        done += len(token)
        end_ms = cue.span.start_ms + cue.span.duration_ms * done // letters
        if words and not any(character.isalnum() for character in token):
            words[-1] = replace(words[-1], end_ms=end_ms, text=words[-1].text + token)
        else:
            words.append(DecodedWord(start_ms, end_ms, token, None))
    return tuple(words)


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a cue: with a space between Latin words, with nothing in Chinese."""
    joined = ""
    for line in (line.strip() for line in lines):
        if joined and line and joined[-1].isascii() and line[0].isascii():
            joined += " "
        joined += line
    return joined


def _seconds(time_ms: int) -> str:
    return f"{time_ms / MS_PER_SECOND:g} s"
