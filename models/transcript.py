"""What was said, and when: words, utterances, transcripts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum

from models.span import Span


class Flag(StrEnum):
    """Why an utterance's text is not believed; it is kept, and left out of matching."""

    PHANTOM = "phantom"
    """A phrase that Whisper invents over silence or music."""
    LOOP = "loop"
    """The decoder repeated itself."""
    PROMPT_ECHO = "prompt_echo"
    """The prompt came back as text."""


@dataclass(frozen=True, slots=True)
class Word:
    """The smallest timed piece of an utterance: whole characters, never half of one."""

    span: Span
    text: str
    probability: float | None = None

    def __post_init__(self) -> None:
        if not self.text:
            raise ValueError("a word has text")


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence or breath group of one to about twelve seconds."""

    span: Span
    text: str
    """Uniform script (simplified unless set otherwise); what everything downstream reads."""
    raw_text: str
    """As the engine or file gave it."""
    words: tuple[Word, ...] = ()
    """Timed pieces whose texts join to `text`; empty when nobody timed them."""
    average_log_probability: float | None = None
    no_speech_probability: float | None = None
    flag: Flag | None = None

    def __post_init__(self) -> None:
        if self.words and "".join(word.text for word in self.words) != self.text:
            raise ValueError("the words of an utterance must join to its text")

    def character_times(self) -> tuple[int, ...]:
        """Return the start of every character of `text` in ms; non-decreasing, inside the span.

        Characters of a word of several share its time evenly; without words the whole span is
        shared evenly, which is as honest as an untimed text can be.
        """
        pieces = [(word.span, len(word.text)) for word in self.words] or [
            (self.span, len(self.text))
        ]
        times = [
            span.start_ms + span.duration_ms * index // count
            for span, count in pieces
            for index in range(count)
        ]
        last_ms = self.span.end_ms - 1
        inside = (min(max(time, self.span.start_ms), last_ms) for time in times)
        return tuple(itertools.accumulate(inside, max))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a transcript comes from, enough to tell two of them apart a year later."""

    engine: str
    """`faster-whisper`, `openai-whisper`, or `import:srt` and the like."""
    model: str
    weights_sha256: str
    """Empty for an imported transcript."""
    settings: str
    """Decoding settings, as canonical JSON."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Utterances in order of their starts."""

    language: str
    """ISO 639-1: `zh`, `en`."""
    utterances: tuple[Utterance, ...]
    provenance: Provenance

    def __post_init__(self) -> None:
        starts = [utterance.span.start_ms for utterance in self.utterances]
        if starts != sorted(starts):
            raise ValueError("utterances must be sorted by their start")

    def credible(self) -> tuple[Utterance, ...]:
        """Return the utterances that matching may read: those without a flag, with text."""
        return tuple(u for u in self.utterances if u.flag is None and u.text.strip())

    @property
    def duration_ms(self) -> int:
        """End of the last utterance; 0 when nothing was said."""
        return max((utterance.span.end_ms for utterance in self.utterances), default=0)
