"""Read a transcript as a stream of speech, however its captions were cut and decorated.

    imported                                    read as
    主播：今天看桂花乌 | 龙茶[音乐]             今天看桂花乌龙茶     labels, notes, cuts in words
    AB | BC | CD  (rolling)                     A B C D              what is shown again
    0-6 s, 4-9 s (overlapping)                  0-4 s, 4-9 s

The transcript itself stays as it was imported; this is the view that detection takes of it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from models.span import MS_PER_SECOND, Span
from models.transcript import Utterance
from pipeline.language.clauses import POOR, cut_costs
from pipeline.language.normalise import is_han

TOUCHING_MS = 250
"""Captions cut by the clock follow each other at once; a longer pause is the speaker's own."""
FEWEST_BOUNDARIES = 8
"""Fewer touching captions cannot tell how they were cut."""
CLAUSE_LIFT = 1.5
"""Captions that begin with a clause this much oftener than chance were cut by somebody who read."""
ROLLING_SHARE = 0.2
"""From this share of captions that begin with the end of the one before on, captions roll.
Of hosts who repeat themselves it is below 0.02 (our text broadcasts)."""
SHORTEST_REPEAT = 4
"""Characters that two captions must share: 对对 is said twice, not shown twice."""
FASTEST_HAN = 9.0
FASTEST_LATIN = 30.0
"""Characters a second that nobody speaks: an overlap longer than this leaves room for is two
voices, not a caption that stays."""

REPEAT_MS = 2_000
"""What is shown again is so within this time."""

_MARKS = "。！？；，、：!?;,:…."
_CLOSERS = "”’\"')）】》」』 "
_SPEAKER = (
    r"主播|助播|副播|主持人?|助理|小助理|场控|运营|嘉宾|老板娘?|男声?|女声?"
    r"|(?:说话人|发言人|讲话人|发言者)\s*[0-9一二三四五六七八九A-Za-z]*"
    r"|(?:speaker|spk)[\s_]*[0-9a-z]{0,3}|host|co-?host|guest|presenter|moderator|assistant"
)
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if chr(wide).isalnum()}
"""Full-width letters and digits to the usual ones; marks keep the width that tells their use."""
_LABEL = re.compile(
    rf"(?:\s*(?:(?:>>+|[-–—•](?=\s*\S))\s*|(?:{_SPEAKER})\s*[:：]"
    rf"|[\[【(（](?:{_SPEAKER})[\]】)）]\s*[:：]?)\s*)+",
    re.IGNORECASE,
)
"""Who speaks, at the start of a caption."""
_NOTE = re.compile(
    r"[\[【(（*]\s*(?:背景|轻|欢快的?)?\s*(?:音乐声?|掌声|鼓掌|笑声?|大笑|哈哈|欢呼声?|听不清|杂音|噪音|静音|停顿"
    r"|沉默|咳嗽声?|铃声|音效|bgm"
    r"|(?:background |upbeat |soft )?music|applause|cheering|laugh(?:s|ter|ing)?|inaudible"
    r"|unintelligible|crosstalk|silence|pause|noise|foreign|blank_audio|coughs?|sighs?)"
    r"(?:\s*(?:playing|响起|中))?\s*[\]】)）*]|[♪♫♬♩]+",
    re.IGNORECASE,
)
"""What is heard and not said."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Text that goes on without a break, with the time of every character."""

    text: str
    times: tuple[int, ...]
    """Start of every character in ms; never decreases."""
    ends: tuple[int, ...]
    """End of every character in ms."""

    def __post_init__(self) -> None:
        if not len(self.text) == len(self.times) == len(self.ends):
            raise ValueError("every character of a passage needs a start and an end")


def read_passages(utterances: Sequence[Utterance]) -> tuple[Passage, ...]:
    """Return what was said, in order: without labels, notes and what is only shown again.

    Captions that were cut in the middle of what is said are joined. Every word of the utterances
    but these is there.
    """
    lines: list[Passage] = []
    shown = _drop_shown_again(utterances)
    for index, (utterance, skip) in enumerate(shown):
        later_ms = shown[index + 1][0].span.start_ms if index + 1 < len(shown) else None
        line = _read_line(utterance, skip, later_ms)
        if line is not None:
            lines.append(line)
    return tuple(_join_lines(lines))


def visible(text: str) -> tuple[int, ...]:
    """Return the indices of the characters that were said: all but labels and notes."""
    hidden: set[int] = set()
    label = _LABEL.match(text)
    if label:
        hidden.update(range(label.end()))
    for note in _NOTE.finditer(text):
        hidden.update(range(*note.span()))
    return tuple(index for index in range(len(text)) if index not in hidden)


def _read_line(utterance: Utterance, skip: int, later_ms: int | None) -> Passage | None:
    """Return the line of one utterance, without its first `skip` characters."""
    kept = [index for index in visible(utterance.text) if index >= skip]
    text = "".join(utterance.text[index] for index in kept).translate(_NARROW)
    if not any(character.isalnum() for character in text):
        return None
    if utterance.words:
        times = utterance.character_times()
        ends = _word_ends(utterance)
        after = (*times[1:], utterance.span.end_ms)
        return Passage(
            text,
            tuple(times[index] for index in kept),
            tuple(max(min(after[i], ends[i]), times[i] + 1) for i in kept),
        )
    span = _clip(utterance.span, text, later_ms)
    times = Utterance(span, text, text).character_times()
    return Passage(text, times, (*times[1:], span.end_ms))


def _word_ends(utterance: Utterance) -> tuple[int, ...]:
    """Return when the word that holds each character ends."""
    return tuple(word.span.end_ms for word in utterance.words for _ in word.text)


def _clip(span: Span, text: str, later_ms: int | None) -> Span:
    """End a caption where the next one starts, if its text can be said in that time."""
    if later_ms is None or not span.start_ms < later_ms < span.end_ms:
        return span
    han = sum(is_han(character) for character in text)
    fastest_ms = MS_PER_SECOND * (han / FASTEST_HAN + (len(text) - han) / FASTEST_LATIN)
    return Span(span.start_ms, later_ms) if later_ms - span.start_ms >= fastest_ms else span


def _drop_shown_again(utterances: Sequence[Utterance]) -> list[tuple[Utterance, int]]:
    """Return the utterances that show something new, each with how many characters are old.

    One that only shows again what stood there keeps the one before on the screen until its end.
    """
    shown: list[tuple[Utterance, int]] = []
    for utterance, skip in zip(utterances, _find_shown_again(utterances), strict=True):
        if not shown or skip < len(utterance.text):
            shown.append((utterance, skip))
        elif not shown[-1][0].words:
            kept, old = shown[-1]
            end_ms = max(kept.span.end_ms, utterance.span.end_ms)
            shown[-1] = (replace(kept, span=Span(kept.span.start_ms, end_ms)), old)
    return shown


def _find_shown_again(utterances: Sequence[Utterance]) -> list[int]:
    """Return how many first characters of every utterance the one before has already shown.

    All of them where a caption stands there twice. Where captions seldom repeat, repetition is
    the speaker's, and nothing else is passed over.
    """
    shared = [0] * len(utterances)
    for index, (earlier, later) in enumerate(itertools.pairwise(utterances), start=1):
        near = later.span.start_ms - earlier.span.end_ms <= REPEAT_MS
        shared[index] = _shared(earlier.text, later.text) if near else 0
    rolls = sum(map(bool, shared)) >= max(ROLLING_SHARE * (len(utterances) - 1), 2)
    return [
        count if rolls or (count == len(own.text) and own.span == utterances[place - 1].span) else 0
        for place, (count, own) in enumerate(zip(shared, utterances, strict=True))
    ]


def _shared(earlier: str, later: str) -> int:
    """Return the length of the longest end of one text that the other begins with."""
    for length in range(min(len(earlier), len(later)), SHORTEST_REPEAT - 1, -1):
        if earlier.endswith(later[:length]):
            return length
    return 0


def _join_lines(lines: Sequence[Passage]) -> Iterator[Passage]:
    if not _are_cut_by_clock(lines):
        yield from lines
        return
    held: list[Passage] = []
    for line in lines:
        if held and not _goes_on(held[-1], line):
            yield _join(held)
            held = []
        held.append(line)
    if held:
        yield _join(held)


def _goes_on(earlier: Passage, later: Passage) -> bool:
    """Tell whether one line may go on in the middle of what the other says."""
    touches = later.times[0] - earlier.ends[-1] <= TOUCHING_MS
    return touches and earlier.text.rstrip(_CLOSERS)[-1:] not in _MARKS


def _are_cut_by_clock(lines: Sequence[Passage]) -> bool:
    """Tell whether lines end anywhere, rather than where something ends that is said.

    Compared is how often a clause begins at the start of a line with how often one begins at any
    place inside.
    """
    touching = [
        (earlier, later) for earlier, later in itertools.pairwise(lines) if _goes_on(earlier, later)
    ]
    if len(touching) < FEWEST_BOUNDARIES:
        return False
    begins = sum(_begins_clause(earlier.text, later.text) for earlier, later in touching)
    inside = [cost < POOR for line in lines for cost in cut_costs(line.text).values()]
    chance = (1 + sum(inside)) / (2 + len(inside))
    return begins / len(touching) < CLAUSE_LIFT * chance


def _begins_clause(earlier: str, later: str) -> bool:
    tail = earlier.rstrip()
    glue = _glue(tail, later)
    joined = tail[-8:] + glue + later[:8]
    return cut_costs(joined).get(len(tail[-8:] + glue), POOR) < POOR


def _glue(earlier: str, later: str) -> str:
    """Return what stands between two lines: a space between words of Latin letters."""
    apart = not (is_han(earlier[-1:] or "。") or is_han(later[:1] or "。"))
    return " " if apart and not earlier[-1:].isspace() else ""


def _join(lines: Sequence[Passage]) -> Passage:
    text = lines[0].text
    times, ends = list(lines[0].times), list(lines[0].ends)
    for line in lines[1:]:
        glue = _glue(text, line.text)
        text += glue + line.text
        times += [times[-1]] * len(glue) + list(line.times)
        ends += [ends[-1]] * len(glue) + list(line.ends)
    return Passage(text, tuple(itertools.accumulate(times, max)), tuple(ends))
