"""Read FunASR's JSON (Paraformer, SenseVoice): texts with a time for every token, in ms.

    [{"key": "a", "text": "大家好，看 one", "timestamp": [[0, 200], [200, 380], ...]}]
    [{"text": "...", "sentence_info": [{"text", "start", "end", "timestamp"?}, ...]}]

A token is a Chinese character or a Latin word; punctuation has no time of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from models.errors import InputError
from pipeline.transcribe.cue import Cue, ImportedText, checked_span, split_tokens
from pipeline.transcribe.decoded import DecodedWord
from pipeline.transcribe.json_values import as_number, list_at, mapping_at, number_at, text_at

_TAG = re.compile(r"<\|[^|<>]*\|>")
"""SenseVoice's marks for language, emotion and event: <|zh|><|NEUTRAL|>."""


def is_funasr(entry: object) -> bool:
    """Tell whether an object is one of FunASR's results."""
    return isinstance(entry, dict) and ("timestamp" in entry or "sentence_info" in entry)


def parse_funasr(entries: Sequence[object]) -> ImportedText:
    """Return one cue per sentence where there are sentences, else one per result.

    Raises:
        InputError: when a text or its times are missing or impossible; it names the entry.
    """
    cues: list[Cue] = []
    for number, entry in enumerate(entries, start=1):
        where = f"entry {number}"
        cues += _iter_cues(mapping_at(entry, where), where)
    return ImportedText("funasr-json", tuple(cues))


def _iter_cues(entry: Mapping[str, object], where: str) -> Iterator[Cue]:
    if "sentence_info" not in entry:
        cue = _parse_result(entry, where)
        if cue is not None:
            yield cue
        return
    sentences = list_at(entry["sentence_info"], f"{where}: 'sentence_info'")
    for number, sentence in enumerate(sentences, start=1):
        place = f"{where}, sentence {number}"
        yield _parse_sentence(mapping_at(sentence, place), place)


def _parse_result(entry: Mapping[str, object], where: str) -> Cue | None:
    raw_text = text_at(entry, "text", where)
    text = _TAG.sub("", raw_text).strip()
    times = _parse_times(entry.get("timestamp"), where)
    if not text:
        return None
    if not times:
        raise InputError(f"{where}: it has a text but no times ('timestamp' or 'sentence_info')")
    span = checked_span(times[0][0], times[-1][1], where)
    return Cue(span, text, raw_text, _time_tokens(text, times))


def _parse_sentence(entry: Mapping[str, object], where: str) -> Cue:
    raw_text = text_at(entry, "text", where)
    text = _TAG.sub("", raw_text).strip()
    span = checked_span(
        round(number_at(entry, "start", where)), round(number_at(entry, "end", where)), where
    )
    times = _parse_times(entry.get("timestamp"), where)
    return Cue(span, text, raw_text, _time_tokens(text, times) if times else ())


def _parse_times(value: object, where: str) -> list[tuple[int, int]]:
    if value is None:
        return []
    times: list[tuple[int, int]] = []
    for number, pair in enumerate(list_at(value, f"{where}: 'timestamp'"), start=1):
        bounds = [as_number(bound) for bound in pair] if isinstance(pair, list) else []
        if len(bounds) != 2 or bounds[0] is None or bounds[1] is None:
            raise InputError(f"{where}: time {number} is not a pair of milliseconds")
        span = checked_span(round(bounds[0]), round(bounds[1]), f"{where}, time {number}")
        times.append((span.start_ms, span.end_ms))
    return times


def _time_tokens(text: str, times: Sequence[tuple[int, int]]) -> tuple[DecodedWord, ...]:
    """Pair tokens with times; punctuation takes no time.

    Where a file counts tokens otherwise than we do, times are shared out in proportion: they then
    err by as many tokens as the counts differ.
    """
    tokens = split_tokens(text)
    spoken = sum(_is_spoken(token) for token in tokens)
    words: list[DecodedWord] = []
    position = 0
    for token in tokens:
        if _is_spoken(token):
            start_ms, end_ms = times[min(position * len(times) // spoken, len(times) - 1)]
            position += 1
        else:
            start_ms = end_ms = words[-1].end_ms if words else times[0][0]
        words.append(DecodedWord(start_ms, end_ms, token, None))
    return tuple(words)


def _is_spoken(token: str) -> bool:
    return any(character.isalnum() for character in token)
