"""Make a transcript of decoded windows: tidy words, guard, cut, uniform script. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance, Word
from pipeline.language.script import Script, uniform_script
from pipeline.transcribe.decoded import DecodedWindow
from pipeline.transcribe.engine import Language
from pipeline.transcribe.guard import Evidence, find_suspects
from pipeline.transcribe.speech import FRAME_MS, Probabilities
from pipeline.transcribe.utterances import cut_utterances
from pipeline.transcribe.words import tidy_words

_IS_SPEECH = 0.5
"""Frames at or above this probability count as speech (Silero's own threshold)."""


def assemble_transcript(
    windows: Sequence[DecodedWindow],
    probabilities: Probabilities,
    *,
    language: Language,
    script: Script,
    provenance: Provenance,
    hot_words: Sequence[str] = (),
) -> Transcript:
    """Return the transcript of an engine's windows.

    Guaranteed: utterances sorted, disjoint when the windows' words are, and inside the windows;
    flagged text stands in utterances of its own, so that leaving it out loses nothing that was
    said.
    """
    utterances = [
        utterance
        for window in windows
        for utterance in iter_utterances(
            window,
            script,
            speech_share=_speech_share(probabilities, window),
            hot_words=hot_words,
        )
    ]
    utterances.sort(key=lambda utterance: utterance.span)
    return Transcript(language.value, tuple(utterances), provenance)


def iter_utterances(
    window: DecodedWindow,
    script: Script,
    *,
    speech_share: float | None,
    hot_words: Sequence[str] = (),
) -> Iterator[Utterance]:
    """Yield one window's utterances in order, each wholly believed or wholly flagged."""
    words = tidy_words(window)
    evidence = Evidence(window.average_log_probability, window.no_speech_probability, speech_share)
    cursor = 0
    for suspect in find_suspects(words, evidence, hot_words):
        for group in cut_utterances(words[cursor : suspect.first]):
            yield _make_utterance(group, script, window, None)
        for group in cut_utterances(words[suspect.first : suspect.last]):
            yield _make_utterance(group, script, window, suspect.flag)
        cursor = suspect.last
    for group in cut_utterances(words[cursor:]):
        yield _make_utterance(group, script, window, None)


def _make_utterance(
    words: Sequence[Word], script: Script, window: DecodedWindow, flag: Flag | None
) -> Utterance:
    first = words[0]
    words = [Word(first.span, first.text.lstrip(), first.probability), *words[1:]]
    raw_text = "".join(word.text for word in words)
    text = uniform_script(raw_text, script)
    return Utterance(
        Span(first.span.start_ms, words[-1].span.end_ms),
        text,
        raw_text,
        tuple(_iter_respelled(words, text)),
        window.average_log_probability,
        window.no_speech_probability,
        flag,
    )


def _iter_respelled(words: Sequence[Word], text: str) -> Iterator[Word]:
    """Yield the words with their parts of `text`, which has as many characters as they have."""
    cursor = 0
    for word in words:
        yield Word(word.span, text[cursor : cursor + len(word.text)], word.probability)
        cursor += len(word.text)


def _speech_share(probabilities: Probabilities, window: DecodedWindow) -> float:
    """Return the part of the time between the first and the last word that is speech."""
    if not window.words:
        return 0.0
    first = max(0, window.words[0].start_ms) // FRAME_MS
    last = max(first + 1, -(-window.words[-1].end_ms // FRAME_MS))
    frames = probabilities[first:last]
    return float(np.mean(frames >= _IS_SPEECH)) if len(frames) else 0.0
