"""Find text that nobody said: phantom phrases, loops, and the prompt come back.

Live hosts do say 点赞, 关注 and 订阅, and do repeat 三号链接三号链接: no single word is ever held
against them, and repetition alone is not either. What is found is flagged and kept, not deleted.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from models.span import MS_PER_SECOND
from models.transcript import Flag, Word
from pipeline.language.script import Script, uniform_script

MAX_COMPRESSION_RATIO = 2.4
"""Text that gzip shrinks further than this is a loop (openai-whisper's default)."""
_MIN_REPEATS = 4
"""A phrase said four times in a row is where suspicion starts."""
_MIN_RECITED = 4
"""So many hot words, one after the other and in our order, are the list read back."""
_MAX_UNIT = 30
"""Longest repeated phrase in characters that is looked for."""
_MAX_RATE = 9.0
"""Characters a second that no host speaks: live Mandarin runs at about 5.5 (measured)."""
_MAX_ENGLISH_RATE = 30.0
"""Characters a second, by estimate: an English word of five letters every sixth of a second."""
_LOW_LOG_PROBABILITY = -1.0
"""openai-whisper's own limit for a failed window; real speech lies near -0.2 (measured)."""
_HIGH_NO_SPEECH = 0.6
"""openai-whisper's own limit for silence; real speech lies below 0.4 (measured)."""
_LOW_SPEECH_SHARE = 0.3
"""Less of the time than this is speech by voice detection: the text has little to stand on."""

_SIGNATURES = re.compile(
    r"明镜(?:与|和)?点点(?:栏目)?|(?:请)?不吝点赞订阅转发打赏支持|amara\w{0,3}org(?:社[群区]提供)?"
    r"|字幕志愿者\w{2,4}|(?:中文)?字幕由\w{2,12}(?:提供|制作)|字幕by\w{2,12}|优优独播剧场\w{0,24}"
)
"""Credits of subtitle makers and channels in whisper's training text: no host can say them."""
_PHANTOMS = re.compile(
    r"(?:谢谢|感谢)(?:大家|您|你)?(?:的)?(?:观看|收看|收听)|(?:我们)?下集再[见会]|(?:我们)?下(?:个|期)视频(?:再)?[见会]"
    r"|了解更多请订阅\w{0,8}频道|请(?:订阅|按赞)\w{0,6}(?:按赞|分享|频道)\w{0,6}"
    r"|thanks?(?:you)?(?:so much)?forwatching|pleasesubscribe(?:tomychannel)?"
)
"""Closing words of videos: phantom only where the evidence for speech is weak."""
_PROMPT_ECHO = re.compile(r"以下是普通话的句子(?:简体中文)?(?:带标点)?")
_PHRASES = (
    (_PROMPT_ECHO, Flag.PROMPT_ECHO, False),
    (_SIGNATURES, Flag.PHANTOM, False),
    (_PHANTOMS, Flag.PHANTOM, True),
)
"""Pattern, what it is, and whether it counts only where the evidence for speech is weak."""
_NOT_SPOKEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for or against a window's text being speech."""

    average_log_probability: float | None
    no_speech_probability: float | None
    speech_share: float | None
    """Part of the window's time that is speech by voice detection; None when nobody looked."""

    @property
    def is_weak(self) -> bool:
        """Tell whether there is reason to doubt that anybody spoke."""
        return (
            (self.average_log_probability or 0.0) < _LOW_LOG_PROBABILITY
            or (self.no_speech_probability or 0.0) > _HIGH_NO_SPEECH
            or (self.speech_share is not None and self.speech_share < _LOW_SPEECH_SHARE)
        )


@dataclass(frozen=True, slots=True)
class Suspect:
    """Words `[first, last)` of a window that are not believed."""

    first: int
    last: int
    flag: Flag


def compression_ratio(text: str) -> float:
    """Return how many times zlib shrinks the text; 0 for an empty one."""
    content = text.encode()
    return len(content) / len(zlib.compress(content)) if content else 0.0


def find_suspects(
    words: Sequence[Word], evidence: Evidence, hot_words: Sequence[str] = ()
) -> tuple[Suspect, ...]:
    """Return the stretches of a window that nobody said, sorted and disjoint.

    Text is compared without punctuation, spaces, case and script. A word that is touched is
    suspected as a whole.
    """
    folded = _Folded.of(words)
    found = [
        folded.suspect(match.start(), match.end(), flag)
        for pattern, flag, needs_doubt in _PHRASES
        if evidence.is_weak or not needs_doubt
        for match in pattern.finditer(folded.text)
    ]
    for first, last in _find_recitals(folded.text, [_fold(word) for word in hot_words]):
        found.append(folded.suspect(first, last, Flag.PROMPT_ECHO))
    for first, last in _find_repeats(folded.text):
        loop = folded.suspect(first, last, Flag.LOOP)
        if evidence.is_weak or _is_impossibly_fast(words[loop.first : loop.last], last - first):
            found.append(loop)
    return _without_overlaps(found)


@dataclass(frozen=True, slots=True)
class _Folded:
    """Text reduced to what is spoken, and where each word ends in it."""

    text: str
    ends: tuple[int, ...]

    @classmethod
    def of(cls, words: Sequence[Word]) -> _Folded:
        pieces = [_fold(word.text) for word in words]
        return cls("".join(pieces), tuple(accumulate(len(piece) for piece in pieces)))

    def suspect(self, start: int, end: int, flag: Flag) -> Suspect:
        return Suspect(bisect_right(self.ends, start), bisect_left(self.ends, end) + 1, flag)


def _fold(text: str) -> str:
    return _NOT_SPOKEN.sub("", uniform_script(text, Script.SIMPLIFIED)).lower()


def _find_recitals(text: str, hot_words: Sequence[str]) -> list[tuple[int, int]]:
    """Return `[start, end)` where hot words come back in the order in which they were given."""
    recitals: list[tuple[int, int]] = []
    for first in range(len(hot_words) - _MIN_RECITED + 1):
        run = "".join(hot_words[first : first + _MIN_RECITED])
        start = text.find(run) if run else -1
        if start >= 0:
            end = start + len(run)
            for word in hot_words[first + _MIN_RECITED :]:
                if not text.startswith(word, end):
                    break
                end += len(word)
            recitals.append((start, end))
    return recitals


def _find_repeats(text: str) -> list[tuple[int, int]]:
    """Return `[start, end)` of every run in which one unit follows itself often enough."""
    runs: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = max((_run_end(text, start, unit) for unit in range(1, _MAX_UNIT + 1)), default=start)
        if end > start:
            runs.append((start, end))
        start = max(end, start + 1)
    return runs


def _run_end(text: str, start: int, unit: int) -> int:
    """Return where the run of text[start:start+unit] ends; `start` when it is no run."""
    end = start + unit
    while end < len(text) and text[end] == text[end - unit]:
        end += 1
    repeats = (end - start) // unit
    return start + repeats * unit if repeats >= _MIN_REPEATS else start


def _is_impossibly_fast(words: Sequence[Word], characters: int) -> bool:
    text = "".join(word.text for word in words)
    limit = _MAX_ENGLISH_RATE if text.isascii() else _MAX_RATE
    duration_ms = max(1, words[-1].span.end_ms - words[0].span.start_ms)
    return characters * MS_PER_SECOND / duration_ms > limit


def _without_overlaps(suspects: Sequence[Suspect]) -> tuple[Suspect, ...]:
    kept: list[Suspect] = []
    for suspect in sorted(suspects, key=lambda item: (item.first, -item.last)):
        if not kept or suspect.first >= kept[-1].last:
            kept.append(suspect)
    return tuple(kept)
