"""A small broadcast in every form in which transcripts are found: the same pitches, nearby."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from models.catalogue import Catalogue
from models.highlight import Detection
from models.span import Span
from models.transcript import Transcript, Utterance
from pipeline.detect.detect import detect
from pipeline.detect.encoder import LsaEncoder, SentenceEncoder, Vectors
from pipeline.detect.settings import DetectSettings
from pipeline.detect.train.corpus import PROVENANCE
from pipeline.language.script import Script, uniform_script

Cue = tuple[int, int, str]

LINES = (
    "大家晚上好，欢迎来到直播间，先点个关注。",
    "先看一号链接，山野集的桂花乌龙，一百克一罐的。",
    "桂花乌龙你们闻一下，这个桂花是真的桂花，不是香精。",
    "泡出来茶汤是金黄的，桂花乌龙喝起来一点都不涩。",
    "一罐五十八块，一号链接，喜欢的直接拍。",
    "接下来三号链接，锦盒记的手工蝴蝶酥，一盒十二枚。",
    "蝴蝶酥一层一层的，咬下去会掉渣，配茶正好。",
    "锦盒记的蝴蝶酥是当天烤的，送人也很体面。",
    "蝴蝶酥三十九块九一盒，拍三号链接。",
    "下一个十六号链接，保温杯，五百毫升的不锈钢。",
    "保温杯早上灌的水，晚上倒出来还是烫的。",
    "这个保温杯不漏水，放在包里随便倒。",
    "保温杯一百二十九，十六号链接去拍。",
    "好了今天就到这里，谢谢大家，明天见，拜拜。",
)
PITCHES = {"T1": (1, 4), "T3": (5, 8), "T4": (9, 12)}
"""By product, the first and last line of its pitch."""
TOLERANCE_MS = 5_000
"""One line: where a form leaves no times inside a minute, an end can move by about that much."""
MS_PER_CHARACTER = 180
PUNCTUATION = "，。"


def spoken() -> list[Cue]:
    """Return the lines with their times."""
    lengths = [len(line) * MS_PER_CHARACTER for line in LINES]
    starts = itertools.accumulate(lengths, initial=0)
    return [(at, at + size, line) for at, size, line in zip(starts, lengths, LINES, strict=False)]


def bare(cues: Sequence[Cue]) -> list[Cue]:
    return [(a, z, "".join(c for c in text if c not in PUNCTUATION)) for a, z, text in cues]


def by_clock(cues: Sequence[Cue], step_ms: int) -> list[Cue]:
    """Cut anew every so many ms, in the middle of words."""
    timed = [
        (start + (end - start) * place // len(text), character)
        for start, end, text in cues
        for place, character in enumerate(text)
    ]
    groups = itertools.groupby(timed, key=lambda item: item[0] // step_ms)
    return [
        (
            step * step_ms,
            min((step + 1) * step_ms, cues[-1][1]),
            "".join(character for _at, character in group),
        )
        for step, group in groups
    ]


def rolling(cues: Sequence[Cue]) -> list[Cue]:
    before = ["", *(text for _start, _end, text in cues)]
    return [(a, z, old + text) for (a, z, text), old in zip(cues, before, strict=False)]


def rewritten(change: Callable[[str], str]) -> Callable[[Sequence[Cue]], list[Cue]]:
    return lambda cues: [(a, z, change(text)) for a, z, text in cues]


def widen(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def evade(text: str) -> str:
    return text.replace("桂花乌", "桂某花乌").replace("蝴蝶酥一", "蝴母蝶酥一")


def stammer(text: str) -> str:
    return text.replace("蝴蝶酥", "蝴蝶蝴蝶酥").replace("这个", "这个这个这个")


FORMS: dict[str, Callable[[Sequence[Cue]], list[Cue]]] = {
    "clean": list,
    "no-punctuation": bare,
    "one-cue": lambda cues: by_clock(cues, 60_000),
    "one-cue-no-punctuation": lambda cues: by_clock(bare(cues), 60_000),
    "two-seconds": lambda cues: by_clock(cues, 2_000),
    "two-seconds-no-punctuation": lambda cues: by_clock(bare(cues), 2_000),
    "rolling": rolling,
    "twice": lambda cues: [cue for cue in cues for _ in range(2)],
    "overlapping": lambda cues: [(a, z + 2_500, text) for a, z, text in cues],
    "fillers": rewritten(
        lambda text: text.replace("，", "，呃，那个那个，嗯").replace("的", "的呃")
    ),
    "stutter": rewritten(stammer),
    "labels": rewritten(lambda text: f"主播：{text}[音乐]"),
    "evasion": rewritten(evade),
    "mi-for-yuan": rewritten(lambda text: text.replace("块", "米")),
    "full-width": rewritten(widen),
    "traditional": rewritten(lambda text: uniform_script(text, Script.TRADITIONAL)),
    "empty-cues": lambda cues: [c for a, z, text in cues for c in ((a, z, text), (z - 1, z, "♪"))],
}


def transcribe(cues: Sequence[Cue]) -> Transcript:
    utterances = sorted(
        (Utterance(Span(a, z), text, text) for a, z, text in cues), key=lambda u: u.span.start_ms
    )
    return Transcript("zh", tuple(utterances), PROVENANCE)


class DeafEncoder:
    """Finds no meaning in anything: what is timed is the reading."""

    name, version, pointwise = "deaf", "1", True

    def encode(self, spoken: Sequence[str], sold: Sequence[str]) -> tuple[Vectors, Vectors]:
        return np.zeros((len(spoken), 1), np.float32), np.zeros((len(sold), 1), np.float32)


def run(
    cues: Sequence[Cue], catalogue: Catalogue, encoder: SentenceEncoder | None = None
) -> Detection:
    return detect(
        transcribe(cues),
        catalogue,
        settings=DetectSettings(),
        started_at=None,
        encoder=encoder or LsaEncoder(),
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_form_shows_the_same_pitches(form: str, shelf: Catalogue) -> None:
    said = spoken()
    found = run(FORMS[form](said), shelf).highlights
    assert [highlight.product_id for highlight in found] == list(PITCHES)
    for highlight in found:
        first, last = PITCHES[highlight.product_id]
        assert abs(highlight.span.start_ms - said[first][0]) <= TOLERANCE_MS
        assert abs(highlight.span.end_ms - said[last][1]) <= TOLERANCE_MS


def test_the_order_of_imported_cues_does_not_matter(shelf: Catalogue) -> None:
    said = spoken()
    assert run(said[::-1], shelf) == run(said, shelf)


LONG_MS = 100 * 60_000
MOST_SECONDS = 5.0
"""What a recording of 100 minutes may take; measured 1 s on one core."""


def test_a_hundred_minutes_of_short_captions_are_read_quickly(shelf: Catalogue) -> None:
    said = bare(spoken())
    length_ms = said[-1][1]
    cues = by_clock(
        [
            (start + round_ms, end + round_ms, text)
            for round_ms in range(0, LONG_MS, length_ms)
            for start, end, text in said
        ],
        1_000,
    )
    assert len(cues) >= 6_000
    began = time.process_time()
    detection = run(cues, shelf, DeafEncoder())
    assert time.process_time() - began < MOST_SECONDS
    assert {highlight.product_id for highlight in detection.highlights} == set(PITCHES)
